//! The conventions of `docs/conventions.md`, one test of the same name each.
//!
//! Every case runs on tapes of `f64`, `f32` and dual numbers, as a scalar entry and as an element
//! of a matrix, and on a dual number without a tape, whose dual part must be the derivative that
//! the rule gives.

use nalgebra::dmatrix;
use num_dual::Dual64;
use std::f64::consts::PI;
use tape::{Scalar, Tape, Var};

#[path = "conventions/choices.rs"]
mod choices;
#[path = "conventions/functions.rs"]
mod functions;
#[path = "conventions/rows.rs"]
mod rows;
#[path = "conventions/structure.rs"]
mod structure;

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// Equality for which NaN is NaN; finite numbers may differ in the last places of `f32`.
fn same(x: f64, y: f64) -> bool {
    let close = y.is_finite() && (x - y).abs() <= 1e-6 * y.abs();
    x == y || close || (x.is_nan() && y.is_nan())
}

#[track_caller]
fn expect(what: &str, found: f64, expected: f64) {
    assert!(same(found, expected), "{what} is {found}, not {expected}");
}

/// [`expect`], and 0 is told from −0.
#[track_caller]
fn expect_value(what: &str, found: f64, expected: f64) {
    expect(what, found, expected);
    let sign = expected.is_nan() || found.is_sign_negative() == expected.is_sign_negative();
    assert!(sign, "{what} is {found}, not {expected}");
}

/// A function of one number: its value and derivative at a point, on every kind of number.
macro_rules! unary {
    ($f:ident at $x:expr => $value:expr, $derivative:expr) => {{
        let (x, value, derivative): (f64, f64, f64) = ($x, $value, $derivative);
        let name = format!("{}({x:?})", stringify!($f));
        unary!(@on f64, $f, x, value, derivative, name);
        unary!(@on f32, $f, x, value, derivative, name);
        unary!(@on Dual64, $f, x, value, derivative, name);
        let dual = Var::from(Dual64::new(x, 1.0)).$f().value();
        expect_value(&format!("dual {name}"), dual.re, value);
        expect(&format!("d dual {name}"), dual.eps, derivative);
    }};
    (@on $number:ty, $f:ident, $x:ident, $value:ident, $derivative:ident, $name:ident) => {{
        let tape = Tape::<$number>::default();
        let x = tape.var(<$number as Scalar>::from_f64($x));
        let y = x.$f();
        expect_value(&$name, y.value().to_f64(), $value);
        expect(&format!("d {}", $name), y.gradient().of(x).to_f64(), $derivative);
        let x = tape.matrix(&dmatrix![<$number as Scalar>::from_f64($x)]);
        let y = x.$f();
        expect_value(&$name, y.value()[0].to_f64(), $value);
        expect(&format!("d {}", $name), y.sum().gradient().of(x).values()[0].to_f64(), $derivative);
    }};
}

/// A function of two numbers: its value and its derivatives by both.
macro_rules! binary {
    (|$a:ident, $b:ident| $f:expr, at $x:expr, $y:expr => $value:expr, $dx:expr, $dy:expr) => {{
        let name = format!("{} at {:?}, {:?}", stringify!($f), $x, $y);
        binary!(@on f64, |$a, $b| $f, $x, $y, $value, $dx, $dy, name);
        binary!(@on f32, |$a, $b| $f, $x, $y, $value, $dx, $dy, name);
        binary!(@on Dual64, |$a, $b| $f, $x, $y, $value, $dx, $dy, name);
        // The arithmetic of dual numbers multiplies the other part by 0, which makes ∞ into NaN.
        let finite = [$value, $dx, $dy].iter().all(|x: &f64| x.is_finite());
        let directions = if finite { 2 } else { 0 };
        let along = [(1.0, 0.0, $dx), (0.0, 1.0, $dy)];
        for (along_x, along_y, derivative) in along.into_iter().take(directions) {
            let $a = Var::from(Dual64::new($x, along_x));
            let $b = Var::from(Dual64::new($y, along_y));
            let dual = ($f).value();
            expect_value(&format!("dual {name}"), dual.re, $value);
            expect(&format!("d dual {name}, by {along_x} {along_y}"), dual.eps, derivative);
        }
    }};
    (
        @on $number:ty, |$a:ident, $b:ident| $f:expr, $x:expr, $y:expr,
        $value:expr, $dx:expr, $dy:expr, $name:ident
    ) => {{
        let number = <$number as Scalar>::from_f64;
        let tape = Tape::<$number>::default();
        let ($a, $b) = (tape.var(number($x)), tape.var(number($y)));
        let z = $f;
        expect_value(&$name, z.value().to_f64(), $value);
        let gradient = z.gradient();
        expect(&format!("dx {}", $name), gradient.of($a).to_f64(), $dx);
        expect(&format!("dy {}", $name), gradient.of($b).to_f64(), $dy);
    }};
}

