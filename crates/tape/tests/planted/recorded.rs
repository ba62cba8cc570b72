//! An op whose recorded reverse rule has a fault on request; everything else of it is right.

use std::sync::Mutex;
use tape::{Arithmetic, Recorded, RecordedCotangents, RecordedPoint, Sample, Shape, ShapeError};
use tape::{ForwardError, Op, OperandTangents, OutputSpec, Point, PointMut, Sink, View, ViewMut};

/// What is wrong with the recorded rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RecordedBug {
    None,
    Sign,
    ThousandthTooLarge,
    LastElement,
    SwappedOperands,
    ForgottenOperand,
    TransposedResult,
    IgnoresCotangent,
    /// Right for the numbers that were there when it was recorded.
    KeepsNumbers,
}

/// `z = x² y`, element by element.
#[derive(Debug)]
pub struct SquareTimes {
    bug: RecordedBug,
    /// The first element of the last result.
    seen: Mutex<f64>,
}

impl SquareTimes {
    pub fn with(bug: RecordedBug) -> Self {
        let seen = Mutex::new(0.0);
        SquareTimes { bug, seen }
    }
}

impl Op<f64> for SquareTimes {
    fn name(&self) -> &'static str {
        "square_times"
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        match operands {
            [x, y] if x == y => Ok(OutputSpec::matrix(x.rows, x.cols)),
            _ => Err(ShapeError::new("takes two matrices of one shape")),
        }
    }

    fn forward(&self, at: &mut PointMut<'_, f64>) -> Result<(), ForwardError> {
        let (x, y) = (at.operands.get(0).values(), at.operands.get(1).values());
        for (z, (x, y)) in at.result.values_mut().iter_mut().zip(x.iter().zip(y)) {
            *z = x * x * y;
        }
        *self.seen.lock().unwrap() = at.result.values_mut()[0];
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, f64>, cotangent: View<'_, f64>, sink: &mut Sink<'_, f64>) {
        let (x, y) = (at.operands.get(0).values(), at.operands.get(1).values());
        let each = || x.iter().zip(y).zip(cotangent.values());
        sink.add(0, each().map(|((x, y), d)| d * (2.0 * x * y)));
        sink.add(1, each().map(|((x, _), d)| d * (x * x)));
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, f64>,
        cotangent: Recorded<'g, f64>,
    ) -> Option<RecordedCotangents<'g, f64>> {
        let (x, y) = (at.operands[0], at.operands[1]);
        let d = match self.bug {
            RecordedBug::IgnoresCotangent => Recorded::one(),
            _ => cotangent,
        };
        let mut dx = d * (x * y * Recorded::from(2.0));
        let mut dy = d * (x * x);
        match self.bug {
            RecordedBug::None | RecordedBug::IgnoresCotangent => {}
            RecordedBug::Sign => dx = -dx,
            RecordedBug::ThousandthTooLarge => dy = dy * Recorded::from(1.001),
            RecordedBug::LastElement => {
                let Shape { rows, cols } = x.shape();
                let last = x.rows(rows - 1, 1).columns(cols - 1, 1);
                let last = last
                    .within_rows(rows - 1, rows)
                    .within_columns(cols - 1, cols);
                dx = dx + last * Recorded::from(1e-3);
            }
            RecordedBug::SwappedOperands => (dx, dy) = (dy, dx),
            RecordedBug::ForgottenOperand => return Some(vec![Some(dx), None]),
            RecordedBug::TransposedResult => dx = dx.transpose(),
            RecordedBug::KeepsNumbers => {
                let seen = *self.seen.lock().unwrap();
                dy = dy * at.result.element(0, 0) / Recorded::from(seen);
            }
        }
        Some(vec![Some(dx), Some(dy)])
    }

    fn jvp(
        &self,
        at: &Point<'_, f64>,
        tangents: &OperandTangents<'_, f64>,
        mut tangent: ViewMut<'_, f64>,
    ) {
        let (x, y) = (at.operands.get(0).values(), at.operands.get(1).values());
        for (k, dz) in tangent.values_mut().iter_mut().enumerate() {
            let along = |i: usize| tangents.get(i).map_or(0.0, |along| along.values()[k]);
            *dz = 2.0 * x[k] * y[k] * along(0) + x[k] * x[k] * along(1);
        }
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let sample = |seed| Sample::scattered(2, 3, 0.5, 2.0, seed);
        vec![vec![sample(0), sample(1)]]
    }
}
