//! The gradient by central differences.

use crate::ops::{MaxPool, MaxPoolPlaces};
use crate::recording::Recording;
use nalgebra::DMatrix;
use std::sync::{Mutex, PoisonError};
use tape::{Error, MatrixId, Scalar, Shape, Tape, View, threads};

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
        done: impl FnMut(usize) + Send,
    ) -> Result<NumericalGradient<T>, Error> {
        NumericalGradient::of(std::slice::from_mut(self), h, done)
    }

    /// The difference quotient of one element, and whether it straddles a kink.
    fn quotient(&mut self, id: MatrixId, element: usize, h: T) -> Result<(T, bool), Error> {
        let before = self.tape().read(id, |w| w.values()[element])?;
        let above = self.probe(id, element, before + h);
        let below = self.probe(id, element, before - h);
        self.tape_mut().leaf_mut(id)?.values_mut()[element] = before;
        let ((above, active_above), (below, active_below)) = (above?, below?);
        Ok(((above - below) / (h + h), active_above != active_below))
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

/// Some elements of all parameters, one after the other, and what was found for each.
struct Stretch<'r, T: nalgebra::Scalar> {
    recording: &'r mut Recording<T>,
    first: usize,
    /// How many elements.
    room: usize,
    found: Vec<(T, bool)>,
    error: Option<Error>,
}

impl<T: Scalar> NumericalGradient<T> {
    /// The gradient by central differences with step `h`, as
    /// [`Recording::numerical_gradient_with`] says, by several recordings of the same net on the
    /// same examples, each of which probes a part of the elements: inside of
    /// [`tape::Threads::run`] at the same time. How many there are changes nothing.
    ///
    /// # Errors
    /// As [`Recording::numerical_gradient`].
    ///
    /// # Panics
    /// If there is no recording.
    #[track_caller]
    pub fn of(
        recordings: &mut [Recording<T>],
        h: T,
        done: impl FnMut(usize) + Send,
    ) -> Result<Self, Error> {
        let parameters = recordings[0].parameters().iter();
        let shapes = parameters.map(|&id| recordings[0].tape().leaf_shape(id));
        let shapes = shapes.collect::<Result<Vec<Shape>, Error>>()?;
        let total: usize = shapes.iter().map(|shape| shape.len()).sum();
        let count = recordings.len();
        let mut stretches = Vec::with_capacity(count);
        for (k, recording) in recordings.iter_mut().enumerate() {
            let first = k * total / count;
            stretches.push(Stretch {
                recording,
                first,
                room: (k + 1) * total / count - first,
                found: Vec::new(),
                error: None,
            });
        }
        let done = Mutex::new((0, done));
        threads::each(&mut stretches, &|_, stretch: &mut Stretch<'_, T>| {
            stretch.error = stretch.probe(&shapes, h, &done).err();
        });
        let error = stretches
            .iter_mut()
            .find_map(|stretch| stretch.error.take());
        error.map_or(Ok(()), Err)?;
        let mut found = stretches.iter().flat_map(|stretch| &stretch.found);
        let mut gradient = NumericalGradient {
            slopes: Vec::new(),
            kinks: Vec::new(),
        };
        for Shape { rows, cols } in shapes {
            let mut kinks = DMatrix::from_element(rows, cols, false);
            let mut slopes = DMatrix::zeros(rows, cols);
            for ((slope, kink), &found) in slopes.iter_mut().zip(&mut kinks).zip(&mut found) {
                (*slope, *kink) = found;
            }
            gradient.slopes.push(slopes);
            gradient.kinks.push(kinks);
        }
        Ok(gradient)
    }
}

impl<T: Scalar> Stretch<'_, T> {
    fn probe(
        &mut self,
        shapes: &[Shape],
        h: T,
        done: &Mutex<(usize, impl FnMut(usize))>,
    ) -> Result<(), Error> {
        let (mut parameter, mut element) = (0, self.first);
        while self.found.len() < self.room {
            while element >= shapes[parameter].len() {
                element -= shapes[parameter].len();
                parameter += 1;
            }
            let id = self.recording.parameters()[parameter];
            self.found.push(self.recording.quotient(id, element, h)?);
            element += 1;
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.0 += 1;
            let count = done.0;
            (done.1)(count);
        }
        self.recording.replay()
    }
}
