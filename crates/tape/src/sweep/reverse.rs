//! The reverse sweep.
//!
//! One walk from the output back to the first entry. Each entry turns its own cotangent over to its
//! operands, by its rule. Entries that the output does not depend on are not visited. A mark says
//! which, never a cotangent that happens to be 0: 0 · ∞ is NaN, and that must show.
//!
//! The sweep stands here twice. `reverse_plainly` says what is done, and the tests hold the other
//! one to it, bit for bit. [`reverse`](Program::reverse) is what runs; it does the same additions
//! in the same order, and differs in how it gets through the list:
//!
//! - It stops at the leaves that a list mostly begins with, which have no operands.
//! - A run of scalar entries is a loop over slices, all cut to one length, so that no index into
//!   them is checked twice; only at an application is the whole buffer handed out.
//! - A stretch of entries that nothing reached is skipped by a search among the marks.
//! - The cotangent that was written last stays in a register. Mostly it is that of the entry
//!   visited next, which would otherwise wait until what was just written can be read back.

use super::buffer::Buffer;
use crate::cold::cold_path;
use crate::list::{Primals, Program, split_at_result};
use crate::number::Scalar;
use crate::op::{Entry, Sink};
use crate::rules::*;
use std::cell::Cell;
use std::ops::Range;

impl<T: Scalar> Program<T> {
    /// The reverse sweep from `last`, as plain as it can be written.
    #[cfg(test)]
    fn reverse_plainly(&self, primals: &Primals<T>, last: usize, buffer: &mut Buffer<T>) {
        for index in (0..=last).rev() {
            if !buffer.reached[index] {
                continue;
            }
            let entry = self.entries.at(index);
            if entry.code == Code::Apply {
                self.reverse_application(primals, index, buffer);
                continue;
            }
            for (operand, contribution) in
                self.contributions(primals, entry, index, buffer.values[index])
            {
                buffer.add(operand, contribution);
            }
        }
    }

    /// The reverse sweep from `last`: visits every reached entry back to the first that is not a
    /// leaf.
    pub(crate) fn reverse(&self, primals: &Primals<T>, last: usize, buffer: &mut Buffer<T>) {
        let first = self.swept_from();
        let mut end = last + 1;
        while end > first {
            if self.entries.codes()[end - 1] != Code::Apply {
                let application = self.reverse_scalars(primals, first..end, buffer);
                end = application.map_or(first, |application| application + 1);
                continue;
            }
            end -= 1;
            if buffer.reached[end] {
                self.reverse_application(primals, end, buffer);
            }
        }
    }

    /// Visits the scalar entries from `end` back to `first`, or to a reached application, whose
    /// index it returns.
    #[inline(never)]
    fn reverse_scalars(
        &self,
        primals: &Primals<T>,
        range: Range<usize>,
        buffer: &mut Buffer<T>,
    ) -> Option<usize> {
        let Range { start: first, end } = range;
        let (codes, operands) = self.entries.first(end);
        let values = &primals.values[..end];
        let numbers = &self.numbers[..];
        // Cells, so that the loop can walk over what it adds to elsewhere.
        let cotangents = Cell::from_mut(&mut buffer.values[..end]).as_slice_of_cells();
        let reached = Cell::from_mut(&mut buffer.reached[..end]).as_slice_of_cells();
        let mut sums = Sums {
            cotangents,
            reached,
            last: (0, T::zero()),
        };
        let mut end = end;
        while end > first {
            let index = end - 1;
            let (code, [a, b], value) = (codes[index], operands[index], &values[index]);
            let (last_end, last_sum) = sums.last;
            let cotangent = if last_end == end as u32 {
                last_sum
            } else if reached[index].get() {
                cotangents[index].get()
            } else {
                end = end_of_reached(reached, first, index);
                continue;
            };
            end = index;
            if !sums.reverse(Entry { code, a, b }, value, cotangent, (values, numbers)) {
                return Some(index);
            }
        }
        None
    }

    /// Runs the reverse rule of application `entry`.
    pub(crate) fn reverse_application(
        &self,
        primals: &Primals<T>,
        entry: usize,
        buffer: &mut Buffer<T>,
    ) {
        let (application, block) = self.application(entry);
        let application = &self.applications[application];
        if !application.active {
            return;
        }
        let point = self.point(primals, application, entry, block);
        let (values, arena, cotangent) =
            split_at_result(&mut buffer.values, &mut buffer.arena, entry, block);
        let chosen = buffer.partial.take(entry as u32);
        let mut sink = Sink {
            ids: point.operands.ids,
            layout: self.layout(),
            values,
            arena,
            reached: &mut buffer.reached,
            chosen: chosen.as_deref(),
            partial: &mut buffer.partial,
        };
        application.op.vjp(&point, cotangent.into_view(), &mut sink);
        buffer.partial.keep_visited(entry as u32, chosen);
    }

    /// What the rule of scalar entry `index`, or another rule in its place, makes of a cotangent:
    /// the operands, each with what is added to its cotangent.
    pub(super) fn contributions(
        &self,
        primals: &Primals<T>,
        rule: Entry,
        index: usize,
        cotangent: T,
    ) -> impl Iterator<Item = (usize, T)> + use<T> {
        let mut each = [None; 2];
        let (values, numbers) = (&primals.values[..], &self.numbers[..]);
        each.reverse(rule, &values[index], cotangent, (values, numbers));
        each.into_iter().flatten()
    }
}

/// Where the entries end that come before `end`, up to the last one reached, or `first`.
#[cold]
#[inline(never)]
fn end_of_reached(reached: &[Cell<bool>], first: usize, end: usize) -> usize {
    let last = reached[first..end].iter().rposition(Cell::get);
    last.map_or(first, |last| first + last + 1)
}

