//! `y = −(1/N) Σᵢ ln softmax(X)ᵢ,ₜᵢ`.

use super::recorded_wanted::RecordedWanted;
use super::residual::{Kept, Residual};
use super::targets::check_shapes;
use super::wanted::Wanted;
use std::iter::zip;
use tape::formula;
use tape::formula::Formula;
use tape::{
    Error, ForwardError, MatrixVar, Op, OperandTangents, OutputSpec, Point, PointMut, Recorded,
    RecordedCotangents, RecordedPoint, Sample, Scalar, Shape, ShapeError, Sink, Var, View, ViewMut,
    pairwise_sum,
};

/// Softmax of each row and cross-entropy in one entry: `X: N×C, T: N×1 or N×C → scalar`, the mean
/// over the rows.
///
/// `T` holds labels (whole numbers from 0 to C − 1) or one row of probabilities for each example.
/// The value of a row is what is left of log-sum-exp after the wanted logit is taken out,
/// `ln(1 + Σ exp(x − xₜ))` over the other classes: nothing overflows, no 1e-7 has to keep a
/// logarithm from 0, and a row that is nearly certain keeps its digits. The derivative is the
/// book's `dX = dy · (softmax(X) − T) / N`, of the wanted class as minus the sum of the others'
/// shares, which is the same and has digits where the share is nearly 1; it is kept as residual.
///
/// Probabilities that were computed have a cotangent, too, `dT = −dy · ln softmax(X) / N`; labels
/// have none.
///
/// [Weights](SoftmaxCrossEntropy::class_weights) make classes count more or less, and rows with the
/// [ignored label](SoftmaxCrossEntropy::ignoring) do not count:
///
/// ```
/// use nalgebra::dmatrix;
/// use nn::ops::SoftmaxCrossEntropy;
///
/// let tape = tape::Tape::new();
/// let logits = tape.matrix(&dmatrix![0.0, 0.0; 0.0, 0.0; f64::NAN, 0.0]);
/// let labels = tape.input(&dmatrix![0.0; 1.0; -1.0]);
/// let loss = SoftmaxCrossEntropy::new().class_weights(&[3.0, 1.0]).ignoring(-1);
/// let loss = loss.record(logits, labels)?;
/// assert_eq!(loss.value(), 2_f64.ln()); // (3 ln 2 + ln 2) / (3 + 1)
/// let gradient = loss.gradient();
/// let expected = dmatrix![-0.375, 0.375; 0.125, -0.125; 0.0, 0.0];
/// assert_eq!(gradient.of(logits), expected);
/// # Ok::<(), tape::Error>(())
/// ```
///
/// Source: "Deep Learning from Scratch", section 5.6.3 and appendix A.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SoftmaxCrossEntropy {
    /// A weight for each class; none, where all are 1.
    weights: Vec<f64>,
    ignored: Option<i64>,
}

impl SoftmaxCrossEntropy {
    /// The mean loss of all rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a row as much as the class it wants weighs: the loss is `Σ wᵢ lossᵢ / Σ wᵢ`. A row of
    /// probabilities counts as much as its classes weigh on average, and each by itself:
    /// `lossᵢ wᵢ = −Σⱼ wⱼ tᵢⱼ ln pᵢⱼ`, `wᵢ = Σⱼ wⱼ tᵢⱼ`. So one-hot rows and labels give the same.
    /// A row that weighs 0 has no part in the loss.
    ///
    /// # Panics
    /// If a weight is negative or not finite.
    #[track_caller]
    pub fn class_weights(self, weights: &[f64]) -> Self {
        let wrong = weights.iter().find(|&&w| !(w >= 0.0 && w.is_finite()));
        if let Some(weight) = wrong {
            panic!("a class weighs {weight}, expected a finite number from 0 up");
        }
        let weights = weights.to_vec();
        SoftmaxCrossEntropy { weights, ..self }
    }

    /// Leaves out the rows that have this label, which need be no class: they are not counted,
    /// their logits may be anything, and their slopes are 0. Rows of probabilities have no label.
    pub fn ignoring(self, label: i64) -> Self {
        let ignored = Some(label);
        SoftmaxCrossEntropy { ignored, ..self }
    }

