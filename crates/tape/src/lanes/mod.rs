//! Many inputs at once: every entry is computed for a row of inputs before the next one is.
//!
//! One at a time, a replay spends most of its time on finding out what an entry is. A row of
//! *lanes*, one an input, shares that: the entry is decoded once, and its rule is a loop over the
//! row, which the compiler makes vector code of.
//!
//! - [`lowered`](Lowered) makes a list of steps of a program: scalar rules, applications, guards.
//! - [`plan`](Plan) gives each number a row for as long as it is needed, so that all of them stay
//!   in a fast cache.
//! - `forward` and `reverse` are the loops. They are written over numbers whose elementary
//!   functions have no branches ([`straight`], [`kernels`]); a lane for which such a function has
//!   no answer is computed by the plain rule.
//! - `instruction_set` has the loops compiled for AVX-512, for AVX2, and for every processor.
//! - `apply` runs an op lane by lane: whatever it is, it works.
//!
//! This folder knows the list and the rules by their registry; it knows no single op but sums and
//! dot products, which become chains of rules.
//!
//! What always holds:
//!
//! - What a lane gives depends on its own input alone, not on its neighbours or its place.
//! - With [`Precision::Exact`] it is what a replay and a sweep give, bit for bit.

mod apply;
mod forward;
mod instruction_set;
mod kernels;
mod lane;
mod lowered;
mod plan;
mod reverse;
mod reverse_plan;
mod rows;
mod rule;
mod straight;
mod worker;

pub(crate) use instruction_set::{Compiled, How, Kernel};
pub use instruction_set::{InstructionSet, Precision};
pub(crate) use lowered::{Item, Lowered, Step};
pub(crate) use plan::{Ends, Plan, hands_on, needed, operands, varies};
pub(crate) use reverse_plan::ReversePlan;
pub(crate) use rows::CHUNK;
pub(crate) use worker::{Worker, lanes_for};
