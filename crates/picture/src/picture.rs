//! A graph and how much of it to draw.

use crate::model::Graph;
use crate::{dot, fold, mermaid, player, svg, text};

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
    #[doc(alias = "plot")]
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
    #[doc(alias = "graphviz")]
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
