//! The logarithm of a sum of exponentials, shifted by the largest so that none overflows.

use super::{Evaluated, Value, no_function, timed};
use serde::Deserialize;
use tape::{Function, Outputs, Structure};

#[derive(Deserialize)]
struct Input {
    x: Vec<f64>,
}

pub fn evaluate(function: &str, input: &Value) -> Evaluated {
    let Input { x } = Input::deserialize(input)?;
    let f = Function::new(Structure::new().matrix("x", x.len(), 1), |at| {
        let x = at.matrix("x");
        let largest = x.maximum();
        Outputs::from((x - largest).exp().sum().ln() + largest)
    });
    match function {
        "primal" => timed(input, |_| f.value(&x), |y| y),
        "gradient" => timed(input, |_| f.gradient(&x), |g| g),
        _ => no_function(function, &["primal", "gradient"]),
    }
}
