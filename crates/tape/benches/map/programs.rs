//! What is mapped: programs over any number, with inputs, and some with their gradients by hand.

use nalgebra::DMatrix;
use tape::{Function, Outputs, Real, Structure, Tape};

/// A gradient by hand, written to a slice; gives the value.
pub type ByHand = fn(&[f64], &mut [f64]) -> f64;

pub struct Workload {
    pub name: &'static str,
    pub function: Function,
    /// The same, not yet recorded.
    pub anew: fn() -> Function,
    /// A row for each input.
    pub inputs: DMatrix<f64>,
    pub by_hand: Option<ByHand>,
    operations: usize,
}

impl Workload {
    pub fn operations(&self) -> usize {
        self.operations
    }
}

/// Fractions that fill the unit interval evenly.
fn fraction(input: usize, number: usize) -> f64 {
    (0.618_033_988_749_895 * (number + 1) as f64 + 0.754_877_666_246_693 * input as f64).fract()
}

macro_rules! workload {
    ($name:literal, $program:expr, $inputs:expr, $by_hand:expr) => {{
        let inputs: DMatrix<f64> = $inputs;
        let row: Vec<f64> = inputs.row(0).iter().copied().collect();
        let tape = Tape::new();
        let _ = $program(&tape.vars(&row));
        Workload {
            name: $name,
            function: Function::scalar(|x| $program(x)),
            anew: || Function::scalar(|x| $program(x)),
            operations: tape.len() - row.len(),
            inputs,
            by_hand: $by_hand,
        }
    }};
}

pub fn all() -> Vec<Workload> {
    let wide = |input, number| 4.0 * fraction(input, number) - 2.0;
    let near =
        |input, number| 2.0 * fraction(0, number) - 1.0 + 1e-3 * (fraction(input, number) - 0.5);
    let of_mixture = |input, number| match number {
        4..9 | 29.. => fraction(input, number) - 0.5,
        _ => wide(input, number),
    };
    let market = |input: usize, number: usize| {
        let (low, width) = [
            (80.0, 40.0),
            (80.0, 40.0),
            (0.01, 0.04),
            (0.1, 0.4),
            (0.2, 2.0),
        ][number];
        low + width * fraction(input, number)
    };
    vec![
        workload!(
            "Rosenbrock 100",
            rosenbrock,
            DMatrix::from_fn(1024, 100, wide),
            Some(rosenbrock_by_hand)
        ),
        workload!(
            "Rosenbrock 10000",
            rosenbrock,
            DMatrix::from_fn(64, 10_000, wide),
            Some(rosenbrock_by_hand)
        ),
        workload!(
            "mixA",
            |x| mixed(x, false),
            DMatrix::from_fn(1024, 20, near),
            None
        ),
        workload!(
            "mix",
            |x| mixed(x, true),
            DMatrix::from_fn(1024, 20, near),
            None
        ),
        workload!(
            "mixture 5×4",
            mixture,
            DMatrix::from_fn(1024, 49, of_mixture),
            Some(mixture_by_hand)
        ),
        workload!(
            "Black–Scholes",
            black_scholes,
            DMatrix::from_fn(4096, 5, market),
            Some(black_scholes_by_hand)
        ),
    ]
}

/// `Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²`.
fn rosenbrock<R: Real>(x: &[R]) -> R {
    let (one, hundred) = (R::from_f64(1.0), R::from_f64(100.0));
    let valley = |pair: &[R]| {
        let (slope, distance) = (pair[1] - pair[0] * pair[0], one - pair[0]);
        slope * slope * hundred + distance * distance
    };
    let terms = x.windows(2).map(valley);
    terms.reduce(|sum, term| sum + term).expect("two numbers")
}

fn rosenbrock_by_hand(x: &[f64], gradient: &mut [f64]) -> f64 {
    gradient.fill(0.0);
    let mut value = 0.0;
    for i in 0..x.len() - 1 {
        let (slope, distance) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
        value += 100.0 * slope * slope + distance * distance;
        gradient[i + 1] += 200.0 * slope;
        gradient[i] -= 400.0 * slope * x[i] + 2.0 * distance;
    }
    value
}

/// The logarithm of a mixture of five distributions in four dimensions: the point, weights, means,
/// logarithms of widths.
fn mixture<R: Real>(x: &[R]) -> R {
    let half = R::from_f64(0.5);
    let (point, weights, means, widths) = (&x[..4], &x[4..9], &x[9..29], &x[29..]);
    let component = |k: usize| {
        let mut exponent = weights[k];
        for (d, &x) in point.iter().enumerate() {
            let i = 4 * k + d;
            let z = (x - means[i]) * (-widths[i]).exp();
            exponent -= z * z * half + widths[i];
        }
        exponent.exp()
    };
    let sum = (0..5).map(component).reduce(|sum, term| sum + term);
    sum.expect("five components").ln()
}

