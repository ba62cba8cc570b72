//! A net that learns digits while one watches, and says of a drawing what it sees and why.

mod check;
mod data;
mod files;
mod learner;
mod look;
mod loss;
mod studio;

pub use data::{Data, Images};
pub use learner::{CONVOLUTIONAL, Layers, Learner, Settings};
pub use loss::Loss;
pub use studio::Studio;