// Kinks

#[test]
fn relu_at_zero() {
    unary!(relu at 0.0 => 0.0, 0.0);
    unary!(relu at -0.0 => 0.0, 0.0);
}

#[test]
fn relu_of_nan() {
    unary!(relu at NAN => NAN, 1.0);
}

#[test]
fn abs_at_zero() {
    unary!(abs at 0.0 => 0.0, 0.0);
    unary!(abs at -0.0 => 0.0, 0.0);
}

#[test]
fn max_and_min_at_a_tie() {
    binary!(|x, y| x.max(y), at 2.0, 2.0 => 2.0, 1.0, 0.0);
    binary!(|x, y| x.min(y), at 2.0, 2.0 => 2.0, 1.0, 0.0);
    binary!(|x, y| x.max(y), at 0.0, -0.0 => 0.0, 1.0, 0.0);
}

#[test]
fn max_and_min_of_nan() {
    binary!(|x, y| x.max(y), at NAN, 2.0 => NAN, 0.0, 1.0);
    binary!(|x, y| x.max(y), at 2.0, NAN => NAN, 0.0, 1.0);
    binary!(|x, y| x.min(y), at NAN, 2.0 => NAN, 0.0, 1.0);
    binary!(|x, y| x.min(y), at 2.0, NAN => NAN, 0.0, 1.0);
}

#[test]
fn hypot_at_the_origin() {
    binary!(|x, y| x.hypot(y), at 0.0, 0.0 => 0.0, 0.0, 0.0);
}

#[test]
fn hypot_of_large_and_small() {
    let root = 0.5_f64.sqrt();
    let tape = Tape::new();
    for size in [1e300, 1e-300] {
        let (x, y) = (tape.var(size), tape.var(size));
        let z = x.hypot(y);
        expect("hypot", z.value() / size, 2.0_f64.sqrt());
        expect("dx", z.gradient().of(x), root);
        let dual = Var::from(Dual64::new(size, 1.0))
            .hypot(Dual64::from(size))
            .value();
        expect("dual", dual.re / size, 2.0_f64.sqrt());
        expect("dx dual", dual.eps, root);
    }
}

#[test]
fn atan2_at_the_origin() {
    binary!(|x, y| x.atan2(y), at 0.0, 0.0 => 0.0, NAN, NAN);
}

#[test]
fn atan2_on_the_cut() {
    binary!(|x, y| x.atan2(y), at 0.0, -2.0 => PI, -0.5, 0.0);
    binary!(|x, y| x.atan2(y), at -0.0, -2.0 => -PI, -0.5, 0.0);
}

// Edges of domains

#[test]
fn sqrt_at_zero() {
    unary!(sqrt at 0.0 => 0.0, INF);
    unary!(sqrt at -0.0 => -0.0, INF);
}

