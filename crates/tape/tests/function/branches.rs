//! Comparisons that turn out otherwise.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tape::{EntryId, Error, Function, Tape, Var, Workspace};

/// A value and a gradient by hand, to compare with.
type Expected = fn(f64) -> (f64, f64);

#[test]
fn every_input_gets_the_branch_it_belongs_to() {
    let f = Function::scalar(|x| {
        if x[0] < 10.0 {
            x[0] * x[0]
        } else {
            20.0 * x[0] - 100.0
        }
    });
    let by_hand: Expected = |x| {
        if x < 10.0 {
            (x * x, 2.0 * x)
        } else {
            (20.0 * x - 100.0, 20.0)
        }
    };
    for k in 0..1000 {
        // Every hundredth input takes the other branch.
        let x = if k % 100 == 99 {
            50.0
        } else {
            0.01 * f64::from(k)
        };
        let (value, gradient) = f.value_and_gradient(&[x]).unwrap();
        assert_eq!((value, gradient[0]), by_hand(x));
    }
    assert_eq!(f.recordings(), 2);
}

#[test]
fn a_branch_that_is_kept_is_not_recorded_anew() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    let f = Function::scalar(move |x| {
        counted.fetch_add(1, Ordering::Relaxed);
        if x[0] < 0.0 {
            -x[0]
        } else if x[0] < 1.0 {
            x[0] * 1.0
        } else {
            x[0] * x[0]
        }
    });
    for _ in 0..3 {
        for (x, value) in [(-1.0, 1.0), (0.5, 0.5), (2.0, 4.0)] {
            assert_eq!(f.value(&[x]), Ok(value));
        }
    }
    assert_eq!((runs.load(Ordering::Relaxed), f.recordings()), (3, 3));
}

#[test]
fn branches_within_branches_and_all_three_ways_of_an_order() {
    use std::cmp::Ordering::*;
    fn program<'t>(x: &[Var<'t>]) -> Var<'t> {
        let [a, b] = [x[0], x[1]];
        match a.partial_cmp(&b) {
            Some(Less) if a > 0.0 => a * b,
            Some(Less) => a - b,
            Some(Equal) => a * 3.0,
            Some(Greater) if b != 0.0 => a / b,
            _ => a + 100.0,
        }
    }
    let f = Function::scalar(program);
    let mut workspace = Workspace::new();
    let mut gradient = [0.0; 2];
    for round in 0..3 {
        for i in -3..=3 {
            for j in -3..=3 {
                let x = [f64::from(i), f64::from(j)];
                let value = f.value_and_gradient_into(&x, &mut gradient, &mut workspace);
                let expected = tape::value_and_gradient(program, &x);
                assert_eq!(
                    (value.unwrap(), gradient.to_vec()),
                    expected,
                    "{x:?}, round {round}"
                );
            }
        }
    }
    assert_eq!(f.recordings(), 5);
    assert!(f.value(&[f64::NAN, 0.0]).unwrap().is_nan());
    assert_eq!(f.recordings(), 6);
}

/// The square root by Newton's method, as many steps as it takes.
fn root<'t>(x: &[Var<'t>]) -> Var<'t> {
    let mut root = x[0] * 1.0;
    while (root * root - x[0]).abs() > 1e-9 * x[0] {
        root = (root + x[0] / root) * 0.5;
    }
    root
}

#[test]
fn a_loop_whose_length_depends_on_the_input() {
    let f = Function::scalar(root);
    for k in 1..200 {
        let x = 1.5_f64.powi(k % 20);
        let expected = tape::value_and_gradient(root, &[x]);
        assert_eq!(f.value_and_gradient(&[x]).unwrap(), expected);
        assert!((expected.0 - x.sqrt()).abs() < 1e-8 * x);
    }
    assert!(f.recordings() > 3);
}

#[test]
fn past_the_bound_an_input_gets_a_recording_for_itself() {
    fn staircase<'t>(x: &[Var<'t>]) -> Var<'t> {
        let steps = (0..20).take_while(|&step| x[0] > f64::from(step));
        steps.fold(x[0] * 1.0, |y, step| y * (1.0 + f64::from(step)))
    }
    let f = Function::scalar(staircase).keeping(3);
    for k in 0..100 {
        let x = [f64::from(k % 19) + 0.5];
        assert_eq!(
            f.value_and_gradient(&x).unwrap(),
            tape::value_and_gradient(staircase, &x)
        );
        assert!(f.recordings() <= 3);
    }
    let none = Function::scalar(staircase).keeping(0);
    assert_eq!(none.value(&[1.5]).unwrap(), 3.0);
    assert_eq!(none.recordings(), 0);
}

#[test]
fn without_a_closure_the_error_names_the_comparison() {
    let tape = Tape::new();
    let x = tape.var(0.5);
    let y = if x < 1.0 { x * x } else { x };
    let ids = [x.id(), y.id()].map(EntryId::Scalar);
    let f = Function::of_tape(tape, &ids[..1], &ids[1..]).unwrap();
    assert_eq!(f.gradient(&[0.75]).unwrap(), [1.5]);
    let error = f.gradient(&[3.0]).unwrap_err();
    let Error::Guard {
        comparison,
        recorded,
        location,
        ..
    } = &error
    else {
        panic!("{error}");
    };
    assert_eq!((comparison.as_str(), *recorded), ("3 < 1", true));
    assert!(location.file().ends_with("branches.rs"));
    // And then it answers again.
    assert_eq!(f.gradient(&[0.25]).unwrap(), [0.5]);
}

#[test]
fn branches_that_need_other_entries_before_the_comparison() {
    fn program<'t>(x: &[Var<'t>]) -> Var<'t> {
        let product = (x[0] * x[1]).exp().sin();
        let sum = x[0] + x[1];
        if sum < 1.0 { sum } else { sum * product }
    }
    let f = Function::scalar(program);
    for _ in 0..2 {
        for x in [[0.25, 0.5], [2.0, 3.0], [-7.0, 1.0], [0.5, 0.75]] {
            assert_eq!(
                f.value_and_gradient(&x).unwrap(),
                tape::value_and_gradient(program, &x)
            );
        }
    }
    assert_eq!(f.recordings(), 2);
}
