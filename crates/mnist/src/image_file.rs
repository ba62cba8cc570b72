//! An image from a PNG file, made what the images of a data set are: grey, light on dark.
//!
//! Pictures of digits come in colour or grey, with transparency, and mostly as dark ink on light paper, while MNIST has
//! light strokes on 0. So a pixel counts by its luma (the weights of ITU-R BT.601), what is transparent shows white
//! paper, and an image whose rim is light on average is inverted: no digit fills the rim of its image.
//!
//! An image is not scaled. MNIST's digits are fitted into 20×20 pixels and centred by their mass, and a digit that is
//! not looks like nothing a net has seen; that is better done by whoever made the image than guessed at here.
//!
//! The file says how large its image is, and only if that is as large as expected is room made for it.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use png::{ColorType, Decoder, DecodingError, Transformations};

/// An image as those of a data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// Row after row; 0 is the background.
    pub bytes: Vec<u8>,
    /// Whether the file has it dark on light.
    pub is_inverted: bool,
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
    /// It ends too early.
    #[error("{}: the PNG file is cut off", .path.display())]
    CutOff {
        /// The file.
        path: PathBuf,
    },
    /// It is not in the format, or damaged.
    #[error("{}: not a PNG file that can be read: {error}", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: DecodingError,
    },
    /// It is of another size than the net takes.
    #[error("{}: found {width}×{height} pixels, expected {}", .path.display(), expected(*.inputs))]
    Size {
        /// The file.
        path: PathBuf,
        /// The width its header says.
        width: u32,
        /// The height its header says.
        height: u32,
        /// How many pixels the net takes.
        inputs: usize,
    },
}

/// The size of images with so many pixels: a square where they can be one.
fn expected(inputs: usize) -> String {
    match inputs.isqrt() {
        side if side * side == inputs => format!("{side}×{side}"),
        _ => format!("{inputs} in all"),
    }
}

fn fits(width: u32, height: u32, inputs: usize) -> bool {
    let side = inputs.isqrt();
    let is_square = side * side == inputs;
    u64::from(width) * u64::from(height) == inputs as u64 && (!is_square || width == height)
}

/// Reads the image of a PNG file for a net of so many inputs.
///
/// # Errors
///
/// [`ImageError`] names the file and says what was found.
pub fn read(path: &Path, inputs: usize) -> Result<Image, ImageError> {
    let file = File::open(path).map_err(|error| ImageError::Unreadable {
        path: path.to_owned(),
        error,
    })?;
    decode(path, file, inputs)
}

fn decode(path: &Path, file: impl io::Read + io::Seek, inputs: usize) -> Result<Image, ImageError> {
    let failed = |error| failed(path, error);
    let mut decoder = Decoder::new(BufReader::new(file));
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(failed)?;
    let (width, height) = (header.width, header.height);
    if !fits(width, height, inputs) {
        return Err(ImageError::Size {
            path: path.to_owned(),
            width,
            height,
            inputs,
        });
    }
    let mut reader = decoder.read_info().map_err(failed)?;
    // Four bytes a pixel at most, of as many pixels as the net has inputs.
    let mut samples = vec![0; reader.output_buffer_size().unwrap_or(0)];
    reader.next_frame(&mut samples).map_err(failed)?;
    let bytes = grey(&samples, reader.output_color_type().0);
    let (width, height) = (width as usize, height as usize);
    let mut image = Image {
        width,
        height,
        bytes,
        is_inverted: false,
    };
    if rim(&image) > 127.5 {
        image.is_inverted = true;
        image.bytes.iter_mut().for_each(|byte| *byte = 255 - *byte);
    }
    Ok(image)
}

fn failed(path: &Path, error: DecodingError) -> ImageError {
    let path = path.to_owned();
    match error {
        DecodingError::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            ImageError::CutOff { path }
        }
        DecodingError::IoError(error) => ImageError::Unreadable { path, error },
        error => ImageError::Format { path, error },
    }
}

/// The lumas of samples of 8 bits, transparent ones on white.
fn grey(samples: &[u8], colour: ColorType) -> Vec<u8> {
    let luma = |r: u8, g: u8, b: u8| {
        (299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b) + 500) / 1000
    };
    let on_white = |luma: u32, alpha: u8| {
        let alpha = u32::from(alpha);
        ((luma * alpha + 255 * (255 - alpha) + 127) / 255) as u8
    };
    match colour {
        ColorType::Rgba => {
            let pixels = samples.as_chunks::<4>().0.iter();
            pixels
                .map(|&[r, g, b, a]| on_white(luma(r, g, b), a))
                .collect()
        }
        ColorType::Rgb | ColorType::Indexed => {
            let pixels = samples.as_chunks::<3>().0.iter();
            pixels
                .map(|&[r, g, b]| on_white(luma(r, g, b), 255))
                .collect()
        }
        ColorType::GrayscaleAlpha => {
            let pixels = samples.as_chunks::<2>().0.iter();
            pixels.map(|&[grey, a]| on_white(grey.into(), a)).collect()
        }
        ColorType::Grayscale => samples.to_vec(),
    }
}

