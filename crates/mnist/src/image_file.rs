//! A picture from a file, made an image for a net.
//!
//! What people draw is prepared ([`digits::prepare`]): the digit is found, wherever it is and
//! whatever it is written on, and brought to the size and the place that MNIST's digits have. An
//! image that has them already, or is to be judged as it is, is taken as it is, and must have the
//! net's size.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use digits::{Blank, Found, Picture, PictureError, prepare};

/// The longest file that is read, in bytes: a picture of so many pixels as are read is shorter in
/// every format.
const MOST_BYTES: u64 = 1 << 28;

/// An image as those of a data set.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// In pixels.
    pub width: usize,
    /// Row after row; 0 is the background.
    pub bytes: Vec<u8>,
    /// Width and height of the picture it was made of.
    pub picture: [usize; 2],
    /// What was found there; nothing was looked for where it was taken as it is.
    pub found: Option<Found>,
}

/// Why a file is no image for a net.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// It could not be read.
    #[error("{}: cannot read it: {error}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        error: io::Error,
    },
    /// It is longer than any picture.
    #[error("{}: longer than {MOST_BYTES} bytes, expected a picture", .path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// It is not a picture, or not a whole one.
    #[error("{}: {error}", .path.display())]
    Picture {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: PictureError,
    },
    /// There is nothing to be seen.
    #[error("{}: {error}, so there is no answer", .path.display())]
    Blank {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        error: Blank,
    },
    /// It is of another size than the net takes.
    #[error("{}: found {}, expected {}; without --as-is, a picture of any size is \
             prepared", .path.display(), pixels(.found), pixels(.expected))]
    Size {
        /// The file.
        path: PathBuf,
        /// Its width and height.
        found: [usize; 2],
        /// The width and height that the net takes.
        expected: [usize; 2],
    },
}

/// A width and a height in words; which is which matters where they differ.
fn pixels(&[width, height]: &[usize; 2]) -> String {
    match width == height {
        true => format!("{width}×{height} pixels"),
        false => format!("{width}×{height} pixels (width×height)"),
    }
}

/// Reads a picture, PNG or JPEG.
///
/// # Errors
///
/// [`ImageError`] names the file and says what was found.
pub fn read(path: &Path) -> Result<Picture, ImageError> {
    let unreadable = |error| ImageError::Unreadable {
        path: path.to_owned(),
        error,
    };
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(ImageError::TooLong {
            path: path.to_owned(),
        });
    }
    Picture::decode(&bytes).map_err(|error| ImageError::Picture {
        path: path.to_owned(),
        error,
    })
}

/// Makes of the digit in a picture, which `path` names, an image of the given width and height.
///
/// # Errors
///
/// [`ImageError::Blank`].
pub fn prepared(path: &Path, picture: &Picture, size: [usize; 2]) -> Result<Image, ImageError> {
    let [width, height] = size;
    let prepared = prepare(picture, height, width).map_err(|error| ImageError::Blank {
        path: path.to_owned(),
        error,
    })?;
    Ok(Image {
        width,
        bytes: prepared.bytes,
        picture: [picture.width(), picture.height()],
        found: Some(prepared.found),
    })
}

/// Takes a picture, which `path` names, for an image of the given width and height.
///
/// # Errors
///
/// [`ImageError::Size`].
pub fn as_is(path: &Path, picture: &Picture, size: [usize; 2]) -> Result<Image, ImageError> {
    let found = [picture.width(), picture.height()];
    if found != size {
        return Err(ImageError::Size {
            path: path.to_owned(),
            found,
            expected: size,
        });
    }
    Ok(Image {
        width: found[0],
        bytes: picture.greys(),
        picture: found,
        found: None,
    })
}
