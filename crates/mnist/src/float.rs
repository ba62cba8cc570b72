//! The two kinds of number a net is trained in.

use crate::dataset::Pixel;

/// A float that can stand on a tape, be made of a pixel and be kept in a weights file: `f32` and
/// `f64`.
pub trait Float: nn::Stored + Pixel + std::fmt::Display {}

impl Float for f32 {}
impl Float for f64 {}