/// The mean of the pixels along the edges.
fn rim(image: &Image) -> f64 {
    let (width, height) = (image.width, image.height);
    let is_rim = |index: usize| {
        let (y, x) = (index / width, index % width);
        y == 0 || x == 0 || y == height - 1 || x == width - 1
    };
    let rim = (0..width * height).filter(|&index| is_rim(index));
    let (sum, count) = rim.fold((0.0, 0.0), |(sum, count), index| {
        (sum + f64::from(image.bytes[index]), count + 1.0)
    });
    sum / count
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use png::{BitDepth, Encoder};

    use super::*;

    /// A PNG file of these samples.
    fn file(
        width: u32,
        height: u32,
        colour: ColorType,
        depth: BitDepth,
        samples: &[u8],
    ) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, width, height);
        encoder.set_color(colour);
        encoder.set_depth(depth);
        if colour == ColorType::Indexed {
            encoder.set_palette(vec![0, 0, 0, 255, 255, 255, 255, 0, 0]);
        }
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(samples).unwrap();
        writer.finish().unwrap();
        file
    }

    fn read(bytes: &[u8], inputs: usize) -> Result<Image, String> {
        let image = decode(Path::new("a.png"), Cursor::new(bytes), inputs);
        image.map_err(|error| error.to_string())
    }

    #[test]
    fn all_kinds_of_pixels_become_grey() {
        use BitDepth::{Eight, One, Sixteen, Two};
        use ColorType::{Grayscale, GrayscaleAlpha, Indexed, Rgb, Rgba};
        let cases: [(ColorType, BitDepth, &[u8], [u8; 2]); 6] = [
            (Grayscale, Eight, &[7, 100], [7, 100]),
            (Grayscale, One, &[0b0100_0000], [0, 255]),
            (Grayscale, Sixteen, &[7, 200, 100, 3], [7, 100]),
            (Indexed, Two, &[0b0010_0000], [0, 76]),
            (Rgb, Eight, &[0, 255, 0, 0, 0, 255], [150, 29]),
            (GrayscaleAlpha, Eight, &[7, 255, 0, 100], [7, 155]),
        ];
        for (colour, depth, samples, expected) in cases {
            let [a, b] = expected.map(u32::from);
            let is_inverted = a + b > 255;
            let bytes = expected.map(|byte| if is_inverted { 255 - byte } else { byte });
            let expected = Image {
                width: 2,
                height: 1,
                bytes: bytes.to_vec(),
                is_inverted,
            };
            let found = read(&file(2, 1, colour, depth, samples), 2);
            assert_eq!(found, Ok(expected), "{colour:?} {depth:?}");
        }
        // Ink on a transparent page.
        let samples = [0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 255];
        let image = read(&file(3, 1, Rgba, Eight, &samples), 3).unwrap();
        assert_eq!((image.bytes, image.is_inverted), (vec![0, 0, 246], true));
    }

    #[test]
    fn the_rim_tells_the_paper() {
        let mut samples = [250; 16];
        samples[5..7].fill(20);
        samples[9..11].fill(0);
        let grey = |samples: &[u8]| {
            read(
                &file(4, 4, ColorType::Grayscale, BitDepth::Eight, samples),
                16,
            )
            .unwrap()
        };
        let dark = grey(&samples);
        assert!(dark.is_inverted);
        assert_eq!(dark.bytes[4..8], [5, 235, 235, 5]);
        // As light ink is read as it is, so that both are the same digit.
        let light = grey(&dark.bytes);
        assert!(!light.is_inverted);
        assert_eq!(light.bytes, dark.bytes);
    }

    #[test]
    fn another_size_is_refused_whatever_follows() {
        let good = file(4, 4, ColorType::Grayscale, BitDepth::Eight, &[0; 16]);
        let size = |width, height, inputs| {
            let mut file = good.clone();
            file[16..20].copy_from_slice(&u32::to_be_bytes(width));
            file[20..24].copy_from_slice(&u32::to_be_bytes(height));
            let mut crc = flate2::Crc::new();
            crc.update(&file[12..29]);
            file[29..33].copy_from_slice(&crc.sum().to_be_bytes());
            read(&file, inputs).unwrap_err()
        };
        assert_eq!(size(4, 3, 16), "a.png: found 4×3 pixels, expected 4×4");
        // A header's word for 4 EiB, of which nothing is allocated.
        let huge = (1 << 31) - 1;
        assert_eq!(
            size(huge, huge, 784),
            "a.png: found 2147483647×2147483647 pixels, expected 28×28"
        );
        assert_eq!(size(2, 8, 16), "a.png: found 2×8 pixels, expected 4×4");
        assert_eq!(
            size(4, 4, 12),
            "a.png: found 4×4 pixels, expected 12 in all"
        );
        assert!(
            read(
                &file(4, 3, ColorType::Grayscale, BitDepth::Eight, &[0; 12]),
                12
            )
            .is_ok()
        );
    }

    /// No beginning of a file is an image, and none is a panic; nor is a file with a byte changed.
    #[test]
    fn damaged_files_are_told() {
        let samples: Vec<u8> = (0..64).map(|k| k * 3).collect();
        let good = file(8, 8, ColorType::Grayscale, BitDepth::Eight, &samples);
        assert!(read(&good, 64).is_ok());
        // The last chunk, of 12 bytes, only says that it is over.
        for end in 0..good.len() - 12 {
            let error = read(&good[..end], 64).unwrap_err();
            assert!(error.starts_with("a.png: "), "{error}");
        }
        assert_eq!(
            read(&good[..40], 64),
            Err("a.png: the PNG file is cut off".to_owned())
        );
        let text = read(b"not a PNG file at all", 64).unwrap_err();
        assert!(
            text.starts_with("a.png: not a PNG file that can be read: "),
            "{text}"
        );
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x41;
            // Some bytes do not matter, such as those of the last chunk.
            let _ = read(&bad, 64);
        }
    }
}
