//! How much rounding moves a number, measured: from values at points close together.
//!
//! A smooth function's differences of high order vanish between points that are close; what is left
//! is rounding, including that of cancellation inside of a formula, which nobody sees from outside
//! (Hamming 1971, chapter 6; Moré and Wild 2011, "Estimating computational noise").

/// How many points are looked at.
pub(super) const POINTS: usize = 8;
/// The orders of differences from which the noise is taken.
const ORDERS: std::ops::RangeInclusive<usize> = 5..=6;

/// The standard deviation of the noise in values at equally spaced points; 0 if one is missing.
pub(super) fn measured_noise(values: &[f64]) -> f64 {
    let mut differences = values.to_vec();
    let mut noise: f64 = 0.0;
    // (k!)² / (2k)!, by which the square of a k-th difference exceeds that of the noise.
    let mut ratio = 1.0;
    for order in 1..=*ORDERS.end() {
        differences = differences
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .collect();
        let k = order as f64;
        ratio *= k / (2.0 * (2.0 * k - 1.0));
        if ORDERS.contains(&order) && !differences.is_empty() {
            let squares = differences.iter().map(|d| d * d);
            let mean = squares.sum::<f64>() / differences.len() as f64;
            noise = noise.max((ratio * mean).sqrt());
        }
    }
    if noise.is_finite() { noise } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_points(f: impl Fn(f64) -> f64, spacing: f64) -> f64 {
        let values: Vec<f64> = (1..=POINTS).map(|k| f(k as f64 * spacing)).collect();
        measured_noise(&values)
    }

    #[test]
    fn smooth_functions_have_the_noise_of_their_rounding() {
        let noise = at_points(|t| (1.0 + t).exp(), 1e-9);
        assert!((1e-17..3e-15).contains(&noise), "{noise}");
        // A polynomial of low order has none but in its last digits.
        assert_eq!(at_points(|t| t * t, 0.5), 0.0);
    }

    #[test]
    fn cancellation_inside_of_a_formula_shows() {
        let noise = at_points(|t| (1e6 + (1.0 + t).exp()) - 1e6, 3e-8);
        assert!((1e-12..1e-9).contains(&noise), "{noise}");
    }

    #[test]
    fn the_noise_is_that_of_the_numbers() {
        // Alternating signs are noise of size 1: every difference doubles them.
        let alternating: Vec<f64> = (0..POINTS).map(|k| 1.0 - 2.0 * (k % 2) as f64).collect();
        // 2⁵ · √(5!² / 10!) and 2⁶ · √(6!² / 12!)
        assert!((measured_noise(&alternating) - 64.0 * (1.0_f64 / 924.0).sqrt()).abs() < 1e-12);
        assert_eq!(
            measured_noise(&[1.0, f64::NAN, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]),
            0.0
        );
    }
}
