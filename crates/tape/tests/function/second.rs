//! Derivatives of functions as functions, Hessians, and products with them.

use nalgebra::{DMatrix, DVector};
use tape::{EntryId, Error, Function, Outputs, Structure, Tape, Values, Var, Workspace};

fn close(found: &DMatrix<f64>, expected: &DMatrix<f64>) {
    let scale = expected.amax().max(1.0);
    assert!(
        (found - expected).amax() <= 1e-11 * scale,
        "{found} is not {expected}"
    );
}

fn rosenbrock<'t>(x: &[Var<'t>]) -> Var<'t> {
    let pairs = x
        .windows(2)
        .map(|x| (1.0 - x[0]).square() + 100.0 * (x[1] - x[0] * x[0]).square());
    pairs.sum()
}

fn rosenbrock_hessian(x: &[f64]) -> DMatrix<f64> {
    let n = x.len();
    let mut hessian = DMatrix::zeros(n, n);
    for i in 0..n - 1 {
        hessian[(i, i)] += 2.0 - 400.0 * (x[i + 1] - 3.0 * x[i] * x[i]);
        hessian[(i + 1, i + 1)] += 200.0;
        hessian[(i, i + 1)] -= 400.0 * x[i];
        hessian[(i + 1, i)] -= 400.0 * x[i];
    }
    hessian
}

#[test]
fn hessians_and_products_by_hand() {
    let f = Function::scalar(rosenbrock);
    for n in [2, 7, 30] {
        let x: Vec<f64> = (0..n).map(|i| (i as f64 * 0.7).sin()).collect();
        let expected = rosenbrock_hessian(&x);
        close(&f.hessian(&x).unwrap(), &expected);
        close(&tape::hessian(rosenbrock, &x), &expected);
        let v: Vec<f64> = (0..n).map(|i| (i as f64 * 1.3).cos()).collect();
        let product = &expected * DVector::from_vec(v.clone());
        let product = DMatrix::from_columns(&[product]);
        close(
            &DMatrix::from_column_slice(n, 1, &f.hvp(&x, &v).unwrap()),
            &product,
        );
        close(
            &DMatrix::from_column_slice(n, 1, &tape::hvp(rosenbrock, &x, &v)),
            &product,
        );
        // Reverse over reverse is the same, as the Hessian is symmetric.
        let reverse = f.derivative().unwrap().vjp(&x, &v).unwrap();
        close(&DMatrix::from_column_slice(n, 1, &reverse), &product);
    }
}

#[test]
fn derivatives_of_derivatives() {
    let f = Function::scalar(|x| (x[0] * 2.0).sin() * x[0].exp());
    // (2 cos 2x + sin 2x) eˣ is the imaginary part of (1 + 2i) e^((1 + 2i) x), and so on.
    let (mut re, mut im) = (1.0_f64, 0.0_f64);
    let mut derivative = f;
    for order in 0..5 {
        let x = 0.4_f64;
        let expected = (re * (2.0 * x).sin() + im * (2.0 * x).cos()) * x.exp();
        let found = derivative.value(&[x]).unwrap();
        assert!(
            (found / expected - 1.0).abs() < 1e-12,
            "{order}: {found} is not {expected}"
        );
        (re, im) = (re - 2.0 * im, im + 2.0 * re);
        derivative = derivative.derivative().unwrap();
    }
}

#[test]
fn a_derivative_keeps_to_the_branches() {
    let f = Function::scalar(|x| {
        if x[0] < x[1] {
            x[0].powi(3)
        } else if x[0] > 10.0 {
            x[0] * x[1]
        } else {
            x[1].sin() * x[0].square()
        }
    });
    let at = |x: f64, y: f64| f.hessian(&[x, y]).unwrap();
    for _ in 0..2 {
        close(&at(2.0, 3.0), &nalgebra::dmatrix![12.0, 0.0; 0.0, 0.0]);
        close(&at(20.0, 3.0), &nalgebra::dmatrix![0.0, 1.0; 1.0, 0.0]);
        let (x, y) = (4.0_f64, 3.0_f64);
        let mixed = 2.0 * x * y.cos();
        close(
            &at(x, y),
            &nalgebra::dmatrix![2.0 * y.sin(), mixed; mixed, -x * x * y.sin()],
        );
    }
}

