//! The kinds of files that pictures come in.

use digits::drawn::{Page, Random};
use png::{BitDepth, ColorType};

/// A file of the page's size, of some kind that can hold the pixels: red, green, blue and opacity,
/// from 0 to 1.
pub fn file(
    page: &Page,
    pixels: &[[f32; 4]],
    is_clear: bool,
    random: &mut Random,
) -> (&'static str, Vec<u8>) {
    let grey = || {
        pixels
            .iter()
            .map(|[r, g, b, _]| 0.299 * r + 0.587 * g + 0.114 * b)
    };
    let byte = |x: f32| (x * 255.0).round() as u8;
    let png = |colour, depth, samples: &[u8]| png(page, colour, depth, samples);
    if is_clear {
        return match random.below(2) {
            0 => {
                let samples: Vec<u8> = pixels.iter().flatten().map(|&x| byte(x)).collect();
                ("RGBA PNG", png(ColorType::Rgba, BitDepth::Eight, &samples))
            }
            _ => {
                let samples: Vec<u8> = pixels
                    .iter()
                    .flat_map(|p| [byte(p[0]), byte(p[3])])
                    .collect();
                (
                    "grey PNG with alpha",
                    png(ColorType::GrayscaleAlpha, BitDepth::Eight, &samples),
                )
            }
        };
    }
    let rgb = || -> Vec<u8> {
        pixels
            .iter()
            .flat_map(|p| [byte(p[0]), byte(p[1]), byte(p[2])])
            .collect()
    };
    let (low, high) = grey().fold((1.0, 0.0), |(low, high), x| {
        (f32::min(low, x), f32::max(high, x))
    });
    let is_light = |x: f32| 2.0 * x > low + high;
    match random.below(8) {
        0 => {
            let samples: Vec<u8> = grey().map(byte).collect();
            (
                "grey PNG",
                png(ColorType::Grayscale, BitDepth::Eight, &samples),
            )
        }
        1 => ("RGB PNG", png(ColorType::Rgb, BitDepth::Eight, &rgb())),
        2 => {
            let samples: Vec<u8> = grey()
                .flat_map(|x| ((x * 65535.0) as u16).to_be_bytes())
                .collect();
            (
                "PNG of 16 bits",
                png(ColorType::Grayscale, BitDepth::Sixteen, &samples),
            )
        }
        3 => {
            let samples: Vec<u8> = grey().flat_map(|x| [0, byte(x)]).collect();
            (
                "PNG of 16 bits up to 255",
                png(ColorType::Grayscale, BitDepth::Sixteen, &samples),
            )
        }
        4 => {
            let lit: Vec<bool> = grey().map(is_light).collect();
            (
                "PNG of 1 bit",
                png(ColorType::Grayscale, BitDepth::One, &packed(page, &lit)),
            )
        }
        5 => {
            let samples: Vec<u8> = grey().map(|x| is_light(x).into()).collect();
            (
                "PNG of 0 and 1",
                png(ColorType::Grayscale, BitDepth::Eight, &samples),
            )
        }
        _ => ("JPEG", jpeg(page, &rgb(), (50 + random.below(46)) as u8)),
    }
}

/// Eight pixels a byte, each row from a new byte on.
fn packed(page: &Page, lit: &[bool]) -> Vec<u8> {
    let byte = |bits: &[bool]| {
        (0..8).fold(0, |byte, k| {
            byte << 1 | u8::from(bits.get(k) == Some(&true))
        })
    };
    lit.chunks(page.width())
        .flat_map(|row| row.chunks(8).map(byte))
        .collect()
}

fn png(page: &Page, colour: ColorType, depth: BitDepth, samples: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, page.width() as u32, page.height() as u32);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    let mut writer = encoder.write_header().expect("a size a PNG file can have");
    writer
        .write_image_data(samples)
        .expect("samples for every pixel");
    writer.finish().expect("a vector takes everything");
    file
}

fn jpeg(page: &Page, samples: &[u8], quality: u8) -> Vec<u8> {
    let mut file = Vec::new();
    let [width, height] = [page.width(), page.height()].map(|side| side as u16);
    jpeg_encoder::Encoder::new(&mut file, quality)
        .encode(samples, width, height, jpeg_encoder::ColorType::Rgb)
        .expect("a vector takes everything");
    file
}
