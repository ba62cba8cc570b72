//! `y = −(1/N) Σᵢ ln softmax(X)ᵢ,ₜᵢ`.

use super::targets::{check_shapes, for_each_wanted};
use tape::formula;
use tape::formula::Formula;
use tape::{
    ForwardError, Op, OperandTangents, OutputSpec, Point, PointMut, Sample, Scalar, Shape,
    ShapeError, Sink, View, ViewMut,
};

/// Softmax of each row and cross-entropy in one entry: `X: N×C, T: N×1 or N×C → scalar`, the mean
/// over the rows.
///
/// `T` holds labels (whole numbers from 0 to C − 1) or one row of probabilities for each example,
/// one-hot as a rule. The value comes from log-sum-exp, `ln Σ exp(x − m) + m − xₜ` with `m` the
/// row's maximum, so nothing overflows and no 1e-7 has to keep a logarithm from 0. The derivative
/// is the book's `dX = dy · (softmax(X) − T) / N`; the probabilities are kept as residuals. Targets
/// have no cotangent.
///
/// Source: "Deep Learning from Scratch", section 5.6.3 and appendix A.
#[derive(Clone, Copy, Debug, Default)]
pub struct SoftmaxCrossEntropy;

/// The residuals: probabilities (N×C), then two numbers for each row that the forward run works
/// with.
struct Residual<'a, T> {
    probabilities: &'a mut [T],
    maxima: &'a mut [T],
    sums: &'a mut [T],
}

impl<'a, T> Residual<'a, T> {
    fn split(residual: &'a mut [T], rows: usize, cols: usize) -> Self {
        let (probabilities, rest) = residual.split_at_mut(rows * cols);
        let (maxima, sums) = rest.split_at_mut(rows);
        Residual {
            probabilities,
            maxima,
            sums,
        }
    }
}

/// Shifted exponentials, their sums and the shifts, a column at a time: memory is walked in order.
fn exponentials<T: Scalar>(x: View<'_, T>, to: &mut Residual<'_, T>) {
    to.maxima.fill(T::from_f64(f64::NEG_INFINITY));
    for j in 0..x.cols() {
        for (maximum, &x) in to.maxima.iter_mut().zip(x.column(j)) {
            // A NaN is not larger; it shows in the sum.
            if x > *maximum {
                *maximum = x.real();
            }
        }
    }
    to.sums.fill(T::zero());
    for (j, column) in to.probabilities.chunks_exact_mut(x.rows()).enumerate() {
        let rows = x
            .column(j)
            .iter()
            .zip(to.maxima.iter())
            .zip(to.sums.iter_mut());
        for (e, ((&x, &maximum), sum)) in column.iter_mut().zip(rows) {
            *e = (x - maximum).exp();
            *sum += *e;
        }
    }
}

impl<T: Scalar> Op<T> for SoftmaxCrossEntropy {
    fn name(&self) -> &'static str {
        "softmax_cross_entropy"
    }

    fn symbol(&self) -> &'static str {
        "softmax+CE"
    }

    fn formula(&self) -> Formula {
        formula!(y(X, T): dX = dy * (softmax(X) - T) / N())
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = check_shapes(operands)?;
        Ok(OutputSpec::scalar().with_residual(x.len() + 2 * x.rows))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (x, targets) = (at.operands.get(0), at.operands.get(1));
        if x.shape().is_empty() {
            return Err(ForwardError::new(format!(
                "there is no loss of {} logits",
                x.shape()
            )));
        }
        let mut kept = Residual::split(at.residual, x.rows(), x.cols());
        exponentials(x, &mut kept);
        let mut loss = T::zero();
        for (sum, maximum) in kept.sums.iter_mut().zip(kept.maxima.iter()) {
            loss += sum.ln() + *maximum;
            *sum = T::one() / *sum;
        }
        for column in kept.probabilities.chunks_exact_mut(x.rows()) {
            for (p, &inverse) in column.iter_mut().zip(kept.sums.iter()) {
                *p *= inverse;
            }
        }
        for_each_wanted(targets, x.cols(), |i, j, weight| loss -= weight * x[(i, j)])?;
        at.result.values_mut()[0] = loss / T::from_f64(x.rows() as f64);
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let (x, targets) = (at.operands.get(0), at.operands.get(1));
        let scale = cotangent.scalar() / T::from_f64(x.rows() as f64);
        let probabilities = &at.residual[..x.values().len()];
        sink.accumulate(0, |target, keep| {
            for (t, &p) in target.iter_mut().zip(probabilities) {
                *t = if keep { *t + scale * p } else { scale * p };
            }
            let wanted = |i, j, weight| target[j * x.rows() + i] -= scale * weight;
            for_each_wanted(targets, x.cols(), wanted)
                .expect("the forward run checked the targets");
        });
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let (x, targets) = (at.operands.get(0), at.operands.get(1));
        let Some(dx) = tangents.get(0) else { return };
        let each = at.residual.iter().zip(dx.values());
        let mut dy: T = each.map(|(&p, &dx)| p * dx).sum();
        let wanted = |i, j, weight| dy -= weight * dx[(i, j)];
        for_each_wanted(targets, x.cols(), wanted).expect("the forward run checked the targets");
        tangent.values_mut()[0] = dy / T::from_f64(x.rows() as f64);
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let logits = |seed| Sample::scattered(3, 4, -1.0, 2.0, seed);
        let one_hot = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0];
        let large = Sample::new(2, 2, &[1000.0, 1001.0, -1000.0, -999.5]);
        vec![
            vec![logits(0), Sample::new(3, 1, &[1.0, 3.0, 0.0]).held()],
            vec![logits(1), Sample::new(3, 4, &one_hot).held()],
            vec![large, Sample::new(2, 1, &[1.0, 0.0]).held()],
        ]
    }
}
