//! How much room texts take, without a font at hand.
//!
//! The widths are those of DejaVu Sans and Verdana, the widest of the fonts a browser may pick for
//! the list in `svg.css`; with a narrower one a label is a little smaller than the room kept for
//! it.

use crate::model::{Folded, Graph, Kind};
use crate::numbers;
use crate::quantity::{Matrix, Quantity};

/// Font sizes in pixels: what is read first, and what stands beside it.
pub(crate) const LARGE: f64 = 14.0;
pub(crate) const SMALL: f64 = 11.0;
/// Distance between a wire and the text above it, which is also that to the arrow going back below
/// it.
pub(crate) const OFF_WIRE: f64 = 4.0;
/// Distance between a wire and the text below it, which stands below that arrow.
pub(crate) const RETURN: f64 = 8.0;
/// The longest text drawn; longer ones end in an ellipsis and are shown whole on hover.
const LONGEST: usize = 28;

/// A line of text and its size.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    pub text: String,
    pub size: f64,
}

impl Text {
    fn new(text: impl Into<String>, size: f64) -> Self {
        Self {
            text: clipped(text.into()),
            size,
        }
    }

    pub fn width(&self) -> f64 {
        self.text.chars().map(advance).sum::<f64>() * self.size
    }

    pub fn height(&self) -> f64 {
        self.size * 1.25
    }
}

/// The lines written above and below a wire, each from top to bottom.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Label {
    pub above: Vec<Text>,
    pub below: Vec<Text>,
}

impl Label {
    /// What is written beside a value's wire. A constant's number stands in its node, not here.
    pub fn of(graph: &Graph, value: usize) -> Self {
        let value = &graph.values()[value];
        if graph.nodes()[value.producer()].kind == Kind::Constant {
            return Self::default();
        }
        let below = value.cotangent.as_ref().map(|cotangent| match cotangent {
            Quantity::Matrix(matrix) => entries_or_norm(matrix),
            other => vec![Text::new(numbers::brief(other), LARGE)],
        });
        let (shape, numbers) = match &value.forward {
            Quantity::Matrix(matrix) => (numbers::shape(matrix), entries_or_norm(matrix)),
            other => (String::new(), vec![Text::new(numbers::brief(other), LARGE)]),
        };
        let heading = format!("{} {shape}", value.name);
        let heading = match heading.trim() {
            "" => None,
            heading => Some(Text::new(heading, SMALL)),
        };
        let above = heading.into_iter().chain(numbers).collect();
        Self {
            above,
            below: below.unwrap_or_default(),
        }
    }

    pub fn width(&self) -> f64 {
        self.above
            .iter()
            .chain(&self.below)
            .map(Text::width)
            .fold(0.0, f64::max)
    }

    /// How far the label reaches above and below its wire.
    pub fn extents(&self) -> (f64, f64) {
        let extent = |lines: &[Text], off: f64| match lines {
            [] => 0.0,
            lines => off + lines.iter().map(Text::height).sum::<f64>(),
        };
        (extent(&self.above, OFF_WIRE), extent(&self.below, RETURN))
    }
}

fn entries_or_norm(matrix: &Matrix) -> Vec<Text> {
    if matrix.entries.is_empty() {
        return vec![Text::new(
            format!("‖{}‖", numbers::short(matrix.norm)),
            LARGE,
        )];
    }
    let row = |row: &[f64]| {
        row.iter()
            .map(|&entry| numbers::short(entry))
            .collect::<Vec<_>>()
            .join("  ")
    };
    numbers::rows(matrix)
        .map(|entries| Text::new(format!("[{}]", row(entries)), LARGE))
        .collect()
}

/// The outline a node is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outline {
    Circle,
    Rounded,
}

/// A node's texts and the room it takes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Face {
    pub lines: Vec<Text>,
    pub outline: Outline,
    pub width: f64,
    pub height: f64,
}

/// The diameter of an operation's circle.
const CIRCLE: f64 = 38.0;
/// The least distance between two wires entering a node.
pub(crate) const PORT_GAP: f64 = 10.0;

