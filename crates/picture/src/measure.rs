//! How much room texts take, without a font at hand.
//!
//! The widths are those of DejaVu Sans and Verdana, the widest of the fonts a browser may pick for
//! the list in `svg.css`; with a narrower one a label is a little smaller than the room kept for
//! it.

use crate::model::{Folded, Graph, Kind};
use crate::numbers;
use crate::quantity::{Matrix, Quantity};
use crate::style::{Constants, Direction, Style};

/// Font sizes in pixels: what is read first, and what stands beside it.
pub(crate) const LARGE: f64 = 14.0;
pub(crate) const SMALL: f64 = 11.0;
/// The size of a sign that stands alone.
const SIGN: f64 = 20.0;
/// Distance between a wire and the text above it, which is also that to the arrow going back below
/// it.
pub(crate) const OFF_WIRE: f64 = 4.0;
/// Distance between a wire and the text below it, which stands below that arrow.
pub(crate) const RETURN: f64 = 8.0;
/// The same to the text right of a wire that leads down.
pub(crate) const RETURN_ASIDE: f64 = 12.0;
/// The longest text drawn; longer ones end in an ellipsis and are shown whole on hover.
const LONGEST: usize = 28;
/// The longest title of a picture, which stands alone and may make the picture wider.
const LONGEST_TITLE: usize = 64;

/// A line of text and its size.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    pub text: String,
    pub size: f64,
    /// Whether NaN or an infinity is in it.
    pub broken: bool,
}

impl Text {
    pub fn new(text: impl Into<String>, size: f64) -> Self {
        Self {
            text: clipped(text.into(), LONGEST),
            size,
            broken: false,
        }
    }

    /// The title of a picture.
    pub fn title(text: &str) -> Self {
        Self {
            text: clipped(text.into(), LONGEST_TITLE),
            size: LARGE,
            broken: false,
        }
    }

    /// The text of a number, which is marked if it is none that one can go on with.
    fn number(text: String) -> Self {
        let broken = ["NaN", "∞"].iter().any(|mark| text.contains(mark));
        Self {
            broken,
            ..Self::new(text, LARGE)
        }
    }

    pub fn width(&self) -> f64 {
        self.text.chars().map(advance).sum::<f64>() * self.size
    }

    pub fn height(&self) -> f64 {
        self.size * 1.25
    }
}

/// The lines written above and below a wire, each from top to bottom; left and right of one that
/// leads down.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Label {
    pub above: Vec<Text>,
    pub below: Vec<Text>,
    /// The least room above, for other numbers.
    pub room_above: f64,
    /// The least room below, for other texts that stand there at times.
    pub room: f64,
}

impl Label {
    /// What is written beside a value's wire, with room for other texts below. A constant's number
    /// stands in its node, not here.
    pub fn of(graph: &Graph, value: usize, other: &[String]) -> Self {
        let value = &graph.values()[value];
        if graph.nodes()[value.producer()].kind == Kind::Constant {
            return Self::default();
        }
        let below = value.cotangent.as_ref().map(|cotangent| match cotangent {
            Quantity::Matrix(matrix) => entries_or_norm(matrix),
            other => vec![Text::number(numbers::brief(other))],
        });
        let (shape, numbers) = match &value.forward {
            Quantity::Matrix(matrix) => (numbers::shape(matrix), entries_or_norm(matrix)),
            other => (String::new(), vec![Text::number(numbers::brief(other))]),
        };
        let heading = format!("{} {shape}", value.name);
        let heading = match heading.trim() {
            "" => None,
            heading => Some(Text::new(heading, SMALL)),
        };
        let above = heading.into_iter().chain(numbers).collect();
        let other = other.iter().map(|text| Text::new(text, LARGE).width());
        Self {
            above,
            below: below.unwrap_or_default(),
            room_above: 0.0,
            room: other.fold(0.0, f64::max),
        }
    }

    /// The same with room for numbers of so many characters on both sides.
    pub fn with_room(mut self, characters: usize) -> Self {
        if !self.above.is_empty() && characters > 0 {
            let room = Text::new("0".repeat(characters), LARGE).width();
            self.room_above = room;
            self.room = self.room.max(room);
        }
        self
    }

    /// How far the label reaches above and below its wire; left and right of one that leads down.
    pub fn extents(&self, direction: Direction) -> (f64, f64) {
        let across = |lines: &[Text], room: f64| match direction {
            Direction::Rightwards => height(lines),
            Direction::Downwards => width(lines).max(room),
        };
        let extent = |lines: &[Text], off: f64, room: f64| match lines {
            [] if room == 0.0 => 0.0,
            [] => off + across(&[Text::new("", LARGE)], room),
            lines => off + across(lines, room),
        };
        let back = match direction {
            Direction::Rightwards => RETURN,
            Direction::Downwards => RETURN_ASIDE,
        };
        (
            extent(&self.above, OFF_WIRE, self.room_above),
            extent(&self.below, back, self.room),
        )
    }

    /// How much of its wire the label takes.
    pub fn length(&self, direction: Direction) -> f64 {
        match direction {
            Direction::Rightwards => width(&self.above).max(width(&self.below)).max(self.room),
            Direction::Downwards => height(&self.above).max(height(&self.below)),
        }
    }
}

pub(crate) fn width(lines: &[Text]) -> f64 {
    lines.iter().map(Text::width).fold(0.0, f64::max)
}

pub(crate) fn height(lines: &[Text]) -> f64 {
    lines.iter().map(Text::height).sum()
}

