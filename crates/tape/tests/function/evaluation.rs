//! Values and derivatives at many points.

use nalgebra::{DMatrix, DVector, dmatrix, dvector};
use tape::{Function, Outputs, Real, Structure, Tape, Values, Var, Workspace};

#[test]
fn a_structure_is_empty_until_it_has_a_number() {
    assert!(Structure::new().is_empty());
    assert!(Structure::new().matrix("none", 0, 3).is_empty());
    assert!(!Structure::new().scalar("x").is_empty());
}

fn rosenbrock<R: Real<Number = f64>>(x: &[R]) -> R {
    let one = R::from_f64(1.0);
    let hundred = R::from_f64(100.0);
    x.windows(2)
        .map(|x| (one - x[0]).square() + hundred * (x[1] - x[0] * x[0]).square())
        .sum()
}

#[test]
fn a_gradient_has_the_bits_of_a_recording_of_its_own() {
    let f = Function::scalar(|x| rosenbrock(x));
    for k in 0..20 {
        let x: Vec<f64> = (0..7).map(|i| f64::from(i * k).sin()).collect();
        let (value, gradient) = tape::value_and_gradient(|x| rosenbrock(x), &x);
        assert_eq!(f.value_and_gradient(&x).unwrap(), (value, gradient.clone()));
        assert_eq!(f.value(&x).unwrap(), rosenbrock(&x));
        assert_eq!(f.gradient(&DVector::from_vec(x)).unwrap(), gradient);
    }
    assert_eq!(f.recordings(), 1);
}

#[test]
fn points_of_another_length_are_recorded_anew() {
    let f = Function::scalar(|x| rosenbrock(x));
    for n in [2, 5, 2, 3, 5] {
        let x = vec![0.5; n];
        assert_eq!(
            f.gradient(&x).unwrap(),
            tape::gradient(|x| rosenbrock(x), &x)
        );
    }
    assert_eq!(f.recordings(), 3);
}

/// Results of every kind: computed, an input itself, twice the same, a plain number.
fn several<'t>(x: &[Var<'t>]) -> Vec<Var<'t>> {
    let product = x[0] * x[1];
    let root = (x[2] + product).sqrt();
    vec![
        product,
        x[1],
        root.sin() / x[0],
        product,
        Var::from(7.0),
        x[0].max(x[2]),
    ]
}

#[test]
fn products_with_the_jacobian_are_its_products() {
    let f = Function::vector(several);
    let x = [0.7, 1.3, 2.1];
    let jacobian = f.jacobian(&x).unwrap();
    assert_eq!(jacobian.shape(), (6, 3));
    assert_eq!(jacobian, tape::jacobian(several, &x));
    assert_eq!(jacobian.row(1), dmatrix![0.0, 1.0, 0.0]);
    assert_eq!(jacobian.row(4), dmatrix![0.0, 0.0, 0.0]);
    let (w, v) = (
        dvector![1.0, -2.0, 0.5, 3.0, 9.0, 1.5],
        dvector![0.3, -1.0, 2.0],
    );
    let vjp = DVector::from_vec(f.vjp(&x, w.as_slice()).unwrap());
    let jvp = DVector::from_vec(f.jvp(&x, v.as_slice()).unwrap());
    assert!((vjp - jacobian.transpose() * &w).amax() < 1e-14);
    assert!((jvp - &jacobian * &v).amax() < 1e-14);
    let values = f.values(&x).unwrap();
    assert_eq!((values[1], values[4], values[5]), (1.3, 7.0, 2.1));
}

