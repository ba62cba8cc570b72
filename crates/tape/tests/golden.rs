//! Values and derivatives against numbers computed elsewhere: `scripts/golden` says how.

use num_dual::{Dual, Dual2};
use std::collections::BTreeMap;
use tape::{MatrixVar, Scalar, Tape, Var, apply_rule, log_sum_exp, norm};

#[path = "golden/composites.rs"]
mod composites;
#[path = "golden/machine.rs"]
mod machine;

/// What a number may differ by, in units of the last place for each unit of the condition number.
/// The elementary functions of the C library are good to one of them, and a formula uses up to
/// three; a second derivative is a sum of products of such.
const ULPS: [f64; 3] = [4.0, 4.0, 16.0];

/// Applies a rule by its name, to handles of a tape or to numbers.
fn scalar_by_name<'t, T: Scalar>(op: &str, x: &[Var<'t, T>]) -> Var<'t, T> {
    match op.split_once(' ') {
        Some(("powi", n)) => x[0].powi(n.parse().unwrap()),
        Some(("log_softmax", place)) => of_row(x, |row| {
            row.log_softmax().element(0, place.parse().unwrap())
        }),
        _ if op == "row_variances" => of_row(x, |row| row.row_variances().element(0, 0)),
        _ if op == "log_sum_exp" => log_sum_exp(x),
        _ if op == "norm" => norm(x),
        _ => apply_rule(op, x).unwrap_or_else(|| panic!("no rule {op} of {} operands", x.len())),
    }
}

/// A number that is made of a row of numbers, on their tape if they have one.
fn of_row<'t, T: Scalar>(
    x: &[Var<'t, T>],
    f: impl for<'s> Fn(MatrixVar<'s, T>) -> Var<'s, T>,
) -> Var<'t, T> {
    match x[0].tape() {
        Some(tape) => f(tape.assemble(1, x.len(), x)),
        None => f(Tape::default().assemble(1, x.len(), x)).value().into(),
    }
}

/// The methods of one operand, by their names.
macro_rules! by_name {
    ($op:expr, $x:expr; $($method:ident)*) => {
        match $op {
            "neg" => -$x,
            $(stringify!($method) => $x.$method(),)*
            op => panic!("the programs have an op {op} that the test does not know"),
        }
    };
}

/// Applies a scalar rule to every element by its name.
fn matrix_by_name<'t, T: Scalar>(op: &str, x: MatrixVar<'t, T>) -> MatrixVar<'t, T> {
    by_name!(op, x; recip square sqrt cbrt exp exp2 exp_m1 ln ln_1p log2 log10
        sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh abs relu sigmoid softplus
        log_sigmoid)
}

fn numbers(cell: &str) -> Vec<f64> {
    cell.split_whitespace()
        .map(|x| x.parse().unwrap())
        .collect()
}

/// A line of the data.
struct Point<'a> {
    op: &'a str,
    operands: &'a str,
    /// Numbers with their conditions: value, first derivatives, second derivatives. `None` where
    /// there is no normal number.
    expected: Vec<Option<(f64, f64)>>,
}

/// What differs from the data.
#[derive(Default)]
struct Differences {
    compared: usize,
    wrong: Vec<String>,
}

impl Differences {
    fn compare<T: Scalar>(&mut self, point: &Point<'_>, what: &str, found: T, at: (usize, usize)) {
        let (degree, place) = at;
        let Some(&Some((expected, condition))) = point.expected.get(place) else {
            return;
        };
        self.compared += 1;
        // Below the normal numbers there are no relative errors.
        let smallest = if T::EPSILON > 1e-10 {
            f64::from(f32::MIN_POSITIVE)
        } else {
            f64::MIN_POSITIVE
        };
        let unit = (T::EPSILON * expected.abs() + smallest) * condition.max(1.0);
        let apart = (found.to_f64() - expected).abs() / unit;
        if apart.is_nan() || apart > ULPS[degree] {
            let (op, operands) = (point.op, point.operands);
            let found = found.to_f64();
            self.wrong.push(format!(
                "{what} of {op}({operands}): {found:e}, not {expected:e}, {apart:.1} ulp"
            ));
        }
    }

