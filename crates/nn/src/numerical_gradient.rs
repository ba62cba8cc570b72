//! The gradient by central differences.

use crate::ops::{MaxPool, MaxPoolPlaces};
use crate::recording::Recording;
use nalgebra::DMatrix;
use tape::{Error, MatrixId, Scalar, Tape, View};

impl<T: Scalar> Recording<T> {
    /// The gradient by central differences with step `h`, parameter by parameter, on the current
    /// examples.
    ///
    /// With ReLU a probe may push a hidden unit across its kink, where the loss has no derivative
    /// and the difference quotient says nothing, and so with a max pooling and its windows; such
    /// parameters are marked, by comparing which units were active and which pixels the largest.
    ///
    /// # Errors
    /// As [`replay`](Recording::replay); the parameters are as they were in any case.
    pub fn numerical_gradient(&mut self, h: T) -> Result<NumericalGradient<T>, Error> {
        self.numerical_gradient_with(h, |_| ())
    }

    /// [`numerical_gradient`](Recording::numerical_gradient), for somebody who waits: two runs for
    /// each element of each parameter take their time, and `done` is told after each element how
    /// many there were so far.
    ///
    /// # Errors
    /// As [`numerical_gradient`](Recording::numerical_gradient).
    pub fn numerical_gradient_with(
        &mut self,
        h: T,
        mut done: impl FnMut(usize),
    ) -> Result<NumericalGradient<T>, Error> {
        let (mut slopes, mut kinks) = (Vec::new(), Vec::new());
        let mut count = 0;
        for k in 0..self.parameters().len() {
            let id = self.parameters()[k];
            let shape = self.tape().read(id, |w| w.shape())?;
            let mut slope = DMatrix::zeros(shape.rows, shape.cols);
            let mut kink = DMatrix::from_element(shape.rows, shape.cols, false);
            for element in 0..shape.len() {
                let before = self.tape().read(id, |w| w.values()[element])?;
                let above = self.probe(id, element, before + h);
                let below = self.probe(id, element, before - h);
                self.tape_mut().leaf_mut(id)?.values_mut()[element] = before;
                let ((above, active_above), (below, active_below)) = (above?, below?);
                slope[element] = (above - below) / (h + h);
                kink[element] = active_above != active_below;
                count += 1;
                done(count);
            }
            slopes.push(slope);
            kinks.push(kink);
        }
        self.replay()?;
        Ok(NumericalGradient { slopes, kinks })
    }

    /// The loss with one parameter changed, which hidden units were active, and, in binary digits,
    /// where windows had their largest pixels.
    fn probe(&mut self, id: MatrixId, element: usize, value: T) -> Result<(T, Vec<bool>), Error> {
        self.tape_mut().leaf_mut(id)?.values_mut()[element] = value;
        self.replay()?;
        let mut active = Vec::new();
        for &x in self.rectified() {
            let signs = |x: View<'_, T>| active.extend(x.values().iter().map(|&x| x > T::zero()));
            self.tape().read(x, signs)?;
        }
        for &(x, images, window) in self.pooled() {
            // Each pixel, whether it is the largest of its window.
            let tape = Tape::<T>::default();
            let x = tape.input(&self.tape().matrix_value(x)?);
            let pool = MaxPool::new(images, window).expect("it was recorded");
            let places = tape.apply(MaxPoolPlaces::of(&pool), &[x.into()])?.matrix();
            let numbers = places.value();
            let bits = numbers.iter().flat_map(|place| {
                let place = place.to_f64() as usize;
                (0..usize::BITS - window.len().leading_zeros())
                    .map(move |bit| place >> bit & 1 == 1)
            });
            active.extend(bits);
        }
        Ok((self.loss()?, active))
    }
}

/// A gradient by central differences.
#[derive(Clone, Debug, PartialEq)]
pub struct NumericalGradient<T: nalgebra::Scalar> {
    /// The difference quotients, `W1, b1, W2, b2, …`, each of its parameter's shape (`b` is 1×H).
    pub slopes: Vec<DMatrix<T>>,
    /// Where the two probes had different ReLU units active, so that the quotient straddles a kink.
    pub kinks: Vec<DMatrix<bool>>,
}
