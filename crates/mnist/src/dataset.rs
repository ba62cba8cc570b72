//! A set of labelled images, split into a part to learn from and a part to be judged by.
//!
//! The images stay bytes, as they came: 55 MB for MNIST, a quarter of what they would be as `f32`,
//! and a batch is converted on its way into the matrix that holds it. Nothing is assumed about the
//! images but that all have the same height and width; Fashion-MNIST, KMNIST or ten home-made
//! pictures of 5×3 do as well as MNIST.
//!
//! # Layout
//!
//! Rows are examples. A batch of N images is an N×D matrix with D = height · width, pixel (y, x) in
//! column y · width + x, stored column-major. Seen as (N, 1, height, width) it is the same numbers
//! in the same order: element (n, 0, y, x) lies at (y · width + x) · N + n. So [`Layout`] changes
//! the shape that is reported and moves nothing.

use crate::gather;

pub use crate::gather::{Pixel, Scale};
use crate::idx::Idx;

mod directory;
mod error;
mod names;
mod remarks;
mod search;

pub use directory::{Choice, DEFAULT_DIRECTORY, Loaded, Source};
pub use error::{Error, FileError, FileFault};
pub use remarks::grey;

/// Images of one size, each with its label. There is at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    images: Idx<3>,
    labels: Vec<u8>,
}

/// As many labels as images were expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{images} images, but {labels} labels")]
pub struct CountsDiffer {
    /// How many images there are.
    pub images: usize,
    /// How many labels there are.
    pub labels: usize,
}

/// The images of both splits were expected to be of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the training images are {}×{} pixels, the test images {}×{}; expected one size",
    .train.0, .train.1, .test.0, .test.1
)]
pub struct SizesDiffer {
    /// Height and width of the training images.
    pub train: (usize, usize),
    /// Height and width of the test images.
    pub test: (usize, usize),
}

/// The shape a batch of images is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// N×D, an image in each row.
    Flat,
    /// (N, 1, height, width), as image batches are given to a layer; one channel, grey.
    Channels,
}

impl Split {
    /// Pairs images with their labels.
    ///
    /// # Errors
    ///
    /// If there are not as many labels as images.
    ///
    /// # Panics
    ///
    /// If there are no images, or the images' bytes are not as many as their shape says. What
    /// [`crate::idx`] read is neither.
    pub fn new(images: Idx<3>, labels: Idx<1>) -> Result<Self, CountsDiffer> {
        let [count, ..] = images.shape;
        let size = images.shape.iter().product::<usize>();
        assert!(size > 0, "a split holds at least one pixel");
        assert_eq!(
            images.bytes.len(),
            size,
            "bytes of images of shape {:?}",
            images.shape
        );
        let labels = labels.bytes;
        if labels.len() != count {
            return Err(CountsDiffer {
                images: count,
                labels: labels.len(),
            });
        }
        Ok(Self { images, labels })
    }

    /// How many images there are; at least one.
    #[expect(clippy::len_without_is_empty, reason = "it never is")]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// The height of every image, in pixels.
    pub fn height(&self) -> usize {
        self.images.shape[1]
    }

    /// The width of every image, in pixels.
    pub fn width(&self) -> usize {
        self.images.shape[2]
    }

    /// Pixels in an image: D, the length of a row.
    pub fn pixels(&self) -> usize {
        self.height() * self.width()
    }

    /// The bytes of image `index`, row after row; 0 is the background.
    ///
    /// # Panics
    ///
    /// If there is no such image.
    #[track_caller]
    pub fn image(&self, index: usize) -> &[u8] {
        &self.images.bytes[index * self.pixels()..][..self.pixels()]
    }

    /// The labels of all images, in their order.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// The level of every pixel of every image, if they are all the same.
    pub fn only_level(&self) -> Option<u8> {
        let first = self.images.bytes[0];
        self.images
            .bytes
            .iter()
            .all(|&level| level == first)
            .then_some(first)
    }

    /// The chosen images and their labels, in the order of the indices, which may repeat.
    ///
    /// # Panics
    ///
    /// If none is chosen, or there is no such image.
    #[track_caller]
    pub fn choose(&self, indices: &[usize]) -> Split {
        let images = Idx {
            shape: [indices.len(), self.height(), self.width()],
            bytes: indices
                .iter()
                .flat_map(|&index| self.image(index))
                .copied()
                .collect(),
        };
        let labels = Idx {
            shape: [indices.len()],
            bytes: indices.iter().map(|&index| self.labels[index]).collect(),
        };
        Split::new(images, labels).expect("a label for each image")
    }

