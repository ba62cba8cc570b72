//! The order of the files: none uses one that uses it, and in `tape` every folder only what comes
//! before it.

mod circles;
mod resolve;
mod source;

use circles::{circles, told};
use resolve::Edges;
use source::Crate;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The folders of `crates/tape/src` in the order in which data flows through them. A file may use
/// those of its own line and of the lines above. `lib.rs` is free, and so is what stands on no
/// line.
const ORDER: [&[&str]; 16] = [
    &["cold", "error", "shape", "threads"],
    &["product"],
    &["number"],
    &["formula"],
    &["rules"],
    &["dual"],
    &["op"],
    &["ops"],
    &["list"],
    &["handle"],
    &["sweep"],
    &["lanes"],
    &["runs"],
    &["function"],
    &["check"],
    &["strategies"],
];

/// The edges of all published code and of the command, with paths from the workspace.
fn workspace() -> Edges {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("a folder");
    let files = |path: &Path| std::fs::read_to_string(root.join(path)).ok();
    let mut edges = Edges::new();
    for package in root.join("crates").read_dir().expect("the packages") {
        let package = Path::new("crates").join(package.expect("a package").file_name());
        for name in ["src/lib.rs", "src/main.rs"] {
            let file = package.join(name);
            if files(&file).is_some() {
                edges.extend(Crate::read(&file, &files).edges());
            }
        }
    }
    edges
}

#[test]
fn no_files_use_each_other() {
    let edges = workspace();
    assert!(edges.len() > 100, "only {} files were found", edges.len());
    let mut found = String::new();
    for circle in circles(&edges) {
        let _ = writeln!(found, "{} files use each other:", circle.len());
        found += &told(&circle, &edges);
    }
    assert!(
        found.is_empty(),
        "{found}Move what two of them need into a file below both, or what needs both (an `impl`, \
         say) into a file above both."
    );
}

#[test]
fn the_folders_of_tape_use_only_what_comes_before() {
    let upwards = upwards(&workspace(), Path::new("crates/tape/src"));
    assert!(
        upwards.is_empty(),
        "{upwards}The order is {ORDER:?}. Move what is used into the lower folder, or what uses it \
         into the higher one."
    );
}

/// The uses against the order, a line for each.
fn upwards(edges: &Edges, src: &Path) -> String {
    let place = |file: &PathBuf| {
        let first = file.strip_prefix(src).ok()?.components().next()?;
        let room = first.as_os_str().to_str()?;
        let room = room.strip_suffix(".rs").unwrap_or(room);
        ORDER.iter().position(|line| line.contains(&room))
    };
    let mut found = String::new();
    for (file, uses) in edges {
        for (other, paths) in uses {
            if let (Some(from), Some(to)) = (place(file), place(other))
                && from < to
            {
                let (file, other) = (file.display(), other.display());
                let _ = writeln!(
                    found,
                    "{file} uses {other}, which comes after it: {paths:?}"
                );
            }
        }
    }
    found
}

/// The edges of a crate given as text, `from to`, each file by its path under `src`.
fn edges_of(files: &[(&str, &str)]) -> Edges {
    let read = |path: &Path| {
        let name = path.strip_prefix("src").ok()?;
        let file = files.iter().find(|(file, _)| Path::new(file) == name)?;
        Some(file.1.to_string())
    };
    Crate::read(Path::new("src/lib.rs"), &read).edges()
}

fn arrows(files: &[(&str, &str)]) -> Vec<String> {
    let name = |path: &PathBuf| path.strip_prefix("src").unwrap().display().to_string();
    let mut arrows = vec![];
    for (file, uses) in edges_of(files) {
        arrows.extend(
            uses.keys()
                .map(|other| format!("{} > {}", name(&file), name(other))),
        );
    }
    arrows
}

#[test]
fn a_circle_through_a_facade_is_found_and_told() {
    let edges = edges_of(&[
        (
            "lib.rs",
            "mod net; mod step; pub use net::{Layer, Net}; pub use step::Step;",
        ),
        (
            "net.rs",
            "use crate::Step; pub struct Net; pub struct Layer; impl Net { fn f(_: Step) {} }",
        ),
        (
            "step.rs",
            "pub struct Step; fn net() -> crate::Net { todo!() }",
        ),
    ]);
    let [circle] = &circles(&edges)[..] else {
        panic!("not one circle: {edges:?}");
    };
    assert_eq!(
        told(circle, &edges),
        "  src/net.rs\n    uses src/step.rs: crate::Step\n  src/step.rs\n    uses src/net.rs: \
         crate::Net\n"
    );
}

#[test]
fn re_exports_are_looked_through_to_the_file_of_the_item() {
    let files = [
        ("lib.rs", "mod ops; mod user; mod whole; mod handle;"),
        (
            "ops/mod.rs",
            "mod scalar; mod matrix; pub use matrix::*; pub use scalar::{Add, Sub as Minus};",
        ),
        ("ops/scalar.rs", "pub struct Add; pub struct Sub;"),
        ("ops/matrix.rs", "use super::Minus; pub struct MatMul;"),
        ("user.rs", "use crate::ops; fn f() { ops::MatMul; }"),
        ("whole.rs", "use super::ops::*; fn f() -> Add { x.MatMul }"),
        (
            "handle.rs",
            "pub use crate::user::One; pub use crate::whole::Two; fn f(_: Two) {}",
        ),
    ];
    let expected = [
        "handle.rs > whole.rs",
        "ops/matrix.rs > ops/scalar.rs",
        "user.rs > ops/matrix.rs",
        "whole.rs > ops/scalar.rs",
    ];
    assert_eq!(arrows(&files), expected);
}

#[test]
fn macros_count_where_they_are_written_and_tests_do_not() {
    let files = [
        ("lib.rs", "mod rules; mod tan; mod var;"),
        (
            "rules.rs",
            "macro_rules! rule { ($x:ident) => { impl $crate::var::Var for $x {} } }
             pub(crate) use rule;",
        ),
        (
            "tan.rs",
            "use crate::rules::rule; rule! { Tan }
             mod inner { fn f() { super::super::var::g(); } }",
        ),
        (
            "var.rs",
            "pub trait Var {}
             #[cfg(test)] use crate::tan::Tan;
             #[cfg(test)] mod tests { use crate::tan; tan::f(); }
             struct S { #[cfg(test)] x: crate::tan::Tan, y: u8 }
             #[test] fn f() { crate::rules::x(); }",
        ),
    ];
    let expected = ["rules.rs > var.rs", "tan.rs > rules.rs", "tan.rs > var.rs"];
    assert_eq!(arrows(&files), expected);
}

#[test]
fn an_import_against_the_order_is_found() {
    let edges = edges_of(&[
        ("lib.rs", "mod list; mod number; mod loose;"),
        ("list/mod.rs", "mod store; pub use store::List;"),
        (
            "list/store.rs",
            "use crate::number::Scalar; pub struct List;",
        ),
        (
            "number.rs",
            "use crate::{list::List, loose::x}; pub trait Scalar {}",
        ),
        ("loose.rs", "pub fn x(_: crate::list::List) {}"),
    ]);
    let expected =
        "src/number.rs uses src/list/store.rs, which comes after it: {\"crate::list::List\"}\n";
    assert_eq!(upwards(&edges, Path::new("src")), expected);
}