impl Face {
    /// How a node looks.
    pub fn of(graph: &Graph, node: usize, results: &[Vec<usize>]) -> Self {
        let title = Text::new(graph.caption(node, results), LARGE);
        let inputs = graph.nodes()[node].operands().len();
        let operation = matches!(graph.nodes()[node].kind, Kind::Operation(_));
        let lines = match &graph.nodes()[node].kind {
            Kind::Folded(folded) => vec![title, Text::new(counts(folded), SMALL)],
            _ => vec![title],
        };
        let width = lines.iter().map(Text::width).fold(0.0, f64::max);
        let tall = (inputs + 1) as f64 * PORT_GAP;
        if operation && inputs <= 3 && width <= CIRCLE - 8.0 {
            return Self {
                lines,
                outline: Outline::Circle,
                width: CIRCLE,
                height: CIRCLE,
            };
        }
        let least = lines.iter().map(Text::height).sum::<f64>() + 14.0;
        Self {
            lines,
            outline: Outline::Rounded,
            width: width + 22.0,
            height: tall.max(least),
        }
    }
}

/// `× 12, + 11, exp`: the most frequent operations of a folded node, with how often each occurs if
/// not once.
pub(crate) fn counts(folded: &Folded) -> String {
    let shown: Vec<_> = folded
        .counts
        .iter()
        .take(3)
        .map(|(symbol, count)| match count {
            1 => symbol.clone(),
            _ => format!("{symbol} {count}"),
        })
        .collect();
    match (folded.counts.len(), shown.len()) {
        (0, _) => format!("{} nodes", folded.nodes),
        (all, some) if all > some => shown.join(", ") + ", …",
        _ => shown.join(", "),
    }
}

fn clipped(text: String) -> String {
    // A control character, a line break above all, has no width and no place in a one-line label.
    let text = text.replace(char::is_control, " ");
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some(_) => text.chars().take(LONGEST - 1).chain(['…']).collect(),
    }
}

/// The width of a character in units of the font size, rounded up.
fn advance(c: char) -> f64 {
    match c {
        ' ' | '.' | ',' | ':' | ';' | '!' | '|' | '\'' | 'i' | 'j' | 'l' | 'I' | '·' => 0.37,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' | '\\' => 0.44,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' | '∞' => 1.02,
        '0'..='9' | 'a'..='z' | '_' | '"' | '*' | '?' => 0.645,
        'A'..='Z' | '$' | '&' => 0.80,
        '‖' => 0.52,
        c if c.is_ascii() => 0.86,
        // Greek, Cyrillic and the like; ideographs and symbols are as wide as they are high.
        '\u{a0}'..='\u{1fff}' => 0.88,
        _ => 1.1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_broken_texts_become_one_short_line() {
        let text = Text::new("a\nb", LARGE);
        assert_eq!(text.text, "a b");
        let text = Text::new("ä".repeat(40), LARGE);
        assert_eq!(text.text.chars().count(), LONGEST);
        assert!(text.text.ends_with('…'));
    }

    #[test]
    fn a_label_reaches_as_far_as_its_lines() {
        let mut graph = Graph::new("");
        let x = graph.leaf("x", Matrix::summary(2, 2, [1.0, 2.0, 3.0, 4.0]));
        let label = Label::of(&graph, x.index());
        let texts: Vec<_> = label.above.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["2×2", "[1  2]", "[3  4]"]);
        let (above, below) = label.extents();
        assert_eq!(
            (above, below),
            (OFF_WIRE + 1.25 * (SMALL + 2.0 * LARGE), 0.0)
        );
        graph.value_mut(x).cotangent = Some(1.0.into());
        assert!(Label::of(&graph, x.index()).extents().1 > 0.0);
    }

    #[test]
    fn a_name_stands_above_the_number_and_beside_the_shape() {
        let mut graph = Graph::new("");
        let (x, m) = (graph.leaf("x", 1.0), Matrix::summary(1, 2, [1.0, 2.0]));
        graph.value_mut(x).name = "s".into();
        let y = graph.leaf("y", m);
        graph.value_mut(y).name = "hidden".into();
        let texts = |value: usize| -> Vec<String> {
            let above = Label::of(&graph, value).above;
            above.into_iter().map(|line| line.text).collect()
        };
        assert_eq!(texts(x.index()), ["s", "1"]);
        assert_eq!(texts(y.index()), ["hidden 1×2", "[1  2]"]);
    }

    #[test]
    fn a_constant_has_its_number_inside() {
        let mut graph = Graph::new("");
        let two = graph.constant(2.0);
        assert_eq!(Label::of(&graph, two.index()), Label::default());
        assert_eq!(Face::of(&graph, 0, &graph.results()).lines[0].text, "2");
    }
}
