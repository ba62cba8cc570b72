//! Digits drawn with strokes, so that there is something to learn where MNIST is not.
//!
//! A digit is written with strokes, in one of several ways (`drawn/strokes.rs`). What makes two
//! sevens differ is drawn at random: the way of writing; a smooth bending of the page; scale in
//! both directions, slant, rotation, shift; how thick the pen is and how dark; and the noise of a
//! bad scanner. The label is chosen first and the digit drawn for it, so no label is ever wrong.
//!
//! Images come from streams of one generator: no image of one is an image of another, and drawing
//! more of one changes nothing in another. The same seed gives the same images on the same machine
//! (sine and cosine come from the platform, and may differ in the last bit elsewhere).
//!
//! It is not MNIST and does not try to be, but it is about as hard for the same net: 784-50-10 with
//! ReLU, trained as the book does (batches of 100, learning rate 0.1), is right on 92–93 % of the
//! test images after 1,000 steps and on 98.3–98.7 % after 10,000, when it knows 99.8–99.9 % of the
//! training images (a NumPy program, five seeds).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

mod pen;
mod strokes;

pub use pen::Page;
pub use strokes::Point;

use strokes::STYLES;

/// Height and width of the images, in pixels.
pub const SIDE: usize = 28;

/// Draws `count` images of 28×28 bytes, one after the other, from one stream of the generator.
/// Their labels go round from 0 to 9, so every ten images in a row hold each digit once.
///
/// ```
/// use digits::drawn::{SIDE, images};
///
/// let (a, b) = (images(20, 1, 0), images(20, 1, 1));
/// assert_eq!(a.len(), 20 * SIDE * SIDE);
/// assert_ne!(a, b);
/// ```
pub fn images(count: usize, seed: u64, stream: u64) -> Vec<u8> {
    let mut random = Random::new(seed, stream);
    let mut bytes = Vec::with_capacity(count * SIDE * SIDE);
    for digit in (0..10).cycle().take(count) {
        let page = Writing::new(digit, &mut random).on_page();
        bytes.extend(scan(&page, &mut random));
    }
    bytes
}

/// A digit as somebody writes it: the pen goes in straight lines from point to point, and is lifted
/// between strokes.
#[derive(Clone, Debug, PartialEq)]
pub struct Writing {
    /// The points of each stroke in pixels, on a page of 28×28; the middle of the upper left pixel
    /// is (0, 0).
    pub strokes: Vec<Vec<Point>>,
    /// Half the width of the pen, in pixels.
    pub radius: f32,
    /// How dark the pen writes, up to 1.
    pub ink: f32,
}

impl Writing {
    /// A way of writing `digit`, in somebody's hand.
    ///
    /// # Panics
    ///
    /// If the digit is above 9.
    pub fn new(digit: usize, random: &mut Random) -> Self {
        let style = STYLES[digit][random.below(STYLES[digit].len())];
        let hand = Hand::new(random);
        let strokes = style.iter().map(|stroke| {
            let points = strokes::points(stroke).into_iter();
            points.map(|point| hand.place(point)).collect()
        });
        Self {
            strokes: strokes.collect(),
            radius: hand.radius,
            ink: hand.ink,
        }
    }

    /// The digit on a new page of 28×28 pixels.
    pub fn on_page(&self) -> Page {
        let mut page = Page::new(SIDE, SIDE);
        for stroke in &self.strokes {
            for pair in stroke.windows(2) {
                page.line(pair[0], pair[1], self.radius, self.ink);
            }
        }
        page
    }
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
#[derive(Clone, Debug)]
pub struct Random(ChaCha8Rng);

impl Random {
    /// One stream of a seed; streams of a seed have nothing to do with each other.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// Evenly distributed from `low` to `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        let unit = (self.0.next_u32() >> 8) as f32 / (1 << 24) as f32;
        low + (high - low) * unit
    }

    /// A whole number below `bound`, which is small: the bias is bound / 2³².
    pub fn below(&mut self, bound: usize) -> usize {
        ((u64::from(self.0.next_u32()) * bound as u64) >> 32) as usize
    }
}

#[cfg(test)]
mod tests;