#[test]
fn a_jacobian_has_the_bits_of_sweeps_one_by_one() {
    // More of either than one sweep takes.
    for (rows, cols) in [(3, 40), (40, 3), (21, 21), (1, 1), (18, 5), (5, 18)] {
        let f = Function::vector(move |x| {
            let sums = (0..rows).map(|i| {
                let each = x.iter().enumerate();
                let terms =
                    each.map(|(j, &x)| (x * (1.0 + 0.1 * (i + 2 * j) as f64)).sin() / (1.0 + x));
                terms.sum::<Var>().exp()
            });
            sums.collect()
        });
        let x: Vec<f64> = (0..cols).map(|i| 0.1 + 0.03 * i as f64).collect();
        let jacobian = f.jacobian(&x).unwrap();
        assert_eq!(jacobian.shape(), (rows, cols));
        if rows < cols {
            for i in 0..rows {
                let mut seeds = vec![0.0; rows];
                seeds[i] = 1.0;
                let row: Vec<f64> = jacobian.row(i).iter().copied().collect();
                assert_eq!(f.vjp(&x, &seeds).unwrap(), row);
            }
        } else {
            for j in 0..cols {
                let mut direction = vec![0.0; cols];
                direction[j] = 1.0;
                let column: Vec<f64> = jacobian.column(j).iter().copied().collect();
                assert_eq!(f.jvp(&x, &direction).unwrap(), column);
            }
        }
    }
}

fn layer() -> (Structure, Function) {
    let inputs = Structure::new()
        .matrix("w", 3, 2)
        .data_matrix("x", 4, 3)
        .scalar("scale")
        .data_scalars("shift", 2);
    let f = Function::new(inputs.clone(), |at| {
        let shift = at.scalars("shift");
        let hidden = (at.matrix("x") * at.matrix("w") * at.scalar("scale")).tanh();
        let loss = (hidden.sum() - shift[0]).square() * shift[1].exp();
        Outputs::new().matrix("hidden", hidden).scalar("loss", loss)
    });
    (inputs, f)
}

fn layer_point(inputs: &Structure, k: usize) -> Values {
    let mut point = Values::new(inputs.clone());
    for (i, number) in point.numbers_mut().iter_mut().enumerate() {
        *number = ((i * 7 + k * 3) as f64 * 0.37).sin();
    }
    point
}

#[test]
fn matrices_scalars_and_data_by_name() {
    let (inputs, f) = layer();
    for k in 0..5 {
        let point = layer_point(&inputs, k);
        // The same on a tape of one's own.
        let tape = Tape::new();
        let w = tape.matrix(&point.part("w").matrix());
        let x = tape.input(&point.part("x").matrix());
        let scale = tape.var(point.part("scale").scalar());
        let shift = point.part("shift");
        let hidden = (x * w * scale).tanh();
        let loss = (hidden.sum() - shift.values()[0]).square() * shift.values()[1].exp();

        let values = f.values(&point).unwrap();
        let outputs = f.outputs(&point).unwrap();
        assert_eq!(outputs.to_string(), "hidden 4×2, loss");
        assert_eq!(outputs.view("hidden", &values), hidden.value());
        assert_eq!(values[8], loss.value());

        let mut seeds = vec![0.0; 9];
        seeds[8] = 1.0;
        let vjp = f.vjp(&point, &seeds).unwrap();
        let gradient = loss.gradient();
        let parameters = inputs.parameters();
        assert_eq!(parameters.len(), vjp.len());
        assert_eq!(parameters.view("w", &vjp), gradient.of(w));
        assert_eq!(parameters.view("scale", &vjp).scalar(), gradient.of(scale));
        let jacobian = f.jacobian(&point).unwrap();
        assert_eq!(jacobian.shape(), (9, 7));
        let last = DVector::from_vec(vjp);
        assert!((jacobian.row(8).transpose() - last).amax() < 1e-13);
        // And the other way: fewer results than parameters.
        assert_eq!(f.recordings(), 1);
    }
}

