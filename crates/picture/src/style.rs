//! How a graph is drawn.

/// Where the wires of a drawing lead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Direction {
    /// From left to right, as one writes. What is wider than
    /// [`Picture::width`](crate::Picture::width) goes on in the next row.
    #[default]
    Rightwards,
    /// From top to bottom: values left of their wires, derivatives to the right. For graphs that
    /// are long and narrow.
    Downwards,
}

/// Where the numbers stand that never change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Constants {
    /// In the operation that uses them, `× 2`, if it has one other operand; else as nodes.
    #[default]
    AtOperations,
    /// Nowhere; each is among the operands of an operation's title.
    Hidden,
    /// In nodes of their own.
    Nodes,
}

/// How a graph is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub direction: Direction,
    pub constants: Constants,
    /// The width beyond which a drawing is broken into rows.
    pub width: f64,
    /// For numbers of how many characters there is room beside every wire, at least.
    pub room: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            direction: Direction::default(),
            constants: Constants::default(),
            width: f64::INFINITY,
            room: 0,
        }
    }
}
