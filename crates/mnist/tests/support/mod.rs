//! A small set of images in files, and the program to run on it.
#![allow(dead_code, reason = "each test program uses its part")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use tempfile::TempDir;

pub const TRAIN_IMAGES: &str = "train-images-idx3-ubyte";
pub const TRAIN_LABELS: &str = "train-labels-idx1-ubyte";
pub const TEST_IMAGES: &str = "t10k-images-idx3-ubyte";
pub const TEST_LABELS: &str = "t10k-labels-idx1-ubyte";
pub const NAMES: [&str; 4] = [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS];

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn idx(shape: &[u32], payload: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let magic = 0x800 | shape.len() as u32;
    let words = [&[magic], shape].concat();
    let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    bytes.extend(payload);
    bytes
}

/// `count` images of 4×3 pixels of four classes: the row that is bright says which, under some
/// noise.
pub fn images(count: u32) -> Vec<u8> {
    let pixel = |i: u32| {
        let (image, row) = (i / 12, i % 12 / 3);
        let noise = i.wrapping_mul(2_654_435_761) >> 24;
        (if image % 4 == row {
            120 + noise / 2
        } else {
            noise / 2
        }) as u8
    };
    idx(&[count, 4, 3], (0..12 * count).map(pixel))
}

pub fn labels(count: u32) -> Vec<u8> {
    idx(&[count], (0..count).map(|i| (i % 4) as u8))
}

/// 60 training and 20 test images in the order of `NAMES`.
pub fn contents() -> [Vec<u8>; 4] {
    [images(60), labels(60), images(20), labels(20)]
}

/// A directory with a good set in it.
pub fn small_set() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in NAMES.iter().zip(contents()) {
        fs::write(directory.path().join(name), bytes).unwrap();
    }
    directory
}

/// The program, in a directory without data, with none named by the environment.
pub fn mnist() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mnist"));
    command
        .env_remove("MNIST_DIR")
        .current_dir(env!("CARGO_TARGET_TMPDIR"));
    command
}

/// Runs the program on arguments separated by spaces and then on `more`.
pub fn run(arguments: &str, more: &[&Path]) -> Output {
    mnist()
        .args(arguments.split_whitespace())
        .args(more)
        .output()
        .unwrap()
}

pub fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

pub fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// The output of a run that must succeed without a word of complaint.
pub fn succeed(arguments: &str, more: &[&Path]) -> String {
    let output = run(arguments, more);
    assert_eq!(stderr(&output), "", "{arguments}");
    assert_eq!(output.status.code(), Some(0), "{arguments}");
    stdout(&output).to_owned()
}

/// The message of a run that must fail with one line, and exit code 1.
pub fn fail(arguments: &str, more: &[&Path]) -> String {
    let output = run(arguments, more);
    assert_eq!(output.status.code(), Some(1), "{arguments}: {output:?}");
    message(&output)
}

/// The one line on standard error, without `error: `.
pub fn message(output: &Output) -> String {
    let message = stderr(output)
        .strip_prefix("error: ")
        .unwrap_or_else(|| panic!("{output:?}"));
    let message = message.strip_suffix('\n').unwrap();
    assert!(!message.contains('\n'), "{message}");
    message.to_owned()
}

/// The lines of JSON on standard output.
pub fn events(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The four files of a run.
pub fn files(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let read = |name| {
        let path = directory.join(name);
        let bytes = fs::read(&path).unwrap();
        (PathBuf::from(name), bytes)
    };
    mnist::run_directory::FILES.map(read).into()
}

/// The names of an event's fields, in order.
pub fn keys(event: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = event
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort();
    keys
}
