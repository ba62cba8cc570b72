//! Reverse-mode automatic differentiation on a tape.
//!
//! In 1964 R. E. Wengert described how to differentiate a program: write every step it takes on a
//! list. Read backwards, such a list gives the derivative with respect to every input at once. This
//! crate is that list. It holds scalars and matrices, and it keeps *operations*, not partial
//! derivatives, so the same recording can be replayed with other inputs, swept from several
//! outputs, pushed forward, checked entry by entry, and drawn.
//!
//! ```
//! use tape::Tape;
//!
//! let tape = Tape::new();
//! let (apple, apples) = (tape.var(100.0), tape.var(2.0));
//! let (orange, oranges) = (tape.var(150.0), tape.var(3.0));
//! let tax = tape.var(1.1);
//!
//! let price: tape::Var<f64> = (apple * apples + orange * oranges) * tax;
//! assert_eq!(price.value().round(), 715.0);
//!
//! let gradient = price.gradient();
//! assert_eq!(gradient.of(apple), 2.2);
//! assert_eq!(gradient.of(tax), 650.0);
//! ```
//!
//! - [`Tape`], [`Var`], [`MatrixVar`]: recording, with operators and the functions one knows from
//!   `f64` and nalgebra.
//! - [`Cotangents`]: the result of a reverse sweep; [`Tangents`]: of a forward one.
//! - [`Function`]: a recording as a function, evaluated and differentiated at many points, by
//!   several threads, safe where a comparison turns out otherwise.
//! - `Mapper` (feature `map`, on by default): a function at the rows of a matrix, or summed over
//!   them, with vector instructions.
//! - [`Real`], [`gradient`]: numeric code written once, for plain numbers, dual numbers and the
//!   tape.
//! - [`Tape::entries`], [`Cotangents::contributions`]: what was recorded and what a sweep made of
//!   it, for whoever reports or draws it; the crate `picture` does.
//! - [`formula`](mod@formula): what each operation says of itself on paper, for whoever reads it
//!   with numbers put in.
//! - [`check`]: whether the derivatives are right, and which entry is at fault if not.
//! - `strategies` (feature `proptest`): random points, matrices and graphs, and property tests of
//!   gradients in one call.
//! - [`Threads`] (more than one: feature `rayon`): products and loops shared out, with the same
//!   bits.
//! - [`Op`]: the trait behind every matrix operation; implement it to add one of your own.

pub mod check;
mod cold;
#[cfg(feature = "num-dual")]
mod dual;
mod error;
pub mod formula;
mod function;
mod handle;
#[cfg(feature = "map")]
mod lanes;
mod list;
mod number;
mod op;
pub mod ops;
mod product;
pub mod rules;
#[cfg(feature = "map")]
mod runs;
mod shape;
#[cfg(feature = "proptest")]
pub mod strategies;
mod sweep;
pub mod threads;

/// Matrices come from nalgebra and go back to it: its types stand in the signatures here.
pub use nalgebra;
/// Dual numbers, of which a tape can be made (feature `num-dual`).
#[cfg(feature = "num-dual")]
pub use num_dual;
/// Zero and one, which a [`Scalar`] must have.
pub use num_traits;

pub use error::{Error, ForwardError, Place, ShapeError};
#[cfg(feature = "argmin")]
pub use function::ArgminMatrix;
#[cfg(feature = "map")]
pub use function::Mapper;
pub use function::{Arguments, Direction, Function, Inputs, Outputs, Part};
pub use function::{SparsityPattern, Structure, Values, Workspace};
pub use function::{hessian, hvp, jacobian};
pub use handle::{
    Argument, EntryInfo, Kind, Mark, MatrixVar, Operand, Output, Real, Scope, Tape, TypedId, Var,
};
pub use handle::{apply_rule, dot, log_sum_exp, norm, sum};
#[cfg(feature = "map")]
pub use lanes::{InstructionSet, Precision};
pub use list::{EntryId, MatrixId, VarId};
pub use number::{Arithmetic, Scalar, pairwise_sum};
#[doc(hidden)]
pub use number::{BinaryFunction, UnaryFunction};
#[doc(hidden)]
pub use op::Chain;
pub use op::{
    Op, OperandTangents, Operands, OutputSpec, Point, PointMut, Recorded, RecordedCotangents,
    RecordedPoint, Sample, Sink, View, ViewMut,
};
pub use product::{MatrixProduct, Patches, PatchesProduct, Run, Start, Tap};
pub use product::{Strided, StridedMut};
pub use shape::Shape;
pub use sweep::{Cotangents, EntryRef, MatrixRef, ScalarRef, Seed, Seeds, Tangents};
pub use sweep::{gradient, value_and_gradient};
pub use threads::Threads;