    /// Makes rows of columns.
    fn transpose(&mut self) {
        let (height, width) = (self.height(), self.width());
        let mut upright = vec![0; height * width];
        for image in self.images.bytes.chunks_exact_mut(height * width) {
            for (y, row) in image.chunks_exact(width).enumerate() {
                for (x, &level) in row.iter().enumerate() {
                    upright[x * height + y] = level;
                }
            }
            image.copy_from_slice(&upright);
        }
        self.images.shape.swap(1, 2);
    }

    /// The shape of a batch of `count` images.
    pub fn shape(&self, count: usize, layout: Layout) -> Vec<usize> {
        match layout {
            Layout::Flat => vec![count, self.pixels()],
            Layout::Channels => vec![count, 1, self.height(), self.width()],
        }
    }

    /// Copies the chosen images into the N×D matrix `out`, column-major: pixel `j` of image
    /// `indices[i]` goes to `out[j * N + i]`. Indices may repeat.
    ///
    /// # Panics
    ///
    /// If `out` does not hold exactly N · D elements or there is no such image.
    #[track_caller]
    pub fn gather<F: Pixel>(&self, indices: &[usize], scale: Scale, out: &mut [F]) {
        gather::gather(&self.images.bytes, self.pixels(), indices, scale, out);
    }

    /// Copies the chosen images' labels into the N×1 matrix `out`, as whole numbers.
    ///
    /// # Panics
    ///
    /// If `out` does not hold exactly N elements or there is no such image.
    #[track_caller]
    pub fn gather_labels<F: Pixel>(&self, indices: &[usize], out: &mut [F]) {
        assert_eq!(
            out.len(),
            indices.len(),
            "gather_labels: one float an image"
        );
        for (to, &index) in out.iter_mut().zip(indices) {
            *to = F::from(self.labels[index]);
        }
    }

    /// Writes the chosen images' labels into the N×C matrix `out`, column-major, as one-hot rows: 1
    /// in the column of the label, 0 elsewhere. `classes` is C.
    ///
    /// # Panics
    ///
    /// If `out` does not hold exactly N · C elements, a label is not below C or there is no such
    /// image.
    #[track_caller]
    pub fn gather_one_hot<F: Pixel>(&self, indices: &[usize], classes: usize, out: &mut [F]) {
        let n = indices.len();
        assert_eq!(
            out.len(),
            n * classes,
            "gather_one_hot: {n}×{classes} floats"
        );
        out.fill(F::from(0));
        for (i, &index) in indices.iter().enumerate() {
            let label = usize::from(self.labels[index]);
            assert!(
                label < classes,
                "label {label} of image {index}, with {classes} classes"
            );
            out[label * n + i] = F::from(1);
        }
    }
}

/// What to learn from and what to be judged by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    train: Split,
    test: Split,
    classes: usize,
}

impl Dataset {
    /// Puts two splits together.
    ///
    /// # Errors
    ///
    /// If the images of one are not of the size of the other's.
    pub fn new(train: Split, test: Split) -> Result<Self, SizesDiffer> {
        let sizes = SizesDiffer {
            train: (train.height(), train.width()),
            test: (test.height(), test.width()),
        };
        if sizes.train != sizes.test {
            return Err(sizes);
        }
        let largest = train.labels().iter().chain(test.labels()).max();
        let classes = largest.map_or(0, |&label| usize::from(label) + 1).max(2);
        Ok(Self {
            train,
            test,
            classes,
        })
    }

    fn transpose(&mut self) {
        self.train.transpose();
        self.test.transpose();
    }

    /// The images to learn from.
    pub fn train(&self) -> &Split {
        &self.train
    }

    /// The images never learned from.
    pub fn test(&self) -> &Split {
        &self.test
    }

    /// How many classes there are: one more than the largest label of either split, and at least
    /// two, because a softmax over a single class is 1 whatever the weights.
    pub fn classes(&self) -> usize {
        self.classes
    }
}

#[cfg(test)]
mod tests;
