//! One input, again and again: the rules of one kind done together.
//!
//! A replay finds out of each entry what it is, and does it. Where a program does the same to many
//! numbers, as a sum over a list does, that takes longer than the arithmetic. So the rules are put
//! into another order here: those of one kind that do not wait for each other become a *run*, which
//! is a loop over slices, and which the compiler makes vector code of.
//!
//! - `order` says which rules are done together.
//! - `layout` gives every number its place: the results of a run lie side by side. Operands that do
//!   not are copied side by side first.
//! - `reverse_layout` does the same for cotangents. The contributions of a run lie side by side,
//!   too; what adds up is added when the sum is needed.
//! - `forward` and `reverse` are the loops, `memory` has the numbers and runs them.
//!
//! What always holds:
//!
//! - Every result is that of a replay and a sweep, bit for bit. The same operations are done with
//!   the same numbers, and the contributions to a cotangent are added in the tape's order: so
//!   nobody has to know whether there are runs.
//! - There are runs only of programs that consist of scalar rules and gain by it.
//!
//! This folder knows the list, the rules by their registry, and how programs are lowered and loops
//! compiled for [`lanes`](crate::lanes).

mod forward;
mod layout;
mod memory;
mod order;
mod pieces;
mod places;
mod reverse;
mod reverse_layout;

pub(crate) use layout::Runs;
pub(crate) use memory::{Memory, has_loops};
