//! `Y = X · W`.

use super::arity::two;
use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::Scalar;
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::product::MatrixProduct;
use crate::shape::Shape;

/// The matrix product: `X: N×D, W: D×H → N×H`.
///
/// Each operand's cotangent is a product again, shaped as the operand: `dX = dY · Wᵀ` is N×D, `dW =
/// Xᵀ · dY` is D×H.
#[derive(Clone, Copy, Debug, Default)]
pub struct MatMul;

impl<T: Scalar> Op<T> for MatMul {
    fn name(&self) -> &'static str {
        "matmul"
    }

    fn symbol(&self) -> &'static str {
        "·"
    }

    fn formula(&self) -> Formula {
        formula!(Y(X, W): dX = dY @ W^T, dW = X^T @ dY)
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let (x, w) = two(operands)?;
        if x.cols != w.rows {
            return Err(ShapeError::new(format!(
                "the first has {} columns, the second {} rows: they must be equal",
                x.cols, w.rows
            )));
        }
        Ok(OutputSpec::matrix(x.rows, w.cols))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (x, w) = (at.operands.get(0), at.operands.get(1));
        MatrixProduct::product(
            at.result.strided(),
            false,
            T::one(),
            x.strided(),
            w.strided(),
        );
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let (x, w) = (at.operands.get(0), at.operands.get(1));
        sink.add_product(0, cotangent.strided(), w.strided().transpose());
        sink.add_product(1, x.strided().transpose(), cotangent.strided());
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let (x, w) = (at.operands[0], at.operands[1]);
        let dx = at.wanted[0].then(|| cotangent.matmul(w.transpose()));
        let dw = at.wanted[1].then(|| x.transpose().matmul(cotangent));
        Some(vec![dx, dw])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let (x, w) = (at.operands.get(0), at.operands.get(1));
        if let Some(dx) = tangents.get(0) {
            MatrixProduct::product(tangent.strided(), true, T::one(), dx.strided(), w.strided());
        }
        if let Some(dw) = tangents.get(1) {
            MatrixProduct::product(tangent.strided(), true, T::one(), x.strided(), dw.strided());
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        let (x, w) = (operands[0], operands[1]);
        let (row, col) = (element % x.rows, element / x.rows);
        for k in 0..x.cols {
            read(0, k * x.rows + row);
            read(1, col * w.rows + k);
        }
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let sample = |rows, cols, seed| Sample::scattered(rows, cols, -1.0, 2.0, seed);
        vec![
            vec![sample(2, 3, 0), sample(3, 4, 1)],
            vec![sample(1, 5, 2), sample(5, 1, 3)],
            vec![sample(4, 1, 4), sample(1, 3, 5)],
        ]
    }
}
