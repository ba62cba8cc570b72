//! The net of the book's chapters 4 and 5.

use crate::init::Init;
use crate::layers::Activation;
use crate::net::Net;
use rand::Rng;
use std::ops::{Deref, DerefMut};
use tape::Scalar;

/// The book's `TwoLayerNet`: Affine, ReLU, Affine, softmax with cross-entropy.
///
/// It is the two-layer case of [`Net`], to which it dereferences: `predict`, `loss`, `accuracy`, `gradient` and
/// `numerical_gradient` are there.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoLayerNet<T: nalgebra::Scalar = f64>(Net<T>);

impl<T: Scalar> TwoLayerNet<T> {
    /// A net with weights drawn from a normal distribution of the given deviation (the book's `weight_init_std`, 0.01).
    pub fn new(
        inputs: usize,
        hidden: usize,
        outputs: usize,
        deviation: f64,
        rng: &mut impl Rng,
    ) -> Self {
        let sizes = [inputs, hidden, outputs];
        TwoLayerNet(Net::random(
            &sizes,
            Activation::Relu,
            Init::Normal(deviation),
            rng,
        ))
    }
}

impl<T: nalgebra::Scalar> Deref for TwoLayerNet<T> {
    type Target = Net<T>;
    fn deref(&self) -> &Net<T> {
        &self.0
    }
}

impl<T: nalgebra::Scalar> DerefMut for TwoLayerNet<T> {
    fn deref_mut(&mut self) -> &mut Net<T> {
        &mut self.0
    }
}
