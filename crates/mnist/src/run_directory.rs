//! What a run leaves behind.
//!
//! A run's directory holds four files, a fifth if the run has patience, and three to look at:
//!
//! | file | holds |
//! | --- | --- |
//! | `weights.safetensors` | the net, for anybody to read |
//! | `loss.csv` | `step,loss`: each step's loss, before its update |
//! | `accuracy.csv` | `epoch,step,train_accuracy,test_accuracy`: at the start, after each epoch, and at the end if that is inside an epoch; `epoch` counts the whole ones |
//! | `best.safetensors` | the net as it was after the epoch with the highest test accuracy, of a run that may end early |
//! | `checkpoint` | what it takes to go on: [`crate::checkpoint`] |
//! | `accuracy.svg`, `loss.svg`, `report.html` | the run in pictures: [`crate::report`] |
//!
//! All but the pictures are written together, at the end of each epoch and of the run: all of them
//! to temporary files first, and only when all are on the disk do they get their names, the
//! checkpoint last. So a full disk changes nothing, and a process killed at any moment leaves each
//! file whole, old or new. Where the logs are new and the checkpoint is old, the logs are longer
//! than it says; a run that goes on cuts them back and writes the same lines again. The sums in the
//! checkpoint tell its logs from others.
//!
//! The directory is locked for as long as a run works in it ([`crate::lock`]). One with files of
//! these names that no run left is refused: they are somebody's own.
//!
//! The pictures are drawn when the run ends, for whatever reason it does, after all else is saved:
//! they cost more than an epoch may, and can be drawn again by going on. A run that replaces an
//! earlier one's files removes its pictures first, so that those that are there are never another
//! run's.

use std::fs;
use std::io;
use std::iter;
use std::path::{Path, PathBuf};

use nn::Net;

use crate::atomic::{PendingFile, WriteError, commit};
use crate::batches;
use crate::checkpoint::{BestNet, CheckpointError, Learning, Run, State};
use crate::float::Float;
use crate::history::Measured;
use crate::own_directory::{CreateError, Files, OwnDirectory, ResumeError};
use crate::report::Drawn;
use crate::run_log::{Extent, Log};
use crate::training::Progress;

const LOSS: &str = "loss.csv";
const ACCURACY: &str = "accuracy.csv";
const WEIGHTS: &str = "weights.safetensors";
const CHECKPOINT: &str = "checkpoint";

/// The files of a run, in the order in which they get their names.
pub const FILES: [&str; 4] = [LOSS, ACCURACY, WEIGHTS, CHECKPOINT];

/// The best net of a run that has patience.
pub const BEST: &str = "best.safetensors";

/// The pictures of a run, in the order in which they get their names.
pub const PICTURES: [&str; 3] = ["accuracy.svg", "loss.svg", REPORT];

/// All files that a run may leave.
const ALL: Files<'_> = Files {
    command: "train",
    names: &[
        LOSS,
        ACCURACY,
        WEIGHTS,
        BEST,
        CHECKPOINT,
        PICTURES[0],
        PICTURES[1],
        PICTURES[2],
    ],
    mark: CHECKPOINT,
    what: "checkpoint of a run",
    is_mark: is_checkpoint,
};

/// The page with all of it.
pub const REPORT: &str = "report.html";

/// The directory of a run, locked for this process.
#[derive(Debug)]
pub struct RunDirectory {
    own: OwnDirectory,
}

/// The two logs of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logs {
    /// Each step's loss.
    pub loss: Log,
    /// The accuracies at the start and after each epoch.
    pub accuracy: Log,
}

impl Default for Logs {
    fn default() -> Self {
        Logs {
            loss: Log::new("step,loss"),
            accuracy: Log::new("epoch,step,train_accuracy,test_accuracy"),
        }
    }
}

/// The best net of a run so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Best<T: Float> {
    /// After how many steps it was the net.
    pub step: u64,
    /// The net.
    pub net: Net<T>,
}

