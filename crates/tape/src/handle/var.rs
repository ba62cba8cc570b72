//! The handle of a scalar entry.

use super::tape::Tape;
use crate::list::VarId;
use crate::number::Scalar;
use std::fmt;

/// A scalar on a tape, with its value at hand; or a plain number that stands for a constant.
///
/// Operators and functions record an entry and return its handle. Operations among plain numbers
/// (`Var::from(2.0)`) record nothing; an operation of a handle with a number keeps the number in
/// the entry.
///
/// Comparisons (`x < y`, `x == 1.0`) look at the values and record a guard, so that a replay in
/// which the comparison would turn out otherwise is refused. To compare without a guard, compare
/// [`value`](Var::value)s.
pub struct Var<'t, T = f64> {
    pub(crate) tape: Option<&'t Tape<T>>,
    pub(crate) index: u32,
    pub(crate) value: T,
}

impl<T: Copy> Copy for Var<'_, T> {}
impl<T: Copy> Clone for Var<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: fmt::Debug> fmt::Debug for Var<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tape {
            Some(_) => write!(f, "Var({:?} at entry {})", self.value, self.index),
            None => write!(f, "Var({:?})", self.value),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Var<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: Scalar> From<T> for Var<'_, T> {
    /// A plain number: no tape, no entry.
    #[inline]
    fn from(value: T) -> Self {
        Var {
            tape: None,
            index: 0,
            value,
        }
    }
}

impl<'t, T: Scalar> From<&Var<'t, T>> for Var<'t, T> {
    /// A copy of the handle, which names the same entry.
    #[inline]
    fn from(handle: &Self) -> Self {
        *handle
    }
}

impl<'t, T: Scalar> Var<'t, T> {
    #[inline(always)]
    pub(crate) fn on(tape: &'t Tape<T>, index: u32, value: T) -> Self {
        Var {
            tape: Some(tape),
            index,
            value,
        }
    }

    /// The value, a plain number: what is computed from it is not seen by the tape, and has no
    /// derivative.
    ///
    /// Nor is a decision on it: after `if x.value() < 1.0`, a replay, and a
    /// [`Function`](crate::Function) at every other point, goes on with the branch that was
    /// recorded, right or wrong. `if x < 1.0` compares the handle, and is seen: a replay that would
    /// turn out otherwise is refused, and a `Function` records the other branch.
    ///
    /// ```
    /// use tape::Function;
    /// let blind = Function::scalar(|x| if x[0].value() < 1.0 { x[0] * x[0] } else { x[0] });
    /// let seeing = Function::scalar(|x| if x[0] < 1.0 { x[0] * x[0] } else { x[0] });
    /// assert_eq!((blind.value(&[0.5])?, seeing.value(&[0.5])?), (0.25, 0.25));
    /// assert_eq!((blind.value(&[3.0])?, seeing.value(&[3.0])?), (9.0, 3.0)); // 9 is wrong
    /// # Ok::<(), tape::Error>(())
    /// ```
    #[inline]
    #[doc(alias = "detach")]
    pub fn value(self) -> T {
        self.value
    }

    /// The tape, or `None` for a plain number.
    pub fn tape(self) -> Option<&'t Tape<T>> {
        self.tape
    }

    /// The entry's id, which outlives the handle.
    ///
    /// # Panics
    /// For a plain number, which has no entry.
    #[track_caller]
    pub fn id(self) -> VarId {
        match self.tape {
            Some(tape) => VarId(tape.id(self.index)),
            None => panic!(
                "{} is a plain number: it has no entry and no id",
                self.value
            ),
        }
    }

    /// Gives the entry a name, for reports and pictures. A plain number keeps none.
    pub fn named(self, name: impl Into<String>) -> Self {
        if let Some(tape) = self.tape {
            tape.name(self.index, name.into());
        }
        self
    }
}
