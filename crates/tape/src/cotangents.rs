//! The reverse sweep.
//!
//! One loop from the output back to the first entry. Each entry turns its own cotangent over to its operands
//! by its rule. Entries that the output does not depend on are not visited: a mark says so, never a
//! cotangent that happens to be 0, because 0 · ∞ is NaN and must show.

use crate::buffer::{Buffer, private::Sealing};
pub use crate::buffer::{MatrixTarget, ScalarTarget, Seed, Target};
use crate::entries::Entry;
use crate::error::{Error, equally_many};
use crate::hint::aside;
use crate::id::VarId;
use crate::op::Sink;
use crate::ops::registry::*;
use crate::ops::registry::{Code, PowI, scalar_rules};
use crate::ops::scalar::{Binary, Unary};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::store::{Store, split_at_result};
use crate::tape::Tape;
use crate::view::View;
use std::cell::Cell;
use std::iter::zip;

/// The cotangents of a reverse sweep: for a scalar output, its gradient.
///
/// They are apart from the tape, so a sweep changes nothing on it, and the buffer is reused by the next sweep.
#[derive(Clone, Debug)]
pub struct Cotangents<T = f64>(Sealing<T>);

impl<T: Scalar> Default for Cotangents<T> {
    fn default() -> Self {
        Cotangents::new()
    }
}

impl<T: Scalar> Cotangents<T> {
    /// An empty buffer for [`Tape::sweep`].
    pub fn new() -> Self {
        Cotangents(Sealing(Buffer::default()))
    }

    /// The cotangent of a scalar (a number) or a matrix (a view), by handle or by id; zero where the
    /// output does not depend on it, as on a scalar recorded since. By id the answer is a `Result`.
    ///
    /// # Errors
    /// For an id of another tape, of an entry that was gone when the sweep ran, or taken after a rewind since.
    ///
    /// # Panics
    /// For a handle of another tape, or of a matrix recorded after the sweep.
    #[inline]
    #[track_caller]
    pub fn of<A: Target<T>>(&self, target: A) -> A::Found<'_> {
        target.find(&self.0)
    }

    /// Writes the cotangents of several scalars into a slice, in their order; see [`Tape::set_vars`].
    ///
    /// # Errors
    /// [`Error::Length`] unless the slice has a place for each, and as [`of`](Cotangents::of) for each of the ids; those
    /// before it are written then.
    pub fn of_vars(&self, ids: &[VarId], into: &mut [T]) -> Result<(), Error> {
        equally_many(into.len(), ids.len())?;
        for (slope, &id) in zip(into, ids) {
            *slope = self.of(id)?;
        }
        Ok(())
    }
}

impl<T: Scalar> Cotangents<T> {
    /// Whether every entry that was swept is still on the tape.
    pub(crate) fn is_current(&self, tape: &Tape<T>) -> bool {
        self.0.0.is_current(tape)
    }

    /// The number of the tape that was swept.
    pub(crate) fn tape_number(&self) -> u64 {
        self.0.0.tape_number()
    }

    /// The cotangent of entry `index`, if the sweep reached it.
    pub(crate) fn reached(&self, index: usize) -> Option<View<'_, T>> {
        let buffer = &self.0.0;
        if !*buffer.reached.get(index)? {
            return None;
        }
        let scalar = || View::over(&buffer.values[index..=index], Shape::SCALAR);
        Some(buffer.matrix(index as u32).unwrap_or_else(scalar))
    }

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

impl<T: Scalar> Tape<T> {
    /// Sweeps the tape backwards from one or more seeds; their contributions add up.
    ///
    /// The tape is not changed, and the buffer's memory is reused.
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if a seed names no entry of this tape,
    /// [`Error::Shape`] if a matrix seed has another shape than its entry.
    pub fn sweep<'s>(
        &self,
        seeds: impl IntoIterator<Item = Seed<'s, T>>,
        cotangents: &mut Cotangents<T>,
    ) -> Result<(), Error>
    where
        T: 's,
    {
        let store = self.store.borrow();
        let buffer = &mut cotangents.0.0;
        buffer.prepare(self, &store);
        let mut last = None;
        for seed in seeds {
            last = last.max(Some(seed.plant(buffer, self, &store)?));
        }
        if let Some(last) = last {
            store.reverse(last as usize, buffer);
        }
        buffer.finish(&store);
        Ok(())
    }
}

/// What a sweep over scalar entries reads and adds to; all of one length but the numbers.
struct Swept<'s, T> {
    values: &'s [T],
    numbers: &'s [T],
    bar: &'s [Cell<T>],
    reached: &'s [Cell<bool>],
    /// Where the entries end after the operand that was added to last, and that operand's cotangent since: mostly of the
    /// entry that is visited next, which then need not wait until what was just written can be read. (An end, not an
    /// index: to the compiler an index equal to this one would be this one, and the loop would wait for the operand.)
    last: Cell<(u32, T)>,
}

