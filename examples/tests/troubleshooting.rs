//! docs/troubleshooting.md quotes rustc: each of its lines that must not compile is compiled, and
//! what rustc says has every sentence that the page quotes.
//!
//! That they do not compile, and that what to write instead does, the doctests hold for every
//! version. Sentences differ from version to version: they are compared where rustc is the version
//! that the page names. The snippets are compiled against the library that this test was built
//! with, without a build of their own.

use super::pages::{read, root};
use std::path::{Path, PathBuf};
use std::process::Command;

const PAGE: &str = "docs/troubleshooting.md";

/// What the compiler is called with.
struct Rustc {
    libraries: PathBuf,
    tape: PathBuf,
    folder: PathBuf,
}

/// The version that cargo calls, as `rustc 1.95`.
fn version() -> String {
    let output = command().arg("--version").output().expect("rustc is there");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<&str> = text.split('.').take(2).collect();
    numbers.join(".")
}

fn command() -> Command {
    Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()))
}

/// The newest library of the tape beside this test.
fn newest(libraries: &Path) -> PathBuf {
    let files = libraries.read_dir().expect("the folder this test is in");
    let files = files.map(|file| file.expect("a file"));
    let named = files.filter(|file| {
        let name = file.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libtape-") && name.ends_with(".rlib")
    });
    let changed = |file: &std::fs::DirEntry| file.metadata().and_then(|data| data.modified()).ok();
    let newest = named.max_by_key(changed);
    newest
        .unwrap_or_else(|| panic!("no libtape-*.rlib beside this test"))
        .path()
}

impl Rustc {
    fn beside_this_test() -> Self {
        let test = std::env::current_exe().expect("the path of this test");
        let libraries = test.parent().expect("a folder").to_path_buf();
        Rustc {
            tape: newest(&libraries),
            libraries,
            folder: PathBuf::from(env!("CARGO_TARGET_TMPDIR")),
        }
    }

    /// Whether the code compiles, and what rustc says.
    fn compile(&self, code: &str) -> (bool, String) {
        let source = self.folder.join("snippet.rs");
        std::fs::write(&source, program(code)).expect("the snippet is written");
        let output = command()
            .args(["--edition=2024", "--emit=metadata", "--color=never"])
            .arg("-L")
            .arg(format!("dependency={}", self.libraries.display()))
            .arg("--extern")
            .arg(format!("tape={}", self.tape.display()))
            .arg("--out-dir")
            .arg(&self.folder)
            .arg(&source)
            .output()
            .expect("rustc runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), said)
    }
}

/// A block of code as a program, as rustdoc makes one. The version of nalgebra is the tape's.
fn program(code: &str) -> String {
    let lines = code.lines();
    let lines = lines.map(|line| line.strip_prefix("# ").unwrap_or(line));
    let code: String = lines.map(|line| format!("{line}\n")).collect();
    let code = if code.contains("fn main()") {
        code
    } else {
        format!("fn main() {{\n{code}}}\n")
    };
    format!("#[allow(unused_imports)]\nuse tape::nalgebra;\n{code}")
}

/// The blocks of the page, in order: language and contents.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let fenced = page.split("```").skip(1).step_by(2);
    fenced
        .map(|block| block.split_once('\n').expect("a line of the language"))
        .collect()
}

#[test]
fn what_rustc_says_is_what_the_page_quotes() {
    let page = read(&root().join(PAGE));
    let blocks = blocks(&page);
    let quotes = blocks.windows(2).filter_map(|pair| match *pair {
        [("rust,compile_fail", code), next] => {
            assert_eq!(next.0, "text", "no quote of what is said of:\n{code}");
            Some((code, next.1))
        }
        _ => None,
    });
    let quotes: Vec<_> = quotes.collect();
    assert!(quotes.len() > 10, "the page has lost its quotes");

    let version = version();
    if !page.contains(&format!("those of {version};")) {
        println!("not compared: the page quotes another version than {version}");
        return;
    }
    let rustc = Rustc::beside_this_test();
    let (compiles, said) = rustc.compile(
        "let tape = tape::Tape::new();\nlet _ = tape.matrix(&nalgebra::dmatrix![1.0]) * 2.0;",
    );
    assert!(compiles, "a right line does not compile here:\n{said}");
    for (code, quoted) in quotes {
        let (compiles, said) = rustc.compile(code);
        assert!(!compiles, "this compiles:\n{code}");
        for sentence in quoted.lines() {
            assert!(
                said.contains(sentence),
                "{sentence:?} is not said of\n{code}\nbut\n{said}"
            );
        }
    }
}
