//! A charge that flies past two others: for which place of the second does it meet the origin?

use super::nested::{Mode, least};
use super::{Evaluated, Value, no_function, timed};
use serde::Deserialize;
use tape::{Function, Var};

#[derive(Deserialize)]
struct Input {
    w: f64,
}

/// The potential at x of charges at (10, 10 − w) and (10, 0).
fn potential<'t>(x: [Var<'t>; 2], w: Var<'t>) -> Var<'t> {
    let square = (x[0] - 10.0).square();
    let distance = |height: Var<'t>| (square + (x[1] - height).square()).sqrt();
    distance(10.0 - w).recip() + distance(0.0.into()).recip()
}

/// The square of where the charge crosses the axis, by Euler's method.
fn crossing<'t>(w: Var<'t>, mode: Mode) -> Var<'t> {
    let tape = w.tape().expect("a handle, no number");
    let (mut x, mut v) = ([0.0, 8.0].map(|x| tape.var(x)), [0.75, 0.0].map(Var::from));
    loop {
        let next = [0, 1].map(|i| x[i] + v[i] * 0.1);
        if next[1] < 0.0 {
            return (x[0] - x[1] / v[1] * v[0]).square();
        }
        let slopes = mode.derivatives(potential(x, w), x);
        v = [0, 1].map(|i| v[i] - slopes[i] * 0.1);
        x = next;
    }
}

pub fn evaluate(function: &str, input: &Value) -> Evaluated {
    let Input { w } = Input::deserialize(input)?;
    let Some((outer, inner)) = Mode::of(function) else {
        return no_function(function, &["ff", "fr", "rf", "rr"]);
    };
    let f = Function::scalar(move |w| crossing(w[0], inner));
    let value = |w: [f64; 1]| f.value(&w).expect("a number");
    let slope = |w: [f64; 1]| match outer {
        Mode::Forward => f.jvp(&w, &[1.0]),
        Mode::Reverse => f.gradient(&w),
    };
    let run = |_| Ok(least([w], value, |w| [slope(w).expect("a number")[0]]));
    timed(input, run, |[w]| w)
}
