//! Lengths: the square root of a sum of squares, of a matrix, of its rows, of a list of scalars.
//!
//! At the origin the slopes are 0, the one of all slopes around it that prefers no direction.

use super::arity::one;
use super::maximum::MaximumPlace;
use super::row_maxima::RowMaximaPlaces;
use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::{Arithmetic, Scalar, pairwise_sum};
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::shape::Shape;

/// A length, taken apart: the size of the longest side, and `√(1 + Σ ratios²)` of the ratios of the
/// others to it. So no square overflows or vanishes, and what a slope moves by is no difference of
/// numbers near 1.
struct Length<T> {
    place: usize,
    longest: T,
    root: T,
}

impl<T: Scalar> Length<T> {
    /// `None` where every side is 0, or there is none.
    fn of(count: usize, x: impl Fn(usize) -> T) -> Option<Self> {
        // The first NaN stays, as nothing is larger.
        let larger = |most: usize, i: usize| {
            let is_larger = x(i).to_f64().abs() > x(most).to_f64().abs();
            if is_larger || (x(i).to_f64().is_nan() && !x(most).to_f64().is_nan()) {
                i
            } else {
                most
            }
        };
        let place = (0..count).reduce(larger)?;
        let longest = x(place);
        if longest == T::zero() {
            return None;
        }
        let others = pairwise_sum(count, |i| match i == place {
            true => T::zero(),
            false => square(x(i).over(longest)),
        });
        Some(Length {
            place,
            longest,
            root: (T::one() + others).sqrt(),
        })
    }

    fn value(&self) -> T {
        let size = self.longest.abs();
        // Of two infinite sides the ratio is NaN, their length is not.
        if size.to_f64().is_infinite() {
            size.real()
        } else {
            size * self.root
        }
    }

    /// `∂y/∂xᵢ = xᵢ / y`.
    fn slope(&self, i: usize, x: T) -> T {
        let of_longest = T::one().over(self.root);
        let signed = if self.longest < T::zero() {
            -of_longest
        } else {
            of_longest
        };
        if i == self.place {
            signed
        } else {
            x.over(self.longest) * signed
        }
    }
}

fn square<T: Scalar>(x: T) -> T {
    x * x
}

/// Writes the slopes of a length, and returns it.
fn run<T: Scalar>(count: usize, x: impl Fn(usize) -> T, mut slope: impl FnMut(usize, T)) -> T {
    let length = Length::of(count, &x);
    for i in 0..count {
        slope(
            i,
            length
                .as_ref()
                .map_or(T::zero(), |length| length.slope(i, x(i))),
        );
    }
    length.map_or(T::zero(), |length| length.value())
}

/// The length of a list of numbers.
pub(crate) fn length<T: Scalar>(count: usize, x: impl Fn(usize) -> T) -> T {
    Length::of(count, x).map_or(T::zero(), |length| length.value())
}

/// The slopes of the length of a matrix, or of each of its rows, as [`Length`] has them.
fn slopes<'g, T: Scalar>(x: Recorded<'g, T>, by_row: bool) -> Recorded<'g, T> {
    let (zero, one) = (Recorded::zero(), Recorded::one());
    let sum = |x: Recorded<'g, T>| if by_row { x.row_sums() } else { x.sum() };
    let size = x.abs();
    let is_longest = match by_row {
        true => Recorded::apply(RowMaximaPlaces, &[size]),
        false => Recorded::apply(MaximumPlace, &[size]),
    };
    let longest = sum(is_longest.select(x, zero));
    let ratios = x / longest;
    let others = sum(is_longest.select(zero, ratios * ratios));
    let of_longest = one / (one + others).sqrt();
    let signed = longest.select(of_longest, -of_longest);
    let slopes = is_longest.select(signed, ratios * signed);
    let is_origin = Recorded::both(longest.is_at_least(zero), zero.is_at_least(longest));
    is_origin.select(zero, slopes)
}

/// Whether the length is away from the origin, where it has its kink.
fn is_away<T: Scalar>(mut values: impl Iterator<Item = T>) -> bool {
    values.any(|x| x.to_f64().abs() > 0.1)
}

/// `y = √(Σ xᵢⱼ²)`: `X: R×C → scalar`, the length of all elements; 0 if there are none. Its slopes
/// at the origin are 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct Norm;

