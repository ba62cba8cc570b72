//! Numbers that are typed, dragged and asked for, and frames that change their size, in a real
//! browser.

mod led;

use led::*;
use serde_json::json;

const FIELD: &str = "document.querySelector('#leaves [type=text]')";

/// Types into the field of the first number.
fn type_number(browser: &Browser, text: &str) {
    act(
        browser,
        &format!(
            "const field = {FIELD}; field.focus(); field.value = '{text}'; \
             field.dispatchEvent(new Event('input'))"
        ),
    );
}

#[test]
fn what_is_no_number_in_the_end_is_not_half_taken() {
    let Some(browser) = open("half") else {
        return;
    };
    write(&browser, "x = 7\ny = 3 * x");
    type_number(&browser, "1e40");
    assert_eq!(leaves(&browser), ["x 1e40 3"]);
    type_number(&browser, "1e400");
    let program = "document.getElementById('program').value.split('\\n')[0]";
    assert_eq!(get(&browser, program), "x = 7");
    let told = "document.querySelector('.not-a-number').textContent";
    assert_eq!(get(&browser, told), "Not a number: 7 is kept.");
    browser.press("\\uE007");
    settle(&browser);
    assert_eq!(leaves(&browser), ["x 7 3"]);
    assert_eq!(get(&browser, told), "Not a number: 7 is kept.");
    let moved = "Move a number: drag it in the graph, pull its slider, or type.";
    assert_eq!(text(&browser, "moved"), moved);
    // A slider goes as far as what is typed, also after something large.
    for number in ["1e40", "2"] {
        type_number(&browser, number);
        browser.press("\\uE007");
        settle(&browser);
    }
    assert_eq!(get(&browser, told), "");
    let slider = "document.querySelector('#leaves [type=range]')";
    assert_eq!(
        get(&browser, &format!("[{slider}.min, {slider}.max]")),
        "0,4"
    );
    browser.assert_quiet();
}

#[test]
fn small_numbers_move_in_small_steps() {
    let Some(browser) = open("small") else {
        return;
    };
    for (number, moved) in [("0.001", "0.0012"), ("-3e-7", "-2.8e-7"), ("500", "520")] {
        write(&browser, &format!("rate = {number}\ny = rate * 2"));
        let [x, y] = middle(&browser, "document.querySelector('.node.leaf')");
        drag(&browser, &[[x, y], [x + 10.0, y], [x + 20.0, y]]);
        assert_eq!(leaves(&browser), [format!("rate {moved} 2")]);
    }
    browser.assert_quiet();
}

#[test]
fn a_finger_that_goes_up_scrolls_and_one_that_goes_across_moves() {
    let Some(browser) = open("finger") else {
        return;
    };
    browser.resize(390, 844);
    write(&browser, "x = 100\ny = 2 * x");
    let swipe = |to: [f64; 2]| {
        act(
            &browser,
            "document.querySelector('.node.leaf').scrollIntoView({ block: 'center' })",
        );
        let [x, y] = middle(&browser, "document.querySelector('.node.leaf')");
        let point = |share: f64, duration: u32| {
            let at = [x + share * to[0], y + share * to[1]].map(|at| at.round() as i64);
            json!({ "type": "pointerMove", "duration": duration, "x": at[0], "y": at[1] })
        };
        let mut actions = vec![point(0.0, 0), json!({ "type": "pointerDown", "button": 0 })];
        actions.extend((1..=5).map(|k| point(f64::from(k) / 5.0, 20)));
        actions.push(json!({ "type": "pointerUp", "button": 0 }));
        let finger = json!({ "pointerType": "touch" });
        let finger = json!({
            "type": "pointer", "id": "finger", "parameters": finger, "actions": actions,
        });
        browser.command("actions", &json!({ "actions": [finger] }).to_string());
        settle(&browser);
    };
    swipe([40.0, -2.0]);
    assert_eq!(leaves(&browser), ["x 140 2"]);
    swipe([2.0, -120.0]);
    assert_eq!(leaves(&browser), ["x 140 2"]);
    browser.assert_quiet();
}

#[test]
fn another_size_of_the_frame_keeps_the_step() {
    let Some(browser) = open("frame") else {
        return;
    };
    click(&browser, "first");
    for _ in 0..3 {
        click(&browser, "next");
    }
    for width in [1200, 800, 500, 390, 1400] {
        browser.resize(width, 900);
        settle(&browser);
        settle(&browser);
        assert_eq!(get(&browser, "slider.value"), "3", "{width} pixels");
    }
    browser.assert_quiet();
}

#[test]
fn a_quiz_gives_no_answer_away() {
    let Some(browser) = open("secret") else {
        return;
    };
    write(&browser, "x = 2\nz = x + 5");
    act(
        &browser,
        "const slider = document.querySelector('#leaves [type=range]'); slider.value = 3; \
         slider.dispatchEvent(new Event('input'))",
    );
    assert!(text(&browser, "moved").contains("The derivative said so"));
    click(&browser, "quiz");
    let seen = "getComputedStyle(document.getElementById('moved')).visibility";
    assert_eq!(get(&browser, seen), "hidden");
    click(&browser, "last");
    let asked = get(
        &browser,
        "Array.from(document.querySelectorAll('#lines li'), (line) => line.textContent)",
    );
    assert_eq!(asked, "d(x) = d(z) = ?");
    browser.assert_quiet();
}

#[test]
fn what_is_wrong_in_a_long_line_is_in_sight() {
    let Some(browser) = open("long-line") else {
        return;
    };
    let sum = "number + ".repeat(40);
    write(&browser, &format!("y = {sum}zz * (3 + number"));
    let is_seen = "const [line, mark] = ['fault-line', 'fault-line mark'].map((name) => \
        document.querySelector('#' + name).getBoundingClientRect()); \
        return String(mark.left >= line.left && mark.right <= line.right + 1)";
    assert_eq!(run(&browser, is_seen), "true");
    browser.assert_quiet();
}

#[test]
fn a_nan_is_traced_while_a_number_moves() {
    let Some(browser) = open("nan") else {
        return;
    };
    write(&browser, "x = 2\ny = 3 * ln(x)");
    assert_eq!(text(&browser, "origin"), "");
    type_number(&browser, "-1");
    let said = "The first that is not finite: ln(−1) = NaN.";
    assert_eq!(text(&browser, "origin"), said);
    type_number(&browser, "3");
    assert_eq!(text(&browser, "origin"), "");
    browser.assert_quiet();
}
