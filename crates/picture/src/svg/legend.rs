//! What the colours and the places of the numbers mean.

use super::paint::{BACK, BROKEN, FAINT, class, outline, short};
use crate::drawing::Drawing;
use crate::escape::xml;
use crate::measure::{SMALL, Text};
use crate::model::{Graph, Kind};
use crate::style::Direction;
use std::fmt::Write;

const LINE: f64 = 18.0;
const LEFT: f64 = 16.0;
/// Between a swatch and its word, and between entries.
const GAPS: (f64, f64) = (5.0, 16.0);
const SWATCH: (f64, f64) = (16.0, 11.0);

/// A word and, before it, the outline it explains.
struct Entry {
    class: &'static str,
    text: Text,
}

impl Entry {
    /// What it takes, with the gap behind it.
    fn width(&self) -> f64 {
        self.text.width() + GAPS.1 + swatch(self.class)
    }
}

/// The entries, set in lines.
pub(super) struct Legend {
    lines: Vec<Vec<Entry>>,
}

impl Legend {
    /// What has to be said of a drawing, in lines as wide as that.
    pub fn of(drawing: &Drawing, width: f64) -> Self {
        let mut lines: Vec<Vec<Entry>> = Vec::new();
        let mut used = f64::INFINITY;
        let entries = entries(drawing).into_iter().map(|(class, text)| Entry {
            class,
            text: Text::new(text, SMALL),
        });
        let mut entries = entries.peekable();
        while let Some(entry) = entries.next() {
            // What stands on the two sides of a wire is told in one line that has room for both.
            let other = entries.next_if(|next| {
                (entry.class, next.class) == ("above", "back")
                    && entry.width() + next.width() <= width - LEFT
            });
            let both: Vec<Entry> = [entry].into_iter().chain(other).collect();
            let own: f64 = both.iter().map(Entry::width).sum();
            if used + own > width - LEFT {
                lines.push(Vec::new());
                used = LEFT;
            }
            used += own;
            if let Some(line) = lines.last_mut() {
                line.extend(both);
            }
        }
        Self { lines }
    }

    pub fn height(&self) -> f64 {
        LINE * self.lines.len() as f64 + 10.0
    }

    pub fn write(&self, svg: &mut String, top: f64) {
        for (line, entries) in self.lines.iter().enumerate() {
            let middle = top + LINE * (line as f64 + 0.5);
            let mut x = LEFT;
            for Entry { class, text } in entries {
                let fill = match *class {
                    "back" => BACK,
                    _ => FAINT,
                };
                write_swatch(svg, class, x, middle);
                x += swatch(class);
                let _ = writeln!(
                    svg,
                    "<text class=\"key {class}-key\" x=\"{}\" y=\"{}\" font-size=\"{SMALL}\" \
                     text-anchor=\"start\" fill=\"{fill}\">{}</text>",
                    short(x),
                    short(middle + SMALL * 0.36),
                    xml(&text.text),
                );
                x += text.width() + GAPS.1;
            }
        }
    }
}

/// How far a word is moved by what stands before it.
fn swatch(class: &str) -> f64 {
    match class {
        "above" | "back" => 0.0,
        _ => SWATCH.0 + GAPS.0,
    }
}

fn write_swatch(svg: &mut String, class: &str, x: f64, middle: f64) {
    let (width, height) = SWATCH;
    let paint = match class {
        "above" | "back" => return,
        "mark" => format!(
            "fill=\"{}\" stroke=\"{}\" stroke-width=\"1\"",
            BROKEN.1, BROKEN.0
        ),
        class => outline(class),
    };
    let radius = if class == "operation" { 5.5 } else { 3.0 };
    let _ = write!(
        svg,
        "<g class=\"{class}\"><rect x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{height}\" \
         rx=\"{radius}\" {paint}/></g>",
        short(x),
        short(middle - height / 2.0),
    );
}

/// What there is to explain, by class and in words.
fn entries(drawing: &Drawing) -> Vec<(&'static str, String)> {
    let graph = drawing.graph;
    let kinds = graph.nodes().iter().zip(&drawing.shown);
    let kinds: Vec<_> = kinds
        .filter(|(_, shown)| **shown)
        .map(|(node, _)| class(&node.kind))
        .collect();
    let words = [
        ("leaf", "set from outside"),
        ("constant", "never changes"),
        ("operation", "operation"),
        ("folded", "several operations"),
        ("output", "result"),
    ];
    let words = words.into_iter().filter(|(class, _)| kinds.contains(class));
    let mut entries: Vec<_> = words
        .map(|(class, word)| (class, word.to_owned()))
        .collect();
    let (above, below) = match drawing.direction {
        Direction::Rightwards => ("above →", "below ←"),
        Direction::Downwards => ("left ↓", "right ↑"),
    };
    entries.push(("above", format!("{above} value")));
    if graph.values().iter().any(|v| v.cotangent.is_some()) {
        entries.push((
            "back",
            format!("{below} derivative{}", of_the_result(graph)),
        ));
    }
    let lines = drawing
        .labels
        .iter()
        .flat_map(|l| l.above.iter().chain(&l.below));
    if lines.into_iter().any(|line| line.broken) {
        entries.push(("mark", "NaN or ∞".to_owned()));
    }
    entries
}

/// ` of price`, if it is one result whose derivatives these are, and it has a name.
fn of_the_result(graph: &Graph) -> String {
    let mut names = graph.nodes().iter().filter_map(|node| match &node.kind {
        Kind::Output { name } => Some((name, node.operands().first()?.value.index())),
        _ => None,
    });
    match (names.next(), names.next()) {
        (Some((name, value)), None)
            if !name.is_empty() && graph.values()[value].cotangent.is_some() =>
        {
            format!(" of {name}")
        }
        _ => String::new(),
    }
}
