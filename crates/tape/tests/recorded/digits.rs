//! Second derivatives that are small, where what they are made of is large: they keep their digits.

use nalgebra::dmatrix;
use tape::{MatrixVar, Tape, Var, log_sum_exp};

/// The second derivative of a scalar by one element: recorded and swept, and recorded twice.
fn curvatures<'t>(tape: &'t Tape, y: Var<'t>, x: MatrixVar<'t>, col: usize) -> [f64; 2] {
    let slopes = tape.differentiate(y, 1.0, &[x.into()]).unwrap()[0].matrix();
    let slope = slopes.element(0, col);
    let second = tape.differentiate(slope, 1.0, &[x.into()]).unwrap()[0].matrix();
    [slope.gradient().of(x)[(0, col)], second.value()[(0, col)]]
}

fn assert_digits(found: [f64; 2], expected: f64, what: &str) {
    for found in found {
        let off = (found / expected - 1.0).abs();
        assert!(off < 1e-13, "{what}: {found:e} is not {expected:e}");
    }
}

#[test]
fn of_shares_that_are_nearly_1() {
    let others = (-40_f64).exp();
    let expected = others / (1.0 + others).powi(2);
    for col in 0..2 {
        let tape = Tape::new();
        let x = tape.matrix(&dmatrix![1000.0, 1040.0]);
        let y = x.row_log_sum_exp().sum();
        assert_digits(curvatures(&tape, y, x, col), expected, "row_log_sum_exp");
        let y = log_sum_exp(&[x.element(0, 0), x.element(0, 1)]);
        assert_digits(curvatures(&tape, y, x, col), expected, "log_sum_exp");
        let y = x.log_softmax().element(0, 1);
        assert_digits(curvatures(&tape, y, x, col), -expected, "log_softmax");
    }
}

#[test]
fn of_the_longest_side() {
    // By the long side it is the square of the other side, over the length to the third power.
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![1e-9, -2.0]);
    for y in [x.norm(), x.row_norms().sum()] {
        assert_digits(curvatures(&tape, y, x, 1), 1.25e-19, "norm");
        assert_digits(curvatures(&tape, y, x, 0), 0.5, "norm");
    }
    // At the origin there is no slope, nor any of it; a length that overflows has one.
    let x = tape.matrix(&dmatrix![0.0, 0.0]);
    assert_eq!(curvatures(&tape, x.norm(), x, 0), [0.0; 2]);
    let x = tape.matrix(&dmatrix![1.5e308, 1.5e308]);
    let slopes = tape.differentiate(x.norm(), 1.0, &[x.into()]).unwrap()[0].matrix();
    assert!((slopes.value()[0] - 0.5_f64.sqrt()).abs() < 1e-15);
}

#[test]
fn of_what_differs_little_from_its_mean() {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![1e8, 1e8 + 1.0, 1e8 + 2.0]);
    let slopes = tape.differentiate(x.row_variances().sum(), 1.0, &[x.into()]);
    let slopes = slopes.unwrap()[0].matrix();
    assert_eq!(slopes.value(), dmatrix![-2.0 / 3.0, 0.0, 2.0 / 3.0]);
}
