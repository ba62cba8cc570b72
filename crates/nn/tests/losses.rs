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

/// The loss of an op with class weights and an ignored label, and its gradient.
fn weighted(
    op: nn::ops::SoftmaxCrossEntropy,
    logits: &DMatrix<f64>,
    targets: &DMatrix<f64>,
) -> (f64, DMatrix<f64>) {
    let tape = Tape::new();
    let (x, targets) = (tape.matrix(logits), tape.input(targets));
    let loss = op.record(x, targets).expect("good targets");
    (loss.value(), loss.gradient().of(x).to_matrix())
}

#[test]
fn class_weights_are_those_of_a_weighted_mean() {
    let logits = dmatrix![1.0, 0.5, -2.0; 0.25, 3.0, 0.0; -1.0, 0.0, 1.5; 40.0, 0.0, 0.0];
    let (labels, weights) = ([2, 1, 2, 0], [0.25, 2.0, 3.0]);
    let share = |i: usize, j: usize| {
        let sum: f64 = (0..3)
            .map(|k| (logits[(i, k)] - logits[(i, j)]).exp())
            .sum();
        1.0 / sum
    };
    let total: f64 = labels.iter().map(|&t| weights[t]).sum();
    let losses = labels.iter().enumerate();
    let expected: f64 = losses
        .map(|(i, &t)| -weights[t] * share(i, t).ln())
        .sum::<f64>()
        / total;
    let op = || nn::ops::SoftmaxCrossEntropy::new().class_weights(&weights);
    let column = DMatrix::from_fn(4, 1, |i, _| labels[i] as f64);
    let one_hot = DMatrix::from_fn(4, 3, |i, j| f64::from(u8::from(labels[i] == j)));
    for targets in [&column, &one_hot] {
        let (value, slopes) = weighted(op(), &logits, targets);
        close("the loss", value, expected, 1e-15);
        for i in 0..4 {
            for j in (0..3).filter(|&j| j != labels[i]) {
                let slope = weights[labels[i]] * share(i, j) / total;
                close("a slope", slopes[(i, j)], slope, 1e-14);
            }
            let others: f64 = (0..3)
                .filter(|&j| j != labels[i])
                .map(|j| share(i, j))
                .sum();
            let slope = -weights[labels[i]] * others / total;
            close("the wanted slope", slopes[(i, labels[i])], slope, 1e-14);
        }
    }
    // As the op says it: each class by itself.
    let soft = dmatrix![0.5, 0.25, 0.25];
    let (value, slopes) = weighted(op(), &logits.rows(0, 1).into_owned(), &soft);
    let parts = [0.125, 0.5, 0.75];
    let total: f64 = parts.iter().sum();
    let expected: f64 = (0..3).map(|j| -parts[j] * share(0, j).ln()).sum::<f64>() / total;
    close("the soft loss", value, expected, 1e-15);
    for j in 0..3 {
        // A difference of numbers of about this size.
        let apart = (slopes[j] - (share(0, j) - parts[j] / total)).abs();
        assert!(apart < 4.0 * f64::EPSILON, "slope {j} is {apart:e} off");
    }
    // All alike are none.
    let alike = nn::ops::SoftmaxCrossEntropy::new().class_weights(&[2.0; 3]);
    let plain = nn::ops::SoftmaxCrossEntropy::new();
    let (found, expected) = (
        weighted(alike, &logits, &column),
        weighted(plain, &logits, &column),
    );
    close("the loss", found.0, expected.0, 1e-15);
    let apart = (found.1 - expected.1)
        .iter()
        .fold(0.0, |sum, x| sum + x.abs());
    assert!(apart < 1e-15);
}

