//! Second derivatives, recorded and swept and recorded twice, against dual numbers.

use nalgebra::DMatrix;
use num_dual::Dual64;
use tape::{ForwardError, Op, Operand, OperandTangents, Output, OutputSpec, Point, PointMut};
use tape::{Recorded, RecordedCotangents, RecordedPoint, Sample, Scalar, Shape, ShapeError, Sink};
use tape::{Tape, Var, View, ViewMut};

/// An op of a list, as one of a type.
pub struct Listed<T>(pub Box<dyn Op<T>>);

impl<T: Scalar> Op<T> for Listed<T> {
    fn name(&self) -> &'static str {
        self.0.name()
    }
    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        self.0.shape(operands)
    }
    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        self.0.forward(at)
    }
    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        self.0.vjp(at, cotangent, sink);
    }
    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        self.0.vjp_recorded(at, cotangent)
    }
    fn jvp(&self, at: &Point<'_, T>, tangents: &OperandTangents<'_, T>, tangent: ViewMut<'_, T>) {
        self.0.jvp(at, tangents, tangent);
    }
}

/// Weights between −1 and 1 that are alike in no two places.
pub fn scattered(shape: Shape, seed: usize) -> DMatrix<f64> {
    Sample::scattered(shape.rows, shape.cols, -1.0, 1.0, seed).values
}

/// The scalar `⟨weights, y⟩`.
fn weighed<'t, T: Scalar>(tape: &'t Tape<T>, y: Operand<'t, T>) -> Var<'t, T> {
    let weights = scattered(y.shape(), 5).map(T::from_f64);
    match y {
        Operand::Scalar(y) => y * weights[0],
        Operand::Matrix(y) => y.component_mul(tape.input(&weights)).sum(),
    }
}

/// Records an op at a sample: the leaves, and a scalar of its result.
fn record<'t, T: Scalar>(
    tape: &'t Tape<T>,
    op: Box<dyn Op<T>>,
    sample: &[Sample],
    value: impl Fn(usize, usize, f64) -> T,
) -> (Vec<Operand<'t, T>>, Var<'t, T>) {
    let leaf = |(i, sample): (usize, &Sample)| -> Operand<'t, T> {
        let values = sample.values.iter().enumerate();
        let values: Vec<T> = values.map(|(k, &x)| value(i, k, x)).collect();
        let shape = sample.values.shape();
        let matrix = DMatrix::from_vec(shape.0, shape.1, values);
        match sample.differentiable {
            true => tape.matrix(&matrix).into(),
            false => tape.input(&matrix).into(),
        }
    };
    let leaves: Vec<_> = sample.iter().enumerate().map(leaf).collect();
    let y = match tape.apply(Listed(op), &leaves).unwrap() {
        Output::Scalar(y) => y.into(),
        Output::Matrix(y) => y.into(),
    };
    (leaves, weighed(tape, y))
}

/// Whether every element is within 1e-11 of the largest.
fn compare(found: &[f64], expected: &[f64], what: &str) -> Result<(), String> {
    let size = expected.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    let is_close = |(found, expected): (&f64, &f64)| (found - expected).abs() <= 1e-11 * size;
    match found.len() == expected.len() && found.iter().zip(expected).all(is_close) {
        true => Ok(()),
        false => Err(format!("{what}: {found:?} is not {expected:?}")),
    }
}

/// `⟨along, gradient⟩` as entries, of derivatives by the leaves that have some.
fn along<'t>(tape: &'t Tape, derivatives: &[Operand<'t, f64>]) -> Var<'t> {
    let each = derivatives.iter().enumerate().map(|(i, &derivative)| {
        let weights = scattered(derivative.shape(), i);
        match derivative {
            Operand::Scalar(x) => x * weights[0],
            Operand::Matrix(x) => x.component_mul(tape.input(&weights)).sum(),
        }
    });
    each.fold(tape.var(0.0), |sum, term| sum + term)
}

/// Numbers of operands, one after the other.
fn values(operands: &[Operand<'_, f64>]) -> Vec<f64> {
    let each = operands.iter().flat_map(|operand| match operand {
        Operand::Scalar(x) => vec![x.value()],
        Operand::Matrix(x) => x.value().as_slice().to_vec(),
    });
    each.collect()
}

/// Holds first derivatives of a scalar by leaves against the real parts of a gradient, and second
/// ones, along [`scattered`] directions, against its dual parts.
pub fn compare_twice<'t>(
    tape: &'t Tape,
    y: Var<'t>,
    by: &[Operand<'t, f64>],
    dual: &[Dual64],
) -> Result<(), String> {
    let first = tape.differentiate(y, 1.0, by).unwrap();
    let (re, eps): (Vec<f64>, Vec<f64>) = dual.iter().map(|x| (x.re, x.eps)).unzip();
    compare(&values(&first), &re, "once")?;
    let moved = along(tape, &first);
    let gradient = moved.gradient();
    let swept = by.iter().flat_map(|leaf| match leaf {
        Operand::Scalar(x) => vec![gradient.of(*x)],
        Operand::Matrix(x) => gradient.of(*x).values().to_vec(),
    });
    compare(&swept.collect::<Vec<_>>(), &eps, "recorded and swept")?;
    let second = tape.differentiate(moved, 1.0, by).unwrap();
    compare(&values(&second), &eps, "recorded twice")
}

/// Holds the second derivatives of every op of a list, at its samples and along a direction,
/// against dual numbers.
pub fn assert_every_op_twice(
    plain: fn() -> Vec<Box<dyn Op<f64>>>,
    dual: fn() -> Vec<Box<dyn Op<Dual64>>>,
) {
    for (k, op) in plain().iter().enumerate() {
        for (s, sample) in op.samples().iter().enumerate() {
            let what = format!("{}, sample {s}", op.name());
            let (op, lifted) = (plain().swap_remove(k), dual().swap_remove(k));
            op_twice(op, lifted, sample, &what);
        }
    }
}

fn op_twice(op: Box<dyn Op<f64>>, lifted: Box<dyn Op<Dual64>>, sample: &[Sample], what: &str) {
    let tape = Tape::new();
    let (leaves, y) = record(&tape, op, sample, |_, _, x| x);
    let by: Vec<usize> = (0..leaves.len())
        .filter(|&i| sample[i].differentiable)
        .collect();
    let direction = |(place, &i): (usize, &usize)| scattered(leaves[i].shape(), place);
    let directions: Vec<_> = by.iter().enumerate().map(direction).collect();
    let lifted_tape = Tape::<Dual64>::default();
    let (duals, along) = record(&lifted_tape, lifted, sample, |i, k, x| {
        let place = by.iter().position(|&of| of == i);
        Dual64::new(x, place.map_or(0.0, |place| directions[place][k]))
    });
    let gradient = along.gradient();
    let each = by.iter().map(|&i| gradient.of(duals[i].matrix()));
    let dual: Vec<Dual64> = each.flat_map(|x| x.values().to_vec()).collect();
    let by: Vec<_> = by.iter().map(|&i| leaves[i]).collect();
    if let Err(reason) = compare_twice(&tape, y, &by, &dual) {
        panic!("{what}, {reason}");
    }
}
