//! The book's training, some steps at a time.

use super::data::{CLASSES, Data, Images};
use super::loss::Loss;
use nalgebra::RowDVector;
use nn::{Activation, AffineParameters, Net, Sgd, TwoLayerNet};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tape::{Cotangents, Error, MatrixId, Seed, Tape, VarId};

/// How a net is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How many numbers the hidden layer has.
    pub hidden: usize,
    /// The learning rate.
    pub rate: f64,
    /// What is made small.
    pub loss: Loss,
    /// Of weights and batches.
    pub seed: u64,
}

impl Settings {
    /// The largest hidden layer.
    pub const WIDEST: usize = 500;
}

impl Default for Settings {
    /// The book's, of chapter 5.
    fn default() -> Self {
        Self {
            hidden: 50,
            rate: 0.1,
            loss: Loss::Right,
            seed: 1,
        }
    }
}

/// How many images a step looks at.
const BATCH: usize = 100;
/// How many images an accuracy is measured on, at most.
const TRIED: usize = 1000;

/// A net that learns: a step is recorded once, and replayed with other images.
pub struct Learner {
    tape: Tape,
    x: MatrixId,
    t: MatrixId,
    loss: VarId,
    parameters: Vec<MatrixId>,
    gradient: Cotangents<f64>,
    settings: Settings,
    random: ChaCha8Rng,
    batch: Vec<usize>,
    /// How many steps were taken.
    pub steps: usize,
}

/// An untrained net for images of so many pixels.
pub fn untrained<T: tape::Scalar>(pixels: usize, settings: &Settings) -> Net<T> {
    let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
    TwoLayerNet::new(pixels, settings.hidden, CLASSES, 0.01, &mut random).net
}

impl Learner {
    /// A net that knows nothing yet.
    ///
    /// # Errors
    /// If the tape refuses the images or the labels.
    pub fn new(data: &Data, settings: Settings) -> Result<Self, Error> {
        let tape = Tape::new();
        let count = BATCH.min(data.train.len());
        let first: Vec<usize> = (0..count).collect();
        let [x, t] = data.train.matrices(&first);
        let (x, t) = (tape.input(&x), tape.input(&t));
        let net = untrained(data.train.pixels(), &settings);
        let recorded = net.record(&tape, x);
        let loss = settings.loss.record(recorded.logits(), t)?.id();
        let (x, t) = (x.id(), t.id());
        let parameters = recorded
            .parameters
            .iter()
            .map(|matrix| matrix.id())
            .collect();
        Ok(Self {
            x,
            t,
            loss,
            parameters,
            tape,
            gradient: Cotangents::new(),
            settings,
            // Another stream than the weights'.
            random: ChaCha8Rng::seed_from_u64(!settings.seed),
            batch: first,
            steps: 0,
        })
    }

    /// One step on images drawn at random, with replacement; the loss before it.
    ///
    /// # Errors
    /// If the tape refuses the images or the labels.
    pub fn step(&mut self, images: &Images) -> Result<f64, Error> {
        for k in &mut self.batch {
            let drawn = u64::from(self.random.next_u32()) * images.len() as u64;
            *k = (drawn >> 32) as usize;
        }
        images.gather(&self.batch, self.tape.leaf_mut(self.x)?.values_mut());
        images.gather_one_hot(&self.batch, self.tape.leaf_mut(self.t)?.values_mut());
        self.tape.replay()?;
        let loss = self.tape.value(self.loss)?;
        self.tape.sweep(Seed::one(self.loss), &mut self.gradient)?;
        let optimiser = Sgd {
            rate: self.settings.rate,
        };
        optimiser.update(&mut self.tape, &self.parameters, &self.gradient)?;
        self.steps += 1;
        Ok(loss)
    }

    /// The net as it is now.
    ///
    /// # Errors
    /// If the tape has lost a parameter, which does not happen.
    pub fn net(&self) -> Result<Net<f64>, Error> {
        let mut layers = Vec::new();
        for pair in self.parameters.chunks_exact(2) {
            let weights = self.tape.matrix_value(pair[0])?;
            let bias = self.tape.matrix_value(pair[1])?;
            let bias = RowDVector::from_row_slice(bias.as_slice());
            layers.push(AffineParameters { weights, bias });
        }
        Ok(Net::new(layers, Activation::Relu))
    }

    /// Which share of some images, evenly spread, it reads right.
    ///
    /// # Errors
    /// As [`net`](Learner::net).
    pub fn accuracy(&self, images: &Images) -> Result<f64, Error> {
        let mut every = images.len().div_ceil(TRIED);
        // Labels may go round in tens: a step without a factor of ten meets all of them.
        while every > 1 && (every.is_multiple_of(2) || every.is_multiple_of(5)) {
            every += 1;
        }
        let which: Vec<usize> = (0..images.len()).step_by(every).collect();
        let [x, t] = images.matrices(&which);
        self.net()?.accuracy(&x, &t)
    }
}
