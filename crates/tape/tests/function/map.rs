//! Functions at many inputs at once, against one evaluation after another.

use super::programs::Program;
use nalgebra::{DMatrix, DVector, RowDVector, dmatrix};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::ControlFlow;
use tape::{EntryId, Error, Function, InstructionSet, Mapper, Outputs, Structure, Tape, Var};

/// How many random programs are tried, unless the environment variable `PROGRAMS` says otherwise.
const PROGRAMS: u64 = 60;
/// At how many inputs each; more than a row of lanes, and not a multiple of one.
const INPUTS: usize = 83;
/// One of so many programs is tried at a thousand inputs.
const AT_A_THOUSAND: u64 = 20;

/// Values and derivatives of every result, one input after the other.
fn one_by_one(f: &Function, inputs: &DMatrix<f64>) -> (DMatrix<f64>, Vec<DMatrix<f64>>) {
    let rows: Vec<Vec<f64>> = inputs
        .row_iter()
        .map(|row| row.iter().copied().collect())
        .collect();
    let values: Vec<_> = rows.iter().map(|x| f.values(x).unwrap()).collect();
    let results = values[0].len();
    let derivatives = (0..results).map(|result| {
        let mut seeds = vec![0.0; results];
        seeds[result] = 1.0;
        let gradients: Vec<_> = rows.iter().map(|x| f.vjp(x, &seeds).unwrap()).collect();
        DMatrix::from_fn(rows.len(), gradients[0].len(), |i, j| gradients[i][j])
    });
    let derivatives = derivatives.collect();
    let values = DMatrix::from_fn(rows.len(), results, |i, j| values[i][j]);
    (values, derivatives)
}

fn bits(x: &DMatrix<f64>) -> Vec<u64> {
    x.iter().map(|x| x.to_bits()).collect()
}

fn assert_close(found: &DMatrix<f64>, expected: &DMatrix<f64>, what: &str) {
    assert_eq!(found.shape(), expected.shape(), "{what}");
    let scale = expected.iter().fold(1.0_f64, |most, x| most.max(x.abs()));
    for (k, (found, expected)) in found.iter().zip(expected).enumerate() {
        let is_close = (found - expected).abs() <= 1e-10 * scale;
        assert!(is_close, "{what}, {k}: {found:e} is not {expected:e}");
    }
}

/// Everything that a mapper can be told, with whether its results are a tape's bits.
fn mappers() -> Vec<(String, Mapper, bool)> {
    let mut mappers = Vec::new();
    for set in InstructionSet::all() {
        let own = || Mapper::new().instruction_set(set);
        mappers.push((format!("{set}"), own(), false));
        mappers.push((format!("{set}, exact"), own().exact(), true));
        mappers.push((format!("{set}, two threads"), own().threads(2), false));
    }
    mappers.push((
        "exact, two threads".into(),
        Mapper::new().exact().threads(2),
        true,
    ));
    mappers
}

#[test]
fn random_programs_on_every_instruction_set_and_one_or_two_threads() {
    let programs = std::env::var("PROGRAMS").map_or(PROGRAMS, |count| {
        count.parse().expect("PROGRAMS is a number")
    });
    let (mut branching, mut mappers) = (0, mappers());
    for seed in 0..programs {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let program = Program::random(&mut random);
        let inputs = match seed % AT_A_THOUSAND {
            0 => 1000,
            _ => INPUTS,
        };
        let inputs = DMatrix::from_fn(inputs, program.inputs, |_, _| {
            random.random_range(-2.0..2.0)
        });
        let own = program.clone();
        let f = Function::vector(move |x| own.run(x)).keeping(3);
        let (values, derivatives) = one_by_one(&f, &inputs);
        branching += u64::from(f.recordings() > 1);
        let mut fast: Vec<DMatrix<f64>> = Vec::new();
        for (name, mapper, is_exact) in &mut mappers {
            let what = format!("seed {seed}, {name}: {program:?}");
            let found = mapper.values(&f, &inputs).unwrap();
            let slopes = mapper.jacobians(&f, &inputs).unwrap();
            assert_close(&found, &values, &what);
            for (found, expected) in slopes.iter().zip(&derivatives) {
                assert_close(found, expected, &what);
                // An operand that was not chosen has the derivative 0, with whatever sign.
                let same =
                    |(x, y): (&f64, &f64)| x.to_bits() == y.to_bits() || (*x == 0.0 && *y == 0.0);
                assert!(
                    !*is_exact || found.iter().zip(expected).all(same),
                    "{what}: {found:e} is not {expected:e}"
                );
            }
            if *is_exact {
                assert_eq!(bits(&found), bits(&values), "{what}");
            } else if name.ends_with("threads") {
                let one: Vec<_> = fast.iter().map(bits).collect();
                let two: Vec<_> = slopes.iter().map(bits).collect();
                assert_eq!(one, two, "{what}");
            } else {
                fast = slopes;
            }
        }
        if seed % 64 == 63 {
            mappers = self::mappers();
        }
    }
    println!("{programs} programs, {branching} took several branches");
    assert!(branching * 10 > programs);
}

