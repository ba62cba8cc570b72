//! A layered drawing of a graph from left to right, after Sugiyama, in which nothing overlaps by
//! construction.
//!
//! A *block* is a node with its size. A *net* is a value: one source block, any number of uses, and
//! a label whose room is part of the layout. The steps, each in a file of its own:
//!
//! 1. [`layers`] gives every block a column; a net that passes a column gets a *lane* there, one
//!    per net and column however many uses lie beyond it.
//! 2. [`order`] orders the blocks and lanes of each column so that few nets cross.
//! 3. [`align`] finds vertical positions that keep the order and make nets straight (Brandes and
//!    Köpf).
//! 4. [`route`] finds horizontal positions and draws the nets.
//!
//! Why nothing overlaps: a label stands on its net right behind the source block and counts as part
//! of it when the column is stacked, so that blocks, labels and lanes of one column lie above one
//! another. Nets change height only in the channels between columns, where nothing but nets is, and
//! each curve stays within its channel.
//!
//! Why not a library: `dagre` 0.1 and `rust-sugiyama` 0.4, the two that are kept up, know edges
//! between two nodes but not nets, so a value used five times would be five parallel lines;
//! `rust-sugiyama` keeps no room for labels and returns no routes, `dagre` (13,000 lines) lets an
//! edge cut the corner of a label between two of its bends.

mod align;
#[cfg(test)]
mod crossing_tests;
mod layers;
mod order;
mod route;
#[cfg(test)]
mod tests;

/// A node to be placed.
#[derive(Debug, Clone)]
pub(super) struct Block {
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
}

/// A value to be drawn: where it comes from and the room of its label above and below the line.
#[derive(Debug, Clone)]
pub(super) struct Net {
    pub source: usize,
    pub width: f64,
    pub above: f64,
    pub below: f64,
}

/// What is to be laid out; the sources of a block's inputs precede it.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub blocks: Vec<Block>,
    pub nets: Vec<Net>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub x: f64,
    pub y: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    #[cfg(test)]
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub fn center(&self) -> Point {
        Point {
            x: self.x + self.width / 2.0,
            y: self.y + self.height / 2.0,
        }
    }
}

/// A piece of a net, drawn from left to right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Piece {
    /// A horizontal line.
    Line(Point, Point),
    /// A cubic curve, horizontal at both ends, whose control points lie half-way between them.
    Curve(Point, Point),
}

/// A net as drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Wire {
    pub pieces: Vec<Piece>,
    /// Where it enters a block: the tip of an arrow pointing right, and the block.
    pub tips: Vec<(Point, usize)>,
    /// Where it branches.
    pub forks: Vec<Point>,
    /// The stretch of it on which the label stands: its left end, and its length.
    pub stem: Option<(Point, f64)>,
}

/// Where everything is, from the origin rightwards and downwards.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    pub width: f64,
    pub height: f64,
    /// One for each block.
    pub blocks: Vec<Rect>,
    /// One for each net.
    pub wires: Vec<Wire>,
    /// One for each net: the room kept for its label.
    pub labels: Vec<Rect>,
    /// How many pairs of nets cross between columns.
    pub crossings: usize,
}

/// Lays a graph out. The same problem gives the same layout, on every machine.
pub(super) fn layout(problem: &Problem) -> Layout {
    let columns = layers::assign(problem);
    let skeleton = layers::skeleton(problem, &columns);
    let (order, crossings) = order::arrange(problem, &skeleton);
    let heights = align::align(problem, &skeleton, &order);
    Layout {
        crossings,
        ..route::route(problem, &skeleton, &order, &heights)
    }
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Block(usize),
    /// A net passing through.
    Lane(usize),
}

/// A place in a column: what stands there, and how far it reaches above and below its reference
/// line.
#[derive(Debug, Clone)]
struct Slot {
    item: Item,
    column: usize,
    above: f64,
    below: f64,
}

/// A stretch of a net from one column to the next.
#[derive(Debug, Clone)]
struct Link {
    net: usize,
    from: usize,
    to: usize,
    /// Which of the outgoing nets of `from` this is.
    exit: usize,
    /// Which operand of `to` this is; 0 for a lane.
    port: usize,
}

/// The layered graph in which every net goes from one column to the next.
#[derive(Debug, Clone)]
struct Skeleton {
    slots: Vec<Slot>,
    columns: Vec<Vec<usize>>,
    links: Vec<Link>,
    /// Links ending and links starting at each slot.
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
    /// For each block its slot.
    slot_of: Vec<usize>,
    /// For each block its height, which has room for all its outgoing nets.
    heights: Vec<f64>,
    /// For each block its outgoing nets, and where they leave it relative to its reference line.
    exits: Vec<Vec<(usize, f64)>>,
}