#[test]
fn jacobians_of_matrices_in_both_directions() {
    let inputs = Structure::new().matrix("w", 3, 2).scalar("s");
    for (rows, many) in [(1, false), (6, true)] {
        let f = Function::new(inputs.clone(), move |at| {
            let m = (at.matrix("w").transpose() * rows as f64) * at.matrix("w") * at.scalar("s");
            let all = m.sigmoid();
            if many {
                Outputs::new()
                    .matrix("all", all)
                    .matrix("w", at.matrix("w") * at.scalar("s"))
            } else {
                Outputs::new()
                    .scalar("sum", all.sum())
                    .scalar("one", all.element(1, 0))
            }
        });
        let x = [0.3, -0.4, 1.2, 0.8, 0.05, -1.0, 0.7];
        let jacobian = f.jacobian(&x).unwrap();
        let (m, n) = jacobian.shape();
        let by_rows = DMatrix::from_fn(m, n, |i, j| {
            let seeds: Vec<f64> = (0..m).map(|k| f64::from(u8::from(k == i))).collect();
            f.vjp(&x, &seeds).unwrap()[j]
        });
        let by_columns = DMatrix::from_fn(m, n, |i, j| {
            let along: Vec<f64> = (0..n).map(|k| f64::from(u8::from(k == j))).collect();
            f.jvp(&x, &along).unwrap()[i]
        });
        let (same, close) = if m < n {
            (by_rows, by_columns)
        } else {
            (by_columns, by_rows)
        };
        assert_eq!(jacobian, same);
        assert!((jacobian - close).amax() < 1e-13);
    }
}

#[test]
fn a_direction_that_does_not_vary_meets_no_infinite_slope() {
    let f = Function::vector(|x| vec![x[0].sqrt() + x[1], x[1] * 2.0, x[0] + x[1]]);
    let x = [0.0, 3.0];
    assert_eq!(f.jvp(&x, &[0.0, 1.0]).unwrap(), [1.0, 2.0, 1.0]);
    assert_eq!(f.vjp(&x, &[0.0, 1.0, 1.0]).unwrap(), [1.0, 3.0]);
    let infinite = f64::INFINITY;
    assert_eq!(
        f.jacobian(&x).unwrap(),
        dmatrix![infinite, 1.0; 0.0, 2.0; 1.0, 1.0]
    );
    let wide = Function::vector(|x| vec![x[0].sqrt() + x[1] + x[2], x[0] + x[1]]);
    let expected = dmatrix![infinite, 1.0, 1.0; 1.0, 1.0, 0.0];
    assert_eq!(wide.jacobian(&[0.0, 3.0, 1.0]).unwrap(), expected);
}

#[test]
fn nothing_is_allocated_once_the_workspace_knows_the_function() {
    let (inputs, f) = layer();
    let g = Function::vector(|x| vec![x[0] * x[1], x[1].sin(), x[0] / x[1]]);
    let mut workspace = Workspace::new();
    let (mut values, mut product) = ([0.0; 9], [0.0; 7]);
    let mut jacobian = DMatrix::zeros(9, 7);
    let mut small = DMatrix::zeros(3, 2);
    let points: Vec<_> = (0..4).map(|k| layer_point(&inputs, k)).collect();
    let mut evaluate = |k: usize| {
        let point = &points[k % points.len()];
        f.values_into(point, &mut values, &mut workspace).unwrap();
        f.vjp_into(point, &[1.0; 9], &mut product, &mut workspace)
            .unwrap();
        f.jvp_into(point, &[1.0; 7], &mut values, &mut workspace)
            .unwrap();
        f.jacobian_into(point, &mut jacobian, &mut workspace)
            .unwrap();
        g.jacobian_into(&[0.1, 1.0 + k as f64], &mut small, &mut workspace)
            .unwrap();
    };
    evaluate(0);
    let measured = allocation_counter::measure(|| (1..10).for_each(&mut evaluate));
    assert_eq!(measured.count_total, 0);
}

#[test]
fn other_numbers() {
    let f = Function::<f32>::of_scalar(|x| x[0].sin() * x[1]);
    assert_eq!(f.gradient(&[0.0, 2.0]).unwrap(), [2.0, 0.0]);
    let jacobian = Function::<f32>::of_vector(|x| vec![x[0] * x[1]]).jacobian(&[2.0, 3.0]);
    assert_eq!(jacobian.unwrap(), dmatrix![3.0_f32, 2.0]);
}
