//! How numbers are written: four significant digits for reading, every digit for the title shown on
//! hover.

use crate::quantity::{Matrix, Quantity};

/// Rounds for reading: `2.1999999999999997` is written 2.2.
///
/// Whole numbers below 10⁷ keep all their digits. Others get four significant ones, more if that
/// would replace digits before the point by zeros; below 10⁻⁴ and from 10⁶ the notation is
/// scientific. Numbers of pictures are written so.
///
/// ```
/// assert_eq!(picture::short(2.1999999999999997), "2.2");
/// assert_eq!(picture::short(-1.0 / 3.0), "-0.3333");
/// assert_eq!(picture::short(1234567.8), "1.235e6");
/// ```
pub fn short(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "∞" } else { "-∞" }.to_owned();
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    if number.fract() == 0.0 && number.abs() < 1e7 {
        return format!("{number}");
    }
    // The exponent is read off the rounded number, so that 9.99996 counts as 10.
    let scientific = format!("{number:.3e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        let decimals = usize::try_from(3 - exponent).unwrap_or(0);
        trimmed(&format!("{number:.decimals$}")).to_owned()
    } else {
        format!("{}e{exponent}", trimmed(mantissa))
    }
}

/// Every digit needed to get the same number back.
pub(crate) fn full(number: f64) -> String {
    match number.abs() {
        size if size == 0.0 || (1e-5..1e16).contains(&size) || !size.is_finite() => {
            format!("{number}")
        }
        _ => format!("{number:e}"),
    }
}

fn trimmed(digits: &str) -> &str {
    if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    }
}

/// `100×784`.
pub(crate) fn shape(matrix: &Matrix) -> String {
    format!("{}×{}", matrix.rows, matrix.columns)
}

/// A quantity in one short line: a table's cell, a constant's node, a number put into a formula.
pub(crate) fn brief(quantity: &Quantity) -> String {
    match quantity {
        Quantity::Scalar(number) => short(*number),
        Quantity::Matrix(matrix) => shape(matrix),
        Quantity::Text { short, .. } => short.clone(),
        Quantity::Bundle(count) => format!("{count} values"),
    }
}

/// A quantity with all that is known of it, for a title.
pub(crate) fn complete(quantity: &Quantity) -> String {
    match quantity {
        Quantity::Scalar(number) => full(*number),
        Quantity::Matrix(matrix) => {
            let mut text = format!("{}, norm {}", shape(matrix), full(matrix.norm));
            for row in rows(matrix) {
                text.push_str("\n[");
                text.push_str(
                    &row.iter()
                        .map(|&entry| full(entry))
                        .collect::<Vec<_>>()
                        .join("  "),
                );
                text.push(']');
            }
            text
        }
        Quantity::Text { full, .. } => full.clone(),
        Quantity::Bundle(count) => format!("{count} values"),
    }
}

/// The rows of a matrix small enough to be written out; none of a larger one.
pub(crate) fn rows(matrix: &Matrix) -> impl Iterator<Item = &[f64]> {
    matrix.entries.chunks(matrix.columns.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rounds_for_reading() {
        let cases = [
            (2.1999999999999997, "2.2"),
            (110.00000000000001, "110"),
            (715.0000000000001, "715"),
            (650.0, "650"),
            (-0.5, "-0.5"),
            (1.0 / 3.0, "0.3333"),
            (0.00012345, "0.0001234"),
            (0.000012345, "1.234e-5"),
            (9.99996, "10"),
            (99999.96, "100000"),
            (12345.6, "12346"),
            (123456.7, "123457"),
            (1234567.8, "1.235e6"),
            (1234567.0, "1234567"),
            (60000.0, "60000"),
            (1e300, "1e300"),
            (-2.5e-10, "-2.5e-10"),
            (0.0, "0"),
            (-0.0, "0"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-∞"),
        ];
        for (number, expected) in cases {
            assert_eq!(short(number), expected, "{number:?}");
        }
    }

    #[test]
    fn a_single_precision_number_keeps_its_own_digits() {
        assert_eq!(complete(&Quantity::from(0.1f32)), "0.1");
        assert_eq!(complete(&Quantity::from(f32::MAX)), "3.4028235e38");
        assert_eq!(brief(&Quantity::from(f32::INFINITY)), "∞");
    }

    #[test]
    fn small_matrices_are_written_out_in_titles() {
        let matrix = Matrix::summary(2, 2, [3.0, 0.0, 0.0, 4.0]);
        assert_eq!(complete(&matrix.into()), "2×2, norm 5\n[3  0]\n[0  4]");
        let matrix = Matrix::summary(4, 1, [1.0; 4]);
        assert_eq!(complete(&matrix.into()), "4×1, norm 2");
    }

    proptest! {
        #[test]
        fn titles_lose_nothing(bits: u64) {
            let number = f64::from_bits(bits);
            prop_assume!(number.is_finite());
            prop_assert_eq!(full(number).parse::<f64>().unwrap(), number);
        }

        #[test]
        fn reading_loses_little_and_stays_short(
            number in prop_oneof![-1e9..1e9, -10.0..10.0, -1e-3..1e-3f64],
        ) {
            let text = short(number);
            prop_assert!(text.len() <= 10, "{}", text);
            let read: f64 = text.parse().unwrap();
            let off = (read - number).abs();
            prop_assert!(off <= 0.5001e-3 * number.abs(), "{} read as {}", number, text);
        }
    }
}
