//! Property tests of gradients: random points, matrices and graphs, and one call that asserts that
//! an op or a function of your own has right derivatives (feature `proptest`).
//!
//! - [`points`] and [`matrix`] are values at which functions with kinks can be differentiated: off
//!   zero and apart from each other. [`matrices`] has random shapes.
//! - [`graphs`] is random programs of scalars and matrices over every op of this crate, well shaped
//!   and inside every domain. They shrink to a small failing program.
//! - [`assert_op`] and [`assert_function`] are the tests themselves. `docs/testing-your-own-op.md`
//!   walks through one.
//!
//! The random numbers are the same in every run, so a test that passes goes on passing.

mod asserts;
mod graph;
mod operations;
mod pick;
mod values;

pub use asserts::{assert_function, assert_op, assert_property};
pub use graph::{Graph, graphs};
pub use values::{matrices, matrix, points};