/// The cotangents of a run of scalar entries while it is swept.
struct Sums<'s, T> {
    cotangents: &'s [Cell<T>],
    reached: &'s [Cell<bool>],
    /// The cotangent that was written last, and where the entries up to its own end. (The end, not
    /// the index: an index that is compared with the loop's own would be the same to the compiler,
    /// which would then wait for it to be read.)
    last: (u32, T),
}

impl<T: Scalar> Contributions<T> for Sums<'_, T> {
    #[inline(always)]
    fn add(&mut self, operand: usize, contribution: T) {
        let sum = self.sum(operand, contribution);
        self.last = (operand as u32 + 1, sum);
    }

    #[inline(always)]
    fn add_both(&mut self, a: usize, to_a: T, b: usize, to_b: T) {
        let (sum_a, sum_b) = (self.sum(a, to_a), self.sum(b, to_b));
        let later = if a > b { (a, sum_a) } else { (b, sum_b) };
        self.last = (later.0 as u32 + 1, later.1);
    }
}

impl<T: Scalar> Sums<'_, T> {
    /// Adds to a cotangent and returns the sum; the first contribution overwrites what was there.
    #[inline(always)]
    fn sum(&self, operand: usize, contribution: T) -> T {
        let (cotangent, reached) = (&self.cotangents[operand], &self.reached[operand]);
        let mut sum = contribution;
        if reached.get() {
            cold_path();
            sum = cotangent.get() + contribution;
        }
        reached.set(true);
        cotangent.set(sum);
        sum
    }
}

/// The contributions themselves, with their operands.
impl<T: Scalar> Contributions<T> for [Option<(usize, T)>; 2] {
    fn add(&mut self, operand: usize, contribution: T) {
        self[0] = Some((operand, contribution));
    }

    fn add_both(&mut self, a: usize, to_a: T, b: usize, to_b: T) {
        *self = [Some((a, to_a)), Some((b, to_b))];
    }
}

macro_rules! reverse {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        /// Where the rules of scalar entries add to the cotangents of their operands.
        trait Contributions<T: Scalar> {
            /// Adds to the cotangent of an operand.
            fn add(&mut self, operand: usize, contribution: T);

            /// Adds to those of two operands, which may be one entry.
            fn add_both(&mut self, a: usize, to_a: T, b: usize, to_b: T);

            /// Adds to the operands of a scalar entry what its rule makes of its cotangent `d`.
            /// Returns whether it is a scalar entry; an application is left to the caller.
            #[inline(always)]
            fn reverse(&mut self, entry: Entry, value: &T, d: T, primals: (&[T], &[T])) -> bool {
                let (a, b) = (entry.a as usize, entry.b as usize);
                let (values, numbers) = primals;
                match entry.code {
                    Code::Apply => return false,
                    Code::Leaf | Code::Constant | Code::MatrixLeaf => {}
                    Code::PowI => self.add(a, PowI(b as i32).pull(values[a], d)),
                    Code::MulItself => {
                        let x = values[a];
                        self.add(a, d * Mul::dx(x, x, *value) + d * Mul::dy(x, x, *value));
                    }
                    $(Code::$u => self.add(a, $u::pull(values[a], *value, d)),)*
                    $(
                        Code::$b | Code::$br | Code::$bl if <$b as Binary>::FLAT => {}
                        Code::$b => {
                            let (x, y) = (values[a], values[b]);
                            let to_a = $b::pull_x(x, y, *value, d);
                            self.add_both(a, to_a, b, $b::pull_y(x, y, *value, d));
                        }
                        Code::$br => self.add(a, $b::pull_x(values[a], numbers[b], *value, d)),
                        Code::$bl => self.add(a, $b::pull_y(numbers[b], values[a], *value, d)),
                    )*
                }
                true
            }
        }
    };
}
scalar_rules!(reverse);

#[cfg(all(test, feature = "proptest"))]
mod tests {
    use super::*;
    use crate::Tape;
    use crate::strategies::{assert_property, graphs};
    use proptest::test_runner::{Config, RngSeed};

    /// A sweep from the last entry of a tape, by one of the two.
    fn swept(
        tape: &Tape,
        sweep: impl Fn(&Program<f64>, &Primals<f64>, usize, &mut Buffer<f64>),
    ) -> Buffer<f64> {
        let (store, mut buffer) = (tape.store.borrow(), Buffer::default());
        let last = store.program.entries.len() - 1;
        buffer.begin(tape.number, &tape.history);
        buffer.fit(&store.program);
        buffer.add(last, 0.75);
        sweep(&store.program, &store.primals, last, &mut buffer);
        buffer.finish(&store.program, tape.number, &tape.history, &tape.staleness);
        buffer
    }

    #[test]
    fn the_fast_sweep_gives_the_bits_of_the_plain_one() {
        let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        let config = Config {
            rng_seed: RngSeed::Fixed(0),
            failure_persistence: None,
            ..Config::with_cases(64)
        };
        assert_property(config, graphs(60), |graph| {
            let tape = Tape::new();
            let _ = graph.record(&tape) * 1.0;
            let (fast, plain) = (
                swept(&tape, Program::reverse),
                swept(&tape, Program::reverse_plainly),
            );
            let scalars = |buffer: &Buffer<f64>| -> Vec<u64> {
                (0..buffer.reached.len() as u32)
                    .map(|index| buffer.scalar(index).to_bits())
                    .collect()
            };
            let same = fast.reached == plain.reached
                && scalars(&fast) == scalars(&plain)
                && bits(&fast.arena) == bits(&plain.arena);
            if same {
                Ok(())
            } else {
                Err(format!("{:?} is not {:?}", fast.values, plain.values))
            }
        });
    }
}
