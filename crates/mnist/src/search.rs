//! Learning rate and weight decay, searched for at random.
//!
//! Both matter by their order of magnitude, and nobody knows it beforehand. So a trial draws each
//! from a range of which every decade is as likely as any other, and learns from few images for a
//! few epochs: enough to tell a good pair from a bad one (Bergstra and Bengio 2012; the book's
//! section 6.5). A fifth of the images is held out, and judges; the test images have no part in
//! this, because what was chosen by them could not be judged by them.
//!
//! All trials have the same images, first weights and batches, so that they differ in the two
//! numbers alone. What trial k draws depends on the seed and on k: so each can be done again by
//! itself, and a search in pieces is the search in one.

use std::fmt;
use std::str::FromStr;

use nn::{ImageShape, LineError};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::batches::{Batches, below};
use crate::checkpoint::Run;
use crate::dataset::Split;
use crate::evaluation::Evaluation;
use crate::float::Float;
use crate::halt::Halt;
use crate::settings::{Settings, number};
use crate::training::Training;

/// What a search is asked to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// What all trials have in common, but for learning rate and weight decay.
    pub run: Run,
    /// How many trials there are.
    pub trials: u64,
    /// How many epochs a trial learns for.
    pub epochs: u64,
    /// How many training images have a part.
    pub images: usize,
    /// Where learning rates come from.
    pub learning_rate: Decades,
    /// Where weight decays come from.
    pub weight_decay: Decades,
}

/// A range of positive numbers, drawn from by their order of magnitude: `LOW:HIGH`.
///
/// ```
/// use mnist::search::Decades;
///
/// let decades: Decades = "1e-6:1e-2".parse()?;
/// assert_eq!([0.0, 0.25, 0.5, 0.999].map(|share| decades.at(share)), [1e-6, 1e-5, 1e-4, 9.91e-3]);
/// assert_eq!(decades.to_string(), "1e-6:0.01");
/// assert!("1e-2:1e-6".parse::<Decades>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decades {
    /// The smallest number.
    pub low: f64,
    /// The largest.
    pub high: f64,
}

impl Decades {
    /// The number that so large a share of the way up, between 0 and 1, leads to, on a logarithmic
    /// scale: to three digits, which can be read, typed, and given to a run.
    pub fn at(self, share: f64) -> f64 {
        let (low, high) = (self.low.ln(), self.high.ln());
        let exact = (low + share * (high - low)).exp();
        let rounded: f64 = format!("{exact:.2e}").parse().expect("a number");
        rounded.clamp(self.low, self.high)
    }
}

impl fmt::Display for Decades {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", number(self.low), number(self.high))
    }
}

impl FromStr for Decades {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let part = |text: &str| text.parse().ok().filter(|x: &f64| x.is_finite());
        let ends = text.split_once(':');
        let ends = ends.and_then(|(low, high)| Some((part(low)?, part(high)?)));
        let range = ends.filter(|&(low, high)| 0.0 < low && low <= high);
        range
            .map(|(low, high)| Decades { low, high })
            .ok_or_else(|| "expected LOW:HIGH, two numbers above 0, the smaller first".to_owned())
    }
}

/// What came of a trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// Its learning rate.
    pub learning_rate: f64,
    /// Its weight decay.
    pub weight_decay: f64,
    /// The accuracies before the first step and after each epoch.
    pub measured: Vec<Accuracies>,
    /// Why it ended before its time, if it did.
    pub halted: Option<String>,
}

/// Shares of images that are read right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accuracies {
    /// Of those that were learned from.
    pub train: f64,
    /// Of those that were held out.
    pub validation: f64,
}

impl Trial {
    /// What was measured last.
    pub fn reached(&self) -> Accuracies {
        self.measured.last().copied().unwrap_or_default()
    }
}

/// The numbers of the trials, from 0 on, best first: by their validation accuracy at the end, of
/// equal ones the earlier trial; those that could not go on come last.
pub fn best_first(trials: &[Trial]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..trials.len()).collect();
    order.sort_by(|&a, &b| {
        let [a, b] = [&trials[a], &trials[b]];
        let is_halted = |trial: &Trial| trial.halted.is_some();
        let validation = |trial: &Trial| trial.reached().validation;
        (is_halted(a).cmp(&is_halted(b))).then(validation(b).total_cmp(&validation(a)))
    });
    order
}