    /// Records the loss of `logits: N×C` against `targets: N×1` labels or `N×C` rows.
    ///
    /// # Errors
    /// If a label is not a whole number below C, a row is not a distribution, or no row counts.
    ///
    /// # Panics
    /// If the shapes do not fit, or there is not a weight for each class.
    #[track_caller]
    pub fn record<'t, T: Scalar>(
        self,
        logits: MatrixVar<'t, T>,
        targets: MatrixVar<'t, T>,
    ) -> Result<Var<'t, T>, Error> {
        let operands = [logits.into(), targets.into()];
        Ok(logits.tape().apply(self, &operands)?.scalar())
    }

    fn wanted<'a, T>(&'a self, targets: View<'a, T>) -> Wanted<'a, T> {
        Wanted {
            targets,
            weights: &self.weights,
            ignored: self.ignored,
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
        if self.weights.is_empty() && self.ignored.is_none() {
            formula!(y(X, T): dX = dy * (softmax(X) - T) / N())
        } else {
            formula!(
                y(X, T):
                dX = [(dy * (softmax(X) - T) / N()) "weighted by class, 0 in rows left out"]
            )
        }
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = check_shapes(operands)?;
        if !self.weights.is_empty() && self.weights.len() != x.cols {
            return Err(ShapeError::new(format!(
                "{} class weights for {} classes: there must be one for each",
                self.weights.len(),
                x.cols
            )));
        }
        Ok(OutputSpec::scalar().with_residual(Residual::<T>::len(x)))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (x, wanted) = (at.operands.get(0), self.wanted(at.operands.get(1)));
        if x.shape().is_empty() {
            return Err(ForwardError::new(format!(
                "there is no loss of {} logits",
                x.shape()
            )));
        }
        wanted.check(x.cols())?;
        let mut residual = Residual::split(at.residual, x.shape());
        residual.wanted(wanted);
        let divisor = wanted.divisor(residual.totals);
        if divisor == T::zero() {
            return Err(ForwardError::new(format!(
                "none of the {} rows counts: each is ignored or weighs 0, and there is no mean",
                x.rows()
            )));
        }
        residual.exponentials(x);
        residual.logarithms(x);
        residual.slopes(wanted);
        let loss = Kept::of(at.residual, x.shape()).loss(x, wanted);
        at.result.values_mut()[0] = loss.over(divisor);
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let (x, wanted) = (at.operands.get(0), self.wanted(at.operands.get(1)));
        let kept = Kept::of(at.residual, x.shape());
        let scale = cotangent.scalar().over(wanted.divisor(kept.totals));
        sink.accumulate(0, |target, keep| {
            for (to, &slope) in zip(target, kept.slopes) {
                let dx = scale * slope;
                *to = if keep { *to + dx } else { dx };
            }
        });
        if let Some(slope) = self.slope_of_targets(at) {
            let places = (0..x.cols()).flat_map(|j| (0..x.rows()).map(move |i| (i, j)));
            sink.add(1, places.map(|(i, j)| scale * slope(i, j)));
        }
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let (x, targets) = (at.operands[0], at.operands[1]);
        let wanted = RecordedWanted::new(&self.weights, self.ignored, x, targets);
        let scale = cotangent / wanted.divisor;
        let dx = at.wanted[0].then(|| scale * wanted.slopes());
        let of_targets = at.wanted[1] && targets.shape().cols > 1;
        let dt = of_targets.then(|| scale * wanted.slopes_of_targets(at.result));
        Some(vec![dx, dt])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let mut dy = T::zero();
        if let Some(dx) = tangents.get(0) {
            let (slopes, dx) = (at.residual, dx.values());
            dy += pairwise_sum(dx.len(), |k| slopes[k] * dx[k]);
        }
        if let (Some(dt), Some(slope)) = (tangents.get(1), self.slope_of_targets(at)) {
            let rows = dt.rows();
            dy += pairwise_sum(dt.values().len(), |k| {
                slope(k % rows, k / rows) * dt.values()[k]
            });
        }
        let kept = Kept::of(at.residual, at.operands.get(0).shape());
        let divisor = self.wanted(at.operands.get(1)).divisor(kept.totals);
        tangent.values_mut()[0] = dy.over(divisor);
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let logits = |seed| Sample::scattered(3, 4, -1.0, 2.0, seed);
        let one_hot = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0];
        let large = Sample::new(2, 2, &[1000.0, 1001.0, -1000.0, -999.5]);
        let samples = vec![
            vec![logits(0), Sample::new(3, 1, &[1.0, 3.0, 0.0]).held()],
            vec![logits(1), Sample::new(3, 4, &one_hot).held()],
            vec![large, Sample::new(2, 1, &[1.0, 0.0]).held()],
        ];
        let fits =
            |sample: &Vec<Sample>| [0, sample[0].values.ncols()].contains(&self.weights.len());
        samples.into_iter().filter(fits).collect()
    }
}

impl SoftmaxCrossEntropy {
    /// What the loss changes by with each probability that is wanted, times the divisor; of labels
    /// there is no such thing.
    fn slope_of_targets<'a, T: Scalar>(
        &'a self,
        at: &Point<'a, T>,
    ) -> Option<impl Fn(usize, usize) -> T + 'a> {
        let (x, wanted) = (at.operands.get(0), self.wanted(at.operands.get(1)));
        if wanted.targets.cols() == 1 {
            return None;
        }
        // With weights, the divisor depends on what is wanted, too.
        let mean = match self.weights.is_empty() {
            true => T::zero(),
            false => at.result.scalar(),
        };
        let kept = Kept::of(at.residual, x.shape());
        Some(move |i, j| match wanted.class_weight(j) {
            weight if weight == T::zero() => T::zero(),
            weight => weight * (kept.cost(i, x[(i, j)]) - mean),
        })
    }
}
