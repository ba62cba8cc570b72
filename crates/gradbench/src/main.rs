//! A tool of the benchmark suite GradBench: it answers the suite's messages on standard input, one
//! a line, with values and derivatives that the tape computes, and how long each run took.

mod evals;
mod protocol;
#[cfg(test)]
mod tests;
mod timing;

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    match answer_all() {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever asked has gone.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gradbench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn answer_all() -> io::Result<()> {
    for line in io::stdin().lock().lines() {
        let answer = protocol::answer(&line?)?;
        let mut out = io::stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}
