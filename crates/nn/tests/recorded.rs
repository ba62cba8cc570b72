//! Derivatives of layers and losses that are recordings.

#[path = "../../tape/tests/recorded/twice.rs"]
mod twice;

use nalgebra::{DMatrix, DVector, dmatrix};
use nn::ops::{CrossEntropy, SoftmaxCrossEntropy};
use num_dual::Dual64;
use tape::{Function, MatrixVar, Outputs, Scalar, Structure, Tape, Var};

#[test]
fn every_op_twice() {
    twice::assert_every_op_twice(nn::ops::all, nn::ops::all);
}

/// The loss of logits against probabilities that are computed.
fn distilled<'t, T: Scalar>(
    loss: SoftmaxCrossEntropy,
    logits: MatrixVar<'t, T>,
    teacher: MatrixVar<'t, T>,
) -> Var<'t, T> {
    loss.record(logits, teacher.softmax()).unwrap()
}

#[test]
fn probabilities_that_were_computed_have_second_derivatives() {
    // The last row of the teacher's wants no class more than all others together.
    let logits = dmatrix![0.5, -1.0, 2.0; 0.0, 1.0, -0.5];
    let teacher = dmatrix![0.1, 2.5, -1.0; 0.25, 0.5, 0.0];
    let plain = SoftmaxCrossEntropy::new();
    let weighted = plain.clone().class_weights(&[0.5, 2.0, 0.0]).ignoring(1);
    for loss in [plain, weighted] {
        let lifted = Tape::<Dual64>::default();
        let leaves = [&logits, &teacher].into_iter().enumerate().map(|(i, of)| {
            let (rows, cols) = of.shape();
            let direction = twice::scattered(tape::Shape::new(rows, cols), i);
            lifted.matrix(&of.zip_map(&direction, Dual64::new))
        });
        let leaves: Vec<_> = leaves.collect();
        let gradient = distilled(loss.clone(), leaves[0], leaves[1]).gradient();
        let dual = leaves
            .iter()
            .flat_map(|&leaf| gradient.of(leaf).values().to_vec());
        let dual: Vec<Dual64> = dual.collect();
        let tape = Tape::new();
        let (x, t) = (tape.matrix(&logits), tape.matrix(&teacher));
        let y = distilled(loss, x, t);
        twice::compare_twice(&tape, y, &[x.into(), t.into()], &dual).unwrap();
    }
}

/// The Hessian's diagonal by logits.
fn curvatures<'t>(tape: &'t Tape, loss: Var<'t>, logits: MatrixVar<'t>) -> Vec<f64> {
    let slopes = tape.differentiate(loss, 1.0, &[logits.into()]).unwrap()[0].matrix();
    let (rows, cols) = (slopes.shape().rows, slopes.shape().cols);
    let places = (0..cols).flat_map(|j| (0..rows).map(move |i| (i, j)));
    let each = places.map(|(i, j)| slopes.element(i, j).gradient().of(logits)[(i, j)]);
    each.collect()
}

#[test]
fn rows_that_do_not_count_have_no_second_derivatives() {
    let tape = Tape::new();
    let logits = tape.matrix(&dmatrix![0.0, 0.0; f64::NAN, f64::INFINITY]);
    let labels = tape.input(&dmatrix![0.0; -1.0]);
    let loss = SoftmaxCrossEntropy::new().ignoring(-1);
    let loss = loss.record(logits, labels).unwrap();
    assert_eq!(curvatures(&tape, loss, logits), [0.25, 0.0, 0.25, 0.0]);
}

#[test]
fn a_share_that_is_nearly_one_has_a_recorded_slope_with_all_its_digits() {
    let tape = Tape::new();
    let logits = tape.matrix(&dmatrix![40.0, 0.0]);
    let labels = tape.input(&dmatrix![0.0]);
    let loss = nn::softmax_cross_entropy(logits, labels).unwrap();
    let slopes = tape.differentiate(loss, 1.0, &[logits.into()]).unwrap()[0].matrix();
    let other = (-40.0_f64).exp();
    for (slope, expected) in [(0, -other), (1, other)].map(|(j, of)| (slopes.element(0, j), of)) {
        assert!((slope.value() / expected - 1.0).abs() < 1e-14, "{slope:?}");
    }
}

