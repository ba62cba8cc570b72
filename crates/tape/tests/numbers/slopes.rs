//! Values and slopes at the ends of the number range and at infinity.

use super::close;
use nalgebra::DMatrix;
use tape::{Scalar, Seed, Tangents, Tape, Var};

const INF: f64 = f64::INFINITY;

/// A value and a derivative, recorded in numbers of type `T`.
#[track_caller]
fn expect<T: Scalar>(
    f: impl for<'t> Fn(Var<'t, T>) -> Var<'t, T>,
    (x, value, slope): (f64, f64, f64),
) {
    let tape = Tape::<T>::default();
    let x = tape.var(T::from_f64(x));
    let y = f(x);
    let what = format!("f({:e})", x.value().to_f64());
    close(&what, y.value(), value, 4.0);
    close(&format!("slope of {what}"), y.gradient().of(x), slope, 4.0);
    // Along the tape, a tangent may overflow where a cotangent does not.
    if tape.len() == 2 {
        let mut along = Tangents::new();
        let seed = Seed::scalar(x, T::one());
        tape.push_forward(seed, &mut along).unwrap();
        close(&format!("tangent of {what}"), along.of(y), slope, 4.0);
    }
}

/// A point, a power and its slope, by `powf`, which is right to a bit or two.
fn power(x: f64, n: f64) -> (f64, f64, f64) {
    (x, x.powf(n), n * x.powf(n - 1.0))
}

#[test]
fn whole_powers_of_any_size() {
    let slope = -5.6906263931321675e-306;
    expect::<f64>(|x| x.powi(-1023), (2.0, 1.1125369292536007e-308, slope));
    expect::<f64>(|x| x.powi(-308), (10.0, 1e-308, -3.08e-307));
    expect::<f64>(|x| x.powi(-315), (10.0, 1e-315, -3.15e-314));
    expect::<f64>(|x| x.powi(-3), (1e105, 1e-315, 0.0));
    expect::<f64>(|x| x.powi(1000), power(1.0625, 1000.0));
    expect::<f64>(|x| x.powi(i32::MIN), (1.0, 1.0, f64::from(i32::MIN)));
    let (value, slope) = (3_f64.powi(-80), -80.0 * 3_f64.powi(-81));
    expect::<f32>(|x| x.powi(-80), (3.0, value, slope));
    expect::<f32>(|x| x.powi(-3), (-2.0, -0.125, -0.1875));
}

#[test]
fn inverse_hyperbolic_functions_of_any_size() {
    let large = 1e308;
    expect::<f64>(|x| x.acosh(), (large, 709.889355822726, 1e-308));
    expect::<f64>(|x| x.asinh(), (large, 709.889355822726, 1e-308));
    expect::<f64>(|x| x.asinh(), (-large, -709.889355822726, 1e-308));
    let (large, value) = (f64::from(2e38_f32), 88.8845278629222);
    expect::<f32>(|x| x.acosh(), (large, value, 1.0 / large));
    expect::<f32>(|x| x.asinh(), (large, value, 1.0 / large));
    let edge: f64 = -1.0 + 1e-10;
    let value = -0.5 * ((1.0 - edge).ln() - (1.0 + edge).ln());
    expect::<f64>(
        |x| x.atanh(),
        (edge, value, 1.0 / ((1.0 + edge) * (1.0 - edge))),
    );
    for x in [0.1_f64, 0.5, 1.0 - 1e-10, 1e-300, 3.0, 1e30] {
        let (minus, plus) = (Scalar::atanh(-x), Scalar::atanh(x));
        assert!(minus == -plus || plus.is_nan(), "atanh is odd");
        assert_eq!(Scalar::asinh(-x), -Scalar::asinh(x));
    }
}

