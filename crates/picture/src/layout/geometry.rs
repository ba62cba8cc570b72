//! Where things are when a graph is laid out.

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub x: f64,
    pub y: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
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
pub(crate) enum Piece {
    /// A horizontal line.
    Line(Point, Point),
    /// A cubic curve, horizontal at both ends, whose control points lie half-way between them.
    Curve(Point, Point),
}

/// A net as drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Wire {
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
pub(crate) struct Layout {
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
