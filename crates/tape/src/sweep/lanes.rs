//! Sweeps of several directions, or seeds, at once.
//!
//! A sweep of one direction computes each entry's slope, and multiplies one number by it. Here each
//! entry has [`Lanes`] of K numbers, and the slope is computed once for all of them.
//!
//! What a lane gets is what a sweep of its own would give it, to the last bit, with one difference
//! where a slope is not finite: lanes share the mark that says whether an entry was reached, so a
//! lane that holds 0 gets nothing from such an entry, as if it had not been reached.

use crate::cold::cold_path;
use crate::list::{Primals, Program, split_at_result};
use crate::number::{Arithmetic, Scalar};
use crate::op::{Entry, OperandTangents, Operands, Partial, Sink};
use crate::rules::*;
use std::array::from_fn;

/// K numbers for each scalar entry of a program, K arenas for its matrices.
#[derive(Clone, Debug)]
pub(crate) struct Lanes<T, const K: usize> {
    values: Vec<[T; K]>,
    arenas: [Vec<T>; K],
    reached: Vec<bool>,
    /// Which elements of a matrix were reached in a lane, where not all were.
    partial: [Partial; K],
    /// The scalars of one lane, where an op looks for them.
    lane: Vec<T>,
    /// Which operands of an op were reached before it.
    before: Vec<bool>,
}

impl<T: Scalar, const K: usize> Lanes<T, K> {
    pub fn new() -> Self {
        Lanes {
            values: Vec::new(),
            arenas: from_fn(|_| Vec::new()),
            reached: Vec::new(),
            partial: from_fn(|_| Partial::default()),
            lane: Vec::new(),
            before: Vec::new(),
        }
    }

    /// Whether the numbers of so many lanes of a program fit in half of a usual second-level cache.
    pub fn fit(program: &Program<T>) -> bool {
        const BYTES: usize = 1 << 19;
        (program.entries.len() + program.arena_len()) * K * size_of::<T>() <= BYTES
    }

    /// Begins a sweep of a program: nothing is reached.
    pub fn begin(&mut self, program: &Program<T>) {
        let entries = program.entries.len();
        self.values.resize(entries, [T::zero(); K]);
        self.reached.clear();
        self.reached.resize(entries, false);
        self.partial.iter_mut().for_each(Partial::clear);
        if program.applications.is_empty() && program.blocks.is_empty() {
            return;
        }
        self.lane.resize(entries, T::zero());
        for arena in &mut self.arenas {
            arena.resize(program.arena_len(), T::zero());
        }
    }

    /// Adds to one element of an entry in one lane; the others of it are 0 if it was not reached.
    pub fn plant(
        &mut self,
        program: &Program<T>,
        entry: usize,
        element: usize,
        lane: usize,
        number: T,
    ) {
        let is_first = !std::mem::replace(&mut self.reached[entry], true);
        match program.layout().block(entry as u32) {
            None => {
                if is_first {
                    self.values[entry] = [T::zero(); K];
                }
                self.values[entry][lane] += number;
            }
            Some(block) => {
                if is_first {
                    for arena in &mut self.arenas {
                        arena[block.range()].fill(T::zero());
                    }
                }
                self.arenas[lane][block.start + element] += number;
            }
        }
    }

    /// One element of an entry in one lane; 0 where nothing came to.
    pub fn get(&self, program: &Program<T>, entry: usize, element: usize, lane: usize) -> T {
        if !self.reached[entry] {
            return T::zero();
        }
        match program.layout().block(entry as u32) {
            None => self.values[entry][lane],
            Some(block) => self.arenas[lane][block.start + element],
        }
    }

    /// Adds to the cotangents of a scalar entry; the first contribution overwrites.
    #[inline(always)]
    fn add(&mut self, entry: usize, contribution: [T; K]) {
        let sum = &mut self.values[entry];
        if std::mem::replace(&mut self.reached[entry], true) {
            for (sum, contribution) in sum.iter_mut().zip(contribution) {
                *sum += contribution;
            }
        } else {
            *sum = contribution;
        }
    }
}

/// What each lane gets: `slope` times its number, or what the rule makes of it where the slope is
/// no ordinary number.
#[inline(always)]
fn pulled<T: Scalar, const K: usize>(
    is_guarded: bool,
    slope: T,
    pull: impl Fn(T) -> T,
    lanes: [T; K],
) -> [T; K] {
    let is_ordinary = if is_guarded {
        slope.is_normal()
    } else {
        slope.is_finite()
    };
    if is_ordinary {
        return lanes.map(|d| d * slope);
    }
    cold_path();
    lanes.map(|d| if d == T::zero() { d } else { pull(d) })
}

