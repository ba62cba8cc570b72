//! Loss, accuracy and gradient of a net on given examples, each from a recording made for it.
//!
//! These methods of [`Net`] stand apart from it because they need a [`Recording`], which is one of
//! a net.

use crate::net::Net;
use crate::numerical_gradient::NumericalGradient;
use crate::recording::{Recording, Targets};
use nalgebra::DMatrix;
use tape::{Error, Scalar};

impl<T: Scalar> Net<T> {
    /// The mean loss on examples `x` with `targets`: N×1 labels or N×classes one-hot rows.
    ///
    /// # Errors
    /// If the targets are no labels or distributions of this net's classes.
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[track_caller]
    pub fn loss(&self, x: &DMatrix<T>, targets: &DMatrix<T>) -> Result<T, Error> {
        self.recording_of(x, targets)?.loss()
    }

    /// The share of examples whose largest logit is at the wanted class.
    ///
    /// # Errors
    /// As [`loss`](Net::loss).
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[track_caller]
    pub fn accuracy(&self, x: &DMatrix<T>, targets: &DMatrix<T>) -> Result<f64, Error> {
        self.recording_of(x, targets)?.accuracy()
    }

    /// The gradient of the loss, by a sweep: a matrix for each parameter that is learned.
    ///
    /// # Errors
    /// As [`loss`](Net::loss).
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[track_caller]
    #[doc(alias = "backprop")]
    #[doc(alias = "backward")]
    #[doc(alias = "grad")]
    pub fn gradient(&self, x: &DMatrix<T>, targets: &DMatrix<T>) -> Result<Vec<DMatrix<T>>, Error> {
        let mut recording = self.recording_of(x, targets)?;
        recording.sweep()?;
        recording.gradient()
    }

    /// The gradient of the loss by central differences with step `h`: two runs for each parameter.
    ///
    /// # Errors
    /// As [`loss`](Net::loss).
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[track_caller]
    pub fn numerical_gradient(
        &self,
        x: &DMatrix<T>,
        targets: &DMatrix<T>,
        h: T,
    ) -> Result<NumericalGradient<T>, Error> {
        self.recording_of(x, targets)?.numerical_gradient(h)
    }

    #[track_caller]
    fn recording_of(&self, x: &DMatrix<T>, targets: &DMatrix<T>) -> Result<Recording<T>, Error> {
        let kind = if targets.ncols() == 1 {
            Targets::Labels
        } else {
            Targets::Rows
        };
        let mut recording = Recording::new(self, x.nrows(), kind);
        recording.set(x, targets)?;
        recording.replay()?;
        Ok(recording)
    }
}