#[test]
fn an_input_gives_the_same_whatever_its_neighbours_are() {
    let f = Function::scalar(|x| (x[0].exp() * x[1].sin()).tanh() + x[1].powf(x[0]));
    let inputs = DMatrix::from_fn(100, 2, |i, j| 0.1 + 0.07 * (i + 13 * j) as f64);
    let (_, all) = Mapper::new().gradients(&f, &inputs).unwrap();
    for i in [0, 17, 63, 64, 99] {
        let (_, one) = Mapper::new()
            .gradients(&f, &inputs.rows(i, 1).into_owned())
            .unwrap();
        assert_eq!(one.row(0), all.row(i));
    }
    // Beside inputs for which the vector functions have no answer.
    let mut far = inputs.clone();
    far.set_row(5, &RowDVector::from_row_slice(&[-800.0, 1e300]));
    far.set_row(6, &RowDVector::from_row_slice(&[2.0, -3.0]));
    far.set_row(7, &RowDVector::from_row_slice(&[f64::NAN, 1.0]));
    let (values, gradients) = Mapper::new().gradients(&f, &far).unwrap();
    assert_eq!(gradients.row(4), all.row(4));
    for i in 5..8 {
        let x = [far[(i, 0)], far[(i, 1)]];
        let (value, gradient) = f.value_and_gradient(&x).unwrap();
        let same = |x: f64, y: f64| {
            (x - y).abs() <= 1e-12 * y.abs() || (x.is_nan() && y.is_nan()) || x == y
        };
        assert!(
            same(values[i], value),
            "{x:?}: {} is not {value}",
            values[i]
        );
        for j in 0..2 {
            assert!(
                same(gradients[(i, j)], gradient[j]),
                "{x:?}: {gradients} {gradient:?}"
            );
        }
    }
}

#[test]
fn inputs_that_leave_the_branch_go_to_their_own() {
    fn program<'t>(x: &[Var<'t>]) -> Var<'t> {
        if x[0] < 10.0 {
            x[0] * x[0]
        } else if x[0] < 20.0 {
            20.0 * x[0] - 100.0
        } else {
            x[0].ln()
        }
    }
    let f = Function::scalar(program);
    let inputs = DMatrix::from_fn(300, 1, |i, _| {
        if i % 10 < 7 {
            1.0 + 0.01 * i as f64
        } else {
            0.1 * i as f64
        }
    });
    let (values, gradients) = Mapper::new().exact().gradients(&f, &inputs).unwrap();
    for i in 0..300 {
        let expected = tape::value_and_gradient(program, &[inputs[i]]);
        assert_eq!((values[i], vec![gradients[i]]), expected, "{i}");
    }
    assert_eq!(f.recordings(), 3);
    // With no room to keep a recording, each of these gets one for itself.
    let narrow = Function::scalar(program).keeping(1);
    let again = Mapper::new().exact().gradients(&narrow, &inputs).unwrap();
    assert_eq!(again, (values, gradients));
}

