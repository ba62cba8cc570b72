//! Derivatives within a program that is differentiated itself, and the gradient descent of the two
//! evals that have such.

use std::array::from_fn;
use tape::{Operand, Real, Var};

/// The direction of a derivative.
#[derive(Clone, Copy)]
pub enum Mode {
    Forward,
    Reverse,
}

impl Mode {
    /// The modes of the outer and of the inner derivative, as an eval's function names them.
    pub fn of(function: &str) -> Option<(Mode, Mode)> {
        Some(match function {
            "ff" => (Mode::Forward, Mode::Forward),
            "fr" => (Mode::Forward, Mode::Reverse),
            "rf" => (Mode::Reverse, Mode::Forward),
            "rr" => (Mode::Reverse, Mode::Reverse),
            _ => return None,
        })
    }

    /// The derivatives of a result by two handles, as entries of their tape.
    pub fn derivatives<'t>(self, of: Var<'t>, by: [Var<'t>; 2]) -> [Var<'t>; 2] {
        let tape = by[0].tape().expect("a handle, no number");
        let by = by.map(Operand::from);
        let recorded = match self {
            Mode::Reverse => tape.differentiate(of, 1.0, &by),
            Mode::Forward => by
                .iter()
                .map(|&by| Ok(tape.differentiate_along(&[(by, 1.0.into())], &[of.into()])?[0]))
                .collect(),
        };
        let recorded = recorded.expect("scalar rules can be recorded");
        [recorded[0].scalar(), recorded[1].scalar()]
    }
}

fn length<R: Real<Number = f64>, const D: usize>(x: [R; D]) -> f64 {
    x.map(|x| x.number() * x.number())
        .iter()
        .sum::<f64>()
        .sqrt()
}

/// Where a function is least, as the suite has it found: by steps along the gradient, which grow
/// after ten good ones and shrink after a bad one. Steps are chosen by plain numbers, so that they
/// leave no guard in a recording.
pub fn least<R: Real<Number = f64>, const D: usize>(
    start: [R; D],
    value: impl Fn([R; D]) -> R,
    gradient: impl Fn([R; D]) -> [R; D],
) -> [R; D] {
    const CLOSE: f64 = 1e-5;
    let (mut x, mut y, mut slopes) = (start, value(start), gradient(start));
    let (mut good, mut rate) = (0, 1e-5);
    while length(slopes) > CLOSE {
        if good == 10 {
            (good, rate) = (0, 2.0 * rate);
            continue;
        }
        let next: [R; D] = from_fn(|i| x[i] - slopes[i] * rate);
        if length::<f64, D>(from_fn(|i| next[i].number() - x[i].number())) <= CLOSE {
            break;
        }
        let there = value(next);
        if there.number() < y.number() {
            (x, y, slopes, good) = (next, there, gradient(next), good + 1);
        } else {
            (good, rate) = (0, rate / 2.0);
        }
    }
    x
}
