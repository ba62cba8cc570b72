//! Digits drawn by this crate, so that there is something to learn where MNIST is not.
//!
//! A digit is written with strokes, in one of several ways (`digits/strokes.rs`). What makes two
//! sevens differ is drawn at random: the way of writing; a smooth bending of the page; scale in
//! both directions, slant, rotation, shift; how thick the pen is and how dark; and the noise of a
//! bad scanner. The label is chosen first and the digit drawn for it, so no label is ever wrong.
//!
//! Training and test images come from two streams of one generator: no image of one is an image of
//! the other, and drawing more of either changes nothing in the other. The same seed gives the same
//! images on the same machine (sine and cosine come from the platform, and may differ in the last
//! bit elsewhere).
//!
//! It is not MNIST and does not try to be, but it is about as hard for the same net: 784-50-10 with
//! ReLU, trained as the book does (batches of 100, learning rate 0.1), is right on 92–93 % of the
//! test images after 1,000 steps and on 98.3–98.7 % after 10,000, when it knows 99.8–99.9 % of the
//! training images (a NumPy program, five seeds).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::dataset::{Dataset, Split};
use crate::idx::Idx;

mod pen;
mod strokes;

use pen::{Page, SIDE};
use strokes::{Point, STYLES};

/// How many training images the embedded default has.
pub const TRAIN_IMAGES: usize = 20_000;

/// How many test images the embedded default has.
pub const TEST_IMAGES: usize = 4_000;

/// The seed of the embedded default.
pub const SEED: u64 = 1964;

/// Draws a data set of 28×28 images. Labels go round from 0 to 9, so every ten images in a row hold
/// each digit once.
///
/// ```
/// let digits = mnist::digits::dataset(20, 10, 1);
/// assert_eq!((digits.train().len(), digits.test().len(), digits.classes()), (20, 10, 10));
/// assert_eq!(&digits.train().labels()[..12], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
/// assert_ne!(digits.train().image(7), digits.test().image(7));
/// ```
///
/// # Panics
///
/// If `train` or `test` is 0.
pub fn dataset(train: usize, test: usize, seed: u64) -> Dataset {
    Dataset::new(split(train, seed, 0), split(test, seed, 1)).expect("all images are 28×28")
}

/// Draws `count` images from one stream of the generator.
fn split(count: usize, seed: u64, stream: u64) -> Split {
    let mut random = Random(ChaCha8Rng::seed_from_u64(seed));
    random.0.set_stream(stream);
    let mut images = Idx {
        shape: [count, SIDE, SIDE],
        bytes: Vec::with_capacity(count * SIDE * SIDE),
    };
    let labels: Vec<u8> = (0..10).cycle().take(count).collect();
    let mut points = Vec::new();
    for &label in &labels {
        let page = draw(usize::from(label), &mut random, &mut points);
        images.bytes.extend(scan(&page, &mut random));
    }
    let labels = Idx {
        shape: [count],
        bytes: labels,
    };
    Split::new(images, labels).expect("a label was chosen for every image")
}

/// Writes a digit on a new page. `points` is scratch.
fn draw(digit: usize, random: &mut Random, points: &mut Vec<Point>) -> Page {
    let style = STYLES[digit][random.below(STYLES[digit].len())];
    let hand = Hand::new(random);
    let mut page = Page::new();
    for stroke in style {
        strokes::points(stroke, points);
        for point in points.iter_mut() {
            *point = hand.place(*point);
        }
        for pair in points.windows(2) {
            page.line(pair[0], pair[1], hand.radius, hand.ink);
        }
    }
    page
}

/// What is peculiar to one drawing.
struct Hand {
    /// The bending of the page: a wave in each direction, with its size, frequency and phase.
    waves: [[Wave; 2]; 2],
    /// Page to pixels, applied to what is left and right, above and below the page's middle.
    matrix: [Point; 2],
    /// Where the page's middle goes, in pixels.
    middle: Point,
    /// Half the width of the pen, in pixels.
    radius: f32,
    /// How dark the pen writes, up to 1.
    ink: f32,
}

impl Hand {
    fn new(random: &mut Random) -> Self {
        let waves = [(); 2].map(|()| [(); 2].map(|()| Wave::new(random)));
        let size = random.between(18.5, 24.0);
        let width = size * random.between(0.75, 1.1);
        let slant = random.between(-0.2, 0.45);
        let (sin, cos) = random.between(-0.22, 0.22).sin_cos();
        // Rotation · slant · scale; y points down, and slanted writing leans to the right at the
        // top.
        let matrix = [
            [cos * width, (-cos * slant - sin) * size],
            [sin * width, (-sin * slant + cos) * size],
        ];
        let centre = (SIDE - 1) as f32 / 2.0;
        let middle = [(); 2].map(|()| centre + random.between(-1.6, 1.6));
        Self {
            waves,
            matrix,
            middle,
            radius: random.between(0.7, 1.75),
            ink: random.between(0.75, 1.0),
        }
    }

    /// Where a point of the page falls on the image, in pixels.
    fn place(&self, point: Point) -> Point {
        let bent: Point = std::array::from_fn(|axis| {
            let waves = &self.waves[axis];
            point[axis] - 0.5 + waves[0].at(point[0]) + waves[1].at(point[1])
        });
        std::array::from_fn(|axis| {
            let row = self.matrix[axis];
            self.middle[axis] + row[0] * bent[0] + row[1] * bent[1]
        })
    }
}

/// A sine wave across the page.
struct Wave {
    size: f32,
    frequency: f32,
    phase: f32,
}

impl Wave {
    fn new(random: &mut Random) -> Self {
        Self {
            size: random.between(0.0, 0.06),
            frequency: random.between(3.0, 9.0),
            phase: random.between(0.0, std::f32::consts::TAU),
        }
    }

    fn at(&self, x: f32) -> f32 {
        self.size * (self.frequency * x + self.phase).sin()
    }
}

/// Scans a page: every pixel off by a little noise, and some specks.
fn scan<'a>(page: &'a Page, random: &'a mut Random) -> impl Iterator<Item = u8> + 'a {
    let noise = random.between(0.0, 0.12);
    page.pixels().iter().map(move |&ink| {
        let grey = ink + noise * random.between(-1.0, 1.0);
        (grey.clamp(0.0, 1.0) * 255.0).round() as u8
    })
}

/// Numbers from a portable generator. The two distributions needed are written out here, so the
/// drawings do not change with another crate's version.
struct Random(ChaCha8Rng);

impl Random {
    /// Evenly distributed from `low` to `high`.
    fn between(&mut self, low: f32, high: f32) -> f32 {
        let unit = (self.0.next_u32() >> 8) as f32 / (1 << 24) as f32;
        low + (high - low) * unit
    }

    /// A whole number below `bound`, which is small: the bias is bound / 2³².
    fn below(&mut self, bound: usize) -> usize {
        ((u64::from(self.0.next_u32()) * bound as u64) >> 32) as usize
    }
}

#[cfg(test)]
mod tests;
