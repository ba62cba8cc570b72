//! README.md and docs/ say what is there.
//!
//! Their code is compiled and run by `documents.rs` one folder up. Here: that no document is forgotten there, that
//! links lead somewhere, and that quotes are right. A block after `<!-- quotes FILE -->` quotes lines of that file, in their
//! order; lines may be left out, and neither indentation nor the `//!` of documentation counts.

use std::path::{Path, PathBuf};

/// The workspace.
fn root() -> &'static Path {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.parent().expect("examples/ is a folder of it")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The paths of README.md, CHANGELOG.md and everything under docs/, from the root.
fn documents() -> Vec<PathBuf> {
    let mut found = vec!["README.md".into(), "CHANGELOG.md".into()];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let path = path.strip_prefix(root()).expect("it is under the root");
                found.push(path.into());
            }
        }
    }
    assert!(found.len() > 3, "docs/ holds documents");
    found
}

#[test]
fn the_code_of_every_document_is_run() {
    let listed = include_str!("../documents.rs");
    for document in documents() {
        if read(&root().join(&document)).contains("```rust") {
            let path = document.display().to_string().replace('\\', "/");
            let quoted = format!("\"{path}\"");
            assert!(listed.contains(&quoted), "{path} is not in documents.rs");
        }
    }
}

#[test]
fn links_lead_somewhere() {
    for document in documents() {
        let from = root().join(&document);
        let text = read(&from);
        for link in text.split("](").skip(1) {
            let target = link.split([')', '#', ' ']).next().expect("a first part");
            if target.is_empty() || target.contains("://") {
                continue;
            }
            let to = from.parent().expect("a folder").join(target);
            assert!(to.exists(), "{}: nothing at {target}", document.display());
        }
    }
}

#[test]
fn quotes_are_right() {
    let mut quotes = 0;
    for document in documents() {
        let text = read(&root().join(&document));
        for after in text.split("<!-- quotes ").skip(1) {
            let (source, after) = after.split_once(" -->").expect("the comment's end");
            let block = after
                .split("```")
                .nth(1)
                .expect("a block after the comment");
            let (_language, block) = block.split_once('\n').expect("a line of the language");
            let source_text = read(&root().join(source));
            let mut lines = source_text.lines().map(significant);
            for line in block.lines().map(significant) {
                let place = document.display();
                assert!(
                    lines.any(|l| l == line),
                    "{place}: `{line}` is not (in this order) in {source}"
                );
            }
            quotes += 1;
        }
    }
    assert!(quotes > 0, "some document quotes something");
}

/// A line without indentation and without the mark of documentation.
fn significant(line: &str) -> &str {
    let line = line.trim();
    line.strip_prefix("//!").unwrap_or(line).trim()
}
