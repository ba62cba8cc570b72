//! Where a run stands: all that is needed to go on as if it had never stopped.
//!
//! The file is a line of JSON with the length and the CRC-32 of what follows, then a line of JSON, [`State`], and after
//! it the net as in a weights file, exact to the bit in the run's own numbers. All are in one file because they must
//! never disagree, and two files can only get their names one after the other. The sum is there because a net has none:
//! a bit that a disk turned would only make the run another one.

use std::path::PathBuf;

use flate2::Crc;
use nn::{Net, WeightsError};
use serde::{Deserialize, Serialize};

use crate::batches;
use crate::dataset::{Choice, Dataset, Split};
use crate::float::Float;
use crate::run_log::Extent;
use crate::settings::Settings;

/// The version of the format.
const VERSION: u32 = 2;

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
}

/// A path as text, or as the bytes of its name where they are no text.
mod path {
    use std::path::PathBuf;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Bytes(Vec<u8>),
    }

    pub fn serialize<S: Serializer>(path: &Option<PathBuf>, to: S) -> Result<S::Ok, S::Error> {
        let written = path
            .clone()
            .map(|path| match path.into_os_string().into_string() {
                Ok(text) => Written::Text(text),
                Err(name) => Written::Bytes(name.into_encoded_bytes()),
            });
        written.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
        let written = Option::<Written>::deserialize(from)?;
        Ok(written.map(|written| match written {
            Written::Text(text) => text.into(),
            Written::Bytes(bytes) => from_bytes(bytes),
        }))
    }

    #[cfg(unix)]
    fn from_bytes(bytes: Vec<u8>) -> PathBuf {
        use std::os::unix::ffi::OsStringExt;
        std::ffi::OsString::from_vec(bytes).into()
    }

    /// Elsewhere only the system itself can make a name of them; one that looks like it says what was meant.
    #[cfg(not(unix))]
    fn from_bytes(bytes: Vec<u8>) -> PathBuf {
        String::from_utf8_lossy(&bytes).into_owned().into()
    }
}

/// The first line: what the rest must be.
#[derive(Serialize, Deserialize)]
struct Seal {
    /// The version of the format.
    version: u32,
    /// How many bytes follow the line.
    bytes: usize,
    /// Their CRC-32, as in gzip.
    crc32: u32,
}

/// The first line, and what follows it.
fn line(bytes: &[u8]) -> Result<(&[u8], &[u8]), CheckpointError> {
    let end = bytes.iter().position(|&byte| byte == b'\n');
    let end = end.ok_or(CheckpointError::NoLine { bytes: bytes.len() })?;
    Ok((&bytes[..end], &bytes[end + 1..]))
}

fn from_json<'a, T: Deserialize<'a>>(text: &'a [u8], line: usize) -> Result<T, CheckpointError> {
    serde_json::from_slice(text).map_err(|error| CheckpointError::Line {
        line,
        column: error.column(),
    })
}

impl State {
    /// A state.
    pub fn new(
        run: Run,
        step: u64,
        generator: batches::State,
        [loss, accuracy]: [Extent; 2],
    ) -> Self {
        State {
            run,
            step,
            generator,
            loss,
            accuracy,
        }
    }

    /// The two lines with which the file begins; the bytes of `net` follow.
    pub fn to_lines(&self, net: &[u8]) -> String {
        let state = serde_json::to_string(self).expect("numbers and names are JSON") + "\n";
        let mut crc = Crc::new();
        crc.update(state.as_bytes());
        crc.update(net);
        let seal = Seal {
            version: VERSION,
            bytes: state.len() + net.len(),
            crc32: crc.sum(),
        };
        let seal = serde_json::to_string(&seal).expect("numbers are JSON");
        format!("{seal}\n{state}")
    }

