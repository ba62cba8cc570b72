//! A square, and its derivative.

use super::{Evaluated, Value, no_function, timed};
use serde::Deserialize;
use tape::Real;

fn square<R: Real>(x: R) -> R {
    x * x
}

pub fn evaluate(function: &str, input: &Value) -> Evaluated {
    let x = f64::deserialize(input)?;
    match function {
        "square" => timed(input, |_| Ok(square(x)), |y| y),
        "double" => timed(
            input,
            |_| Ok(tape::gradient(|x| square(x[0]), &[x])),
            |y| y[0],
        ),
        _ => no_function(function, &["square", "double"]),
    }
}
