//! The book's training, some steps at a time.

use super::data::{CLASSES, Data, Images};
use super::loss::Loss;
use nn::{ImageShape, Init, Net, Sgd, Signal, TwoLayerNet};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tape::{Cotangents, Error, MatrixId, Seed, Tape, VarId};

/// How a net is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Which layers there are.
    pub layers: Layers,
    /// The learning rate.
    pub rate: f64,
    /// What is made small.
    pub loss: Loss,
    /// Of weights and batches.
    pub seed: u64,
}

/// The layers of a net.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layers {
    /// The book's of chapter 5, with so many hidden numbers, at most [`Layers::WIDEST`].
    Two(usize),
    /// The book's of chapter 7 with fewer filters: [`CONVOLUTIONAL`].
    Convolutional,
}

/// The line of the convolutional net.
pub const CONVOLUTIONAL: &str = "conv 8 5x5, relu, pool 2x2, affine 10";

impl Layers {
    /// The largest hidden layer.
    pub const WIDEST: usize = 500;
}

impl Default for Settings {
    /// The book's, of chapter 5.
    fn default() -> Self {
        Self {
            layers: Layers::Two(50),
            rate: 0.1,
            loss: Loss::Right,
            seed: 1,
        }
    }
}

/// How many images a step looks at.
const BATCH: usize = 100;
/// How many images an accuracy is measured on, at most: of a net of two layers, and of one with
/// filters, which takes longer.
const TRIED: [usize; 2] = [1000, 200];

/// A net that learns: a step is recorded once, and replayed with other images.
pub struct Learner {
    /// The net as it began.
    net: Net<f64>,
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

/// An untrained net for images of that height and width.
///
/// # Errors
/// If the images are too small for its filters.
pub fn untrained(size: [usize; 2], settings: &Settings) -> Result<Net<f64>, String> {
    let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
    let [height, width] = size;
    match settings.layers {
        Layers::Two(hidden) => {
            let hidden = hidden.clamp(1, Layers::WIDEST);
            Ok(TwoLayerNet::new(height * width, hidden, CLASSES, 0.01, &mut random).net)
        }
        Layers::Convolutional => {
            let input = Signal::Image(ImageShape {
                channels: 1,
                height,
                width,
            });
            let line = CONVOLUTIONAL.parse();
            let net = line.and_then(|line| Net::from_line(input, line, Init::He, &mut random));
            net.map_err(|error| error.to_string())
        }
    }
}

impl Learner {
    /// A net that knows nothing yet.
    ///
    /// # Errors
    /// If the images are too small for the net, or the tape refuses them or their labels.
    pub fn new(data: &Data, settings: Settings) -> Result<Self, String> {
        let tape = Tape::new();
        let count = BATCH.min(data.train.len());
        let first: Vec<usize> = (0..count).collect();
        let [x, t] = data.train.matrices(&first);
        let (x, t) = (tape.input(&x), tape.input(&t));
        let net = untrained(data.train.size, &settings)?;
        let recorded = net.record(&tape, x);
        let loss = settings.loss.record(recorded.logits(), t);
        let loss = loss.map_err(|error| error.to_string())?.id();
        let (x, t) = (x.id(), t.id());
        let parameters = recorded
            .parameters
            .iter()
            .map(|matrix| matrix.id())
            .collect();
        Ok(Self {
            net,
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
        let mut net = self.net.clone();
        for (at, &id) in self.parameters.iter().enumerate() {
            net.set_parameter(at, self.tape.matrix_value(id)?);
        }
        Ok(net)
    }

    /// Which share of some images, evenly spread, it reads right.
    ///
    /// # Errors
    /// As [`net`](Learner::net).
    pub fn accuracy(&self, images: &Images) -> Result<f64, Error> {
        let tried = match self.settings.layers {
            Layers::Two(_) => TRIED[0],
            Layers::Convolutional => TRIED[1],
        };
        let mut every = images.len().div_ceil(tried);
        // Labels may go round in tens: a step without a factor of ten meets all of them.
        while every > 1 && (every.is_multiple_of(2) || every.is_multiple_of(5)) {
            every += 1;
        }
        let which: Vec<usize> = (0..images.len()).step_by(every).collect();
        let [x, t] = images.matrices(&which);
        self.net()?.accuracy(&x, &t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accuracy_after(steps: usize, settings: Settings) -> f64 {
        let data = Data::drawn(300, 100, 1);
        let mut learner = Learner::new(&data, settings).unwrap();
        for _ in 0..steps {
            assert!(learner.step(&data.train).unwrap().is_finite());
        }
        assert_eq!(learner.steps, steps);
        learner.accuracy(&data.test).unwrap()
    }

    #[test]
    fn nets_of_both_kinds_learn() {
        let book = Settings::default();
        let small = Settings {
            layers: Layers::Two(20),
            rate: 0.5,
            ..book
        };
        assert!(accuracy_after(150, small) > 0.6);
        let layers = Layers::Convolutional;
        assert!(accuracy_after(25, Settings { layers, ..book }) > 0.4);
    }

    #[test]
    fn nothing_is_learned_with_the_notebooks_loss() {
        let settings = Settings {
            layers: Layers::Two(20),
            loss: Loss::OverTheBatch,
            ..Settings::default()
        };
        assert!(accuracy_after(100, settings) < 0.2);
    }

    #[test]
    fn images_may_be_too_small_for_filters() {
        let images = Images {
            size: [2, 2],
            bytes: vec![0; 40],
            labels: (0..10).collect(),
        };
        let [train, test] = images.split(8);
        let data = Data { train, test };
        let layers = Layers::Convolutional;
        let settings = Settings {
            layers,
            ..Settings::default()
        };
        assert!(Learner::new(&data, settings).is_err());
        assert!(Learner::new(&data, Settings::default()).is_ok());
    }
}
