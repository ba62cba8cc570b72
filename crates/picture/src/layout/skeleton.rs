//! The layered graph that the steps of the layout work on.

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Block(usize),
    /// A net passing through.
    Lane(usize),
}

/// A place in a column: what stands there, and how far it reaches above and below its reference
/// line.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub item: Item,
    pub column: usize,
    pub above: f64,
    pub below: f64,
}

/// A stretch of a net from one column to the next.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub net: usize,
    pub from: usize,
    pub to: usize,
    /// Which of the outgoing nets of `from` this is.
    pub exit: usize,
    /// Which operand of `to` this is; 0 for a lane.
    pub port: usize,
}

/// The layered graph in which every net goes from one column to the next.
#[derive(Debug, Clone)]
pub(super) struct Skeleton {
    pub slots: Vec<Slot>,
    pub columns: Vec<Vec<usize>>,
    pub links: Vec<Link>,
    /// Links ending and links starting at each slot.
    pub before: Vec<Vec<usize>>,
    pub after: Vec<Vec<usize>>,
    /// For each block its slot.
    pub slot_of: Vec<usize>,
    /// For each block its height, which has room for all its outgoing nets.
    pub heights: Vec<f64>,
    /// For each block its outgoing nets, and where they leave it relative to its reference line.
    pub exits: Vec<Vec<(usize, f64)>>,
}
