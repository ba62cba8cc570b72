//! Initial weights.

use nalgebra::DMatrix;
use rand::Rng;
use rand_distr::{Distribution, StandardNormal, Uniform};
use tape::Scalar;

/// How the weights of an affine layer are drawn; biases start at 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Normal, mean 0, with this standard deviation. The book's chapter 5 uses 0.01.
    Normal(f64),
    /// Normal with deviation `1/√inputs`: keeps the variance through sigmoid-like layers (Glorot
    /// and Bengio 2010, in the book's form).
    Xavier,
    /// Normal with deviation `√(2/inputs)`: the same for ReLU (He et al. 2015).
    He,
    /// Uniform between minus and plus this limit.
    Uniform(f64),
}

impl Init {
    /// Draws an `inputs` × `outputs` matrix, row by row.
    ///
    /// # Panics
    /// If the deviation or the limit is negative or not finite.
    pub fn weights<T: Scalar>(
        self,
        inputs: usize,
        outputs: usize,
        rng: &mut impl Rng,
    ) -> DMatrix<T> {
        let mut row_major = Vec::with_capacity(inputs * outputs);
        let count = inputs * outputs;
        let (Init::Normal(size) | Init::Uniform(size)) = self else {
            let gain = if self == Init::He { 2.0 } else { 1.0 };
            let deviation = (gain / inputs.max(1) as f64).sqrt();
            return Init::Normal(deviation).weights(inputs, outputs, rng);
        };
        assert!(
            size.is_finite() && size >= 0.0,
            "{self:?}: the size must be finite and not negative"
        );
        match self {
            Init::Uniform(limit) => {
                let uniform = Uniform::new_inclusive(-limit, limit).expect("a finite range");
                row_major.extend((0..count).map(|_| T::from_f64(uniform.sample(rng))));
            }
            _ => row_major.extend((0..count).map(|_| {
                let normal: f64 = StandardNormal.sample(rng);
                T::from_f64(size * normal)
            })),
        }
        DMatrix::from_row_iterator(inputs, outputs, row_major)
    }
}
