//! MNIST.

pub mod idx;
