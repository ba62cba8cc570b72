//! The page, put together: HTML, styles, scripts and the WebAssembly in one file.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use picture::Stage;

const SHELL: &str = include_str!("../page/page.html");
const STYLES: [&str; 2] = [include_str!("../page/page.css"), Stage::STYLE];
/// What the page and its worker need.
const ENGINE: &str = include_str!("../page/engine.js");
const WORKER: &str = include_str!("../page/worker.js");
/// The page's scripts, in the order in which they use each other.
const SCRIPTS: [&str; 10] = [
    include_str!("../page/dom.js"),
    include_str!("../page/address.js"),
    include_str!("../page/leaves.js"),
    include_str!("../page/undo.js"),
    include_str!("../page/graphs.js"),
    include_str!("../page/curves.js"),
    include_str!("../page/drawing.js"),
    include_str!("../page/seen.js"),
    include_str!("../page/nets.js"),
    include_str!("../page/main.js"),
];
/// What stands before and behind the WebAssembly.
const MARKS: [&str; 2] = ["<script type=\"text/plain\" id=\"wasm\">", "</script>"];

/// The page with this WebAssembly, which is packed with gzip: a browser unpacks it by itself.
pub fn page(packed: &[u8]) -> String {
    let (before, after) = Stage::MARKUP.split_once("{{svg}}").unwrap_or_default();
    let stage = format!("{before}{after}");
    let scripts = format!("{ENGINE}\n{}\n{}", Stage::SCRIPT, SCRIPTS.join("\n"));
    let worker = format!("<script type=\"text/plain\" id=\"worker\">{ENGINE}\n{WORKER}</script>");
    let wasm = format!("{}{}{}", MARKS[0], BASE64_STANDARD.encode(packed), MARKS[1]);
    let slots = [
        ("{{style}}", STYLES.join("\n")),
        ("{{stage}}", stage),
        ("{{wasm}}", wasm),
        ("{{worker}}", worker),
        ("{{script}}", scripts),
    ];
    let mut page = String::new();
    let mut rest = SHELL;
    for (slot, text) in &slots {
        let (before, after) = rest.split_once(slot).expect("the shell has every slot");
        page.extend([before, text]);
        rest = after;
    }
    page + rest
}

/// The WebAssembly of a page, packed; `None` if it has none.
pub fn packed(page: &str) -> Option<Vec<u8>> {
    let (_, rest) = page.split_once(MARKS[0])?;
    let (text, _) = rest.split_once(MARKS[1])?;
    BASE64_STANDARD.decode(text).ok()
}
