//! Random programs of every operation, layer and loss, at numbers ordinary, saturated and extreme.

use nalgebra::DMatrix;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tape::{
    Error, ForwardError, MatrixVar, Op, Operand, OperandTangents, Output, OutputSpec, Point,
    PointMut, Sample, Scalar, Shape, ShapeError, Sink, Tape, Var, View, ViewMut,
};

/// Where a program's numbers lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Regime {
    /// Sizes around 1, inside of every domain: what a slope resolves.
    Ordinary,
    /// Logits and activations so large that slopes nearly vanish, as in a trained net.
    Saturated,
    /// Sizes from tiny to huge, and differences of what is nearly equal.
    Extreme,
}

/// Random numbers.
pub struct Random(ChaCha8Rng);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(ChaCha8Rng::seed_from_u64(seed))
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.0.next_u64() % n as u64) as usize
    }

    /// Between 0 and 1.
    fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * 0.5_f64.powi(53)
    }

    fn number<T: Scalar>(&mut self, regime: Regime) -> T {
        let sign = if self.below(2) == 0 { 1.0 } else { -1.0 };
        let size = 0.05 + 1.95 * self.unit();
        let decades = if T::EPSILON < 1e-10 { 12.0 } else { 6.0 };
        T::from_f64(match (regime, self.below(4)) {
            (Regime::Ordinary, _) => sign * size,
            (Regime::Saturated, 0) => sign * size * 8.0,
            (Regime::Saturated, 1) => sign * size * 30.0,
            (Regime::Saturated, _) => sign * size,
            (Regime::Extreme, 0) => sign * size,
            (Regime::Extreme, 1) => [0.0, 1.0, -1.0, 2.0][self.below(4)],
            (Regime::Extreme, _) => sign * 10.0_f64.powf(decades * (2.0 * self.unit() - 1.0)),
        })
    }

    fn matrix<T: Scalar>(&mut self, rows: usize, cols: usize, regime: Regime) -> DMatrix<T> {
        DMatrix::from_fn(rows, cols, |_, _| self.number(regime))
    }
}

/// A result.
#[derive(Clone, Copy)]
enum Handle<'t, T: Scalar> {
    Scalar(Var<'t, T>),
    Matrix(MatrixVar<'t, T>),
}

type Unary<H> = fn(H) -> H;
type Binary<'t, T> = (
    fn(Var<'t, T>, Var<'t, T>) -> Var<'t, T>,
    fn(MatrixVar<'t, T>, Operand<'t, T>) -> MatrixVar<'t, T>,
);

macro_rules! unary {
    ($($name:ident)*) => {
        fn unary<'t, T: Scalar>() -> Vec<(Unary<Var<'t, T>>, Unary<MatrixVar<'t, T>>)> {
            vec![(|x| -x, |x| -x), $((|x| x.$name(), |x| x.$name())),*]
        }
    };
}
unary!(recip square sqrt cbrt exp exp2 exp_m1 ln ln_1p log2 log10 sin cos tan asin acos atan sinh
    cosh tanh asinh acosh atanh abs relu sigmoid softplus log_sigmoid);

fn binary<'t, T: Scalar>() -> Vec<Binary<'t, T>> {
    fn scalar<'t, T: Scalar>(
        y: Operand<'t, T>,
        of_scalar: impl Fn(Var<'t, T>) -> MatrixVar<'t, T>,
        of_matrix: impl Fn(MatrixVar<'t, T>) -> MatrixVar<'t, T>,
    ) -> MatrixVar<'t, T> {
        match y {
            Operand::Scalar(y) => of_scalar(y),
            Operand::Matrix(y) => of_matrix(y),
        }
    }
    vec![
        (|x, y| x + y, |x, y| scalar(y, |y| x + y, |y| x + y)),
        (|x, y| x - y, |x, y| scalar(y, |y| x - y, |y| x - y)),
        (
            |x, y| x * y,
            |x, y| scalar(y, |y| x * y, |y| x.component_mul(y)),
        ),
        (
            |x, y| x / y,
            |x, y| scalar(y, |y| x / y, |y| x.component_div(y)),
        ),
        (|x, y| x.powf(y), |x, y| x.powf(y)),
        (|x, y| x.atan2(y), |x, y| x.atan2(y)),
        (|x, y| x.max(y), |x, y| x.max(y)),
        (|x, y| x.min(y), |x, y| x.min(y)),
        (|x, y| x.hypot(y), |x, y| x.hypot(y)),
        (|x, y| x.greater_than(y), |x, y| x.greater_than(y)),
        (|x, y| x.at_least(y), |x, y| x.at_least(y)),
    ]
}

/// An op of a registry, which hands them out in boxes.
struct Boxed<T: Scalar>(Box<dyn Op<T>>);

