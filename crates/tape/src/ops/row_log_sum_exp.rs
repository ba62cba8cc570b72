//! `yᵢ = ln Σⱼ exp xᵢⱼ`.

use super::arity::one;
use super::row_maxima::row;
use super::shifted::{log_sum_exp, share};
use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::Scalar;
use crate::op::{Op, OperandTangents, OutputSpec, Point, PointMut, Sample, Sink, View, ViewMut};
use crate::shape::Shape;

/// The logarithm of the sum of exponentials of each row: `X: R×C → R×1`.
///
/// Shifted by the row's maximum, so that neither 1000 overflows nor −1000 vanishes. Its derivative
/// is the softmax.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowLogSumExp;

impl<T: Scalar> Op<T> for RowLogSumExp {
    fn name(&self) -> &'static str {
        "row_log_sum_exp"
    }

    fn symbol(&self) -> &'static str {
        "lse→"
    }

    fn formula(&self) -> Formula {
        formula!(y(x): dx[ij] = dy[i] * exp(x[ij] - y[i]))
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        Ok(OutputSpec::matrix(one(operands)?.rows, 1))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let x = at.operands.get(0);
        for (i, y) in at.result.values_mut().iter_mut().enumerate() {
            *y = log_sum_exp(row(x, i));
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let x = at.operands.get(0);
        let each = (0..x.cols()).flat_map(|j| {
            let rows = at.result.values().iter().zip(cotangent.values());
            x.column(j)
                .iter()
                .zip(rows)
                .map(|(&x, (&y, &d))| d * share(x, y))
        });
        sink.add(0, each);
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let Some(dx) = tangents.get(0) else { return };
        let x = at.operands.get(0);
        for j in 0..x.cols() {
            let rows = x.column(j).iter().zip(dx.column(j)).zip(at.result.values());
            for (dy, ((&x, &dx), &y)) in tangent.values_mut().iter_mut().zip(rows) {
                *dy += dx * share(x, y);
            }
        }
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![
            vec![Sample::scattered(3, 4, -1.0, 2.0, 0)],
            vec![Sample::new(2, 2, &[1000.0, 1001.0, -1000.0, -999.5])],
        ]
    }
}
