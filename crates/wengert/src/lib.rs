#![doc = include_str!("../README.md")]

pub use nalgebra;
pub use nn;
pub use picture;
pub use tape;
