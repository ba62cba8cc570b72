//! Where everything lies in a convolution, and its three products with patches.

use super::window::Window;
use crate::images::ImageShape;
use tape::{
    MatrixProduct, Patches, Sample, Scalar, Shape, ShapeError, Start, Strided, StridedMut, View,
};

/// Where everything lies.
#[derive(Debug)]
pub(super) struct Plan {
    pub images: ImageShape,
    pub window: Window,
    /// The result's channels are the filters.
    pub places: ImageShape,
    /// What each place reads of the images.
    forward: Vec<Patches>,
    /// What each pixel of an image gets from the places.
    back: Vec<Patches>,
}

impl Plan {
    /// See [`Convolution::new`](super::Convolution::new).
    pub fn new(images: ImageShape, filters: usize, window: Window) -> Result<Self, ShapeError> {
        let places = window.places(images)?;
        if images.channels == 0 || filters == 0 {
            let channels = images.channels;
            let found = format!("{filters} filters over {channels} channels");
            return Err(ShapeError::new(format!(
                "{found}: expected 1 or more of each"
            )));
        }
        let places = ImageShape {
            channels: filters,
            ..places
        };
        Ok(Plan {
            images,
            window,
            places,
            forward: window.patches(images, places),
            back: window.patches_back(images, places),
        })
    }

    /// The shape of the filters.
    pub fn filters(&self) -> Shape {
        Shape::new(
            self.images.channels * self.window.len(),
            self.places.channels,
        )
    }

    /// How many numbers the filters take, packed for the way forward and for the way back.
    pub fn packed(&self) -> [usize; 2] {
        let Shape { rows, cols } = self.filters();
        let channels = self.images.channels;
        let back = Patches::packed_len(cols * self.window.len(), channels);
        [Patches::packed_len(rows, cols), back]
    }

    /// Packs filters, column after column, for the way forward.
    pub fn pack<T: Scalar>(&self, filters: &[T], packed: &mut [T]) {
        let Shape { rows, cols } = self.filters();
        Patches::pack(packed, rows, cols, |row, col| filters[col * rows + row]);
    }

    /// Packs filters for the way back: rows and columns are filters and channels.
    pub fn pack_back<T: Scalar>(&self, filters: &[T], packed: &mut [T]) {
        let Shape { rows, cols } = self.filters();
        let (pixels, channels) = (self.window.len(), self.images.channels);
        Patches::pack(packed, cols * pixels, channels, |row, channel| {
            filters[row / pixels * rows + channel * pixels + row % pixels]
        });
    }

    /// `y ← start + x ∗ filters`.
    pub fn forward<T: Scalar>(
        &self,
        x: View<'_, T>,
        packed: &[T],
        start: Start<'_, T>,
        y: &mut [T],
    ) {
        let places = self.places;
        run(&self.forward, places, x, packed, start, y);
    }

    /// `x ← start +` what the filters spread of `y`.
    pub fn back<T: Scalar>(&self, y: View<'_, T>, packed: &[T], start: Start<'_, T>, x: &mut [T]) {
        run(&self.back, self.images, y, packed, start, x);
    }

    /// `filters ← filters +` patches of `x` times `y`.
    pub fn dots<T: Scalar>(&self, x: View<'_, T>, y: View<'_, T>, filters: &mut [T]) {
        let Shape { rows, cols } = self.filters();
        let channel = self.places.height * self.places.width * x.rows();
        for patches in &self.forward {
            let target = Strided::column_major(y.values(), channel, cols);
            let filters = StridedMut::column_major(filters, rows, cols);
            MatrixProduct::of_patches(patches.dots(x.rows(), x.values(), target, filters));
        }
    }

    /// That an operand is N images of a shape.
    pub fn check(name: &str, found: Shape, images: ImageShape) -> Result<(), ShapeError> {
        if found.cols == images.len() {
            return Ok(());
        }
        Err(ShapeError::new(format!(
            "{name} has {} columns: images of {images} have {} numbers",
            found.cols,
            images.len()
        )))
    }

    pub fn check_filters(&self, found: Shape) -> Result<(), ShapeError> {
        let expected = self.filters();
        if found == expected {
            return Ok(());
        }
        let (filters, channels) = (self.places.channels, self.images.channels);
        Err(ShapeError::new(format!(
            "W is {found}: {filters} filters of {}×{} for {channels} channels are {expected}",
            self.window.height, self.window.width
        )))
    }

    pub fn samples(&self, shapes: [Shape; 2], seed: usize) -> Vec<Vec<Sample>> {
        let sample =
            |shape: Shape, seed| Sample::scattered(shape.rows, shape.cols, -1.0, 2.0, seed);
        vec![vec![sample(shapes[0], seed), sample(shapes[1], seed + 1)]]
    }

    /// The shapes of two examples' images, the filters, and the examples' results.
    pub fn shapes(&self) -> [Shape; 3] {
        let of = |images: ImageShape| Shape::new(2, images.len());
        [of(self.images), self.filters(), of(self.places)]
    }
}

/// A product with patches, of all lists.
fn run<T: Scalar>(
    lists: &[Patches],
    target: ImageShape,
    source: View<'_, T>,
    packed: &[T],
    start: Start<'_, T>,
    to: &mut [T],
) {
    let channel = target.height * target.width * source.rows();
    for patches in lists {
        let to = StridedMut::column_major(to, channel, target.channels);
        let product = patches.product(source.rows(), source.values(), packed, start, to);
        MatrixProduct::of_patches(product);
    }
}
