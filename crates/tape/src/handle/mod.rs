//! Handles: a tape, and the scalars and matrices on it, whose operators and functions record.

mod access;
mod comparisons;
#[cfg(feature = "num-dual")]
mod dual_operators;
mod inspect;
mod leaves;
mod lookup;
mod marks;
mod matrix_functions;
mod matrix_operators;
mod matrix_var;
mod operand;
mod real;
mod record;
mod scalar_functions;
mod scalar_operators;
mod scope;
mod slices;
mod tape;
mod var;

pub use inspect::{Argument, EntryInfo, Kind};
pub use lookup::TypedId;
pub use marks::Mark;
pub use matrix_var::MatrixVar;
pub use operand::{Operand, Output};
pub use real::Real;
pub use scope::Scope;
pub use slices::{dot, log_sum_exp, sum};
pub use tape::Tape;
pub use var::Var;
