//! Writes anew what the tests compare.

use crate::pages::{documents, read, root, source};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A page may show several examples, which run side by side.
static PAGES: Mutex<()> = Mutex::new(());

/// The picture of an example, if it draws one.
pub fn picture(name: &str) -> PathBuf {
    root().join(format!("docs/pictures/{name}.svg"))
}

/// The output in the example's documentation, and on every page that shows all of it.
pub fn output(name: &str, printed: &[&str]) {
    let _held = PAGES.lock();
    let docs = printed.iter().map(|line| match line.len() {
        0 => "//!\n".to_string(),
        _ => format!("//! {line}\n"),
    });
    let docs: String = docs.collect();
    replace(&source(name), "//! ```text\n", &docs, "//! ```\n");
    let lines: String = printed.iter().flat_map(|line| [line, "\n"]).collect();
    let mark = format!("<!-- prints examples/{name}.rs -->\n```text\n");
    for page in documents() {
        replace(&root().join(page), &mark, &lines, "```\n");
    }
}

/// The picture, if the example draws one.
pub fn drawing(name: &str, drawn: Option<&str>) {
    if let Some(svg) = drawn {
        fs::write(picture(name), svg).expect("docs/pictures can be written");
    }
}

/// Puts `text` between the first `from` and the next `to`, if they are there.
fn replace(path: &Path, from: &str, text: &str, to: &str) {
    let old = read(path);
    if let Some((before, rest)) = old.split_once(from)
        && let Some((_, after)) = rest.split_once(to)
    {
        let new = format!("{before}{from}{text}{to}{after}");
        if new != old {
            fs::write(path, new).expect("a document can be written");
        }
    }
}