    /// The rule on a tape of plain numbers: value and first derivatives.
    fn plain<T: Scalar>(&mut self, point: &Point<'_>) -> T {
        let tape = Tape::<T>::default();
        let numbers: Vec<T> = numbers(point.operands)
            .into_iter()
            .map(T::from_f64)
            .collect();
        let leaves = tape.vars(&numbers);
        let y = scalar_by_name(point.op, &leaves);
        let gradient = y.gradient();
        self.compare(point, "the value", y.value(), (0, 0));
        for (i, &leaf) in leaves.iter().enumerate() {
            let what = format!("the slope by operand {i}");
            self.compare(point, &what, gradient.of(leaf), (1, 1 + i));
        }
        y.value()
    }
}

/// The rule on dual numbers along each operand: of first order on a tape, whose gradient has second
/// derivatives as dual parts, and of second order by themselves.
macro_rules! on_duals {
    ($differences:ident, $point:ident, $real:ty) => {{
        let value: $real = $differences.plain($point);
        let numbers = numbers($point.operands);
        let count = numbers.len();
        for k in (0..count).filter(|_| count <= 2) {
            let part = |i: usize| if i == k { 1.0 } else { 0.0 };
            let number = |i: usize| numbers[i] as $real;
            let tape = Tape::<Dual<$real>>::default();
            let leaves: Vec<Dual<$real>> =
                (0..count).map(|i| Dual::new(number(i), part(i))).collect();
            let leaves = tape.vars(&leaves);
            let y = scalar_by_name($point.op, &leaves);
            let what = format!("the dual value along {k}");
            assert_eq!(
                y.value().re.to_bits(),
                value.to_bits(),
                "{} {}",
                $point.op,
                $point.operands
            );
            $differences.compare($point, &what, y.value().eps, (1, 1 + k));
            let gradient = y.gradient();
            for (i, &leaf) in leaves.iter().enumerate() {
                let what = format!("the slope by operand {i}, along {k}");
                $differences.compare($point, &what, gradient.of(leaf).eps, (2, 1 + count + i + k));
            }
            let second: Vec<Var<'_, Dual2<$real>>> = (0..count)
                .map(|i| Dual2::new(number(i), part(i), 0.0).into())
                .collect();
            let y = scalar_by_name($point.op, &second).value();
            assert_eq!(
                y.re.to_bits(),
                value.to_bits(),
                "{} {}",
                $point.op,
                $point.operands
            );
            let what = format!("Dual2 along {k}");
            $differences.compare($point, &what, y.v1, (1, 1 + k));
            $differences.compare($point, &what, y.v2, (2, 1 + count + 2 * k));
        }
    }};
}

#[test]
fn every_op_agrees_with_mpmath() {
    let mut differences = Differences::default();
    let mut seen = BTreeMap::new();
    for line in include_str!("golden/ops.tsv").lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let [kind, op, operands, expected @ ..] = &cells[..] else {
            panic!("{line}")
        };
        let number = |cell: &[&str]| match cell[0] {
            "-" => None,
            number => Some((number.parse().unwrap(), cell[1].parse().unwrap())),
        };
        let expected = expected.chunks(2).map(number).collect();
        let point = &Point {
            op,
            operands,
            expected,
        };
        match *kind {
            "f64" => on_duals!(differences, point, f64),
            "f32" => on_duals!(differences, point, f32),
            kind => panic!("{kind} is no type of number"),
        }
        let name = op.split(' ').next().unwrap();
        *seen.entry((*kind, name)).or_insert(0) += 1;
    }
    let rules = tape::rules::all();
    let names = rules.iter().map(|rule| rule.name());
    for name in names.chain([
        "powi",
        "log_sum_exp",
        "log_softmax",
        "norm",
        "row_variances",
    ]) {
        for kind in ["f64", "f32"] {
            let count = seen.get(&(kind, name)).copied().unwrap_or(0);
            assert!(count >= 30, "{name} has {count} points in {kind}");
        }
    }
    let points: usize = seen.values().sum();
    assert!(points >= 20_000, "{points} points");
    let (wrong, compared) = (&differences.wrong, differences.compared);
    assert!(
        wrong.is_empty(),
        "{} of {compared} numbers at {points} points:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_page_on_testing_promises_no_more_points_than_there_are() {
    let page = include_str!("../../../docs/testing.md");
    let points = include_str!("golden/ops.tsv").lines().count();
    assert!(
        page.contains("more than 25,000 points") && points > 25_000,
        "{points} points"
    );
}
