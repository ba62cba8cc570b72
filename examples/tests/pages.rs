//! Where the documents and the examples are, and what an example shows.

use std::path::{Path, PathBuf};

/// The workspace.
pub fn root() -> &'static Path {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.parent().expect("examples/ is a folder of it")
}

pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The paths of the root's documents and of everything under docs/ and crates/, from the root.
pub fn documents() -> Vec<PathBuf> {
    let at_the_root = [
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
    ];
    let mut found = Vec::from(at_the_root.map(PathBuf::from));
    let mut folders = vec![root().join("docs"), root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let path = path.strip_prefix(root()).expect("it is under the root");
                found.push(path.into());
            }
        }
    }
    assert!(found.len() > at_the_root.len(), "docs/ holds documents");
    found
}

/// The source of an example.
pub fn source(name: &str) -> PathBuf {
    root().join(format!("examples/{name}.rs"))
}

/// The lines of output that an example's documentation shows.
pub fn shown(name: &str) -> Vec<String> {
    let source = read(&source(name));
    let docs = source.lines().map_while(|line| line.strip_prefix("//!"));
    docs.map(|line| line.strip_prefix(' ').unwrap_or(line))
        .skip_while(|&line| line != "```text")
        .skip(1)
        .take_while(|&line| line != "```")
        .map(String::from)
        .collect()
}
