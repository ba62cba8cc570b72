//! The two kinds of number a net is trained in.

use crate::dataset::Pixel;

/// What can be sent to another process.
#[cfg(feature = "mpi")]
pub use mpi::traits::Equivalence as Sent;

/// What can be sent to another process: anything, where nothing is.
#[cfg(not(feature = "mpi"))]
pub trait Sent {}
#[cfg(not(feature = "mpi"))]
impl<T> Sent for T {}

/// A float that can stand on a tape, be made of a pixel and be kept in a weights file: `f32` and
/// `f64`.
pub trait Float: nn::Stored + Pixel + std::fmt::Display + Sent {
    /// The number of little-endian bytes, as many as it has.
    fn read(bytes: &[u8]) -> Self;
}

impl Float for f32 {
    fn read(bytes: &[u8]) -> Self {
        f32::from_le_bytes(bytes.try_into().expect("four bytes"))
    }
}

impl Float for f64 {
    fn read(bytes: &[u8]) -> Self {
        f64::from_le_bytes(bytes.try_into().expect("eight bytes"))
    }
}
