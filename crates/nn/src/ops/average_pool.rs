//! `Y = the mean of each window of X`.

use super::pool::Pool;
use super::window::Window;
use crate::images::ImageShape;
use tape::formula;
use tape::formula::Formula;
use tape::{
    ForwardError, Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents,
    RecordedPoint, Sample, Scalar, Shape, ShapeError, Sink, View, ViewMut,
};

/// The mean of each window, channel by channel: `X: N×(C·H·W) → N×(C·H′·W′)`. What of a window lies
/// outside of the image does not count, neither in the sum nor in the number it is divided by
/// (PyTorch's `count_include_pad=False`).
///
/// ```
/// use nalgebra::dmatrix;
/// use nn::ImageShape;
/// use nn::ops::{AveragePool, Window};
///
/// let tape = tape::Tape::new();
/// let images = ImageShape { channels: 1, height: 2, width: 2 };
/// let x = tape.matrix(&dmatrix![1.0, 2.0, 3.0, 6.0]);
/// let y = tape.apply(AveragePool::new(images, Window::square(2))?, &[x.into()])?.matrix();
/// assert_eq!(y.value(), dmatrix![3.0]);
/// assert_eq!(y.sum().gradient().of(x), dmatrix![0.25, 0.25, 0.25, 0.25]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: "Deep Learning from Scratch", section 7.3.
#[derive(Clone, Copy, Debug)]
pub struct AveragePool {
    pool: Pool,
}

impl AveragePool {
    /// The means of a window's places on images of a shape.
    ///
    /// # Errors
    /// If the window has no place on the images.
    pub fn new(images: ImageShape, window: Window) -> Result<Self, ShapeError> {
        Ok(AveragePool {
            pool: Pool::new(images, window)?,
        })
    }

    /// The shape of a result.
    pub fn places(&self) -> ImageShape {
        self.pool.places
    }
}

/// What a number of a window counts, of so many.
fn share<T: Scalar>(count: usize) -> T {
    T::from_f64(1.0 / count as f64)
}

/// Writes the means.
fn means<T: Scalar>(pool: Pool, x: View<'_, T>, y: &mut [T]) {
    let rows = x.rows();
    pool.each(|place, pixels| {
        let y = &mut y[place * rows..][..rows];
        y.fill(T::zero());
        for (_, pixel) in pixels.each() {
            y.iter_mut()
                .zip(x.column(pixel))
                .for_each(|(y, &x)| *y += x);
        }
        let share = share::<T>(pixels.len());
        y.iter_mut().for_each(|y| *y *= share);
    });
}

/// Adds to each pixel its shares of what the places have.
fn spread<T: Scalar>(pool: Pool, y: View<'_, T>, x: &mut [T]) {
    let rows = y.rows();
    pool.each(|place, pixels| {
        let share = share::<T>(pixels.len());
        for (_, pixel) in pixels.each() {
            let x = &mut x[pixel * rows..][..rows];
            x.iter_mut()
                .zip(y.column(place))
                .for_each(|(x, &y)| *x += share * y);
        }
    });
}

impl<T: Scalar> Op<T> for AveragePool {
    fn name(&self) -> &'static str {
        "average_pool"
    }

    fn symbol(&self) -> &'static str {
        "mean▦"
    }

    fn formula(&self) -> Formula {
        formula!(Y(X): dX = [dY "over the size of the window, at each of its elements"])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = self.pool.check(operands, &[("X", self.pool.images)])?;
        Ok(OutputSpec::matrix(x.rows, self.pool.places.len()))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        means(self.pool, at.operands.get(0), at.result.values_mut());
        Ok(())
    }

    fn vjp(&self, _: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        sink.add_with(0, |dx| spread(self.pool, cotangent, dx.values_mut()));
    }

    fn vjp_recorded<'g>(
        &self,
        _: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let spread = AverageSpread { pool: self.pool };
        Some(vec![Some(Recorded::apply(spread, &[cotangent]))])
    }

    fn jvp(
        &self,
        _: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        if let Some(dx) = tangents.get(0) {
            means(self.pool, dx, tangent.values_mut());
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        self.pool.reads(operands[0].rows, element, |x| read(0, x));
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![vec![Sample::scattered(
            2,
            self.pool.images.len(),
            -1.0,
            2.0,
            0,
        )]]
    }
}

/// What the places of an [`AveragePool`] have, shared out among the pixels of their windows:
/// `Y: N×(C·H′·W′) → N×(C·H·W)`. The cotangent of the images.
#[derive(Clone, Copy, Debug)]
pub struct AverageSpread {
    pool: Pool,
}

impl AverageSpread {
    /// What belongs to a pooling.
    pub fn of(average_pool: &AveragePool) -> Self {
        AverageSpread {
            pool: average_pool.pool,
        }
    }
}

impl<T: Scalar> Op<T> for AverageSpread {
    fn name(&self) -> &'static str {
        "average_spread"
    }

    fn symbol(&self) -> &'static str {
        "mean▦⁻¹"
    }

    fn formula(&self) -> Formula {
        formula!(X(Y): dY = ["the mean of each window of" dX])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let y = self.pool.check(operands, &[("Y", self.pool.places)])?;
        Ok(OutputSpec::matrix(y.rows, self.pool.images.len()))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let x = at.result.values_mut();
        x.fill(T::zero());
        spread(self.pool, at.operands.get(0), x);
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let mut dy = vec![T::zero(); at.operands.get(0).values().len()];
        means(self.pool, cotangent, &mut dy);
        sink.add(0, dy);
    }

    fn vjp_recorded<'g>(
        &self,
        _: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let means = AveragePool { pool: self.pool };
        Some(vec![Some(Recorded::apply(means, &[cotangent]))])
    }

    fn jvp(
        &self,
        _: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        if let Some(dy) = tangents.get(0) {
            spread(self.pool, dy, tangent.values_mut());
        }
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![vec![Sample::scattered(
            2,
            self.pool.places.len(),
            -1.0,
            2.0,
            1,
        )]]
    }
}
