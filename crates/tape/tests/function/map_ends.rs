//! Many inputs at the ends of the number range: every scalar function, its value and its slopes.

use nalgebra::DMatrix;
use tape::{Function, InstructionSet, Mapper, Scalar, Var};

/// Every scalar function that a handle has, of two numbers.
fn every_function<'t, T: Scalar>(x: &[Var<'t, T>]) -> Vec<Var<'t, T>> {
    let (a, b) = (x[0], x[1]);
    let of_one = [
        -a,
        a.recip(),
        a.square(),
        a.sqrt(),
        a.cbrt(),
        a.exp(),
        a.exp2(),
        a.exp_m1(),
        a.ln(),
        a.ln_1p(),
        a.log2(),
        a.log10(),
        a.sin(),
        a.cos(),
        a.tan(),
        a.asin(),
        a.acos(),
        a.atan(),
        a.sinh(),
        a.cosh(),
        a.tanh(),
        a.asinh(),
        a.acosh(),
        a.atanh(),
        a.abs(),
        a.relu(),
        a.sigmoid(),
        a.softplus(),
        a.log_sigmoid(),
        a.powi(2),
        a.powi(-3),
        a.powi(7),
    ];
    let number = T::from_f64(0.75);
    let of_two = [
        a + b,
        a - b,
        a * b,
        a / b,
        a.powf(b),
        a.powf(number),
        a.atan2(b),
        a.max(b),
        a.min(b),
        a.hypot(b),
        a.greater_than(b) * a,
        b * number,
        b / number,
    ];
    of_one.into_iter().chain(of_two).collect()
}

/// Every function at the ends of the number range: exact results are a tape's, fast ones are near
/// them, and infinite, NaN or 0 where these are.
fn at_the_ends<T: Scalar>(ends: &[f64]) {
    let f = Function::<T>::of_vector(|x| every_function(x));
    let count = ends.len();
    let inputs = DMatrix::from_fn(count * count, 2, |i, j| {
        T::from_f64(ends[if j == 0 { i % count } else { i / count }])
    });
    let units = |x: T, y: T| {
        let (x, y) = (x.to_f64(), y.to_f64());
        if x == y || (x.is_nan() && y.is_nan()) {
            return 0.0;
        }
        (x - y).abs() / (T::EPSILON * y.abs()).max(f64::MIN_POSITIVE)
    };
    for set in InstructionSet::all() {
        for is_exact in [true, false] {
            let mapper = Mapper::new().instruction_set(set);
            let mut mapper = if is_exact { mapper.exact() } else { mapper };
            let values = mapper.values(&f, &inputs).unwrap();
            let slopes = mapper.jacobians(&f, &inputs).unwrap();
            let most = if is_exact { 0.0 } else { 64.0 };
            for i in 0..inputs.nrows() {
                let x = [inputs[(i, 0)], inputs[(i, 1)]];
                let expected = f.values(&x).unwrap();
                for (k, &expected) in expected.iter().enumerate() {
                    let mut seeds = vec![T::zero(); values.ncols()];
                    seeds[k] = T::one();
                    let gradient = f.vjp(&x, &seeds).unwrap();
                    let found = [values[(i, k)], slopes[k][(i, 0)], slopes[k][(i, 1)]];
                    for (found, expected) in
                        found.into_iter().zip([expected, gradient[0], gradient[1]])
                    {
                        let is_near = units(found, expected) <= most;
                        assert!(
                            is_near,
                            "{set}, exact {is_exact}, {k} at {x:?}: {found} {expected}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn every_function_at_the_ends_of_the_number_range() {
    let common = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        -0.7,
        3.0,
        -20.0,
        80.0,
        1e6,
        f64::NAN,
    ];
    let infinite = [f64::INFINITY, f64::NEG_INFINITY];
    let doubles = [
        1e-310,
        -1e-310,
        1e-300,
        1e300,
        -1e300,
        709.5,
        -745.0,
        2.3e-16,
        f64::MAX,
    ];
    at_the_ends::<f64>(&[&common[..], &infinite, &doubles].concat());
    let singles = [
        1e-40,
        -1e-40,
        1e-30,
        1e30,
        -1e30,
        88.6,
        -103.0,
        6.1e-8,
        f64::from(f32::MAX),
    ];
    at_the_ends::<f32>(&[&common[..], &infinite, &singles].concat());
}
