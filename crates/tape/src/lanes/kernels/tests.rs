//! How far the kernels are from the standard library's functions, in units of the last place.

use super::*;

type Function = fn(f64) -> f64;

/// Points that crowd zero and both ends of a range: uniform in the logarithm, of both signs, and
/// uniform.
fn points(most: f64) -> impl Iterator<Item = f64> {
    let fractions = (0..100_000).map(|k| (0.618_033_988_749_895 * f64::from(k)).fract());
    fractions.flat_map(move |u| {
        let small = most * 2.0_f64.powf(-60.0 * u);
        [small, -small, most * (2.0 * u - 1.0)]
    })
}

fn ulps(found: f64, expected: f64) -> f64 {
    if found == expected {
        return 0.0;
    }
    let unit = expected.abs().next_up() - expected.abs();
    (found - expected).abs() / unit
}

/// The largest distance, over the points at which the kernel has an answer; panics unless it has
/// one nearly everywhere.
fn largest(name: &str, kernel: Function, standard: Function, range: (f64, f64)) -> f64 {
    let (low, high) = range;
    let inside = points(high.max(-low)).filter(|x| (low..=high).contains(x));
    let (mut worst, mut missing, mut all) = ((0.0, 0.0), 0, 0);
    for x in inside {
        all += 1;
        let (found, expected) = (kernel(x), standard(x));
        if found.is_nan() {
            missing += 1;
            continue;
        }
        let apart = ulps(found, expected);
        if apart > worst.0 {
            worst = (apart, x);
        }
    }
    println!(
        "{name}: {:.2} at {:e}, {missing} of {all} left",
        worst.0, worst.1
    );
    assert!(missing * 50 <= all, "{name}: {missing} of {all} left");
    worst.0
}

macro_rules! kernels_and_bounds {
    ($fused:literal) => {
        [
            (
                "exp",
                exp::<$fused> as Function,
                f64::exp as Function,
                (-750.0, 710.0),
                1.0,
            ),
            ("exp2", exp2::<$fused>, f64::exp2, (-1080.0, 1030.0), 1.0),
            ("exp_m1", exp_m1::<$fused>, f64::exp_m1, (-50.0, 709.0), 2.0),
            ("sinh", sinh::<$fused>, f64::sinh, (-708.0, 708.0), 2.0),
            ("cosh", cosh::<$fused>, f64::cosh, (-708.0, 708.0), 2.0),
            ("tanh", tanh::<$fused>, f64::tanh, (-25.0, 25.0), 3.0),
            ("ln", ln::<$fused>, f64::ln, (0.0, 1e300), 1.0),
            ("ln_1p", ln_1p::<$fused>, f64::ln_1p, (-0.999, 1e300), 2.0),
            ("sin", sin::<$fused>, f64::sin, (-1e5, 1e5), 1.0),
            ("cos", cos::<$fused>, f64::cos, (-1e5, 1e5), 1.0),
        ]
    };
}

#[test]
fn kernels_are_within_a_few_units_of_the_last_place() {
    let with = kernels_and_bounds!(true);
    let without = kernels_and_bounds!(false);
    for (name, kernel, standard, range, bound) in with.into_iter().chain(without) {
        let found = largest(name, kernel, standard, range);
        assert!(
            found <= bound,
            "{name}: {found} units, {bound} are promised"
        );
    }
}

#[test]
fn powers_are_within_a_unit_of_the_last_place() {
    let mut worst = 0.0_f64;
    for (k, x) in points(1e3).enumerate() {
        let (x, y) = (x.abs(), 300.0 * (0.754_877_666 * k as f64).fract() - 150.0);
        for y in [y, 0.01 * y] {
            let (found, expected) = (pow::<true>(x, y), x.powf(y));
            if !found.is_nan() {
                worst = worst.max(ulps(found, expected));
            }
        }
    }
    println!("pow: {worst:.2}");
    assert!(worst <= 1.0, "{worst}");
    assert!(pow::<false>(2.0, 3.0).is_nan() && pow::<true>(-2.0, 3.0).is_nan());
    assert_eq!(pow::<true>(2.0, 10.0), 1024.0);
}

#[test]
fn near_multiples_of_a_quarter_turn_digits_are_kept() {
    for k in 1..60_000 {
        let x = f64::from(k) * std::f64::consts::FRAC_PI_2;
        for (found, expected) in [
            (sin::<true>(x), x.sin()),
            (cos::<true>(x), x.cos()),
            (sin::<false>(x), x.sin()),
            (cos::<false>(x), x.cos()),
        ] {
            assert!(ulps(found, expected) <= 1.0, "{x}: {found} for {expected}");
        }
    }
}

#[test]
fn ends_zeros_and_what_is_no_number() {
    for (name, kernel, standard, ..) in kernels_and_bounds!(true) {
        for x in [
            0.0,
            -0.0,
            f64::MIN_POSITIVE,
            5e-324,
            -5e-324,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ] {
            let (found, expected) = (kernel(x), standard(x));
            let same = found.to_bits() == expected.to_bits();
            assert!(
                same || found.is_nan(),
                "{name} of {x:e}: {found:e}, not {expected:e}"
            );
        }
        assert!(kernel(f64::NAN).is_nan(), "{name}");
    }
    assert_eq!(
        (exp::<true>(710.0), exp::<true>(-746.0)),
        (f64::INFINITY, 0.0)
    );
    assert!(ln::<true>(-1.0).is_nan() && sin::<true>(1e6).is_nan() && sinh::<true>(709.5).is_nan());
}
