//! `Y = X · W + b`.

use tape::formula;
use tape::formula::Formula;
use tape::{
    ForwardError, MatrixProduct, Op, OperandTangents, OutputSpec, Point, PointMut, Recorded,
    RecordedCotangents, RecordedPoint, Sample, Scalar, Shape, ShapeError, Sink, View, ViewMut,
};

/// An affine layer: `X: N×D, W: D×H, b: 1×H → N×H`.
///
/// `dX = dY · Wᵀ`, `dW = Xᵀ · dY`, `db` = the sums of the columns of `dY`: every row got the same
/// `b`. Source: "Deep Learning from Scratch", section 5.6.
#[derive(Clone, Copy, Debug, Default)]
pub struct Affine;

impl<T: Scalar> Op<T> for Affine {
    fn name(&self) -> &'static str {
        "affine"
    }

    fn symbol(&self) -> &'static str {
        "X·W+b"
    }

    fn formula(&self) -> Formula {
        formula!(
            Y(X, W, b):
            Y = X @ W + b,
            dX = dY @ W^T,
            dW = X^T @ dY,
            db = ["column sums of" dY]
        )
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let &[x, w, b] = operands else {
            let count = operands.len();
            return Err(ShapeError::new(format!(
                "takes X, W and b, not {count} operands"
            )));
        };
        if x.cols != w.rows {
            return Err(ShapeError::new(format!(
                "X has {} columns, W {} rows: they must be equal",
                x.cols, w.rows
            )));
        }
        let expected = Shape::new(1, w.cols);
        if b != expected {
            return Err(ShapeError::new(format!(
                "b must be {expected}, as W has {} columns",
                w.cols
            )));
        }
        Ok(OutputSpec::matrix(x.rows, w.cols))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (x, w, b) = (at.operands.get(0), at.operands.get(1), at.operands.get(2));
        MatrixProduct::product(
            at.result.strided(),
            false,
            T::one(),
            x.strided(),
            w.strided(),
        );
        for (j, &b) in b.values().iter().enumerate() {
            for y in at.result.column_mut(j) {
                *y += b;
            }
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let (x, w) = (at.operands.get(0), at.operands.get(1));
        sink.add_product(0, cotangent.strided(), w.strided().transpose());
        sink.add_product(1, x.strided().transpose(), cotangent.strided());
        sink.add(2, (0..cotangent.cols()).map(|j| cotangent.column_sum(j)));
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let (x, w) = (at.operands[0], at.operands[1]);
        let dx = at.wanted[0].then(|| cotangent.matmul(w.transpose()));
        let dw = at.wanted[1].then(|| x.transpose().matmul(cotangent));
        let db = at.wanted[2].then(|| cotangent.column_sums());
        Some(vec![dx, dw, db])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let (x, w) = (at.operands.get(0), at.operands.get(1));
        match tangents.get(2) {
            None => tangent.values_mut().fill(T::zero()),
            Some(db) => {
                for (j, &db) in db.values().iter().enumerate() {
                    tangent.column_mut(j).fill(db);
                }
            }
        }
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
        read(2, col);
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let sample = |rows, cols, seed| Sample::scattered(rows, cols, -1.0, 2.0, seed);
        vec![
            vec![sample(2, 3, 0), sample(3, 4, 1), sample(1, 4, 2)],
            vec![sample(1, 5, 3), sample(5, 2, 4), sample(1, 2, 5)],
        ]
    }
}
