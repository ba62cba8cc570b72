//! What one operation added to the cotangents of its operands in a sweep.

use super::cotangents::Cotangents;
use crate::list::Store;
use crate::number::Scalar;
use crate::op::Entry;
use crate::rules::Form;

impl<T: Scalar> Cotangents<T> {
    /// What a scalar operation, if the sweep reached it, added to the cotangent of each of its
    /// operands, in the order of its rule; `None` for a number, and nothing for a matrix op.
    pub(crate) fn contributions(&self, store: &Store<T>, index: usize) -> Vec<Option<T>> {
        let entry = store.entries.at(index);
        let form = entry.code.form();
        let is_scalar = !matches!(form, Form::None | Form::Apply);
        let Some(cotangent) = self.reached(index).filter(|_| is_scalar) else {
            return vec![];
        };
        // A square adds both of its halves at once; here they are told apart.
        let code = entry.code.of_two();
        let each = store.contributions(Entry { code, ..entry }, index, cotangent.scalar());
        let each = each.map(|(_, contribution)| Some(contribution));
        match form {
            Form::NumberRight => each.chain([None]).collect(),
            Form::NumberLeft => [None].into_iter().chain(each).collect(),
            _ => each.collect(),
        }
    }
}