#[test]
fn a_cotangent_may_be_small_where_a_slope_is_large() {
    expect::<f64>(|x| (1.0 / x).ln(), (1e-160, 368.4136148790473, -1e160));
    expect::<f64>(|x| x.recip().ln(), (1e-160, 368.4136148790473, -1e160));
    expect::<f64>(|x| (x / x.value()).ln(), (1e-310, 0.0, 1.0 / 1e-310));
    let small = f64::from(1e-20_f32);
    expect::<f32>(|x| (1.0 / x).ln(), (small, -small.ln(), -1.0 / small));
    let small = f64::from(1e-25_f32);
    let root = (1.0 / small).sqrt();
    expect::<f32>(|x| (1.0 / x).sqrt(), (small, root, -0.5 * root / small));
    expect::<f64>(|x| (x / 1e-309) * 0.0, (1e-310, 0.0, 0.0));
    expect::<f64>(|x| x.square() * 1e-200, (1e308, INF, 2e108));
    expect::<f64>(
        |x| x.exp() * 1e-200,
        (720.0, INF, 1e-200 * 360_f64.exp() * 360_f64.exp()),
    );
    expect::<f64>(
        |x| x.ln() * 1e-200,
        (1e-310, -713.8013788281542e-200, 1e-200 / 1e-310),
    );
}

/// Of every rule whose slope may overflow, with the values mpmath has.
#[test]
fn a_factor_may_bring_back_a_slope_that_overflows() {
    let exp2 = 7.974821938827416e109;
    expect::<f64>(|x| x.exp2() * 1e-200, (1030.0, INF, exp2));
    let (sinh, exp) = (2.460350465131908e112, 4.920700930263816e112);
    expect::<f64>(|x| x.exp_m1() * 1e-200, (720.0, INF, exp));
    expect::<f64>(|x| x.sinh() * 1e-200, (720.0, INF, sinh));
    expect::<f64>(|x| x.sinh() * 1e-200, (-720.0, -INF, sinh));
    expect::<f64>(|x| x.cosh() * 1e-200, (720.0, INF, sinh));
    expect::<f64>(|x| x.cosh() * 1e-200, (-720.0, INF, -sinh));
    expect::<f64>(|x| x.square() * 1e-200, (1.25e308, INF, 2.5e108));
    let (log2, slope) = (-1.0297977094150823e-197, 1.442695040888968e110);
    expect::<f64>(|x| x.log2() * 1e-200, (1e-310, log2, slope));
    let (log10, slope) = (-3.1e-198, 4.342_944_819_032_531e109);
    expect::<f64>(|x| x.log10() * 1e-200, (1e-310, log10, slope));
    expect::<f64>(|y| (1e-100 / y) * 1e-200, (1e-220, 1e-80, -1e140));
    expect::<f64>(|x| x.powf(3.0) * 1e-200, (1e160, INF, 3e120));
    expect::<f64>(|x| x.powi(3) * 1e-200, (1e160, INF, 3e120));
    expect::<f64>(|x| x.powi(10) * 1e-100, (1.6e34, INF, 6.8719476736e208));
    expect::<f64>(|x| x.powf(10.0) * 1e-100, (1.6e34, INF, 6.8719476736e208));
    expect::<f64>(|x| x.powf(-2.0) * 1e-200, (-1e-160, INF, 2e280));
    let slope = 3.684136148790473e122;
    expect::<f64>(|y| Var::from(1e160).powf(y) * 1e-200, (2.0, INF, slope));
    // The exponent may be small instead of the cotangent.
    expect::<f64>(|x| x.powf(1e-200), (1e-320, 1.0, 1e-200 / 1e-320));
}

/// A matrix's slopes are multiplied many at a time; the first contribution to the operand is
/// written, the second added.
#[test]
fn lost_slopes_are_found_wherever_they_stand_in_a_matrix() {
    // Everywhere but at these places the slopes are ordinary.
    let places = [0, 63, 64, 100, 199];
    let at = |k: usize| {
        if places.contains(&k) {
            -760.0
        } else {
            k as f64 / 100.0
        }
    };
    let x = DMatrix::from_fn(200, 1, |i, _| at(i));
    let tape = Tape::new();
    let taped = tape.matrix(&x);
    let total = (taped.exp() * 1e200).sum() + (taped.exp() * 2e200).sum();
    let gradient = total.gradient().of(taped).to_matrix();
    for k in 0..200 {
        let tape = Tape::new();
        let x = tape.var(at(k));
        let slope = (x.exp() * 1e200).gradient().of(x) + (x.exp() * 2e200).gradient().of(x);
        assert!(
            slope > 0.0 && (gradient[k] / slope - 1.0).abs() < 1e-15,
            "at {k}"
        );
    }
}

