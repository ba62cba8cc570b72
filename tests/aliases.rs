//! Whoever searches the reference for a word of another library's finds the item that does it here.

use std::path::{Path, PathBuf};

/// The item, as `file: name`, and the words by which it is found.
const FOUND_BY: [(&str, &[&str]); 24] = [
    (
        "nn/evaluate.rs: gradient",
        &["backprop", "backward", "grad"],
    ),
    ("nn/net.rs: predict", &["no_grad"]),
    ("nn/recording.rs: gradient", &["grad"]),
    (
        "nn/recording.rs: sweep",
        &["backprop", "backward", "zero_grad"],
    ),
    (
        "nn/two_layer.rs: gradient",
        &["backprop", "backward", "grad"],
    ),
    ("picture/from_tape.rs: Draw", &["graphviz", "plot"]),
    ("picture/picture.rs: dot", &["graphviz"]),
    ("picture/picture.rs: svg", &["plot"]),
    (
        "tape/handle/leaves.rs: input",
        &["no_grad", "requires_grad"],
    ),
    ("tape/handle/leaves.rs: matrix", &["requires_grad"]),
    ("tape/handle/leaves.rs: var", &["requires_grad"]),
    ("tape/handle/leaves.rs: vars", &["requires_grad"]),
    ("tape/handle/matrix_var.rs: value", &["detach"]),
    ("tape/handle/real.rs: Real", &["no_grad"]),
    ("tape/handle/var.rs: value", &["detach"]),
    ("tape/number/scalar.rs: Scalar", &["hessian"]),
    ("tape/sweep/closure.rs: gradient", &["backprop", "grad"]),
    ("tape/sweep/closure.rs: value_and_gradient", &["grad"]),
    (
        "tape/sweep/cotangents.rs: Cotangents",
        &["grad", "zero_grad"],
    ),
    (
        "tape/sweep/cotangents.rs: gradient",
        &["backprop", "backward", "grad"],
    ),
    ("tape/sweep/cotangents.rs: of", &["grad"]),
    (
        "tape/sweep/cotangents.rs: sweep",
        &["backprop", "backward", "zero_grad"],
    ),
    ("tape/sweep/cotangents.rs: vjp", &["backward", "jacobian"]),
    ("tape/sweep/forward.rs: push_forward", &["jacobian"]),
];

/// The words that must lead somewhere.
const WORDS: [&str; 11] = [
    "backprop",
    "backward",
    "detach",
    "grad",
    "graphviz",
    "hessian",
    "jacobian",
    "no_grad",
    "plot",
    "requires_grad",
    "zero_grad",
];

#[test]
fn the_words_of_other_libraries_lead_to_items() {
    let found = aliases();
    let expected = FOUND_BY.iter().flat_map(|&(item, words)| {
        let words = words.iter();
        words.map(move |word| (item.to_string(), word.to_string()))
    });
    let mut expected: Vec<_> = expected.collect();
    expected.sort();
    assert_eq!(found, expected);
    for word in WORDS {
        assert!(
            found.iter().any(|(_, found)| found == word),
            "{word} leads nowhere"
        );
    }
}

/// Every alias in the libraries' sources: `crate/file.rs: item`, and the word.
fn aliases() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut found = Vec::new();
    for library in ["tape", "picture", "nn"] {
        let folder = root.join(library).join("src");
        for file in sources(&folder) {
            let name = file.strip_prefix(&folder).expect("a file of the folder");
            let name = name.display().to_string().replace('\\', "/");
            let text = std::fs::read_to_string(&file).expect("a source");
            for (item, word) in aliases_of(&text) {
                found.push((format!("{library}/{name}: {item}"), word));
            }
        }
    }
    found.sort();
    found
}

/// The aliases of one source: the name of the item that follows, and the word.
fn aliases_of(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut words = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(alias) = line.strip_prefix("#[doc(alias = \"") {
            words.push(alias.split('"').next().expect("a word").to_string());
        } else if let Some(item) = line.strip_prefix("pub ").filter(|_| !words.is_empty()) {
            let name = item
                .split_whitespace()
                .nth(1)
                .expect("a name after the keyword");
            let name = name
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .next();
            let name = name.expect("a first part").to_string();
            found.extend(words.drain(..).map(|word| (name.clone(), word)));
        }
    }
    assert!(words.is_empty(), "an alias of nothing public: {words:?}");
    found
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in folder.read_dir().expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