#[test]
fn cbrt_at_zero() {
    unary!(cbrt at 0.0 => 0.0, INF);
    unary!(cbrt at -0.0 => -0.0, INF);
}

#[test]
fn logarithms_at_the_edge() {
    unary!(ln at 0.0 => -INF, INF);
    unary!(log2 at 0.0 => -INF, INF);
    unary!(log10 at 0.0 => -INF, INF);
    unary!(ln_1p at -1.0 => -INF, INF);
}

#[test]
fn inverse_functions_at_the_edge() {
    unary!(asin at 1.0 => PI / 2.0, INF);
    unary!(asin at -1.0 => -PI / 2.0, INF);
    unary!(acos at 1.0 => 0.0, -INF);
    unary!(acos at -1.0 => PI, -INF);
    unary!(acosh at 1.0 => 0.0, INF);
    unary!(atanh at 1.0 => INF, INF);
    unary!(atanh at -1.0 => -INF, INF);
}

#[test]
fn outside_the_domain_all_is_nan() {
    unary!(sqrt at -1.0 => NAN, NAN);
    unary!(ln at -1.0 => NAN, NAN);
    unary!(log2 at -1.0 => NAN, NAN);
    unary!(log10 at -1.0 => NAN, NAN);
    unary!(ln_1p at -2.0 => NAN, NAN);
    unary!(asin at 2.0 => NAN, NAN);
    unary!(acos at -2.0 => NAN, NAN);
    unary!(acosh at 0.5 => NAN, NAN);
    unary!(atanh at 2.0 => NAN, NAN);
}

#[test]
fn poles() {
    unary!(recip at 0.0 => INF, -INF);
    unary!(recip at -0.0 => -INF, -INF);
    binary!(|x, y| x / y, at 1.0, 0.0 => INF, INF, -INF);
    binary!(|x, y| x / y, at 0.0, 0.0 => NAN, INF, NAN);
}

// Powers

#[test]
fn powers_of_zero() {
    binary!(|x, y| x.powf(y), at 0.0, 2.0 => 0.0, 0.0, 0.0);
    binary!(|x, y| x.powf(y), at 0.0, 1.0 => 0.0, 1.0, 0.0);
    binary!(|x, y| x.powf(y), at 0.0, 0.5 => 0.0, INF, 0.0);
    binary!(|x, y| x.powf(y), at 0.0, 0.0 => 1.0, 0.0, 0.0);
    binary!(|x, y| x.powf(y), at 0.0, -1.0 => INF, -INF, -INF);
}

#[test]
fn powers_of_negative_numbers() {
    binary!(|x, y| x.powf(y), at -2.0, 3.0 => -8.0, 12.0, NAN);
    binary!(|x, y| x.powf(y), at -2.0, 2.0 => 4.0, -4.0, NAN);
    binary!(|x, y| x.powf(y), at -2.0, -1.0 => -0.5, -0.25, NAN);
    binary!(|x, y| x.powf(y), at -2.0, 0.5 => NAN, NAN, NAN);
}

#[test]
fn powers_with_a_plain_exponent() {
    let tape = Tape::new();
    let x = tape.var(-2.0);
    let y = x.powf(Var::from(3.0));
    assert_eq!((y.value(), y.gradient().of(x)), (-8.0, 12.0));
}

#[test]
fn anything_to_the_power_of_zero() {
    for x in [2.0, -2.0, INF, NAN] {
        let tape = Tape::new();
        let x = tape.var(x);
        let y = x.powf(Var::from(0.0));
        assert_eq!((y.value(), y.gradient().of(x)), (1.0, 0.0));
    }
}

#[test]
fn integer_powers_of_zero() {
    for (n, value, derivative) in [(0, 1.0, 0.0), (1, 0.0, 1.0), (2, 0.0, 0.0), (-1, INF, -INF)] {
        let tape = Tape::new();
        let x = tape.var(0.0);
        let y = x.powi(n);
        expect("x^n", y.value(), value);
        expect("d x^n", y.gradient().of(x), derivative);
        let dual = Var::from(Dual64::new(0.0, 1.0)).powi(n).value();
        expect("x^n", dual.re, value);
        expect("d x^n", dual.eps, derivative);
    }
}

