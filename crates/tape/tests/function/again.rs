//! Gradients that are asked for again and again, which are computed in runs after a while: they
//! have the bits of a replay and a sweep.

use super::programs::Program;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::array::from_fn;
use tape::{Error, Function, Outputs, Structure, Var, Workspace};

/// How many random programs are tried, unless the environment variable `PROGRAMS` says otherwise.
const PROGRAMS: u64 = 100;
/// At how many points each: more than are computed before there are runs.
const POINTS: usize = 50;

fn is_in_runs(workspace: &Workspace) -> bool {
    format!("{workspace:?}").contains("in runs")
}

/// Value and gradient at a point are those of a replay and a sweep.
fn compare(f: &Function, x: &[f64], workspace: &mut Workspace) {
    let values = f.values(x).unwrap();
    let expected = f.vjp(x, &[1.0]).unwrap();
    let mut gradient = vec![f64::NAN; expected.len()];
    let value = f.value_and_gradient_into(x, &mut gradient, workspace);
    assert_eq!(value.unwrap().to_bits(), values[0].to_bits(), "at {x:?}");
    let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let same = bits(&gradient) == bits(&expected);
    assert!(same, "{gradient:?} is not {expected:?} at {x:?}");
}

#[test]
fn the_same_program_on_many_numbers() {
    let programs = std::env::var("PROGRAMS").map_or(PROGRAMS, |count| {
        count.parse().expect("PROGRAMS is a number")
    });
    let (mut in_runs, mut branching) = (0, 0);
    for seed in 0..programs {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let program = Program::random(&mut random).without_matrices();
        let copies = random.random_range(10..40);
        let (inputs, own) = (program.inputs, program.clone());
        let f = Function::scalar(move |x: &[Var<'_>]| {
            let terms = x.chunks(inputs).map(|x| own.run(x)[0]);
            terms.reduce(|sum, term| sum + term).expect("some copies")
        });
        let base: Vec<f64> = (0..inputs * copies)
            .map(|_| random.random_range(-2.0..2.0))
            .collect();
        let mut workspace = Workspace::new();
        for point in 0..POINTS {
            let width = if point % 20 == 19 { 0.1 } else { 1e-4 };
            let near = |x: &f64| x + width * random.random_range(-1.0..1.0);
            let x: Vec<f64> = base.iter().map(near).collect();
            compare(&f, &x, &mut workspace);
        }
        in_runs += u64::from(is_in_runs(&workspace));
        branching += u64::from(f.recordings() > 1);
    }
    println!("{programs} programs, {in_runs} in runs, {branching} took several branches");
    assert!(in_runs * 3 > programs && branching * 20 > programs);
}

macro_rules! numbers_at_the_ends_of_the_range {
    ($($test:ident $Float:ident $small:literal $ends:expr;)*) => {
        $(#[test]
        fn $test() {
            type V<'t> = Var<'t, $Float>;
            let ends: [$Float; 16] = $ends;
            let rules: [for<'t> fn(V<'t>, V<'t>) -> V<'t>; 12] = [
                |a, b| a / b,
                |a, b| a * b - b / 3.0,
                |a, _| a.recip(),
                |a, _| a.sqrt() * 2.0,
                |a, _| a.square(),
                |a, b| a.max(b) + a.abs(),
                |a, b| a.min(b).relu(),
                |a, _| a.powi(-2),
                |a, b| a.powf(b),
                |a, b| a.tanh() * b.exp(),
                |a, b| 2.0 / a - (1.0 - b),
                |a, b| a.hypot(b) + a.atan2(b),
            ];
            for rule in rules {
                let f = Function::of_scalar(move |x: &[V<'_>]| {
                    let (left, right) = x.split_at(x.len() / 2);
                    let terms = left.iter().zip(right).map(|(&a, &b)| rule(a, b) * $small);
                    terms.reduce(|sum, term| sum - term).expect("some numbers")
                });
                let mut workspace = Workspace::new();
                for k in 0..POINTS {
                    let x: [$Float; 32] = from_fn(|i| ends[(i * (k + 1) + k / 7) % 16]);
                    let values = f.values(&x).unwrap();
                    let expected = f.vjp(&x, &[1.0]).unwrap();
                    let mut gradient = [0.0; 32];
                    let value = f.value_and_gradient_into(&x, &mut gradient, &mut workspace);
                    // A NaN may be any NaN.
                    let alike = |x: $Float, y: $Float| {
                        x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan())
                    };
                    assert!(alike(value.unwrap(), values[0]), "at {x:?}");
                    for (found, expected) in gradient.iter().zip(&expected) {
                        let same = alike(*found, *expected);
                        assert!(same, "{found:e} is not {expected:e} at {x:?}");
                    }
                }
                assert!(format!("{workspace:?}").contains("in runs"));
            }
        })*
    };
}
numbers_at_the_ends_of_the_range! {
    doubles_at_the_ends_of_the_range f64 1e-200 [
        0.0, -0.0, 1e-320, -5e-324, 1e-170, 1e-300, 0.5, -3.0, 1e155, 1e200, -1e308, f64::MAX,
        f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 2.0,
    ];
    singles_at_the_ends_of_the_range f32 1e-25 [
        0.0, -0.0, 1e-44, -1.5e-45, 1e-20, 1e-38, 0.5, -3.0, 1e19, 1e30, -1e38, f32::MAX,
        f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 2.0,
    ];
}

