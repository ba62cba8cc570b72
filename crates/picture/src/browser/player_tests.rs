//! What the player does.

use super::driver::Browser;
use crate::{Picture, samples};

/// Keys of the WebDriver protocol.
const LEFT: &str = "\\uE012";
const RIGHT: &str = "\\uE014";
const HOME: &str = "\\uE011";
const END: &str = "\\uE010";
const SPACE: &str = " ";

#[test]
fn the_player_steps_through_the_shopping() {
    let Some(browser) = Browser::open("shopping", &Picture::new(samples::shopping()).player())
    else {
        return;
    };
    assert_eq!(
        (browser.visible("forward"), browser.visible("cotangent")),
        (String::new(), String::new())
    );
    assert_eq!(browser.text("count"), "step 0 of 15");
    for _ in 0..6 {
        browser.press(RIGHT);
    }
    assert_eq!(browser.visible("forward"), "2 100 150 3 1.1 200");
    assert_eq!(browser.text("lines"), "v₅ = apples · apple = 2 · 100 = 200");
    assert_eq!(browser.text("place"), "examples/apple_orange.rs:25");
    for _ in 0..5 {
        browser.press(RIGHT);
    }
    assert_eq!(
        browser.visible("forward"),
        "2 100 150 3 1.1 200 450 650 715"
    );
    assert_eq!(
        (browser.text("phase"), browser.visible("cotangent")),
        ("Backward".into(), "1".into())
    );
    browser.press(RIGHT);
    assert_eq!(
        browser.text("lines"),
        "d(v₇) = d(price) · tax = 1 · 1.1 = 1.1 | d(tax) = d(price) · v₇ = 1 · 650 = 650"
    );
    assert_eq!(browser.visible("cotangent"), "650 1.1 1");
    browser.press(LEFT);
    assert_eq!(browser.visible("cotangent"), "1");
    browser.press(END);
    assert_eq!(
        browser.visible("cotangent"),
        "110 2.2 3.3 165 650 1.1 1.1 1.1 1"
    );
    browser.press(HOME);
    assert_eq!(browser.visible("forward"), "");
    browser.assert_quiet();
}

#[test]
fn the_player_obeys_buttons_slider_and_space_bar() {
    let Some(browser) = Browser::open("controls", &Picture::new(samples::shopping()).player())
    else {
        return;
    };
    let click = |id: &str| {
        browser.run(&format!(
            "document.getElementById('{id}').click(); return ''"
        ));
        browser.text("count")
    };
    assert_eq!(click("next"), "step 1 of 15");
    assert_eq!(click("last"), "step 15 of 15");
    assert_eq!(click("previous"), "step 14 of 15");
    assert_eq!(click("first"), "step 0 of 15");
    let slid = browser.run(
        "const slider = document.getElementById('slider');\
         slider.value = '9';\
         slider.dispatchEvent(new Event('input'));\
         return slider.getAttribute('aria-valuetext')",
    );
    assert_eq!(slid, "9 of 15: × (multiply)");
    let play = "return document.getElementById('play').innerText";
    browser.press(SPACE);
    assert_eq!(
        (browser.run(play), browser.text("count")),
        ("Pause".into(), "step 10 of 15".into())
    );
    browser.press(SPACE);
    assert_eq!(browser.run(play), "Play");
    let unnamed = "return String(\
        Array.from(document.querySelectorAll('button, input'))\
          .filter(({ ariaLabel, innerText, labels }) => !ariaLabel && !innerText && !labels.length)\
          .length)";
    assert_eq!(browser.run(unnamed), "0");
    browser.assert_quiet();
}

#[test]
fn the_player_adds_up_a_cotangent() {
    let Some(browser) = Browser::open("fan-out", &Picture::new(samples::fan_out()).player()) else {
        return;
    };
    let x = "return Array.from(\
        document.querySelectorAll('.value[data-value=\"0\"] .cotangent:not(.hidden)'),\
        (text) => text.textContent).join()";
    let mut seen = Vec::new();
    browser.press(END);
    for _ in 0..8 {
        let text = browser.run(x);
        if seen.last() != Some(&text) {
            seen.push(text);
        }
        browser.press(LEFT);
    }
    // The square hands back twice in one step.
    assert_eq!(seen, ["-1.448", "-1.632 + …", "-2 + …", ""]);
    browser.assert_quiet();
}

