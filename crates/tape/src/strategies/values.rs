//! Numbers off the kinks.

use nalgebra::DMatrix;
use proptest::collection::vec;
use proptest::prelude::*;

/// Points of `len` coordinates between −2 and 2, at least `1 / len` away from 0, and their sizes as
/// much from each other: no `relu`, `abs`, `max` of them is near a kink. They shrink towards
/// `1/len, 2/len, …, 1`.
pub fn points(len: usize) -> impl Strategy<Value = Vec<f64>> {
    let unit = 1.0 / len.max(2) as f64;
    let places: Vec<f64> = (1..=len).map(|k| k as f64 * unit).collect();
    let order = Just(places).prop_shuffle();
    (order, vec(any::<bool>(), len), 1.0..2.0).prop_map(|(places, signs, stretch)| {
        let signed = signs.iter().zip(places);
        signed
            .map(|(&negative, x)| if negative { -x * stretch } else { x * stretch })
            .collect()
    })
}

/// Matrices of a given shape whose elements are [`points`].
pub fn matrix(rows: usize, cols: usize) -> impl Strategy<Value = DMatrix<f64>> {
    points(rows * cols).prop_map(move |values| DMatrix::from_row_slice(rows, cols, &values))
}

/// Matrices of 1 to `most` rows and columns, as [`matrix`]; they shrink to small ones.
pub fn matrices(most: usize) -> impl Strategy<Value = DMatrix<f64>> {
    (1..=most, 1..=most).prop_flat_map(|(rows, cols)| matrix(rows, cols))
}
