//! `Y = max over each window of X`.

use super::pool::Pool;
use super::pool_largest::{find, gather, is_smooth, spread};
use super::window::Window;
use crate::images::ImageShape;
use tape::formula;
use tape::formula::Formula;
use tape::{
    ForwardError, Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents,
    RecordedPoint, Sample, Scalar, Shape, ShapeError, Sink, View, ViewMut,
};

/// The largest number of each window, channel by channel: `X: N×(C·H·W) → N×(C·H′·W′)`; NaN if
/// there is one. What of a window lies outside of the image does not count.
///
/// At a tie the first of the largest, row by row, gets the whole cotangent, as in
/// [`RowMaxima`](tape::ops::RowMaxima). Where it stands is kept between the runs.
///
/// ```
/// use nalgebra::dmatrix;
/// use nn::ImageShape;
/// use nn::ops::{MaxPool, Window};
///
/// let tape = tape::Tape::new();
/// let images = ImageShape { channels: 1, height: 2, width: 4 };
/// let x = tape.matrix(&dmatrix![1.0, 5.0, 2.0, 2.0, 3.0, 4.0, 0.0, 2.0]);
/// let pool = MaxPool::new(images, Window::square(2).moving(2))?;
/// let y = tape.apply(pool, &[x.into()])?.matrix();
/// assert_eq!(y.value(), dmatrix![5.0, 2.0]);
/// let expected = dmatrix![0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
/// assert_eq!(y.sum().gradient().of(x), expected);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: "Deep Learning from Scratch", sections 7.3 and 7.4.4.
#[derive(Clone, Copy, Debug)]
pub struct MaxPool {
    pool: Pool,
}

impl MaxPool {
    /// The largest numbers of a window's places on images of a shape.
    ///
    /// # Errors
    /// If the window has no place on the images.
    pub fn new(images: ImageShape, window: Window) -> Result<Self, ShapeError> {
        Ok(MaxPool {
            pool: Pool::new(images, window)?,
        })
    }

    /// The shape of a result.
    pub fn places(&self) -> ImageShape {
        self.pool.places
    }
}

