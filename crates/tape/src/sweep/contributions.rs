//! What one operation added to the cotangents of its operands in a sweep.

use super::cotangents::Cotangents;
use crate::handle::Tape;
use crate::list::{Primals, Program};
use crate::number::Scalar;
use crate::op::{Entries, Entry, Layout, Partial, Sink, View};
use crate::rules::{Code, Form};

impl<T: Scalar> Cotangents<T> {
    /// What the operation at `index` of the tape added to the cotangent of each of its operands,
    /// in the order of [`EntryInfo::operands`](crate::EntryInfo::operands) without an exponent.
    /// An operand that is given twice has two contributions, each by itself. `None` for an operand
    /// that got nothing: a plain number, a constant, what a comparison compares, what a select did
    /// not choose. `None` for a matrix, too, whatever it got. No element at all for a leaf, or an
    /// entry that the sweep did not reach.
    ///
    /// For an [op](crate::Op) with scalar operands its [`vjp`](crate::Op::vjp) runs once more.
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
    ///
    /// let sum = tape::sum(&[x, square, x]);
    /// let gradient = sum.gradient();
    /// assert_eq!(gradient.contributions(&tape, sum.id().entry()), [Some(1.0); 3]);
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
        match form {
            Form::None => return vec![],
            Form::Apply => {
                let chosen = self.0.partial.of_visited(index as u32);
                let (program, primals) = (&store.program, &store.primals);
                return program.application_contributions(primals, index, cotangent, chosen);
            }
            _ => {}
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

impl<T: Scalar> Program<T> {
    /// What application `entry` makes of its cotangent for each operand that is a scalar.
    fn application_contributions(
        &self,
        primals: &Primals<T>,
        entry: usize,
        cotangent: View<'_, T>,
        chosen: Option<&[bool]>,
    ) -> Vec<Option<T>> {
        let (application, block) = self.application(entry);
        let application = &self.applications[application];
        let point = self.point(primals, application, entry, block);
        // The rule adds to places of its own, one for each operand and not for each entry: so one
        // that is given twice is told apart. A matrix stands there as what wants no cotangent.
        let is_wanted = |id: u32| self.layout().block(id).is_none() && self.is_active(id);
        let mut places = Entries::default();
        for &id in point.operands.ids {
            let code = if is_wanted(id) {
                Code::Leaf
            } else {
                Code::Constant
            };
            places.push(Entry { code, a: 0, b: 0 });
        }
        let count = places.len();
        if !places.codes().contains(&Code::Leaf) {
            return vec![None; count];
        }
        let ids: Vec<u32> = (0..count as u32).collect();
        let (mut values, mut reached) = (vec![T::zero(); count], vec![false; count]);
        let mut sink = Sink {
            ids: &ids,
            layout: Layout {
                entries: &places,
                blocks: &[],
            },
            values: &mut values,
            arena: &mut [],
            reached: &mut reached,
            chosen,
            partial: &mut Partial::default(),
        };
        application.op.vjp(&point, cotangent, &mut sink);
        let each = values.into_iter().zip(reached);
        each.map(|(value, reached)| reached.then_some(value))
            .collect()
    }
}
