//! `Y = X ∗ W + b`, and the two products that are its derivatives.
//!
//! A convolution is linear in the images and linear in the filters. So three products of two
//! operands belong together, and each has the other two as derivatives: images with filters, a
//! result's cotangent with filters, images with a cotangent.

use super::convolution_plan::Plan;
use super::window::Window;
use crate::images::ImageShape;
use std::sync::Arc;
use tape::formula;
use tape::formula::Formula;
use tape::{
    ForwardError, Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents,
    RecordedPoint, Sample, Scalar, Shape, ShapeError, Sink, Start, View, ViewMut, threads,
};

/// A convolution, or, as deep learning calls it, a correlation: `X: N×(C·H·W), W: (C·Kh·Kw)×O,
/// b: 1×O → N×(O·H′·W′)`; without `b` if only two operands are given.
///
/// Images are rows, channel after channel and in it row after row of pixels, and so are the results
/// ([`ImageShape`], [`Window::places`]). A column of `W` is a filter, channel after channel and row
/// after row: as it lies in memory `W` is PyTorch's `O, C, Kh, Kw`, and `X ∗ W` has the shape rule
/// of a product with it. Where the window stands over the edge, there are zeros.
///
/// `Y[n; o, y, x] = b[o] + Σ X[n; c, s·y + i − p, s·x + j − p] · W[c, i, j; o]` over `c`, `i` and
/// `j`, with stride `s` and padding `p`. The cotangent `dX` is what each filter spreads of the
/// places whose windows lie on a pixel, `dW` the sum over all places of patch times cotangent, `db`
/// the sum of a channel's cotangents, pairwise.
///
/// No patch is copied, forward or backward: [`Patches`](tape::Patches). The filters are, in the
/// order in which they are read.
///
/// ```
/// use nalgebra::dmatrix;
/// use nn::ImageShape;
/// use nn::ops::{Convolution, Window};
///
/// let tape = tape::Tape::new();
/// let images = ImageShape { channels: 1, height: 2, width: 3 };
/// let x = tape.matrix(&dmatrix![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
/// let edges = tape.matrix(&dmatrix![-1.0; 1.0]); // one filter, 1×2
/// let convolution = Convolution::new(images, 1, Window::new(1, 2))?;
/// let y = tape.apply(convolution, &[x.into(), edges.into()])?.matrix();
/// assert_eq!(y.value(), dmatrix![1.0, 1.0, 1.0, 1.0]);
/// let gradient = y.sum().gradient();
/// assert_eq!(gradient.of(x), dmatrix![-1.0, 0.0, 1.0, -1.0, 0.0, 1.0]);
/// assert_eq!(gradient.of(edges), dmatrix![12.0; 16.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: "Deep Learning from Scratch", sections 7.2 and 7.4.
#[derive(Clone, Debug)]
pub struct Convolution {
    plan: Arc<Plan>,
}

impl Convolution {
    /// The convolution of images of a shape with so many filters of the size of a window.
    ///
    /// # Errors
    /// If the window has no place on the images, or there is no channel or filter.
    pub fn new(images: ImageShape, filters: usize, window: Window) -> Result<Self, ShapeError> {
        let plan = Arc::new(Plan::new(images, filters, window)?);
        Ok(Convolution { plan })
    }

    /// The shape of the images.
    pub fn images(&self) -> ImageShape {
        self.plan.images
    }

    /// The shape of a result: a channel for each filter.
    pub fn places(&self) -> ImageShape {
        self.plan.places
    }

    /// The shape of the filters, a column each.
    pub fn filters(&self) -> Shape {
        self.plan.filters()
    }

    fn back(&self) -> ConvolutionBack {
        ConvolutionBack {
            plan: Arc::clone(&self.plan),
        }
    }

    fn of_filters(&self) -> ConvolutionFilters {
        ConvolutionFilters {
            plan: Arc::clone(&self.plan),
        }
    }
}

