//! Learning: a step recorded once and replayed with other images.

use nn::{ImageShape, Learner, Method, Net, Recording, Rule, Targets};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

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
pub struct Training<'d, T: Float> {
    recording: Recording<T>,
    split: &'d Split,
    batches: Batches,
    learner: Learner<T>,
    /// Where masks come from, of a net that needs them.
    masks: ChaCha8Rng,
}

/// Where learning stands, beside the net and the batches.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress<T> {
    /// How many updates were made.
    pub steps: u64,
    /// What the optimiser keeps of each parameter.
    pub kept: Vec<Vec<T>>,
    /// Where the generator of the masks stands.
    pub masks: State,
}

impl<'d, T: Float> Training<'d, T> {
    /// Records the step of `net` on batches from `split`.
    ///
    /// # Panics
    ///
    /// If the net has not as many inputs as an image has pixels; in [`step`](Training::step), if
    /// the batches are of a larger split.
    pub fn new(net: &Net<T>, split: &'d Split, batches: Batches, rule: impl Into<Rule>) -> Self {
        assert_eq!(
            net.inputs(),
            split.pixels(),
            "inputs of the net, pixels of an image"
        );
        Training {
            recording: Recording::training(net, batches.size(), Targets::Labels),
            split,
            masks: generator(&State {
                stream: Self::MASKS,
                word: 0,
                ..batches.state()
            }),
            batches,
            learner: Learner::new(rule.into()).decaying(net.decays()),
        }
    }

    /// The stream of the generator that masks come from, of the seed of the batches.
    pub const MASKS: u64 = 2;

    /// Goes on from where learning stood.
    pub fn going_on(self, progress: Progress<T>) -> Self {
        let Progress { steps, kept, masks } = progress;
        let learner = Learner::resumed(self.learner.rule(), steps, kept);
        Training {
            learner: learner.decaying(self.learner.decays().to_vec()),
            masks: generator(&masks),
            ..self
        }
    }

    /// Where learning stands; nothing, if the net and the batches are all there is to know.
    pub fn progress(&self) -> Option<Progress<T>> {
        let is_simple = self.learner.rule() == Rule::new(Method::Sgd, self.learner.rule().rate);
        (!is_simple || self.recording.has_masks()).then(|| Progress {
            steps: self.learner.steps(),
            kept: self.learner.kept().to_vec(),
            masks: State {
                seed: self.masks.get_seed(),
                stream: self.masks.get_stream(),
                word: self.masks.get_word_pos() as u64,
            },
        })
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
        let batch = self.batches.size();
        self.recording.draw_masks(&mut self.masks, batch, 0);
        let loss = self.recording.step(&mut self.learner)?;
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

/// The generator that stands there.
fn generator(state: &State) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::from_seed(state.seed);
    random.set_stream(state.stream);
    random.set_word_pos(u128::from(state.word));
    random
}