/// What is held out of so many images: a fifth, and one at least.
pub fn held_out(images: usize) -> usize {
    (images / 5).max(1)
}

impl Search {
    /// The stream of the generator, of the run's seed, that chooses the images.
    pub const IMAGES: u64 = 3;

    /// The stream that learning rates and weight decays come from.
    pub const RATES: u64 = 4;

    fn generator(&self, stream: u64) -> ChaCha8Rng {
        let mut random = ChaCha8Rng::seed_from_u64(self.run.settings.seed);
        random.set_stream(stream);
        random
    }

    /// The settings of trial `trial`, counted from 0.
    pub fn settings(&self, trial: u64) -> Settings {
        let mut random = self.generator(Self::RATES);
        // Two numbers of two words each.
        random.set_word_pos(4 * u128::from(trial));
        let mut share = || (random.next_u64() >> 11) as f64 * f64::powi(2.0, -53);
        let (rate, decay) = (share(), share());
        Settings {
            learning_rate: self.learning_rate.at(rate),
            weight_decay: self.weight_decay.at(decay),
            ..self.run.settings.clone()
        }
    }

    /// The images to learn from and those held out, drawn from `train`.
    ///
    /// # Panics
    ///
    /// If there are fewer images than the search wants, or it wants fewer than two.
    pub fn parts(&self, train: &Split) -> [Split; 2] {
        let mut random = self.generator(Self::IMAGES);
        let mut indices: Vec<usize> = (0..train.len()).collect();
        for at in 0..self.images {
            let left = (train.len() - at) as u64;
            indices.swap(at, at + below(&mut random, left) as usize);
        }
        let (held, learned) = indices[..self.images].split_at(held_out(self.images));
        [learned, held].map(|indices| train.choose(indices))
    }

    /// Does trial `trial`, counted from 0, on [parts](Search::parts) of images of so many classes;
    /// nothing, if `is_over` says so before it ends.
    ///
    /// # Errors
    ///
    /// If the layers are no net for such images.
    pub fn trial<T: Float>(
        &self,
        trial: u64,
        parts: &[Split; 2],
        classes: usize,
        is_over: impl Fn() -> bool,
    ) -> Result<Option<Trial>, LineError> {
        let settings = self.settings(trial);
        let [learned, _] = parts;
        let image = ImageShape {
            channels: 1,
            height: learned.height(),
            width: learned.width(),
        };
        let net = settings.net_for::<T>(image, classes)?;
        let batches = Batches::new(learned.len(), settings.batch, settings.seed);
        let training = Training::new(&net, learned, batches, settings.rule());
        let mut training = training.augmented(settings.augment);
        let mut evaluation = Evaluation::default();
        let mut measured = Vec::new();
        let mut halted = None;
        for epoch in 0..=self.epochs {
            let steps = match epoch {
                0 => 0,
                _ => settings.epoch_steps(learned),
            };
            for _ in 0..steps {
                if is_over() {
                    return Ok(None);
                }
                if let Err(halt) = training.step() {
                    halted = Some(halt.to_string());
                    break;
                }
            }
            let now = match &halted {
                None => measure(&training, &mut evaluation, parts),
                Some(_) => break,
            };
            match now {
                Ok(now) => measured.push(now),
                Err(halt) => {
                    halted = Some(halt.to_string());
                    break;
                }
            }
        }
        Ok(Some(Trial {
            learning_rate: settings.learning_rate,
            weight_decay: settings.weight_decay,
            measured,
            halted,
        }))
    }
}

/// The accuracies of a net as it is now.
fn measure<T: Float>(
    training: &Training<'_, T>,
    evaluation: &mut Evaluation<T>,
    [learned, held]: &[Split; 2],
) -> Result<Accuracies, Halt> {
    let net = training.net();
    let score = evaluation.score(&net, learned)?;
    if let Some(layer) = score.active.iter().position(|&units| units == 0) {
        return Err(training.dead(layer + 1));
    }
    Ok(Accuracies {
        train: score.accuracy,
        validation: evaluation.score(&net, held)?.accuracy,
    })
}

#[cfg(test)]
mod tests;
