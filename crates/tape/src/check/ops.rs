//! The suite for lists of ops: every op, at every one of its samples.

use super::Mode;
use super::bench::{Before, Bench, Given};
use super::examine::{Symptom, examine};
use super::pair::{Pair, rounding, worst};
use super::random::Random;
use super::report::{Cause, Finding, Report};
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
/// At each sample: the shape rule accepts it; the forward run is deterministic and writes the whole result;
/// the reverse rule agrees with numerical slopes for several random cotangents, is linear in the cotangent,
/// overwrites what a buffer held before and adds to earlier contributions; the tangent rule is its adjoint,
/// also where some operands have no tangent. 1×1 operands are also given as scalars where the op takes them,
/// every subset that leaves one operand without a cotangent is tried, and operands of the same shape are
/// given twice.
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

/// Samples as operands of the bench.
pub(super) fn given<T: Scalar>(sample: &[Sample]) -> Vec<Given<T>> {
    let each = sample.iter().map(|sample| Given {
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
        let matrices = given::<T>(sample);
        self.examine(&matrices);
        if matrices.iter().any(|given| given.shape == Shape::SCALAR) {
            self.label = format!("{label}, 1×1 operands as scalars");
            let mut scalars = matrices.clone();
            for given in &mut scalars {
                given.scalar = given.shape == Shape::SCALAR;
            }
            self.examine(&scalars);
        }
        for i in 0..matrices.len() {
            let others = matrices.iter().enumerate();
            if others.filter(|(k, given)| *k != i && given.active).count() == 0 {
                continue;
            }
            self.label = format!("{label}, operand {i} without a cotangent");
            let mut held = matrices.clone();
            held[i].active = false;
            self.left_alone(&matrices, &held, i);
        }
        self.label = format!("{label}, operands repeated");
        self.repeated(&matrices);
    }

    fn refused(&mut self) {
        let numbers = f64::NAN;
        self.find(Symptom {
            cause: Cause::Refused,
            operand: None,
            element: (0, 0),
            analytic: numbers,
            numerical: numbers,
            tolerance: 0.0,
        });
    }

    fn find(&mut self, symptom: Symptom) {
        let Symptom {
            cause,
            operand,
            element,
            analytic,
            numerical,
            tolerance,
        } = symptom;
        self.report.push(Finding {
            cause,
            op: self.op.name(),
            entry: None,
            label: self.label.clone(),
            operand,
            reads: String::new(),
            element,
            place: None,
            analytic,
            numerical,
            tolerance,
        });
    }

    fn examine(&mut self, given: &[Given<T>]) {
        self.report.entries += 1;
        let Ok(mut bench) = Bench::of_op(self.op, given) else {
            return self.refused();
        };
        let examined = examine(&mut bench, Mode::Full, &mut Random::new(given.len() as u64));
        self.report.comparisons += examined.comparisons;
        for symptom in examined.symptoms {
            self.find(symptom);
        }
    }

    /// Where operand `i` wants no cotangent, the others get what they get otherwise.
    fn left_alone(&mut self, all: &[Given<T>], held: &[Given<T>], i: usize) {
        let others: Vec<usize> = (0..all.len())
            .filter(|&k| k != i && all[k].active)
            .collect();
        let Some((full, size)) = self.bars(all, None) else {
            return;
        };
        let Some((without, _)) = self.bars(held, None) else {
            return;
        };
        for k in others {
            self.compare(k, &without[k], &full[k], size);
        }
    }

    /// Where one handle is given for two operands, it gets the sum of both cotangents.
    fn repeated(&mut self, given: &[Given<T>]) {
        let pairs = (0..given.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
        let fits = |&(i, j): &(usize, usize)| {
            given[i].shape == given[j].shape && given[i].active && given[j].active
        };
        for (i, j) in pairs.filter(fits) {
            let mut equal = given.to_vec();
            equal[j].values = given[i].values.clone();
            let Some((apart, size)) = self.bars(&equal, None) else {
                continue;
            };
            let Some((once, _)) = self.bars(&equal, Some((i, j))) else {
                continue;
            };
            let sum: Vec<T> = apart[i]
                .iter()
                .zip(&apart[j])
                .map(|(&x, &y)| x + y)
                .collect();
            let parts = apart[i].iter().chain(&apart[j]).map(|x| x.to_f64().abs());
            self.compare(i, &once[i], &sum, size + parts.fold(0.0, f64::max));
        }
    }

    /// The operands' cotangents for one random cotangent of the result, with `same` operands being one
    /// entry; and the size of what was computed. `None` if the op refuses the values.
    fn bars(&self, given: &[Given<T>], same: Option<(usize, usize)>) -> Option<(Vec<Vec<T>>, f64)> {
        let mut bench = Bench::of_op(self.op, given).ok()?;
        if let Some((i, j)) = same {
            bench.give_twice(i, j);
        }
        bench.forward(T::from_f64(f64::NAN)).ok()?;
        let cotangent = Random::new(7).weights(bench.result().len());
        let products = cotangent.iter().zip(bench.result());
        let size: f64 = products.map(|(d, y)| (d * y.to_f64()).abs()).sum();
        let cotangent: Vec<T> = cotangent.into_iter().map(T::from_f64).collect();
        Some((
            bench.vjp(&cotangent, &Before::Garbage(T::from_f64(f64::NAN))),
            size,
        ))
    }

    fn compare(&mut self, operand: usize, found: &[T], expected: &[T], size: f64) {
        let size = expected
            .iter()
            .fold(size, |most, x| most.max(x.to_f64().abs()));
        let tolerance = rounding::<T>(expected.len()) * size;
        let pairs = found.iter().zip(expected).enumerate();
        let pair = worst(pairs.map(|(element, (found, expected))| Pair {
            element,
            analytic: found.to_f64(),
            numerical: expected.to_f64(),
            tolerance,
        }));
        if let Some(pair) = pair {
            self.find(Symptom {
                cause: Cause::WrongDerivative,
                operand: Some(operand),
                element: (pair.element, 0),
                analytic: pair.analytic,
                numerical: pair.numerical,
                tolerance: pair.tolerance,
            });
        }
    }
}