impl<T: Scalar> Op<T> for Boxed<T> {
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
    fn jvp(&self, at: &Point<'_, T>, tangents: &OperandTangents<'_, T>, dy: ViewMut<'_, T>) {
        self.0.jvp(at, tangents, dy);
    }
}

/// Records a random program; returns its last result.
pub fn record<'t, T: Scalar>(
    tape: &'t Tape<T>,
    regime: Regime,
    random: &mut Random,
) -> Operand<'t, T> {
    let mut program = Program {
        tape,
        regime,
        random,
        results: Vec::new(),
    };
    for _ in 0..2 {
        let x = tape.var(program.random.number(regime));
        program.results.push(Handle::Scalar(x));
        let (rows, cols) = (1 + program.random.below(3), 1 + program.random.below(3));
        let x = tape.matrix(&program.random.matrix(rows, cols, regime));
        program.results.push(Handle::Matrix(x));
    }
    for _ in 0..1 + program.random.below(6) {
        if let Some(result) = program.step() {
            program.keep(result);
        }
    }
    match program.results[program.results.len() - 1] {
        Handle::Scalar(x) => x.into(),
        Handle::Matrix(x) => x.into(),
    }
}

struct Program<'p, 't, T: Scalar> {
    tape: &'t Tape<T>,
    regime: Regime,
    random: &'p mut Random,
    results: Vec<Handle<'t, T>>,
}

