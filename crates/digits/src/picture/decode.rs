//! Which of the readers a file is for: its first bytes say so.

use super::{MOST_PIXELS, Picture, PictureError};
use super::{jpeg, png};

impl Picture {
    /// The picture in a PNG or JPEG file.
    ///
    /// What it allocates is in proportion to the picture, which has at most [`MOST_PIXELS`] pixels.
    ///
    /// # Errors
    ///
    /// [`PictureError`] says what was found.
    pub fn decode(bytes: &[u8]) -> Result<Self, PictureError> {
        Self::decode_within(bytes, MOST_PIXELS)
    }

    /// [`decode`](Picture::decode) where no more than so many pixels are wanted.
    ///
    /// # Errors
    ///
    /// [`PictureError`] says what was found.
    pub fn decode_within(bytes: &[u8], most: u64) -> Result<Self, PictureError> {
        if bytes.is_empty() {
            Err(PictureError::Empty)
        } else if bytes.starts_with(png::BEGINNING) {
            png::decode(bytes, most)
        } else if bytes.starts_with(jpeg::BEGINNING) {
            jpeg::decode(bytes, most)
        } else {
            Err(PictureError::other(bytes))
        }
    }
}
