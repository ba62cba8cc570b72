//! Where a run stands: all that is needed to go on as if it had never stopped.
//!
//! The file is a line of JSON with the length and the CRC-32 of what follows, then a line of JSON,
//! [`State`], and after it the net as in a weights file, exact to the bit in the run's own numbers;
//! then the optimiser's numbers, and the best net so far, where there are any.
//! All are in one file because they must never disagree, and two files can only get their names one
//! after the other. The sum is there because a net has none: a bit that a disk turned would only
//! make the run another one.

use std::path::PathBuf;

use flate2::Crc;
use nn::Net;
use serde::{Deserialize, Serialize};

use crate::batches;
use crate::dataset::{Choice, Dataset, Split};
use crate::float::Float;
use crate::run_log::Extent;
use crate::settings::Settings;
use crate::training::Progress;

mod error;
mod path;
pub mod seal;

pub use error::CheckpointError;

/// What stays the same during a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// What was asked for.
    pub settings: Settings,
    /// The directory the images came from; none if they were drawn.
    #[serde(with = "path")]
    pub source: Option<PathBuf>,
    /// Which of its sets.
    #[serde(default)]
    pub choice: Choice,
    /// What the images are.
    pub data: Fingerprint,
}

/// Where a run stands, but for the net.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// What stays the same.
    pub run: Run,
    /// How many steps were taken.
    pub step: u64,
    /// Where the generator of the batches stands.
    pub generator: batches::State,
    /// How much of the loss's log belongs to it.
    pub loss: Extent,
    /// How much of the accuracies' log belongs to it.
    pub accuracy: Extent,
    /// What else there is to know of learning; the optimiser's numbers follow the net.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learning: Option<Learning>,
    /// The best net so far, of a run that keeps it; it follows all else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<BestNet>,
}

/// What is known of the best net, but for its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BestNet {
    /// After how many steps it was the net.
    pub step: u64,
    /// How many bytes it has.
    pub bytes: usize,
}

/// Where an optimiser and the masks of dropout stand, but for the optimiser's numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Learning {
    /// How many updates were made.
    pub steps: u64,
    /// Where the generator of the masks stands.
    pub masks: batches::State,
    /// How many numbers are kept for each parameter; none, before the first update.
    pub kept: Vec<usize>,
    /// How many bytes the net has; the numbers follow.
    pub net: usize,
}

impl Learning {
    /// What is to be known of learning beside a net of so many bytes, and the numbers' bytes.
    pub fn of<T: Float>(progress: Option<&Progress<T>>, net: usize) -> (Option<Self>, Vec<u8>) {
        let Some(progress) = progress else {
            return (None, Vec::new());
        };
        let mut bytes = Vec::new();
        progress
            .kept
            .iter()
            .flatten()
            .for_each(|x| x.write(&mut bytes));
        let learning = Learning {
            steps: progress.steps,
            masks: progress.masks,
            kept: progress.kept.iter().map(Vec::len).collect(),
            net,
        };
        (Some(learning), bytes)
    }

    /// The optimiser's numbers in the bytes after the net's.
    fn read<T: Float>(&self, mut bytes: &[u8]) -> Option<Progress<T>> {
        let mut kept = Vec::new();
        for &count in &self.kept {
            let (numbers, rest) = bytes.split_at_checked(count.checked_mul(size_of::<T>())?)?;
            kept.push(numbers.chunks_exact(size_of::<T>()).map(T::read).collect());
            bytes = rest;
        }
        bytes.is_empty().then_some(Progress {
            steps: self.steps,
            kept,
            masks: self.masks,
        })
    }
}

impl State {
    /// A state.
    pub fn new(
        run: Run,
        step: u64,
        generator: batches::State,
        [loss, accuracy]: [Extent; 2],
        learning: Option<Learning>,
    ) -> Self {
        State {
            run,
            step,
            generator,
            loss,
            accuracy,
            learning,
            best: None,
        }
    }

    /// The two lines with which the file begins; the bytes of the net, of the optimiser and of the
    /// best net follow.
    pub fn to_lines(&self, following: &[&[u8]]) -> String {
        seal::sealed(self, following)
    }