// IEEE arithmetic

#[test]
fn zero_times_infinity() {
    let tape = Tape::new();
    let x = tape.var(0.0);
    let y = x.sqrt() * 0.0;
    assert!(
        y.gradient().of(x).is_nan(),
        "0 · ∞ in a visited entry shows"
    );
    binary!(|x, y| x * y, at 0.0, INF => NAN, INF, 0.0);
}

#[test]
fn overflow_goes_to_infinity() {
    unary!(exp at 800.0 => INF, INF);
    unary!(exp at -800.0 => 0.0, 0.0);
    unary!(exp2 at 2000.0 => INF, INF);
    unary!(exp_m1 at 800.0 => INF, INF);
    unary!(sinh at -800.0 => -INF, INF);
}

#[test]
fn saturation_is_exact_at_infinity() {
    unary!(sigmoid at INF => 1.0, 0.0);
    unary!(sigmoid at -INF => 0.0, 0.0);
    unary!(tanh at INF => 1.0, 0.0);
    unary!(tanh at -INF => -1.0, 0.0);
    unary!(softplus at INF => INF, 1.0);
    unary!(softplus at -INF => 0.0, 0.0);
    unary!(log_sigmoid at INF => -0.0, 0.0);
    unary!(log_sigmoid at -INF => -INF, 1.0);
    unary!(log_sigmoid at -1e30 => -1e30, 1.0);
    unary!(atan at INF => PI / 2.0, 0.0);
    unary!(relu at -INF => 0.0, 0.0);
    unary!(relu at INF => INF, 1.0);
}

#[test]
fn nan_goes_through() {
    unary!(abs at NAN => NAN, NAN);
    unary!(sin at NAN => NAN, NAN);
    unary!(sigmoid at NAN => NAN, NAN);
    unary!(softplus at NAN => NAN, NAN);
    unary!(log_sigmoid at NAN => NAN, NAN);
    unary!(tanh at NAN => NAN, NAN);
    unary!(sqrt at NAN => NAN, NAN);
    binary!(|x, y| x + y, at NAN, 1.0 => NAN, 1.0, 1.0);
    binary!(|x, y| x * y, at NAN, 2.0 => NAN, 2.0, NAN);
    binary!(|x, y| x.hypot(y), at NAN, 1.0 => NAN, NAN, NAN);
    binary!(|x, y| x.atan2(y), at NAN, 1.0 => NAN, NAN, NAN);
}

#[test]
fn every_convention_is_documented_and_every_documented_one_is_tested() {
    let (page, tests) = (
        include_str!("../../../docs/conventions.md"),
        concat!(
            include_str!("conventions.rs"),
            include_str!("conventions/choices.rs"),
            include_str!("conventions/functions.rs"),
            include_str!("conventions/rows.rs"),
            include_str!("conventions/structure.rs"),
        ),
    );
    // Whose tests have more than the page.
    let numbers = concat!(
        include_str!("numbers.rs"),
        include_str!("numbers/slopes.rs")
    );
    let tested: Vec<&str> = tests
        .split("#[test]\nfn ")
        .skip(1)
        .filter_map(|test| test.split("()").next())
        .filter(|name| !name.starts_with("every_convention"))
        .collect();
    let documented: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| "))
        .filter_map(|line| line.rsplit('`').nth(1))
        .collect();
    for name in &tested {
        assert!(documented.contains(name), "{name} is not on the page");
    }
    for name in &documented {
        let elsewhere = numbers.contains(&format!("#[test]\nfn {name}()"));
        assert!(tested.contains(name) || elsewhere, "{name} is not tested");
    }
    assert!(tested.len() > 30);
}