#[test]
fn single_precision_data_and_numbers_that_stay() {
    let inputs = Structure::new()
        .data_scalars("data", 40)
        .scalars("slope", 2);
    let f = Function::<f32>::of_parts(inputs, |at| {
        let (data, slope) = (at.scalars("data"), at.scalars("slope"));
        let squares = data.chunks(2).map(|pair| {
            let off = pair[1] - (slope[0] * pair[0] + slope[1]);
            (off * off).ln_1p() * 0.5_f32
        });
        Outputs::from(squares.reduce(|sum, next| sum + next).expect("pairs"))
    });
    let mut workspace = Workspace::new();
    for k in 0..POINTS {
        let x: Vec<f32> = (0..42).map(|i| (i as f32 * 0.7 + k as f32).sin()).collect();
        let expected = f.vjp(&x[..], &[1.0]).unwrap();
        let mut gradient = [0.0; 2];
        let value = f.value_and_gradient_into(&x[..], &mut gradient, &mut workspace);
        assert_eq!(value.unwrap(), f.values(&x[..]).unwrap()[0]);
        assert_eq!(gradient[..], expected);
    }
    assert!(format!("{workspace:?}").contains("in runs"));
}

#[test]
fn a_wrong_length_or_a_workspace_of_two_functions_changes_nothing() {
    let sum_of = |power: i32| {
        Function::scalar(move |x: &[Var<'_>]| {
            let powers = x.iter().map(|x| x.powi(power));
            powers.reduce(|sum, next| sum + next).expect("numbers")
        })
    };
    let (squares, cubes) = (sum_of(2), sum_of(3));
    let mut workspace = Workspace::new();
    for k in 0..2 * POINTS {
        let x: Vec<f64> = (0..30).map(|i| f64::from(i) - k as f64).collect();
        compare(&squares, &x, &mut workspace);
        compare(&cubes, &x, &mut workspace);
        let mut short = [7.0; 29];
        let error = squares.value_and_gradient_into(&x, &mut short, &mut workspace);
        assert!(
            matches!(
                error,
                Err(Error::Length {
                    found: 29,
                    expected: 30
                })
            ),
            "{error:?}"
        );
        assert_eq!(short, [7.0; 29]);
        let few = squares.value_and_gradient_into(&x[1..], &mut short, &mut workspace);
        assert_eq!(few.unwrap(), x[1..].iter().map(|x| x * x).sum::<f64>());
        let (value, gradient) = squares.value_and_gradient(&x).unwrap();
        assert_eq!(value, x.iter().map(|x| x * x).sum::<f64>());
        assert!(gradient.iter().zip(&x).all(|(slope, x)| *slope == 2.0 * x));
    }
    assert!(is_in_runs(&workspace));
}