/// Of every rule whose slope may vanish, with the values mpmath has.
#[test]
fn a_factor_may_bring_back_a_slope_that_vanishes() {
    let exp = 8.633636377213886e-131;
    expect::<f64>(|x| x.exp() * 1e200, (-760.0, 0.0, exp));
    expect::<f64>(|x| x.exp_m1() * 1e200, (-760.0, -1e200, exp));
    expect::<f64>(|x| x.sigmoid() * 1e200, (-760.0, 0.0, exp));
    expect::<f64>(|x| x.sigmoid() * 1e200, (760.0, 1e200, exp));
    expect::<f64>(|x| x.softplus() * 1e200, (-760.0, 0.0, exp));
    expect::<f32>(|x| x.sigmoid() * 1e30, (-110.0, 0.0, 1.68891188022453e-18));
    let exp2 = 5.103054783141442e-132;
    expect::<f64>(|x| x.exp2() * 1e200, (-1100.0, 0.0, exp2));
    let tanh = 3.4534545508855545e-130;
    expect::<f64>(|x| x.tanh() * 1e200, (380.0, 1e200, tanh));
    expect::<f64>(|x| x.tanh() * 1e200, (-380.0, -1e200, tanh));
    let value = 1e300 * std::f64::consts::FRAC_PI_2;
    expect::<f64>(|x| x.atan() * 1e300, (1e200, value, 1e-100));
    expect::<f64>(|x| x.atan2(1.0) * 1e300, (1e200, value, 1e-100));
    expect::<f64>(|x| x.recip() * 1e300, (-1e200, -1e100, -1e-100));
    expect::<f64>(|y| (2.0 / y) * 1e300, (1e200, 2e100, -2e-100));
    expect::<f64>(|x| x.powi(-2) * 1e300, (1e150, 1.0, -2e-150));
    expect::<f64>(|x| x.powf(-2.5) * 1e300, (1e120, 1.0, -2.5e-120));
    let slope = 3.914394658089879e-38;
    expect::<f64>(|y| Var::from(1e170).powf(y) * 1e300, (-2.0, 0.0, slope));
}

#[test]
fn slopes_at_infinity_are_their_limits() {
    expect::<f64>(|x| x.powf(0.3), (INF, INF, 0.0));
    expect::<f64>(|x| x.powf(-0.3), (INF, 0.0, 0.0));
    expect::<f32>(|x| x.powf(0.3), (INF, INF, 0.0));
    expect::<f64>(|y| Var::from(INF).powf(y), (-0.3, 0.0, 0.0));
    expect::<f64>(|y| Var::from(0.5).powf(y), (INF, 0.0, 0.0));
    expect::<f64>(|x| x.powf(INF), (0.5, 0.0, 0.0));
    expect::<f64>(|x| Var::from(1.0).atan2(x), (INF, 0.0, 0.0));
    expect::<f64>(|x| x.atan2(INF), (1.0, 0.0, 0.0));
    expect::<f64>(|x| x.atan2(1.0), (INF, std::f64::consts::FRAC_PI_2, 0.0));
    expect::<f64>(|x| x.hypot(1.0), (INF, INF, 1.0));
    expect::<f64>(|x| x.hypot(1.0), (-INF, INF, -1.0));
    expect::<f64>(|x| Var::from(1.0).hypot(x), (INF, INF, 1.0));
    expect::<f64>(|x| x.hypot(INF), (1.0, INF, 0.0));
}

#[test]
fn slopes_of_lengths_that_overflow() {
    expect::<f64>(
        |x| x.hypot(x.value()) * 0.5,
        (1.7e308, INF, 0.5 * 0.5_f64.sqrt()),
    );
    expect::<f64>(
        |x| x.atan2(x.value()),
        (1e-310, 0.25 * std::f64::consts::PI, INF),
    );
    expect::<f64>(
        |x| x.atan2(x.value()) * 1e-100,
        (1e-310, 0.25e-100 * std::f64::consts::PI, 0.5e-100 / 1e-310),
    );
}

/// What a cotangent may be, a tangent may be, too.
#[test]
fn a_tangent_may_be_small_where_a_slope_is_large() {
    let tape = Tape::new();
    let (x, small) = (tape.var(1e-160), 1e-200);
    let (quotient, inverse) = (1.0 / x, x.recip());
    let mut along = Tangents::new();
    let seed = Seed::scalar(x, small);
    tape.push_forward(seed, &mut along).unwrap();
    close("the tangent of a quotient", along.of(quotient), -1e120, 4.0);
    close("the tangent of an inverse", along.of(inverse), -1e120, 4.0);
}
