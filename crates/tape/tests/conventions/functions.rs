//! What a `Function` does where a replay would have to guess.

use super::INF;
use nalgebra::dmatrix;
use tape::{Error, Function, Structure, Values, Workspace};

/// The slope of the root is ∞ at 0: 0 · ∞ would be NaN.
#[test]
fn a_zero_in_a_seed_or_a_direction_contributes_nothing() {
    let f = Function::vector(|x| vec![x[0].sqrt() + x[1], x[0] + x[1], x[1] * 3.0]);
    let x = [0.0, 2.0];
    assert_eq!(f.vjp(&x, &[0.0, 1.0, 1.0]).unwrap(), [1.0, 4.0]);
    assert_eq!(f.jvp(&x, &[0.0, 1.0]).unwrap(), [1.0, 1.0, 3.0]);
    let jacobian = dmatrix![INF, 1.0; 1.0, 1.0; 0.0, 3.0];
    assert_eq!(f.jacobian(&x).unwrap(), jacobian);
    // And with several directions in one sweep, of which some do not vary.
    let wide = Function::vector(|x| vec![x[0].sqrt() + x[1] + x[2], x[1] + x[2]]);
    let jacobian = dmatrix![INF, 1.0, 1.0; 0.0, 1.0, 1.0];
    assert_eq!(wide.jacobian(&[0.0, 2.0, 3.0]).unwrap(), jacobian);
    let curved = Function::scalar(|x| x[0].powf(1.5) + x[1] * x[1]);
    assert_eq!(curved.hvp(&x, &[0.0, 1.0]).unwrap(), [0.0, 2.0]);
}

#[test]
fn a_decision_on_a_value_is_not_seen() {
    let blind = Function::scalar(|x| {
        if x[0].value() < 1.0 {
            x[0] * x[0]
        } else {
            2.0 * x[0] - 1.0
        }
    });
    assert_eq!(blind.value(&[0.5]).unwrap(), 0.25);
    assert_eq!(blind.value(&[3.0]).unwrap(), 9.0);
    assert_eq!(blind.gradient(&[3.0]).unwrap(), [6.0]);
    assert_eq!(blind.recordings(), 1);
}

#[test]
fn there_is_a_recording_for_each_branch_that_was_met() {
    let seeing = Function::scalar(|x| {
        if x[0] < 1.0 {
            x[0] * x[0]
        } else {
            2.0 * x[0] - 1.0
        }
    });
    assert_eq!(seeing.recordings(), 0);
    for (x, slope, recordings) in [(0.5, 1.0, 1), (0.25, 0.5, 1), (3.0, 2.0, 2), (0.5, 1.0, 2)] {
        assert_eq!(seeing.gradient(&[x]).unwrap(), [slope]);
        assert_eq!(seeing.recordings(), recordings);
    }
}

#[test]
fn sixteen_recordings_are_kept() {
    let stairs = |x: f64| (0..30).take_while(|&step| x > f64::from(step)).count() as f64;
    let f = Function::scalar(|x| {
        let steps = (0..30).take_while(|&step| x[0] > f64::from(step));
        x[0] * steps.count() as f64
    });
    for round in 0..2 {
        for k in 0..30 {
            let x = f64::from(k) + 0.5;
            assert_eq!(f.gradient(&[x]).unwrap(), [stairs(x)]);
            let met = if round == 0 { k as usize + 1 } else { 30 };
            assert_eq!(f.recordings(), met.min(16));
        }
    }
}

#[test]
fn inputs_of_another_shape_are_recorded_anew() {
    let f = Function::scalar(|x| x.iter().map(|x| x.square()).sum());
    assert_eq!(f.gradient(&[1.0, 2.0]).unwrap(), [2.0, 4.0]);
    assert_eq!(f.gradient(&[1.0, 2.0, 3.0]).unwrap(), [2.0, 4.0, 6.0]);
    assert_eq!(f.recordings(), 2);
    let inputs = Structure::new().matrix("x", 1, 2);
    let f = Function::new(inputs, |at| at.matrix("x").sum().into());
    let mut column = Values::new(Structure::new().matrix("x", 3, 1));
    column.set("x", &dmatrix![1.0; 2.0; 3.0]);
    assert_eq!(f.value(&column).unwrap(), 6.0);
    // A list of numbers does not say what shape it has: it is taken for what was declared.
    let error = f.value(&[1.0, 2.0, 3.0]).unwrap_err();
    assert!(matches!(error, Error::Numbers { .. }), "{error}");
}

#[test]
fn data_has_no_place_in_a_gradient() {
    let inputs = Structure::new().data_scalar("t").scalar("a").scalar("b");
    let f = Function::new(inputs, |at| {
        (at.scalar("a") * at.scalar("t").sqrt() + at.scalar("b")).into()
    });
    assert_eq!(f.gradient(&[4.0, 5.0, 6.0]).unwrap(), [2.0, 1.0]);
    assert_eq!(
        f.hessian(&[0.0, 5.0, 6.0]).unwrap(),
        dmatrix![0.0, 0.0; 0.0, 0.0]
    );
}

#[test]
fn a_refused_evaluation_writes_nothing() {
    let f = Function::scalar(|x| x[0] * x[1]);
    let (mut gradient, mut workspace) = ([7.0; 3], Workspace::new());
    let error = f.value_and_gradient_into(&[2.0, 3.0], &mut gradient, &mut workspace);
    assert!(error.is_err());
    assert_eq!(gradient, [7.0; 3]);
}
