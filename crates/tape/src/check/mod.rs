//! Is a derivative right, and if not, which entry's?
//!
//! Every rule of the tape can be checked alone: isolated with operands of its own, run forward and
//! backward with random cotangents, and compared with slopes computed from its forward run alone.
//! So a wrong gradient is not only noticed, the rule at fault is named: its entry, its operand, its
//! line in the source.
//!
//! - [`Tape::check`](crate::Tape::check) checks a recorded tape: every entry alone, then the
//!   gradient as a whole. [`gradient`] does the same for a closure over a slice. [`Check`] has the
//!   choices.
//! - [`ops`] puts a list of ops through everything the tape relies on, at the ops' own samples;
//!   [`rules`] does the same for this crate's scalar rules. `duals` and `dual_rules` (feature
//!   `num-dual`) hold the tangent rules against the forward runs on dual numbers.
//! - [`Tape::first_non_finite`](crate::Tape::first_non_finite) and
//!   [`Tape::first_non_finite_cotangent`](crate::Tape::first_non_finite_cotangent) say where a NaN
//!   came from.
//!
//! # Tolerances
//!
//! None is picked. A numerical slope comes with an estimate of its own error, from the disagreement
//! of extrapolations (Ridders 1982) and from the rounding of the numbers it was made of, those that
//! cancelled among them; it confirms a derivative within ten times that, if that is a small part of
//! the derivative. What it does not confirm gets a second look, with rounding measured where the
//! slope is taken; so does what should hold but for rounding and does not (linearity, accumulation,
//! the adjoint test). Only slopes that can tell, at scales far apart, call a derivative wrong.
//! Everything else could not be judged, and is counted and shown.
//!
//! # Kinks
//!
//! Where the numerical slope disagrees, the slopes on the two sides are computed as well. If they
//! differ from each other and the rule gives one of them or one in between (a subgradient), the
//! function has a kink there; if no slope settles, it has a pole, an edge or noise. Neither is a
//! fault, and neither is passed over: a [`Report`] lists them apart, as remarks. A rule whose value
//! lies outside the two slopes is wrong at a kink, too.
//!
//! # The files
//!
//! Each uses only those named before it.
//!
//! - `random`, `comparison`, `options`, `finding`, `report`: what all checks share.
//! - `difference`, `perturb`, `noise`, `second_look`, `slopes`: slopes by differences, of any
//!   function whose arguments can be moved.
//! - `operand_buffers`, `isolated`, `entry_function`, `case`, `reverse_rule`,
//!   `tangent_rule`, `entry`: one entry alone.
//! - `recorded_rule`: a reverse rule that is recorded, against the one that is run.
//! - `ops`, `rules`, `duals`: lists of ops, and the scalar rules, each at its samples.
//! - `weighted_output`, `adjoint_test`, `recording`, `closure`: the gradient as a whole.
//! - `origin`: where a NaN came from.

mod adjoint_test;
mod case;
mod closure;
mod comparison;
mod difference;
#[cfg(feature = "num-dual")]
mod duals;
mod entry;
mod entry_function;
mod finding;
mod isolated;
mod noise;
mod operand_buffers;
mod ops;
mod options;
mod origin;
mod perturb;
mod random;
mod recorded_rule;
mod recording;
mod report;
mod reverse_rule;
mod rules;
mod second_look;
mod slopes;
mod tangent_rule;
mod weighted_output;

pub use closure::gradient;
#[cfg(feature = "num-dual")]
pub use duals::{dual_rules, duals};
pub use finding::{Finding, FindingKind};
pub use ops::ops;
pub use options::{Check, Mode};
pub use origin::{Involved, Number, Origin};
pub use report::Report;
pub use rules::rules;
