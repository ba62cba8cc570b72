//! The suite for lists of ops: every op, at every one of its samples.

use super::comparison::{Comparison, rounding, worst};
use super::entry::check_entry;
use super::finding::{Finding, FindingKind};
use super::isolated::{BufferContents, IsolatedEntry, IsolatedOperand};
use super::options::Mode;
use super::random::Random;
use super::recorded_rule::check_recorded_rule;
use super::report::Report;
use crate::number::Scalar;
use crate::op::{Op, Sample};
use crate::shape::Shape;

/// Puts every op of a list through the generic suite, at each of its [samples](Op::samples).
///
/// Give it [`crate::ops::all`], the list of a crate of layers, or one op of your own:
///
/// ```
/// let ops: Vec<Box<dyn tape::Op<f64>>> = vec![Box::new(tape::ops::MatMul)];
/// tape::check::ops(&ops).assert_complete();
/// ```
///
/// At each sample: the shape rule accepts it; the forward run is deterministic and writes the whole
/// result; the reverse rule agrees with numerical slopes for several random cotangents, is linear
/// in the cotangent, overwrites what a buffer held before and adds to earlier contributions; the
/// tangent rule is its adjoint, also where some operands have no tangent. 1×1 operands are also
/// given as scalars where the op takes them, every subset that leaves one operand without a
/// cotangent is tried, and operands of the same shape are given twice. An element depends on
/// nothing but what the op says it [reads](Op::reads), if it says so. What the op records as its
/// reverse rule, if it [does](Op::vjp_recorded), gives what the reverse rule gives, also when the
/// recording is replayed with other operands.
pub fn ops<T: Scalar>(list: &[Box<dyn Op<T>>]) -> Report {
    let mut report = Report::default();
    for op in list {
        let samples = op.samples();
        let mut suite = Suite {
            op: &**op,
            report: &mut report,
            label: String::new(),
        };
        if samples.is_empty() {
            suite.label = "no samples".into();
            suite.refused();
        }
        for (k, sample) in samples.iter().enumerate() {
            suite.label = format!("sample {k}");
            suite.sample(sample);
        }
    }
    report
}

struct Suite<'s, T> {
    op: &'s dyn Op<T>,
    report: &'s mut Report,
    label: String,
}

/// A sample as operands of an isolated entry.
pub(super) fn operands<T: Scalar>(sample: &[Sample]) -> Vec<IsolatedOperand<T>> {
    let each = sample.iter().map(|sample| IsolatedOperand {
        shape: Shape::new(sample.values.nrows(), sample.values.ncols()),
        values: sample.values.iter().map(|&x| T::from_f64(x)).collect(),
        active: sample.differentiable,
        scalar: false,
    });
    each.collect()
}

