//! The net of the book's chapters 4 and 5.

use crate::init::Init;
use crate::layers::Activation;
use crate::net::Net;
use crate::numerical_gradient::NumericalGradient;
use nalgebra::DMatrix;
use rand::Rng;
use tape::{Error, Scalar};

/// The book's `TwoLayerNet`: Affine, ReLU, Affine, softmax with cross-entropy.
///
/// It is the two-layer case of [`Net`], with the methods the book gives it. For everything else
/// there is the net inside.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoLayerNet<T: nalgebra::Scalar = f64> {
    /// The two layers, with ReLU between them.
    pub net: Net<T>,
}

impl<T: Scalar> TwoLayerNet<T> {
    /// A net with weights drawn from a normal distribution of the given deviation (the book's
    /// `weight_init_std`, 0.01).
    pub fn new(
        inputs: usize,
        hidden: usize,
        outputs: usize,
        deviation: f64,
        rng: &mut impl Rng,
    ) -> Self {
        let sizes = [inputs, hidden, outputs];
        let init = Init::Normal(deviation);
        TwoLayerNet {
            net: Net::random(&sizes, Activation::Relu, init, rng),
        }
    }

    /// The logits of each row of `x`; see [`Net::predict`].
    ///
    /// # Panics
    /// If `x` has another number of columns than the net has inputs.
    #[track_caller]
    pub fn predict(&self, x: &DMatrix<T>) -> DMatrix<T> {
        self.net.predict(x)
    }

    /// The mean loss on examples `x` with targets `t`, labels or one-hot rows; see [`Net::loss`].
    ///
    /// # Errors
    /// If the targets are no labels or distributions of this net's classes.
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[track_caller]
    pub fn loss(&self, x: &DMatrix<T>, t: &DMatrix<T>) -> Result<T, Error> {
        self.net.loss(x, t)
    }

    /// The share of examples whose largest logit is at the wanted class; see [`Net::accuracy`].
    ///
    /// # Errors
    /// As [`loss`](TwoLayerNet::loss).
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[track_caller]
    pub fn accuracy(&self, x: &DMatrix<T>, t: &DMatrix<T>) -> Result<f64, Error> {
        self.net.accuracy(x, t)
    }

    /// The gradient of the loss, by a sweep; see [`Net::gradient`].
    ///
    /// # Errors
    /// As [`loss`](TwoLayerNet::loss).
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[track_caller]
    #[doc(alias = "backprop")]
    #[doc(alias = "backward")]
    #[doc(alias = "grad")]
    pub fn gradient(&self, x: &DMatrix<T>, t: &DMatrix<T>) -> Result<Vec<DMatrix<T>>, Error> {
        self.net.gradient(x, t)
    }

    /// The gradient of the loss, by central differences with step `h`; see
    /// [`Net::numerical_gradient`].
    ///
    /// # Errors
    /// As [`loss`](TwoLayerNet::loss).
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[track_caller]
    pub fn numerical_gradient(
        &self,
        x: &DMatrix<T>,
        t: &DMatrix<T>,
        h: T,
    ) -> Result<NumericalGradient<T>, Error> {
        self.net.numerical_gradient(x, t, h)
    }
}
