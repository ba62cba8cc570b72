//! The saddle of a function: the x for which its maximum over y is least, and that y.

use super::nested::{Mode, least};
use super::{Evaluated, Value, no_function, timed};
use serde::Deserialize;
use tape::{Error, Seed, Tangents, Tape, Var};

#[derive(Deserialize)]
struct Input {
    start: [f64; 2],
}

fn height<'t>(x: [Var<'t>; 2], y: [Var<'t>; 2]) -> Var<'t> {
    (x[0] * x[0] + x[1] * x[1]) - (y[0] * y[0] + y[1] * y[1])
}

/// Where the height is largest over y.
fn highest<'t>(tape: &'t Tape, x: [Var<'t>; 2], start: [f64; 2], mode: Mode) -> [Var<'t>; 2] {
    let start = start.map(|y| tape.var(y));
    let depth = |y| -height(x, y);
    least(start, depth, |y| mode.derivatives(depth(y), y))
}

/// The gradient of the largest height at a point x.
fn gradient(x: [f64; 2], start: [f64; 2], modes: (Mode, Mode)) -> Result<[f64; 2], Error> {
    let tape = Tape::new();
    let x = x.map(|x| tape.var(x));
    let largest = height(x, highest(&tape, x, start, modes.1));
    match modes.0 {
        Mode::Reverse => {
            let gradient = largest.gradient();
            Ok(x.map(|x| gradient.of(x)))
        }
        Mode::Forward => {
            let mut tangents = Tangents::new();
            let mut along = |x| {
                tape.push_forward(Seed::one(x), &mut tangents)?;
                Ok(tangents.of(largest))
            };
            Ok([along(x[0])?, along(x[1])?])
        }
    }
}

pub fn evaluate(function: &str, input: &Value) -> Evaluated {
    let Input { start } = Input::deserialize(input)?;
    let Some(modes) = Mode::of(function) else {
        return no_function(function, &["ff", "fr", "rf", "rr"]);
    };
    let found = |x: [f64; 2]| {
        let tape = Tape::new();
        let x = x.map(Var::from);
        let y = highest(&tape, x, start, modes.1);
        (y.map(Var::value), height(x, y).value())
    };
    let slopes = |x| gradient(x, start, modes).expect("numbers");
    let run = |_| {
        let x = least(start, |x| found(x).1, slopes);
        Ok([x, found(x).0].concat())
    };
    timed(input, run, |all| all)
}
