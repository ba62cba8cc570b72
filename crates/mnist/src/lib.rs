//! MNIST.

pub mod dataset;
pub mod digits;
mod gather;
pub mod idx;
