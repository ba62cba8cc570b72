//! Writes valid files for the fuzzer to start from: `corpus/csv`, `corpus/idx`, `corpus/idx_gzip`,
//! `corpus/picture` and `corpus/weights`.

use flate2::Compression;
use flate2::write::GzEncoder;
use nn::{Activation, Init, Net};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

fn idx(shape: &[u32]) -> Vec<u8> {
    typed(8, shape, |k| vec![(k * 7) as u8])
}

/// An IDX file of the type with this code, whose elements `element` writes.
fn typed(code: u8, shape: &[u32], element: impl Fn(u32) -> Vec<u8>) -> Vec<u8> {
    let mut bytes = vec![0, 0, code, shape.len() as u8];
    bytes.extend(shape.iter().flat_map(|dimension| dimension.to_be_bytes()));
    let size: u32 = shape.iter().product();
    bytes.extend((0..size).flat_map(element));
    bytes
}

fn gzip(bytes: &[u8], level: u32) -> Result<Vec<u8>, std::io::Error> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn write(target: &str, files: &[(&str, Vec<u8>)]) -> Result<(), Box<dyn Error>> {
    let directory = Path::new("corpus").join(target);
    fs::create_dir_all(&directory)?;
    for (name, bytes) in files {
        fs::write(directory.join(name), bytes)?;
    }
    Ok(())
}

/// A stroke on a page of 20×16 pixels.
fn stroke(channels: usize) -> Vec<u8> {
    let is_ink = |pixel: usize| (6..10).contains(&(pixel % 20)) && (3..13).contains(&(pixel / 20));
    let sample = |k: usize| if is_ink(k / channels) { 20 } else { 200 };
    (0..20 * 16 * channels).map(sample).collect()
}

fn png(colour: png::ColorType, depth: png::BitDepth) -> Result<Vec<u8>, png::EncodingError> {
    let samples = stroke(colour.samples());
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 20, 16);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if colour == png::ColorType::Indexed {
        encoder.set_palette((0..=255).flat_map(|k| [k, k, 255 - k]).collect::<Vec<u8>>());
    }
    let row = (20 * colour.samples() * depth as usize).div_ceil(8);
    let samples: Vec<u8> = samples.into_iter().cycle().take(16 * row).collect();
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&samples)?;
    writer.finish()?;
    Ok(file)
}

fn jpeg(is_grey: bool, is_progressive: bool) -> Result<Vec<u8>, jpeg_encoder::EncodingError> {
    use jpeg_encoder::{ColorType, Encoder};
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 80);
    encoder.set_progressive(is_progressive);
    match is_grey {
        true => encoder.encode(&stroke(1), 20, 16, ColorType::Luma)?,
        false => encoder.encode(&stroke(3), 20, 16, ColorType::Rgb)?,
    }
    Ok(file)
}

fn main() -> Result<(), Box<dyn Error>> {
    let (labels, images) = (idx(&[6]), idx(&[2, 4, 3]));
    let (start, end) = images.split_at(11);
    let members = [gzip(start, 6)?, gzip(end, 0)?].concat();
    write(
        "idx_gzip",
        &[("labels", labels.clone()), ("images", images.clone())],
    )?;
    write(
        "idx",
        &[
            ("labels.gz", gzip(&labels, 6)?),
            ("images.gz", gzip(&images, 9)?),
            ("stored.gz", gzip(&images, 0)?),
            ("members.gz", members),
            ("labels", labels),
            ("images", images),
            ("ints", typed(12, &[4], |k| k.to_be_bytes().to_vec())),
            (
                "floats",
                typed(13, &[1, 2, 2], |k| (k as f32 / 4.0).to_be_bytes().to_vec()),
            ),
            ("channel", idx(&[2, 1, 4, 3])),
        ],
    )?;
    let csv = |text: &str| text.as_bytes().to_vec();
    write(
        "csv",
        &[
            ("plain", csv("7,0,10,20,255\n3,1,2,3,4\n")),
            (
                "named",
                csv("label,pixel0,pixel1,pixel2,pixel3\n7,0,10,20,255\n"),
            ),
            ("grid", csv("\"1x1\",\"1x2\",\"class\"\r\n0.5,1,3\r\n")),
            ("semicolons", csv(";y;3;2;1;0\n0;3;255;2;1;0\n")),
        ],
    )?;
    use png::{BitDepth, ColorType};
    write(
        "picture",
        &[
            ("grey.png", png(ColorType::Grayscale, BitDepth::Eight)?),
            ("bits.png", png(ColorType::Grayscale, BitDepth::One)?),
            ("palette.png", png(ColorType::Indexed, BitDepth::Eight)?),
            ("wide.png", png(ColorType::Rgb, BitDepth::Sixteen)?),
            ("alpha.png", png(ColorType::Rgba, BitDepth::Eight)?),
            ("grey.jpg", jpeg(true, false)?),
            ("colour.jpg", jpeg(false, false)?),
            ("progressive.jpg", jpeg(false, true)?),
        ],
    )?;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut net =
        |sizes: &[usize], activation| Net::<f64>::random(sizes, activation, Init::Xavier, &mut rng);
    let one = net(&[2, 3], Activation::Relu);
    let two = net(&[3, 2, 2], Activation::Sigmoid);
    let single = two.convert::<f32>();
    write(
        "weights",
        &[
            ("one", one.to_safetensors()?),
            ("two", two.to_safetensors()?),
            ("single", single.to_safetensors()?),
        ],
    )
}