/// Where a run stands when it is saved.
#[derive(Debug)]
pub struct Moment<'a, T: Float> {
    /// The net.
    pub net: &'a Net<T>,
    /// How many steps were taken.
    pub step: u64,
    /// Where the generator of the batches stands.
    pub generator: batches::State,
    /// How far the optimiser is, if the net and the batches are not all.
    pub progress: Option<Progress<T>>,
    /// The logs up to here.
    pub logs: &'a Logs,
    /// The best net so far, of a run that keeps it.
    pub best: Option<&'a Best<T>>,
    /// A last line of the accuracies, measured inside an epoch: a run that goes on would not have
    /// it.
    pub inside_epoch: Option<Measured>,
}

/// A run as it was saved.
#[derive(Debug)]
pub struct Saved {
    /// Where it stood.
    pub state: State,
    /// The bytes of the nets and of the optimiser; [`State::net`] and [`State::best`] read them.
    pub numbers: Vec<u8>,
    /// The logs up to there.
    pub logs: Logs,
}

impl RunDirectory {
    /// The directory at `path` for a new run, made if it is not there. Removes what killed runs
    /// left in it.
    ///
    /// # Errors
    ///
    /// [`CreateError`] if it cannot be made, another run works there, or it holds somebody's own
    /// files.
    pub fn create(path: &Path) -> Result<Self, CreateError> {
        let own = OwnDirectory::create(path, &ALL)?;
        Ok(RunDirectory { own })
    }

    /// The directory of an earlier run, to go on with it. Removes what killed runs left in it.
    ///
    /// # Errors
    ///
    /// [`ResumeError`] if no run is there, or another process works there.
    pub fn open(path: &Path) -> Result<Self, ResumeError> {
        let own = OwnDirectory::open(path, &ALL)?;
        Ok(RunDirectory { own })
    }

    /// The directory of an earlier run, only to be read, as a process does that trains with the one
    /// that works there.
    pub fn beside(path: &Path) -> Self {
        let own = OwnDirectory::beside(path, &ALL);
        RunDirectory { own }
    }

    /// How many steps the run that is saved here has taken; none if there is none that can be read.
    pub fn saved_step(&self) -> Option<u64> {
        let (_, bytes) = self.own.read(CHECKPOINT).ok()?;
        let (state, _) = State::split(&bytes).ok()?;
        Some(state.step)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.own.path()
    }

    /// Saves a run that has not taken a step, if there is nothing in the directory yet, and says
    /// whether it did. What an earlier run left is replaced only when this one has learned
    /// something; but that it can be is tried now, as far as that is possible.
    ///
    /// # Errors
    ///
    /// As [`save`](RunDirectory::save).
    pub fn begin<T: Float>(&self, run: &Run, moment: &Moment<'_, T>) -> Result<bool, WriteError> {
        let pending = self.prepare(run, moment)?;
        for name in PICTURES {
            PendingFile::create(&self.path().join(name))?;
        }
        let taken = FILES.iter().any(|name| self.path().join(name).exists());
        if !taken {
            commit(pending)?;
        }
        Ok(!taken)
    }

    /// Writes all files, in place of those of before.
    ///
    /// # Errors
    ///
    /// [`WriteError`]. Where a file could not be written (a full disk), nothing has changed.
    pub fn save<T: Float>(&self, run: &Run, moment: &Moment<'_, T>) -> Result<(), WriteError> {
        commit(self.prepare(run, moment)?)
    }