#[test]
fn without_a_closure_the_inputs_that_left_are_named() {
    let tape = Tape::new();
    let x = tape.var(1.0);
    let y = if x > 0.0 { x.ln() } else { x };
    let (x, y) = (EntryId::Scalar(x.id()), EntryId::Scalar(y.id()));
    let f = Function::of_tape(tape, &[x], &[y]).unwrap();
    let inputs = DMatrix::from_fn(40, 1, |i, _| if i % 8 == 3 { -1.0 } else { 2.0 });
    let error = Mapper::new().values(&f, &inputs).unwrap_err();
    let Error::Branches { inputs, of: 40, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(*inputs, [3, 11, 19, 27, 35]);
    let text = error.to_string();
    assert!(
        text.starts_with("5 of 40 inputs take another branch"),
        "{text}"
    );
    assert!(text.contains("-1 > 0") && text.contains("map.rs"), "{text}");
}

#[test]
fn what_cannot_be_evaluated_is_named_and_nothing_is_written() {
    let labels = Structure::new()
        .matrix("logits", 1, 3)
        .data_matrix("label", 1, 1);
    let f = Function::new(labels, |at| {
        let rows = at
            .matrix("logits")
            .transpose()
            .gather_rows(at.matrix("label"));
        Outputs::from(rows.expect("a row that is there").sum())
    });
    let mut inputs = DMatrix::from_fn(50, 4, |i, j| if j < 3 { (i + j) as f64 } else { 1.0 });
    let mut mapper = Mapper::new();
    let (mut values, mut gradients) = (DVector::zeros(50), DMatrix::zeros(50, 3));
    mapper
        .gradients_into(&f, &inputs, &mut values, &mut gradients)
        .unwrap();
    assert_eq!(
        (values[7], gradients.row(7).iter().copied().collect()),
        (8.0, vec![0.0, 1.0, 0.0])
    );
    let before = (values.clone(), gradients.clone());
    inputs[(33, 3)] = 5.0;
    let error = mapper
        .gradients_into(&f, &inputs, &mut values, &mut gradients)
        .unwrap_err();
    assert!(error.to_string().starts_with("input 33: "), "{error}");
    assert_eq!((values, gradients), before);

    let short = Mapper::new().values(&f, &DMatrix::zeros(5, 3)).unwrap_err();
    assert!(
        matches!(
            short,
            Error::Numbers {
                found: 3,
                expected: 4,
                ..
            }
        ),
        "{short}"
    );
    let two = Function::vector(|x| vec![x[0], x[0]]);
    let many = Mapper::new()
        .gradients(&two, &DMatrix::zeros(5, 1))
        .unwrap_err();
    assert_eq!(many, Error::NotOneResult { found: 2 });
}

#[test]
fn results_that_depend_on_nothing_and_no_inputs_at_all() {
    let f = Function::vector(|x| vec![Var::from(3.0), x[0], x[0] * 0.0 + 1.0]);
    let inputs = dmatrix![1.0, 2.0; 3.0, 4.0];
    assert_eq!(
        Mapper::new().values(&f, &inputs).unwrap(),
        dmatrix![3.0, 1.0, 1.0; 3.0, 3.0, 1.0]
    );
    let slopes = Mapper::new().jacobians(&f, &inputs).unwrap();
    assert_eq!(slopes[0], DMatrix::zeros(2, 2));
    assert_eq!(slopes[1], dmatrix![1.0, 0.0; 1.0, 0.0]);
    let none = DMatrix::<f64>::zeros(0, 2);
    assert_eq!(Mapper::new().values(&f, &none).unwrap().shape(), (0, 3));
    let g = Function::scalar(|x| x[0]);
    let (values, gradients) = Mapper::new().gradients(&g, &none).unwrap();
    assert_eq!((values.len(), gradients.shape()), (0, (0, 2)));
}

#[test]
fn single_precision_and_dual_numbers() {
    let f = Function::<f32>::of_scalar(|x| x[0].exp() * x[1].sin() + x[0].powf(x[1]));
    let inputs = DMatrix::from_fn(70, 2, |i, j| 0.3 + 0.02 * (i + 5 * j) as f32);
    for set in InstructionSet::all() {
        let (values, gradients) = Mapper::new()
            .instruction_set(set)
            .gradients(&f, &inputs)
            .unwrap();
        for i in 0..70 {
            let (value, gradient) = f
                .value_and_gradient(&[inputs[(i, 0)], inputs[(i, 1)]])
                .unwrap();
            let close = |x: f32, y: f32| (x - y).abs() <= 4.0 * f32::EPSILON * y.abs();
            assert!(close(values[i], value), "{} is not {value}", values[i]);
            for j in 0..2 {
                assert!(close(gradients[(i, j)], gradient[j]), "{i}, {j}");
            }
        }
    }
    use num_dual::Dual64;
    let f = Function::<Dual64>::of_scalar(|x| x[0].sin() * x[1]);
    let inputs = DMatrix::from_fn(20, 2, |i, j| Dual64::new(i as f64, j as f64));
    let (values, gradients) = Mapper::new().gradients(&f, &inputs).unwrap();
    for i in 0..20 {
        let expected = f
            .value_and_gradient(&[inputs[(i, 0)], inputs[(i, 1)]])
            .unwrap();
        assert_eq!(
            (values[i], gradients.row(i).iter().copied().collect()),
            expected
        );
    }
}

#[test]
fn a_callback_sees_progress_and_may_stop() {
    let f = Function::scalar(|x| x[0] * 2.0);
    let inputs = DMatrix::from_fn(40_000, 1, |i, _| i as f64);
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let notes = seen.clone();
    let mut mapper = Mapper::new().progress(move |done, of| {
        notes.lock().unwrap().push((done, of));
        if done >= 32_768 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    let stopped = mapper.values(&f, &inputs).unwrap_err();
    assert_eq!(
        stopped.to_string(),
        "stopped after 32768 of 40000 inputs, as the callback said"
    );
    assert_eq!(*seen.lock().unwrap(), [(16_384, 40_000), (32_768, 40_000)]);
}

#[test]
fn a_steady_map_allocates_nothing() {
    let f = Function::scalar(|x| x.windows(2).map(|x| (x[0] * x[1]).sin()).sum());
    let inputs = DMatrix::from_fn(200, 8, |i, j| 0.01 * (i * j) as f64);
    let (mut values, mut gradients) = (DVector::zeros(200), DMatrix::zeros(200, 8));
    let mut mapper = Mapper::new();
    let mut evaluate = || {
        mapper
            .gradients_into(&f, &inputs, &mut values, &mut gradients)
            .unwrap()
    };
    evaluate();
    evaluate();
    let measured = allocation_counter::measure(evaluate);
    assert_eq!(measured.count_total, 0);

    let mut jacobians = Vec::new();
    let mut evaluate = || mapper.jacobians_into(&f, &inputs, &mut jacobians).unwrap();
    evaluate();
    evaluate();
    let measured = allocation_counter::measure(evaluate);
    assert_eq!(measured.count_total, 0);
    assert_eq!(jacobians, [gradients]);
}

#[test]
fn a_derivative_is_mapped_like_any_other_function() {
    let f = Function::scalar(|x| (x[0] * x[1]).sin() + x[1].exp() / (x[0].square() + 1.0));
    let derivative = f.derivative().unwrap();
    let inputs = DMatrix::from_fn(70, 2, |i, j| 0.03 * (i as f64 - 35.0) + 0.4 * j as f64);
    let rows = Mapper::new()
        .exact()
        .jacobians(&derivative, &inputs)
        .unwrap();
    for i in 0..70 {
        let hessian = f.hessian(&[inputs[(i, 0)], inputs[(i, 1)]]).unwrap();
        for (k, row) in rows.iter().enumerate() {
            for j in 0..2 {
                let apart = (row[(i, j)] - hessian[(k, j)]).abs();
                assert!(apart <= 1e-13 * hessian.amax(), "{i}, {k}, {j}");
            }
        }
    }
}
