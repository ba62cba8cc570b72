//! Why a command failed, as the line that says so.

use std::io;
use std::path::PathBuf;

use mnist::atomic::WriteError;
use mnist::checkpoint::{CheckpointError, Fingerprint};
use mnist::dataset;
use mnist::halt::Halt;
use mnist::own_directory::{CreateError, ResumeError};
use mnist::ranks::Mismatch;
use mnist::settings::number;
use nn::{LineError, WeightsError};

use super::sizes::{MOST_NUMBERS, gibibytes};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Data(#[from] dataset::Error),
    #[error("{0}; its run learned from files that were there: say with --data where they are now")]
    Moved(Box<Failure>),
    #[error(
        "{source_name}: all {images} training images are {}; nothing can be learned from them",
        dataset::grey(*.level)
    )]
    OneGrey {
        source_name: String,
        images: usize,
        level: u8,
    },
    #[error(
        "a net of {found}, found images of {pixels} pixels in {classes} classes: expected \
         {pixels}-…-{classes}"
    )]
    Sizes {
        found: String,
        pixels: usize,
        classes: usize,
    },
    #[error("the net: {0}")]
    Net(#[from] LineError),
    #[error(
        "a net of {net} with batches of {batch} takes {} of memory, expected at most {}; choose \
         less with {option}", gibibytes(*.numbers), gibibytes(MOST_NUMBERS)
    )]
    TooLarge {
        net: String,
        batch: usize,
        /// How many numbers.
        numbers: u64,
        /// The option that asks for most of it.
        option: &'static str,
    },
    #[error("{source}; try {}{kept}", .source.remedy())]
    Halt {
        source: At,
        /// What is saved all the same.
        kept: String,
    },
    /// Somebody pressed Ctrl-C, and all that was to be done then is done.
    #[error("interrupted")]
    Interrupted,
    #[error(transparent)]
    Tape(#[from] tape::Error),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Create(#[from] CreateError),
    #[error(transparent)]
    Resume(#[from] ResumeError),
    #[error("{}: {error}", .path.display())]
    Checkpoint {
        path: PathBuf,
        error: CheckpointError,
    },
    #[error(
        "{}: its run learned from {expected}, found {found} in {source_name}; name the same data \
         with --data", .path.display()
    )]
    OtherData {
        path: PathBuf,
        found: Fingerprint,
        expected: Fingerprint,
        source_name: String,
    },
    #[error("{}: its run is at step {at} already, beyond --steps {steps}", .path.display())]
    Beyond { path: PathBuf, at: u64, steps: u64 },
    #[error("--images {asked}: found only {found} training images")]
    TooFew { asked: usize, found: usize },
    #[error(
        "{}: its search has {done} trials already, more than --trials {trials}", .path.display()
    )]
    TooManyDone {
        path: PathBuf,
        done: u64,
        trials: u64,
    },
    #[error("{}: cannot read it: {error}", .path.display())]
    Read { path: PathBuf, error: io::Error },
    #[error("{}: {error}", .path.display())]
    Weights { path: PathBuf, error: WeightsError },
    #[error("{}: {problem}", .path.display())]
    Misfit { path: PathBuf, problem: String },
    #[error("the gradients differ: {}", .0.join("; "))]
    Gradients(Vec<String>),
    /// Of each image that could not be looked at, why.
    #[error("{}", .0.join("\nerror: "))]
    Images(Vec<String>),
    #[cfg(feature = "fetch")]
    #[error("{error}{by_hand}")]
    Fetch {
        error: mnist::fetch::FetchError,
        /// How it can be done without this program.
        by_hand: String,
    },
    #[cfg(feature = "fetch")]
    #[error("{0}")]
    NotServed(&'static str),
    #[error("cannot start {count} threads: {error}; choose fewer with --threads")]
    Threads { count: usize, error: io::Error },
    #[error(
        "a batch of {batch} images in {shards} shards: expected from 1 to {batch}; choose \
             fewer with --shards"
    )]
    Shards { batch: usize, shards: usize },
    #[error(
        "{ranks} ranks train a batch of {shards} shards: expected as many shards or more; say \
         --shards {ranks}, or start fewer ranks"
    )]
    FewShards { ranks: usize, shards: usize },
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    #[error("cannot listen for Ctrl-C: {0}")]
    Interrupt(#[from] ctrlc::Error),
    #[error("standard output: {0}")]
    Output(io::Error),
}

/// A halt, and after which step.
#[derive(Debug, thiserror::Error)]
#[error("{}, {halt}", when(*.step))]
pub struct At {
    pub step: u64,
    pub rate: f64,
    pub halt: Halt,
}

impl At {
    /// What may help. Before the first step, no learning rate has done anything.
    pub fn remedy(&self) -> String {
        let weights = "other first weights (--init, --seed)";
        match self.step {
            0 => weights.to_owned(),
            _ => format!(
                "a smaller learning rate than {} or {weights}",
                number(self.rate)
            ),
        }
    }
}

fn when(step: u64) -> String {
    match step {
        0 => "before the first step".to_owned(),
        step => format!("after step {step}"),
    }
}