macro_rules! lanes {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        impl<T: Scalar> Program<T> {
            /// The forward sweep, of the entries before `end`, of what was planted in the lanes.
            pub(crate) fn forward_lanes<const K: usize>(
                &self,
                primals: &Primals<T>,
                end: usize,
                lanes: &mut Lanes<T, K>,
            ) {
                let (values, numbers) = (&primals.values[..], &self.numbers[..]);
                for index in self.swept_from()..end {
                    let Entry { code, a, b } = self.entries.at(index);
                    let (a, b) = (a as usize, b as usize);
                    // What each operand contributes, if it was reached.
                    let (first, second) = match code {
                        Code::Leaf | Code::Constant | Code::MatrixLeaf => continue,
                        Code::Apply => {
                            self.push_lanes_through_op(primals, index, lanes);
                            continue;
                        }
                        Code::PowI => {
                            let (rule, x) = (PowI(b as i32), values[a]);
                            let slope = rule.pull(x, T::one());
                            let push = |d| pulled(true, slope, |d| rule.pull(x, d), d);
                            (lanes.reached[a].then(|| push(lanes.values[a])), None)
                        }
                        Code::MulItself => {
                            let x = values[a];
                            let push = |d: [T; K]| pulled(false, x, |d| d * x, d);
                            let half = lanes.reached[a].then(|| push(lanes.values[a]));
                            (half, half)
                        }
                        $(Code::$u => {
                            if !lanes.reached[a] {
                                continue;
                            }
                            let (x, y) = (values[a], values[index]);
                            let slope = $u::derivative(x, y);
                            let pull = |d| $u::pull(x, y, d);
                            let push = pulled($u::GUARDED, slope, pull, lanes.values[a]);
                            (Some(push), None)
                        })*
                        $(
                            Code::$b | Code::$br | Code::$bl if <$b as Binary>::FLAT => continue,
                            Code::$b => {
                                let (x, y, z) = (values[a], values[b], values[index]);
                                let first = lanes.reached[a].then(|| {
                                    let slope = $b::dx(x, y, z);
                                    let pull = |d| $b::pull_x(x, y, z, d);
                                    pulled($b::GUARDED, slope, pull, lanes.values[a])
                                });
                                let second = lanes.reached[b].then(|| {
                                    let slope = $b::dy(x, y, z);
                                    let pull = |d| $b::pull_y(x, y, z, d);
                                    pulled($b::GUARDED, slope, pull, lanes.values[b])
                                });
                                (first, second)
                            }
                            Code::$br => {
                                if !lanes.reached[a] {
                                    continue;
                                }
                                let (x, y, z) = (values[a], numbers[b], values[index]);
                                let slope = $b::dx(x, y, z);
                                let pull = |d| $b::pull_x(x, y, z, d);
                                (Some(pulled($b::GUARDED, slope, pull, lanes.values[a])), None)
                            }
                            Code::$bl => {
                                if !lanes.reached[a] {
                                    continue;
                                }
                                let (x, y, z) = (numbers[b], values[a], values[index]);
                                let slope = $b::dy(x, y, z);
                                let pull = |d| $b::pull_y(x, y, z, d);
                                (Some(pulled($b::GUARDED, slope, pull, lanes.values[a])), None)
                            }
                        )*
                    };
                    let tangent = match (first, second) {
                        (None, None) => continue,
                        (Some(t), None) | (None, Some(t)) => t,
                        (Some(s), Some(t)) => from_fn(|k| s[k] + t[k]),
                    };
                    lanes.add(index, tangent);
                }
            }

            /// Turns the cotangents of a scalar entry over to its operands.
            #[inline(always)]
            fn reverse_lanes_of_scalar<const K: usize>(
                &self,
                values: &[T],
                index: usize,
                lanes: &mut Lanes<T, K>,
            ) {
                let numbers = &self.numbers[..];
                let Entry { code, a, b } = self.entries.at(index);
                let (a, b) = (a as usize, b as usize);
                let d = lanes.values[index];
                match code {
                    Code::Leaf | Code::Constant | Code::MatrixLeaf | Code::Apply => {}
                    Code::PowI => {
                        let (rule, x) = (PowI(b as i32), values[a]);
                        lanes.add(a, pulled(true, rule.pull(x, T::one()), |d| rule.pull(x, d), d));
                    }
                    Code::MulItself => {
                        let half = pulled(false, values[a], |d| d * values[a], d);
                        lanes.add(a, half.map(|half| half + half));
                    }
                    $(Code::$u => {
                        let (x, y) = (values[a], values[index]);
                        let pull = |d| $u::pull(x, y, d);
                        lanes.add(a, pulled($u::GUARDED, $u::derivative(x, y), pull, d));
                    })*
                    $(
                        Code::$b | Code::$br | Code::$bl if <$b as Binary>::FLAT => {}
                        Code::$b => {
                            let (x, y, z) = (values[a], values[b], values[index]);
                            let pull = |d| $b::pull_x(x, y, z, d);
                            lanes.add(a, pulled($b::GUARDED, $b::dx(x, y, z), pull, d));
                            let pull = |d| $b::pull_y(x, y, z, d);
                            lanes.add(b, pulled($b::GUARDED, $b::dy(x, y, z), pull, d));
                        }
                        Code::$br => {
                            let (x, y, z) = (values[a], numbers[b], values[index]);
                            let pull = |d| $b::pull_x(x, y, z, d);
                            lanes.add(a, pulled($b::GUARDED, $b::dx(x, y, z), pull, d));
                        }
                        Code::$bl => {
                            let (x, y, z) = (numbers[b], values[a], values[index]);
                            let pull = |d| $b::pull_y(x, y, z, d);
                            lanes.add(a, pulled($b::GUARDED, $b::dy(x, y, z), pull, d));
                        }
                    )*
                }
            }
        }
    };
}
scalar_rules!(lanes);

