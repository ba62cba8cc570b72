//! Whether everybody can use the page, as axe-core judges it.
//!
//! axe-core is no part of this project: the test takes it from `target/axe/axe.min.js`, where
//! `.ci/run` puts it, and says that it was skipped where that is missing.

use super::driver::Browser;
use crate::{Picture, samples};
use std::io::Write;
use std::path::Path;

#[test]
fn axe_finds_no_violation() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/axe/axe.min.js");
    let Ok(axe) = std::fs::read_to_string(&file) else {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: axe_finds_no_violation needs target/axe/axe.min.js, which .ci/run fetches"
        );
        return;
    };
    let page = Picture::new(samples::fan_out()).player();
    let Some(browser) = Browser::open("axe", &page) else {
        return;
    };
    browser.run(&format!("{axe}; return ''"));
    for (width, height) in [(1400, 900), (390, 844)] {
        browser.resize(width, height);
        for dark in [false, true] {
            browser.set_dark(dark);
            for state in ["last", "previous", "quiz", "first"] {
                let found = browser.run_later(&format!(
                    "document.getElementById('{state}').click();\
                     axe.run().then((found) => done(found.violations\
                       .map(({{ id, nodes }}) => id + ': ' + nodes.map((node) => node.target))\
                       .join('; ')))"
                ));
                assert_eq!(found, "", "{width} pixels wide, dark: {dark}, {state}");
            }
            browser.run("document.getElementById('quiz').click(); return ''");
        }
    }
}
