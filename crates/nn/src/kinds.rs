//! The layers there are, one block each: shapes, parameters, record. A word in [`kinds`] enrols
//! one.

use crate::images::ImageShape;
use crate::layer::{First, Layer, Mask, Mode, Parameter, Place, Signal};
use crate::layers::{Activation, affine};
use crate::ops::{AveragePool, Convolution, MaxPool, Window};
use nalgebra::DMatrix;
use std::fmt;
use tape::{MatrixVar, Op, Operand, Scalar, Shape};

/// `X · W + b`, [`ops::Affine`](crate::ops::Affine).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Affine {
    /// How many numbers it gives for each example.
    pub outputs: usize,
}

/// Filters over images, [`ops::Convolution`](Convolution).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv {
    /// How many.
    pub filters: usize,
    /// Their size, and how they move.
    pub window: Window,
}

/// One number for each window, [`ops::MaxPool`](MaxPool) or [`ops::AveragePool`](AveragePool).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// The mean of the window, not its largest number.
    pub average: bool,
    /// The window. Unless the line says otherwise it moves by as much as it is high.
    pub window: Window,
}

/// Leaves numbers out while the net learns, each with the same probability, and lets the others
/// count for them: inverted dropout, `Y = X ⊙ M`, where M is 0 with probability `rate` and `1/(1 −
/// rate)` elsewhere. So in evaluation `Y = X`. (The book multiplies by `1 − rate` in evaluation
/// instead.)
///
/// Source: "Deep Learning from Scratch", section 6.4.3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    /// The probability of being left out, from 0 up and below 1.
    pub rate: f64,
}

/// Batch normalisation: every unit, or every channel of an image, with the mean 0 and the variance
/// 1 over the batch, then scaled and shifted: `Y = γ · (X − mean) / √(variance + 10⁻⁵) + β`.
///
/// In training mean and variance are entries of the tape, and have slopes; the variance is that of
/// the batch itself, divided by the count. In evaluation both are averages of what the batches had,
/// of which each step takes over a tenth.
///
/// Source: "Deep Learning from Scratch", section 6.3; Ioffe and Szegedy 2015.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchNorm;

/// What is added to a variance before its root is taken.
const EPSILON: f64 = 1e-5;

impl fmt::Display for Affine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "affine {}", self.outputs)
    }
}

impl Layer for Affine {
    fn output(&self, input: Signal) -> Result<Signal, String> {
        match input.is_empty() {
            true => Err(format!("needs numbers, found {input}")),
            false => Ok(Signal::Numbers(self.outputs)),
        }
    }

    fn parameters(&self, input: Signal) -> Vec<Parameter> {
        weights_and_bias(Shape::new(input.len(), self.outputs))
    }

    fn record<'t, T: Scalar>(
        &self,
        x: MatrixVar<'t, T>,
        at: &mut Place<'_, 't, T>,
    ) -> MatrixVar<'t, T> {
        affine(x, at.parameters[0], at.parameters[1])
    }
}

/// `W` of a shape, and a number of `b` for each of its columns.
fn weights_and_bias(shape: Shape) -> Vec<Parameter> {
    let weights = Parameter {
        name: "W",
        shape,
        first: First::Weights,
    };
    let bias = Parameter {
        name: "b",
        shape: Shape::new(1, shape.cols),
        first: First::Number(0.0),
    };
    vec![weights, bias]
}

impl Conv {
    fn op(&self, input: Signal) -> Result<Convolution, String> {
        let op = Convolution::new(input.image()?, self.filters, self.window);
        op.map_err(|error| error.to_string())
    }
}

impl fmt::Display for Conv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "conv {} {}", self.filters, self.window)
    }
}

impl Layer for Conv {
    fn output(&self, input: Signal) -> Result<Signal, String> {
        let places = self.window.places(input.image()?);
        let places = places.map_err(|error| error.to_string())?;
        Ok(Signal::Image(ImageShape {
            channels: self.filters,
            ..places
        }))
    }

    fn parameters(&self, input: Signal) -> Vec<Parameter> {
        let channels = input.image().map_or(0, |image| image.channels);
        weights_and_bias(Shape::new(channels * self.window.len(), self.filters))
    }

    fn record<'t, T: Scalar>(
        &self,
        x: MatrixVar<'t, T>,
        at: &mut Place<'_, 't, T>,
    ) -> MatrixVar<'t, T> {
        let op = self.op(at.input).unwrap_or_else(|error| panic!("{error}"));
        let operands = [x, at.parameters[0], at.parameters[1]];
        apply(op, &operands)
    }
}

/// Records an op that takes any values.
fn apply<'t, T: Scalar>(
    op: impl Op<T> + 'static,
    operands: &[MatrixVar<'t, T>],
) -> MatrixVar<'t, T> {
    let handles: Vec<Operand<'t, T>> = operands.iter().map(|&handle| handle.into()).collect();
    let recorded = operands[0].tape().apply(op, &handles);
    recorded.expect("it takes any values").matrix()
}

impl Pool {
    fn places(&self, input: Signal) -> Result<Signal, String> {
        let places = self.window.places(input.image()?);
        places.map(Signal::Image).map_err(|error| error.to_string())
    }
}

