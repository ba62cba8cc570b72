//! The tangent rule against `forward` on dual numbers: two derivations of the same tangent that
//! share nothing but the formula for the value.

use super::comparison::{Comparison, rounding, worst};
use super::finding::{Finding, FindingKind};
use super::isolated::IsolatedEntry;
use super::ops::operands;
use super::random::Random;
use super::report::Report;
use super::rules::record_each;
use crate::handle::Tape;
use crate::op::Op;
use num_dual::Dual64;

/// Compares the tangent rules of a list of ops with the forward runs of the same ops on dual
/// numbers, at the ops' samples; no differences are involved, so they agree to rounding.
///
/// ```
/// use tape::{check, ops};
/// check::duals(&ops::all(), &ops::all()).assert_complete();
/// ```
///
/// # Panics
/// If the lists differ in length.
#[inline] // Compiled where it is used, like `dual_rules`.
pub fn duals(list: &[Box<dyn Op<f64>>], same: &[Box<dyn Op<Dual64>>]) -> Report {
    assert_eq!(
        list.len(),
        same.len(),
        "the two lists must hold the same ops"
    );
    let mut report = Report::default();
    for (op, dual) in list.iter().zip(same) {
        for (k, sample) in op.samples().iter().enumerate() {
            let plain = IsolatedEntry::of_op(&**op, &operands(sample));
            let lifted = IsolatedEntry::of_op(&**dual, &operands(sample));
            if let (Ok(mut plain), Ok(mut lifted)) = (plain, lifted) {
                let label = format!("sample {k}, on dual numbers");
                compare(&mut plain, &mut lifted, label, &mut report);
            }
        }
    }
    report
}

/// [`duals`] for the scalar rules, in all their forms.
#[inline] // Compiled where it is used: every rule, for two types of numbers.
pub fn dual_rules() -> Report {
    let (mut plain, mut lifted) = (Vec::new(), Vec::new());
    record_each::<f64>(&mut |label, record| {
        let tape = Tape::default();
        record(&tape);
        plain.push((label, tape));
    });
    record_each::<Dual64>(&mut |_, record| {
        let tape = Tape::default();
        record(&tape);
        lifted.push(tape);
    });
    let mut report = Report::default();
    for ((label, plain), lifted) in plain.into_iter().zip(lifted) {
        let (plain, lifted) = (plain.store.borrow(), lifted.store.borrow());
        let last = plain.program.entries.len() - 1;
        let both = (
            IsolatedEntry::of_entry(&plain, last),
            IsolatedEntry::of_entry(&lifted, last),
        );
        if let (Some(mut plain), Some(mut lifted)) = both {
            compare(&mut plain, &mut lifted, label, &mut report);
        }
    }
    report
}

fn compare(
    plain: &mut IsolatedEntry<'_, f64>,
    lifted: &mut IsolatedEntry<'_, Dual64>,
    label: String,
    report: &mut Report,
) {
    let mut random = Random::new(3);
    let directions: Vec<Option<Vec<f64>>> = (0..plain.len())
        .map(|i| {
            plain
                .is_active(i)
                .then(|| random.weights(plain.operand_shape(i).len()))
        })
        .collect();
    for (i, direction) in directions.iter().enumerate() {
        let values = plain.operand(i).into_iter().enumerate();
        for (k, re) in values {
            let eps = direction.as_ref().map_or(0.0, |direction| direction[k]);
            lifted.set(i, k, Dual64::new(re, eps));
        }
    }
    if plain.forward(f64::NAN).is_err() || lifted.forward(f64::NAN.into()).is_err() {
        return;
    }
    let tangent = plain.jvp(&directions, f64::NAN);
    let size = |x: &[f64]| x.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    let elements: usize = (0..plain.len()).map(|i| plain.operand_shape(i).len()).sum();
    let tolerance = rounding::<f64>(elements) * (size(&tangent) + size(plain.result()));
    report.entries += 1;
    report.comparisons += tangent.len();
    let comparisons = tangent.iter().zip(lifted.result()).enumerate();
    let comparison = worst(comparisons.map(|(element, (&analytic, dual))| Comparison {
        element,
        analytic,
        numerical: dual.eps,
        tolerance,
    }));
    if let Some(comparison) = comparison {
        let (op, shape) = (plain.name, plain.result_shape());
        let finding = Finding::new(FindingKind::Tangent, op, None, shape, comparison);
        report.push(Finding { label, ..finding });
    }
}
