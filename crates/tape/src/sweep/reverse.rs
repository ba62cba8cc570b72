//! The reverse sweep.
//!
//! One loop from the output back to the first entry. Each entry turns its own cotangent over to its operands
//! by its rule. Entries that the output does not depend on are not visited: a mark says so, never a
//! cotangent that happens to be 0, because 0 · ∞ is NaN and must show.

use super::buffer::Buffer;
use crate::cold::cold_path;
use crate::list::{Store, split_at_result};
use crate::number::Scalar;
use crate::op::{Entry, Sink};
use crate::rules::*;
use std::cell::Cell;

/// What a sweep over scalar entries reads and adds to; all of one length but the numbers.
pub(super) struct Swept<'s, T> {
    pub values: &'s [T],
    pub numbers: &'s [T],
    pub bar: &'s [Cell<T>],
    pub reached: &'s [Cell<bool>],
    /// Where the entries end after the operand that was added to last, and that operand's cotangent since: mostly of the
    /// entry that is visited next, which then need not wait until what was just written can be read. (An end, not an
    /// index: to the compiler an index equal to this one would be this one, and the loop would wait for the operand.)
    pub last: Cell<(u32, T)>,
}

impl<T: Scalar> Swept<'_, T> {
    /// That nothing was added to yet.
    pub(super) fn nothing() -> Cell<(u32, T)> {
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
            cold_path();
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
            layout: self.layout(),
            values,
            arena,
            reached: &mut buffer.reached,
        };
        application.op.vjp(&point, cotangent.into_view(), &mut sink);
    }
}

macro_rules! reverse {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
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
            pub(super) fn reverse(&self, entry: Entry, value: &T, d: T) -> bool {
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
                    $(Code::$u => self.add(a, d * $u::derivative(values[a], *value)),)*
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
