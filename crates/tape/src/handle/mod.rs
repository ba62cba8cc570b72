//! Handles: a tape, and the scalars and matrices on it, whose operators and functions record.
//!
//! A [`Tape`] is a [list](crate::list) with a number of its own and a history of its rewinds.
//! Recording goes through `&Tape`: a [`Var`] or [`MatrixVar`] is `Copy`, borrows its tape and knows
//! its entry's index, and its operators and functions append an entry each. What changes the list
//! otherwise (setting leaves, replaying, rewinding) takes `&mut Tape`, so it cannot happen while a
//! handle is alive. Ids outlive handles; `access` and `lookup` lead from an id back to values and
//! handles.
//!
//! - `tape`, `marks`, `scope`, `leaves`, `access`, `lookup`, `inspect`: what a tape can do.
//! - `var`, `matrix_var`, `operand`: the handles.
//! - `record`: how an application of an op becomes an entry, which every matrix function goes
//!   through.
//! - `scalar_*`, `matrix_*`, `nalgebra_operators`, `comparisons`, `slices`, `real`, `by_name`:
//!   operators and functions, a line each; `by_reference` has those of borrowed operands.
//!
//! This folder knows the list, the ops and the scalar rules. It knows no sweep: a gradient is asked
//! of a handle by a method that [`sweep`](crate::sweep) adds to it.
//!
//! What always holds:
//!
//! - A handle's entry is there as long as the handle, and a scalar handle's value is that entry's.
//! - Handles of two tapes never meet in one entry: that panics at the caller's line.
//! - A call that returns an error has recorded nothing and changed nothing.

mod access;
mod by_name;
mod by_reference;
mod comparisons;
#[cfg(feature = "num-dual")]
mod dual_operators;
mod graph;
mod inspect;
mod leaves;
mod lookup;
mod marks;
mod matrix_functions;
mod matrix_operators;
mod matrix_var;
mod nalgebra_operators;
mod operand;
mod real;
mod record;
mod scalar_functions;
mod scalar_operators;
mod scope;
mod slices;
mod tape;
mod var;

pub use by_name::apply_rule;
pub use inspect::{Argument, EntryInfo, Kind};
pub use lookup::TypedId;
pub use marks::Mark;
pub use matrix_var::MatrixVar;
pub use operand::{Operand, Output};
pub use real::Real;
pub use scope::Scope;
pub use slices::{dot, log_sum_exp, norm, sum};
pub use tape::Tape;
pub use var::Var;
