//! Neural networks as entries of a tape.
//!
//! The layers of "Deep Learning from Scratch", chapters 5 to 8: Affine, ReLU, softmax with
//! cross-entropy, convolution, pooling, batch normalisation, dropout. Each is an entry on the tape
//! of the [`tape`] crate; the fused ones implement its public [`Op`](tape::Op) trait, as a user's
//! own op would. There is no backward pass in this crate: the gradient of a net is a sweep of the
//! tape its forward pass was recorded on.
//!
//! ```
//! use nalgebra::dmatrix;
//! use nn::{affine, softmax_cross_entropy};
//! use tape::Tape;
//!
//! let tape = Tape::new();
//! let x = tape.input(&dmatrix![1.0, 2.0; 3.0, 4.0]); // two examples of two numbers
//! let w = tape.matrix(&dmatrix![0.1, -0.2, 0.3; 0.0, 0.5, -0.1]);
//! let b = tape.matrix(&dmatrix![0.0, 0.1, 0.2]);
//! let labels = tape.input(&dmatrix![2.0; 1.0]);
//!
//! let logits = affine(x, w, b).relu();
//! let loss = softmax_cross_entropy(logits, labels)?;
//! let gradient = loss.gradient();
//! assert_eq!(gradient.of(w).shape(), w.shape());
//! # Ok::<(), tape::Error>(())
//! ```
//!
//! Rows are examples, here and everywhere: `X` is N×D, `W` is D×H, `b` is 1×H. Losses are means
//! over the N rows.

mod evaluate;
mod images;
mod init;
mod kinds;
mod layer;
mod layers;
mod line;
mod net;
mod numerical_gradient;
pub mod ops;
mod optimiser;
mod pass;
mod perceptron;
mod ranks;
mod recording;
mod schedule;
mod trainer;
mod two_layer;
mod weights;

pub use images::{ImageBatch, ImageShape, ImageVar};
pub use init::Init;
pub use kinds::{Affine, BatchNorm, Conv, Dropout, Kind, Pool};
pub use layer::{First, Layer, Mask, Mode, Parameter, Place, Signal};
pub use layers::{
    Activation, affine, cross_entropy, half_sum_of_squares, identity, softmax_cross_entropy, step,
};
pub use line::{Line, LineError};
pub use net::{AffineParameters, Net, Recorded};
pub use numerical_gradient::NumericalGradient;
pub use optimiser::{Learner, Method, Optimiser, Rule, Sgd};
pub use pass::{Objective, Pass};
pub use perceptron::Perceptron;
pub use ranks::Ranks;
pub use recording::{Recording, Targets};
pub use schedule::Schedule;
pub use trainer::Trainer;
pub use two_layer::TwoLayerNet;
pub use weights::{Named, Stored, WeightsError};