impl<T: Scalar> Op<T> for Norm {
    fn name(&self) -> &'static str {
        "norm"
    }

    fn symbol(&self) -> &'static str {
        "‖X‖"
    }

    fn formula(&self) -> Formula {
        formula!(y(X): dX = dy * X / y).noting("0 at the origin")
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        Ok(OutputSpec::scalar().with_residual(one(operands)?.len()))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (x, slopes) = (at.operands.get(0).values(), &mut *at.residual);
        at.result.values_mut()[0] = run(x.len(), |i| x[i], |i, slope| slopes[i] = slope);
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let d = cotangent.scalar();
        sink.add(0, at.residual.iter().map(|&slope| d * slope));
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        Some(vec![Some(cotangent * slopes(at.operands[0], false))])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let Some(dx) = tangents.get(0) else { return };
        let (slopes, dx) = (at.residual, dx.values());
        tangent.values_mut()[0] = pairwise_sum(dx.len(), |i| slopes[i] * dx[i]);
    }

    fn is_smooth(&self, operands: &[View<'_, T>]) -> bool {
        is_away(operands[0].values().iter().copied())
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![
            vec![Sample::scattered(3, 4, -1.0, 2.0, 0)],
            vec![Sample::new(1, 2, &[3e4, -4e-2])],
        ]
    }
}

/// The length of each row: `X: R×C → R×1`. The slopes of a row of zeros are 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowNorms;

impl<T: Scalar> Op<T> for RowNorms {
    fn name(&self) -> &'static str {
        "row_norms"
    }

    fn symbol(&self) -> &'static str {
        "‖x‖→"
    }

    fn formula(&self) -> Formula {
        formula!(y(x): dx[ij] = dy[i] * x[ij] / y[i]).noting("0 at the origin")
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = one(operands)?;
        Ok(OutputSpec::matrix(x.rows, 1).with_residual(x.len()))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let x = at.operands.get(0);
        let (rows, slopes) = (x.rows(), &mut *at.residual);
        for (i, y) in at.result.values_mut().iter_mut().enumerate() {
            *y = run(
                x.cols(),
                |j| x[(i, j)],
                |j, slope| slopes[j * rows + i] = slope,
            );
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let d = cotangent.values();
        let each = at.residual.iter().zip(d.iter().cycle());
        sink.add(0, each.map(|(&slope, &d)| d * slope));
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        Some(vec![Some(cotangent * slopes(at.operands[0], true))])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let Some(dx) = tangents.get(0) else { return };
        let slopes = View::new(at.residual, dx.shape());
        for (i, dy) in tangent.values_mut().iter_mut().enumerate() {
            *dy = pairwise_sum(dx.cols(), |j| dx[(i, j)] * slopes[(i, j)]);
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        let rows = operands[0].rows;
        (0..operands[0].cols).for_each(|col| read(0, col * rows + element));
        true
    }

    fn is_smooth(&self, operands: &[View<'_, T>]) -> bool {
        let x = operands[0];
        (0..x.rows()).all(|i| is_away((0..x.cols()).map(|j| x[(i, j)])))
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![vec![Sample::scattered(3, 4, -1.0, 2.0, 0)]]
    }
}

/// `y = √(Σ xᵢ²)` of scalars. Its slopes at the origin are 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct NormOf;

impl<T: Scalar> Op<T> for NormOf {
    fn name(&self) -> &'static str {
        "norm"
    }

    fn symbol(&self) -> &'static str {
        "‖x‖"
    }

    fn formula(&self) -> Formula {
        formula!(y[x]: y = sqrt(sum(x^2)), dx = dy * x / y)
            .commuting()
            .noting("0 at the origin")
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        if operands.iter().any(|x| *x != Shape::SCALAR) {
            return Err(ShapeError::new("all operands must be scalars"));
        }
        Ok(OutputSpec::scalar().with_residual(operands.len()))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (x, slopes) = (at.operands, &mut *at.residual);
        at.result.values_mut()[0] = run(x.len(), |i| x.scalar(i), |i, slope| slopes[i] = slope);
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let d = cotangent.scalar();
        for (i, &slope) in at.residual.iter().enumerate() {
            sink.add_scalar(i, d * slope);
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
        let slopes = slopes(Recorded::row_of(&at.operands), false);
        let each = at.wanted.iter().enumerate();
        let given = each.map(|(i, &wanted)| wanted.then(|| cotangent * slopes.element(0, i)));
        Some(given.collect())
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let slopes = at.residual;
        tangent.values_mut()[0] = pairwise_sum(slopes.len(), |i| slopes[i] * tangents.scalar(i));
    }

    fn is_smooth(&self, operands: &[View<'_, T>]) -> bool {
        is_away(operands.iter().map(View::scalar))
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let list = |numbers: &[f64]| numbers.iter().map(|&x| Sample::new(1, 1, &[x])).collect();
        vec![list(&[0.5, -1.5, 0.25]), list(&[-2.0]), list(&[])]
    }
}
