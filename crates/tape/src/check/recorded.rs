//! The check of a recorded tape: every entry alone, then the derivatives of the output by the leaves.

use super::bench::{Bench, results};
use super::difference::Reading;
use super::examine::{Symptom, examine};
use super::pair::Pair;
use super::random::Random;
use super::report::{Cause, Finding, Report};
use super::slopes::{self, Claim, Function};
use super::witness::witness;
use super::{Check, Mode};
use crate::handle::Operand;
use crate::handle::Tape;
use crate::handle::{Argument, EntryInfo};
use crate::list::EntryId;
use crate::list::Store;
use crate::list::{MatrixId, VarId};
use crate::number::Scalar;
use crate::op::View;
use crate::rules::Code;
use crate::shape::Shape;
use crate::sweep::Cotangents;
use crate::sweep::{Seed, SeedValues};

impl<T: Scalar> Tape<T> {
    /// Checks every entry of the tape alone, against its recorded operands, and the gradient of `output` as a
    /// whole, against slopes by replay. The tape is left as it was.
    ///
    /// A matrix output is weighed with random cotangents. The report names entries at fault, their operands and
    /// lines; see [`check`](crate::check) for what is checked and [`Check`] for choices.
    ///
    /// ```
    /// use tape::Tape;
    /// let tape = Tape::new();
    /// let (x, y) = (tape.var(3.0), tape.var(4.0));
    /// let report = tape.check((x * y).sin() + x);
    /// assert!(report.is_ok(), "{report}");
    /// assert_eq!(report.entries, 3);
    /// ```
    ///
    /// # Panics
    /// If `output` is a handle of another tape.
    #[track_caller]
    pub fn check<'t>(&'t self, output: impl Into<Operand<'t, T>>) -> Report {
        Check::default().tape(self, output)
    }
}

impl Check {
    /// [`Tape::check`] with these choices.
    ///
    /// # Panics
    /// If `output` is a handle of another tape.
    #[track_caller]
    pub fn tape<'t, T: Scalar>(
        self,
        tape: &'t Tape<T>,
        output: impl Into<Operand<'t, T>>,
    ) -> Report {
        let mut report = self.entries(tape);
        let (owner, index) = match output.into() {
            Operand::Scalar(var) => (var.tape, var.index),
            Operand::Matrix(matrix) => (Some(matrix.tape), matrix.index),
        };
        let Some(owner) = owner else { return report };
        tape.assert_same(owner, "check");
        let shape = tape.store.borrow().shape(index);
        let mut random = Random::new(self.seed ^ u64::from(index));
        for weights in self.weights(shape, &mut random) {
            Whole {
                tape,
                output: index,
                weights,
            }
            .check(self.mode, &mut random, &mut report);
        }
        report
    }

    /// Checks every operation of a tape that has a cotangent, alone, against its recorded operands.
    pub fn entries<T: Scalar>(self, tape: &Tape<T>) -> Report {
        let mut report = Report::default();
        let mut found = Vec::new();
        let store = tape.store.borrow();
        for index in 0..store.entries.len() {
            if !store.is_active(index as u32) {
                continue;
            }
            let Some(mut bench) = Bench::of_entry(&store, index) else {
                continue;
            };
            let mut random = Random::new(self.seed ^ index as u64);
            let examined = examine(&mut bench, self.mode, &mut random);
            report.entries += 1;
            report.comparisons += examined.comparisons;
            found.extend(
                examined
                    .symptoms
                    .into_iter()
                    .map(|symptom| (index, symptom)),
            );
        }
        drop(store);
        if !found.is_empty() {
            let entries = tape.entries();
            found
                .into_iter()
                .for_each(|(index, symptom)| report.push(finding(&entries, index, symptom)));
        }
        report
    }

    /// The cotangents of an output with which its leaves' are checked.
    fn weights(self, shape: Shape, random: &mut Random) -> Vec<Vec<f64>> {
        let len = shape.len();
        match self.mode {
            _ if len == 1 => vec![vec![1.0]],
            Mode::Full => {
                let row = |k: usize| (0..len).map(|i| if i == k { 1.0 } else { 0.0 }).collect();
                (0..len).map(row).collect()
            }
            Mode::Auto | Mode::Fast(_) => (0..2).map(|_| random.weights(len)).collect(),
        }
    }
}