/// Clicks an element of the page, at its middle.
fn click(browser: &Browser, selector: &str) {
    browser.run(&format!(
        "document.querySelector('{selector}').dispatchEvent(\
           new MouseEvent('click', {{ bubbles: true }})); return ''"
    ));
}

#[test]
fn a_click_on_an_entry_goes_to_its_step() {
    let page = Picture::new(samples::shopping()).player();
    let Some(browser) = Browser::open("click", &page) else {
        return;
    };
    click(&browser, ".node[data-node=\"8\"] circle");
    assert_eq!(browser.text("lines"), "price = v₇ · tax = 650 · 1.1 = 715");
    let hash = "return location.hash";
    assert_eq!(browser.run(hash), "#9");
    browser.press(END);
    click(&browser, ".node[data-node=\"8\"] circle");
    assert!(browser.text("title").starts_with("Back through ×"));
    browser.assert_quiet();
}

#[test]
fn a_step_has_an_address() {
    let page = Picture::new(samples::shopping()).player();
    let Some(browser) = Browser::open("address", &page) else {
        return;
    };
    browser.go("#12");
    assert_eq!(browser.text("count"), "step 12 of 15");
    browser.press(RIGHT);
    assert_eq!(browser.run("return location.hash"), "#13");
    browser.run("location.hash = '#3'; return ''");
    let count = browser.run_later("setTimeout(() => done(document.getElementById('count').value))");
    assert_eq!(count, "step 3 of 15");
    browser.go("#999");
    assert_eq!(browser.text("count"), "step 15 of 15");
    browser.assert_quiet();
}

/// The numbers of a rule are lit where they stand, all of a step's or those of the line pointed at.
#[test]
fn factors_are_lit_where_they_stand() {
    let page = Picture::new(samples::shopping()).player();
    let Some(browser) = Browser::open("lit", &page) else {
        return;
    };
    browser.go("#12");
    let lit = "return Array.from(document.querySelectorAll('.lit'),\
        (text) => text.closest('.value').dataset.value + ' ' + text.textContent).sort().join()";
    // The tax and the sum, and the derivative of the price.
    assert_eq!(browser.run(lit), "4 1.1,7 650,8 1");
    browser.run(
        "document.querySelector('#lines li:last-child')\
           .dispatchEvent(new PointerEvent('pointerenter')); return ''",
    );
    assert_eq!(browser.run(lit), "7 650,8 1");
    browser.assert_quiet();
}

#[test]
fn shares_add_up_in_the_text() {
    let page = Picture::new(samples::fan_out()).player();
    let Some(browser) = Browser::open("shares", &page) else {
        return;
    };
    browser.press(END);
    let lines = browser.text("lines");
    assert!(
        lines.contains("share 4 of 4 of d(x) = d(v₂) · x = 0.1839 · 0.5 = 0.09197"),
        "{lines}"
    );
    assert!(
        lines.contains("d(x) = -2 + 0.3679 + 0.09197 + 0.09197 = -1.448"),
        "{lines}"
    );
    browser.assert_quiet();
}

