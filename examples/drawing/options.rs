//! The command line of an example.

use std::cell::RefCell;

thread_local! {
    /// The arguments an example sees.
    static ARGUMENTS: RefCell<Vec<String>> = RefCell::new(std::env::args().skip(1).collect());
}

/// What can be asked of an example, what follows, and what it is for.
const KNOWN: [(&str, &str, &str); 3] = [
    (
        "--svg",
        "FILE",
        "draws a picture, to be opened in a browser",
    ),
    (
        "--player",
        "FILE",
        "writes a page that plays the graph forwards and back",
    ),
    (
        "--data",
        "DIR",
        "takes the four files of MNIST from a directory",
    ),
];

/// The options that were given, each with what followed it.
pub struct Options {
    given: Vec<(String, String)>,
}

/// Reads the command line of an example that has these options. Where help is asked for it prints
/// that, from the documentation at the beginning of the example's source, and there is nothing left
/// to do.
///
/// # Errors
/// If there is an option that the example does not have, or nothing follows one.
pub fn options(source: &str, allowed: &[&str]) -> Result<Option<Options>, String> {
    let mut arguments = ARGUMENTS.with_borrow(Vec::clone).into_iter();
    let mut given = Vec::new();
    while let Some(option) = arguments.next() {
        if option == "--help" || option == "-h" {
            println!("{}", help(source, allowed));
            return Ok(None);
        }
        if !allowed.contains(&option.as_str()) {
            let known = allowed.join(", ");
            return Err(format!(
                "{option}: no such option; there are {known} and --help"
            ));
        }
        match arguments.next() {
            Some(value) if !value.starts_with("--") => given.push((option, value)),
            _ => return Err(format!("{option}: expected a {} after it", place(&option))),
        }
    }
    Ok(Some(Options { given }))
}

/// What follows an option.
fn place(option: &str) -> &'static str {
    let known = KNOWN.iter().find(|(known, ..)| *known == option);
    known.map_or("value", |(_, place, _)| place)
}

/// What an example says of itself before it shows its output, and its options.
fn help(source: &str, allowed: &[&str]) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    let said = lines
        .map(str::trim)
        .take_while(|line| !line.starts_with("```"));
    let said: Vec<&str> = said.collect();
    let mut help = format!("{}\n\noptions, after `--`:\n", said.join("\n").trim());
    for (option, place, purpose) in KNOWN {
        if allowed.contains(&option) {
            help += &format!("  {:16} {purpose}\n", format!("{option} {place}"));
        }
    }
    help + "  --help           says this"
}

impl Options {
    /// What followed an option.
    pub fn get(&self, option: &str) -> Option<&str> {
        let given = self.given.iter().find(|(given, _)| given == option);
        given.map(|(_, value)| value.as_str())
    }

    /// Writes a text to the file that follows an option, if the option was given.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, option: &str, text: impl FnOnce() -> String) -> Result<(), String> {
        let Some(file) = self.get(option) else {
            return Ok(());
        };
        std::fs::write(file, text()).map_err(|error| format!("{file}: {error}"))
    }
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
