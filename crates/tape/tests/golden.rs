//! Values and derivatives against numbers computed elsewhere: `scripts/golden` says how.

use std::str::SplitWhitespace;
use tape::{Tape, Var, log_sum_exp};

#[path = "golden/composites.rs"]
mod composites;

/// What an op may differ by, in units of the last place for each unit of the condition number. The elementary functions of
/// the C library are good to one or two of them, and a formula uses up to three.
const ULPS: f64 = 8.0;

/// Applies a scalar rule by its name.
fn apply<'t>(op: &str, x: &[Var<'t>]) -> Var<'t> {
    if let Some(n) = op.strip_prefix("powi ") {
        return x[0].powi(n.parse().unwrap());
    }
    match op {
        "neg" => -x[0],
        "recip" => x[0].recip(),
        "square" => x[0].square(),
        "sqrt" => x[0].sqrt(),
        "cbrt" => x[0].cbrt(),
        "exp" => x[0].exp(),
        "exp2" => x[0].exp2(),
        "exp_m1" => x[0].exp_m1(),
        "ln" => x[0].ln(),
        "ln_1p" => x[0].ln_1p(),
        "log2" => x[0].log2(),
        "log10" => x[0].log10(),
        "sin" => x[0].sin(),
        "cos" => x[0].cos(),
        "tan" => x[0].tan(),
        "asin" => x[0].asin(),
        "acos" => x[0].acos(),
        "atan" => x[0].atan(),
        "sinh" => x[0].sinh(),
        "cosh" => x[0].cosh(),
        "tanh" => x[0].tanh(),
        "asinh" => x[0].asinh(),
        "acosh" => x[0].acosh(),
        "atanh" => x[0].atanh(),
        "abs" => x[0].abs(),
        "relu" => x[0].relu(),
        "sigmoid" => x[0].sigmoid(),
        "softplus" => x[0].softplus(),
        "add" => x[0] + x[1],
        "sub" => x[0] - x[1],
        "mul" => x[0] * x[1],
        "div" => x[0] / x[1],
        "powf" => x[0].powf(x[1]),
        "atan2" => x[0].atan2(x[1]),
        "max" => x[0].max(x[1]),
        "min" => x[0].min(x[1]),
        "hypot" => x[0].hypot(x[1]),
        "log_sum_exp" => log_sum_exp(x),
        _ => panic!("the data have an op {op} that the test does not know"),
    }
}

fn numbers(cell: &str) -> Vec<f64> {
    cell.split_whitespace().map(|x| x.parse().unwrap()).collect()
}

/// How many units of the last place, times the condition, two numbers are apart.
fn apart(found: f64, expected: f64, condition: f64) -> f64 {
    // Below the normal numbers there are no relative errors.
    let ulp = f64::EPSILON * expected.abs() + f64::MIN_POSITIVE;
    (found - expected).abs() / (ulp * condition.max(1.0))
}

#[test]
fn every_op_agrees_with_mpmath() {
    let mut wrong = Vec::new();
    let mut seen = std::collections::BTreeMap::new();
    let lines = include_str!("golden/ops.tsv").lines();
    for line in lines {
        let cells: Vec<&str> = line.split('\t').collect();
        let [op, operands, value, condition, slopes @ ..] = &cells[..] else { panic!("{line}") };
        let tape = Tape::new();
        let leaves = tape.vars(&numbers(operands));
        let result = apply(op, &leaves);
        let gradient = result.gradient();
        let (value, condition) = (numbers(value)[0], numbers(condition)[0]);
        let mut compare = |what: &str, found: f64, expected: f64, condition: f64| {
            let apart = apart(found, expected, condition);
            if apart.is_nan() || apart > ULPS {
                wrong.push(format!("{what} of {op}({operands}): {found:e}, not {expected:e}, {apart:.1} ulp"));
            }
        };
        compare("value", result.value(), value, condition);
        for (i, slope) in slopes.chunks(2).enumerate() {
            let what = format!("derivative by operand {i}");
            compare(&what, gradient.of(leaves[i]), numbers(slope[0])[0], numbers(slope[1])[0]);
        }
        *seen.entry(op.split(' ').next().unwrap()).or_insert(0) += 1;
    }
    let names = tape::ops::rules().into_iter().map(|rule| rule.name()).chain(["powi", "log_sum_exp"]);
    for name in names {
        assert!(seen.get(name).is_some_and(|&count| count >= 10), "{name} has hardly any points");
    }
    assert!(wrong.is_empty(), "{} of {} points:\n{}", wrong.len(), seen.values().sum::<i32>(), wrong.join("\n"));
}

/// A list of words, read one after the other.
fn next<'w>(words: &mut SplitWhitespace<'w>) -> &'w str {
    words.next().expect("another word on the line")
}
