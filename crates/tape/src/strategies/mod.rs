//! Property tests of gradients: random points, matrices and graphs, and one call that asserts that
//! an op or a function of your own has right derivatives (feature `proptest`).
//!
//! - [`points`] and [`matrix`] are values at which functions with kinks can be differentiated: off
//!   zero and apart from each other. [`matrices`] has random shapes.
//! - [`graphs`] is random programs of scalars and matrices over every op of this crate, well shaped
//!   and inside every domain. They shrink to a small failing program.
//! - [`converted`] makes points and matrices of `f32` or of dual numbers.
//! - [`assert_op`] and [`assert_function`] are the tests themselves; [`check_op`] and
//!   [`check_function`] answer with the report. `docs/testing-your-own-op.md` walks through one.
//!
//! They take proptest's `Config` and run as `proptest!` does: variables like `PROPTEST_CASES`
//! outrank it, each run draws other values unless `rng_seed` is fixed, and a failing seed is
//! written to a file of `proptest-regressions` beside the caller's source and tried first from then
//! on.

mod asserts;
mod graph;
mod operations;
mod pick;
mod run;
mod values;

/// Strategies and configurations are of this version of proptest.
pub use proptest;

pub use asserts::{assert_function, assert_op, assert_property, check_function, check_op};
pub use graph::{Graph, graphs};
pub use run::Failure;
pub use values::{Convert, converted, matrices, matrix, points};