impl<T: Scalar> Swept<'_, T> {
    /// That nothing was added to yet.
    fn nothing() -> Cell<(u32, T)> {
        Cell::new((0, T::zero()))
    }

    /// Adds a contribution to an operand's cotangent.
    #[inline(always)]
    fn add(&self, operand: usize, contribution: T) {
        let sum = self.sum(operand, contribution);
        self.last.set((operand as u32 + 1, sum));
    }

    /// Adds to two operands' cotangents; they may be one entry.
    #[inline(always)]
    fn add_both(&self, a: usize, to_a: T, b: usize, to_b: T) {
        let (sum_a, sum_b) = (self.sum(a, to_a), self.sum(b, to_b));
        let nearer = if a > b { (a, sum_a) } else { (b, sum_b) };
        self.last.set((nearer.0 as u32 + 1, nearer.1));
    }

    /// What an operand's cotangent is with a contribution, written down; the first one overwrites whatever the buffer held.
    #[inline(always)]
    fn sum(&self, operand: usize, contribution: T) -> T {
        let (bar, reached) = (&self.bar[operand], &self.reached[operand]);
        let mut sum = contribution;
        if reached.get() {
            aside();
            sum = bar.get() + contribution;
        }
        reached.set(true);
        bar.set(sum);
        sum
    }
}

/// Where the entries end that come before `end`, up to the last one reached, or `first`.
#[cold]
#[inline(never)]
fn end_of_reached(reached: &[Cell<bool>], first: usize, end: usize) -> usize {
    let last = reached[first..end].iter().rposition(Cell::get);
    last.map_or(first, |last| first + last + 1)
}

impl<T: Scalar> Store<T> {
    /// Runs the reverse rule of application `entry`.
    pub(crate) fn reverse_application(&self, entry: usize, buffer: &mut Buffer<T>) {
        let (application, block) = self.application(entry);
        let application = &self.applications[application];
        if !application.active {
            return;
        }
        let point = self.point(application, entry, block);
        let (values, arena, cotangent) =
            split_at_result(&mut buffer.values, &mut buffer.arena, entry, block);
        let mut sink = Sink {
            ids: point.operands.ids,
            store: self,
            values,
            arena,
            reached: &mut buffer.reached,
        };
        application.op.vjp(&point, cotangent.into_view(), &mut sink);
    }
}