impl fmt::Display for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.average { "average-pool" } else { "pool" })?;
        let Window {
            height,
            width,
            stride,
            padding,
        } = self.window;
        write!(f, " {height}x{width}")?;
        if stride != height {
            write!(f, " stride {stride}")?;
        }
        if padding != 0 {
            write!(f, " pad {padding}")?;
        }
        Ok(())
    }
}

impl Layer for Pool {
    fn output(&self, input: Signal) -> Result<Signal, String> {
        self.places(input)
    }

    fn record<'t, T: Scalar>(
        &self,
        x: MatrixVar<'t, T>,
        at: &mut Place<'_, 't, T>,
    ) -> MatrixVar<'t, T> {
        let image = at.input.image().unwrap_or_else(|error| panic!("{error}"));
        if self.average {
            apply(
                AveragePool::new(image, self.window).expect("it has an output"),
                &[x],
            )
        } else {
            apply(
                MaxPool::new(image, self.window).expect("it has an output"),
                &[x],
            )
        }
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Layer for Activation {
    fn output(&self, input: Signal) -> Result<Signal, String> {
        Ok(input)
    }

    fn record<'t, T: Scalar>(
        &self,
        x: MatrixVar<'t, T>,
        _: &mut Place<'_, 't, T>,
    ) -> MatrixVar<'t, T> {
        self.apply(x)
    }
}

impl fmt::Display for Dropout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dropout {}", self.rate)
    }
}

impl Layer for Dropout {
    fn output(&self, input: Signal) -> Result<Signal, String> {
        match (0.0..1.0).contains(&self.rate) {
            true => Ok(input),
            false => Err(format!(
                "leaves out a share of {}, expected one below 1",
                self.rate
            )),
        }
    }

    /// The mask is of ones until it is drawn.
    fn record<'t, T: Scalar>(
        &self,
        x: MatrixVar<'t, T>,
        at: &mut Place<'_, 't, T>,
    ) -> MatrixVar<'t, T> {
        if at.mode == Mode::Evaluation {
            return x;
        }
        let Shape { rows, cols } = x.shape();
        let ones = DMatrix::from_element(rows, cols, T::one());
        let matrix = at
            .tape
            .input(&ones)
            .named(format!("mask{}", at.masks.len() + 1));
        at.masks.push(Mask {
            matrix,
            rate: self.rate,
        });
        x.component_mul(matrix)
    }
}

impl fmt::Display for BatchNorm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("batch-norm")
    }
}

impl Layer for BatchNorm {
    fn output(&self, input: Signal) -> Result<Signal, String> {
        Ok(input)
    }

    fn parameters(&self, input: Signal) -> Vec<Parameter> {
        let cols = match input {
            Signal::Numbers(count) => count,
            Signal::Image(shape) => shape.channels,
        };
        let parameter = |name, first| Parameter {
            name,
            shape: Shape::new(1, cols),
            first,
        };
        vec![
            parameter("gamma", First::Number(1.0)),
            parameter("beta", First::Number(0.0)),
            parameter("mean", First::Running(0.0)),
            parameter("variance", First::Running(1.0)),
        ]
    }

    /// The pixels of a channel and the examples become one long column.
    fn record<'t, T: Scalar>(
        &self,
        x: MatrixVar<'t, T>,
        at: &mut Place<'_, 't, T>,
    ) -> MatrixVar<'t, T> {
        let Shape { rows, cols } = x.shape();
        let units = at.parameters[0].shape().cols;
        let is_image = units != cols;
        let x = if is_image {
            x.reshape(rows * (cols / units), units)
        } else {
            x
        };
        let (mean, variance) = match at.mode {
            Mode::Training => {
                let both = (x.column_means(), x.column_variances());
                at.statistics.extend([both.0, both.1]);
                both
            }
            Mode::Evaluation => (at.parameters[2], at.parameters[3]),
        };
        let scale = at.parameters[0].component_div((variance + T::from_f64(EPSILON)).sqrt());
        let y = (x - mean).component_mul(scale) + at.parameters[1];
        if is_image { y.reshape(rows, cols) } else { y }
    }
}

/// The enum of all layers, which is a layer by being one of them.
macro_rules! kinds {
    ($($Kind:ident),*) => {
        /// Any of the layers of this crate.
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum Kind {
            $(#[doc = concat!("[`", stringify!($Kind), "`].")] $Kind($Kind),)*
        }

        $(impl From<$Kind> for Kind {
            fn from(layer: $Kind) -> Self {
                Kind::$Kind(layer)
            }
        })*

        impl fmt::Display for Kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Kind::$Kind(layer) => layer.fmt(f),)*
                }
            }
        }

        impl Layer for Kind {
            fn output(&self, input: Signal) -> Result<Signal, String> {
                match self {
                    $(Kind::$Kind(layer) => layer.output(input),)*
                }
            }

            fn parameters(&self, input: Signal) -> Vec<Parameter> {
                match self {
                    $(Kind::$Kind(layer) => layer.parameters(input),)*
                }
            }

            fn record<'t, T: Scalar>(
                &self,
                x: MatrixVar<'t, T>,
                at: &mut Place<'_, 't, T>,
            ) -> MatrixVar<'t, T> {
                match self {
                    $(Kind::$Kind(layer) => layer.record(x, at),)*
                }
            }
        }
    };
}
kinds!(Affine, Conv, Pool, Activation, Dropout, BatchNorm);