/// The mixture as a function of a point and of what all points share, with its gradient by hand,
/// the points, and what they share.
pub fn summed() -> (Function, ByHand, DMatrix<f64>, Vec<f64>) {
    let inputs = Structure::new()
        .data_scalars("point", 4)
        .scalars("shared", 45);
    let function = Function::new(inputs, |at| {
        let x = [at.scalars("point"), at.scalars("shared")].concat();
        Outputs::from(mixture(&x))
    });
    let points = DMatrix::from_fn(10_000, 4, |i, j| 4.0 * fraction(i, j) - 2.0);
    let shared = (0..45).map(|k| fraction(0, k) - 0.5).collect();
    (function, mixture_by_hand, points, shared)
}

fn mixture_by_hand(x: &[f64], gradient: &mut [f64]) -> f64 {
    let (point, weights, means, widths) = (&x[..4], &x[4..9], &x[9..29], &x[29..]);
    let (mut z, mut inverse, mut terms) = ([0.0; 20], [0.0; 20], [0.0; 5]);
    for k in 0..5 {
        let mut exponent = weights[k];
        for (d, x) in point.iter().enumerate() {
            let i = 4 * k + d;
            inverse[i] = (-widths[i]).exp();
            z[i] = (x - means[i]) * inverse[i];
            exponent -= 0.5 * z[i] * z[i] + widths[i];
        }
        terms[k] = exponent.exp();
    }
    let sum: f64 = terms.iter().sum();
    gradient[..4].fill(0.0);
    for k in 0..5 {
        let share = terms[k] / sum;
        gradient[4 + k] = share;
        for d in 0..4 {
            let i = 4 * k + d;
            let slope = share * z[i] * inverse[i];
            gradient[d] -= slope;
            gradient[9 + i] = slope;
            gradient[29 + i] = share * (z[i] * z[i] - 1.0);
        }
    }
    sum.ln()
}

/// The price of a European call from spot, strike, rate, volatility and time, with the normal
/// distribution by a logistic function.
fn black_scholes<R: Real>(x: &[R]) -> R {
    let [spot, strike, rate, volatility, time] = [x[0], x[1], x[2], x[3], x[4]];
    let number = R::from_f64;
    let normal = |z: R| {
        let odd = (z * z * number(0.070_56) + number(1.5976)) * z;
        number(1.0) / ((-odd).exp() + number(1.0))
    };
    let deviation = volatility * time.sqrt();
    let drift = (rate + volatility * volatility * number(0.5)) * time;
    let first = ((spot / strike).ln() + drift) / deviation;
    let second = first - deviation;
    spot * normal(first) - strike * (-(rate * time)).exp() * normal(second)
}

fn black_scholes_by_hand(x: &[f64], gradient: &mut [f64]) -> f64 {
    let [spot, strike, rate, volatility, time] = [x[0], x[1], x[2], x[3], x[4]];
    let normal = |z: f64| {
        let y = 1.0 / (1.0 + (-((z * z * 0.070_56 + 1.5976) * z)).exp());
        (y, y * (1.0 - y) * (3.0 * 0.070_56 * z * z + 1.5976))
    };
    let root = time.sqrt();
    let deviation = volatility * root;
    let carry = rate + 0.5 * volatility * volatility;
    let first = ((spot / strike).ln() + carry * time) / deviation;
    let second = first - deviation;
    let ((of_first, slope), (of_second, second_slope)) = (normal(first), normal(second));
    let present = strike * (-(rate * time)).exp();
    let by_first = spot * slope - present * second_slope;
    let by_deviation = present * second_slope - by_first * first / deviation;
    let scaled = by_first / deviation;
    gradient[0] = of_first + scaled / spot;
    gradient[1] = -present * of_second / strike - scaled / strike;
    gradient[2] = present * of_second * time + scaled * time;
    gradient[3] = by_deviation * root + scaled * time * volatility;
    gradient[4] =
        present * of_second * rate + scaled * carry + by_deviation * 0.5 * volatility / root;
    spot * of_first - present * of_second
}

/// A thousand operations without a pattern, each on some of the last results or on inputs; the
/// results stay of order 1.
fn mixed<R: Real>(x: &[R], has_functions: bool) -> R {
    let mut state = 12_345_u64;
    let mut below = move |count: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize) % count
    };
    let number = R::from_f64;
    let mut recent = x.to_vec();
    let mut total = x[0];
    let mut operations = 0;
    while operations < 1000 {
        let (a, b) = (recent[below(recent.len())], recent[below(recent.len())]);
        let kind = below(if has_functions { 14 } else { 9 });
        let (result, count) = match kind {
            0 | 1 => ((a + b) * number(0.5), 2),
            2 | 3 => ((a - b) * number(0.625), 2),
            4..=6 => (a * b, 1),
            7 => (a / (b * b + number(1.0)), 3),
            8 => (a * number(0.875), 1),
            9 => ((a * number(0.5)).exp() * number(0.5), 3),
            10 => ((a * a + number(0.5)).ln(), 3),
            11 => (a.sin(), 1),
            12 => (a.tanh(), 1),
            _ => ((a * a + number(1.0)).powf(b) * number(0.25), 4),
        };
        operations += count + 1;
        total += result;
        // Inputs stay; the others make room.
        if recent.len() < x.len() + 60 {
            recent.push(result);
        } else {
            let place = x.len() + below(60);
            recent[place] = result;
        }
    }
    total
}