fn finding<T>(entries: &[EntryInfo<T>], index: usize, symptom: Symptom) -> Finding {
    let entry = &entries[index];
    let reads = symptom
        .operand
        .and_then(|operand| entry.operands.get(operand));
    let reads = match reads {
        Some(Argument::Entry(operand)) => called(&entries[*operand]),
        _ => String::new(),
    };
    let name = entry.name.iter();
    let path: Vec<&str> = entry.scope.iter().chain(name).map(String::as_str).collect();
    Finding {
        cause: symptom.cause,
        op: entry.op,
        entry: Some(index),
        label: path.join("/"),
        operand: symptom.operand,
        reads,
        element: symptom.element,
        place: entry.place,
        analytic: symptom.analytic,
        numerical: symptom.numerical,
        tolerance: symptom.tolerance,
    }
}

/// An operand's name, or which entry it is.
fn called<T>(entry: &EntryInfo<T>) -> String {
    entry
        .name
        .clone()
        .unwrap_or_else(|| format!("entry {}", entry.index))
}

/// A whole tape as a function of its leaves: `⟨weights, output⟩`.
pub(super) struct Whole<'t, T: Scalar> {
    pub tape: &'t Tape<T>,
    pub output: u32,
    pub weights: Vec<f64>,
}

impl<T: Scalar> Whole<'_, T> {
    fn check(&self, mode: Mode, random: &mut Random, report: &mut Report) {
        let mut cotangents = Cotangents::new();
        let weights: Vec<T> = self.weights.iter().map(|&x| T::from_f64(x)).collect();
        self.tape
            .sweep(self.seed(self.output, &weights), &mut cotangents)
            .expect("the tape's own entry");
        let bars = |id| bar(self.tape, &cotangents, id);
        let (claims, size) = {
            let store = self.tape.store.borrow();
            let leaves = leaves(&store, self.output);
            let claims = leaves.map(|id| Claim {
                operand: id as usize,
                values: numbers(results(&store, id as usize)),
                derivatives: bars(id),
            });
            (
                claims.collect::<Vec<_>>(),
                store.values.len() + store.arena.len(),
            )
        };
        let saved: Vec<Vec<T>> = {
            let store = self.tape.store.borrow();
            claims
                .iter()
                .map(|claim| results(&store, claim.operand).to_vec())
                .collect()
        };
        let mut replayed = Replayed {
            whole: self,
            claims: &claims,
            saved: &saved,
            size,
            spread: spread(self.tape, &cotangents, self.output),
        };
        let judged = slopes::judge(&mut replayed, &claims, mode, random);
        // A replay from the leaves' own values puts back what the slopes have moved.
        let _ = self.tape.store.borrow_mut().run();
        report.comparisons += judged.comparisons;
        let entries = if judged.verdicts.is_empty() {
            vec![]
        } else {
            self.tape.entries()
        };
        for slopes::Verdict {
            operand,
            cause,
            pair,
        } in judged.verdicts
        {
            let finding = finding(&entries, operand, self.symptom(operand, cause, pair));
            if cause.is_fault() {
                report.gradient.push(finding);
            } else {
                report.remarks.push(finding);
            }
        }
        let pair = witness(self, &claims, &cotangents, random);
        if pair.excess() > 1.0 && report.is_ok() {
            let entries = self.tape.entries();
            let symptom = self.symptom(self.output as usize, Cause::Tangent, pair);
            report
                .gradient
                .push(finding(&entries, self.output as usize, symptom));
        }
    }

    pub fn seed<'s>(&self, index: u32, values: &'s [T]) -> Seed<'s, T> {
        let shape = self.tape.store.borrow().shape(index);
        let (id, values) = match id_of(self.tape, index) {
            EntryId::Scalar(VarId(id)) => (id, SeedValues::Scalar(values[0])),
            EntryId::Matrix(MatrixId(id)) => (id, SeedValues::Matrix(View::new(values, shape))),
        };
        Seed { id, values }
    }

    fn symptom(&self, entry: usize, cause: Cause, pair: Pair) -> Symptom {
        let rows = self.tape.store.borrow().shape(entry as u32).rows.max(1);
        Symptom {
            cause,
            operand: None,
            element: (pair.element % rows, pair.element / rows),
            analytic: pair.analytic,
            numerical: pair.numerical,
            tolerance: pair.tolerance,
        }
    }
}

