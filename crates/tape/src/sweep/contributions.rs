//! What one operation added to the cotangents of its operands in a sweep, for pictures.

use super::cotangents::Cotangents;
use super::reverse::Swept;
use crate::list::Store;
use crate::number::Scalar;
use crate::op::Entry;
use crate::rules::Form;
use std::cell::Cell;

impl<T: Scalar> Cotangents<T> {
    /// What a scalar operation, if the sweep reached it, added to the cotangent of each of its operands, in the order
    /// of its rule; `None` for a number, and nothing for a matrix op.
    pub(crate) fn contributions(&self, store: &Store<T>, index: usize) -> Vec<Option<T>> {
        let entry = store.entries.at(index);
        let form = entry.code.form();
        let is_scalar = !matches!(form, Form::None | Form::Apply);
        let Some(cotangent) = self.reached(index).filter(|_| is_scalar) else {
            return vec![];
        };
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
