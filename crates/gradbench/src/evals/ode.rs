//! y₀′ = x₀ and yᵢ′ = xᵢ · yᵢ₋₁ from 0 to 2, in steps of the classical method of Runge and Kutta.

use super::{Evaluated, Value, no_function, timed};
use nalgebra::{DVector, dvector};
use serde::Deserialize;
use tape::{Function, MatrixVar, Outputs, Structure};

#[derive(Deserialize)]
struct Input {
    x: Vec<f64>,
    s: usize,
}

fn solution<'t>(x: MatrixVar<'t>, steps: usize) -> MatrixVar<'t> {
    let (n, h) = (x.nrows(), 2.0 / steps as f64);
    let one = x.tape().input(&dvector![1.0]);
    // A slope times the length of a step, for which x is given times that length.
    let change = |x: MatrixVar<'t>, y: MatrixVar<'t>| {
        MatrixVar::vstack(&[one, y.rows(0..n - 1)]).component_mul(x)
    };
    let (half, whole) = (x * (h / 2.0), x * h);
    let mut y = x.tape().input(&DVector::zeros(n));
    for _ in 0..steps {
        let k1 = change(half, y);
        let k2 = change(half, y + k1);
        let k3 = change(whole, y + k2);
        let k4 = change(half, y + k3);
        y += (k1 + k2 * 2.0 + k3 + k4) / 3.0;
    }
    y
}

pub fn evaluate(function: &str, input: &Value) -> Evaluated {
    let Input { x, s } = Input::deserialize(input)?;
    let f = Function::new(Structure::new().matrix("x", x.len(), 1), move |at| {
        Outputs::from(solution(at.matrix("x"), s))
    });
    let mut last = vec![0.0; x.len()];
    last[x.len() - 1] = 1.0;
    match function {
        "primal" => timed(input, |_| f.values(&x), |y| y),
        "gradient" => timed(input, |_| f.vjp(&x, &last), |g| g),
        _ => no_function(function, &["primal", "gradient"]),
    }
}
