//! Matrix ops: one file each, or one for a few that are alike.
//!
//! A file has everything of its op: formula, shapes, forward run, both derivatives, sample
//! operands. `registry` lists the ops, a line each; methods, random graphs and generic tests are
//! derived from the list. [`Map`] and [`Zip`] apply any scalar rule element by element.
//!
//! This folder uses what any other crate could use for ops of its own, and a few helpers: `arity`
//! (how many operands), `shifted` (exponential sums that do not overflow), `rows` (a block of rows
//! at a time).

mod arity;
mod assemble;
mod broadcast;
mod choice;
mod element;
mod gated_mul;
mod gather;
mod log_softmax;
mod map;
mod matmul;
mod maximum;
mod nary;
mod norm;
mod range;
mod recorded;
mod registry;
mod repeat;
mod reshape;
mod row_log_sum_exp;
mod row_maxima;
mod rows;
mod shifted;
mod slopes;
mod softmax;
mod stack;
mod sum;
mod sums;
mod transpose;
mod variances;
mod zip;

pub use assemble::*;
pub use choice::*;
pub use element::*;
pub use gated_mul::GatedMul;
pub use gather::*;
pub use log_softmax::*;
pub use map::*;
pub use matmul::*;
pub use maximum::*;
pub use nary::*;
pub(crate) use norm::length;
pub use norm::{Norm, NormOf, RowNorms};
pub use range::*;
pub(crate) use recorded::power_slope;
pub use registry::all;
pub(crate) use registry::matrix_ops;
pub use repeat::*;
pub use reshape::*;
pub use row_log_sum_exp::*;
pub use row_maxima::*;
pub(crate) use shifted::log_sum_exp;
pub use softmax::*;
pub use stack::*;
pub use sum::*;
pub use sums::*;
pub use transpose::*;
pub use variances::*;
pub use zip::*;
