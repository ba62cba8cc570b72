//! The playground in the pages of the guide, in a real browser: the programs that links have in
//! them, and what the site makes of such a link.

mod led;

use led::*;
use std::fs;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// What stands behind the playground's address in the links of the documentation, and which page
/// it is.
fn programs() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in [docs(), docs().join("guide")] {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "md") {
                continue;
            }
            let page = path.file_name().unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).unwrap();
            let links = text.split("playground.html#text=").skip(1);
            let places = links.map(|link| link.split(')').next().unwrap());
            found.extend(places.map(|place| (page.clone(), format!("#text={place}"))));
        }
    }
    found
}

#[test]
fn every_program_of_the_guide_is_right_and_fits_into_its_page() {
    let Some(browser) = open("guide") else {
        return;
    };
    let programs = programs();
    assert!(programs.len() >= 7, "{} programs", programs.len());
    for width in [700, 360] {
        browser.resize(width, 900);
        for (page, place) in &programs {
            browser.go(&format!("{place}&embedded="));
            wait_for(&browser, "document.body.classList.contains('ready')");
            settle(&browser);
            assert_eq!(get(&browser, "fault.hidden"), "true", "{page}: {place}");
            let note = "A name that has no line of its own is a number to be moved, too; \
                it begins with 1.";
            assert_eq!(text(&browser, "hint"), note, "{page}: {place}");
            assert!(!leaves(&browser)[0].is_empty(), "{page}: {place}");
            let is_wide = "document.documentElement.scrollWidth > innerWidth";
            assert_eq!(get(&browser, is_wide), "false", "{page}, {width} pixels");
            let seen = "['#example', 'header', '#share', '#whole', '#picture', '#program'] \
                .filter((each) => document.querySelector(each).checkVisibility())";
            assert_eq!(get(&browser, seen), "#whole,#picture,#program");
        }
    }
    // The whole playground opens with what has become of the numbers.
    browser.go("#text=y+%3D+x&embedded=");
    wait_for(&browser, "document.body.classList.contains('ready')");
    act(
        &browser,
        "const field = document.querySelector('#leaves [type=text]'); field.value = '3'; \
         field.dispatchEvent(new Event('input'))",
    );
    assert_eq!(
        get(&browser, "whole.getAttribute('href')"),
        "#text=y+%3D+x&leaf.x=3"
    );
    assert_offline(&browser);
    browser.assert_quiet();
}

#[test]
fn a_link_that_stands_alone_becomes_the_playground_on_the_site() {
    let script = fs::read_to_string(docs().join("players.js")).unwrap();
    let playground = docs().join("playground.html").canonicalize().unwrap();
    let link = |text: &str| {
        format!(
            "<a href=\"file://{}#text=y+%3D+x\">{text}</a>",
            playground.display()
        )
    };
    let page = format!(
        "<!DOCTYPE html><meta name=\"viewport\" content=\"width=device-width\"><main><p>{}</p>\
         <p>In a sentence, {} stays.</p></main><script>{script}</script>",
        link("alone"),
        link("a link")
    );
    let Some(browser) = Browser::open("playground-site", &page) else {
        return;
    };
    let frames = "document.querySelectorAll('iframe')";
    assert_eq!(get(&browser, &format!("{frames}.length")), "1");
    assert_eq!(get(&browser, &format!("{frames}[0].title")), "alone");
    assert_eq!(
        get(&browser, "document.querySelectorAll('a').length"),
        "1",
        "the link in a sentence"
    );
    // The frame becomes as tall as what is in it.
    wait_for(
        &browser,
        &format!("{frames}[0].style.height.endsWith('px') && {frames}[0].clientHeight > 300"),
    );
    browser.assert_quiet();
}