#[test]
fn probabilities_that_are_not_wanted_may_be_zero() {
    let tape = Tape::new();
    let shares = tape.matrix(&dmatrix![0.5, 0.0]);
    let labels = tape.input(&dmatrix![0.0]);
    let loss = tape.apply(CrossEntropy, &[shares.into(), labels.into()]);
    let loss = loss.unwrap().scalar();
    assert_eq!(curvatures(&tape, loss, shares), [4.0, 0.0]);
}

#[test]
fn a_replay_with_other_labels_has_their_derivatives() {
    let mut tape = Tape::new();
    let logits = tape.matrix(&dmatrix![0.5, -1.0, 2.0; 1.5, 0.0, -0.5]).id();
    let labels = tape.input(&dmatrix![0.0; 2.0]).id();
    let loss = SoftmaxCrossEntropy::new()
        .class_weights(&[1.0, 2.0, 0.5])
        .ignoring(2);
    let (x, t) = (tape.handle(logits).unwrap(), tape.handle(labels).unwrap());
    let loss = loss.record(x, t).unwrap();
    let slopes = tape.differentiate(loss, 1.0, &[x.into()]).unwrap()[0]
        .matrix()
        .id();
    let loss = loss.id();
    for other in [dmatrix![1.0; 2.0], dmatrix![2.0; 0.0], dmatrix![1.0; 0.0]] {
        tape.set_matrix(labels, &other).unwrap();
        tape.replay().unwrap();
        let swept = tape.handle(loss).unwrap().gradient();
        let swept = swept.of(tape.handle(logits).unwrap());
        let recorded = tape.matrix_value(slopes).unwrap();
        assert!((recorded - swept.matrix()).amax() < 1e-15, "{other}");
    }
}

/// The loss of the book's two-layer net, of named parameters and data.
fn two_layer_net() -> Function {
    let inputs = Structure::new()
        .matrix("W1", 4, 3)
        .matrix("b1", 1, 3)
        .matrix("W2", 3, 2)
        .matrix("b2", 1, 2)
        .data_matrix("x", 5, 4)
        .data_matrix("t", 5, 1);
    Function::new(inputs, |at| {
        let hidden = nn::affine(at.matrix("x"), at.matrix("W1"), at.matrix("b1")).sigmoid();
        let scores = nn::affine(hidden, at.matrix("W2"), at.matrix("b2"));
        Outputs::from(nn::softmax_cross_entropy(scores, at.matrix("t")).unwrap())
    })
}

#[test]
fn the_hessian_of_the_two_layer_net_by_three_ways() {
    let f = two_layer_net();
    let mut point: Vec<f64> = (0..43).map(|i| (1.7 * i as f64).sin()).collect();
    point.extend([0.0, 1.0, 1.0, 0.0, 1.0]);
    let n = 12 + 3 + 6 + 2;
    let forward_over_reverse = f.hessian(&point).unwrap();
    assert_eq!(forward_over_reverse.shape(), (n, n));
    let reverse_over_reverse = f.hvps(&point, &DMatrix::identity(n, n)).unwrap();
    let along = f.jvp_function(&point).unwrap();
    let reverse_over_forward = DMatrix::from_fn(n, n, |i, j| {
        let unit = (0..n).map(|k| f64::from(u8::from(k == j)));
        let both: Vec<f64> = point.iter().copied().chain(unit).collect();
        along.gradient(&both).unwrap()[i]
    });
    let scale = forward_over_reverse.amax();
    for other in [reverse_over_reverse, reverse_over_forward] {
        let apart = (&forward_over_reverse - other).amax();
        assert!(apart <= 1e-11 * scale, "{apart:e}");
    }
    // And it is what gradients change by.
    let h = 1e-5;
    for j in 0..n {
        let moved = |by: f64| {
            let mut point = point.clone();
            point[j] += by;
            DVector::from_vec(f.gradient(&point).unwrap())
        };
        let slope = (moved(h) - moved(-h)) / (2.0 * h);
        let apart = (forward_over_reverse.column(j) - slope).amax();
        assert!(apart <= 1e-8 * scale, "{apart:e}");
    }
}