#[test]
fn the_quiz_hides_a_number_and_asks_for_it() {
    let page = Picture::new(samples::shopping()).player();
    let Some(browser) = Browser::open("quiz", &page) else {
        return;
    };
    let click = |id: &str| click(&browser, &format!("#{id}"));
    let answer = |guess: &str| {
        browser.run(&format!(
            "document.getElementById('guess').value = '{guess}'; return ''"
        ));
        click("answer");
        browser.text("verdict")
    };
    click("quiz");
    browser.press(END);
    assert!(
        browser.text("lines").ends_with("= ?"),
        "{}",
        browser.text("lines")
    );
    assert!(browser.visible("cotangent").starts_with("? ? "));
    assert_eq!(browser.text("asked"), "d(apples) =");
    assert_eq!(answer("many"), "A number is asked for, such as 0.5.");
    assert_eq!(answer("110,1"), "Right: d(apples) = 110.");
    assert!(browser.text("lines").contains("= 110"));
    assert!(browser.visible("cotangent").starts_with("110 2.2 "));
    browser.press(LEFT);
    assert_eq!(answer("7"), "Not 7: d(orange) = 3.3.");
    browser.press(LEFT);
    click("reveal");
    assert!(!browser.text("lines").contains('?'));
    // What is set from outside is not asked for.
    browser.press(HOME);
    browser.press(RIGHT);
    assert_eq!(browser.visible("forward"), "2");
    browser.assert_quiet();
}

#[test]
fn the_picture_is_made_larger_and_smaller() {
    let page = Picture::new(samples::shopping()).player();
    let Some(browser) = Browser::open("zoom", &page) else {
        return;
    };
    let width = || -> f64 {
        let width =
            "return String(document.querySelector('.tape-picture').getBoundingClientRect().width)";
        browser.run(width).parse().unwrap()
    };
    let whole = width();
    browser.press("+");
    assert!((width() / whole - 1.25).abs() < 1e-3);
    browser.press("-");
    browser.press("-");
    assert!((width() / whole - 0.8).abs() < 1e-3);
    browser.press("0");
    assert!((width() / whole - 1.0).abs() < 1e-3);
    browser.resize(390, 844);
    click(&browser, "#fit");
    assert!(width() <= 390.0, "{}", width());
    browser.assert_quiet();
}

#[test]
fn a_picture_that_its_frame_cuts_off_fades_there() {
    let page = Picture::new(samples::shopping()).player();
    let Some(browser) = Browser::open("fade", &page) else {
        return;
    };
    let faded = || {
        browser.run_later(
            "const said = () => done(document.getElementById('picture').className);\
             requestAnimationFrame(() => requestAnimationFrame(said))",
        )
    };
    browser.resize(700, 900);
    browser.go("");
    assert_eq!(faded(), "card", "it is made smaller");
    browser.resize(700, 300);
    browser.go("");
    assert_eq!(faded(), "card more-below");
    click(&browser, "#in");
    browser.run(
        "const frame = document.getElementById('picture'); frame.scrollLeft = 40;\
         frame.scrollTop = 1e4; return ''",
    );
    assert_eq!(faded(), "card more-left more-above more-right");
    click(&browser, "#fit");
    assert_eq!(faded(), "card");
    browser.assert_quiet();
}

/// On a phone, at every step: the page does not scroll to the side, and what the text speaks of is
/// in sight, beside the text itself.
#[test]
fn on_a_phone_what_the_text_speaks_of_is_in_sight() {
    for (name, graph) in [
        ("phone", samples::shopping()),
        ("net", samples::two_layer_net()),
    ] {
        let Some(browser) = Browser::open(name, &Picture::new(graph).player()) else {
            return;
        };
        browser.resize(390, 844);
        browser.go("");
        let wrong = browser.run(
            "const wrong = [];\
             const frame = document.getElementById('picture');\
             for (;;) {\
               const room = frame.getBoundingClientRect();\
               const seen = (element) => {\
                 const box = element.getBoundingClientRect();\
                 return box.left >= room.left && box.right <= room.right\
                   && box.top >= room.top && box.bottom <= room.bottom;\
               };\
               const spoken = document.querySelectorAll('.tape-picture .current');\
               const text = document.getElementById('lines').getBoundingClientRect();\
               if (text.bottom > innerHeight || room.bottom > innerHeight) wrong.push('text');\
               if (document.documentElement.scrollWidth > innerWidth) wrong.push('aside');\
               for (const element of spoken) if (!seen(element)) wrong.push(location.hash);\
               if (document.getElementById('next').ariaDisabled === 'true') break;\
               document.getElementById('next').click();\
             }\
             return wrong.join()",
        );
        assert_eq!(wrong, "", "{name}");
        browser.assert_quiet();
    }
}
