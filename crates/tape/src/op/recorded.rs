//! Handles that a reverse rule records with, where a derivative shall itself be a recording.

use super::operation::Op;
use crate::number::Scalar;
use crate::rules::Code;
use crate::shape::Shape;
use std::fmt;

/// What records: a tape, as a rule sees it.
pub(crate) trait Graph<T> {
    /// Records a scalar rule of one operand, element by element of a matrix.
    fn unary<'g>(&'g self, code: Code, x: Recorded<'g, T>) -> Recorded<'g, T>;

    /// Records a scalar rule of two operands, broadcasting where one is a matrix.
    fn binary<'g>(&'g self, code: Code, x: Recorded<'g, T>, y: Recorded<'g, T>) -> Recorded<'g, T>;

    /// Records an integer power.
    fn power<'g>(&'g self, x: Recorded<'g, T>, n: i32) -> Recorded<'g, T>;

    /// Records an application of an op.
    fn apply<'g>(&'g self, op: Box<dyn Op<T>>, operands: &[Recorded<'g, T>]) -> Recorded<'g, T>;
}

/// A number, or an entry of a tape that is being recorded: what a rule says its vector-Jacobian
/// product in, so that the product can be differentiated again; see [`Op::vjp_recorded`]. It has
/// the operators and functions that slopes are made of. They work element by element, and repeat
/// what is smaller.
#[derive(Clone, Copy)]
pub struct Recorded<'g, T> {
    /// `None` of a number.
    graph: Option<&'g dyn Graph<T>>,
    node: Node<T>,
    /// Whether what is meant is minus the entry: a sign is recorded only where no sum, difference,
    /// product or quotient takes it up.
    negative: bool,
    /// Whether it is a cotangent that a choice has handed on: where it is 0, it may stand for
    /// nothing, and what it is multiplied by may be no number.
    gated: bool,
}

/// What is recorded.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Node<T> {
    /// A plain number, which is no entry.
    Number(T),
    /// A scalar entry, with its value.
    Scalar(u32, T),
    /// A matrix entry.
    Matrix(u32, Shape),
}

impl<T: fmt::Debug> fmt::Debug for Recorded<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.node.fmt(f)
    }
}

impl<T: Scalar> From<T> for Recorded<'_, T> {
    /// A plain number.
    fn from(number: T) -> Self {
        Recorded {
            graph: None,
            node: Node::Number(number),
            negative: false,
            gated: false,
        }
    }
}

impl<'g, T: Scalar> Recorded<'g, T> {
    pub(crate) fn on(graph: &'g dyn Graph<T>, node: Node<T>) -> Self {
        let graph = match node {
            Node::Number(_) => None,
            Node::Scalar(..) | Node::Matrix(..) => Some(graph),
        };
        Recorded {
            graph,
            node,
            negative: false,
            gated: false,
        }
    }

    /// The same, [gated](Recorded::where_chosen) or not.
    pub(crate) fn gated_if(self, gated: bool) -> Self {
        Recorded { gated, ..self }
    }

    pub(crate) fn is_gated(self) -> bool {
        self.gated
    }

    /// The number, or the entry; minus it, if it is [negative](Recorded::sign).
    pub(crate) fn node(self) -> Node<T> {
        self.node
    }

    /// Whether what is meant is minus the entry, and the entry without that sign.
    pub(crate) fn sign(self) -> (bool, Self) {
        let negative = false;
        (self.negative, Recorded { negative, ..self })
    }

    /// Minus this entry, which is not recorded yet.
    pub(crate) fn negated(self) -> Self {
        debug_assert!(self.graph.is_some(), "a number has a sign of its own");
        let negative = !self.negative;
        Recorded { negative, ..self }
    }

    /// The same with its sign, if it has one, recorded.
    pub(crate) fn settled(self) -> Self {
        match self.sign() {
            (true, entry) => entry.graph().unary(Code::Neg, entry).gated_if(self.gated),
            (false, entry) => entry,
        }
    }

    /// The graph of an entry.
    pub(crate) fn graph(self) -> &'g dyn Graph<T> {
        self.graph.expect("it is an entry")
    }

    /// The graph that one of several is on; `None` if all are numbers.
    pub(crate) fn graph_of(several: &[Self]) -> Option<&'g dyn Graph<T>> {
        several.iter().find_map(|one| one.graph)
    }

    /// Rows and columns; 1×1 of a scalar.
    pub fn shape(self) -> Shape {
        match self.node {
            Node::Matrix(_, shape) => shape,
            Node::Number(_) | Node::Scalar(..) => Shape::SCALAR,
        }
    }

    /// Whether it is a matrix, be it 1×1, and not a scalar.
    pub fn is_matrix(self) -> bool {
        matches!(self.node, Node::Matrix(..))
    }
}

/// An application whose rule shall record: operands and result.
#[derive(Debug)]
#[non_exhaustive]
pub struct RecordedPoint<'g, T> {
    /// The operands.
    pub operands: Vec<Recorded<'g, T>>,
    /// For each of them, whether it wants a cotangent: for the others nothing need be recorded.
    pub wanted: Vec<bool>,
    /// The result.
    pub result: Recorded<'g, T>,
}

/// The cotangents that a rule has recorded: for each operand one of its shape, or `None` where it
/// gets none.
pub type RecordedCotangents<'g, T> = Vec<Option<Recorded<'g, T>>>;