impl<T: Scalar> Suite<'_, T> {
    fn sample(&mut self, sample: &[Sample]) {
        let label = self.label.clone();
        let matrices = operands::<T>(sample);
        self.check(&matrices);
        if matrices.iter().any(|given| given.shape == Shape::SCALAR) {
            self.label = format!("{label}, 1×1 as scalar");
            let mut scalars = matrices.clone();
            for given in &mut scalars {
                given.scalar = given.shape == Shape::SCALAR;
            }
            self.check(&scalars);
        }
        for i in 0..matrices.len() {
            let others = matrices.iter().enumerate();
            if others.filter(|(k, given)| *k != i && given.active).count() == 0 {
                continue;
            }
            self.label = format!("{label}, operand {i} without a cotangent");
            let mut held = matrices.clone();
            held[i].active = false;
            self.recorded(&held);
            self.left_alone(&matrices, &held, i);
        }
        self.label = label.clone();
        self.reads(&matrices);
        self.label = format!("{label}, operands repeated");
        self.repeated(&matrices);
    }

    fn refused(&mut self) {
        self.find(
            FindingKind::Refused,
            None,
            Shape::SCALAR,
            Comparison::without_numbers(),
        );
    }

    fn find(
        &mut self,
        kind: FindingKind,
        operand: Option<usize>,
        shape: Shape,
        comparison: Comparison,
    ) {
        let finding = Finding::new(kind, self.op.name(), operand, shape, comparison);
        let label = self.label.clone();
        self.report.push(Finding { label, ..finding });
    }

    fn check(&mut self, operands: &[IsolatedOperand<T>]) {
        let Ok(mut isolated) = IsolatedEntry::of_op(self.op, operands) else {
            self.report.entries += 1;
            return self.refused();
        };
        let mut random = Random::new(operands.len() as u64);
        let found = check_entry(&mut isolated, Mode::Full, &mut random);
        self.report.extend(found.map(|finding| Finding {
            label: self.label.clone(),
            ..finding
        }));
        self.recorded(operands);
    }

    /// Where an op says what it records as its reverse rule, that is its reverse rule.
    fn recorded(&mut self, operands: &[IsolatedOperand<T>]) {
        for finding in check_recorded_rule(self.op, operands) {
            let label = format!("{}{}", self.label, finding.label);
            self.report.push(Finding { label, ..finding });
        }
    }

    /// Where an op says what an element reads, the element depends on nothing else.
    fn reads(&mut self, given: &[IsolatedOperand<T>]) {
        let shapes: Vec<Shape> = given.iter().map(|given| given.shape).collect();
        let Ok(mut isolated) = IsolatedEntry::of_op(self.op, given) else {
            return;
        };
        if isolated.forward(T::zero()).is_err() {
            return;
        }
        let count = isolated.result().len();
        for element in 0..count {
            let mut read = Vec::new();
            if !self.op.reads(&shapes, element, &mut |operand, at| {
                read.push((operand, at))
            }) {
                return;
            }
            let mut cotangent = vec![T::zero(); count];
            cotangent[element] = T::one();
            let before = BufferContents::Arbitrary(T::from_f64(f64::NAN));
            let slopes = isolated.vjp(&cotangent, &before);
            for (operand, slopes) in slopes.iter().enumerate() {
                let beside = slopes
                    .iter()
                    .enumerate()
                    .find(|(at, slope)| **slope != T::zero() && !read.contains(&(operand, *at)));
                if let Some((at, slope)) = beside {
                    let comparison = Comparison {
                        element: at,
                        analytic: slope.to_f64(),
                        numerical: 0.0,
                        tolerance: 0.0,
                    };
                    return self.find(
                        FindingKind::Reads,
                        Some(operand),
                        shapes[operand],
                        comparison,
                    );
                }
            }
        }
    }

    /// Where operand `i` wants no cotangent, the others get what they get otherwise.
    fn left_alone(&mut self, all: &[IsolatedOperand<T>], held: &[IsolatedOperand<T>], i: usize) {
        let others: Vec<usize> = (0..all.len())
            .filter(|&k| k != i && all[k].active)
            .collect();
        let Some((full, size)) = self.cotangents(all, None) else {
            return;
        };
        let Some((without, _)) = self.cotangents(held, None) else {
            return;
        };
        for k in others {
            self.compare(k, all[k].shape, &without[k], &full[k], size);
        }
    }

    /// Where one handle is given for two operands, it gets the sum of both cotangents.
    fn repeated(&mut self, given: &[IsolatedOperand<T>]) {
        let comparisons = (0..given.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
        let fits = |&(i, j): &(usize, usize)| {
            given[i].shape == given[j].shape && given[i].active && given[j].active
        };
        for (i, j) in comparisons.filter(fits) {
            let mut equal = given.to_vec();
            equal[j].values = given[i].values.clone();
            let Some((apart, size)) = self.cotangents(&equal, None) else {
                continue;
            };
            let Some((once, _)) = self.cotangents(&equal, Some((i, j))) else {
                continue;
            };
            let sum: Vec<T> = apart[i]
                .iter()
                .zip(&apart[j])
                .map(|(&x, &y)| x + y)
                .collect();
            let parts = apart[i].iter().chain(&apart[j]).map(|x| x.to_f64().abs());
            let size = size + parts.fold(0.0, f64::max);
            self.compare(i, equal[i].shape, &once[i], &sum, size);
        }
    }

    /// The operands' cotangents for one random cotangent of the result, with `same` operands being
    /// one entry; and the size of what was computed. `None` if the op refuses the values.
    fn cotangents(
        &self,
        given: &[IsolatedOperand<T>],
        same: Option<(usize, usize)>,
    ) -> Option<(Vec<Vec<T>>, f64)> {
        let mut isolated = IsolatedEntry::of_op(self.op, given).ok()?;
        if let Some((i, j)) = same {
            isolated.give_twice(i, j);
        }
        isolated.forward(T::from_f64(f64::NAN)).ok()?;
        let cotangent = Random::new(7).weights(isolated.result().len());
        let products = cotangent.iter().zip(isolated.result());
        let size: f64 = products.map(|(d, y)| (d * y.to_f64()).abs()).sum();
        let cotangent: Vec<T> = cotangent.into_iter().map(T::from_f64).collect();
        Some((
            isolated.vjp(
                &cotangent,
                &BufferContents::Arbitrary(T::from_f64(f64::NAN)),
            ),
            size,
        ))
    }

    fn compare(&mut self, operand: usize, shape: Shape, found: &[T], expected: &[T], size: f64) {
        let size = expected
            .iter()
            .fold(size, |most, x| most.max(x.to_f64().abs()));
        let tolerance = rounding::<T>(expected.len()) * size;
        let comparisons = found.iter().zip(expected).enumerate();
        let comparison = worst(comparisons.map(|(element, (found, expected))| Comparison {
            element,
            analytic: found.to_f64(),
            numerical: expected.to_f64(),
            tolerance,
        }));
        if let Some(comparison) = comparison {
            self.find(
                FindingKind::WrongDerivative,
                Some(operand),
                shape,
                comparison,
            );
        }
    }
}
