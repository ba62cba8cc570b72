//! `y = −(1/N) Σᵢ ln softmax(X)ᵢ,ₜᵢ`.

use super::targets::{check, check_shapes, for_each_wanted, main_class, mean_of, sum_of_wanted};
use tape::formula;
use tape::formula::Formula;
use tape::{
    ForwardError, Op, OperandTangents, OutputSpec, Point, PointMut, Sample, Scalar, Shape,
    ShapeError, Sink, View, ViewMut, pairwise_sum,
};

/// Softmax of each row and cross-entropy in one entry: `X: N×C, T: N×1 or N×C → scalar`, the mean
/// over the rows.
///
/// `T` holds labels (whole numbers from 0 to C − 1) or one row of probabilities for each example,
/// one-hot as a rule. The value of a row is what is left of log-sum-exp after the wanted logit is
/// taken out, `ln(1 + Σ exp(x − xₜ))` over the other classes: nothing overflows, no 1e-7 has to
/// keep a logarithm from 0, and a row that is nearly certain keeps its digits. The derivative is
/// the book's `dX = dy · (softmax(X) − T) / N`, of the wanted class as minus the sum of the others'
/// shares, which is the same and has digits where the share is nearly 1; it is kept as residual.
/// Targets have no cotangent.
///
/// Source: "Deep Learning from Scratch", section 5.6.3 and appendix A.
#[derive(Clone, Copy, Debug, Default)]
pub struct SoftmaxCrossEntropy;

/// The residuals: slopes (N×C), which begin as shifted exponentials, then numbers for each row that
/// the forward run works with.
struct Residual<'a, T> {
    slopes: &'a mut [T],
    /// What the row is shifted by: its largest logit, the wanted one of several.
    shifts: &'a mut [T],
    /// The shifted exponentials of all classes but the wanted one, summed.
    others: &'a mut [T],
    /// The shifted exponential of the wanted class; 0 where no class is wanted most.
    wanted: &'a mut [T],
}

impl<'a, T: Scalar> Residual<'a, T> {
    /// How many numbers there are beside the slopes for each row.
    const A_ROW: usize = 3;

    fn split(residual: &'a mut [T], rows: usize, cols: usize) -> Self {
        let (slopes, rest) = residual.split_at_mut(rows * cols);
        let (shifts, rest) = rest.split_at_mut(rows);
        let (others, wanted) = rest.split_at_mut(rows);
        Residual {
            slopes,
            shifts,
            others,
            wanted,
        }
    }

    /// Shifted exponentials and their sums, a column at a time: memory is walked in order.
    fn exponentials(&mut self, x: View<'_, T>, targets: View<'_, T>) {
        self.shifts.fill(T::from_f64(f64::NEG_INFINITY));
        for j in 0..x.cols() {
            for (shift, &x) in self.shifts.iter_mut().zip(x.column(j)) {
                // A NaN is not larger; it shows in the sum.
                if x > *shift {
                    *shift = x;
                }
            }
        }
        for (i, shift) in self.shifts.iter_mut().enumerate() {
            match main_class(targets, i).map(|j| x[(i, j)]) {
                Some(wanted) if wanted == *shift => *shift = wanted,
                _ => {}
            }
        }
        for (j, column) in self.slopes.chunks_exact_mut(x.rows()).enumerate() {
            let rows = x.column(j).iter().zip(self.shifts.iter());
            for (e, (&x, &shift)) in column.iter_mut().zip(rows) {
                *e = (x - shift).exp();
            }
        }
        for (i, wanted) in self.wanted.iter_mut().enumerate() {
            *wanted = main_class(targets, i).map_or(T::zero(), |j| {
                std::mem::replace(&mut self.slopes[j * x.rows() + i], T::zero())
            });
        }
        View::new(self.slopes, x.shape()).row_sums(self.others);
    }

    /// The loss of row `i`. What `ln` loses of a sum near 1 is nothing beside the distance of the
    /// wanted logits from the largest, which is added.
    fn loss(&self, x: View<'_, T>, targets: View<'_, T>, i: usize) -> T {
        let (shift, others, wanted) = (self.shifts[i], self.others[i], self.wanted[i]);
        let is_largest = main_class(targets, i).is_some_and(|j| x[(i, j)] == shift);
        let log_sum = if is_largest {
            others.ln_1p()
        } else {
            (others + wanted).ln()
        };
        log_sum + sum_of_wanted(targets, i, |j| shift - x[(i, j)])
    }

    /// Makes slopes of the shifted exponentials: `softmax(X) − T`.
    fn slopes(&mut self, x: View<'_, T>, targets: View<'_, T>) {
        // From here on the row's numbers are what its exponentials are divided by.
        for (sum, &others) in self.wanted.iter_mut().zip(self.others.iter()) {
            *sum = T::one().over(others + *sum);
        }
        for column in self.slopes.chunks_exact_mut(x.rows()) {
            for (p, &inverse) in column.iter_mut().zip(self.wanted.iter()) {
                *p *= inverse;
            }
        }
        let wanted = |i, j, weight| {
            let slope = &mut self.slopes[j * x.rows() + i];
            *slope = if main_class(targets, i) == Some(j) {
                (T::one() - weight) - self.others[i] * self.wanted[i]
            } else {
                *slope - weight
            };
        };
        for_each_wanted(targets, x.cols(), wanted).expect("the targets were checked");
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
        Ok(OutputSpec::scalar().with_residual(x.len() + Residual::<T>::A_ROW * x.rows))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (x, targets) = (at.operands.get(0), at.operands.get(1));
        if x.shape().is_empty() {
            return Err(ForwardError::new(format!(
                "there is no loss of {} logits",
                x.shape()
            )));
        }
        check(targets, x.cols())?;
        let mut kept = Residual::split(at.residual, x.rows(), x.cols());
        kept.exponentials(x, targets);
        at.result.values_mut()[0] = mean_of(x.rows(), |i| kept.loss(x, targets, i));
        kept.slopes(x, targets);
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let x = at.operands.get(0);
        let scale = cotangent.scalar().over(T::from_f64(x.rows() as f64));
        let slopes = &at.residual[..x.values().len()];
        sink.add(0, slopes.iter().map(|&slope| scale * slope));
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let Some(dx) = tangents.get(0) else { return };
        let (slopes, dx) = (at.residual, dx.values());
        let dy = pairwise_sum(dx.len(), |k| slopes[k] * dx[k]);
        let rows = at.operands.get(0).rows();
        tangent.values_mut()[0] = dy.over(T::from_f64(rows as f64));
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
