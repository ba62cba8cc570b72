//! What a layer is: shapes in and out, parameters, and how it records itself.

use crate::images::ImageShape;
use std::fmt;
use tape::{MatrixVar, Scalar, Shape, Tape};

/// What an example is between two layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// So many numbers in no order.
    Numbers(usize),
    /// An image.
    Image(ImageShape),
}

impl Signal {
    /// How many numbers it has.
    pub fn len(self) -> usize {
        match self {
            Signal::Numbers(count) => count,
            Signal::Image(shape) => shape.len(),
        }
    }

    /// Whether it has no number.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The image, for a layer that needs one.
    ///
    /// # Errors
    /// Says that it is none.
    pub fn image(self) -> Result<ImageShape, String> {
        match self {
            Signal::Image(shape) => Ok(shape),
            Signal::Numbers(count) => Err(format!("needs an image, found {count} numbers")),
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Signal::Numbers(count) => write!(f, "{count} numbers"),
            Signal::Image(shape) => write!(f, "an image of {shape}"),
        }
    }
}

/// A matrix that a layer has: what it is called, its shape, what it is at first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// The first part of its name; a number follows.
    pub name: &'static str,
    /// Rows and columns.
    pub shape: Shape,
    /// What it is before the first step.
    pub first: First,
}

/// What a parameter is before the first step, and whether it is learned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum First {
    /// Weights, drawn; the rows are what a unit sees. Weight decay is theirs alone.
    Weights,
    /// This number everywhere.
    Number(f64),
    /// This number everywhere, and then no sweep changes it, but what the batches had, on average:
    /// a running statistic.
    Running(f64),
}

impl Parameter {
    /// Whether a sweep has a derivative for it.
    pub fn is_learned(&self) -> bool {
        !matches!(self.first, First::Running(_))
    }
}

/// What a recording is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// To learn: dropout leaves out, batch normalisation looks at the batch.
    Training,
    /// To be judged: every number passes, and batch normalisation takes what it has seen.
    #[default]
    Evaluation,
}

/// What a layer records into.
#[derive(Debug)]
pub struct Place<'a, 't, T: Scalar> {
    /// The tape.
    pub tape: &'t Tape<T>,
    /// What an example is here.
    pub input: Signal,
    /// The layer's parameters, as its [`parameters`](Layer::parameters) has them; of those that are
    /// not learned, in training, there is none.
    pub parameters: &'a [MatrixVar<'t, T>],
    /// What is recorded for.
    pub mode: Mode,
    /// The masks that were recorded so far.
    pub masks: &'a mut Vec<Mask<MatrixVar<'t, T>>>,
    /// For each parameter that is not learned, in order, what the batch has in its place.
    pub statistics: &'a mut Vec<MatrixVar<'t, T>>,
}

/// An input of zeros and of a number that makes up for them, by which a signal is multiplied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mask<M> {
    /// Its handle, or its id.
    pub matrix: M,
    /// The probability of a zero.
    pub rate: f64,
}

/// A layer of a net. Its `Display` is what it is called in the [line](crate::Line) of the net.
///
/// ```
/// use nn::{Activation, Affine, Layer, Signal};
///
/// let affine = Affine { outputs: 100 };
/// assert_eq!(affine.output(Signal::Numbers(784)), Ok(Signal::Numbers(100)));
/// assert_eq!(affine.to_string(), "affine 100");
/// let names = affine.parameters(Signal::Numbers(784)).into_iter().map(|w| (w.name, w.shape.rows));
/// assert_eq!(names.collect::<Vec<_>>(), [("W", 784), ("b", 1)]);
/// assert!(Activation::Tanh.parameters(Signal::Numbers(784)).is_empty());
/// ```
pub trait Layer: fmt::Display {
    /// What an example is behind the layer.
    ///
    /// # Errors
    /// Says what the layer needs and what it found, if it cannot stand there.
    fn output(&self, input: Signal) -> Result<Signal, String>;

    /// What it has to learn, and what it keeps. Nothing, unless it says so.
    fn parameters(&self, input: Signal) -> Vec<Parameter> {
        let _ = input;
        vec![]
    }

    /// Records itself on `x`, a row for each example.
    ///
    /// # Panics
    /// If `x` is something else than `at` says, or the layer has no [output](Layer::output) there.
    fn record<'t, T: Scalar>(
        &self,
        x: MatrixVar<'t, T>,
        at: &mut Place<'_, 't, T>,
    ) -> MatrixVar<'t, T>;
}
