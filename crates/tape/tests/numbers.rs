//! Inputs at which a plainly written formula loses its digits, overflows or is not defined. The
//! right values follow from mathematics, or were computed with 50 digits.

use nalgebra::DMatrix;
use tape::{MatrixVar, Scalar, Tape, Var};

#[cfg(feature = "num-dual")]
#[path = "numbers/duals.rs"]
mod duals;
#[path = "numbers/slopes.rs"]
mod slopes;

/// That two numbers differ by some units of the last place at most; below the normal numbers there
/// are no relative errors. NaN is NaN.
#[track_caller]
fn close<T: Scalar>(what: &str, found: T, expected: f64, ulps: f64) {
    let found = found.to_f64();
    let smallest = if T::EPSILON > 1e-10 {
        f64::from(f32::MIN_POSITIVE)
    } else {
        f64::MIN_POSITIVE
    };
    let tolerance = ulps * T::EPSILON * expected.abs().max(smallest);
    let same = found == expected || (found.is_nan() && expected.is_nan());
    assert!(
        same || (found - expected).abs() <= tolerance,
        "{what} is {found:e}, not {expected:e}"
    );
}

/// A number of a matrix function, and its gradient.
fn of_matrix<T: Scalar>(
    x: DMatrix<T>,
    f: impl for<'t> Fn(MatrixVar<'t, T>) -> Var<'t, T>,
) -> (T, DMatrix<T>) {
    let tape = Tape::default();
    let leaf = tape.matrix(&x);
    let y = f(leaf);
    (y.value(), y.gradient().of(leaf).to_matrix())
}

#[test]
fn sums_of_millions_keep_their_digits() {
    let tenths = DMatrix::from_element(1000, 1393, 0.1_f32);
    let exact = 1_393_000.0 * f64::from(0.1_f32);
    close("sum", of_matrix(tenths.clone(), |x| x.sum()).0, exact, 4.0);
    close(
        "mean",
        of_matrix(tenths.clone(), |x| x.mean()).0,
        exact / 1.393e6,
        4.0,
    );
    let dot = of_matrix(tenths, |x| x.dot(x)).0;
    close("dot", dot, exact * f64::from(0.1_f32), 4.0);

    let numbers = vec![0.1_f32; 300_000];
    let tape = Tape::default();
    let handles = tape.vars(&numbers);
    let exact = 300_000.0 * f64::from(0.1_f32);
    let plain: Vec<Var<'_, f32>> = numbers.iter().map(|&x| Var::from(x)).collect();
    for x in [&handles, &plain] {
        close("sum of scalars", tape::sum(x).value(), exact, 4.0);
        let dot = tape::dot(x, x).value();
        close("dot of scalars", dot, exact * f64::from(0.1_f32), 4.0);
        let log_sum = tape::log_sum_exp(x).value();
        close(
            "log-sum-exp",
            log_sum,
            300_000_f64.ln() + f64::from(0.1_f32),
            4.0,
        );
    }
}

#[test]
fn rows_and_columns_of_a_million_keep_their_digits() {
    let count = 1_000_000;
    let exact = count as f64 * f64::from(0.1_f32);
    for rows in [1, 2] {
        let tape = Tape::default();
        let wide = tape.matrix(&DMatrix::from_element(rows, count, 0.1_f32));
        let tall = tape.matrix(&DMatrix::from_element(count, rows, 0.1_f32));
        for sums in [wide.row_sums(), tall.column_sums()] {
            close("a row or a column", sums.value()[0], exact, 4.0);
        }
    }
    // Exponentials whose sum is rounded.
    let row = DMatrix::from_fn(1, count, |_, j| if j == 0 { 1.0_f32 } else { 0.5 });
    close(
        "softmax, summed",
        of_matrix(row, |x| x.softmax().sum()).0,
        1.0,
        4.0,
    );
}

/// What was repeated gets a sum back.
#[test]
fn the_slopes_of_what_is_repeated_are_summed_pairwise() {
    let many = 1_000_000;
    for (rows, cols) in [(many, 1), (1, many), (many / 1000, 1000)] {
        let full = DMatrix::from_element(rows, cols, 0.1_f32);
        let tape = Tape::default();
        let full = tape.matrix(&full);
        let operand = |rows, cols| tape.matrix(&DMatrix::from_element(rows, cols, 1.0_f32));
        for repeated in [operand(1, cols), operand(rows, 1), operand(1, 1)] {
            let product = full.component_mul(repeated).sum();
            let gradient = product.gradient();
            let slopes = gradient.of(repeated);
            let terms = many as f64 / slopes.values().len() as f64;
            let what = format!("a {} repeated to {rows}×{cols}", slopes.shape());
            close(&what, slopes.values()[0], terms * f64::from(0.1_f32), 4.0);
        }
    }
}

#[test]
fn the_slopes_of_log_sum_exp_are_shares() {
    fn half<T: Scalar>(sizes: &[f64]) {
        for &size in sizes {
            let x = T::from_f64(size);
            let (_, dx) = of_matrix(DMatrix::from_element(1, 2, x), |x| {
                x.row_log_sum_exp().sum()
            });
            close("row_log_sum_exp", dx[0], 0.5, 0.0);
            close("row_log_sum_exp", dx[1], 0.5, 0.0);
            let tape = Tape::default();
            let x = tape.vars(&[x, x]);
            let gradient = tape::log_sum_exp(&x).gradient();
            close("log_sum_exp", gradient.of(x[0]), 0.5, 0.0);
            close("log_sum_exp", gradient.of(x[1]), 0.5, 0.0);
        }
    }
    half::<f32>(&[1e8, 1e4, -3e37]);
    half::<f64>(&[1e14, 1e16, -1e300]);
}
