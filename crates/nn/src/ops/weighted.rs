//! Columns times a weight each.

use tape::formula;
use tape::formula::Formula;
use tape::{
    ForwardError, Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents,
    RecordedPoint, Sample, Scalar, Shape, ShapeError, Sink, View, ViewMut,
};

/// Every column times the weight of its class, which is a part of the op: `X: N×C → N×C`. A column
/// that weighs 0 is zeros, whatever stands in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighted {
    /// A weight for each column.
    pub weights: Vec<f64>,
}

impl Weighted {
    /// The elements of a matrix, column by column, times their weights.
    fn each<'a, T: Scalar>(&'a self, x: View<'a, T>) -> impl Iterator<Item = T> + 'a {
        let columns = (0..x.cols()).zip(&self.weights);
        columns.flat_map(move |(j, &weight)| {
            let times = move |&x: &T| match weight {
                0.0 => T::zero(),
                weight => x * T::from_f64(weight),
            };
            x.column(j).iter().map(times)
        })
    }
}

impl<T: Scalar> Op<T> for Weighted {
    fn name(&self) -> &'static str {
        "weighted"
    }

    fn symbol(&self) -> &'static str {
        "·w"
    }

    fn formula(&self) -> Formula {
        formula!(Y(X): dX = [dY "times the weights"])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        match operands {
            [x] if x.cols == self.weights.len() => Ok(OutputSpec::matrix(x.rows, x.cols)),
            _ => Err(ShapeError::new(format!(
                "takes a matrix with {} columns",
                self.weights.len()
            ))),
        }
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let each = self.each(at.operands.get(0));
        at.result
            .values_mut()
            .iter_mut()
            .zip(each)
            .for_each(|(y, x)| *y = x);
        Ok(())
    }

    fn vjp(&self, _: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        sink.add(0, self.each(cotangent));
    }

    fn vjp_recorded<'g>(
        &self,
        _: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        Some(vec![Some(Recorded::apply(self.clone(), &[cotangent]))])
    }

    fn jvp(
        &self,
        _: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        if let Some(dx) = tangents.get(0) {
            let each = self.each(dx);
            tangent
                .values_mut()
                .iter_mut()
                .zip(each)
                .for_each(|(y, x)| *y = x);
        }
    }

    fn reads(&self, _: &[Shape], element: usize, read: &mut dyn FnMut(usize, usize)) -> bool {
        read(0, element);
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![vec![Sample::scattered(2, self.weights.len(), -1.0, 2.0, 0)]]
    }
}
