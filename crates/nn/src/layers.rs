//! Layers and losses as functions of handles.

use crate::ops;
use tape::{Error, MatrixVar, Real, Scalar, Var};

/// An affine layer, [`ops::Affine`]: `X: N×D, W: D×H, b: 1×H → N×H`. A single example is a batch of
/// one row.
///
/// # Panics
/// If the shapes do not fit.
#[track_caller]
pub fn affine<'t, T: Scalar>(
    x: MatrixVar<'t, T>,
    w: MatrixVar<'t, T>,
    b: MatrixVar<'t, T>,
) -> MatrixVar<'t, T> {
    let recorded = x.tape().apply(ops::Affine, &[x.into(), w.into(), b.into()]);
    recorded.expect("an affine layer takes any values").matrix()
}

/// Softmax with cross-entropy, [`ops::SoftmaxCrossEntropy`]: the mean loss of `logits: N×C` against
/// `targets: N×1` labels or `N×C` rows of probabilities, one-hot or computed. With class weights,
/// or a label that is ignored: see there.
///
/// # Errors
/// If a label is not a whole number below C, a row is not a distribution, or there is no example.
///
/// # Panics
/// If the shapes do not fit.
#[track_caller]
pub fn softmax_cross_entropy<'t, T: Scalar>(
    logits: MatrixVar<'t, T>,
    targets: MatrixVar<'t, T>,
) -> Result<Var<'t, T>, Error> {
    ops::SoftmaxCrossEntropy::new().record(logits, targets)
}

/// Cross-entropy of probabilities, [`ops::CrossEntropy`].
///
/// # Errors
/// As [`softmax_cross_entropy`].
///
/// # Panics
/// If the shapes do not fit.
#[track_caller]
pub fn cross_entropy<'t, T: Scalar>(
    probabilities: MatrixVar<'t, T>,
    targets: MatrixVar<'t, T>,
) -> Result<Var<'t, T>, Error> {
    let operands = [probabilities.into(), targets.into()];
    let recorded = probabilities.tape().apply(ops::CrossEntropy, &operands)?;
    Ok(recorded.scalar())
}

/// Half the sum of squared differences, a mean over the rows: `(1/2N) Σᵢⱼ (yᵢⱼ − tᵢⱼ)²`.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn half_sum_of_squares<'t, T: Scalar>(
    outputs: MatrixVar<'t, T>,
    targets: MatrixVar<'t, T>,
) -> Var<'t, T> {
    let (y, t) = (outputs.shape(), targets.shape());
    assert!(
        y == t,
        "half_sum_of_squares: the outputs are {y}, the targets {t}; expected one shape"
    );
    let rows = T::from_f64(y.rows as f64);
    (outputs - targets).square().sum() / (rows + rows)
}

/// The output function of regression: the value itself.
pub fn identity<R: Real>(x: R) -> R {
    x
}

/// The output function of the perceptron: 1 where `x > 0`, else 0. On a tape this is a constant:
/// its derivative is 0 wherever it has one, and the comparison is a guard.
pub fn step<R: Real>(x: R) -> R {
    let zero = R::from_f64(0.0);
    if x > zero { R::from_f64(1.0) } else { zero }
}

/// The function between two layers that learn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Activation {
    /// `max(x, 0)`.
    #[default]
    Relu,
    /// `1 / (1 + e⁻ˣ)`.
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
}

impl Activation {
    /// Every activation.
    pub const ALL: [Activation; 3] = [Activation::Relu, Activation::Sigmoid, Activation::Tanh];

    /// The name used in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Activation::Relu => "relu",
            Activation::Sigmoid => "sigmoid",
            Activation::Tanh => "tanh",
        }
    }

    /// The activation of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|activation| activation.name() == name)
    }

    /// Applies it to every element.
    #[track_caller]
    pub fn apply<'t, T: Scalar>(self, x: MatrixVar<'t, T>) -> MatrixVar<'t, T> {
        match self {
            Activation::Relu => x.relu(),
            Activation::Sigmoid => x.sigmoid(),
            Activation::Tanh => x.tanh(),
        }
    }
}
