//! Handwritten digits.

pub mod drawn;
