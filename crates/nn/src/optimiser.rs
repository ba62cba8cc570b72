//! Stochastic gradient descent.

use tape::{Cotangents, Error, MatrixId, Scalar, Tape};

/// Stochastic gradient descent: `W ← W − rate · dL/dW`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// The learning rate.
    pub rate: f64,
}

impl Sgd {
    /// Updates the leaves `parameters` of `tape` in place from the gradient of the last sweep.
    ///
    /// # Errors
    /// If an id names no leaf of the tape, or no entry of the sweep. No parameter is updated then.
    pub fn update<T: Scalar>(
        &self,
        tape: &mut Tape<T>,
        parameters: &[MatrixId],
        gradient: &Cotangents<T>,
    ) -> Result<(), Error> {
        let rate = T::from_f64(self.rate);
        for &id in parameters {
            tape.leaf_shape(id)?;
            gradient.of(id)?;
        }
        for &id in parameters {
            let slope = gradient.of(id)?;
            let mut parameter = tape.leaf_mut(id)?;
            for (w, &d) in parameter.values_mut().iter_mut().zip(slope.values()) {
                *w -= rate * d;
            }
        }
        Ok(())
    }
}
