//! Images inside a page: PNG files as `data:` addresses.
//!
//! What is drawn is colour on nothing. An image's pixels are more or less transparent and the page
//! shows through, so that one image serves a light page and a dark one.

use base64::prelude::{BASE64_STANDARD, Engine};
use png::{BitDepth, ColorType, Encoder};

/// How many shades a colour has, without the one that shows nothing.
const SHADES: usize = 31;

/// The colours of weights below and above 0: they stay apart for the colour-blind, and on light
/// pages and dark ones.
const NEGATIVE: [u8; 3] = [0xd9, 0x6a, 0x1e];
const POSITIVE: [u8; 3] = [0x3b, 0x74, 0xd6];

/// An image of the data set as black ink: 0 shows nothing, 255 is black.
///
/// # Panics
///
/// If there are not as many pixels as the image has.
pub fn ink(pixels: &[u8], width: usize, height: usize) -> String {
    assert_eq!(pixels.len(), width * height, "pixels of the image");
    let colours = [0; 3 * 256];
    let opacities: Vec<u8> = (0..=255).collect();
    address(pixels, width, height, &colours, &opacities)
}

/// Numbers as an image in two colours: the stronger, the further from 0; from `limit` on, in either
/// direction, no stronger.
///
/// # Panics
///
/// If there are not as many numbers as the image has pixels.
pub fn diverging(
    numbers: impl ExactSizeIterator<Item = f64>,
    width: usize,
    height: usize,
    limit: f64,
) -> String {
    assert_eq!(numbers.len(), width * height, "pixels of the image");
    let middle = SHADES as f64;
    // A limit of 0 makes of a 0 what is not a number, which `as` takes for 0.
    let shade = |x: f64| ((x / limit).clamp(-1.0, 1.0) * middle).round() as i32;
    let pixels: Vec<u8> = numbers.map(|x| (shade(x) + SHADES as i32) as u8).collect();
    let strengths = || (0..=2 * SHADES).map(|shade| shade as i32 - SHADES as i32);
    let colours: Vec<u8> = strengths()
        .flat_map(|s| if s < 0 { NEGATIVE } else { POSITIVE })
        .collect();
    let opacities: Vec<u8> = strengths()
        .map(|s| (s.unsigned_abs() as usize * 255 / SHADES) as u8)
        .collect();
    address(&pixels, width, height, &colours, &opacities)
}

/// A PNG file of pixels that name a colour and its opacity, as an address.
fn address(pixels: &[u8], width: usize, height: usize, colours: &[u8], opacities: &[u8]) -> String {
    let size = |length: usize| u32::try_from(length).expect("an image of an IDX file");
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, size(width), size(height));
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(colours);
    encoder.set_trns(opacities);
    let written = encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(pixels));
    written.expect("an image of at least one pixel, written to memory");
    format!("data:image/png;base64,{}", BASE64_STANDARD.encode(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pixel as red, green, blue and opacity.
    fn decode(address: &str) -> Vec<[u8; 4]> {
        let file = address.strip_prefix("data:image/png;base64,").unwrap();
        let file = BASE64_STANDARD.decode(file).unwrap();
        let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        pixels.as_chunks::<4>().0.to_vec()
    }

    #[test]
    fn ink_is_as_black_as_the_pixel_is_bright() {
        let pixels = decode(&ink(&[0, 1, 254, 255, 7, 9], 3, 2));
        assert_eq!(
            pixels,
            [0, 1, 254, 255, 7, 9].map(|opacity| [0, 0, 0, opacity])
        );
    }

    #[test]
    fn numbers_diverge_from_nothing() {
        let numbers = [0.0, 2.0, -2.0, 1.0, -5.0, f64::NAN];
        let pixels = decode(&diverging(numbers.into_iter(), 2, 3, 2.0));
        let with = |[r, g, b]: [u8; 3], opacity| [r, g, b, opacity];
        assert_eq!(pixels[0][3], 0);
        assert_eq!(
            pixels[1..5],
            [
                with(POSITIVE, 255),
                with(NEGATIVE, 255),
                with(POSITIVE, 131),
                with(NEGATIVE, 255)
            ]
        );
        assert_eq!(pixels[5][3], 0);
        let nothing = decode(&diverging([0.0].into_iter(), 1, 1, 0.0));
        assert_eq!(nothing[0][3], 0);
    }
}
