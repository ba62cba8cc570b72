//! Where a run stands: all that is needed to go on as if it had never stopped.
//!
//! The file is a line of JSON, [`State`], and after it the net as in a weights file, exact to the bit in the
//! run's own numbers. Both are in one file because they must never disagree, and two files can only get their names
//! one after the other.

use flate2::Crc;
use nn::{Net, WeightsError};
use serde::{Deserialize, Serialize};

use crate::batches;
use crate::dataset::{Dataset, Split};
use crate::float::Float;
use crate::run_log::Extent;
use crate::settings::Settings;

/// The version of the format.
const VERSION: u32 = 1;

/// What stays the same during a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// What was asked for.
    pub settings: Settings,
    /// The directory the images came from; none if they were drawn.
    pub source: Option<String>,
    /// What the images are.
    pub data: Fingerprint,
}

/// Where a run stands, but for the net.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The version of the format.
    version: u32,
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
}

impl State {
    /// A state in the current version of the format.
    pub fn new(
        run: Run,
        step: u64,
        generator: batches::State,
        [loss, accuracy]: [Extent; 2],
    ) -> Self {
        State {
            version: VERSION,
            run,
            step,
            generator,
            loss,
            accuracy,
        }
    }

    /// The line with which the file begins; the net's bytes follow.
    pub fn to_line(&self) -> String {
        let line = serde_json::to_string(self).expect("numbers and names are JSON");
        line + "\n"
    }

    /// Takes the file apart: the state, and the net's bytes.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`] says what is wrong with the first line.
    pub fn split(bytes: &[u8]) -> Result<(Self, &[u8]), CheckpointError> {
        /// Read first, so that a file of another version is called that.
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let end = bytes.iter().position(|&byte| byte == b'\n');
        let end = end.ok_or(CheckpointError::NoLine { bytes: bytes.len() })?;
        let (line, net) = (&bytes[..end], &bytes[end + 1..]);
        let Version { version } = serde_json::from_slice(line)?;
        if version != VERSION {
            return Err(CheckpointError::Version { found: version });
        }
        let state: State = serde_json::from_slice(line)?;
        let settings = &state.run.settings;
        if settings.batch == 0
            || settings.hidden.contains(&0)
            || !settings.learning_rate.is_finite()
        {
            return Err(CheckpointError::Settings);
        }
        Ok((state, net))
    }

    /// The net that belongs to this state, which has the given sizes.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`] if the bytes are not a net, or one of other sizes.
    pub fn net<T: Float>(&self, bytes: &[u8], sizes: &[usize]) -> Result<Net<T>, CheckpointError> {
        let net = Net::from_safetensors(bytes)?;
        if net.sizes() != sizes {
            return Err(CheckpointError::Sizes {
                found: net.sizes(),
                expected: sizes.to_vec(),
            });
        }
        Ok(net)
    }
}

/// Why a file is no checkpoint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// There is no first line.
    #[error(
        "not a checkpoint: {bytes} bytes without the end of a line, expected a line of JSON first"
    )]
    NoLine {
        /// How long the file is.
        bytes: usize,
    },
    /// The first line is not a state.
    #[error("not a checkpoint: its first line is not what it should be: {0}")]
    Line(#[from] serde_json::Error),
    /// A file of another version of this program.
    #[error("a checkpoint of version {found}, expected version {VERSION}")]
    Version {
        /// The version found.
        found: u32,
    },
    /// Settings that no run has.
    #[error(
        "not a checkpoint: a batch or a layer of nothing, or a learning rate that is not finite"
    )]
    Settings,
    /// The net's bytes are not a net.
    #[error("the net in the checkpoint: {0}")]
    Net(#[from] WeightsError),
    /// The net has other sizes than the settings and the images ask for.
    #[error("the net in the checkpoint has the sizes {found:?}, expected {expected:?}")]
    Sizes {
        /// The net's sizes.
        found: Vec<usize>,
        /// What is asked for.
        expected: Vec<usize>,
    },
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
mod tests {
    use super::*;
    use crate::batches::Batches;
    use crate::digits;
    use crate::run_log::Log;

    /// A state of odd numbers, and its net.
    fn state() -> (State, Net<f32>) {
        let settings = Settings {
            learning_rate: 0.1 + 0.2,
            hidden: vec![3, 2],
            seed: u64::MAX,
            ..Settings::default()
        };
        let net = settings.net(784, 10);
        let run = Run {
            settings,
            source: Some("a \"directory\"\nof two lines".to_owned()),
            data: Fingerprint::of(&digits::dataset(3, 2, 1)),
        };
        let mut batches = Batches::new(3, 7, 5);
        batches.draw();
        let extent = Log::new("step,loss").extent();
        (State::new(run, 12, batches.state(), [extent; 2]), net)
    }

    #[test]
    fn comes_back_to_the_bit() {
        let (state, net) = state();
        let bytes = [state.to_line().as_bytes(), &net.to_safetensors().unwrap()].concat();
        let (read, rest) = State::split(&bytes).unwrap();
        assert_eq!(read, state);
        assert_eq!(read.net::<f32>(rest, &[784, 3, 2, 10]).unwrap(), net);
    }

    #[test]
    fn what_is_no_checkpoint_is_told_why() {
        let (state, net) = state();
        let line = state.to_line();
        let refused = |line: &str| State::split(line.as_bytes()).unwrap_err().to_string();
        assert_eq!(
            refused("abc"),
            "not a checkpoint: 3 bytes without the end of a line, expected a line of JSON first"
        );
        assert!(refused("abc\n").contains("expected value at line 1 column 1"));
        assert_eq!(
            refused(&line.replace("\"version\":1", "\"version\":2")),
            "a checkpoint of version 2, expected version 1"
        );
        assert!(refused(&line.replace("relu", "tanh")).contains("no activation is called `tanh`"));
        assert!(
            refused(&line.replace("\"batch\":100", "\"batch\":0")).contains("a batch or a layer")
        );
        let bytes = net.to_safetensors().unwrap();
        let cut = state
            .net::<f32>(&bytes[..bytes.len() - 1], &[784, 3, 2, 10])
            .unwrap_err()
            .to_string();
        assert!(
            cut.starts_with("the net in the checkpoint: not a safetensors file"),
            "{cut}"
        );
        assert_eq!(
            state
                .net::<f32>(&bytes, &[784, 3, 10])
                .unwrap_err()
                .to_string(),
            "the net in the checkpoint has the sizes [784, 3, 2, 10], expected [784, 3, 10]"
        );
    }

    #[test]
    fn another_data_set_has_another_fingerprint() {
        let of = |train, test, seed| Fingerprint::of(&digits::dataset(train, test, seed));
        assert_eq!(of(3, 2, 1), of(3, 2, 1));
        assert_ne!(of(3, 2, 1), of(3, 2, 2));
        assert_ne!(of(3, 2, 1), of(2, 3, 1));
    }
}
