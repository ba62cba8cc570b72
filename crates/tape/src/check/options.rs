//! The choices of a gradient check.

/// Which derivatives are compared with numerical slopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Every element where that is little work, two random directions for each operand or leaf
    /// where it is not.
    #[default]
    Auto,
    /// Every element of every operand and leaf: the whole Jacobian.
    Full,
    /// This many random directions for each operand or leaf; where one fails, the element is
    /// searched for.
    Fast(usize),
}

/// A gradient check with its choices; `Check::default()` is what
/// [`Tape::check`](crate::Tape::check) and [`gradient`](super::gradient) use.
///
/// ```
/// use tape::check::{Check, Mode};
/// let report = Check::default().mode(Mode::Full).gradient(|x| x[0] * x[1].exp(), &[3.0, 0.5]);
/// report.assert_complete();
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use = "a check does nothing until it is given a tape or a closure"]
pub struct Check {
    pub(super) mode: Mode,
    pub(super) seed: u64,
}

impl Check {
    /// The same check with another mode.
    pub fn mode(self, mode: Mode) -> Self {
        Check { mode, ..self }
    }

    /// The same check with other random cotangents and directions; a seed always gives the same
    /// ones.
    pub fn seed(self, seed: u64) -> Self {
        Check { seed, ..self }
    }
}
