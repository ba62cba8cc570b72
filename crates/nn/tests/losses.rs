//! Losses where a plainly written formula loses its digits. The right values follow from
//! mathematics.

use nalgebra::{DMatrix, dmatrix};
use tape::{Scalar, Tape};

/// The loss of logits, and its gradient.
fn loss<T: Scalar>(logits: &DMatrix<T>, targets: &DMatrix<T>) -> (f64, DMatrix<f64>) {
    let tape = Tape::default();
    let (x, targets) = (tape.matrix(logits), tape.input(targets));
    let loss = nn::softmax_cross_entropy(x, targets).expect("good targets");
    let gradient = loss.gradient().of(x).to_matrix();
    (loss.value().to_f64(), gradient.map(|x| x.to_f64()))
}

#[track_caller]
fn close(what: &str, found: f64, expected: f64, relative: f64) {
    let apart = (found - expected).abs();
    assert!(
        apart <= relative * expected.abs(),
        "{what} is {found:e}, not {expected:e}"
    );
}

#[test]
fn equal_logits_of_any_size_cost_the_logarithm_of_two() {
    for size in [0.0, 1e4, 1e8, -1e30] {
        let logits = DMatrix::from_element(1, 2, size as f32);
        let (value, slopes) = loss(&logits, &dmatrix![0.0]);
        close("f32", value, 2_f64.ln(), 1e-7);
        assert_eq!(slopes, dmatrix![-0.5, 0.5]);
    }
    for size in [0.0, 1e14, 1e16, -1e300] {
        let (value, slopes) = loss(&DMatrix::from_element(1, 2, size), &dmatrix![1.0]);
        close("f64", value, 2_f64.ln(), 1e-15);
        assert_eq!(slopes, dmatrix![0.5, -0.5]);
    }
}

#[test]
fn a_nearly_certain_row_keeps_the_digits_of_what_is_missing() {
    for margin in [2.0, 15.0, 40.0, 80.0] {
        let missing = (-margin).exp();
        let share = missing / (1.0 + missing);
        for targets in [dmatrix![0.0_f32], dmatrix![1.0_f32, 0.0]] {
            let (value, slopes) = loss(&dmatrix![margin as f32, 0.0], &targets);
            close("the loss", value, missing.ln_1p(), 3e-7);
            close("the wanted slope", slopes[0], -share, 3e-7);
            close("the other slope", slopes[1], share, 3e-7);
        }
        let (value, slopes) = loss(&dmatrix![0.0, margin], &dmatrix![0.0]);
        close("a wrong row", value, margin + missing.ln_1p(), 1e-15);
        close("its slope", slopes[1], 1.0 / (1.0 + missing), 1e-15);
    }
}

#[test]
fn the_mean_is_taken_of_small_losses_and_not_of_large_differences() {
    let (rows, cols) = (10_000, 10);
    let margin = |i: usize, j: usize| 16.0 + ((i * 7 + j * 3) % 11) as f32 / 8.0;
    let label = |i: usize| i % cols;
    let logits = DMatrix::from_fn(rows, cols, |i, j| {
        if j == label(i) {
            0.5
        } else {
            0.5 - margin(i, j)
        }
    });
    let targets = DMatrix::from_fn(rows, 1, |i, _| label(i) as f32);
    let row = |i: usize| {
        let others = (0..cols).filter(|&j| j != label(i));
        let sum: f64 = others.map(|j| f64::from(logits[(i, j)] - 0.5).exp()).sum();
        sum.ln_1p()
    };
    let expected = (0..rows).map(row).sum::<f64>() / rows as f64;
    close("the mean", loss(&logits, &targets).0, expected, 3e-7);
}

#[test]
fn soft_targets_are_weighed_row_by_row() {
    let (x, t) = (
        dmatrix![1e8_f32, 1e8, 1e8 - 16.0],
        dmatrix![0.5_f32, 0.25, 0.25],
    );
    let (value, slopes) = loss(&x, &t);
    let missing = (-16_f64).exp();
    close("the loss", value, (2.0 + missing).ln() + 0.25 * 16.0, 3e-7);
    close("a slope", slopes[1], 1.0 / (2.0 + missing) - 0.25, 3e-7);
    // More than half, and nearly certain.
    let (_, slopes) = loss(&dmatrix![0.0, -30.0], &dmatrix![0.75, 0.25]);
    close("the main slope", slopes[0], 0.25 - (-30_f64).exp(), 1e-15);
}

#[test]
fn a_mean_of_many_logarithms_keeps_its_digits() {
    let rows = 300_000;
    let tape = Tape::default();
    let p = tape.matrix(&DMatrix::from_element(rows, 1, 0.9_f32));
    let targets = tape.input(&DMatrix::from_element(rows, 1, 0.0_f32));
    let loss = nn::cross_entropy(p, targets).expect("good targets");
    close(
        "the loss",
        loss.value().into(),
        -f64::from(0.9_f32).ln(),
        5e-7,
    );
}

#[test]
fn a_bias_gets_the_sum_of_millions_of_rows() {
    let rows = 4_000_000;
    let tape = Tape::default();
    let x = tape.input(&DMatrix::from_element(rows, 1, 0.1_f32));
    let (w, b) = (
        tape.matrix(&dmatrix![1.0_f32]),
        tape.matrix(&dmatrix![0.0_f32]),
    );
    let y = nn::affine(x, w, b);
    let gradient = y.component_mul(x).sum().gradient();
    let exact = rows as f64 * f64::from(0.1_f32);
    close("the slope", gradient.of(b).values()[0].into(), exact, 1e-7);
}
