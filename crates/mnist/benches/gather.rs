//! Gathering a batch from bytes into floats beside copying as many floats.

#[path = "../../bench/src/measure.rs"]
mod measure;

use measure::{Contender, Effort, compare};
use mnist::batches::Batches;
use mnist::dataset::{Scale, Split};
use mnist::idx::Idx;
use std::hint::black_box;

const PIXELS: usize = 28 * 28;

fn main() {
    for images in [1_000, 60_000] {
        for batch in [1, 100, 1000] {
            run(images, batch);
        }
    }
}

fn run(images: usize, batch: usize) {
    let split = noise(images);
    let mut batches = Batches::new(images, batch, 1);
    let mut gathered = vec![0_f32; batch * PIXELS];
    let gather = || split.gather(batches.draw(), Scale::Unit, black_box(&mut gathered));

    let (from, mut to) = (vec![0.5_f32; batch * PIXELS], vec![0_f32; batch * PIXELS]);
    let copy = || black_box(&mut to).copy_from_slice(black_box(&from));

    let contenders = vec![
        Contender::new("copying as many floats", copy),
        Contender::new("drawing and gathering a batch", gather),
    ];
    let workload = format!("batches of {batch} out of {images} images of {PIXELS} pixels");
    println!(
        "{}",
        compare(Effort::USUAL, contenders).listed(&workload, 0)
    );
}

/// Images of arbitrary bytes: what they show makes no difference.
fn noise(images: usize) -> Split {
    let byte = |i: usize| (i.wrapping_mul(0x9E37_79B9) >> 24) as u8;
    let pixels = Idx {
        shape: [images, 28, 28],
        bytes: (0..images * PIXELS).map(byte).collect(),
    };
    let labels = Idx {
        shape: [images],
        bytes: vec![0; images],
    };
    Split::new(pixels, labels).expect("a label for each image")
}