impl<T: Scalar> Op<T> for Convolution {
    fn name(&self) -> &'static str {
        "convolution"
    }

    fn symbol(&self) -> &'static str {
        "X∗W+b"
    }

    fn formula(&self) -> Formula {
        formula!(
            Y(X, W, b):
            dX = [dY "spread by" W],
            dW = ["the sum over all places of patches of" X "times" dY],
            db = ["the sum of each channel of" dY]
        )
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let plan = &*self.plan;
        let (&[x, w] | &[x, w, _]) = operands else {
            let count = operands.len();
            return Err(ShapeError::new(format!(
                "takes X, W and, if wanted, b, not {count} operands"
            )));
        };
        Plan::check("X", x, plan.images)?;
        plan.check_filters(w)?;
        let expected = Shape::new(1, plan.places.channels);
        if operands.get(2).is_some_and(|&b| b != expected) {
            return Err(ShapeError::new(format!(
                "b must be {expected}, a number for each filter"
            )));
        }
        let kept = plan.packed().iter().sum();
        Ok(OutputSpec::matrix(x.rows, plan.places.len()).with_residual(kept))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (x, w) = (at.operands.get(0), at.operands.get(1).values());
        let (forward, back) = at.residual.split_at_mut(self.plan.packed()[0]);
        self.plan.pack(w, forward);
        self.plan.pack_back(w, back);
        let b = (at.operands.len() > 2).then(|| at.operands.get(2).values());
        let start = b.map_or(Start::Zero, Start::Each);
        self.plan.forward(x, forward, start, at.result.values_mut());
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let packed = &at.residual[self.plan.packed()[0]..];
        sink.accumulate(0, |dx, keep| {
            let start = if keep { Start::Keep } else { Start::Zero };
            self.plan.back(cotangent, packed, start, dx);
        });
        sink.add_with(1, |dw| {
            let x = at.operands.get(0);
            self.plan.dots(x, cotangent, dw.values_mut());
        });
        if at.operands.len() > 2 {
            let places = self.plan.places;
            let channel = places.height * places.width * cotangent.rows();
            let channels = View::new(cotangent.values(), Shape::new(channel, places.channels));
            sink.accumulate(2, |db, keep| {
                let sum = |o: usize, db: &mut T| {
                    let sum = channels.column_sum(o);
                    *db = if keep { *db + sum } else { sum };
                };
                match threads::is_worth_cutting(cotangent.values().len()) {
                    true => threads::each(db, &sum),
                    false => db.iter_mut().enumerate().for_each(|(o, db)| sum(o, db)),
                }
            });
        }
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let (x, w) = (at.operands[0], at.operands[1]);
        let dx = at.wanted[0].then(|| Recorded::apply(self.back(), &[cotangent, w]));
        let dw = at.wanted[1].then(|| Recorded::apply(self.of_filters(), &[x, cotangent]));
        let mut all = vec![dx, dw];
        if at.operands.len() > 2 {
            let places = self.plan.places;
            let channel = Shape::new(places.height * places.width, places.channels);
            all.push(at.wanted[2].then(|| cotangent.column_sums().reshape(channel).column_sums()));
        }
        Some(all)
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let packed = self.plan.packed()[0];
        let db = (at.operands.len() > 2).then(|| tangents.get(2)).flatten();
        let mut start = db.map_or(Start::Zero, |db| Start::Each(db.values()));
        if let Some(dx) = tangents.get(0) {
            let packed = &at.residual[..packed];
            self.plan.forward(dx, packed, start, tangent.values_mut());
            start = Start::Keep;
        }
        if let Some(dw) = tangents.get(1) {
            let mut packed = vec![T::zero(); packed];
            self.plan.pack(dw.values(), &mut packed);
            let x = at.operands.get(0);
            self.plan.forward(x, &packed, start, tangent.values_mut());
        } else if let Start::Each(each) = start {
            let channel = tangent.values().len() / each.len();
            let channels = tangent.values_mut().chunks_mut(channel.max(1));
            channels
                .zip(each)
                .for_each(|(channel, &db)| channel.fill(db));
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        let Plan {
            images,
            window,
            places,
            ..
        } = *self.plan;
        let examples = operands[0].rows;
        let (example, place) = (element % examples, element / examples);
        let (row, col) = (place / places.width % places.height, place % places.width);
        let filter = place / (places.width * places.height);
        for channel in 0..images.channels {
            for (k, pixel) in window.pixels(images, channel, (row, col)).each() {
                read(0, pixel * examples + example);
                read(1, filter * operands[1].rows + channel * window.len() + k);
            }
        }
        if operands.len() > 2 {
            read(2, filter);
        }
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let [images, filters, _] = self.plan.shapes();
        let mut samples = self.plan.samples([images, filters], 0);
        let b = Sample::scattered(1, filters.cols, -1.0, 2.0, 2);
        samples.push([samples[0].clone(), vec![b]].concat());
        samples
    }
}

/// What the filters of a [`Convolution`] spread of its result: `Y: N×(O·H′·W′), W: (C·Kh·Kw)×O →
/// N×(C·H·W)`. The cotangent of the images; as a layer it is called a transposed convolution.
#[derive(Clone, Debug)]
pub struct ConvolutionBack {
    plan: Arc<Plan>,
}

impl ConvolutionBack {
    /// What belongs to a convolution.
    pub fn of(convolution: &Convolution) -> Self {
        convolution.back()
    }

    fn forward(&self) -> Convolution {
        Convolution {
            plan: Arc::clone(&self.plan),
        }
    }
}