macro_rules! reverse {
    (
        operator_unary { $($ou:ident),* }
        operator_binary { $($ob:ident $obr:ident $obl:ident),* }
        unary { $($u:ident $um:ident),* }
        binary { $($b:ident $bm:ident $br:ident $bl:ident),* }
    ) => {
        impl<T: Scalar> Store<T> {
            /// Visits every reached entry from `last` back to the first that is not a leaf.
            pub(crate) fn reverse(&self, last: usize, buffer: &mut Buffer<T>) {
                let first = self.leading_leaves();
                let mut end = last + 1;
                // A run of scalar entries works on slices; an application needs the whole buffer.
                while end > first {
                    if self.entries.codes()[end - 1] != Code::Apply {
                        let application = self.reverse_scalars(first, end, buffer);
                        end = application.map_or(first, |application| application + 1);
                        continue;
                    }
                    end -= 1;
                    if buffer.reached[end] {
                        self.reverse_application(end, buffer);
                    }
                }
            }

            /// Visits the scalar entries from `end` back to `first`, or to a reached application, which it returns.
            #[inline(never)]
            fn reverse_scalars(&self, first: usize, end: usize, buffer: &mut Buffer<T>) -> Option<usize> {
                let (codes, operands) = self.entries.first(end);
                let values = &self.values[..end];
                // Cells, so that the loop can walk over what it adds to elsewhere.
                let bar = Cell::from_mut(&mut buffer.values[..end]).as_slice_of_cells();
                let reached = Cell::from_mut(&mut buffer.reached[..end]).as_slice_of_cells();
                let swept = Swept { values, numbers: &self.numbers, bar, reached, last: Swept::nothing() };
                let mut end = end;
                while end > first {
                    let index = end - 1;
                    let (code, [a, b], value) = (codes[index], operands[index], &values[index]);
                    let (last, cotangent) = swept.last.get();
                    let d = if last == end as u32 {
                        cotangent
                    } else if reached[index].get() {
                        bar[index].get()
                    } else {
                        end = end_of_reached(reached, first, index);
                        continue;
                    };
                    end = index;
                    if !swept.reverse(Entry { code, a, b }, value, d) {
                        return Some(index);
                    }
                }
                None
            }
        }

        impl<T: Scalar> Swept<'_, T> {
            /// Adds to the operands of a scalar entry what its rule makes of its cotangent `d`. Returns whether it is a
            /// scalar entry; an application is left to others.
            #[inline(always)]
            fn reverse(&self, entry: Entry, value: &T, d: T) -> bool {
                let (a, b) = (entry.a as usize, entry.b as usize);
                let (values, numbers) = (self.values, self.numbers);
                match entry.code {
                    Code::Apply => return false,
                    Code::Leaf | Code::Constant | Code::MatrixLeaf => {}
                    Code::PowI => self.add(a, d * PowI(b as i32).derivative(values[a])),
                    Code::MulItself => {
                        let x = values[a];
                        self.add(a, d * Mul::dx(x, x, *value) + d * Mul::dy(x, x, *value));
                    }
                    $(Code::$ou => self.add(a, d * $ou::derivative(values[a], *value)),)*
                    $(Code::$u => self.add(a, d * $u::derivative(values[a], *value)),)*
                    $(
                        Code::$ob => {
                            let (x, y) = (values[a], values[b]);
                            self.add_both(a, d * $ob::dx(x, y, *value), b, d * $ob::dy(x, y, *value));
                        }
                        Code::$obr => self.add(a, d * $ob::dx(values[a], numbers[b], *value)),
                        Code::$obl => self.add(a, d * $ob::dy(numbers[b], values[a], *value)),
                    )*
                    $(
                        Code::$b => {
                            let (x, y) = (values[a], values[b]);
                            self.add_both(a, d * $b::dx(x, y, *value), b, d * $b::dy(x, y, *value));
                        }
                        Code::$br => self.add(a, d * $b::dx(values[a], numbers[b], *value)),
                        Code::$bl => self.add(a, d * $b::dy(numbers[b], values[a], *value)),
                    )*
                }
                true
            }
        }
    };
}
scalar_rules!(reverse);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Directional;
    use crate::var::Var;

    #[test]
    fn what_a_sweep_reached_and_what_each_entry_gave() {
        let tape = Tape::new();
        let (x, y, unused) = (tape.var(2.0), tape.var(3.0), tape.var(5.0));
        let m = tape.matrix(&nalgebra::dmatrix![1.0, 4.0]);
        let product = x * y; // 4
        let less = product - 7.0; // 5
        let square = x * x; // 6
        let quotient = 6.0 / x; // 7
        let cube = x.powi(3); // 8
        let total = m.sum(); // 9
        let beside = unused + 1.0; // 10
        let of = less * 1.0 + square + quotient + cube + total;
        let cotangents = of.gradient();
        let reached = |index: u32| cotangents.reached(index as usize);
        let number = |view: View<'_, f64>| view.values().to_vec();
        assert_eq!(reached(product.index).map(number), Some(vec![1.0]));
        assert_eq!(reached(m.index).map(number), Some(vec![1.0, 1.0]));
        assert!(reached(unused.index).is_none() && reached(beside.index).is_none());
        let store = tape.store.borrow();
        let gave = |index: u32| cotangents.contributions(&store, index as usize);
        assert_eq!(gave(product.index), [Some(3.0), Some(2.0)]);
        assert_eq!(gave(less.index), [Some(1.0), None]);
        assert_eq!(gave(square.index), [Some(2.0), Some(2.0)]);
        assert_eq!(gave(quotient.index), [None, Some(-1.5)]);
        assert_eq!(gave(cube.index), [Some(12.0)]);
        for nothing in [x.index, m.index, total.index, beside.index] {
            assert!(gave(nothing).is_empty());
        }
    }

    #[test]
    fn an_entry_given_twice_gets_what_two_of_its_value_get_together() {
        type Rule = for<'t> fn(Var<'t>, Var<'t>) -> Var<'t>;
        let rules: [Rule; 8] = [
            |x, y| x + y,
            |x, y| x - y,
            |x, y| x * y,
            |x, y| x / y,
            |x, y| x.powf(y),
            |x, y| x.atan2(y),
            |x, y| x.max(y),
            |x, y| x.hypot(y),
        ];
        for rule in rules {
            let tape = Tape::new();
            let (x, y) = (tape.var(1.7), tape.var(1.7));
            // Read once more, so that one contribution is added to another.
            let (once, twice) = (rule(x, y) + x, rule(x, x) + x);
            let (apart, together) = (once.gradient(), twice.gradient());
            let expected = apart.of(x) + apart.of(y);
            assert!((together.of(x) - expected).abs() <= 1e-15 * expected.abs());

            let mut along = Directional::new();
            let seeds = [Seed::scalar(x, 1.0), Seed::scalar(y, 1.0)];
            tape.push_forward(seeds, &mut along).unwrap();
            assert_eq!(along.of(once), along.of(twice));
            let [one, two] = [once, twice].map(|sum| tape.entries()[sum.id().entry() - 1].op);
            assert_eq!(one, two);
        }
    }
}
