//! The command line: what can be asked for, and how it ends.
//!
//! Whatever goes wrong is one line on standard error that begins with `error: ` (one for each image, where several
//! cannot be read; further ones for each mirror, where no one has a file), and exit code 1; clap has 2 for a command line that cannot be understood, and
//! 130 is for Ctrl-C.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use mnist::atomic::WriteError;
use mnist::checkpoint::{CheckpointError, Fingerprint};
use mnist::dataset;
use mnist::halt::Halt;
use mnist::run_directory::{CreateError, ResumeError};
use mnist::settings::number;
use nn::WeightsError;

mod arguments;
mod check;
mod completions;
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
/// Without a command, `mnist` trains: the options of `mnist train` can be given directly. Options may stand before the
/// command, too.
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
    /// Write what a shell needs to complete this program's options
    Completions(completions::Options),
    /// Download the four files of MNIST or of a set like it
    #[cfg(feature = "fetch")]
    Fetch(fetch::Options),
}

/// Does what the command line says.
pub fn main() -> ExitCode {
    let arguments = arguments::command_first(&Cli::command(), env::args_os().collect());
    let Cli { command, train } = Cli::parse_from(arguments);
    let result = match command.unwrap_or(Command::Train(train)) {
        Command::Train(options) => train::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Eval(options) => eval::run(&options),
        Command::Predict(options) => predict::run(&options),
        Command::Completions(options) => completions::run(&options, &mut Cli::command()),
        #[cfg(feature = "fetch")]
        Command::Fetch(options) => fetch::run(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output has enough of it, `head` for one; nothing went wrong here.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        // 128 + SIGINT, as a shell says it.
        Err(Failure::Interrupted) => ExitCode::from(130),
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
    #[error("{0}; its run learned from files that were there: say with --data where they are now")]
    Moved(Box<Failure>),
    #[error("{source_name}: all {images} training images are {}; nothing can be learned from them", dataset::grey(*.level))]
    OneGrey {
        source_name: String,
        images: usize,
        level: u8,
    },
    #[error("a net of {} with batches of {batch} takes {} of memory, expected at most {}; choose less with {option}", options::dashes(.sizes), options::gibibytes(*.numbers), options::gibibytes(options::MOST_NUMBERS))]
    TooLarge {
        sizes: Vec<usize>,
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
    #[error("{error}{by_hand}")]
    Fetch {
        error: mnist::fetch::FetchError,
        /// How it can be done without this program.
        by_hand: String,
    },
    #[cfg(feature = "fetch")]
    #[error("{0}")]
    NotServed(&'static str),
    #[error("cannot listen for Ctrl-C: {0}")]
    Interrupt(#[from] ctrlc::Error),
    #[error("standard output: {0}")]
    Output(io::Error),
}

/// A halt, and after which step.
#[derive(Debug, thiserror::Error)]
#[error("{}, {halt}", when(*.step))]
struct At {
    step: u64,
    rate: f64,
    halt: Halt,
}

impl At {
    /// What may help. Before the first step, no learning rate has done anything.
    fn remedy(&self) -> String {
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