    /// Takes the file apart: the state, and the net's bytes.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`] says what is wrong with it.
    pub fn split(bytes: &[u8]) -> Result<(Self, &[u8]), CheckpointError> {
        /// Read first, so that a file of another version is called that.
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let (seal, sealed) = line(bytes)?;
        let Version { version } = from_json(seal, 1)?;
        if version != VERSION {
            return Err(CheckpointError::Version { found: version });
        }
        let Seal { bytes, crc32, .. } = from_json(seal, 1)?;
        if sealed.len() != bytes {
            return Err(CheckpointError::Length {
                found: sealed.len(),
                expected: bytes,
            });
        }
        let mut crc = Crc::new();
        crc.update(sealed);
        if crc.sum() != crc32 {
            return Err(CheckpointError::Damaged {
                found: crc.sum(),
                expected: crc32,
            });
        }
        let (state, net) = line(sealed)?;
        let state: State = from_json(state, 2)?;
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
    /// A line is not what it should be.
    #[error(
        "not a checkpoint: its line {line} is not what `mnist train` writes, from column {column} on"
    )]
    Line {
        /// Which, 1 or 2.
        line: usize,
        /// From where on, counted from 1.
        column: usize,
    },
    /// More or less than there should be.
    #[error(
        "the checkpoint is damaged: found {found} bytes after its first line, expected {expected}"
    )]
    Length {
        /// The bytes there are.
        found: usize,
        /// How many the first line says.
        expected: usize,
    },
    /// Other bytes than were written.
    #[error("the checkpoint is damaged: found the CRC-32 {found:08x}, expected {expected:08x}")]
    Damaged {
        /// The sum of what is there.
        found: u32,
        /// The sum the first line says.
        expected: u32,
    },
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
            source: Some("a \"directory\"\nof two lines".into()),
            choice: Choice::default(),
            data: Fingerprint::of(&digits::dataset(3, 2, 1)),
        };
        let mut batches = Batches::new(3, 7, 5);
        batches.draw();
        let extent = Log::new("step,loss").extent();
        (State::new(run, 12, batches.state(), [extent; 2]), net)
    }

    /// The bytes of a checkpoint.
    fn file(state: &State, net: &[u8]) -> Vec<u8> {
        [state.to_lines(net).as_bytes(), net].concat()
    }

    #[test]
    fn comes_back_to_the_bit() {
        let (state, net) = state();
        let bytes = file(&state, &net.to_safetensors().unwrap());
        let (read, rest) = State::split(&bytes).unwrap();
        assert_eq!(read, state);
        assert_eq!(read.net::<f32>(rest, &[784, 3, 2, 10]).unwrap(), net);
    }

    #[test]
    #[cfg(unix)]
    fn names_that_are_no_text_come_back() {
        use std::os::unix::ffi::OsStringExt;
        let (mut state, _) = state();
        let name = std::ffi::OsString::from_vec(b"/data/mn\xffst".to_vec());
        for source in [Some(name.into()), None] {
            state.run.source = source;
            let bytes = file(&state, b"");
            assert_eq!(State::split(&bytes).unwrap().0, state);
        }
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_noticed() {
        let (state, net) = state();
        let bytes = file(&state, &net.to_safetensors().unwrap()[..40]);
        for end in 0..bytes.len() {
            State::split(&bytes[..end]).unwrap_err();
        }
        for at in 0..8 * bytes.len() {
            let mut changed = bytes.clone();
            changed[at / 8] ^= 1 << (at % 8);
            // JSON has several ways to write a number or a space, so what is read must be the same, if anything is.
            if let Ok((read, rest)) = State::split(&changed) {
                assert_eq!((read, rest), (state.clone(), &bytes[bytes.len() - 40..]));
            }
        }
    }

    #[test]
    fn what_is_no_checkpoint_is_told_why() {
        let (state, net) = state();
        let net = net.to_safetensors().unwrap();
        let bytes = file(&state, &net);
        let refused = |bytes: &[u8]| State::split(bytes).unwrap_err().to_string();
        assert_eq!(
            refused(b"abc"),
            "not a checkpoint: 3 bytes without the end of a line, expected a line of JSON first"
        );
        assert_eq!(
            refused(b"abc\n"),
            "not a checkpoint: its line 1 is not what `mnist train` writes, from column 1 on"
        );
        let length = bytes.len() - bytes.iter().position(|&byte| byte == b'\n').unwrap() - 1;
        assert_eq!(
            refused(&bytes[..bytes.len() - 7]),
            format!(
                "the checkpoint is damaged: found {} bytes after its first line, expected {length}",
                length - 7
            )
        );
        let mut turned = bytes.clone();
        *turned.last_mut().unwrap() ^= 1;
        assert!(refused(&turned).starts_with("the checkpoint is damaged: found the CRC-32 "));
        let older = String::from_utf8_lossy(&bytes).replacen("\"version\":2", "\"version\":1", 1);
        assert_eq!(
            refused(older.as_bytes()),
            "a checkpoint of version 1, expected version 2"
        );
    }

    #[test]
    fn settings_that_no_run_has_are_refused() {
        let (state, net) = state();
        let net = net.to_safetensors().unwrap();
        let refused = |from: &str, to: &str| {
            let lines = state.to_lines(&net);
            let (_, line) = lines.split_once('\n').unwrap();
            let line = line.replace(from, to);
            let mut crc = Crc::new();
            crc.update(line.as_bytes());
            let seal = format!(
                "{{\"version\":2,\"bytes\":{},\"crc32\":{}}}\n",
                line.len(),
                crc.sum()
            );
            State::split((seal + &line).as_bytes())
                .unwrap_err()
                .to_string()
        };
        assert!(refused("relu", "tanh").starts_with("not a checkpoint: its line 2 is not what"));
        assert!(refused("\"batch\":100", "\"batch\":0").contains("a batch or a layer"));
        let cut = state.net::<f32>(&net[..net.len() - 1], &[784, 3, 2, 10]);
        let cut = cut.unwrap_err().to_string();
        assert!(cut.starts_with("the net in the checkpoint: "), "{cut}");
        assert_eq!(
            state
                .net::<f32>(&net, &[784, 3, 10])
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
