//! The places of a pooling's window.

use super::window::{Pixels, Window};
use crate::images::ImageShape;
use tape::{Shape, ShapeError, threads};

/// A window over images of a shape, place by place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pool {
    pub images: ImageShape,
    pub window: Window,
    pub places: ImageShape,
}

impl Pool {
    pub fn new(images: ImageShape, window: Window) -> Result<Self, ShapeError> {
        let places = window.places(images)?;
        Ok(Pool {
            images,
            window,
            places,
        })
    }

    /// That operands are N images, and as many results for each of `results`.
    pub fn check(
        &self,
        operands: &[Shape],
        expected: &[(&str, ImageShape)],
    ) -> Result<Shape, ShapeError> {
        if operands.len() != expected.len() {
            let names = expected.iter().map(|(name, _)| *name).collect::<Vec<_>>();
            let (names, found) = (names.join(" and "), operands.len());
            return Err(ShapeError::new(format!(
                "takes {names}, not {found} operands"
            )));
        }
        for (found, (name, images)) in operands.iter().zip(expected) {
            if found.cols != images.len() || found.rows != operands[0].rows {
                let (rows, cols) = (operands[0].rows, images.len());
                return Err(ShapeError::new(format!(
                    "{name} is {found}: {rows} images of {images} are {rows}×{cols}"
                )));
            }
        }
        Ok(operands[0])
    }

    /// Whether each pixel is in one window at most.
    pub fn is_apart(&self) -> bool {
        self.window.stride >= self.window.height.max(self.window.width)
    }

    /// The poolings of the first half of the channels and of the others, if so many images have so
    /// many numbers that two threads are to share them: channels have nothing to do with each
    /// other.
    pub fn halves(&self, images: usize) -> Option<[Self; 2]> {
        let channels = self.images.channels;
        let numbers = self.images.len() * images;
        let is_cut = channels > 1 && threads::is_worth_cutting(numbers);
        is_cut.then(|| {
            [channels / 2, channels - channels / 2].map(|channels| Pool {
                images: ImageShape {
                    channels,
                    ..self.images
                },
                places: ImageShape {
                    channels,
                    ..self.places
                },
                ..*self
            })
        })
    }

    /// Calls `each` with every place's column, and the pixels that are in its window.
    pub fn each(&self, mut each: impl FnMut(usize, Pixels)) {
        let Pool { images, places, .. } = *self;
        for channel in 0..places.channels {
            for row in 0..places.height {
                for col in 0..places.width {
                    let place = (channel * places.height + row) * places.width + col;
                    each(place, self.window.pixels(images, channel, (row, col)));
                }
            }
        }
    }

    /// Calls `read` with the elements of operand `operand` that an element of the result has in its
    /// window.
    pub fn reads(&self, examples: usize, element: usize, mut read: impl FnMut(usize)) {
        let (example, place) = (element % examples, element / examples);
        let Pool { images, places, .. } = *self;
        let (row, col) = (place / places.width % places.height, place % places.width);
        let channel = place / (places.width * places.height);
        let pixels = self.window.pixels(images, channel, (row, col));
        pixels
            .each()
            .for_each(|(_, pixel)| read(pixel * examples + example));
    }
}
