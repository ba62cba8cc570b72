//! Batches of images: (N, C, H, W) outside, N rows of C·H·W numbers on the tape.

use nalgebra::DMatrix;
use std::fmt;
use tape::{Cotangents, MatrixVar, Scalar, Tape, View};

/// Channels, height and width of one image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ImageShape {
    /// Channels: 1 for grey.
    pub channels: usize,
    /// Rows of pixels.
    pub height: usize,
    /// Columns of pixels.
    pub width: usize,
}

impl ImageShape {
    /// The numbers one image consists of.
    pub fn len(self) -> usize {
        self.channels * self.height * self.width
    }

    /// Whether an image has no pixel.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl fmt::Display for ImageShape {
    /// Channels, height and width: `1×28×28`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}×{}", self.channels, self.height, self.width)
    }
}

/// N images in the order (N, C, H, W), the last index running fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageBatch<T> {
    shape: ImageShape,
    values: Vec<T>,
}

impl<T: Scalar> ImageBatch<T> {
    /// Images from their numbers in (N, C, H, W) order.
    ///
    /// # Panics
    /// If the numbers do not fill a whole number of images.
    pub fn new(shape: ImageShape, values: Vec<T>) -> Self {
        assert!(
            !shape.is_empty() && values.len().is_multiple_of(shape.len()),
            "{} numbers do not fill a whole number of {shape:?}",
            values.len()
        );
        ImageBatch { shape, values }
    }

    /// The shape of one image.
    pub fn shape(&self) -> ImageShape {
        self.shape
    }

    /// The number of images.
    pub fn count(&self) -> usize {
        self.values.len() / self.shape.len()
    }

    /// The number of pixel (`row`, `col`) of channel `channel` of image `image`.
    ///
    /// # Panics
    /// If there is no such pixel.
    pub fn at(&self, image: usize, channel: usize, row: usize, col: usize) -> T {
        let ImageShape {
            channels,
            height,
            width,
        } = self.shape;
        assert!(
            channel < channels && row < height && col < width,
            "no such pixel"
        );
        self.values[((image * channels + channel) * height + row) * width + col]
    }

    /// One row for each image: N×(C·H·W).
    pub fn flatten(&self) -> DMatrix<T> {
        DMatrix::from_row_slice(self.count(), self.shape.len(), &self.values)
    }

    /// The images whose rows are given: what [`flatten`](ImageBatch::flatten) undoes.
    ///
    /// # Panics
    /// If a row has another length than an image.
    pub fn restore(shape: ImageShape, rows: View<'_, T>) -> Self {
        assert_eq!(
            rows.cols(),
            shape.len(),
            "rows of {} are no {shape:?}",
            rows.cols()
        );
        let each = (0..rows.rows()).flat_map(|i| (0..rows.cols()).map(move |j| rows[(i, j)]));
        ImageBatch {
            shape,
            values: each.collect(),
        }
    }

    /// Records the images as a leaf, flattened.
    #[track_caller]
    pub fn record<'t>(&self, tape: &'t Tape<T>) -> ImageVar<'t, T> {
        ImageVar {
            flat: tape.matrix(&self.flatten()),
            shape: self.shape,
        }
    }
}

/// A batch of images on a tape.
///
/// ```
/// use nalgebra::DMatrix;
/// use nn::{ImageBatch, ImageShape, affine};
/// use tape::Tape;
///
/// let tape = Tape::new();
/// let shape = ImageShape { channels: 1, height: 2, width: 2 };
/// let images = ImageBatch::new(shape, vec![0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]).record(&tape);
/// let w = tape.matrix(&DMatrix::from_element(4, 3, 0.5));
/// let b = tape.matrix(&DMatrix::zeros(1, 3));
/// let gradient = affine(images.flat(), w, b).sum().gradient();
/// assert_eq!(images.gradient(&gradient).at(1, 0, 1, 0), 1.5); // image, channel, row, column
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ImageVar<'t, T: Scalar> {
    flat: MatrixVar<'t, T>,
    shape: ImageShape,
}

impl<'t, T: Scalar> ImageVar<'t, T> {
    /// The images as rows, for an affine layer.
    pub fn flat(self) -> MatrixVar<'t, T> {
        self.flat
    }

    /// The shape of one image.
    pub fn shape(self) -> ImageShape {
        self.shape
    }

    /// The cotangent in the shape of the images.
    #[track_caller]
    pub fn gradient(self, cotangents: &Cotangents<T>) -> ImageBatch<T> {
        ImageBatch::restore(self.shape, cotangents.of(self.flat))
    }
}
