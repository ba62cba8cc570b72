//! `mnist`: trains the net of "Deep Learning from Scratch", checks its gradients, and judges what
//! was saved.

use std::process::ExitCode;

mod command;

fn main() -> ExitCode {
    command::main()
}
