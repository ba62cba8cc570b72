//! The command line: what can be asked for, and how it ends.
//!
//! Whatever goes wrong is one line on standard error that begins with `error: ` (one for each
//! image, where several cannot be read; further ones for each mirror, where no one has a file), and
//! exit code 1; clap has 2 for a command line that cannot be understood, and 130 is for Ctrl-C.

use std::env;
use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use failure::Failure;

mod arguments;
mod check;
mod completions;
mod eval;
mod failure;
#[cfg(feature = "fetch")]
mod fetch;
mod glyphs;
mod interrupt;
mod options;
mod output;
mod predict;
mod sizes;
mod train;
mod tune;
mod values;
mod weights;

/// Learn to read handwritten digits by reversing a tape.
///
/// Without a command, `mnist` trains: the options of `mnist train` can be given directly. Options
/// may stand before the command, too.
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
    /// Try learning rates and weight decays at random, and say which are best
    Tune(tune::Options),
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
        Command::Tune(options) => tune::run(&options),
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
            output::complain(format_args!("error: {failure}"));
            ExitCode::FAILURE
        }
    }
}
