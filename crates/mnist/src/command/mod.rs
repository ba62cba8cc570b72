//! The command line: what can be asked for, and how it ends.
//!
//! Whatever goes wrong is one line on standard error that begins with `error: ` (one for each image, where several
//! cannot be read), and exit code 1; clap has 2 for a command line that cannot be understood.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mnist::atomic::WriteError;
use mnist::checkpoint::{CheckpointError, Fingerprint};
use mnist::dataset;
use mnist::halt::Halt;
use mnist::run_directory::ResumeError;
use nn::WeightsError;

mod check;
mod eval;
#[cfg(feature = "fetch")]
mod fetch;
mod glyphs;
mod interrupt;
mod options;
mod output;
mod predict;
mod train;
mod weights;

/// Learn to read handwritten digits by reversing a tape.
///
/// Without a command, `mnist` trains: the options of `mnist train` can be given directly.
#[derive(Parser)]
#[command(name = "mnist", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    train: train::Options,
}

#[derive(Subcommand)]
enum Command {
    /// Train a net, by default as the book does
    Train(train::Options),
    /// Compare the gradients of the net before training with numerical ones
    Check(check::Options),
    /// Measure the test accuracy of saved weights
    Eval(eval::Options),
    /// Say which digit an image shows
    Predict(predict::Options),
    /// Download the four files of MNIST
    #[cfg(feature = "fetch")]
    Fetch(fetch::Options),
}

/// Does what the command line says.
pub fn main() -> ExitCode {
    let Cli { command, train } = Cli::parse();
    let result = match command.unwrap_or(Command::Train(train)) {
        Command::Train(options) => train::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Eval(options) => eval::run(&options),
        Command::Predict(options) => predict::run(&options),
        #[cfg(feature = "fetch")]
        Command::Fetch(options) => fetch::run(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output has enough of it, `head` for one; nothing went wrong here.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            // If even this cannot be written, the exit code is all that is left.
            let _ = writeln!(io::stderr(), "error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Data(#[from] dataset::Error),
    #[error("a net of {} with batches of {batch} takes more than {} numbers of memory", options::dashes(.sizes), options::MOST_NUMBERS)]
    TooLarge { sizes: Vec<usize>, batch: usize },
    #[error("{source}{}", kept(.saved))]
    Halt {
        source: At,
        /// The directory that keeps earlier weights.
        saved: Option<PathBuf>,
    },
    #[error(transparent)]
    Tape(#[from] tape::Error),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Resume(#[from] ResumeError),
    #[error("{}: {error}", .path.display())]
    Checkpoint {
        path: PathBuf,
        error: CheckpointError,
    },
    #[error("{}: its run learned from {expected}, found {found} in {source_name}; name the same data with --data", .path.display())]
    OtherData {
        path: PathBuf,
        found: Fingerprint,
        expected: Fingerprint,
        source_name: String,
    },
    #[error("{}: its run is at step {at} already, beyond --steps {steps}", .path.display())]
    Beyond { path: PathBuf, at: u64, steps: u64 },
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
    #[error(transparent)]
    Fetch(#[from] mnist::fetch::FetchError),
    #[error("cannot listen for Ctrl-C: {0}")]
    Interrupt(#[from] ctrlc::Error),
    #[error("standard output: {0}")]
    Output(io::Error),
}

/// A halt, and after which step.
#[derive(Debug, thiserror::Error)]
#[error(
    "after step {step}, {halt}; try a smaller learning rate than {rate} or other first weights"
)]
struct At {
    step: u64,
    rate: f64,
    halt: Halt,
}

fn kept(saved: &Option<PathBuf>) -> String {
    let kept = |path: &PathBuf| format!(" ({} keeps what was saved before)", path.display());
    saved.as_ref().map_or(String::new(), kept)
}
