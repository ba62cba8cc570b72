//! What one operation added to the cotangents of its operands in a sweep.

use super::cotangents::Cotangents;
use crate::handle::Tape;
use crate::number::Scalar;
use crate::op::Entry;
use crate::rules::Form;

impl<T: Scalar> Cotangents<T> {
    /// What the scalar operation at `index` of the tape added to the cotangent of each of its
    /// operands, in the order of [`EntryInfo::operands`](crate::EntryInfo::operands) without an
    /// exponent; `None` for a number, and of a comparison. Nothing for a matrix operation, a leaf,
    /// or an entry that the sweep did not reach.
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
    /// Unless the sweep [is current](Cotangents::is_current) on `tape`, and the entry is not stale.
    #[track_caller]
    pub fn contributions(&self, tape: &Tape<T>, index: usize) -> Vec<Option<T>> {
        assert!(
            self.is_current(tape),
            "the cotangents are of another tape, of entries that a rewind has removed since, or of \
             other values of the leaves: sweep again"
        );
        let store = &*tape.store.borrow();
        let Some(cotangent) = self.reached(index) else {
            return vec![];
        };
        if let Err(error) = tape.staleness.check(&store.program, index as u32) {
            panic!("{error}");
        }
        let entry = store.program.entries.at(index);
        let form = entry.code.form();
        if matches!(form, Form::None | Form::Apply) {
            return vec![];
        }
        // A square adds both of its halves at once; here they are told apart.
        let code = entry.code.of_two();
        let (program, rule) = (&store.program, Entry { code, ..entry });
        let each = program.contributions(&store.primals, rule, index, cotangent.scalar());
        let each: Vec<_> = each.map(|(_, contribution)| Some(contribution)).collect();
        let each = each.into_iter();
        match form {
            Form::Two | Form::NumberRight | Form::NumberLeft if each.len() == 0 => vec![None; 2],
            Form::NumberRight => each.chain([None]).collect(),
            Form::NumberLeft => [None].into_iter().chain(each).collect(),
            _ => each.collect(),
        }
    }
}