impl<T: Scalar> Program<T> {
    /// The reverse sweep, of the entries before `end`, of what was planted in the lanes.
    pub(crate) fn reverse_lanes<const K: usize>(
        &self,
        primals: &Primals<T>,
        end: usize,
        lanes: &mut Lanes<T, K>,
    ) {
        for index in (self.swept_from()..end).rev() {
            if !lanes.reached[index] {
                continue;
            }
            if self.entries.codes()[index] == Code::Apply {
                self.pull_lanes_through_op(primals, index, lanes);
            } else {
                self.reverse_lanes_of_scalar(&primals.values, index, lanes);
            }
        }
    }

    /// The tangents of an application, lane by lane.
    fn push_lanes_through_op<const K: usize>(
        &self,
        primals: &Primals<T>,
        entry: usize,
        lanes: &mut Lanes<T, K>,
    ) {
        let (application, block) = self.application(entry);
        let application = &self.applications[application];
        let point = self.point(primals, application, entry, block);
        let ids = point.operands.ids;
        if !ids.iter().any(|&id| lanes.reached[id as usize]) {
            return;
        }
        for k in 0..K {
            for &id in ids {
                lanes.lane[id as usize] = lanes.values[id as usize][k];
            }
            let (values, arena, mut result) =
                split_at_result(&mut lanes.lane, &mut lanes.arenas[k], entry, block);
            let operands = Operands {
                ids,
                layout: self.layout(),
                values,
                arena,
            };
            let tangents = OperandTangents {
                operands,
                reached: &lanes.reached,
            };
            result.values_mut().fill(T::zero());
            application.op.jvp(&point, &tangents, result);
            lanes.values[entry][k] = lanes.lane[entry];
        }
        lanes.reached[entry] = true;
    }

    /// Turns the cotangents of an application over to its operands, lane by lane.
    fn pull_lanes_through_op<const K: usize>(
        &self,
        primals: &Primals<T>,
        entry: usize,
        lanes: &mut Lanes<T, K>,
    ) {
        let (application, block) = self.application(entry);
        let application = &self.applications[application];
        if !application.active {
            return;
        }
        let point = self.point(primals, application, entry, block);
        let ids = point.operands.ids;
        lanes.before.clear();
        lanes
            .before
            .extend(ids.iter().map(|&id| lanes.reached[id as usize]));
        for k in 0..K {
            for (&id, &before) in ids.iter().zip(&lanes.before) {
                lanes.lane[id as usize] = lanes.values[id as usize][k];
                lanes.reached[id as usize] = before;
            }
            lanes.lane[entry] = lanes.values[entry][k];
            let (values, arena, cotangent) =
                split_at_result(&mut lanes.lane, &mut lanes.arenas[k], entry, block);
            let partial = &mut lanes.partial[k];
            let chosen = partial.take(entry as u32);
            let mut sink = Sink {
                ids,
                layout: self.layout(),
                values,
                arena,
                reached: &mut lanes.reached,
                chosen: chosen.as_deref(),
                partial,
            };
            let cotangent = cotangent.into_view();
            if cotangent.values().iter().any(|d| *d != T::zero()) {
                application.op.vjp(&point, cotangent, &mut sink);
            }
            sink.fill_what_is_left();
            lanes.partial[k].put_back(chosen);
            for &id in ids {
                lanes.values[id as usize][k] = lanes.lane[id as usize];
            }
        }
    }
}
