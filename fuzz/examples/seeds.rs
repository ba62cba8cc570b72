//! Writes valid files for the fuzzer to start from: `corpus/idx`, `corpus/idx_gzip` and
//! `corpus/weights`.

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
    let mut bytes = vec![0, 0, 8, shape.len() as u8];
    bytes.extend(shape.iter().flat_map(|dimension| dimension.to_be_bytes()));
    let size: u32 = shape.iter().product();
    bytes.extend((0..size).map(|k| (k * 7) as u8));
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
