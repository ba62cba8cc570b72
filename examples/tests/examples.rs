//! Every example is run, and what it prints is what its documentation shows.
//!
//! The examples are modules of this test, where `println!` is the macro below. So they stay the plain programs they
//! are, are compiled once, and run side by side in one process. The pictures they draw are compared with docs/pictures.

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
    net_graph
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

#[test]
fn the_picture_of_apple_orange_is_up_to_date() {
    check_picture(
        "docs/pictures/apple_orange.svg",
        &programs::apple_orange::bill(),
    );
}

#[test]
fn the_picture_of_net_graph_is_up_to_date() {
    check_picture("docs/pictures/net.svg", &programs::net_graph::net());
}

/// Compares a committed picture with what its example draws. Numbers may differ by rounding, which is not the same on
/// every processor.
#[track_caller]
fn check_picture(file: &str, picture: &tape::picture::Picture) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let path = root.expect("examples/ is a folder of it").join(file);
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let drawn = as_run(&picture.svg());
    let words = |text: &str| -> Vec<String> {
        let breaks = [' ', ',', '<', '>', '\n', '"'];
        text.split(breaks).map(String::from).collect()
    };
    let (committed, drawn) = (words(&committed), words(&drawn));
    let same = |(a, b): (&String, &String)| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => (a - b).abs() <= 1e-9 * a.abs(),
        _ => a == b,
    };
    assert!(
        committed.len() == drawn.len() && committed.iter().zip(&drawn).all(same),
        "{file} is out of date: its example draws it with `-- --svg {file}`"
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
