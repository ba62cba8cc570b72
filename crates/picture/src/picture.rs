//! A graph and how much of it to draw.

use crate::model::Graph;
use crate::player::{self, Stage};
use crate::style::{Constants, Direction, Style};
use crate::{dot, fold, mermaid, svg, text};

/// A [`Graph`] and how much of it to draw.
#[derive(Debug, Clone)]
pub struct Picture {
    graph: Graph,
    limit: usize,
    depth: Option<usize>,
    style: Style,
}

impl Picture {
    /// The number of nodes above which a graph is folded unless another is set.
    pub const DEFAULT_LIMIT: usize = 80;
    /// The width in pixels beyond which a drawing goes on in a second row, unless another is set:
    /// what a page shows of it without making its texts too small to read.
    pub const DEFAULT_WIDTH: f64 = 1000.0;

    /// A picture of a graph.
    pub fn new(graph: Graph) -> Self {
        Self {
            graph,
            limit: Self::DEFAULT_LIMIT,
            depth: None,
            style: Style {
                width: Self::DEFAULT_WIDTH,
                ..Style::default()
            },
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

    /// Draws from left to right or from top to bottom.
    ///
    /// ```
    /// use picture::{Direction, Draw};
    /// use tape::Tape;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(2.0).named("x");
    /// let _ = (x.sin() * x).named("y");
    /// let tall = tape.picture("A product").direction(Direction::Downwards).svg();
    /// assert!(tall.starts_with("<svg"));
    /// ```
    pub fn direction(mut self, direction: Direction) -> Self {
        self.style.direction = direction;
        self
    }

    /// Breaks a drawing from left to right into rows at most this wide, in pixels at full size, as
    /// far as single nodes and their numbers allow. With [`f64::INFINITY`] there is one row.
    pub fn width(mut self, pixels: f64) -> Self {
        self.style.width = pixels;
        self
    }

    /// Says where numbers stand that never change. The table and the texts for Graphviz and Mermaid
    /// have them as nodes in any case.
    pub fn constants(mut self, constants: Constants) -> Self {
        self.style.constants = constants;
        self
    }

    /// Keeps room beside every wire for numbers of so many characters, value and derivative, so
    /// that a drawing stays as it is while its numbers change.
    ///
    /// ```
    /// use picture::Draw;
    /// use tape::Tape;
    ///
    /// let drawn = |x: f64| {
    ///     let tape = Tape::new();
    ///     let y = tape.var(x).named("x").sin();
    ///     tape.picture_with("A sine", &y.gradient()).room(8).svg()
    /// };
    /// let size = |svg: String| svg[..svg.find("aria-label").unwrap()].to_owned();
    /// assert_eq!(size(drawn(0.0)), size(drawn(-0.1234)));
    /// ```
    pub fn room(mut self, characters: usize) -> Self {
        self.style.room = characters;
        self
    }

    /// The whole graph, unfolded.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// An SVG image.
    #[doc(alias = "plot")]
    pub fn svg(&self) -> String {
        self.write(|graph| svg::write(graph, &self.style, &[]))
    }

    /// A self-contained HTML page that steps through the forward run and the sweep, with buttons, a
    /// slider and keys.
    pub fn player(&self) -> String {
        self.write(|graph| player::write(graph, &self.style))
    }

    /// What the page of [`player`](Picture::player) plays, for a page of one's own.
    ///
    /// ```
    /// use picture::Draw;
    /// use tape::Tape;
    ///
    /// let tape = Tape::new();
    /// let y = tape.var(3.0).named("x") * 2.0;
    /// let stage = tape.picture_with("", &y.gradient()).stage();
    /// assert!(stage.svg.starts_with("<svg"));
    /// assert!(stage.steps.starts_with("[\n{"));
    /// ```
    pub fn stage(&self) -> Stage {
        self.write(|graph| player::stage(graph, &self.style))
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

    fn write<W>(&self, write: impl Fn(&Graph) -> W) -> W {
        let by_scope = self.depth.map(|depth| fold::by_scope(&self.graph, depth));
        let graph = by_scope.as_ref().unwrap_or(&self.graph);
        let fitted = fold::to_fit(graph, self.limit);
        write(fitted.as_ref().unwrap_or(graph))
    }
}
