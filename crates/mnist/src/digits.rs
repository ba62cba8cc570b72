//! The data set that is there where MNIST is not: digits drawn by the crate [`digits`].
//!
//! Training and test images come from two streams of one generator: no image of one is an image of
//! the other, and drawing more of either changes nothing in the other.

use digits::drawn::{SIDE, images};

use crate::dataset::{Dataset, Split};
use crate::idx::Idx;

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
    let images = Idx {
        shape: [count, SIDE, SIDE],
        bytes: images(count, seed, stream),
    };
    let labels = Idx {
        shape: [count],
        bytes: (0..10).cycle().take(count).collect(),
    };
    Split::new(images, labels).expect("a label was chosen for every image")
}
