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

/// A piece of a net, drawn from left to right, or from top to bottom if the drawing runs downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Piece {
    /// A line along the drawing's direction.
    Line(Point, Point),
    /// A cubic curve, along the direction at both ends, whose control points lie half-way between
    /// them.
    Curve(Point, Point),
    /// The way from the end of a row to the beginning of the next: right, down, back to the left,
    /// down and right again.
    Wrap([Point; 6]),
}

impl Piece {
    pub fn ends(&self) -> (Point, Point) {
        match *self {
            Piece::Line(from, to) | Piece::Curve(from, to) => (from, to),
            Piece::Wrap(points) => (points[0], points[5]),
        }
    }
}

/// A net as drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Wire {
    pub pieces: Vec<Piece>,
    /// Where it enters a block: the tip of an arrow along the direction, and the block.
    pub tips: Vec<(Point, usize)>,
    /// Where it branches.
    pub forks: Vec<Point>,
    /// The stretch of it on which the label stands: its first end, and its length.
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

impl Point {
    fn turned(self) -> Self {
        Point {
            x: self.y,
            y: self.x,
        }
    }
}

impl Rect {
    fn turned(self) -> Self {
        Rect {
            x: self.y,
            y: self.x,
            width: self.height,
            height: self.width,
        }
    }
}

impl Piece {
    fn turned(self) -> Self {
        match self {
            Piece::Line(from, to) => Piece::Line(from.turned(), to.turned()),
            Piece::Curve(from, to) => Piece::Curve(from.turned(), to.turned()),
            Piece::Wrap(points) => Piece::Wrap(points.map(Point::turned)),
        }
    }
}

impl Layout {
    /// Whether it has several rows.
    pub fn is_broken(&self) -> bool {
        let mut pieces = self.wires.iter().flat_map(|wire| &wire.pieces);
        pieces.any(|piece| matches!(piece, Piece::Wrap(_)))
    }

    /// The same with rightwards and downwards exchanged.
    pub fn turned(mut self) -> Self {
        (self.width, self.height) = (self.height, self.width);
        for rect in self.blocks.iter_mut().chain(&mut self.labels) {
            *rect = rect.turned();
        }
        for wire in &mut self.wires {
            wire.pieces.iter_mut().for_each(|p| *p = p.turned());
            wire.tips.iter_mut().for_each(|tip| tip.0 = tip.0.turned());
            wire.forks.iter_mut().for_each(|fork| *fork = fork.turned());
            wire.stem = wire.stem.map(|(start, length)| (start.turned(), length));
        }
        self
    }
}
