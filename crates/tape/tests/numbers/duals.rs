//! Dual numbers of every kind: real parts are those of plain numbers, the others come from slopes.

use super::close;
use nalgebra::SVector;
use num_dual::{
    Derivative, Dual, Dual2, Dual3, Dual32, Dual64, DualSVec64, HyperDual, HyperHyperDual,
};
use tape::{Scalar, Var};

#[test]
fn powers_whose_parts_are_ordinary_numbers() {
    let (x, n) = (f64::from(1e-16_f32), f64::from(0.3_f32));
    let y = Dual32::new(1e-16, 1.0).powf(Dual::from(0.3));
    close("1e-16 ^ 0.3", y.re, x.powf(n), 4.0);
    close("its slope", y.eps, n * x.powf(n - 1.0), 8.0);
    let y = Dual64::new(1e154, 1.0).powf(Dual::from(0.25));
    close("1e154 ^ 0.25", y.re, 10_f64.powf(38.5), 4.0);
    close("its slope", y.eps, 0.25 * 10_f64.powf(-115.5), 8.0);

    let x = f64::from(0.1_f32);
    let y = Dual2::new(0.1_f32, 1.0, 0.0).powi(-20);
    close("0.1 ^ -20", y.re, x.powi(-20), 4.0);
    close("its slope", y.v1, -20.0 * x.powi(-21), 4.0);
    close("its second derivative", y.v2, 420.0 * x.powi(-22), 8.0);
    let y = Dual2::new(1e8, 1.0, 0.0).powi(-2);
    close("the second derivative of 1e8 ^ -2", y.v2, 6e-32, 8.0);
}

#[test]
fn slopes_where_a_formula_of_dual_parts_would_be_lost() {
    let y = Dual64::from(2.0).atan2(Dual::new(0.0, 1.0));
    close("the angle of (0, 2)", y.eps, -0.5, 1.0);
    for size in [1e154, 1e200, 1e307] {
        close("asinh", Dual64::new(size, 1.0).asinh().eps, 1.0 / size, 4.0);
    }
    let y = Dual2::new(1e30_f32, 1.0, 0.0).hypot(Dual2::from(5.0));
    close("hypot", y.v1, 1.0, 1.0);
}

/// The second derivative of a function of one number, by two ways through its rule.
macro_rules! second {
    ($f:ident at $x:expr => $second:expr) => {
        let (x, second): (f64, f64) = ($x, $second);
        let what = format!("the second derivative of {} at {x}", stringify!($f));
        close(
            &what,
            Var::from(Dual2::new(x, 1.0, 0.0)).$f().value().v2,
            second,
            16.0,
        );
        close(
            &what,
            Var::from(HyperDual::new(x, 1.0, 1.0, 0.0))
                .$f()
                .value()
                .eps1eps2,
            second,
            16.0,
        );
        let tape = tape::Tape::<Dual64>::default();
        let leaf = tape.var(Dual::new(x, 1.0));
        close(&what, leaf.$f().gradient().of(leaf).eps, second, 16.0);
    };
}

#[test]
fn second_derivatives_where_a_function_is_flat() {
    second!(tanh at 800.0 => 0.0);
    second!(tanh at -800.0 => 0.0);
    second!(tanh at 0.0 => 0.0);
    second!(atan at 1e200 => 0.0);
    second!(atan at -1e100 => 2e-300);
    second!(log10 at 9e307 => 0.0);
    second!(log2 at 9e307 => 0.0);
    second!(ln at 9e307 => 0.0);
    second!(sigmoid at 800.0 => 0.0);
    second!(softplus at -800.0 => 0.0);
    second!(asinh at 1e200 => 0.0);
    second!(recip at 1e200 => 0.0);
    second!(cbrt at 1e300 => 0.0);
    second!(sqrt at 1e300 => 0.0);
}