#[test]
fn kinks_are_chosen_anew_by_every_replay() {
    // No comparison is recorded: one recording serves all points.
    let f = Function::scalar(|x| x[0].abs() * x[0] + x[0].max(x[1] * x[1]) + (x[0] * x[1]).relu());
    for (x, y) in [
        (1.0, 2.0),
        (-1.0, 2.0),
        (5.0, 1.0),
        (5.0, -1.0),
        (-3.0, 0.5),
    ] {
        let hessian = f.hessian(&[x, y]).unwrap();
        let bend = if x >= y * y { 0.0 } else { 2.0 };
        let mixed = if x * y > 0.0 { 1.0 } else { 0.0 };
        let sign = if x > 0.0 { 2.0 } else { -2.0 };
        close(&hessian, &nalgebra::dmatrix![sign, mixed; mixed, bend]);
    }
    assert_eq!(f.recordings(), 0);
}

#[test]
fn matrices_and_names() {
    let inputs = Structure::new()
        .matrix("w", 2, 3)
        .data_matrix("x", 3, 4)
        .scalar("s");
    let f = Function::new(inputs.clone(), |at| {
        let hidden = (at.matrix("w") * at.matrix("x")).tanh();
        Outputs::from((hidden * at.scalar("s")).exp().sum())
    });
    let mut point = Values::new(inputs);
    for (i, number) in point.numbers_mut().iter_mut().enumerate() {
        *number = (i as f64 * 0.9).sin() * 0.5;
    }
    let derivative = f.derivative().unwrap();
    assert_eq!(derivative.outputs(&point).unwrap().to_string(), "w 2×3, s");
    let gradient = f.gradient(&point).unwrap();
    let recorded = derivative.values(&point).unwrap();
    let pairs = gradient.iter().zip(&recorded);
    assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-13));
    // The Hessian against differences of gradients.
    let hessian = f.hessian(&point).unwrap();
    let h = 1e-5;
    let moved = |j: usize, by: f64| {
        let mut point = point.clone();
        let at = if j < 6 { j } else { 18 };
        point.numbers_mut()[at] += by;
        DVector::from_vec(f.gradient(&point).unwrap())
    };
    for j in 0..7 {
        let slope = (moved(j, h) - moved(j, -h)) / (2.0 * h);
        assert!((hessian.column(j) - slope).amax() < 1e-8);
    }
    assert!((&hessian - hessian.transpose()).amax() < 1e-13);
}

#[test]
fn a_function_of_a_tape_has_derivatives_too() {
    let tape = Tape::new();
    let x = tape.var(2.0).named("x");
    let m = tape
        .matrix(&nalgebra::dmatrix![1.0, 2.0; 3.0, 4.0])
        .named("m");
    let y = ((m * x).sin().sum() * x).named("y");
    let inputs = [EntryId::Scalar(x.id()), EntryId::Matrix(m.id())];
    let output = [EntryId::Scalar(y.id())];
    let f = Function::of_tape(tape, &inputs, &output).unwrap();
    let derivative = f.derivative().unwrap();
    let at = [0.5, 0.1, 0.2, 0.3, 0.4];
    assert_eq!(derivative.outputs(&at).unwrap().to_string(), "x, m 2×2");
    let (gradient, recorded) = (f.gradient(&at).unwrap(), derivative.values(&at).unwrap());
    assert!(
        gradient
            .iter()
            .zip(&recorded)
            .all(|(a, b)| (a - b).abs() < 1e-14)
    );
    let closure = Function::new(Structure::new().scalar("x").matrix("m", 2, 2), |at| {
        let x = at.scalar("x");
        Outputs::from((at.matrix("m") * x).sin().sum() * x)
    });
    close(&f.hessian(&at).unwrap(), &closure.hessian(&at).unwrap());
    let third = derivative.derivative().unwrap_err();
    assert_eq!(third, Error::NotOneResult { found: 5 });
}

#[test]
fn into_given_memory_without_allocating() {
    let f = Function::scalar(rosenbrock);
    let (mut workspace, mut product) = (Workspace::new(), [0.0; 3]);
    let mut hessian = DMatrix::zeros(3, 3);
    let mut evaluate = |k: f64| {
        let x = [k, 0.5, -k];
        f.hvp_into(&x, &[1.0, k, 0.0], &mut product, &mut workspace)
            .unwrap();
        f.hessian_into(&x, &mut hessian, &mut workspace).unwrap();
    };
    evaluate(0.1);
    let again = allocation_counter::measure(|| evaluate(0.7));
    assert_eq!(again.count_total, 0);
    let error = Function::vector(|x| vec![x[0], x[1]])
        .hessian(&[1.0, 2.0])
        .unwrap_err();
    assert_eq!(error, Error::NotOneResult { found: 2 });
}
