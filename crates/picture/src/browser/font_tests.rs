//! Texts in the fonts of a real browser.

use super::driver::Browser;
use crate::{Graph, Picture, samples};

/// The room the layout keeps is enough for the fonts of a real browser, on the page where it
/// matters most: every text of a label within the label's room, every text of a node within its
/// outline.
#[test]
fn texts_fit_the_room_kept_for_them() {
    let choices: Vec<u32> = (0..300u32)
        .map(|index| index.wrapping_mul(2_654_435_761) >> 7)
        .collect();
    let graphs: Vec<Graph> = vec![
        samples::shopping(),
        samples::fan_out(),
        samples::two_layer_net(),
        samples::arbitrary(60, &choices),
    ];
    let svgs: Vec<String> = graphs
        .into_iter()
        .map(|graph| Picture::new(graph).svg())
        .collect();
    let page = format!(
        "<!DOCTYPE html><meta charset=\"utf-8\"><body>{}</body>",
        svgs.join("\n")
    );
    let Some(browser) = Browser::open("room", &page) else {
        return;
    };
    let report = browser.run(
        "const wrong = []; let texts = 0;\
         for (const group of document.querySelectorAll('.value, .node')) {\
           const room = group.querySelector('rect, circle').getBBox();\
           for (const text of group.querySelectorAll('text')) {\
             texts += 1;\
             const { x, width } = text.getBBox();\
             const number = (name) => Number(text.getAttribute(name));\
             const middle = number('y') - number('font-size') * 0.36;\
             if (x < room.x - 0.5 || x + width > room.x + room.width + 0.5 ||\
                 middle < room.y || middle > room.y + room.height)\
               wrong.push(text.textContent);\
           }\
         }\
         return texts + ' texts, wrong: ' + wrong.join()",
    );
    let (count, wrong) = report.split_once(" texts, wrong: ").unwrap();
    assert!(
        count.parse::<usize>().unwrap() > 150 && wrong.is_empty(),
        "{report}"
    );
    browser.assert_quiet();
}

/// The same at every step of the player, where texts change.
#[test]
fn texts_fit_their_room_at_every_step() {
    for (name, graph) in [
        ("step-shopping", samples::shopping()),
        ("step-fan", samples::fan_out()),
    ] {
        let Some(browser) = Browser::open(name, &Picture::new(graph).player()) else {
            return;
        };
        let wrong = browser.run(
            "const wrong = [];\
             for (;;) {\
               for (const label of document.querySelectorAll('.value')) {\
                 const room = label.querySelector('.room').getBBox();\
                 for (const text of label.querySelectorAll('text:not(.hidden)')) {\
                   const { x, width } = text.getBBox();\
                   if (x < room.x - 0.5 || x + width > room.x + room.width + 0.5)\
                     wrong.push(location.hash + ' ' + text.textContent);\
                 }\
               }\
               if (document.getElementById('next').ariaDisabled === 'true') break;\
               document.getElementById('next').click();\
             }\
             return wrong.join()",
        );
        assert_eq!(wrong, "", "{name}");
        browser.assert_quiet();
    }
}