impl<T: Scalar> Op<T> for MaxPool {
    fn name(&self) -> &'static str {
        "max_pool"
    }

    fn symbol(&self) -> &'static str {
        "max▦"
    }

    fn formula(&self) -> Formula {
        formula!(Y(X): dX = [dY "at the first largest element of each window, 0 elsewhere"])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = self.pool.check(operands, &[("X", self.pool.images)])?;
        let places = self.pool.places.len();
        Ok(OutputSpec::matrix(x.rows, places).with_residual(x.rows * places))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let x = at.operands.get(0);
        find(self.pool, x, at.result.values_mut(), at.residual);
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        sink.accumulate(0, |dx, keep| {
            spread(self.pool, cotangent, at.residual, dx, keep)
        });
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let places = Recorded::apply(MaxPoolPlaces::of(self), &[at.operands[0]]);
        let spread = PoolSpread { pool: self.pool };
        Some(vec![Some(Recorded::apply(spread, &[cotangent, places]))])
    }

    fn jvp(&self, at: &Point<'_, T>, tangents: &OperandTangents<'_, T>, tangent: ViewMut<'_, T>) {
        if let Some(dx) = tangents.get(0) {
            gather(self.pool, dx, at.residual, tangent);
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

    fn is_smooth(&self, operands: &[View<'_, T>]) -> bool {
        is_smooth(self.pool, operands[0])
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

/// Where in its window each largest number stands, counted row by row: `X: N×(C·H·W) →
/// N×(C·H′·W′)`; what the reverse rule of [`MaxPool`] chooses by when it is recorded. No slope.
#[derive(Clone, Copy, Debug)]
pub struct MaxPoolPlaces {
    pool: Pool,
}

impl MaxPoolPlaces {
    /// What belongs to a pooling.
    pub fn of(max_pool: &MaxPool) -> Self {
        MaxPoolPlaces {
            pool: max_pool.pool,
        }
    }
}

impl<T: Scalar> Op<T> for MaxPoolPlaces {
    fn name(&self) -> &'static str {
        "max_pool_places"
    }

    fn symbol(&self) -> &'static str {
        "x=max▦"
    }

    fn formula(&self) -> Formula {
        formula!(Y(X): dX = 0)
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = self.pool.check(operands, &[("X", self.pool.images)])?;
        Ok(OutputSpec::matrix(x.rows, self.pool.places.len()))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let mut largest = vec![T::zero(); at.result.values().len()];
        let x = at.operands.get(0);
        find(self.pool, x, &mut largest, at.result.values_mut());
        Ok(())
    }

    fn vjp(&self, _: &Point<'_, T>, _: View<'_, T>, _: &mut Sink<'_, T>) {}

    fn vjp_recorded<'g>(
        &self,
        _: &RecordedPoint<'g, T>,
        _: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        Some(vec![None])
    }

    fn jvp(&self, _: &Point<'_, T>, _: &OperandTangents<'_, T>, _: ViewMut<'_, T>) {}

    fn reads(&self, _: &[Shape], _: usize, _: &mut dyn FnMut(usize, usize)) -> bool {
        // Nothing that it varies with.
        true
    }

    fn is_smooth(&self, operands: &[View<'_, T>]) -> bool {
        is_smooth(self.pool, operands[0])
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

/// What the places of a [`MaxPool`] have, added to the pixels that [`MaxPoolPlaces`] names:
/// `Y, P: N×(C·H′·W′) → N×(C·H·W)`. The cotangent of the images.
#[derive(Clone, Copy, Debug)]
pub struct PoolSpread {
    pool: Pool,
}

impl PoolSpread {
    /// What belongs to a pooling.
    pub fn of(max_pool: &MaxPool) -> Self {
        PoolSpread {
            pool: max_pool.pool,
        }
    }
}

/// The numbers of the pixels that [`MaxPoolPlaces`] names: `X: N×(C·H·W), P: N×(C·H′·W′) →
/// N×(C·H′·W′)`.
#[derive(Clone, Copy, Debug)]
pub struct PoolGather {
    pool: Pool,
}

impl PoolGather {
    /// What belongs to a pooling.
    pub fn of(max_pool: &MaxPool) -> Self {
        PoolGather {
            pool: max_pool.pool,
        }
    }
}

/// Places that are in each window, for samples: not varied.
fn sample_places(pool: Pool) -> Sample {
    // At the edges not every pixel is on the image.
    let mut places = vec![0.0; 2 * pool.places.len()];
    pool.each(|place, pixels| {
        for example in 0..2 {
            let nth = (place + example) % pixels.len();
            let (k, _) = pixels.each().nth(nth).expect("one of them");
            places[example * pool.places.len() + place] = k as f64;
        }
    });
    Sample::new(2, pool.places.len(), &places).held()
}

impl<T: Scalar> Op<T> for PoolSpread {
    fn name(&self) -> &'static str {
        "pool_spread"
    }

    fn symbol(&self) -> &'static str {
        "▦⁻¹"
    }

    fn formula(&self) -> Formula {
        formula!(X(Y, P): dY = [dX "at the places" P], dP = 0)
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let places = self.pool.places;
        let y = self.pool.check(operands, &[("Y", places), ("P", places)])?;
        Ok(OutputSpec::matrix(y.rows, self.pool.images.len()))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (y, places) = (at.operands.get(0), at.operands.get(1));
        spread(self.pool, y, places.values(), at.result.values_mut(), false);
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let places = at.operands.get(1).values();
        let mut dy = vec![T::zero(); places.len()];
        let shape = at.operands.get(0).shape();
        gather(self.pool, cotangent, places, ViewMut::new(&mut dy, shape));
        sink.add(0, dy);
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let gather = PoolGather { pool: self.pool };
        let dy = Recorded::apply(gather, &[cotangent, at.operands[1]]);
        Some(vec![Some(dy), None])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        if let Some(dy) = tangents.get(0) {
            let places = at.operands.get(1).values();
            spread(self.pool, dy, places, tangent.values_mut(), true);
        }
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let y = Sample::scattered(2, self.pool.places.len(), -1.0, 2.0, 1);
        vec![vec![y, sample_places(self.pool)]]
    }
}

impl<T: Scalar> Op<T> for PoolGather {
    fn name(&self) -> &'static str {
        "pool_gather"
    }

    fn symbol(&self) -> &'static str {
        "▦"
    }

    fn formula(&self) -> Formula {
        formula!(Y(X, P): dX = [dY "at the places" P], dP = 0)
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let Pool { images, places, .. } = self.pool;
        let x = self.pool.check(operands, &[("X", images), ("P", places)])?;
        Ok(OutputSpec::matrix(x.rows, places.len()))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (x, places) = (at.operands.get(0), at.operands.get(1));
        let shape = at.result.shape();
        let y = at.result.values_mut();
        y.fill(T::zero());
        gather(self.pool, x, places.values(), ViewMut::new(y, shape));
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let places = at.operands.get(1).values();
        sink.accumulate(0, |dx, keep| spread(self.pool, cotangent, places, dx, keep));
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let spread = PoolSpread { pool: self.pool };
        let dx = Recorded::apply(spread, &[cotangent, at.operands[1]]);
        Some(vec![Some(dx), None])
    }

    fn jvp(&self, at: &Point<'_, T>, tangents: &OperandTangents<'_, T>, tangent: ViewMut<'_, T>) {
        if let Some(dx) = tangents.get(0) {
            gather(self.pool, dx, at.operands.get(1).values(), tangent);
        }
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let x = Sample::scattered(2, self.pool.images.len(), -1.0, 2.0, 2);
        vec![vec![x, sample_places(self.pool)]]
    }
}