#[test]
fn rows_that_are_left_out_may_hold_anything() {
    let logits = dmatrix![1.0, 0.5; f64::NAN, 1.0; f64::INFINITY, 3.0; 0.25, 3.0];
    let labels = dmatrix![1.0; -1.0; -1.0; 0.0];
    let kept = dmatrix![1.0, 0.5; 0.25, 3.0];
    let op = nn::ops::SoftmaxCrossEntropy::new;
    let (expected, of_kept) = weighted(op(), &kept, &dmatrix![1.0; 0.0]);
    let (value, slopes) = weighted(op().ignoring(-1), &logits, &labels);
    assert_eq!(value, expected);
    assert_eq!(slopes.row(0), of_kept.row(0));
    assert_eq!(slopes.row(3), of_kept.row(1));
    assert_eq!(slopes.rows(1, 2), DMatrix::zeros(2, 2));
    // A class may be the ignored one, or weigh nothing.
    let labels = dmatrix![1.0; 2.0; 2.0; 0.0];
    let wide = DMatrix::from_fn(4, 3, |i, j| {
        if j < 2 {
            logits[(i, j)]
        } else {
            -f64::INFINITY
        }
    });
    let (value, slopes) = weighted(op().ignoring(2), &wide, &labels);
    close("the loss", value, expected, 1e-15);
    let (again, same) = weighted(op().class_weights(&[1.0, 1.0, 0.0]), &wide, &labels);
    close("the loss by weights", again, expected, 1e-15);
    assert_eq!(slopes, same);

    let refused = |op: nn::ops::SoftmaxCrossEntropy, labels: DMatrix<f64>| {
        let tape = Tape::new();
        let x = tape.matrix(&DMatrix::zeros(labels.nrows(), 2));
        op.record(x, tape.input(&labels)).unwrap_err().to_string()
    };
    let message = refused(op().ignoring(-1), dmatrix![-1.0; -1.0]);
    assert!(message.contains("none of the 2 rows counts"), "{message}");
    let message = refused(op().class_weights(&[0.0, 1.0]), dmatrix![0.0; 0.0]);
    assert!(message.contains("none of the 2 rows counts"), "{message}");
    let message = refused(op().ignoring(-1), dmatrix![-2.0; 0.0]);
    assert!(message.contains("row 0 has the label -2"), "{message}");
}

#[test]
#[should_panic(expected = "3 class weights for 2 classes: there must be one for each")]
fn a_weight_is_wanted_for_each_class() {
    let op = nn::ops::SoftmaxCrossEntropy::new().class_weights(&[1.0; 3]);
    weighted(op, &dmatrix![0.0, 0.0], &dmatrix![0.0]);
}

#[test]
#[should_panic(expected = "a class weighs NaN, expected a finite number from 0 up")]
fn a_weight_is_a_number() {
    let _ = nn::ops::SoftmaxCrossEntropy::new().class_weights(&[1.0, f64::NAN]);
}

/// Student and teacher; what the fused loss gives both, and the formula written out.
fn distilled(weights: &[f64]) -> [[f64; 12]; 2] {
    let student = dmatrix![1.0, 0.5, -2.0; 0.25, 30.0, 0.0];
    let teacher = dmatrix![0.5, 1.0, 1.5; 2.0, 40.0, -1.0];
    let run = |fused: bool| {
        let tape = Tape::new();
        let (x, z) = (tape.matrix(&student), tape.matrix(&teacher));
        let t = z.softmax();
        let loss = if fused {
            let op = nn::ops::SoftmaxCrossEntropy::new();
            let op = if weights.is_empty() {
                op
            } else {
                op.class_weights(weights)
            };
            op.record(x, t).expect("a softmax is a distribution")
        } else {
            let w = tape.input(&DMatrix::from_fn(1, 3, |_, j| {
                *weights.get(j).unwrap_or(&1.0)
            }));
            let wanted = t.component_mul(w);
            -wanted.dot(x.log_softmax()) / wanted.sum()
        };
        tape.check(loss).assert_ok();
        let gradient = loss.gradient();
        let mut all = [0.0; 12];
        let both = gradient
            .of(x)
            .values()
            .iter()
            .chain(gradient.of(z).values());
        all.iter_mut().zip(both).for_each(|(to, x)| *to = *x);
        all
    };
    [run(true), run(false)]
}

#[test]
fn probabilities_that_were_computed_have_a_gradient() {
    for weights in [&[][..], &[0.5, 2.0, 1.0]] {
        let [fused, written] = distilled(weights);
        for (found, expected) in fused.into_iter().zip(written) {
            let apart = (found - expected).abs();
            assert!(apart <= 1e-15, "{found} is not {expected}");
        }
        assert!(fused[6..].iter().any(|x| x.abs() > 1e-2));
    }
    // Forwards as backwards, and on dual numbers: off the distributions, too.
    use num_dual::Dual64;
    let tape = Tape::<Dual64>::default();
    let logits = tape.matrix(&dmatrix![1.0, 0.5, -2.0].map(Dual64::from));
    let moved = dmatrix![0.25, 0.0, 0.75].zip_map(&dmatrix![1.0, -3.0, 0.5], Dual64::new);
    let targets = tape.matrix(&moved);
    let loss = nn::softmax_cross_entropy(logits, targets).unwrap();
    let gradient = loss.gradient();
    let along: f64 = (gradient.of(targets).values().iter())
        .zip(moved.iter())
        .map(|(slope, t)| slope.re * t.eps)
        .sum();
    close("the dual part", loss.value().eps, along, 1e-15);
    let mut tangents = tape::Tangents::new();
    let direction = moved.map(|t| Dual64::from(t.eps));
    let seed = tape::Seed::matrix(targets, &direction);
    tape.push_forward(seed, &mut tangents).unwrap();
    close("the tangent", tangents.of(loss).re, along, 1e-15);
}
