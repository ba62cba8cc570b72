//! The page, put together: HTML, styles, scripts and the WebAssembly in one file.

use crate::parts::{self, DOM, ENGINE, LOOK, LOOK_STYLE};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use picture::Stage;

const SHELL: &str = include_str!("../page/page.html");
const STYLE: &str = include_str!("../page/page.css");
const WORKER: &str = include_str!("../page/worker.js");
/// The page's own scripts, in the order in which they use each other.
const SCRIPTS: [&str; 9] = [
    include_str!("../page/address.js"),
    include_str!("../page/leaves.js"),
    include_str!("../page/drag.js"),
    include_str!("../page/fitted.js"),
    include_str!("../page/undo.js"),
    include_str!("../page/graphs.js"),
    include_str!("../page/curves.js"),
    include_str!("../page/nets.js"),
    include_str!("../page/main.js"),
];
/// The name of the WebAssembly in a page.
pub(crate) const WASM: &str = "wasm";

/// The page with this WebAssembly, which is packed with gzip: a browser unpacks it by itself.
pub fn page(packed: &[u8]) -> String {
    let (before, after) = Stage::MARKUP.split_once("{{svg}}").unwrap_or_default();
    let scripts = [ENGINE, Stage::SCRIPT, DOM].iter();
    let scripts: Vec<&str> = scripts.chain(&LOOK).chain(&SCRIPTS).copied().collect();
    let slots = [
        ("{{style}}", [STYLE, LOOK_STYLE, Stage::STYLE].join("\n")),
        ("{{stage}}", format!("{before}{after}")),
        ("{{look}}", parts::look("A digit it has not learned from")),
        (
            "{{wasm}}",
            parts::data(WASM, &BASE64_STANDARD.encode(packed)),
        ),
        (
            "{{worker}}",
            parts::data("worker", &format!("{ENGINE}\n{WORKER}")),
        ),
        ("{{script}}", parts::script(&scripts.join("\n"))),
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

/// The WebAssembly of a page as it stands there, in base64; `None` if it has none.
pub fn wasm(page: &str) -> Option<&str> {
    parts::data_in(page, WASM)
}

/// The WebAssembly of a page, packed; `None` if it has none.
pub fn packed(page: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(wasm(page)?).ok()
}
