//! Is a derivative right, and if not, which entry's?
//!
//! Every rule of the tape can be checked alone: put on a bench with operands of its own, run forward and
//! backward with random cotangents, and compared with slopes computed from its forward run alone. So a wrong
//! gradient is not only noticed, the rule at fault is named: its entry, its operand, its line in the source.
//!
//! - [`Tape::check`](crate::Tape::check) checks a recorded tape: every entry alone, then the gradient as a whole.
//!   [`gradient`] does the same for a closure over a slice. [`Check`] has the choices.
//! - [`ops`] puts a list of ops through everything the tape relies on, at the ops' own samples; [`rules`] does
//!   the same for this crate's scalar rules. `duals` and `dual_rules` (feature `num-dual`) hold the tangent
//!   rules against the forward runs on dual numbers.
//!
//! - [`Tape::first_non_finite`](crate::Tape::first_non_finite) and
//!   [`Tape::first_non_finite_cotangent`](crate::Tape::first_non_finite_cotangent) say where a NaN came from.
//!
//! # Tolerances
//!
//! None is picked. A numerical slope comes with an estimate of its own error, from the disagreement of
//! extrapolations (Ridders 1982) and from the rounding of the numbers it was made of; a rule is wrong where it
//! differs by more than ten times that. Where both sides are exact but for rounding (linearity, accumulation, the
//! adjoint identity), the tolerance is the worst-case rounding of sums of that length and size.
//!
//! # Kinks
//!
//! Where the numerical slope disagrees, the slopes on the two sides are computed as well. If they differ from each
//! other and the rule gives one of them or one in between (a subgradient), the function has a kink there; if no slope
//! settles, it has a pole, an edge or noise. Neither is a fault, and neither is passed over: a [`Report`] lists
//! them apart, as remarks. A rule whose value lies outside the two slopes is wrong at a kink, too.

mod alone;
mod bench;
mod difference;
#[cfg(feature = "num-dual")]
mod duals;
mod examine;
mod function;
mod ops;
mod origin;
mod pair;
mod random;
mod recorded;
mod report;
mod rules;
mod slopes;
mod witness;

#[cfg(feature = "num-dual")]
pub use duals::{dual_rules, duals};
pub use function::gradient;
pub use ops::ops;
pub use origin::{Involved, Number, Origin};
pub use report::{Cause, Finding, Report};
pub use rules::rules;

/// Which derivatives are compared with numerical slopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Every element where that is little work, two random directions for each operand or leaf where it is not.
    #[default]
    Auto,
    /// Every element of every operand and leaf: the whole Jacobian.
    Full,
    /// This many random directions for each operand or leaf; where one fails, the element is searched for.
    Fast(usize),
}

/// A gradient check with its choices; `Check::default()` is what [`Tape::check`](crate::Tape::check) and
/// [`gradient`] use.
///
/// ```
/// use tape::check::{Check, Mode};
/// let report = Check::default().mode(Mode::Full).gradient(|x| x[0] * x[1].exp(), &[3.0, 0.5]);
/// report.assert_complete();
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Check {
    mode: Mode,
    seed: u64,
}

impl Check {
    /// The same check with another mode.
    pub fn mode(self, mode: Mode) -> Self {
        Check { mode, ..self }
    }

    /// The same check with other random cotangents and directions; a seed always gives the same ones.
    pub fn seed(self, seed: u64) -> Self {
        Check { seed, ..self }
    }
}
