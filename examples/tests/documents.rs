//! README.md and docs/ say what is there.
//!
//! Their code is compiled and run by `documents.rs` one folder up. Here: that no document is
//! forgotten there, that links lead somewhere, that quotes are right, and that the guide is whole.
//! A block after `<!-- quotes FILE -->` quotes lines of that file, in their order; lines may be
//! left out, and neither indentation nor the `//!` of documentation counts. A block after `<!--
//! prints examples/NAME.rs -->` is all that example prints.

mod pages;
mod troubleshooting;

use pages::{documents, read, root, shown};
use std::path::Path;

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
            let target = link.split([')', ' ']).next().expect("a first part");
            if target.contains("://") {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let to = match file {
                "" => from.clone(),
                _ => from.parent().expect("a folder").join(file),
            };
            let place = document.display();
            assert!(to.exists(), "{place}: nothing at {target}");
            // What stands behind the playground's address is a program; its own tests read those.
            let is_heading = !(heading.is_empty() || file.ends_with(".html"));
            assert!(
                !is_heading || headings(&to).iter().any(|h| h == heading),
                "{place}: no heading {target}"
            );
        }
    }
}

/// The names under which a page's headings can be linked to.
fn headings(page: &Path) -> Vec<String> {
    let text = read(page);
    let titles = text.lines().filter_map(|line| line.strip_prefix('#'));
    let name = |title: &str| -> String {
        let title = title.trim_start_matches('#').trim().to_lowercase();
        let kept = title
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    titles.map(name).collect()
}

/// What the comments from `start` to `end` name, each with the block of code that follows it, its
/// first line the language.
fn marked_blocks<'t>(
    text: &'t str,
    start: &'t str,
    end: &'t str,
) -> impl Iterator<Item = (&'t str, &'t str)> {
    text.split(start).skip(1).map(move |after| {
        let (name, after) = after.split_once(end).expect("the comment's end");
        let block = after.split("```").nth(1);
        (name, block.expect("a block after the comment"))
    })
}

#[test]
fn outputs_are_whole() {
    let mut outputs = 0;
    for document in documents() {
        let text = read(&root().join(&document));
        for (name, block) in marked_blocks(&text, "<!-- prints examples/", ".rs -->") {
            let block: Vec<&str> = block.lines().skip(1).collect();
            assert!(
                block == shown(name),
                "{}: not what {name} prints",
                document.display()
            );
            outputs += 1;
        }
    }
    assert!(outputs > 0, "some document shows an output");
}

/// Every page of the guide runs an example and shows its output and its picture; the table of
/// contents has every page, and leads on from one to the next.
#[test]
fn the_guide_is_whole() {
    let contents = read(&root().join("docs/SUMMARY.md"));
    let in_order: Vec<&str> = contents
        .split("](guide/")
        .skip(1)
        .map(|link| link.split(')').next().expect("a target"))
        .collect();
    let pages = documents().into_iter().filter_map(|page| {
        let page = page.strip_prefix("docs/guide").ok()?;
        Some(page.display().to_string())
    });
    for page in pages {
        assert!(
            in_order.contains(&&*page),
            "{page} is not in docs/SUMMARY.md"
        );
    }
    for (k, page) in in_order.iter().enumerate().skip(1) {
        let text = read(&root().join("docs/guide").join(page));
        assert!(
            text.contains("cargo run --example "),
            "{page}: nothing to run"
        );
        assert!(text.contains("<!-- prints examples/"), "{page}: no output");
        assert!(text.contains("](../pictures/"), "{page}: no picture");
        let next = in_order.get(k + 1).map(|next| format!("]({next})"));
        assert!(
            next.is_none_or(|next| text.contains(&next)),
            "{page}: no way on"
        );
    }
}

/// A picture that nobody sees cannot be out of date, and need not be there.
#[test]
fn every_picture_is_shown() {
    let pages: Vec<String> = documents()
        .iter()
        .map(|page| read(&root().join(page)))
        .collect();
    let pictures = root().join("docs/pictures");
    for file in pictures.read_dir().expect("the pictures") {
        let name = file.expect("a picture").file_name();
        let shown = format!("pictures/{})", name.to_string_lossy());
        assert!(
            pages.iter().any(|page| page.contains(&shown)),
            "no page shows {name:?}"
        );
    }
}

#[test]
fn quotes_are_right() {
    let mut quotes = 0;
    for document in documents() {
        let text = read(&root().join(&document));
        for (source, block) in marked_blocks(&text, "<!-- quotes ", " -->") {
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

/// README.md's first picture is drawn by the program above it, as it is printed there: all that the
/// example has beside it is its command line.
#[test]
fn the_readme_shows_the_whole_program_of_its_picture() {
    let example = read(&root().join("examples/apple_orange.rs"));
    let (_, body) = example.split_once("let Some(options)").expect("main");
    let (_, body) = body
        .split_once("    };\n")
        .expect("the end of the command line");
    let body = body.strip_suffix("}\n").expect("the end of main");
    let of_the_program = |line: &&str| !line.is_empty() && !line.contains("options.save");
    let program: Vec<&str> = body.lines().map(str::trim).filter(of_the_program).collect();

    let readme = read(&root().join("README.md"));
    let (_, block) = readme.split_once("```rust\n").expect("a program");
    let (block, rest) = block.split_once("```").expect("its end");
    let shown = block.lines().map(str::trim);
    let shown: Vec<&str> = shown
        .filter(|line| !line.is_empty() && !line.starts_with("use "))
        .collect();
    assert_eq!(shown, program);
    let picture = rest.split("](").nth(1).expect("a picture");
    assert!(
        picture.starts_with("docs/pictures/apple_orange.svg)"),
        "{picture:.40}"
    );
}

/// Matrices come in from nalgebra, so a crate that uses them needs the same version.
#[test]
fn the_version_of_nalgebra_is_the_one_in_use() {
    let readme = read(&root().join("README.md"));
    let (_, after) = readme
        .split_once("cargo add nalgebra@")
        .expect("README.md says which version to add");
    let version = after.split('`').next().expect("a version");
    let used = format!("nalgebra = {{ version = \"{version}\"");
    let manifest = read(&root().join("Cargo.toml"));
    assert!(manifest.contains(&used), "not {version}");
}

/// A line without indentation and without the mark of documentation.
fn significant(line: &str) -> &str {
    let line = line.trim();
    line.strip_prefix("//!").unwrap_or(line).trim()
}
