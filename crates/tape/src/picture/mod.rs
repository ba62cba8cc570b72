//! Pictures of a computation: values going right above the wires, cotangents coming back below
//! them.
//!
//! A [`Graph`] holds what is drawn; a [`Picture`] decides how much of it and writes it as
//!
//! - **SVG** with embedded styles for light and dark pages; its texts can be selected, and every
//!   digit and the line of the program show on hover ([`Picture::svg`]);
//! - a **player**, a page of its own that steps through the forward run and the sweep
//!   ([`Picture::player`]);
//! - a **table** for a terminal ([`Picture::text`]);
//! - **DOT** for Graphviz and **Mermaid** for Markdown pages ([`Picture::dot`],
//!   [`Picture::mermaid`]).
//!
//! A recorded [`Tape`](crate::Tape) gives its picture by [`Tape::picture`](crate::Tape::picture) and, after a
//! sweep, [`Tape::picture_with`](crate::Tape::picture_with); a graph can also be put together by hand.
//!
//! All are texts; writing them somewhere is left to the caller. The same graph gives the same text
//! on every machine.
//!
//! ```
//! use tape::picture::{Graph, Operation, Picture};
//!
//! let mut graph = Graph::new("Two apples");
//! let times = Operation::new("×", "multiply").rule("dx = dz · y, dy = dz · x");
//! let times = graph.operation(times.commuting());
//! let (apple, apples) = (graph.leaf("apple", 100.0), graph.leaf("apples", 2.0));
//! let price = graph.apply(times, &[apple, apples], 200.0);
//! graph.output("price", price);
//! for (value, cotangent) in [(apple, 2.0), (apples, 100.0), (price, 1.0)] {
//!     graph.value_mut(value).cotangent = Some(cotangent.into());
//! }
//!
//! let table = Picture::new(graph).text(60);
//! assert_eq!(table, "\
//! Two apples
//!    node    uses  value  cotangent
//! 0  apple           100          2
//! 1  apples            2        100
//! 2  ×       0 1     200          1
//! 3  price   2
//! ");
//! ```
//!
//! # Large graphs
//! A picture of more than [`Picture::DEFAULT_LIMIT`] nodes is of no use, and neither is a file of
//! ten megabytes. Beyond the limit scopes are folded into one node each, and if that is not enough
//! some ten stretches of the tape are, each with the operations it contains counted.
//! [`Picture::limit`] sets another limit, [`Picture::folded`] folds at once.

mod dot;
mod drawing;
mod escape;
mod fold;
mod formula;
mod from_tape;
mod layout;
mod measure;
mod mermaid;
mod model;
mod numbers;
mod operation;
mod player;
mod quantity;
#[cfg(test)]
mod samples;
mod svg;
mod text;

#[cfg(test)]
mod browser_tests;
#[cfg(test)]
mod drawn_tests;

pub use model::{Folded, Graph, Kind, Node, Operand, Source, Value, ValueId};
pub use operation::{Operation, OperationId};
pub use quantity::{Matrix, Quantity};

/// A [`Graph`] and how much of it to draw.
#[derive(Debug, Clone)]
pub struct Picture {
    graph: Graph,
    limit: usize,
    depth: Option<usize>,
}

impl Picture {
    /// The number of nodes above which a graph is folded unless another is set.
    pub const DEFAULT_LIMIT: usize = 80;

    /// A picture of a graph.
    pub fn new(graph: Graph) -> Self {
        Self {
            graph,
            limit: Self::DEFAULT_LIMIT,
            depth: None,
        }
    }

    /// Folds automatically above this number of nodes. With [`usize::MAX`] everything is drawn,
    /// however long it takes and however large the text becomes.
    pub fn limit(mut self, nodes: usize) -> Self {
        self.limit = nodes;
        self
    }

    /// Folds every scope of this depth into one node, even in a small graph: with depth 1
    /// `net/affine1` becomes part of `net`, with depth 2 it is a node of its own. Depth 0 folds
    /// nothing.
    pub fn folded(mut self, depth: usize) -> Self {
        self.depth = (depth > 0).then_some(depth);
        self
    }

    /// The whole graph, unfolded.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// An SVG image.
    pub fn svg(&self) -> String {
        self.write(svg::write)
    }

    /// A self-contained HTML page that steps through the forward run and the sweep, with buttons, a
    /// slider and keys.
    pub fn player(&self) -> String {
        self.write(player::write)
    }

    /// A table, one line per node, of at most `width` characters a line where the numbers leave
    /// room for that.
    pub fn text(&self, width: usize) -> String {
        self.write(|graph| text::write(graph, width))
    }

    /// A graph in the DOT language, for Graphviz.
    pub fn dot(&self) -> String {
        self.write(dot::write)
    }

    /// A Mermaid flowchart, to be put between a Markdown fence of the language `mermaid`.
    pub fn mermaid(&self) -> String {
        self.write(mermaid::write)
    }

    fn write(&self, write: impl Fn(&Graph) -> String) -> String {
        let by_scope = self.depth.map(|depth| fold::by_scope(&self.graph, depth));
        let graph = by_scope.as_ref().unwrap_or(&self.graph);
        let fitted = fold::to_fit(graph, self.limit);
        write(fitted.as_ref().unwrap_or(graph))
    }
}
