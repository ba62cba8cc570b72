//! Numbers off the kinks.

use crate::number::Scalar;
use nalgebra::DMatrix;
use proptest::collection::vec;
use proptest::prelude::*;
use std::fmt;

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

/// The values of another strategy in another type of numbers: `converted::<f32, _>(points(3))`. A
/// dual number gets no dual part; a direction is mapped in beside the points.
///
/// ```
/// use num_dual::Dual64;
/// use proptest::prelude::*;
/// use tape::strategies::{assert_function, converted, points};
///
/// let config = ProptestConfig::with_cases(20);
/// assert_function(config.clone(), |x| x[0].exp() * x[1], converted::<f32, _>(points(2)));
///
/// let moving = (points(2), points(2)).prop_map(|(x, dx)| {
///     x.into_iter().zip(dx).map(|(x, dx)| Dual64::new(x, dx)).collect::<Vec<_>>()
/// });
/// assert_function(config, |x| x[0].exp() * x[1], moving);
/// ```
pub fn converted<T: Scalar, S>(
    strategy: S,
) -> impl Strategy<Value = <S::Value as Convert<T>>::Converted>
where
    S: Strategy<Value: Convert<T, Converted: fmt::Debug>>,
{
    strategy.prop_map(Convert::convert)
}

/// What [`converted`] takes: `f64`, matrices of it, and lists of either.
pub trait Convert<T> {
    /// The same of `T`.
    type Converted;
    #[doc(hidden)]
    fn convert(self) -> Self::Converted;
}

impl<T: Scalar> Convert<T> for f64 {
    type Converted = T;
    fn convert(self) -> T {
        T::from_f64(self)
    }
}

impl<T: Scalar> Convert<T> for DMatrix<f64> {
    type Converted = DMatrix<T>;
    fn convert(self) -> DMatrix<T> {
        self.map(T::from_f64)
    }
}

impl<T, V: Convert<T>> Convert<T> for Vec<V> {
    type Converted = Vec<V::Converted>;
    fn convert(self) -> Self::Converted {
        self.into_iter().map(V::convert).collect()
    }
}
