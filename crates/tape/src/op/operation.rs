//! The trait of operations on matrices, and the handles that their reverse rules record with, which
//! record operations in turn.

use super::operands::{OperandTangents, Point, PointMut};
use super::output::OutputSpec;
use super::sample::Sample;
use super::sink::Sink;
use super::view::{View, ViewMut};
use crate::error::{ForwardError, ShapeError};
use crate::formula::Formula;
use crate::number::Scalar;
use crate::rules::Code;
use crate::shape::Shape;
use std::fmt;

/// An op on scalars that is a chain of scalar rules.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// All operands added, as [`pairwise_sum`](crate::pairwise_sum) does.
    Sum,
    /// The operands of the first half times those of the second, added likewise.
    Dot,
}

/// An operation on matrices and scalars with one result.
///
/// Four methods make an op: its [name](Op::name), its [shape rule](Op::shape), its [forward
/// run](Op::forward) and its [reverse rule](Op::vjp). The others have defaults, which either do
/// without or say loudly what is missing: an op without [`jvp`](Op::jvp) works in everything but
/// forward sweeps, and one without [`samples`](Op::samples) in everything but the generic tests.
/// The ops of this crate, the layers of `nn` and a user's own go through this one trait.
///
/// The operands are seen as column-major matrices; a scalar operand is 1×1. All rules must hold for
/// repeated operands (`f(x, x)`) and for any cotangent, not only for ones: the tape adds up, the op
/// only says what to add.
///
/// ```
/// use tape::{Op, OutputSpec, Point, PointMut, Shape, ShapeError, ForwardError, Sink, Tape, View};
///
/// /// The squared norm: `X: R×C → scalar`.
/// struct SquaredNorm;
///
/// impl Op<f64> for SquaredNorm {
///     fn name(&self) -> &'static str {
///         "squared_norm"
///     }
///     fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
///         match operands {
///             [_] => Ok(OutputSpec::scalar()),
///             _ => Err(ShapeError::new(format!("takes 1 operand, not {}", operands.len()))),
///         }
///     }
///     fn forward(&self, at: &mut PointMut<'_, f64>) -> Result<(), ForwardError> {
///         at.result.values_mut()[0] = at.operands.get(0).values().iter().map(|x| x * x).sum();
///         Ok(())
///     }
///     fn vjp(&self, at: &Point<'_, f64>, cotangent: View<'_, f64>, sink: &mut Sink<'_, f64>) {
///         let twice = 2.0 * cotangent.scalar();
///         sink.add(0, at.operands.get(0).values().iter().map(|x| twice * x));
///     }
/// }
///
/// let tape = Tape::new();
/// let x = tape.matrix(&nalgebra::dmatrix![3.0, 4.0]);
/// let norm = tape.apply(SquaredNorm, &[x.into()])?.scalar();
/// assert_eq!(norm.value(), 25.0);
/// assert_eq!(norm.gradient().of(x), nalgebra::dmatrix![6.0, 8.0]);
/// # Ok::<(), tape::Error>(())
/// ```
pub trait Op<T: Scalar>: Send + Sync {
    /// The name users see in reports and pictures.
    fn name(&self) -> &'static str;

    /// The symbol drawn in a circle; short. The name, unless the op says otherwise.
    fn symbol(&self) -> &'static str {
        self.name()
    }

    /// What the op computes and how it is differentiated, on paper: reports and pictures say it,
    /// and put numbers in. Nothing is said unless the op says it.
    ///
    /// ```
    /// # use tape::formula;
    /// # let matmul =
    /// formula!(Y(X, W): dX = dY @ W^T, dW = X^T @ dY)
    /// # ;
    /// # assert_eq!(matmul.to_string(), "dX = dY · Wᵀ, dW = Xᵀ · dY");
    /// ```
    fn formula(&self) -> Formula {
        Formula::UNKNOWN
    }

    /// The result's shape, and how many residuals the op keeps.
    ///
    /// # Errors
    /// Says what does not fit; the tape adds the op's name and every shape, and panics at the
    /// caller's line.
    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError>;

    /// Writes the result, and the residuals if the op keeps some.
    ///
    /// Both hold arbitrary numbers before; every element must be written.
    ///
    /// # Errors
    /// If the operands' values cannot be taken (a label out of range); says what was found and
    /// expected.
    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError>;

    /// Adds the vector-Jacobian product: for each operand that [`Sink::wants`] one, its cotangent.
    ///
    /// Must be linear in `cotangent`.
    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>);

    /// The chain of scalar rules that the op is, if its operands are scalars: many inputs at once
    /// are then computed by these. Other ops are run input by input.
    #[doc(hidden)]
    fn in_lanes(&self) -> Option<Chain> {
        None
    }

    /// The vector-Jacobian product once more, said in operations that are recorded: for each
    /// operand that [wants](RecordedPoint::wanted) one, its cotangent, of its shape.
    ///
    /// With it the op can be differentiated any number of times; [`check::ops`](crate::check::ops)
    /// holds it against [`vjp`](Op::vjp). It must be right for whatever numbers a replay brings:
    /// where it chooses, it chooses by [`Recorded::select`] and not by a number it looks at.
    ///
    /// The default is `None`: the op works in everything but derivatives that are recordings, which
    /// say so.
    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let _ = (at, cotangent);
        None
    }

    /// Adds the Jacobian-vector product to `tangent`, which is handed over zeroed: the result's
    /// tangent from the operands' tangents.
    ///
    /// An operand whose [`OperandTangents::get`] is `None` has a tangent of zero.
    ///
    /// # Panics
    /// The default does, naming the op: without this method an op can be swept backwards, but not
    /// forwards.
    fn jvp(&self, at: &Point<'_, T>, tangents: &OperandTangents<'_, T>, tangent: ViewMut<'_, T>) {
        let _ = (at, tangents, tangent);
        panic!(
            "`{0}` has no tangent rule: implement `Op::jvp` for it to push tangents forward",
            self.name()
        );
    }

    /// Operands at which the generic tests try the op: inside its domain and away from kinks. None
    /// by default, which [`check::ops`](crate::check::ops) reports as a fault.
    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![]
    }

    /// Which elements of the operands an element of the result depends on, counted column by
    /// column: calls `read` with an operand's position and the element, for each, and returns
    /// `true`. Sparse Jacobians ask for it.
    ///
    /// The default returns `false`: each element may depend on all of every operand.
    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        let _ = (operands, element, read);
        false
    }

    /// Whether the op is smooth in a neighbourhood of these operands, of about 0.05 in each
    /// element: random graphs avoid places where it is not. Everywhere, unless the op says
    /// otherwise.
    fn is_smooth(&self, operands: &[View<'_, T>]) -> bool {
        let _ = operands;
        true
    }
}

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
