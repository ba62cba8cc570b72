//! Every example is run, and what it prints is what its documentation shows.
//!
//! The examples are modules of this test, where `println!` is the macro below. So they stay the plain programs they
//! are, are compiled once, and run side by side in one process.

use std::cell::RefCell;
use std::fmt::Write;
use std::path::Path;
use std::process::{ExitCode, Termination};

thread_local! {
    /// What the example on this thread has printed.
    static PRINTED: RefCell<String> = const { RefCell::new(String::new()) };
}

macro_rules! println {
    ($($format:tt)*) => {
        crate::print(format_args!($($format)*))
    };
}

fn print(line: std::fmt::Arguments<'_>) {
    PRINTED
        .with_borrow_mut(|printed| writeln!(printed, "{line}").expect("a string takes any line"));
}

/// Declares the examples as modules and writes a test for each.
macro_rules! examples {
    ($($name:ident)*) => {
        #[path = ".."]
        mod programs {
            $(pub mod $name;)*
        }

        $(#[test]
        fn $name() {
            check(include_str!(concat!("../", stringify!($name), ".rs")), programs::$name::main);
        })*

        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

examples! {
    apple
    apple_orange
    scalar_graph
    relu_sigmoid
    affine_batch
    gradient_descent
    multi_layer
    train_mnist
    gradient_check
    find_the_bug
    nan_origin
}

/// Runs an example and compares what it prints with the `text` block of its documentation.
#[track_caller]
fn check<T: Termination>(source: &str, main: fn() -> T) {
    assert_eq!(main().report(), ExitCode::SUCCESS);
    let printed = as_run(&PRINTED.take());
    let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
    let docs = source.lines().map_while(|line| line.strip_prefix("//!"));
    let shown: Vec<&str> = docs
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .skip_while(|&line| line != "```text")
        .skip(1)
        .take_while(|&line| line != "```")
        .collect();
    let (printed, shown) = (printed.join("\n"), shown.join("\n"));
    assert!(
        printed == shown,
        "the example prints\n\n{printed}\n\nand its documentation shows\n\n{shown}\n"
    );
}

/// The compiler knows the examples here by another path than when they are programs.
fn as_run(text: &str) -> String {
    let this = Path::new(file!());
    let folder = this.parent().expect("the tests' folder").join("..");
    let examples = folder.join("");
    text.replace(&*examples.to_string_lossy(), "examples/")
}

#[test]
fn every_program_of_the_folder_is_an_example_and_tested() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = include_str!("../Cargo.toml");
    for file in folder.read_dir().expect("the examples' folder") {
        let path = file.expect("an entry of the folder").path();
        let stem = path.file_stem().expect("a name").to_string_lossy();
        if path.extension().is_some_and(|extension| extension == "rs") && stem != "documents" {
            assert!(NAMES.contains(&&*stem), "{stem} is not in the list above");
            let named = format!("[[example]]\nname = \"{stem}\"\npath = \"{stem}.rs\"\n");
            assert!(manifest.contains(&named), "{stem} is not in Cargo.toml");
        }
    }
}
