//! JPEG: the segments are walked here, to know the size before anything is decoded, whether the end
//! is there, and which way a camera was held; the decoding itself is a crate's.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{Channels, Picture, PictureError};

pub(super) const BEGINNING: &[u8] = &[0xff, 0xd8, 0xff];

const FORMAT: &str = "JPEG";

/// A block of 64 pixels takes a bit at least.
const TIGHTEST: u64 = 8 * 64;

pub(super) fn decode(bytes: &[u8], most: u64) -> Result<Picture, PictureError> {
    let Outline { size, turn } = outline(bytes)?;
    let [width, height] = size;
    let pixels = u64::from(width) * u64::from(height);
    if pixels > most {
        let [width, height] = size.map(u32::from);
        return Err(PictureError::TooLarge {
            width,
            height,
            most,
        });
    }
    if pixels > TIGHTEST * bytes.len() as u64 {
        return Err(cut_off(bytes));
    }
    let options = DecoderOptions::new_safe()
        .set_strict_mode(true)
        .set_max_width(width.into())
        .set_max_height(height.into())
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let samples = decoder
        .decode()
        .map_err(|error| damaged(error.to_string()))?;
    let [width, height] = size.map(usize::from);
    if samples.len() != 3 * width * height {
        return Err(damaged("its headers disagree about its size".to_owned()));
    }
    Ok(turned(
        Picture::new(width, height, Channels::Rgb, samples),
        turn,
    ))
}

fn damaged(problem: String) -> PictureError {
    PictureError::Damaged {
        format: FORMAT,
        problem,
    }
}

fn cut_off(bytes: &[u8]) -> PictureError {
    PictureError::CutOff {
        format: FORMAT,
        found: bytes.len(),
    }
}

/// What the segments say.
struct Outline {
    /// Width and height.
    size: [u16; 2],
    /// How the camera was held: Exif's orientation, from 1 to 8.
    turn: u8,
}

/// Walks from segment to segment up to the end mark.
fn outline(bytes: &[u8]) -> Result<Outline, PictureError> {
    let (mut size, mut turn) = (None, 1);
    let mut at = 2;
    loop {
        // Between segments and inside coded data alike: on to the next marker, which is 0xff and
        // neither 0 nor 0xff.
        let marker = match (bytes.get(at), bytes.get(at + 1)) {
            (Some(0xff), Some(0 | 0xff)) | (Some(0..0xff), _) => {
                at += 1;
                continue;
            }
            (Some(0xff), Some(&marker)) => marker,
            _ => return Err(cut_off(bytes)),
        };
        at += 2;
        match marker {
            // The end.
            0xd9 => break,
            // Restarts and the like have no contents.
            0x01 | 0xd0..=0xd8 => continue,
            _ => {}
        }
        let length = bytes.get(at..at + 2).ok_or_else(|| cut_off(bytes))?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let contents = bytes.get(at + 2..at + length);
        match (marker, contents) {
            (_, None) if length < 2 => {
                return Err(damaged(
                    "a segment is shorter than its own length".to_owned(),
                ));
            }
            (_, None) => return Err(cut_off(bytes)),
            (0xe1, Some(exif)) => turn = orientation(exif).unwrap_or(turn),
            (0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf, Some(&[_, h, i, w, x, ..])) => {
                size = Some([[w, x], [h, i]].map(u16::from_be_bytes));
            }
            _ => {}
        }
        at += length;
    }
    match size {
        Some(size) if !size.contains(&0) => Ok(Outline { size, turn }),
        Some(_) => Err(damaged("its width or height is 0".to_owned())),
        None => Err(damaged("it does not say its size".to_owned())),
    }
}

/// The orientation in an Exif segment: tag 0x0112 in the first directory of a TIFF file.
fn orientation(segment: &[u8]) -> Option<u8> {
    let tiff = segment.strip_prefix(b"Exif\0\0")?;
    let is_little = tiff.starts_with(b"II");
    let number = |at: usize, count: usize| {
        let bytes = tiff.get(at..at.checked_add(count)?)?.iter();
        let join = |number, &byte| number << 8 | usize::from(byte);
        Some(if is_little {
            bytes.rev().fold(0, join)
        } else {
            bytes.fold(0, join)
        })
    };
    let directory = number(4, 4)?;
    let entries = number(directory, 2)?;
    let entry = (0..entries)
        .map(|k| directory + 2 + 12 * k)
        .find(|&entry| number(entry, 2) == Some(0x0112))?;
    number(entry + 8, 2)
        .filter(|turn| (1..=8).contains(turn))
        .map(|turn| turn as u8)
}

/// The picture as it was seen: `turn` says which corner the first pixel is, and along which side
/// the first row goes.
fn turned(picture: Picture, turn: u8) -> Picture {
    if turn == 1 {
        return picture;
    }
    let (width, height) = (picture.width, picture.height);
    let is_on_its_side = turn >= 5;
    let (across, down) = if is_on_its_side {
        (height, width)
    } else {
        (width, height)
    };
    let mut samples = Vec::with_capacity(picture.samples.len());
    for y in 0..down {
        for x in 0..across {
            let (right, below) = (across - 1 - x, down - 1 - y);
            let (x, y) = match turn {
                2 => (right, y),
                3 => (right, below),
                4 => (x, below),
                5 => (y, x),
                6 => (y, right),
                7 => (below, right),
                _ => (below, x),
            };
            samples.extend_from_slice(&picture.samples[3 * (y * width + x)..][..3]);
        }
    }
    Picture::new(across, down, Channels::Rgb, samples)
}
