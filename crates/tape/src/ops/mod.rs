//! Matrix ops: one file each, or one for a few that are alike.
//!
//! A file has everything of its op: formula, shapes, forward run, both derivatives, sample operands.
//! `registry` lists the ops, a line each; methods, random graphs and generic tests are derived from
//! the list. [`Map`] and [`Zip`] apply any scalar rule element by element.
//!
//! This folder uses what any other crate could use for ops of its own, and a few helpers: `arity`
//! (how many operands), `shifted` (exponential sums that do not overflow).

mod arity;
mod assemble;

mod element;
mod map;
mod matmul;
mod maximum;
mod nary;
mod range;
mod registry;
mod reshape;
mod row_log_sum_exp;
mod row_maxima;
mod shifted;
mod softmax;
mod stack;
mod sum;
mod sums;
mod transpose;
mod zip;

pub use assemble::Assemble;
pub use element::Element;
pub use map::{Map, MapPowI};
pub use matmul::MatMul;
pub use maximum::Maximum;
pub use nary::{DotOf, LogSumExpOf, SumOf};
pub use range::{ColumnRange, RowRange};
pub use registry::all;
pub(crate) use registry::matrix_ops;
pub use reshape::Reshape;
pub use row_log_sum_exp::RowLogSumExp;
pub use row_maxima::RowMaxima;
pub(crate) use shifted::log_sum_exp;
pub use softmax::Softmax;
pub use stack::{HStack, VStack};
pub use sum::Sum;
pub use sums::{ColumnSums, RowSums};
pub use transpose::Transpose;
pub use zip::Zip;
