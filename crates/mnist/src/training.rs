//! Learning: a step recorded once and replayed with other images.

use nn::{ImageShape, Net, Recording, Sgd, Targets};

use crate::batches::{Batches, State};
use crate::dataset::{Scale, Split};
use crate::float::Float;
use crate::halt::{self, Halt};

/// A net that learns from a split, a batch at a time.
///
/// The chosen images are copied straight into the tape's own memory, and the updated parameters
/// stay there: a step allocates nothing.
///
/// ```
/// use mnist::batches::Batches;
/// use mnist::digits;
/// use mnist::training::Training;
/// use nn::{Sgd, TwoLayerNet};
/// use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
///
/// let digits = digits::dataset(100, 10, 1);
/// let net = TwoLayerNet::<f32>::new(784, 20, 10, 0.1, &mut ChaCha8Rng::seed_from_u64(1)).net;
/// let batches = Batches::new(digits.train().len(), 10, 1);
/// let mut training = Training::new(&net, digits.train(), batches, Sgd { rate: 0.1 });
/// let first = training.step()?;
/// for _ in 0..50 {
///     training.step()?;
/// }
/// assert!(training.step()? < first);
/// # Ok::<(), mnist::halt::Halt>(())
/// ```
#[derive(Debug)]
pub struct Training<'d, T> {
    recording: Recording<T>,
    split: &'d Split,
    batches: Batches,
    optimiser: Sgd,
}

impl<'d, T: Float> Training<'d, T> {
    /// Records the step of `net` on batches from `split`.
    ///
    /// # Panics
    ///
    /// If the net has not as many inputs as an image has pixels; in [`step`](Training::step), if
    /// the batches are of a larger split.
    pub fn new(net: &Net<T>, split: &'d Split, batches: Batches, optimiser: Sgd) -> Self {
        assert_eq!(
            net.inputs(),
            split.pixels(),
            "inputs of the net, pixels of an image"
        );
        Training {
            recording: Recording::new(net, batches.size(), Targets::Labels),
            split,
            batches,
            optimiser,
        }
    }

    /// Learns from the next batch. Returns its loss, as it was before.
    ///
    /// # Errors
    ///
    /// [`Halt::NotFinite`] if the loss is not finite, and then nothing was learned from the batch;
    /// [`Halt::Tape`] if a label is not one of the net's classes.
    pub fn step(&mut self) -> Result<T, Halt> {
        let chosen = self.batches.draw();
        let examples = self.recording.examples_mut().into_values();
        self.split.gather(chosen, Scale::Unit, examples);
        let labels = self.recording.targets_mut().into_values();
        self.split.gather_labels(chosen, labels);
        let loss = self.recording.step(&self.optimiser)?;
        if loss.is_finite() {
            Ok(loss)
        } else {
            Err(halt::not_finite(&self.recording))
        }
    }

    /// The net as it is now, for images of the split's size.
    pub fn net(&self) -> Net<T> {
        self.recording.net().for_images(ImageShape {
            channels: 1,
            height: self.split.height(),
            width: self.split.width(),
        })
    }

    /// Where the generator of the batches stands now.
    pub fn generator(&self) -> State {
        self.batches.state()
    }

    /// What is to be said when no unit of hidden layer `layer`, counted from 1, is active for any
    /// of the images.
    ///
    /// # Panics
    ///
    /// If the net has no such layer.
    pub fn dead(&self, layer: usize) -> Halt {
        halt::dead(&self.recording, layer, self.split.len())
    }
}
