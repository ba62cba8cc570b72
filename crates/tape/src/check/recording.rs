//! The check of a recorded tape: every entry alone, then the derivatives of the output by the
//! leaves.

use super::adjoint_test::adjoint_test;
use super::comparison::Comparison;
use super::entry::check_entry;
use super::finding::{Finding, FindingKind};
use super::isolated::IsolatedEntry;
use super::options::{Check, Mode};
use super::random::Random;
use super::report::Report;
use super::slopes::compare_slopes;
use super::weighted_output::{ReplayedOutput, WeightedOutput};
use crate::handle::{Argument, EntryInfo, Operand, Tape};
use crate::number::Scalar;
use crate::shape::Shape;

impl<T: Scalar> Tape<T> {
    /// Checks every entry of the tape alone, against its recorded operands, and the gradient of
    /// `output` as a whole, against slopes by replay. The tape is left as it was, even if an op
    /// panics.
    ///
    /// A matrix output is weighed with random cotangents. The report names entries at fault, their
    /// operands and lines; see [`check`](crate::check) for what is checked and [`Check`] for
    /// choices.
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
    /// If `output` is a handle of another tape, or the tape is [stale](Tape::is_stale).
    #[track_caller]
    pub fn check<'t>(&'t self, output: impl Into<Operand<'t, T>>) -> Report {
        Check::default().tape(self, output)
    }
}

impl Check {
    /// [`Tape::check`] with these choices.
    ///
    /// # Panics
    /// If `output` is a handle of another tape, or the tape is [stale](Tape::is_stale).
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
        let shape = tape.store.borrow().program.shape(index);
        let mut random = Random::new(self.seed ^ u64::from(index));
        for weights in self.weights::<T>(shape, &mut random) {
            let whole = WeightedOutput {
                tape,
                output: index,
                weights,
            };
            self.whole_gradient(&whole, &mut random, &mut report);
        }
        report
    }

    /// Checks every operation of a tape that has a cotangent, alone, against its recorded operands.
    ///
    /// # Panics
    /// If the tape is [stale](Tape::is_stale).
    #[track_caller]
    pub fn entries<T: Scalar>(self, tape: &Tape<T>) -> Report {
        tape.assert_current("check");
        let mut report = Report::default();
        let entries = tape.entries();
        let store = tape.store.borrow();
        for entry in entries.iter().filter(|entry| entry.active) {
            let Some(mut isolated) = IsolatedEntry::of_entry(&store, entry.index) else {
                continue;
            };
            let mut random = Random::new(self.seed ^ entry.index as u64);
            let found = check_entry(&mut isolated, self.mode, &mut random);
            report.extend(found.map(|finding| located(finding, &entries, entry)));
        }
        report
    }

    /// Checks the derivatives of an output by every leaf, by slopes and by the adjoint test.
    fn whole_gradient<T: Scalar>(
        self,
        whole: &WeightedOutput<'_, T>,
        random: &mut Random,
        report: &mut Report,
    ) {
        let cotangents = whole.sweep();
        let gradients = whole.gradients(&cotangents);
        let mut replayed = ReplayedOutput::new(whole, whole.rounding_noise(&cotangents));
        let compared = compare_slopes(&mut replayed, &gradients, self.mode, random);
        drop(replayed);
        report.comparisons += compared.comparisons;
        let entries = whole.tape.entries();
        let finding = |kind, index: usize, comparison: Comparison| {
            let entry = &entries[index];
            let finding = Finding::new(kind, entry.op, None, entry.shape, comparison);
            located(finding, &entries, entry)
        };
        // Each entry at a kink has a choice; the slope of them all together need not be one of
        // theirs.
        let at_a_kink = report.has_kinks();
        let each_is_right = report.is_ok();
        for found in compared.unconfirmed {
            // Of entries that are right one by one, what is no number comes of 0 · ∞ between them.
            let is_no_number = each_is_right && !found.comparison.analytic.is_finite();
            let kind = match found.kind {
                FindingKind::WrongDerivative if at_a_kink || is_no_number => FindingKind::NotJudged,
                other => other,
            };
            let finding = finding(kind, found.operand, found.comparison);
            report.push_of_gradient(finding);
        }
        if !report.is_ok() {
            return;
        }
        if let Some((kind, adjoint)) = adjoint_test(whole, &gradients, &cotangents, random) {
            report.push_of_gradient(finding(kind, whole.output as usize, adjoint));
        }
    }

    /// The cotangents of an output with which its leaves' are checked; numbers of the tape's kind.
    fn weights<T: Scalar>(self, shape: Shape, random: &mut Random) -> Vec<Vec<f64>> {
        let len = shape.len();
        match self.mode {
            _ if len == 1 => vec![vec![1.0]],
            Mode::Full => {
                let row = |k: usize| (0..len).map(|i| if i == k { 1.0 } else { 0.0 }).collect();
                (0..len).map(row).collect()
            }
            Mode::Auto | Mode::Fast(_) => {
                let weight = |x: f64| T::from_f64(x).to_f64();
                let mut weights = || random.weights(len).into_iter().map(weight).collect();
                (0..2).map(|_| weights()).collect()
            }
        }
    }
}

/// A finding with the names and the place of its entry.
fn located<T>(finding: Finding, entries: &[EntryInfo<T>], entry: &EntryInfo<T>) -> Finding {
    let operand = finding.operand.and_then(|i| entry.operands.get(i));
    let reads = match operand {
        Some(Argument::Entry(operand)) => called(&entries[*operand]),
        _ => String::new(),
    };
    let path: Vec<&str> = entry
        .scope
        .iter()
        .chain(&entry.name)
        .map(String::as_str)
        .collect();
    Finding {
        op: entry.op,
        entry: Some(entry.index),
        label: path.join("/"),
        reads,
        place: entry.place,
        ..finding
    }
}

/// An operand's name, or which entry it is.
fn called<T>(entry: &EntryInfo<T>) -> String {
    entry
        .name
        .clone()
        .unwrap_or_else(|| format!("entry {}", entry.index))
}