/// Every kind of dual number, at a point and along a direction: real part, first, second and third
/// derivative, as far as each has them.
macro_rules! every_kind {
    ($f:expr, $x:expr, $slopes:expr) => {{
        let x: f64 = $x;
        let [value, first, second, third]: [f64; 4] = $slopes;
        macro_rules! of {
            ($dual:expr) => {{
                let y = $f($dual);
                assert_eq!(
                    y.re.to_bits(),
                    value.to_bits(),
                    "a real part of another value"
                );
                y
            }};
        }
        close("Dual", of!(Dual::new(x, 1.0)).eps, first, 4.0);
        let parts = of!(Dual2::new(x, 1.0, 0.0));
        close("Dual2, first", parts.v1, first, 4.0);
        close("Dual2, second", parts.v2, second, 8.0);
        let parts = of!(Dual3::new(x, 1.0, 0.0, 0.0));
        close("Dual3, first", parts.v1, first, 4.0);
        close("Dual3, second", parts.v2, second, 8.0);
        close("Dual3, third", parts.v3, third, 16.0);
        let parts = of!(HyperDual::new(x, 1.0, 2.0, 0.0));
        close("HyperDual, along the first", parts.eps1, first, 4.0);
        close("HyperDual, along the second", parts.eps2, 2.0 * first, 4.0);
        close("HyperDual, along both", parts.eps1eps2, 2.0 * second, 8.0);
        let parts = of!(HyperHyperDual::new(x, 1.0, 2.0, 3.0, 0.0, 0.0, 0.0, 0.0));
        close("HyperHyperDual, 1", parts.eps1, first, 4.0);
        close("HyperHyperDual, 2", parts.eps2, 2.0 * first, 4.0);
        close("HyperHyperDual, 3", parts.eps3, 3.0 * first, 4.0);
        close("HyperHyperDual, 12", parts.eps1eps2, 2.0 * second, 8.0);
        close("HyperHyperDual, 13", parts.eps1eps3, 3.0 * second, 8.0);
        close("HyperHyperDual, 23", parts.eps2eps3, 6.0 * second, 8.0);
        close("HyperHyperDual, 123", parts.eps1eps2eps3, 6.0 * third, 16.0);
        let direction = Derivative::some(SVector::<f64, 2>::new(1.0, -2.0));
        let parts = of!(DualSVec64::new(x, direction)).eps.0.unwrap();
        close("DualSVec, along the first", parts[0], first, 4.0);
        close("DualSVec, along the second", parts[1], -2.0 * first, 4.0);
    }};
}

#[test]
fn every_kind_of_dual_number_has_the_derivatives_of_a_rule() {
    let x: f64 = 0.7;
    let e = x.exp();
    every_kind!(|x| Scalar::exp(x), x, [e, e, e, e]);
    let (s, c) = (x.sin(), x.cos());
    every_kind!(|x| Scalar::sin(x), x, [s, c, -s, -c]);
    let root = x.sqrt();
    let slopes = [root, 0.5 / root, -0.25 / (x * root), 0.375 / (x * x * root)];
    every_kind!(|x| Scalar::sqrt(x), x, slopes);
    let slopes = [
        Scalar::powi(x, 5),
        5.0 * x.powi(4),
        20.0 * x.powi(3),
        60.0 * x * x,
    ];
    every_kind!(|x| Scalar::powi(x, 5), x, slopes);
    let fourth = Scalar::powf(x, 1.5);
    let slopes = [fourth, 1.5 * root, 0.75 / root, -0.375 / (x * root)];
    every_kind!(|x| Scalar::powf(x, Scalar::from_f64(1.5)), x, slopes);
    // One over a number, by the quotient of two.
    let slopes = [1.0 / x, -1.0 / (x * x), 2.0 / x.powi(3), -6.0 / x.powi(4)];
    every_kind!(|x| Scalar::over(Scalar::from_f64(1.0), x), x, slopes);
}

/// The mixed derivatives of a function of two numbers that both vary.
#[test]
fn both_operands_may_vary() {
    let (x, y) = (2.0_f64, 3.0_f64);
    let z = Dual2::new(x, 1.0, 0.0).powf(Dual2::new(y, 1.0, 0.0));
    let along = x.ln() + y / x;
    close("first", z.v1, 8.0 * along, 4.0);
    let second = 8.0 * (along * along + 2.0 / x - y / (x * x));
    close("second", z.v2, second, 8.0);
    let z = HyperDual::new(x, 1.0, 0.0, 0.0).powf(HyperDual::new(y, 0.0, 1.0, 0.0));
    close("mixed", z.eps1eps2, 8.0 * (y / x * x.ln() + 1.0 / x), 4.0);
    let z = HyperDual::new(3.0, 1.0, 0.0, 0.0).hypot(HyperDual::new(4.0, 0.0, 1.0, 0.0));
    close("mixed hypot", z.eps1eps2, -12.0 / 125.0, 4.0);
    // A power of a negative number has a slope by its base, where the exponent does not vary.
    let z = Dual64::new(-2.0, 1.0).powf(Dual::from(3.0));
    assert_eq!((z.re, z.eps), (-8.0, 12.0));
}
