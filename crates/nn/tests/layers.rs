//! The fused layers against the same thing composed from the tape's basic entries, as the book
//! derives them.

use nalgebra::{DMatrix, dmatrix};
use nn::{Activation, ImageBatch, ImageShape, Perceptron, affine, cross_entropy};
use nn::{half_sum_of_squares, identity, softmax_cross_entropy, step};
use tape::{MatrixVar, Tape, Var};

fn scattered(rows: usize, cols: usize, seed: usize) -> DMatrix<f64> {
    tape::Sample::scattered(rows, cols, -1.0, 2.0, seed).values
}

fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let tolerance = 1e-14 * (1.0 + expected.abs());
        assert!(
            (found - expected).abs() <= tolerance,
            "{found} is not {expected}"
        );
    }
}

/// `X·W + b` from a product and a broadcast sum.
fn composed_affine<'t>(x: MatrixVar<'t>, w: MatrixVar<'t>, b: MatrixVar<'t>) -> MatrixVar<'t> {
    x * w + b
}

/// Cross-entropy of one-hot rows from exp, division, log and sums.
fn composed_loss<'t>(x: MatrixVar<'t>, one_hot: MatrixVar<'t>) -> Var<'t> {
    let e = x.exp();
    let probabilities = e.component_div(e.row_sums());
    let rows = x.shape().rows as f64;
    -one_hot.component_mul(probabilities.ln()).sum() / rows
}

#[test]
fn affine_is_a_product_and_a_sum() {
    let tape = Tape::new();
    let (x, w) = (
        tape.matrix(&scattered(5, 4, 0)),
        tape.matrix(&scattered(4, 3, 1)),
    );
    let (b, weight) = (
        tape.matrix(&scattered(1, 3, 2)),
        tape.input(&scattered(5, 3, 3)),
    );
    let fused = affine(x, w, b);
    let composed = composed_affine(x, w, b);
    assert_close(fused.value().as_slice(), composed.value().as_slice());
    let by_fused = fused.component_mul(weight).sum().gradient();
    let by_composed = composed.component_mul(weight).sum().gradient();
    for handle in [x, w, b] {
        assert_close(
            by_fused.of(handle).values(),
            by_composed.of(handle).values(),
        );
    }
}

#[test]
fn sigmoid_is_one_over_one_plus_exp() {
    let tape = Tape::new();
    let (x, weight) = (
        tape.matrix(&scattered(5, 4, 0)),
        tape.input(&scattered(5, 4, 1)),
    );
    let fused = Activation::Sigmoid.apply(x);
    let composed = 1.0 / (1.0 + (-x).exp());
    assert_close(fused.value().as_slice(), composed.value().as_slice());
    let by_fused = fused.component_mul(weight).sum().gradient();
    let by_composed = composed.component_mul(weight).sum().gradient();
    assert_close(by_fused.of(x).values(), by_composed.of(x).values());
}

#[test]
fn softmax_cross_entropy_is_exp_division_log_and_sum() {
    let tape = Tape::new();
    let x = tape.matrix(&scattered(3, 4, 0));
    let one_hot = dmatrix![0.0, 1.0, 0.0, 0.0; 0.0, 0.0, 0.0, 1.0; 1.0, 0.0, 0.0, 0.0];
    let rows = tape.input(&one_hot);
    let labels = tape.input(&dmatrix![1.0; 3.0; 0.0]);
    let composed = composed_loss(x, rows) * 3.0;
    let in_two = cross_entropy(x.softmax(), labels).unwrap() * 3.0;
    for targets in [rows, labels] {
        let fused = softmax_cross_entropy(x, targets).unwrap() * 3.0;
        for other in [composed, in_two] {
            assert_close(&[fused.value()], &[other.value()]);
            let (by_fused, by_other) = (fused.gradient(), other.gradient());
            assert_close(by_fused.of(x).values(), by_other.of(x).values());
        }
    }
}

#[test]
fn a_large_logit_neither_overflows_nor_vanishes() {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![1000.0, -1000.0; 0.0, 1000.0]);
    let loss = softmax_cross_entropy(x, tape.input(&dmatrix![1.0; 1.0])).unwrap();
    assert_eq!(loss.value(), 1000.0);
    assert_eq!(loss.gradient().of(x).values(), [0.5, 0.0, -0.5, 0.0]);
}

