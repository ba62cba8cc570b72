//! Values and derivatives against numbers computed elsewhere: `scripts/golden` says how.

use tape::{MatrixVar, Tape, Var, log_sum_exp};

#[path = "golden/composites.rs"]
mod composites;

/// What an op may differ by, in units of the last place for each unit of the condition number. The
/// elementary functions of the C library are good to one of them, and a formula uses up to three.
const ULPS: f64 = 4.0;

/// The methods of one operand, by their names.
macro_rules! by_name {
    ($op:expr, $x:expr; $($method:ident)*) => {
        match $op {
            "neg" => -$x,
            $(stringify!($method) => $x.$method(),)*
            op => panic!("the data have an op {op} that the test does not know"),
        }
    };
    ($op:expr, $x:expr) => {
        by_name!($op, $x; recip square sqrt cbrt exp exp2 exp_m1 ln ln_1p log2 log10
            sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh abs relu sigmoid softplus)
    };
}

/// Applies a scalar rule by its name.
fn scalar_by_name<'t>(op: &str, x: &[Var<'t>]) -> Var<'t> {
    match (op, x) {
        ("log_sum_exp", _) => log_sum_exp(x),
        ("add", &[x, y]) => x + y,
        ("sub", &[x, y]) => x - y,
        ("mul", &[x, y]) => x * y,
        ("div", &[x, y]) => x / y,
        ("powf", &[x, y]) => x.powf(y),
        ("atan2", &[x, y]) => x.atan2(y),
        ("max", &[x, y]) => x.max(y),
        ("min", &[x, y]) => x.min(y),
        ("hypot", &[x, y]) => x.hypot(y),
        (op, &[x]) => match op.strip_prefix("powi ") {
            Some(n) => x.powi(n.parse().unwrap()),
            None => by_name!(op, x),
        },
        _ => panic!("{op} of {} operands", x.len()),
    }
}

/// Applies a scalar rule to every element by its name.
fn matrix_by_name<'t>(op: &str, x: MatrixVar<'t>) -> MatrixVar<'t> {
    by_name!(op, x)
}

fn numbers(cell: &str) -> Vec<f64> {
    cell.split_whitespace()
        .map(|x| x.parse().unwrap())
        .collect()
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
        let [op, operands, value, condition, slopes @ ..] = &cells[..] else {
            panic!("{line}")
        };
        let tape = Tape::new();
        let leaves = tape.vars(&numbers(operands));
        let result = scalar_by_name(op, &leaves);
        let gradient = result.gradient();
        let (value, condition) = (numbers(value)[0], numbers(condition)[0]);
        let mut compare = |what: &str, found: f64, expected: f64, condition: f64| {
            let apart = apart(found, expected, condition);
            if apart.is_nan() || apart > ULPS {
                wrong.push(format!(
                    "{what} of {op}({operands}): {found:e}, not {expected:e}, {apart:.1} ulp"
                ));
            }
        };
        compare("value", result.value(), value, condition);
        for (i, slope) in slopes.chunks(2).enumerate() {
            let what = format!("derivative by operand {i}");
            compare(
                &what,
                gradient.of(leaves[i]),
                numbers(slope[0])[0],
                numbers(slope[1])[0],
            );
        }
        *seen.entry(op.split(' ').next().unwrap()).or_insert(0) += 1;
    }
    let names = tape::rules::all()
        .into_iter()
        .map(|rule| rule.name())
        .chain(["powi", "log_sum_exp"]);
    for name in names {
        assert!(
            seen.get(name).is_some_and(|&count| count >= 10),
            "{name} has hardly any points"
        );
    }
    assert!(
        wrong.is_empty(),
        "{} of {} points:\n{}",
        wrong.len(),
        seen.values().sum::<i32>(),
        wrong.join("\n")
    );
}
