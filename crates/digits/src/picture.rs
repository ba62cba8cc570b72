//! What a picture's file shows.
//!
//! Pictures come from cameras, scanners and drawing programs, under any name. Their first bytes say
//! what they are. All that is there is kept (opacity, 16 bits), for only who looks for the digit
//! can say what of it matters.
//!
//! The size in a header is only somebody's word. No more than [`MOST_PIXELS`] are believed, and no
//! more than the file's bytes can hold in its format, before room is made for them.

use std::fmt;

mod decode;
mod jpeg;
mod png;

/// The most pixels that are read. A telephone's photograph has 12 million.
pub const MOST_PIXELS: u64 = 1 << 25;

/// What a pixel consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// One number.
    Grey,
    /// Grey and opacity.
    GreyAlpha,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, opacity.
    Rgba,
}

impl Channels {
    /// How many numbers a pixel has.
    fn count(self) -> usize {
        match self {
            Channels::Grey => 1,
            Channels::GreyAlpha => 2,
            Channels::Rgb => 3,
            Channels::Rgba => 4,
        }
    }
}

/// A colour: red, green, blue from 0 to 1.
pub(crate) type Colour = [f32; 3];

/// How light a colour is, from 0 to 1, by the weights of ITU-R BT.601.
pub(crate) fn luma(colour: Colour) -> f32 {
    0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    channels: Channels,
    /// Whether a sample is two bytes, the larger first.
    is_wide: bool,
    samples: Vec<u8>,
}

impl Picture {
    /// A picture of samples of a byte, pixel after pixel and row after row: a canvas, for one.
    ///
    /// # Panics
    ///
    /// If there are not as many samples as that takes, or none.
    pub fn new(width: usize, height: usize, channels: Channels, samples: Vec<u8>) -> Self {
        let expected = width * height * channels.count();
        assert!(expected > 0, "a picture has at least one pixel");
        assert_eq!(
            samples.len(),
            expected,
            "samples of {width}×{height} pixels"
        );
        Picture {
            width,
            height,
            channels,
            is_wide: false,
            samples,
        }
    }

    /// In pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// In pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// How light each pixel is, row after row, from 0 for black to 255, as it is in the file but
    /// for what is transparent, which counts as white.
    pub fn greys(&self) -> Vec<u8> {
        let grey = |(colour, opacity)| luma(colour) * opacity + (1.0 - opacity);
        let pixels = (0..self.width * self.height).map(|index| self.pixel(index));
        pixels
            .map(|pixel| (grey(pixel) * 255.0).round() as u8)
            .collect()
    }

    /// The colour and the opacity of a pixel, counted row after row.
    pub(crate) fn pixel(&self, index: usize) -> (Colour, f32) {
        let first = index * self.channels.count();
        let sample = |k: usize| match self.is_wide {
            false => f32::from(self.samples[first + k]) / 255.0,
            true => {
                let at = 2 * (first + k);
                f32::from(u16::from_be_bytes([self.samples[at], self.samples[at + 1]])) / 65535.0
            }
        };
        match self.channels {
            Channels::Grey => ([sample(0); 3], 1.0),
            Channels::GreyAlpha => ([sample(0); 3], sample(1)),
            Channels::Rgb => ([sample(0), sample(1), sample(2)], 1.0),
            Channels::Rgba => ([sample(0), sample(1), sample(2)], sample(3)),
        }
    }
}

/// Why bytes are no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// There are none.
    #[error("the file is empty, expected a PNG or JPEG picture")]
    Empty,
    /// Another kind of file.
    #[error("{looks}, expected a PNG or JPEG picture: it begins with {begins}")]
    Other {
        /// What the bytes look like.
        looks: &'static str,
        /// The first of them.
        begins: String,
    },
    /// The end is missing.
    #[error("the {format} file is cut off: {found} bytes are there, and its end is not among them")]
    CutOff {
        /// PNG or JPEG.
        format: &'static str,
        /// How many bytes are there.
        found: usize,
    },
    /// More pixels than are read.
    #[error("found {width}×{height} pixels, expected at most {most}; make the picture smaller")]
    TooLarge {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
        /// How many pixels may be there.
        most: u64,
    },
    /// Something inside is not as it should be, or of a kind that is not read.
    #[error("the {format} file cannot be read: {problem}")]
    Damaged {
        /// PNG or JPEG.
        format: &'static str,
        /// What is wrong.
        problem: String,
    },
}

impl PictureError {
    /// What to say of bytes that are neither PNG nor JPEG.
    fn other(bytes: &[u8]) -> Self {
        let kinds: [(&[u8], &str); 14] = [
            (b"GIF8", "a GIF picture"),
            (b"BM", "a BMP picture"),
            (b"RIFF", "a WebP picture or another RIFF file"),
            (b"II*\0", "a TIFF picture"),
            (b"MM\0*", "a TIFF picture"),
            (b"P5", "a PGM picture"),
            (b"%PDF", "a PDF file"),
            (b"<svg", "an SVG picture"),
            (b"<?xml", "an XML file, perhaps an SVG picture"),
            (b"<", "a web page"),
            (&[0x1f, 0x8b], "a gzip file"),
            (b"PK\x03\x04", "a zip file"),
            (
                &[0, 0, 8],
                "an IDX file (to look at an image of a test set, name its directory with --data)",
            ),
            (
                b"version https://git-lfs",
                "a Git LFS pointer, not the file it stands for",
            ),
        ];
        let kind = kinds.iter().find(|(begins, _)| bytes.starts_with(begins));
        let looks = match kind {
            Some((_, looks)) => looks,
            // ISO base media: four bytes of length come first.
            None if bytes.get(4..8) == Some(b"ftyp") => "a HEIC or AVIF picture, or a film",
            None if bytes
                .iter()
                .all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) =>
            {
                "a text"
            }
            None => "an unknown file",
        };
        PictureError::Other {
            looks,
            begins: Beginning(bytes).to_string(),
        }
    }
}

/// The first bytes, as text where they are.
struct Beginning<'b>(&'b [u8]);

impl fmt::Display for Beginning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = &self.0[..self.0.len().min(12)];
        match str::from_utf8(first) {
            Ok(text) if !text.contains(|c: char| c.is_control() && !c.is_whitespace()) => {
                write!(f, "{text:?}")
            }
            _ => {
                let bytes: Vec<String> = first.iter().map(|byte| format!("{byte:02x}")).collect();
                write!(f, "the bytes {}", bytes.join(" "))
            }
        }
    }
}

#[cfg(test)]
mod tests;