#[test]
fn targets_are_checked_in_every_run() {
    let mut tape = Tape::new();
    let x = tape.matrix(&scattered(2, 3, 0));
    let refused = softmax_cross_entropy(x, tape.input(&dmatrix![0.0; 3.0])).unwrap_err();
    let message = refused.to_string();
    let expected = "row 1 has the label 3, expected a whole number from 0 to 2";
    assert!(
        message.contains("softmax_cross_entropy") && message.ends_with(expected),
        "{message}"
    );
    let refused = softmax_cross_entropy(x, tape.input(&dmatrix![0.0; 0.5])).unwrap_err();
    assert!(refused.to_string().contains("row 1 has the label 0.5"));
    let rows = tape.input(&dmatrix![1.0, 0.0, 0.0; 0.5, 0.4, 0.0]);
    let message = softmax_cross_entropy(x, rows).unwrap_err().to_string();
    assert!(
        message.contains("row 1 of the targets sums to 0.9, expected"),
        "{message}"
    );

    let labels = tape.input(&dmatrix![0.0; 2.0]);
    softmax_cross_entropy(x, labels).unwrap();
    let labels = labels.id();
    tape.set_matrix(labels, &dmatrix![0.0; -1.0]).unwrap();
    let message = tape.replay().unwrap_err().to_string();
    assert!(message.contains("row 1 has the label -1"), "{message}");
}

#[test]
#[should_panic(expected = "affine of 2×3, 4×5, 1×5: X has 3 columns, W 4 rows")]
fn affine_says_what_does_not_fit() {
    let tape = Tape::new();
    let zeros = |rows, cols| tape.matrix(&DMatrix::<f64>::zeros(rows, cols));
    affine(zeros(2, 3), zeros(4, 5), zeros(1, 5));
}

#[test]
fn half_the_sum_of_squares_of_the_book() {
    let tape = Tape::new();
    let y = tape.matrix(&dmatrix![
        0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0
    ]);
    let t = tape.input(&dmatrix![0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let loss = half_sum_of_squares(y, t);
    assert!((loss.value() - 0.0975).abs() < 1e-15);
    let expected: Vec<f64> = (y.value() - t.value()).iter().copied().collect();
    assert_close(loss.gradient().of(y).values(), &expected);
}

#[test]
#[should_panic(
    expected = "half_sum_of_squares: the outputs are 3×2, the targets 1×2; expected one shape"
)]
fn half_the_sum_of_squares_stretches_no_targets() {
    let tape = Tape::new();
    let zeros = |rows, cols| tape.matrix(&DMatrix::<f64>::zeros(rows, cols));
    half_sum_of_squares(zeros(3, 2), zeros(1, 2));
}

#[test]
fn images_keep_their_shape_on_the_way_back() {
    let tape = Tape::new();
    let shape = ImageShape {
        channels: 2,
        height: 3,
        width: 2,
    };
    let values: Vec<f64> = (0..24).map(f64::from).collect();
    let batch = ImageBatch::new(shape, values);
    let images = batch.record(&tape);
    let (w, b) = (
        tape.matrix(&scattered(12, 3, 0)),
        tape.matrix(&scattered(1, 3, 1)),
    );
    let gradient = affine(images.flat(), w, b).sum().gradient();
    let restored = images.gradient(&gradient);
    assert_eq!((restored.count(), restored.shape()), (2, shape));
    let sums = w.value().column_sum();
    for image in 0..2 {
        for channel in 0..2 {
            for (row, col) in [(0, 0), (1, 1), (2, 0), (2, 1)] {
                let input = (channel * 3 + row) * 2 + col;
                let found = restored.at(image, channel, row, col);
                assert!((found - sums[input]).abs() < 1e-15);
            }
        }
    }
    let flat = batch.flatten();
    let view = tape::View::new(flat.as_slice(), tape::Shape::new(2, 12));
    assert_eq!(ImageBatch::restore(shape, view), batch);
}

#[test]
fn the_gates_of_chapter_two() {
    let inputs = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]];
    let table = |gate: Perceptron| inputs.map(|x| gate.fire(&x));
    assert_eq!(table(Perceptron::and()), [0.0, 0.0, 0.0, 1.0]);
    assert_eq!(table(Perceptron::nand()), [1.0, 1.0, 1.0, 0.0]);
    assert_eq!(table(Perceptron::or()), [0.0, 1.0, 1.0, 1.0]);
    assert_eq!([-1.0, 0.0, 2.0].map(step), [0.0, 0.0, 1.0]);
    assert_eq!(identity(-3.5), -3.5);
}
