//! The loss of the crate `nn`, and the one that a notebook had.

use tape::formula::Formula;
use tape::{ForwardError, MatrixVar, Op, OperandTangents, OutputSpec, Point, PointMut, Scalar};
use tape::{Shape, ShapeError, Sink, Var, View, ViewMut, formula};

/// What a net is trained to make small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loss {
    /// Softmax with cross-entropy, as `nn` has it.
    #[default]
    Right,
    /// A softmax over the whole batch, with the derivative of one of each row: somebody's notebook,
    /// in which no net learned anything.
    OverTheBatch,
}

impl Loss {
    /// Records the loss of logits, N×C, for one-hot targets.
    ///
    /// # Errors
    /// If the targets are no distributions.
    pub fn record<'t, T: Scalar>(
        self,
        logits: MatrixVar<'t, T>,
        targets: MatrixVar<'t, T>,
    ) -> Result<Var<'t, T>, tape::Error> {
        match self {
            Loss::Right => nn::softmax_cross_entropy(logits, targets),
            Loss::OverTheBatch => {
                let operands = [logits.into(), targets.into()];
                Ok(logits
                    .tape()
                    .apply(SoftmaxOverTheBatch, &operands)?
                    .scalar())
            }
        }
    }
}

/// `X: N×C, T: N×C → scalar`, `−(1/N) Σ T ln(Y + 1e-7)` with `Y = exp(X) / Σ exp(X)`, the sum over
/// all of `X`. Its derivative is what it would be if each row had a sum of its own, and is wrong.
#[derive(Clone, Copy)]
struct SoftmaxOverTheBatch;

impl<T: Scalar> Op<T> for SoftmaxOverTheBatch {
    fn name(&self) -> &'static str {
        "SoftmaxWithLoss"
    }

    fn symbol(&self) -> &'static str {
        "loss"
    }

    fn formula(&self) -> Formula {
        formula!(y(X, T): dX = dy * (softmax(X) - T) / N())
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        match operands {
            &[x, t] if x == t => Ok(OutputSpec::scalar().with_residual(x.len())),
            _ => Err(ShapeError::new(
                "takes logits and one-hot targets of one shape",
            )),
        }
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (x, t) = (at.operands.get(0), at.operands.get(1));
        let largest = (x.values().iter()).fold(f64::NEG_INFINITY, |top, x| top.max(x.to_f64()));
        let mut sum = T::zero();
        for (y, &x) in at.residual.iter_mut().zip(x.values()) {
            *y = (x - T::from_f64(largest)).exp();
            sum += *y;
        }
        let mut loss = T::zero();
        for (y, &t) in at.residual.iter_mut().zip(t.values()) {
            *y /= sum;
            loss -= t * (*y + T::from_f64(1e-7)).ln();
        }
        at.result.values_mut()[0] = loss / T::from_f64(x.rows() as f64);
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let t = at.operands.get(1);
        let scale = cotangent.scalar() / T::from_f64(t.rows() as f64);
        let pairs = at.residual.iter().zip(t.values());
        sink.add(0, pairs.map(|(&y, &t)| scale * (y - t)));
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let t = at.operands.get(1);
        let mut along = T::zero();
        if let Some(dx) = tangents.get(0) {
            let slopes = at.residual.iter().zip(t.values());
            for ((&y, &t), &dx) in slopes.zip(dx.values()) {
                along += (y - t) * dx;
            }
        }
        tangent.values_mut()[0] = along / T::from_f64(t.rows() as f64);
    }
}