impl<T: Scalar> Op<T> for ConvolutionBack {
    fn name(&self) -> &'static str {
        "convolution_back"
    }

    fn symbol(&self) -> &'static str {
        "Y∗Wᵀ"
    }

    fn formula(&self) -> Formula {
        formula!(
            X(Y, W):
            dY = [dX "convolved with" W],
            dW = ["the sum over all places of patches of" dX "times" Y]
        )
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let plan = &*self.plan;
        let &[y, w] = operands else {
            let count = operands.len();
            return Err(ShapeError::new(format!(
                "takes Y and W, not {count} operands"
            )));
        };
        Plan::check("Y", y, plan.places)?;
        plan.check_filters(w)?;
        let kept = plan.packed().iter().sum();
        Ok(OutputSpec::matrix(y.rows, plan.images.len()).with_residual(kept))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (y, w) = (at.operands.get(0), at.operands.get(1).values());
        let (forward, back) = at.residual.split_at_mut(self.plan.packed()[0]);
        self.plan.pack(w, forward);
        self.plan.pack_back(w, back);
        self.plan.back(y, back, Start::Zero, at.result.values_mut());
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let packed = &at.residual[..self.plan.packed()[0]];
        sink.accumulate(0, |dy, keep| {
            let start = if keep { Start::Keep } else { Start::Zero };
            self.plan.forward(cotangent, packed, start, dy);
        });
        sink.add_with(1, |dw| {
            let y = at.operands.get(0);
            self.plan.dots(cotangent, y, dw.values_mut());
        });
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let (y, w) = (at.operands[0], at.operands[1]);
        let forward = self.forward();
        let of_filters = forward.of_filters();
        let dy = at.wanted[0].then(|| Recorded::apply(forward, &[cotangent, w]));
        let dw = at.wanted[1].then(|| Recorded::apply(of_filters, &[cotangent, y]));
        Some(vec![dy, dw])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let [forward, back] = self.plan.packed();
        if let Some(dy) = tangents.get(0) {
            let packed = &at.residual[forward..];
            self.plan
                .back(dy, packed, Start::Keep, tangent.values_mut());
        }
        if let Some(dw) = tangents.get(1) {
            let mut packed = vec![T::zero(); back];
            self.plan.pack_back(dw.values(), &mut packed);
            let y = at.operands.get(0);
            self.plan
                .back(y, &packed, Start::Keep, tangent.values_mut());
        }
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let [_, filters, places] = self.plan.shapes();
        self.plan.samples([places, filters], 3)
    }
}

/// The sum over all places of a [`Convolution`] of patches times a result:
/// `X: N×(C·H·W), Y: N×(O·H′·W′) → (C·Kh·Kw)×O`. The cotangent of the filters.
#[derive(Clone, Debug)]
pub struct ConvolutionFilters {
    plan: Arc<Plan>,
}

impl ConvolutionFilters {
    /// What belongs to a convolution.
    pub fn of(convolution: &Convolution) -> Self {
        convolution.of_filters()
    }
}

impl<T: Scalar> Op<T> for ConvolutionFilters {
    fn name(&self) -> &'static str {
        "convolution_filters"
    }

    fn symbol(&self) -> &'static str {
        "Xᵀ∗Y"
    }

    fn formula(&self) -> Formula {
        formula!(W(X, Y): dX = [Y "spread by" dW], dY = [X "convolved with" dW])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let plan = &*self.plan;
        let &[x, y] = operands else {
            let count = operands.len();
            return Err(ShapeError::new(format!(
                "takes X and Y, not {count} operands"
            )));
        };
        Plan::check("X", x, plan.images)?;
        Plan::check("Y", y, plan.places)?;
        if x.rows != y.rows {
            return Err(ShapeError::new(format!(
                "X has {} rows, Y {}: they must be equal",
                x.rows, y.rows
            )));
        }
        let Shape { rows, cols } = plan.filters();
        Ok(OutputSpec::matrix(rows, cols))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (x, y) = (at.operands.get(0), at.operands.get(1));
        let filters = at.result.values_mut();
        filters.fill(T::zero());
        self.plan.dots(x, y, filters);
        Ok(())
    }

    /// The cotangent is packed in memory of its own: nothing but second derivatives comes here.
    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let (x, y) = (at.operands.get(0), at.operands.get(1));
        let [forward, back] = self.plan.packed();
        let start = |keep| if keep { Start::Keep } else { Start::Zero };
        sink.accumulate(0, |dx, keep| {
            let mut packed = vec![T::zero(); back];
            self.plan.pack_back(cotangent.values(), &mut packed);
            self.plan.back(y, &packed, start(keep), dx);
        });
        sink.accumulate(1, |dy, keep| {
            let mut packed = vec![T::zero(); forward];
            self.plan.pack(cotangent.values(), &mut packed);
            self.plan.forward(x, &packed, start(keep), dy);
        });
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let (x, y) = (at.operands[0], at.operands[1]);
        let plan = || Arc::clone(&self.plan);
        let back = ConvolutionBack { plan: plan() };
        let forward = Convolution { plan: plan() };
        let dx = at.wanted[0].then(|| Recorded::apply(back, &[y, cotangent]));
        let dy = at.wanted[1].then(|| Recorded::apply(forward, &[x, cotangent]));
        Some(vec![dx, dy])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let (x, y) = (at.operands.get(0), at.operands.get(1));
        if let Some(dx) = tangents.get(0) {
            self.plan.dots(dx, y, tangent.values_mut());
        }
        if let Some(dy) = tangents.get(1) {
            self.plan.dots(x, dy, tangent.values_mut());
        }
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let [images, _, places] = self.plan.shapes();
        self.plan.samples([images, places], 5)
    }
}
