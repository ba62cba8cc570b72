//! Reductions of a list of scalars as one entry: sum, dot product, log-sum-exp.

use super::shifted::exp_sum;
use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::{Scalar, pairwise_sum, sum_of_runs};
use crate::op::{
    Chain, Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents,
    RecordedPoint, Sample, Sink, View, ViewMut,
};
use crate::shape::Shape;
use std::cell::Cell;
use std::iter::zip;
use std::ops::Range;

fn scalars(operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
    if operands.iter().any(|x| *x != Shape::SCALAR) {
        return Err(ShapeError::new("all operands must be scalars"));
    }
    Ok(OutputSpec::scalar())
}

fn samples_of(count: usize) -> Vec<Sample> {
    (0..count)
        .map(|k| Sample::scattered(1, 1, -1.0, 2.0, k))
        .collect()
}

/// The sum of a few numbers one after the other; `None` if one has to be looked for elsewhere.
fn sum_of_numbers<T: Scalar>(mut numbers: impl Iterator<Item = Option<T>>) -> Option<T> {
    numbers.try_fold(T::zero(), |sum, number| Some(sum + number?))
}

/// `y = Σ xᵢ`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SumOf;

impl<T: Scalar> Op<T> for SumOf {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn symbol(&self) -> &'static str {
        "Σ"
    }

    fn formula(&self) -> Formula {
        formula!(y[x]: y = sum(x), dx = dy).commuting()
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        scalars(operands)
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let x = at.operands;
        at.result.values_mut()[0] = sum_of_runs(0..x.len(), &mut |run: Range<usize>| {
            let sum = sum_of_numbers(x.numbers(run.clone()));
            sum.unwrap_or_else(|| pairwise_sum(run.len(), |i| x.scalar(run.start + i)))
        });
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let d = cotangent.scalar();
        for i in 0..at.operands.len() {
            sink.add_scalar(i, d);
        }
    }

    fn in_lanes(&self) -> Option<Chain> {
        Some(Chain::Sum)
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        Some(vec![Some(cotangent); at.operands.len()])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        tangent.values_mut()[0] = pairwise_sum(at.operands.len(), |i| tangents.scalar(i));
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![samples_of(5), samples_of(1), samples_of(0)]
    }
}

/// `y = Σ xᵢ · zᵢ`; the operands are all of `x`, then all of `z`.
#[derive(Clone, Copy, Debug, Default)]
pub struct DotOf;

impl<T: Scalar> Op<T> for DotOf {
    fn name(&self) -> &'static str {
        "dot"
    }

    fn symbol(&self) -> &'static str {
        "·"
    }

    fn formula(&self) -> Formula {
        formula!(y[x, z]: y = sum(x * z), dx = dy * z, dz = dy * x)
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        if operands.len() % 2 == 1 {
            return Err(ShapeError::new("takes two lists of the same length"));
        }
        scalars(operands)
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (n, x) = (at.operands.len() / 2, at.operands);
        at.result.values_mut()[0] = sum_of_runs(0..n, &mut |run: Range<usize>| {
            let pairs = zip(
                x.numbers(run.clone()),
                x.numbers(n + run.start..n + run.end),
            );
            let sum = sum_of_numbers(pairs.map(|(x, z)| Some(x? * z?)));
            let product = |i: usize| x.scalar(i) * x.scalar(n + i);
            sum.unwrap_or_else(|| pairwise_sum(run.len(), |i| product(run.start + i)))
        });
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let (n, x, d) = (at.operands.len() / 2, at.operands, cotangent.scalar());
        for (i, (left, right)) in zip(x.numbers(0..n), x.numbers(n..2 * n)).enumerate() {
            sink.add_scalar(i, d * right.unwrap_or_else(|| x.scalar(n + i)));
            sink.add_scalar(n + i, d * left.unwrap_or_else(|| x.scalar(i)));
        }
    }

    fn in_lanes(&self) -> Option<Chain> {
        Some(Chain::Dot)
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let (n, x) = (at.operands.len() / 2, &at.operands);
        let each = at.wanted.iter().enumerate();
        let given = each.map(|(i, &wanted)| wanted.then(|| cotangent * x[(i + n) % (2 * n)]));
        Some(given.collect())
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let (n, x) = (at.operands.len() / 2, at.operands);
        tangent.values_mut()[0] = pairwise_sum(n, |i| {
            tangents.scalar(i) * x.scalar(n + i) + x.scalar(i) * tangents.scalar(n + i)
        });
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![samples_of(6), samples_of(0)]
    }
}

/// `y = ln Σ exp xᵢ`, shifted by the largest. The slopes, shares of the shifted exponentials, are
/// kept as residuals.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogSumExpOf;

impl<T: Scalar> Op<T> for LogSumExpOf {
    fn name(&self) -> &'static str {
        "log_sum_exp"
    }

    fn symbol(&self) -> &'static str {
        "lse"
    }

    fn formula(&self) -> Formula {
        formula!(y[x]: y = ln(sum(exp(x))), dx = dy * exp(x - y))
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        Ok(scalars(operands)?.with_residual(operands.len()))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        // The operands are looked up once: they become shifted exponentials where they are kept.
        let numbers = at.operands.numbers(0..at.operands.len());
        for (i, (kept, number)) in zip(&mut *at.residual, numbers).enumerate() {
            *kept = number.unwrap_or_else(|| at.operands.scalar(i));
        }
        let kept = Cell::from_mut(&mut *at.residual).as_slice_of_cells();
        let sum = exp_sum(kept.len(), |i| kept[i].get(), |i, e| kept[i].set(e));
        at.result.values_mut()[0] = match sum {
            None => T::from_f64(f64::NEG_INFINITY),
            Some(sum) => {
                let share = sum.share();
                at.residual.iter_mut().for_each(|e| *e *= share);
                sum.ln()
            }
        };
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let d = cotangent.scalar();
        for (i, &share) in at.residual.iter().enumerate() {
            sink.add_scalar(i, d * share);
        }
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        if at.operands.is_empty() {
            return Some(vec![]);
        }
        let shares = Recorded::row_of(&at.operands).softmax();
        let each = at.wanted.iter().enumerate();
        let given = each.map(|(i, &wanted)| wanted.then(|| cotangent * shares.element(0, i)));
        Some(given.collect())
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let shares = at.residual;
        tangent.values_mut()[0] = pairwise_sum(shares.len(), |i| tangents.scalar(i) * shares[i]);
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let large = [1000.0, 1001.0].map(|x| Sample::new(1, 1, &[x]));
        vec![samples_of(5), samples_of(1), large.to_vec()]
    }
}
