//! `y = −(1/N) Σᵢ ln pᵢ,ₜᵢ`.

use super::one_hot::OneHot;
use super::targets::{check, check_shapes, for_each_wanted, mean_of, sum_of_wanted};
use tape::formula;
use tape::formula::Formula;
use tape::{
    Arithmetic, ForwardError, Op, OperandTangents, OutputSpec, Point, PointMut, Recorded,
    RecordedCotangents, RecordedPoint, Sample, Scalar, Shape, ShapeError, Sink, View, ViewMut,
};

/// Cross-entropy of probabilities: `P: N×C, T: N×1 or N×C → scalar`, the mean over the rows.
///
/// `T` holds labels or rows of probabilities, as for
/// [`SoftmaxCrossEntropy`](super::SoftmaxCrossEntropy). Classes that are not wanted do not enter,
/// so an unwanted probability of 0 is harmless; a wanted one gives ∞.
///
/// Source: "Deep Learning from Scratch", section 4.2.
#[derive(Clone, Copy, Debug, Default)]
pub struct CrossEntropy;

impl<T: Scalar> Op<T> for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross_entropy"
    }

    fn symbol(&self) -> &'static str {
        "CE"
    }

    fn formula(&self) -> Formula {
        formula!(y(P, T): dP = [(-dy * T / (N() * P)) "at the wanted classes, 0 elsewhere"])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        check_shapes(operands)?;
        Ok(OutputSpec::scalar())
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (p, targets) = (at.operands.get(0), at.operands.get(1));
        if p.shape().is_empty() {
            return Err(ForwardError::new(format!(
                "there is no loss of {} probabilities",
                p.shape()
            )));
        }
        check(targets, p.cols())?;
        let row_loss = |i| -sum_of_wanted(targets, i, |j| p[(i, j)].ln());
        at.result.values_mut()[0] = mean_of(p.rows(), row_loss);
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let (p, targets) = (at.operands.get(0), at.operands.get(1));
        let scale = cotangent.scalar().over(T::from_f64(p.rows() as f64));
        sink.accumulate(0, |target, keep| {
            if !keep {
                target.fill(T::zero());
            }
            let wanted =
                |i, j, weight| target[j * p.rows() + i] -= (scale * weight).over(p[(i, j)]);
            for_each_wanted(targets, p.cols(), wanted)
                .expect("the forward run checked the targets");
        });
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let (p, targets) = (at.operands[0], at.operands[1]);
        let Shape { rows, cols } = p.shape();
        let wanted = OneHot::of(targets, cols, None);
        let scale = cotangent / Recorded::from_f64(rows as f64);
        let dp = wanted.select(-(scale * (wanted / p)), Recorded::zero());
        Some(vec![Some(dp), None])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let (p, targets) = (at.operands.get(0), at.operands.get(1));
        let Some(dp) = tangents.get(0) else { return };
        let row_tangent = |i| -sum_of_wanted(targets, i, |j| dp[(i, j)].over(p[(i, j)]));
        tangent.values_mut()[0] = mean_of(p.rows(), row_tangent);
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let probabilities = |seed| Sample::scattered(3, 4, 0.1, 0.9, seed);
        let soft = [0.25, 0.75, 0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 1.0, 0.0, 0.0, 0.0];
        vec![
            vec![probabilities(0), Sample::new(3, 1, &[1.0, 3.0, 0.0]).held()],
            vec![probabilities(1), Sample::new(3, 4, &soft).held()],
        ]
    }
}