impl<'t, T: Scalar> Program<'_, 't, T> {
    fn scalar(&mut self) -> Var<'t, T> {
        let scalars = self.results.iter().rev().filter_map(|result| match result {
            Handle::Scalar(x) => Some(*x),
            Handle::Matrix(_) => None,
        });
        let scalars: Vec<_> = scalars.take(4).collect();
        scalars[self.random.below(scalars.len())]
    }

    fn matrix(&mut self) -> MatrixVar<'t, T> {
        let matrices = self.results.iter().rev().filter_map(|result| match result {
            Handle::Matrix(x) => Some(*x),
            Handle::Scalar(_) => None,
        });
        let matrices: Vec<_> = matrices.take(4).collect();
        matrices[self.random.below(matrices.len())]
    }

    /// Whether a number is one to go on with.
    fn is_usable(&self, x: T) -> bool {
        let bound = match self.regime {
            Regime::Ordinary => 4.0,
            Regime::Saturated => 1e3,
            Regime::Extreme => 1e15,
        };
        x.is_finite() && x.to_f64().abs() <= bound
    }

    /// A result for later steps; what is too large is left where it is.
    fn keep(&mut self, result: Handle<'t, T>) {
        let usable = match result {
            Handle::Scalar(x) => self.is_usable(x.value()),
            Handle::Matrix(x) => {
                let value = x.value();
                value.len() <= 24 && value.iter().all(|&x| self.is_usable(x))
            }
        };
        if usable {
            self.results.push(result);
        }
    }

    /// Records one more operation; `None` if it does not fit.
    fn step(&mut self) -> Option<Handle<'t, T>> {
        match self.random.below(12) {
            0 | 1 => self.scalar_rule(),
            2 | 3 => self.matrix_rule(),
            4 => Some(self.power()),
            5 => self.product(),
            6 | 7 => Some(self.structure()),
            8 => self.registered(),
            9 => self.layer(),
            10 => self.loss(),
            _ => Some(self.cancelling()),
        }
    }

    /// Whether a function of a number may be taken there: with ordinary numbers, inside its domain.
    fn fits(&self, f: impl Fn(T) -> T, x: T) -> bool {
        let around = [0.98, 1.0, 1.02].map(|s| f(x * T::from_f64(s)));
        self.regime != Regime::Ordinary || around.iter().all(|&y| self.is_usable(y))
    }

    fn scalar_rule(&mut self) -> Option<Handle<'t, T>> {
        let (x, y) = (self.scalar(), self.scalar());
        let (unary, binary) = (unary(), binary());
        let which = self.random.below(unary.len() + 2 * binary.len());
        if which < unary.len() {
            let (f, _): (Unary<Var<'t, T>>, _) = unary[which];
            let fits = self.fits(|x| f(Var::from(x)).value(), x.value());
            return fits.then(|| Handle::Scalar(f(x)));
        }
        let (f, _): Binary<'t, T> = binary[(which - unary.len()) / 2];
        let (x, y) = match self.random.below(3) {
            0 => (x, y),
            1 => (x, Var::from(y.value())),
            _ => (Var::from(x.value()), y),
        };
        let by_x = self.fits(|x| f(x.into(), y.value().into()).value(), x.value());
        let by_y = self.fits(|y| f(x.value().into(), y.into()).value(), y.value());
        (by_x && by_y).then(|| Handle::Scalar(f(x, y)))
    }

    fn matrix_rule(&mut self) -> Option<Handle<'t, T>> {
        let (x, y) = (self.matrix(), self.matrix());
        let (unary, binary) = (unary::<T>(), binary::<T>());
        let which = self.random.below(unary.len() + 2 * binary.len());
        if which < unary.len() {
            let (scalar, f) = unary[which];
            let value = x.value();
            let fits = |&x: &T| self.fits(|x| scalar(Var::from(x)).value(), x);
            return value.iter().all(fits).then(|| Handle::Matrix(f(x)));
        }
        let (scalar, f) = binary[(which - unary.len()) / 2];
        let y: Operand<'t, T> = match self.random.below(3) {
            0 => self.scalar().into(),
            1 => Var::from(self.random.number::<T>(self.regime)).into(),
            _ => y.into(),
        };
        let values = match y {
            Operand::Scalar(y) => vec![y.value()],
            Operand::Matrix(y) => {
                let (a, b) = (x.shape(), y.shape());
                let broadcasts = |a: usize, b: usize| a == b || a == 1 || b == 1;
                if !broadcasts(a.rows, b.rows) || !broadcasts(a.cols, b.cols) {
                    return None;
                }
                y.value().as_slice().to_vec()
            }
        };
        let each = |&x: &T| {
            values.iter().all(|&y| {
                self.fits(|x| scalar(x.into(), y.into()).value(), x)
                    && self.fits(|y| scalar(x.into(), y.into()).value(), y)
            })
        };
        x.value().iter().all(each).then(|| Handle::Matrix(f(x, y)))
    }

    fn power(&mut self) -> Handle<'t, T> {
        let n = [2, 3, -1, -2, 0, 1, 7][self.random.below(7)];
        match self.random.below(2) {
            0 => Handle::Scalar(self.scalar().powi(n)),
            _ => Handle::Matrix(self.matrix().powi(n)),
        }
    }

    fn product(&mut self) -> Option<Handle<'t, T>> {
        let (x, y) = (self.matrix(), self.matrix());
        let (a, b) = (x.shape(), y.shape());
        Some(Handle::Matrix(if a.cols == b.rows {
            x * y
        } else if a.cols == b.cols {
            x * y.transpose()
        } else if a.rows == b.rows {
            x.transpose() * y
        } else {
            return None;
        }))
    }

    fn structure(&mut self) -> Handle<'t, T> {
        let (x, s, t) = (self.matrix(), self.scalar(), self.scalar());
        let shape = x.shape();
        let (i, j) = (self.random.below(shape.rows), self.random.below(shape.cols));
        match self.random.below(28) {
            18 => Handle::Scalar(x.norm()),
            19 => Handle::Matrix(x.row_norms()),
            20 => Handle::Matrix(x.row_variances()),
            21 => Handle::Matrix(x.column_variances()),
            22 => Handle::Matrix(x.log_softmax()),
            23 => Handle::Scalar(tape::norm(&[s, t, s])),
            24 => Handle::Matrix(x.greater_than(s).select(x * t, s)),
            25 => Handle::Matrix(x.clamp(-s, t)),
            26 => Handle::Scalar(s.select(t, s * t).clamp(x.element(i, j), s)),
            27 => Handle::Matrix(self.by_index(x)),
            0 => Handle::Matrix(x.transpose()),
            1 => Handle::Scalar(x.sum()),
            2 => Handle::Scalar(x.mean()),
            3 => Handle::Matrix(x.row_sums()),
            4 => Handle::Matrix(x.column_sums()),
            5 => Handle::Matrix(x.reshape(shape.len(), 1)),
            6 => Handle::Matrix(x.rows(i..shape.rows)),
            7 => Handle::Matrix(x.columns(0..j + 1)),
            8 => Handle::Scalar(x.element(i, j)),
            9 => Handle::Matrix(MatrixVar::hstack(&[x, x])),
            10 => Handle::Matrix(MatrixVar::vstack(&[x, x])),
            11 => Handle::Scalar(x.maximum()),
            12 => Handle::Matrix(x.row_maxima()),
            13 => Handle::Matrix(x.row_log_sum_exp()),
            14 => Handle::Matrix(x.softmax()),
            15 => Handle::Scalar(tape::log_sum_exp(&[s, t])),
            16 => Handle::Scalar(tape::dot(&[s, t, s], &[t, t, s])),
            _ => Handle::Matrix(self.tape.assemble(1, 3, &[s, t, tape::sum(&[s, s, t])])),
        }
    }

    /// Rows gathered, or added where indices say.
    fn by_index(&mut self, x: MatrixVar<'t, T>) -> MatrixVar<'t, T> {
        let rows = x.shape().rows;
        let index = |_, _| T::from_f64(self.random.below(rows) as f64);
        let indices = self.tape.input(&DMatrix::from_fn(rows, 1, index));
        let taken = match self.random.below(2) {
            0 => x.gather_rows(indices),
            _ => x.scatter_add_rows(indices, rows + 1),
        };
        taken.expect("indices below the rows")
    }

    /// An op of `tape` or `nn` at one of its samples; beyond the ordinary, at other sizes.
    fn registered(&mut self) -> Option<Handle<'t, T>> {
        let mut list = tape::ops::all::<T>();
        list.extend(nn::ops::all::<T>());
        let op = list.swap_remove(self.random.below(list.len()));
        let samples = op.samples();
        let sample = &samples[self.random.below(samples.len())];
        let scale = match self.regime {
            Regime::Ordinary => 1.0,
            Regime::Saturated => 1.0 + 15.0 * self.random.unit(),
            Regime::Extreme => 10.0_f64.powf(6.0 * self.random.unit() - 3.0),
        };
        let small = sample.iter().all(|sample| sample.values.amax() <= 4.0);
        if self.regime == Regime::Ordinary && !small {
            return None;
        }
        let operand = |sample: &Sample| -> Operand<'t, T> {
            if sample.differentiable {
                let values = sample.values.map(|x| T::from_f64(x * scale));
                self.tape.matrix(&values).into()
            } else {
                self.tape.input(&sample.values.map(T::from_f64)).into()
            }
        };
        let operands: Vec<_> = sample.iter().map(operand).collect();
        result(self.tape.apply(Boxed(op), &operands))
    }

    fn layer(&mut self) -> Option<Handle<'t, T>> {
        let x = self.matrix();
        let outputs = 1 + self.random.below(3);
        let w = self.random.matrix(x.shape().cols, outputs, self.regime);
        let b = self.random.matrix(1, outputs, self.regime);
        let y = nn::affine(x, self.tape.matrix(&w), self.tape.matrix(&b));
        let activation = nn::Activation::ALL[self.random.below(2)];
        Some(Handle::Matrix(activation.apply(y)))
    }

    fn loss(&mut self) -> Option<Handle<'t, T>> {
        let x = self.matrix();
        let value = x.value();
        // Right labels saturate a loss; others make it large.
        let right = self.random.below(3) > 0;
        let label = |i: usize, random: &mut Random| {
            let best = value.row(i).transpose().map(|x| x.to_f64()).imax();
            T::from_f64(if right {
                best
            } else {
                random.below(value.ncols())
            } as f64)
        };
        let labels = DMatrix::from_fn(value.nrows(), 1, |i, _| label(i, self.random));
        let labels = self.tape.input(&labels);
        let weights: Vec<f64> = (0..value.ncols()).map(|j| 0.25 + j as f64).collect();
        let loss = match self.random.below(5) {
            3 => nn::ops::SoftmaxCrossEntropy::new()
                .class_weights(&weights)
                .ignoring(0)
                .record(x, labels),
            4 => nn::softmax_cross_entropy(x, x.transpose().transpose().softmax()),
            0 => nn::cross_entropy(x.softmax(), labels),
            1 => {
                let targets = self
                    .random
                    .matrix(value.nrows(), value.ncols(), self.regime);
                Ok(nn::half_sum_of_squares(x, self.tape.input(&targets)))
            }
            _ => nn::softmax_cross_entropy(x, labels),
        };
        loss.ok().map(Handle::Scalar)
    }

    /// A difference of what is nearly equal, or a sum in which little is left of a summand.
    fn cancelling(&mut self) -> Handle<'t, T> {
        let (x, y) = (self.scalar(), self.scalar());
        let small = T::from_f64(1.0 + 10.0_f64.powf(-6.0 * self.random.unit()));
        let large = match self.regime {
            Regime::Ordinary => 8.0,
            Regime::Saturated => 1e3,
            Regime::Extreme => 1e6,
        };
        match self.random.below(4) {
            0 => Handle::Scalar(x * small - x),
            1 => Handle::Scalar((x + T::from_f64(large)) - T::from_f64(large)),
            2 => Handle::Scalar((x + y).square() - x.square() - y.square()),
            _ => Handle::Matrix(self.matrix() * T::from_f64(large) - x * T::from_f64(large)),
        }
    }
}

fn result<'t, T: Scalar>(output: Result<Output<'t, T>, Error>) -> Option<Handle<'t, T>> {
    Some(match output.ok()? {
        Output::Scalar(x) => Handle::Scalar(x),
        Output::Matrix(x) => Handle::Matrix(x),
    })
}
