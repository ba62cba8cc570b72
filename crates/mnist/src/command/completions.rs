//! `mnist completions`: what a shell needs to complete the command line.

use std::io::{self, Write};

use clap::Args;
use clap_complete::{Shell, generate};

use super::failure::Failure;

/// Write what a shell needs to complete this program's options
///
/// For bash, put `source <(mnist completions bash)` into ~/.bashrc; for fish, write it to
/// ~/.config/fish/completions/mnist.fish; for zsh, write it to a file _mnist in a directory of
/// $fpath.
#[derive(Args, Debug)]
pub struct Options {
    /// The shell
    shell: Shell,
}

/// Runs the command.
pub fn run(options: &Options, program: &mut clap::Command) -> Result<(), Failure> {
    let mut script = Vec::new();
    generate(options.shell, program, "mnist", &mut script);
    io::stdout().write_all(&script).map_err(Failure::Output)
}
