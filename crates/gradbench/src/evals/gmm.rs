//! A mixture of Gaussians with a prior on its precision matrices: the logarithm of the posterior.

use super::{Evaluated, Value, no_function, timed};
use nalgebra::{DMatrix, DVector};
use serde::Deserialize;
use serde_json::{Map, json};
use std::f64::consts::PI;
use tape::{Arguments, Function, MatrixVar, Structure, Var};

#[derive(Deserialize)]
struct Input {
    d: usize,
    k: usize,
    n: usize,
    x: Vec<Vec<f64>>,
    m: usize,
    gamma: f64,
    alpha: Vec<f64>,
    mu: Vec<Vec<f64>>,
    q: Vec<Vec<f64>>,
    l: Vec<Vec<f64>>,
}

/// `ln Γ(twice / 2)`.
fn ln_gamma_of_half(twice: usize) -> f64 {
    let last = if twice.is_multiple_of(2) {
        0.0
    } else {
        PI.ln() / 2.0
    };
    let factors = (1..twice).rev().skip(1).step_by(2).filter(|&i| i > 0);
    last + factors.map(|i| (i as f64 / 2.0).ln()).sum::<f64>()
}

/// What does not depend on the parameters.
fn constant(input: &Input) -> f64 {
    let (d, k, n) = (input.d as f64, input.k as f64, input.n as f64);
    let freedom = input.d + input.m + 1;
    let gammas: f64 = (0..input.d).map(|j| ln_gamma_of_half(freedom - j)).sum();
    let ln_gamma = d * (d - 1.0) / 4.0 * PI.ln() + gammas;
    let prior = freedom as f64 * d * (input.gamma.ln() - 0.5 * 2_f64.ln()) - ln_gamma;
    k * prior - n * d / 2.0 * (2.0 * PI).ln()
}

/// Where the elements of Qᵀ, column by column, stand among the d exponentials, the numbers below
/// the diagonal of Q, and the zero behind them.
fn places(d: usize) -> DVector<f64> {
    let zero = d + d * (d - 1) / 2;
    let below = |row: usize, col: usize| d + col * (2 * d - col - 1) / 2 + row - col - 1;
    let place = |row, col| match row == col {
        true => row,
        false if row > col => below(row, col),
        false => zero,
    };
    DVector::from_fn(d * d, |i, _| place(i / d, i % d) as f64)
}

fn log_posterior<'t>(at: &Arguments<'t>, x: &DMatrix<f64>, input: &Input) -> Var<'t> {
    let (tape, d, k) = (at.tape(), input.d, input.k);
    let [alpha, mu, q, l] = ["alpha", "mu", "q", "l"].map(|name| at.matrix(name));
    let (x, places) = (tape.input(x), tape.input(&places(d)));
    let numbers = MatrixVar::vstack(&[q.exp(), l, tape.input(&DMatrix::zeros(1, k))]);
    let distance = |i| {
        let column = numbers.column(i).gather_rows(places);
        let qt = column.expect("places are places").reshape(d, d);
        // Each row is (Q (x − μ))ᵀ.
        (x * qt - mu.column(i).transpose() * qt).square().row_sums()
    };
    let distances: Vec<_> = (0..k).map(distance).collect();
    let sums = q.column_sums();
    let terms = alpha + sums - MatrixVar::hstack(&distances) * 0.5;
    let likelihood = terms.row_log_sum_exp().sum() - alpha.row_log_sum_exp().sum() * input.n as f64;
    let size = numbers.square().sum() * (0.5 * input.gamma * input.gamma);
    likelihood - size + sums.sum() * input.m as f64 + constant(input)
}

pub fn evaluate(function: &str, raw: &Value) -> Evaluated {
    let input = Input::deserialize(raw)?;
    let (d, k, below) = (input.d, input.k, input.d * (input.d - 1) / 2);
    let shapes = Structure::new().matrix("alpha", 1, k).matrix("mu", d, k);
    let shapes = shapes.matrix("q", d, k).matrix("l", below, k);
    let point = [
        input.alpha.clone(),
        input.mu.concat(),
        input.q.concat(),
        input.l.concat(),
    ];
    let point = point.concat();
    let x = DMatrix::from_row_iterator(input.n, d, input.x.iter().flatten().copied());
    let f = Function::new(shapes.clone(), move |at| {
        log_posterior(at, &x, &input).into()
    });
    match function {
        "objective" => timed(raw, |_| f.value(&point), |y| y),
        "jacobian" => timed(
            raw,
            |_| f.gradient(&point),
            |gradient| {
                let part = |name: &str, rows: usize| {
                    let part = shapes.view(name, &gradient).values();
                    (
                        name.to_owned(),
                        (0..k).map(|i| &part[i * rows..][..rows]).collect(),
                    )
                };
                let mut parts: Map<_, _> = [("mu", d), ("q", d), ("l", below)]
                    .map(|(name, rows)| part(name, rows))
                    .into_iter()
                    .collect();
                parts.insert("alpha".to_owned(), json!(gradient[..k]));
                parts
            },
        ),
        _ => no_function(function, &["objective", "jacobian"]),
    }
}
