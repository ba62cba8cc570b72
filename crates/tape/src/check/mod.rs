//! Is a derivative right, and if not, which entry's?
//!
//! Every rule of the tape can be checked alone: put on a bench with operands of its own, run forward and
//! backward with random cotangents, and compared with slopes computed from its forward run alone. So a wrong
//! gradient is not only noticed, the rule at fault is named: its entry, its operand, its line in the source.
//!
//! - [`ops`] puts a list of ops through everything the tape relies on, at the ops' own samples; [`rules`] does
//!   the same for this crate's scalar rules. `duals` and `dual_rules` (feature `num-dual`) hold the tangent rules against
//!   the forward runs on dual numbers.
//!
//! No tolerance is picked. A numerical slope comes with an estimate of its own error, from the disagreement of
//! extrapolations (Ridders 1982) and from the rounding of the numbers it was made of; a rule is wrong where it
//! differs by more than ten times that. Where both sides are computed exactly but for rounding (linearity, accumulation, the
//! adjoint identity), the tolerance is the worst-case rounding of sums of that length and size.

mod bench;
mod difference;
#[cfg(feature = "num-dual")]
mod duals;
mod examine;
mod ops;
mod pair;
mod random;
mod report;
mod rules;
mod slopes;

#[cfg(feature = "num-dual")]
pub use duals::{dual_rules, duals};
pub use ops::ops;
pub use report::{Cause, Finding, Report};
pub use rules::rules;
