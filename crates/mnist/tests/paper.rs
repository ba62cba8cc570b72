//! The paper in a run's report, in Chromium: the run's own net reads what is drawn on it. Without
//! Chromium and its driver these tests pass and say that they were skipped.

use std::path::Path;

#[path = "../../playground/tests/led/mod.rs"]
mod led;
mod support;

use led::*;
use support::{mnist, small_set, stderr};

/// The report of a run with these arguments, of which the last needs a path.
fn report(arguments: &[&str], path: &Path) -> String {
    let out = tempfile::tempdir().unwrap();
    let run = mnist()
        .args(arguments)
        .arg(path)
        .args(["--seed", "3", "--json", "--out"])
        .arg(out.path())
        .output()
        .unwrap();
    assert_eq!(stderr(&run), "", "{arguments:?}");
    std::fs::read_to_string(out.path().join("report.html")).unwrap()
}

fn open_page(name: &str, page: &str) -> Option<Browser> {
    let browser = Browser::open(&format!("report-{name}"), page)?;
    wait_for(&browser, "document.querySelector('#bars li')");
    Some(browser)
}

/// The number before the first percent sign.
fn percents(text: &str) -> f64 {
    let before = text.split(" %").next().unwrap();
    let number = before.trim_start_matches(|c: char| !c.is_ascii_digit());
    number.parse().unwrap()
}

/// A mistake on the paper is the image that was judged: its answer and their probability are those
/// that the program wrote below it.
fn assert_read_as_told(browser: &Browser, mistake: usize) {
    let figure = format!("document.querySelectorAll('#mistakes figure')[{mistake}]");
    act(
        browser,
        &format!("{figure}.querySelector('button').click()"),
    );
    let of = |part: &str| {
        get(
            browser,
            &format!("{figure}.querySelector('{part}').textContent"),
        )
    };
    let (answer, label, probability) = (of(".answer"), of("b"), percents(&of("small")));
    let said = text(browser, "read");
    let rest = said.strip_prefix(&format!("The net reads {answer}, with "));
    let rest = rest.unwrap_or_else(|| panic!("{said}, not {answer}"));
    assert!((percents(rest) - probability).abs() < 0.06, "{said}");
    assert!(
        rest.ends_with(&format!("; its label is {label}.")),
        "{said}"
    );
    assert!(text(browser, "why").contains("Blue: ink here would make it a"));
}

#[test]
fn the_net_of_the_run_reads_what_is_drawn_and_what_it_misread() {
    let page = report(&["--steps", "800", "--hidden"], Path::new("20"));
    let Some(browser) = open_page("net", &page) else {
        return;
    };
    assert_eq!(text(&browser, "read"), "Draw a digit.");
    act(
        &browser,
        "document.getElementById('paper').scrollIntoView({ behavior: 'instant', block: 'center' })",
    );
    let [x, y] = middle(&browser, "document.getElementById('paper')");
    drag(
        &browser,
        &[[x + 4.0, y - 80.0], [x, y], [x - 4.0, y + 80.0]],
    );
    let reads = |what: &str| {
        format!("document.getElementById('read').textContent.startsWith('The net reads {what}')")
    };
    wait_for(&browser, &reads("1, with "));
    act(
        &browser,
        "document.querySelectorAll('#bars button')[7].click()",
    );
    assert!(text(&browser, "why").contains("would make it a 7"));
    act(&browser, "document.getElementById('clear').click()");
    assert_eq!(text(&browser, "read"), "Draw a digit.");

    let count = get(
        &browser,
        "document.querySelectorAll('#mistakes figure').length",
    );
    let count: usize = count.parse().unwrap();
    assert!(count > 2, "{count} mistakes");
    for k in 0..count {
        assert_read_as_told(&browser, k);
    }
    // The same by keyboard alone.
    act(&browser, "document.getElementById('sample').focus()");
    browser.press("\\uE007");
    let label = get(
        &browser,
        "document.querySelector('#mistakes figure').dataset.label",
    );
    wait_for(
        &browser,
        &format!("document.getElementById('read').textContent.endsWith('; its label is {label}.')"),
    );
    assert_offline(&browser);
    browser.assert_quiet();
}

#[test]
fn every_kind_of_net_reads_images_of_its_own_size() {
    let set = small_set();
    let nets: [&[&str]; 3] = [
        &["--hidden", "6"],
        &["--hidden", "5,4", "--precision", "f64"],
        &["--net", "conv 2 2x2, relu, pool 2x2, affine 4"],
    ];
    for net in nets {
        let arguments = [net, &["--steps", "5", "--batch", "10", "--data"]].concat();
        let page = report(&arguments, set.path());
        let Some(browser) = open_page("kinds", &page) else {
            return;
        };
        assert_eq!(
            get(&browser, "document.querySelectorAll('#bars li').length"),
            "4"
        );
        act(&browser, "document.getElementById('sample').click()");
        let said = text(&browser, "read");
        assert!(said.starts_with("The net reads "), "{net:?}: {said}");
        let size = get(&browser, "[seen.height, seen.width]");
        assert_eq!(size, "4,3", "{net:?}");
        browser.assert_quiet();
    }
}

#[test]
fn everybody_can_use_it_on_every_screen() {
    let page = report(&["--steps", "300", "--hidden"], Path::new("10"));
    let Some(browser) = open_page("screens", &page) else {
        return;
    };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/axe/axe.min.js");
    let axe = std::fs::read_to_string(file);
    match &axe {
        Ok(axe) => drop(browser.run(&format!("{axe}; return ''"))),
        Err(_) => println!("not looked at by axe-core: there is no target/axe/axe.min.js"),
    }
    act(&browser, "document.getElementById('sample').click()");
    for (width, height) in [(1400, 900), (390, 844)] {
        browser.resize(width, height);
        for dark in [false, true] {
            browser.set_dark(dark);
            settle(&browser);
            let root = "document.documentElement";
            let is_wider = get(
                &browser,
                &format!("{root}.scrollWidth > {root}.clientWidth"),
            );
            assert_eq!(is_wider, "false", "{width} pixels wide");
            if axe.is_ok() {
                let found = browser.run_later(
                    "axe.run().then((found) => done(found.violations \
                       .map(({ id, nodes }) => id + ': ' + nodes.map((node) => node.target)) \
                       .join('; ')))",
                );
                assert_eq!(found, "", "{width} pixels wide, dark: {dark}");
            }
        }
    }
    browser.assert_quiet();
}