    /// As [`save`](RunDirectory::save) for the first time, which takes away an earlier run's
    /// pictures and its best net.
    ///
    /// # Errors
    ///
    /// As [`save`](RunDirectory::save), or if one of them cannot be removed.
    pub fn replace<T: Float>(&self, run: &Run, moment: &Moment<'_, T>) -> Result<(), WriteError> {
        let pending = self.prepare(run, moment)?;
        for path in PICTURES
            .iter()
            .chain([&BEST])
            .map(|name| self.path().join(name))
        {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    let action = "remove an earlier run's";
                    return Err(WriteError {
                        path,
                        action,
                        error,
                    });
                }
                _ => {}
            }
        }
        commit(pending)
    }

    /// Writes the pictures, in place of those of before.
    ///
    /// # Errors
    ///
    /// [`WriteError`]. Where a file could not be written (a full disk), nothing has changed.
    pub fn save_pictures(&self, drawn: &Drawn) -> Result<(), WriteError> {
        let texts = [&drawn.accuracy, &drawn.loss, &drawn.page];
        let pending: Result<Vec<_>, _> = PICTURES
            .iter()
            .zip(texts)
            .map(|(name, text)| self.own.prepare(name, &[text.as_bytes()]))
            .collect();
        commit(pending?)
    }

    /// Where the page is.
    pub fn report(&self) -> PathBuf {
        self.path().join(REPORT)
    }

    /// Writes everything under temporary names.
    fn prepare<T: Float>(
        &self,
        run: &Run,
        moment: &Moment<'_, T>,
    ) -> Result<Vec<PendingFile>, WriteError> {
        let Logs { loss, accuracy } = moment.logs;
        let extents = [loss.extent(), accuracy.extent()];
        let last = moment
            .inside_epoch
            .map_or(String::new(), |line| format!("{line}\n"));
        let bytes = |net: &Net<T>| net.to_safetensors().expect("every net can be written");
        let net = bytes(moment.net);
        let (learning, kept) = Learning::of(moment.progress.as_ref(), net.len());
        let best = moment.best.map(|best| bytes(&best.net));
        let mut state = State::new(
            run.clone(),
            moment.step,
            moment.generator,
            extents,
            learning,
        );
        state.best = moment.best.zip(best.as_ref()).map(|(best, bytes)| BestNet {
            step: best.step,
            bytes: bytes.len(),
        });
        let best = best.as_deref();
        let following = [&net, &kept[..], best.unwrap_or_default()];
        let lines = state.to_lines(&following);
        let checkpoint: Vec<&[u8]> = iter::once(lines.as_bytes()).chain(following).collect();
        let mut pending = vec![
            self.own.prepare(LOSS, &[loss.text()])?,
            self.own
                .prepare(ACCURACY, &[accuracy.text(), last.as_bytes()])?,
            self.own.prepare(WEIGHTS, &[&net])?,
        ];
        if let Some(best) = best {
            pending.push(self.own.prepare(BEST, &[best])?);
        }
        pending.push(self.own.prepare(CHECKPOINT, &checkpoint)?);
        Ok(pending)
    }

    /// Reads what was saved last.
    ///
    /// # Errors
    ///
    /// [`ResumeError`] names the file that is not there or not what it should be.
    pub fn read(&self) -> Result<Saved, ResumeError> {
        let (path, mut bytes) = self.own.read(CHECKPOINT)?;
        let (state, numbers) =
            State::split(&bytes).map_err(|error| ResumeError::Checkpoint { path, error })?;
        let line = bytes.len() - numbers.len();
        let logs = Logs {
            loss: self.read_log(LOSS, state.loss)?,
            accuracy: self.read_log(ACCURACY, state.accuracy)?,
        };
        bytes.drain(..line);
        Ok(Saved {
            state,
            numbers: bytes,
            logs,
        })
    }

    fn read_log(&self, name: &str, extent: Extent) -> Result<Log, ResumeError> {
        let (path, text) = self.own.read(name)?;
        let log = Log::resume(text, extent);
        log.ok_or(ResumeError::OtherLog {
            path,
            expected: extent,
        })
    }
}

/// Whether these bytes are a checkpoint, of whatever version and however damaged.
fn is_checkpoint(bytes: &[u8]) -> bool {
    let no_checkpoint = |error| {
        matches!(
            error,
            CheckpointError::NoLine { .. } | CheckpointError::Line { .. }
        )
    };
    !State::split(bytes).is_err_and(no_checkpoint)
}
