//! Every example is run, and what it prints is what its documentation shows.
//!
//! The examples are modules of this test, where `println!` is the macro below. So they stay the
//! plain programs they are, are compiled once, and run side by side in one process. What they draw
//! is compared with docs/pictures.
//!
//! `REDRAW=1 cargo test -p examples` writes outputs and pictures anew: in the examples'
//! documentation, on the pages that show a whole output, and in docs/pictures.

mod pages;
mod redraw;

use pages::{read, root, shown, source};
use std::cell::RefCell;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
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
            check(stringify!($name), programs::$name::main);
            check_options(stringify!($name), programs::$name::main);
        })*

        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

examples! {
    apple
    apple_orange
    scalar_graph
    activation_curves
    relu_sigmoid
    affine_batch
    loss_curves
    softmax_with_loss
    gradient_descent
    multi_layer
    train_mnist
    tangent
    gradient_check
    find_the_bug
    nan_origin
    own_number
    own_op
    tiny_tape
    tape_bytes
    net_graph
    curve_fit
    newton
    second_derivatives
    hessian
    optimisers
    optimisers_compared
    activation_histograms
    initial_values
    batch_normalisation
    overfitting
    filters
    convolution_check
    misread_digits
    half_precision
    shards
}

/// A file that an example is asked to write, which is not there before.
fn file(name: &str) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_file(&file);
    file
}

/// Runs an example as `cargo run --example NAME -- --svg FILE --player FILE`, the first where it
/// draws, and compares what it prints with the `text` block of its documentation, and the drawing
/// with the picture of its name. The player must be a page.
#[track_caller]
fn check<T: Termination>(name: &str, main: fn() -> T) {
    let (file, player) = (file(&format!("{name}.svg")), file(&format!("{name}.html")));
    let text = |path: &Path| path.to_str().expect("a path in UTF-8").to_string();
    let (svg, page) = (text(&file), text(&player));
    let mut arguments = vec!["--player", &page];
    if read(&source(name)).contains("&[\"--svg\"") {
        arguments.extend(["--svg", &svg]);
    }
    let ended = drawing::with_arguments(&arguments, || main().report());
    assert_eq!(ended, ExitCode::SUCCESS);
    let page = fs::read_to_string(player).expect("a player");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("tape-picture"));
    let printed = as_run(&PRINTED.take());
    let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
    let drawn = fs::read_to_string(file).map(|svg| as_run(&svg)).ok();
    if std::env::var_os("REDRAW").is_some() {
        redraw::output(name, &printed);
        redraw::drawing(name, drawn.as_deref());
    }
    check_output(name, &printed);
    check_picture(name, drawn.as_deref());
}

/// An example refuses what it does not know, before it computes anything, and where help is asked
/// for it prints nothing else.
#[track_caller]
fn check_options<T: Termination>(name: &str, main: fn() -> T) {
    let run = |arguments: &[&str]| drawing::with_arguments(arguments, || main().report());
    for refused in [&["--sgv", "x"][..], &["--player"], &["x"]] {
        assert_eq!(run(refused), ExitCode::FAILURE, "{name} with {refused:?}");
    }
    assert_eq!(run(&["--help"]), ExitCode::SUCCESS);
    assert_eq!(PRINTED.take(), "", "{name} goes on after --help");
}

#[track_caller]
fn check_output(name: &str, printed: &[&str]) {
    let (printed, shown) = (printed.join("\n"), shown(name).join("\n"));
    assert!(
        printed == shown,
        "the example prints\n\n{printed}\n\nand its documentation shows\n\n{shown}\n\n{REMEDY}"
    );
}

/// Compares what an example has drawn with the committed picture. Numbers may differ by rounding,
/// which is not the same on every processor.
#[track_caller]
fn check_picture(name: &str, drawn: Option<&str>) {
    let committed = fs::read_to_string(redraw::picture(name)).ok();
    let words = |text: &str| -> Vec<String> {
        let breaks = [' ', ',', '<', '>', '\n', '"'];
        text.split(breaks).map(String::from).collect()
    };
    let (committed, drawn) = (committed.as_deref().map(words), drawn.map(words));
    let same = |(a, b): (&String, &String)| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => (a - b).abs() <= 1e-9 * a.abs(),
        _ => a == b,
    };
    let up_to_date = match (committed, drawn) {
        (Some(a), Some(b)) => a.len() == b.len() && a.iter().zip(&b).all(same),
        (None, None) => true,
        _ => false,
    };
    assert!(
        up_to_date,
        "docs/pictures/{name}.svg is not what the example draws. {REMEDY}"
    );
}

/// What to do if an output or a picture has changed, and is as it should be.
const REMEDY: &str = "`REDRAW=1 cargo test -p examples` writes it anew.";

#[test]
fn every_picture_is_drawn_by_an_example() {
    for file in root()
        .join("docs/pictures")
        .read_dir()
        .expect("docs/pictures")
    {
        let path = file.expect("an entry of the folder").path();
        let stem = path.file_stem().expect("a name").to_string_lossy();
        if path.extension().is_some_and(|extension| extension == "svg") {
            assert!(
                NAMES.contains(&&*stem),
                "no example {stem} draws {stem}.svg"
            );
        }
    }
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
