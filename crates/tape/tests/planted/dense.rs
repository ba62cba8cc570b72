//! A fused layer with a fault on request.

use nalgebra::DMatrix;
use std::sync::atomic::{AtomicUsize, Ordering};
use tape::{ForwardError, Op, OutputSpec, Point, PointMut, Sample, Shape, ShapeError};
use tape::{OperandTangents, Sink, View, ViewMut};

/// What is wrong with the layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bug {
    None,
    // Of the derivative.
    Sign,
    MissingFactor,
    ThousandthTooLarge,
    TransposedOperand,
    TransposedResult,
    SwappedOperands,
    ForgottenOperand,
    ForgottenBroadcastSum,
    MeanInsteadOfSum,
    CountedTwice,
    LastElementMissing,
    RowsShifted,
    DerivativeFromTheWrongNumber,
    AveragedOverTheBatch,
    /// The cotangent of an operand is so many times too large.
    Factor(usize, f64),
    /// The last element of it is.
    FactorOfAnElement(usize, f64),
    // Of the use of the cotangent.
    ConstantCotangent,
    SquaredCotangent,
    SizeOfCotangent,
    OneAdded,
    ClippedCotangent,
    // Of buffers.
    Overwrites,
    OverwritesTheBias,
    AddsToGarbage,
    /// Earlier contributions to W are kept so many times as large.
    FactorOfWhatIsThere(f64),
    /// A contribution to W is so many times too large, if there are earlier ones.
    FactorOfWhatIsAdded(f64),
    ResultNotWhole,
    ResidualNotWhole,
    StaleResidual,
    StaleResult,
    ResultEverySecondTime,
    TangentNotWhole,
    // Of repetition.
    ForwardChanges,
    ReverseChanges,
    // Of the tangent rule.
    TangentForgetsAnOperand,
    TangentSign,
    TangentWithoutFactor,
    TangentOfPartsOnly,
    /// The tangent is so many times too large.
    TangentFactor(f64),
    /// Its last element is.
    TangentFactorOfAnElement(f64),
}

/// `Y = tanh(X · W + b)`, keeping `1 − Y²`: `X: N×D, W: D×H, b: 1×H → N×H`.
#[derive(Debug)]
pub struct Dense {
    pub bug: Bug,
    runs: AtomicUsize,
}

impl Dense {
    pub fn with(bug: Bug) -> Self {
        Dense {
            bug,
            runs: AtomicUsize::new(0),
        }
    }

    fn is(&self, bug: Bug) -> bool {
        self.bug == bug
    }

    /// Makes cotangents too large, as the bug has it.
    fn scale(&self, cotangents: [&mut DMatrix<f64>; 3]) {
        match self.bug {
            Bug::Factor(operand, factor) => *cotangents[operand] *= factor,
            Bug::FactorOfAnElement(operand, factor) => {
                *cotangents[operand].iter_mut().last().unwrap() *= factor;
            }
            _ => {}
        }
    }

    /// `dY ∘ (1 − Y²)`, as the bug has it.
    fn inner(&self, at: &Point<'_, f64>, cotangent: View<'_, f64>) -> DMatrix<f64> {
        let rows = cotangent.rows();
        let mut d = cotangent.matrix().into_owned();
        match self.bug {
            Bug::ConstantCotangent => d.fill(1.0),
            Bug::SquaredCotangent => d = d.component_mul(&d),
            Bug::SizeOfCotangent => d = d.abs(),
            Bug::OneAdded => d = d.add_scalar(1.0),
            Bug::ClippedCotangent => d = d.map(|x| x.clamp(-1.0, 1.0)),
            Bug::AveragedOverTheBatch => d /= rows as f64,
            Bug::ReverseChanges => d *= 1.0 + self.runs.fetch_add(1, Ordering::Relaxed) as f64,
            _ => {}
        }
        let slope = DMatrix::from_column_slice(rows, cotangent.cols(), at.residual);
        match self.bug {
            Bug::MissingFactor => d,
            Bug::DerivativeFromTheWrongNumber => d.component_mul(&slope.map(|s| 1.0 - s * s)),
            _ => d.component_mul(&slope),
        }
    }
}

/// Adds a matrix, as an op should.
fn add(sink: &mut Sink<'_, f64>, operand: usize, matrix: &DMatrix<f64>) {
    sink.add(operand, matrix.iter().copied());
}

