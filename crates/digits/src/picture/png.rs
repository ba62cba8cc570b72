//! PNG: bytes to samples, of whatever kind of pixel, depth and interlacing.

use std::io::{Cursor, ErrorKind};

use png::{BitDepth, ColorType, Decoder, DecodingError, Transformations};

use super::{Channels, Picture, PictureError};

pub(super) const BEGINNING: &[u8] = b"\x89PNG\r\n\x1a\n";

const FORMAT: &str = "PNG";

/// Deflate packs no more than so many bytes into one.
const TIGHTEST: u64 = 1032;

pub(super) fn decode(bytes: &[u8], most: u64) -> Result<Picture, PictureError> {
    let failed = |error| failed(error, bytes.len());
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(failed)?;
    let (width, height) = (header.width, header.height);
    if u64::from(width) * u64::from(height) > most {
        return Err(PictureError::TooLarge {
            width,
            height,
            most,
        });
    }
    let row = header.raw_row_length() as u64;
    if row * u64::from(height) > TIGHTEST * bytes.len() as u64 {
        return Err(PictureError::CutOff {
            format: FORMAT,
            found: bytes.len(),
        });
    }
    let mut reader = decoder.read_info().map_err(failed)?;
    let (colour, depth) = reader.output_color_type();
    let mut samples = vec![0; reader.output_buffer_size().unwrap_or(0)];
    reader.next_frame(&mut samples).map_err(failed)?;
    Ok(Picture {
        width: width as usize,
        height: height as usize,
        channels: match colour {
            ColorType::Grayscale => Channels::Grey,
            ColorType::GrayscaleAlpha => Channels::GreyAlpha,
            ColorType::Rgb | ColorType::Indexed => Channels::Rgb,
            ColorType::Rgba => Channels::Rgba,
        },
        is_wide: depth == BitDepth::Sixteen,
        samples,
    })
}

fn failed(error: DecodingError, found: usize) -> PictureError {
    let format = FORMAT;
    match error {
        DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            PictureError::CutOff { format, found }
        }
        error => PictureError::Damaged {
            format,
            problem: error.to_string(),
        },
    }
}
