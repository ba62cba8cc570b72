//! Reading IDX, the format of the MNIST files.
//!
//! An IDX file is a header and a payload. The header is two zero bytes, a byte for the type of the
//! elements, a byte for the rank, and one big-endian `u32` for each dimension; the payload is the
//! elements, big-endian, last dimension fastest. The MNIST family has unsigned bytes (0x08), images
//! of rank 3 (count, height, width) and labels of rank 1 (count). Files that people make have other
//! types and ranks. They are read where their meaning is plain:
//!
//! | | dimensions | elements, of any type |
//! | --- | --- | --- |
//! | labels | N, N×1; N×8 ints as QMNIST has them, whose first is the class | whole numbers from 0 to 255 |
//! | images | N×H×W, N×1×H×W, N×H×W×1; N×D where D is a square | numbers from 0 to 255, or fractions from 0 to 1 |
//!
//! Everything else is refused with its type and its dimensions. Files may be compressed with gzip:
//! [`crate::gzip`].
//!
//! # What a header is worth
//!
//! A header is a claim. A file of fifty bytes may declare 2³² images, and one of a megabyte may
//! unpack to a gigabyte. Nothing here is allocated because a header says so: the payload is read
//! through [`Read::take`] or a buffer at a time, into a vector that grows with what arrives, never
//! beyond about twice the bytes that were really there. So the memory a hostile file can take is
//! bounded by what it unpacks to and by what it declares, whichever is less.
//!
//! Every byte is accounted for: too few, too many, or a gzip checksum that does not agree are
//! errors, and so are the legal but useless files, with no items or with items of no size, which
//! would otherwise divide by zero much later.
//!
//! Nothing here touches files: what is read comes from any [`Read`].
//!
//! The format is described in LeCun, Cortes and Burges, "The MNIST database of handwritten digits".

use std::io::Read;

use crate::gzip::Contents;

mod fault;
mod header;
mod payload;

pub use fault::{Fault, Holds, Shape, Type};

use header::Header;

/// Bytes of `RANK` dimensions: images, or labels.
///
/// The product of `shape` is the number of `bytes`, and neither is zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idx<const RANK: usize> {
    /// The dimensions, the number of items first: (count, height, width) for images, (count) for
    /// labels.
    pub shape: [usize; RANK],
    /// The elements, last dimension fastest: pixel rows one after the other, image after image.
    pub bytes: Vec<u8>,
}

/// Reads images from `reader`, which must end where the file does. Never panics, whatever comes.
///
/// # Errors
///
/// [`Fault`].
pub fn images(reader: impl Read) -> Result<Idx<3>, Fault> {
    let mut contents = Contents::new(reader)?;
    let Some(header) = Header::read(&mut contents, Holds::Images)? else {
        return Err(not_idx(contents, Holds::Images));
    };
    let shape = header.image_shape()?;
    let bytes = payload::levels(&header, &mut contents)?;
    Ok(Idx { shape, bytes })
}

/// Reads labels from `reader`, which must end where the file does. Never panics, whatever comes.
///
/// ```
/// let labels = digits::idx::labels(&[0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4][..]).unwrap();
/// assert_eq!((labels.shape, labels.bytes), ([3], vec![5, 0, 4]));
///
/// let error = digits::idx::labels(&[0, 0, 8, 1, 0, 0, 0, 3, 5][..]).unwrap_err();
/// let found = "the payload is cut off: found 1 bytes, expected 3 from shape 3";
/// assert!(error.to_string().starts_with(found));
/// ```
///
/// # Errors
///
/// [`Fault`].
pub fn labels(reader: impl Read) -> Result<Idx<1>, Fault> {
    let mut contents = Contents::new(reader)?;
    let Some(header) = Header::read(&mut contents, Holds::Labels)? else {
        return Err(not_idx(contents, Holds::Labels));
    };
    let columns = header.label_columns()?;
    let bytes = payload::labels(&header, columns, &mut contents)?;
    Ok(Idx {
        shape: [bytes.len()],
        bytes,
    })
}

/// The fault of contents that are not IDX, looked at as a whole.
fn not_idx(contents: Contents<impl Read>, expected: Holds) -> Fault {
    let found = contents.into_found();
    Fault::NotIdx { found, expected }
}

#[cfg(test)]
mod tests;
