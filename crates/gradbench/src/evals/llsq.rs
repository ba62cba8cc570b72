//! Least squares: a polynomial fitted to the sign of t.

use super::{Evaluated, Value, no_function, timed};
use nalgebra::DMatrix;
use serde::Deserialize;
use tape::{Function, Mapper, Outputs, Real, Structure};

#[derive(Deserialize)]
struct Input {
    x: Vec<f64>,
    n: usize,
}

/// Half the square of what a polynomial with the coefficients `x` misses the sign by, at `t`.
fn miss<R: Real<Number = f64>>(x: &[R], t: R, sign: R) -> R {
    let (mut left, mut power) = (sign - x[0], t);
    for &x in &x[1..] {
        left -= x * power;
        power *= t;
    }
    left.square() * 0.5
}

/// A row for each place: t, and its sign.
fn places(n: usize) -> DMatrix<f64> {
    let t = |i: usize| -1.0 + i as f64 * 2.0 / (n as f64 - 1.0);
    let sign = |t: f64| if t == 0.0 { 0.0 } else { t.signum() };
    DMatrix::from_fn(n, 2, |i, j| if j == 0 { t(i) } else { sign(t(i)) })
}

pub fn evaluate(function: &str, input: &Value) -> Evaluated {
    let Input { x, n } = Input::deserialize(input)?;
    match function {
        "primal" => {
            let sum = || places(n).row_iter().map(|at| miss(&x, at[0], at[1])).sum();
            timed(input, |_| Ok(sum()), |y: f64| y)
        }
        "gradient" => {
            let inputs = Structure::new().scalars("x", x.len());
            let inputs = inputs.data_scalar("t").data_scalar("sign");
            let f = Function::new(inputs, |at| {
                let (t, sign) = (at.scalar("t"), at.scalar("sign"));
                Outputs::from(miss(at.scalars("x"), t, sign))
            });
            let mut mapper = Mapper::new();
            timed(input, |_| mapper.sum(&f, &x, &places(n)), |(_, g)| g)
        }
        _ => no_function(function, &["primal", "gradient"]),
    }
}