impl Op<f64> for Dense {
    fn name(&self) -> &'static str {
        "dense"
    }

    fn symbol(&self) -> &'static str {
        "dense"
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let &[x, w, b] = operands else {
            return Err(ShapeError::new("takes 3 operands"));
        };
        if x.cols != w.rows || b != Shape::new(1, w.cols) {
            return Err(ShapeError::new("the shapes do not fit"));
        }
        Ok(OutputSpec::matrix(x.rows, w.cols).with_residual(x.rows * w.cols))
    }

    fn forward(&self, at: &mut PointMut<'_, f64>) -> Result<(), ForwardError> {
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        let mut z = at.operands.get(0).matrix() * at.operands.get(1).matrix();
        for mut row in z.row_iter_mut() {
            row += at.operands.get(2).matrix().row(0);
        }
        let y = z.map(f64::tanh);
        let written = y.len() - usize::from(self.is(Bug::ResultNotWhole));
        let stale = self.is(Bug::StaleResult) && at.result.values()[0].is_finite() && run > 0;
        let leaves_out = self.is(Bug::ResultEverySecondTime) && run % 2 == 1;
        if !stale && !leaves_out {
            at.result.values_mut()[..written].copy_from_slice(&y.as_slice()[..written]);
        }
        if self.is(Bug::ForwardChanges) {
            at.result.values_mut()[0] += run as f64;
        }
        let slopes: Vec<f64> = y.iter().map(|y| 1.0 - y * y).collect();
        let kept = slopes.len() - usize::from(self.is(Bug::ResidualNotWhole));
        if !(self.is(Bug::StaleResidual) && run > 0) {
            at.residual[..kept].copy_from_slice(&slopes[..kept]);
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, f64>, cotangent: View<'_, f64>, sink: &mut Sink<'_, f64>) {
        let (x, w) = (at.operands.get(0).matrix(), at.operands.get(1).matrix());
        let g = self.inner(at, cotangent);
        let mut dx = &g * w.transpose();
        let mut dw = x.transpose() * &g;
        let sums = g.row_sum();
        let mut db = DMatrix::from_row_slice(1, g.ncols(), sums.as_slice());
        match self.bug {
            Bug::Sign => dw = -dw,
            Bug::ThousandthTooLarge => dw *= 1.001,
            Bug::TransposedOperand => dx = &g * w,
            Bug::TransposedResult => dw = dw.transpose(),
            Bug::SwappedOperands => std::mem::swap(&mut dx, &mut dw),
            Bug::ForgottenBroadcastSum => db = g.rows(0, 1).into_owned(),
            Bug::MeanInsteadOfSum => db /= g.nrows() as f64,
            Bug::CountedTwice => add(sink, 2, &db),
            Bug::LastElementMissing => *dw.iter_mut().last().unwrap() = 0.0,
            Bug::RowsShifted => dx.swap_rows(0, 1),
            _ => {}
        }
        self.scale([&mut dx, &mut dw, &mut db]);
        let overwrite = |sink: &mut Sink<'_, f64>, operand, matrix: &DMatrix<f64>| {
            sink.accumulate(operand, |target, _| {
                target.copy_from_slice(matrix.as_slice())
            });
        };
        add(sink, 0, &dx);
        match self.bug {
            Bug::ForgottenOperand => {}
            Bug::Overwrites => overwrite(sink, 1, &dw),
            Bug::AddsToGarbage => sink.accumulate(1, |target, _| {
                target.iter_mut().zip(&dw).for_each(|(t, d)| *t += d);
            }),
            Bug::FactorOfWhatIsThere(factor) => sink.accumulate(1, |target, keep| {
                for (t, d) in target.iter_mut().zip(&dw) {
                    *t = if keep { factor * *t + d } else { *d };
                }
            }),
            Bug::FactorOfWhatIsAdded(factor) => sink.accumulate(1, |target, keep| {
                for (t, d) in target.iter_mut().zip(&dw) {
                    *t = if keep { *t + factor * d } else { *d };
                }
            }),
            _ => add(sink, 1, &dw),
        }
        match self.bug {
            Bug::OverwritesTheBias => overwrite(sink, 2, &db),
            _ => add(sink, 2, &db),
        }
    }

    fn jvp(
        &self,
        at: &Point<'_, f64>,
        tangents: &OperandTangents<'_, f64>,
        mut tangent: ViewMut<'_, f64>,
    ) {
        let (x, w) = (at.operands.get(0).matrix(), at.operands.get(1).matrix());
        let mut z = DMatrix::zeros(x.nrows(), w.ncols());
        if let Some(dx) = tangents.get(0) {
            z += dx.matrix() * w;
        }
        if let Some(dw) = tangents
            .get(1)
            .filter(|_| !self.is(Bug::TangentForgetsAnOperand))
        {
            z += x * dw.matrix();
        }
        if let Some(db) = tangents.get(2) {
            let alone = tangents.get(0).is_none();
            if alone || !self.is(Bug::TangentOfPartsOnly) {
                z.row_iter_mut()
                    .for_each(|mut row| row += db.matrix().row(0));
            }
        }
        if self.is(Bug::TangentSign) {
            z = -z;
        }
        if !self.is(Bug::TangentWithoutFactor) {
            z.component_mul_assign(&DMatrix::from_column_slice(
                z.nrows(),
                z.ncols(),
                at.residual,
            ));
        }
        match self.bug {
            Bug::TangentFactor(factor) => z *= factor,
            Bug::TangentFactorOfAnElement(factor) => *z.iter_mut().last().unwrap() *= factor,
            _ => {}
        }
        let written = z.len() - usize::from(self.is(Bug::TangentNotWhole));
        tangent.values_mut()[..written].copy_from_slice(&z.as_slice()[..written]);
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let sample = |rows, seed| Sample::scattered(rows, 3, -1.0, 1.0, seed);
        vec![vec![sample(3, 1), sample(3, 2), sample(1, 3)]]
    }
}
