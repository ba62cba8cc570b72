//! What one operation added to the cotangents of its operands in a sweep.

use super::cotangents::Cotangents;
use super::reverse::Swept;
use crate::handle::Tape;
use crate::number::Scalar;
use crate::op::Entry;
use crate::rules::Form;
use std::cell::Cell;

impl<T: Scalar> Cotangents<T> {
    /// What the scalar operation at `index` of the tape added to the cotangent of each of its operands, in the order of
    /// [`EntryInfo::operands`](crate::EntryInfo::operands) without an exponent; `None` for a number. Nothing for a matrix
    /// operation, a leaf, or an entry that the sweep did not reach.
    ///
    /// ```
    /// use tape::Tape;
    /// let tape = Tape::new();
    /// let x = tape.var(3.0);
    /// let square = x * x;
    /// let difference = square - 1.0;
    /// let gradient = difference.gradient();
    /// let gave = |index| gradient.contributions(&tape, index);
    /// assert_eq!(gave(square.id().entry()), [Some(3.0), Some(3.0)]);
    /// assert_eq!(gave(difference.id().entry()), [Some(1.0), None]);
    /// ```
    ///
    /// # Panics
    /// Unless the sweep [is current](Cotangents::is_current) on `tape`.
    #[track_caller]
    pub fn contributions(&self, tape: &Tape<T>, index: usize) -> Vec<Option<T>> {
        assert!(
            self.is_current(tape),
            "the cotangents are of another tape, or of entries that a rewind has removed since"
        );
        let store = &*tape.store.borrow();
        let Some(cotangent) = self.reached(index) else {
            return vec![];
        };
        let entry = store.entries.at(index);
        let form = entry.code.form();
        if matches!(form, Form::None | Form::Apply) {
            return vec![];
        }
        let (x, result) = (store.values[entry.a as usize], store.values[index]);
        let second = entry.b as usize;
        let y = if form == Form::Two {
            store.values[second]
        } else {
            result
        };
        let number =
            matches!(form, Form::NumberRight | Form::NumberLeft).then(|| store.numbers[second]);
        // The entry alone, its operands in slots of their own even if they are the same entry.
        let b = if form == Form::Two {
            1
        } else if number.is_some() {
            0
        } else {
            entry.b
        };
        let alone = Entry {
            code: entry.code.of_two(),
            a: 0,
            b,
        };
        let (bar, reached) = ([T::zero(); 2].map(Cell::new), [false; 2].map(Cell::new));
        let swept = Swept {
            values: &[x, y],
            numbers: number.as_slice(),
            bar: &bar,
            reached: &reached,
            last: Swept::nothing(),
        };
        swept.reverse(alone, &result, cotangent.scalar());
        let bar = bar.map(Cell::into_inner);
        match form {
            Form::None | Form::Apply => vec![],
            Form::One | Form::Power => vec![Some(bar[0])],
            Form::Two => vec![Some(bar[0]), Some(bar[1])],
            Form::NumberRight => vec![Some(bar[0]), None],
            Form::NumberLeft => vec![None, Some(bar[0])],
        }
    }
}