/// The entries of a small matrix; of another the norm, between bars that every font has.
fn entries_or_norm(matrix: &Matrix) -> Vec<Text> {
    if matrix.entries.is_empty() {
        return vec![Text::number(format!("||{}||", numbers::short(matrix.norm)))];
    }
    let row = |row: &[f64]| {
        row.iter()
            .map(|&entry| numbers::short(entry))
            .collect::<Vec<_>>()
            .join("  ")
    };
    numbers::rows(matrix)
        .map(|entries| Text::number(format!("[{}]", row(entries))))
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
    pub fn of(
        graph: &Graph,
        node: usize,
        results: &[Vec<usize>],
        style: &Style,
        shown: &[bool],
    ) -> Self {
        let title = match style.constants {
            Constants::AtOperations => with_constant(graph, node, results, shown),
            _ => graph.caption(node, results),
        };
        let mut title = Text::new(title, LARGE);
        let inputs = graph.nodes()[node].operands().len();
        let operation = matches!(graph.nodes()[node].kind, Kind::Operation(_));
        if operation && title.text.chars().count() == 1 {
            title.size = SIGN;
        }
        let lines = match &graph.nodes()[node].kind {
            Kind::Folded(folded) => vec![title, Text::new(counts(folded), SMALL)],
            _ => vec![title],
        };
        let width = width(&lines);
        let tall = (inputs + 1) as f64 * PORT_GAP;
        if operation && inputs <= 3 && width <= CIRCLE - 8.0 {
            return Self {
                lines,
                outline: Outline::Circle,
                width: CIRCLE,
                height: CIRCLE,
            };
        }
        let (width, height) = (width + 22.0, height(&lines) + 14.0);
        let down = style.direction == Direction::Downwards;
        Self {
            lines,
            outline: Outline::Rounded,
            width: if down { width.max(tall) } else { width },
            height: if down { height } else { height.max(tall) },
        }
    }
}

/// What an operation is called with the constant that is not drawn: `× 2`, `3 /`, `max(·, 0)`.
fn with_constant(graph: &Graph, node: usize, results: &[Vec<usize>], shown: &[bool]) -> String {
    let caption = graph.caption(node, results);
    let operands = graph.nodes()[node].operands();
    let constant = |place: usize| {
        let value = &graph.values()[operands.get(place)?.value.index()];
        (!shown[value.producer()]).then(|| numbers::brief(&value.forward))
    };
    let word = caption.chars().any(char::is_alphabetic);
    match (constant(0), constant(1)) {
        (Some(first), None) if word => format!("{caption}({first}, ·)"),
        (None, Some(second)) if word => format!("{caption}(·, {second})"),
        (Some(first), None) => format!("{first} {caption}"),
        (None, Some(second)) => format!("{caption} {second}"),
        _ => caption,
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

fn clipped(text: String, longest: usize) -> String {
    // A control character, a line break above all, has no width and no place in a one-line label.
    let text = text.replace(char::is_control, " ");
    match text.char_indices().nth(longest) {
        None => text,
        Some(_) => text.chars().take(longest - 1).chain(['…']).collect(),
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
    fn what_is_folded_is_counted() {
        let said = |symbols: &[(&str, usize)]| {
            counts(&Folded {
                name: String::new(),
                nodes: 9,
                counts: (symbols.iter())
                    .map(|&(symbol, count)| (symbol.to_owned(), count))
                    .collect(),
            })
        };
        assert_eq!(said(&[]), "9 nodes");
        assert_eq!(said(&[("×", 4), ("+", 3), ("exp", 1)]), "× 4, + 3, exp");
        assert_eq!(
            said(&[("×", 4), ("+", 2), ("exp", 1), ("sin", 1)]),
            "× 4, + 2, exp, …"
        );
    }

    #[test]
    fn a_title_may_be_longer_than_a_label() {
        let words = "ä".repeat(LONGEST_TITLE);
        assert_eq!(Text::title(&words).text, words);
        let cut = Text::title(&(words + "ä")).text;
        assert_eq!(cut.chars().count(), LONGEST_TITLE);
        assert!(cut.ends_with('…'));
    }

    #[test]
    fn a_label_reaches_as_far_as_its_lines() {
        let mut graph = Graph::new("");
        let x = graph.leaf("x", Matrix::summary(2, 2, [1.0, 2.0, 3.0, 4.0]));
        let label = Label::of(&graph, x.index(), &[]);
        let texts: Vec<_> = label.above.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["2×2", "[1  2]", "[3  4]"]);
        let (above, below) = label.extents(Direction::Rightwards);
        assert_eq!(
            (above, below),
            (OFF_WIRE + 1.25 * (SMALL + 2.0 * LARGE), 0.0)
        );
        graph.value_mut(x).cotangent = Some(1.0.into());
        assert!(
            Label::of(&graph, x.index(), &[])
                .extents(Direction::Rightwards)
                .1
                > 0.0
        );
    }

    #[test]
    fn a_name_stands_above_the_number_and_beside_the_shape() {
        let mut graph = Graph::new("");
        let (x, m) = (graph.leaf("x", 1.0), Matrix::summary(1, 2, [1.0, 2.0]));
        graph.value_mut(x).name = "s".into();
        let y = graph.leaf("y", m);
        graph.value_mut(y).name = "hidden".into();
        let texts = |value: usize| -> Vec<String> {
            let above = Label::of(&graph, value, &[]).above;
            above.into_iter().map(|line| line.text).collect()
        };
        assert_eq!(texts(x.index()), ["s", "1"]);
        assert_eq!(texts(y.index()), ["hidden 1×2", "[1  2]"]);
    }

    #[test]
    fn a_constant_has_its_number_inside() {
        let mut graph = Graph::new("");
        let two = graph.constant(2.0);
        assert_eq!(Label::of(&graph, two.index(), &[]), Label::default());
        let face = Face::of(&graph, 0, &graph.results(), &Style::default(), &[true]);
        assert_eq!(face.lines[0].text, "2");
    }
}
