//! Operands at which an op is tried by the generic tests.

use nalgebra::DMatrix;

/// One sample operand of an op.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sample {
    /// The values, in `f64`; converted to the tape's numbers by the tests.
    pub values: DMatrix<f64>,
    /// Whether the op is differentiable by this operand; labels, for one, are not varied.
    pub differentiable: bool,
}

impl Sample {
    /// An operand whose derivative is tested.
    pub fn new(rows: usize, cols: usize, row_major: &[f64]) -> Self {
        Sample {
            values: DMatrix::from_row_slice(rows, cols, row_major),
            differentiable: true,
        }
    }

    /// An operand of smoothly scattered values between `low` and `high`, different for each `seed`.
    ///
    /// The values are the multiples of the golden ratio modulo 1: no two are close, which keeps
    /// maxima and other choices away from ties.
    pub fn scattered(rows: usize, cols: usize, low: f64, high: f64, seed: usize) -> Self {
        let golden = 0.618_033_988_749_894_9;
        let value = |k: usize| ((k + 1) as f64 * golden + seed as f64 * 0.377).fract();
        let values = DMatrix::from_fn(rows, cols, |i, j| low + (high - low) * value(i * cols + j));
        Sample {
            values,
            differentiable: true,
        }
    }

    /// The same operand, not to be varied by derivative tests: labels, for one.
    pub fn held(mut self) -> Self {
        self.differentiable = false;
        self
    }
}