    /// Takes the file apart: the state, and the bytes that follow.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`] says what is wrong with it.
    pub fn split(bytes: &[u8]) -> Result<(Self, &[u8]), CheckpointError> {
        let (state, numbers): (State, _) = seal::opened(bytes)?;
        let settings = &state.run.settings;
        if !(1..=settings.batch).contains(&settings.shards)
            || settings.hidden.contains(&0)
            || !settings.learning_rate.is_finite()
        {
            return Err(CheckpointError::Settings);
        }
        Ok((state, numbers))
    }

    /// The net that belongs to this state, which has the layers and shapes of `like`, and how far
    /// its optimiser is.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`] if the bytes are not a net, or another one, or none of the optimiser's.
    pub fn net<T: Float>(
        &self,
        bytes: &[u8],
        like: &Net<T>,
    ) -> Result<(Net<T>, Option<Progress<T>>), CheckpointError> {
        let [net, optimiser, _] = self.parts(bytes)?;
        let net = net_like(net, like)?;
        let Some(learning) = &self.learning else {
            return Ok((net, None));
        };
        let progress = learning.read::<T>(optimiser).filter(|progress| {
            let kept = self.run.settings.optimiser.kept();
            let lengths = like.learned().map(|(_, value)| value.len() * kept);
            progress.kept.is_empty() || progress.kept.iter().map(Vec::len).eq(lengths)
        });
        Ok((net, Some(progress.ok_or(CheckpointError::Optimiser)?)))
    }

    /// The best net so far, if the run keeps it, and after how many steps it was the net.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`] if the bytes are not a net, or one that has other layers than `like`.
    pub fn best<T: Float>(
        &self,
        bytes: &[u8],
        like: &Net<T>,
    ) -> Result<Option<(u64, Net<T>)>, CheckpointError> {
        let [.., net] = self.parts(bytes)?;
        let best = self.best.map(|best| Ok((best.step, net_like(net, like)?)));
        best.transpose()
    }

    /// The bytes of the net, of the optimiser and of the best net.
    fn parts<'b>(&self, bytes: &'b [u8]) -> Result<[&'b [u8]; 3], CheckpointError> {
        let best = self.best.map_or(0, |best| best.bytes);
        let end = bytes.len().checked_sub(best);
        let (bytes, best) = bytes.split_at(end.ok_or(CheckpointError::Best)?);
        let net = self.learning.as_ref().map_or(bytes.len(), |it| it.net);
        let parts = bytes.split_at_checked(net);
        let (net, optimiser) = parts.ok_or(CheckpointError::Optimiser)?;
        Ok([net, optimiser, best])
    }
}

/// The net in these bytes, which has the layers and shapes of `like`.
fn net_like<T: Float>(bytes: &[u8], like: &Net<T>) -> Result<Net<T>, CheckpointError> {
    let net = Net::from_safetensors(bytes)?;
    if net.line() == like.line() && net.sizes() == like.sizes() {
        return Ok(net);
    }
    Err(match (net.activation(), like.activation()) {
        (Some(_), Some(_)) => CheckpointError::Sizes {
            found: net.sizes(),
            expected: like.sizes(),
        },
        _ => CheckpointError::Layers {
            found: net.line().to_string(),
            expected: like.line().to_string(),
        },
    })
}

/// Enough of a data set to notice another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// How many training images there are.
    pub train_images: usize,
    /// How many test images there are.
    pub test_images: usize,
    /// The CRC-32 of all images and labels, as in gzip.
    pub crc32: u32,
}

impl Fingerprint {
    /// Looks at all images and labels.
    pub fn of(dataset: &Dataset) -> Self {
        let mut crc = Crc::new();
        let mut add = |split: &Split| {
            (0..split.len()).for_each(|i| crc.update(split.image(i)));
            crc.update(split.labels());
        };
        add(dataset.train());
        add(dataset.test());
        Fingerprint {
            train_images: dataset.train().len(),
            test_images: dataset.test().len(),
            crc32: crc.sum(),
        }
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Fingerprint {
            train_images,
            test_images,
            crc32,
        } = self;
        write!(
            f,
            "{train_images} training and {test_images} test images with the CRC-32 {crc32:08x}"
        )
    }
}

#[cfg(test)]
mod tests;
