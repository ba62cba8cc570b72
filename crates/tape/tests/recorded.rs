//! Derivatives that are recordings, against sweeps and dual numbers.

#[path = "recorded/along.rs"]
mod along;
#[path = "recorded/composites.rs"]
mod composites;
#[path = "recorded/digits.rs"]
mod digits;
#[path = "recorded/turns.rs"]
mod turns;
#[path = "recorded/twice.rs"]
mod twice;

use num_dual::Dual64;
use tape::rules::{self, Rule};
use tape::{Tape, Var, apply_rule};

fn close(found: f64, expected: f64, what: &str) {
    let same = found == expected || found.is_nan() && expected.is_nan();
    let close = (found - expected).abs() <= 1e-11 * expected.abs().max(1e-3);
    assert!(same || close, "{what}: {found:e} is not {expected:e}");
}

/// First and second derivatives of a rule by each operand: recorded and swept, and by dual numbers.
fn compare(name: &str, point: &[f64]) {
    let tape = Tape::new();
    let x: Vec<Var> = point.iter().map(|&x| tape.var(x)).collect();
    let y = apply_rule(name, &x).unwrap();
    let by: Vec<_> = x.iter().map(|&x| x.into()).collect();
    let slopes = tape.differentiate(y, 1.0, &by).unwrap();
    let swept = y.gradient();
    for (i, slope) in slopes.iter().enumerate() {
        let what = format!("{name} at {point:?} by {i}");
        let slope = slope.scalar();
        close(slope.value(), swept.of(x[i]), &what);
        let lifted = Tape::<Dual64>::default();
        let duals: Vec<_> = point
            .iter()
            .enumerate()
            .map(|(k, &x)| lifted.var(Dual64::new(x, if k == i { 1.0 } else { 0.0 })))
            .collect();
        let along = apply_rule(name, &duals).unwrap().gradient();
        let second = slope.gradient();
        for k in 0..point.len() {
            close(
                second.of(x[k]),
                along.of(duals[k]).eps,
                &format!("{what} and {k}"),
            );
        }
    }
}

#[test]
fn every_rule_twice() {
    for rule in rules::all() {
        match rule {
            Rule::Unary { name, points, .. } => points.iter().for_each(|&x| compare(name, &[x])),
            Rule::Binary { name, points, .. } => {
                points.iter().for_each(|&(x, y)| compare(name, &[x, y]));
            }
        }
    }
}

#[test]
fn every_op_twice() {
    twice::assert_every_op_twice(tape::ops::all, tape::ops::all);
}

#[test]
fn sin_five_times() {
    let tape = Tape::new();
    let x = tape.var(0.7);
    let mut y = x.sin();
    let expected = [
        0.7_f64.cos(),
        -0.7_f64.sin(),
        -0.7_f64.cos(),
        0.7_f64.sin(),
        0.7_f64.cos(),
    ];
    for expected in expected {
        y = tape.differentiate(y, 1.0, &[x.into()]).unwrap()[0].scalar();
        close(y.value(), expected, "sin");
    }
    assert!(tape.len() < 30, "{}", tape.len());
}
