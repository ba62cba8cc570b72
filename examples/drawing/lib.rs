//! What the examples draw with: curves, and files named on the command line.
//!
//! An example that has a picture draws it with `-- --svg FILE`. Graphs come from the crate
//! `picture`; curves are a [`Chart`].

mod chart;
#[path = "../documents.rs"]
mod documents;
mod palette;

pub use chart::{Chart, Colour, beside, curve};

use std::cell::RefCell;

thread_local! {
    /// The arguments an example sees.
    static ARGUMENTS: RefCell<Vec<String>> = RefCell::new(std::env::args().collect());
}

/// Writes a text to the file that follows `flag` on the command line, if the flag is there.
///
/// # Errors
/// If no file follows, or it cannot be written.
pub fn save(flag: &str, text: impl FnOnce() -> String) -> Result<(), String> {
    let arguments = ARGUMENTS.with_borrow(Vec::clone);
    let mut arguments = arguments
        .into_iter()
        .skip_while(|argument| argument != flag);
    if arguments.next().is_none() {
        return Ok(());
    }
    let file = arguments
        .next()
        .ok_or_else(|| format!("{flag}: expected a file"))?;
    std::fs::write(&file, text()).map_err(|error| format!("{file}: {error}"))
}

/// Runs a program as if it had these arguments. Tests do so with the examples, several in one
/// process.
pub fn with_arguments<T>(arguments: &[&str], program: impl FnOnce() -> T) -> T {
    let others = arguments.iter().copied().map(String::from).collect();
    let before = ARGUMENTS.replace(others);
    let result = program();
    ARGUMENTS.set(before);
    result
}
