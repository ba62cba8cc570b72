//! Handwritten digits: drawn with strokes, read from the formats in which they are handed on, and
//! made of anybody's picture what a net has learned from.
//!
//! Nothing here reads a file or knows a terminal: bytes come in, bytes go out, and all of it
//! compiles to WebAssembly.
//!
//! - [`drawn`] draws digits, so that there is something to learn from.
//! - [`idx`] and [`csv`] read images and labels, packed or not ([`gzip`]), and believe nothing a
//!   header says; [`sniff`] tells what bytes are that are neither.
//! - [`Picture`] is what a PNG or JPEG file shows, or a canvas.
//! - [`prepare`] finds the digit in a picture and makes of it an image as those of MNIST are.
//!
//! ```
//! use digits::{Channels, Picture, prepare};
//!
//! // A dark stroke, 8 pixels wide and 40 high, on light paper.
//! let is_ink = |x: usize, y: usize| (30..38).contains(&x) && (20..60).contains(&y);
//! let greys = (0..80 * 100).map(|k| if is_ink(k % 80, k / 80) { 40 } else { 220 });
//! let picture = Picture::new(80, 100, Channels::Grey, greys.collect());
//!
//! let prepared = prepare(&picture, 28, 28)?;
//! assert!(prepared.found.is_dark_on_light);
//! // It is 20 pixels high now, and in the middle.
//! let lit = |y: usize| prepared.bytes[28 * y..][..28].iter().any(|&byte| byte > 127);
//! assert_eq!((0..28).filter(|&y| lit(y)).collect::<Vec<_>>(), (4..24).collect::<Vec<_>>());
//! # Ok::<(), digits::Blank>(())
//! ```

pub mod csv;
pub mod drawn;
pub mod gzip;
pub mod idx;
mod levels;
mod picture;
mod prepare;
pub mod sniff;

pub use picture::{Channels, MOST_PIXELS, Picture, PictureError};
pub use prepare::{Blank, Found, Prepared, prepare};
