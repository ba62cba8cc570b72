//! Scalar rules: functions of one or two numbers with their derivatives.
//!
//! A rule is one block of a family file (`arithmetic`, `exponential`, …): name and symbol, value,
//! derivative, its text, the smooth part of the domain, sample points. `registry` lists the rules,
//! a word or four each. All else is derived from the list: the code on the tape (`code`), the loops
//! that replay and sweep, the methods of numbers and handles, the elementwise matrix ops, the
//! random graphs and the generic tests. No loop has a wildcard arm, so a rule that lacks a part
//! does not compile.
//!
//! A rule is a formula over [`Scalar`](crate::Scalar), so it holds for `f32`, `f64` and dual
//! numbers alike, and it is written in its numerically stable form.
//!
//! This folder knows numbers only. [`all`] gives every rule as data.

mod activation;
mod arithmetic;
mod code;
mod exponential;
mod hyperbolic;
mod piecewise;
mod powers;
mod registry;
mod rule;
mod trigonometric;

pub use activation::*;
pub use arithmetic::*;
pub(crate) use code::{Code, CodedBinary, CodedUnary, Form};
pub use exponential::*;
pub use hyperbolic::*;
pub use piecewise::*;
pub use powers::*;
pub use registry::{Rule, all};
pub(crate) use registry::{registry, scalar_functions, scalar_rules};
pub(crate) use rule::is_read;
pub use rule::{Binary, Unary};
pub use trigonometric::*;
