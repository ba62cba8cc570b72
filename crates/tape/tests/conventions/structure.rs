//! Shapes, and who gets a cotangent.

use super::INF;
use nalgebra::{DMatrix, dmatrix};
use num_dual::Dual64;
use tape::{MatrixVar, Seed, Tangents, Tape, Var};

#[test]
fn empty_matrices() {
    let tape = Tape::new();
    for (rows, cols) in [(0, 3), (3, 0), (0, 0)] {
        let x = tape.matrix(&DMatrix::<f64>::zeros(rows, cols));
        let w = tape.matrix(&DMatrix::<f64>::zeros(cols, 2));
        assert_eq!(x.sum().value(), 0.0);
        assert!(x.mean().value().is_nan());
        assert_eq!(x.maximum().value(), -INF);
        assert_eq!((x * w).value(), DMatrix::zeros(rows, 2));
        assert_eq!(x.row_sums().value(), DMatrix::zeros(rows, 1));
        assert_eq!(x.column_sums().value(), DMatrix::zeros(1, cols));
        assert_eq!(x.softmax().value(), DMatrix::zeros(rows, cols));
        assert_eq!(x.log_softmax().value(), DMatrix::zeros(rows, cols));
        assert_eq!(x.norm().value(), 0.0);
        assert_eq!(x.row_norms().value(), DMatrix::zeros(rows, 1));
        assert_eq!(x.clamp(0.0, 1.0).value(), x.select(x, x).value());
        let (by_row, by_column) = (x.row_variances().value(), x.column_variances().value());
        assert!(by_row.len() == rows && by_row.iter().all(|y| y.is_nan()));
        assert!(by_column.len() == cols && by_column.iter().all(|y| y.is_nan()));
        let lowest = DMatrix::from_element(rows, 1, -INF);
        if cols == 0 {
            assert_eq!(x.row_maxima().value(), lowest);
            assert_eq!(x.row_log_sum_exp().value(), lowest);
        }
        let none = tape.input(&DMatrix::zeros(0, 1));
        let scattered = x.gather_rows(none).unwrap().scatter_add_rows(none, 2);
        assert_eq!(scattered.unwrap().value(), DMatrix::zeros(2, cols));
        let lengths = x.norm() + x.row_norms().sum() + x.clamp(0.0, 1.0).sum();
        let spread = x.row_variances().sum() + x.column_variances().sum() + x.log_softmax().sum();
        let none = (lengths + spread) * 0.0;
        let y = ((x + x).exp() * w).sum() + x.maximum() * 0.0 + none;
        let gradient = y.gradient();
        assert_eq!(
            gradient.of(w).matrix().into_owned(),
            DMatrix::zeros(cols, 2)
        );
        assert!(gradient.of(x).values().is_empty());
    }
    assert_eq!(tape::sum::<f64>(&[]).value(), 0.0);
    assert_eq!(tape::dot::<f64>(&[], &[]).value(), 0.0);
    assert_eq!(tape::norm::<f64>(&[]).value(), 0.0);
    assert_eq!(tape::log_sum_exp::<f64>(&[]).value(), -INF);
}

#[test]
fn one_by_one_matrices() {
    let tape = Tape::new();
    let (x, s) = (tape.matrix(&dmatrix![3.0]), tape.var(3.0));
    let m = tape.matrix(&dmatrix![1.0, 2.0]);
    assert_eq!((x + m).value(), (s + m).value());
    let gradient = (x * m + m * s).sum().gradient();
    assert_eq!((gradient.of(x).values()[0], gradient.of(s)), (3.0, 3.0));
    assert_eq!(x.softmax().value(), dmatrix![1.0]);
}

// Structure

#[test]
fn repeated_operands() {
    let tape = Tape::new();
    let x = tape.var(3.0);
    assert_eq!((x * x).gradient().of(x), 6.0);
    assert_eq!((x - x).gradient().of(x), 0.0);
    assert_eq!(x.max(x).gradient().of(x), 1.0);
    assert_eq!(tape::dot(&[x, x], &[x, x]).gradient().of(x), 12.0);
    let m = tape.matrix(&dmatrix![1.0, 2.0; 3.0, 4.0]);
    let gradient = (m * m).sum().gradient();
    assert_eq!(
        gradient.of(m).matrix().into_owned(),
        dmatrix![7.0, 11.0; 9.0, 13.0]
    );
    let gradient = MatrixVar::hstack(&[m, m]).sum().gradient();
    assert_eq!(gradient.of(m).values(), [2.0; 4]);
}

#[test]
fn unused_inputs() {
    let tape = Tape::new();
    let (x, unused) = (tape.var(3.0), tape.var(5.0));
    let matrix = tape.matrix(&dmatrix![1.0, 2.0]);
    let gradient = x.exp().gradient();
    assert_eq!(gradient.of(unused), 0.0);
    assert_eq!(gradient.of(matrix).values(), [0.0, 0.0]);
}

#[test]
fn constants() {
    let tape = Tape::new();
    let x = tape.var(3.0);
    let two = Var::from(2.0);
    let y = x * two;
    assert_eq!(
        tape.len(),
        2,
        "a number beside a handle is kept in the entry"
    );
    assert_eq!((y.gradient().of(x), y.gradient().of(two)), (2.0, 0.0));
    let input = tape.input(&dmatrix![1.0, 2.0]);
    let y = (input * x).sum();
    assert_eq!(y.gradient().of(input).values(), [0.0, 0.0]);
    assert_eq!(y.gradient().of(x), 3.0);
}

#[test]
fn entries_the_output_does_not_depend_on() {
    let tape = Tape::new();
    let x = tape.var(0.0);
    let aside = x.sqrt() * 0.0;
    let y = x * 2.0;
    assert_eq!(y.gradient().of(x), 2.0, "the ∞ aside is not visited");
    assert_eq!(y.gradient().of(aside), 0.0);
    let mut along = Tangents::new();
    tape.push_forward(Seed::one(aside), &mut along).unwrap();
    assert_eq!(along.of(y), 0.0);
}

#[test]
fn a_dual_zero_is_still_visited() {
    // (0, ε) equals 0, yet it carries a derivative: what is visited is decided by structure.
    let tape = Tape::<Dual64>::default();
    let x = tape.var(Dual64::new(0.0, 1.0));
    let y = x * x;
    assert_eq!(y.gradient().of(x).eps, 2.0);
}

#[test]
fn an_output_that_is_a_leaf() {
    let tape = Tape::new();
    let x = tape.var(3.0);
    assert_eq!(x.gradient().of(x), 1.0);
}