/// The tape, replayed with leaves moved.
struct Replayed<'w, 't, T: Scalar> {
    whole: &'w Whole<'t, T>,
    claims: &'w [Claim],
    saved: &'w [Vec<T>],
    size: usize,
    /// What rounding in the entries on the way may add up to.
    spread: f64,
}

impl<T: Scalar> Replayed<'_, '_, T> {
    fn put(&self, id: usize, element: usize, value: T) {
        let mut store = self.whole.tape.store.borrow_mut();
        match store.entries.at(id).block() {
            None => store.values[id] = value,
            Some(block) => {
                let start = store.blocks[block as usize].start;
                store.arena[start + element] = value;
            }
        }
    }
}

impl<T: Scalar> Function for Replayed<'_, '_, T> {
    fn set(&mut self, operand: usize, element: usize, value: f64) {
        self.put(operand, element, T::from_f64(value));
    }

    fn reset(&mut self, operand: usize, element: usize) {
        let at = self
            .claims
            .binary_search_by_key(&operand, |claim| claim.operand);
        self.put(
            operand,
            element,
            self.saved[at.expect("only leaves are moved")][element],
        );
    }

    fn read(&mut self) -> Option<Reading> {
        let mut store = self.whole.tape.store.borrow_mut();
        store.run().ok()?;
        let mut reading = Reading {
            value: 0.0,
            size: self.spread,
        };
        for (weight, y) in self
            .whole
            .weights
            .iter()
            .zip(results(&store, self.whole.output as usize))
        {
            reading.value += weight * y.to_f64();
            reading.size += (weight * y.to_f64()).abs();
        }
        Some(reading)
    }

    fn epsilon(&self) -> f64 {
        T::EPSILON
    }

    fn work(&self) -> usize {
        self.size
    }
}

/// The leaves that have a cotangent, up to the output.
fn leaves<T: Scalar>(store: &Store<T>, output: u32) -> impl Iterator<Item = u32> {
    (0..=output).filter(|&id| {
        let code = store.entries.at(id as usize).code;
        matches!(code, Code::Leaf | Code::MatrixLeaf) && store.is_active(id)
    })
}

pub(super) fn numbers<T: Scalar>(list: &[T]) -> Vec<f64> {
    list.iter().map(|x| x.to_f64()).collect()
}

pub(super) fn id_of<T: Scalar>(tape: &Tape<T>, index: u32) -> EntryId {
    let id = tape.id(index);
    match tape.store.borrow().entries.at(index as usize).block() {
        None => EntryId::Scalar(VarId(id)),
        Some(_) => EntryId::Matrix(MatrixId(id)),
    }
}

/// The cotangent of an entry, as plain numbers.
pub(super) fn bar<T: Scalar>(tape: &Tape<T>, cotangents: &Cotangents<T>, index: u32) -> Vec<f64> {
    match id_of(tape, index) {
        EntryId::Scalar(id) => vec![cotangents.of(id).expect("the tape's own entry").to_f64()],
        EntryId::Matrix(id) => numbers(cotangents.of(id).expect("the tape's own entry").values()),
    }
}

/// What rounding in the entries up to the output may add up to there.
pub(super) fn spread<T: Scalar>(tape: &Tape<T>, cotangents: &Cotangents<T>, output: u32) -> f64 {
    let of = |index: u32| {
        let bars = bar(tape, cotangents, index);
        let store = tape.store.borrow();
        slopes::spread(&bars, &numbers(results(&store, index as usize)))
    };
    (0..=output).map(of).sum()
}
