//! What is to be laid out.

/// A node to be placed.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub width: f64,
    pub height: f64,
    /// Whether the outline is a circle, at whose rim nets end.
    pub round: bool,
    /// The nets it uses, in operand order.
    pub inputs: Vec<usize>,
    /// Whether nets have to enter from top to bottom in operand order.
    pub ordered: bool,
    /// Whether it stands for something set from outside.
    pub leaf: bool,
    /// What it belongs together with, if with anything.
    pub group: Option<usize>,
}

/// A value to be drawn: where it comes from and the room of its label above and below the line.
#[derive(Debug, Clone)]
pub(crate) struct Net {
    pub source: usize,
    pub width: f64,
    pub above: f64,
    pub below: f64,
}

/// What is to be laid out; the sources of a block's inputs precede it.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub blocks: Vec<Block>,
    pub nets: Vec<Net>,
    /// What is wider is broken into rows, as far as single columns allow.
    pub width: f64,
}
