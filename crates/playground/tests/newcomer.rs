//! What somebody meets who has never seen the page, at a desk, on a phone and by keyboard, in a
//! real browser.

mod led;

use led::*;

const TAB: &str = "\\uE004";
const ENTER: &str = "\\uE007";
const LEFT: &str = "\\uE012";

/// By how much the drawing is made smaller, or larger.
fn scale(browser: &Browser) -> f64 {
    let scale = "(({ width, viewBox }) => width.baseVal.value / viewBox.baseVal.width)( \
        document.querySelector('#picture svg'))";
    get(browser, scale).parse().unwrap()
}

fn is_whole(browser: &Browser) -> bool {
    let whole = "(({ scrollWidth, clientWidth, scrollHeight, clientHeight }) => \
        scrollWidth <= clientWidth && scrollHeight <= clientHeight)( \
        document.getElementById('picture'))";
    get(browser, whole) == "true"
}

#[test]
fn a_graph_is_seen_whole_or_fades_where_there_is_more() {
    let Some(browser) = open("whole") else {
        return;
    };
    let place = "['left', 'top', 'width', 'height'].map((side) => ['#picture', '#picture svg'] \
        .map((part) => document.querySelector(part).getBoundingClientRect()[side])).join(' ')";
    let faded = "(({ className }) => className.replace('card', '').trim())( \
        document.getElementById('picture'))";
    let mask = "getComputedStyle(document.getElementById('picture')).maskImage";
    for (width, height, whole) in [(1200, 900, 9), (1366, 768, 8), (1920, 1080, 9)] {
        browser.resize(width, height);
        for example in 0..playground::examples::EXAMPLES.len() {
            choose_example(&browser, &example.to_string());
            let at = format!("example {example}, {width}x{height}");
            if example < whole {
                assert!(is_whole(&browser), "{at}");
                assert!(scale(&browser) >= 0.7, "{at}");
                assert_eq!(get(&browser, faded), "", "{at}");
                assert_eq!(get(&browser, mask), "none", "{at}");
            } else {
                // As the player shows where it stands, the end of the sweep, that is the beginning.
                assert_eq!(get(&browser, faded), "more-below", "{at}");
                assert_ne!(get(&browser, mask), "none", "{at}");
            }
            // Neither the frame nor the drawing moves while a number does.
            let before = get(&browser, place);
            act(
                &browser,
                "document.querySelector('#leaves [type=range]').focus()",
            );
            browser.press("\\uE014");
            settle(&browser);
            assert_eq!(get(&browser, place), before, "{at}");
        }
    }
    browser.resize(1366, 768);
    choose_example(&browser, "8");
    act(
        &browser,
        "document.getElementById('picture').scrollTop = 1e4",
    );
    settle(&browser);
    assert_eq!(get(&browser, faded), "more-above");
    browser.assert_quiet();
}

#[test]
fn on_a_phone_the_first_graph_can_be_read() {
    let Some(browser) = open("small") else {
        return;
    };
    browser.resize(390, 844);
    settle(&browser);
    choose_example(&browser, "0");
    assert!(is_whole(&browser));
    let smallest = "Math.min(...Array.from(document.querySelectorAll('#picture text'), (text) => \
        Number(text.getAttribute('font-size') ?? 99)))";
    let smallest: f64 = get(&browser, smallest).parse().unwrap();
    let seen = smallest * scale(&browser);
    assert!(seen >= 9.0, "{seen} pixels");
    browser.assert_quiet();
}

#[test]
fn by_keyboard_the_focus_is_never_lost() {
    let Some(browser) = open("focus") else {
        return;
    };
    let focus = "document.activeElement.id || document.activeElement.ariaLabel \
        || document.activeElement.localName";
    let press = |key: &str| {
        browser.press(key);
        settle(&browser);
        get(&browser, focus)
    };
    let told = "document.getElementById(document.activeElement.getAttribute('aria-describedby')) \
        .textContent";
    let chosen = "(({ value, selectionStart, selectionEnd }) => \
        value.slice(selectionStart, selectionEnd))(document.getElementById('program'))";
    // A text that is wrong comes by a link while the focus is in what is greyed then.
    for inside in ["#leaves [type=text]", "#previous"] {
        write(&browser, "y = sin(x)");
        act(
            &browser,
            &format!(
                "document.querySelector('{inside}').focus(); \
                 location.hash = '#text=y+%3D+sine%28x%29'"
            ),
        );
        wait_for(&browser, "!document.getElementById('fault').hidden");
        settle(&browser);
        assert_eq!(get(&browser, focus), "fault-show", "{inside}");
        let said = get(&browser, told);
        assert!(said.contains("there is no function “sine”"), "{said}");
        // What is greyed obeys no keys.
        let count = text(&browser, "count");
        press(LEFT);
        assert_eq!(text(&browser, "count"), count, "{inside}");
        assert_eq!(press(ENTER), "program");
        assert_eq!(get(&browser, chosen), "sine");
        assert_eq!(press(TAB), "fault-show");
    }
    // The text is mended while "Show" has the focus.
    write(&browser, "y = sin(x)");
    assert_eq!(get(&browser, focus), "program");
    // What can be written is unfolded as everywhere.
    press(TAB);
    press(" ");
    let unfolded = "document.querySelector('details').open";
    assert_eq!(get(&browser, unfolded), "true");
    // A number is typed; the player is gone through to its end; a quiz is answered.
    act(
        &browser,
        "document.querySelector('#leaves [type=text]').focus()",
    );
    press("2");
    assert_eq!(press(ENTER), "x, its value");
    click(&browser, "first");
    act(&browser, "document.getElementById('next').focus()");
    for _ in 0..9 {
        assert_eq!(press(ENTER), "next");
    }
    assert_eq!(text(&browser, "count"), "step 5 of 5");
    click(&browser, "quiz");
    act(&browser, "document.getElementById('guess').focus()");
    press("1");
    assert_eq!(press(ENTER), "next");
    browser.assert_quiet();
}

#[test]
fn a_damaged_link_says_so_and_leaves_no_empty_panel() {
    let Some(browser) = open("damaged") else {
        return;
    };
    let go = |place: &str| {
        browser.go(place);
        wait_for(&browser, "document.body.classList.contains('ready')");
        settle(&browser);
    };
    for (number, said) in [("abc", "“abc”"), ("", "“”")] {
        go(&format!("#text=y+%3D+x+*+2&leaf.x={number}"));
        let hint = format!(
            "For x the link says {said}, which is no number. No line sets x, so it begins with 1."
        );
        assert_eq!(text(&browser, "hint"), hint);
        assert_eq!(leaves(&browser), ["x 1 2"]);
    }
    go("#text=price+%3D+%28apple+*+app");
    let said = text(&browser, "fault-text");
    assert!(said.ends_with(". Perhaps the link was cut off."), "{said}");
    let shown = "['numbers', 'controls', 'picture', 'rule'].filter((id) => \
        document.getElementById(id).offsetParent).join(' ')";
    assert_eq!(get(&browser, shown), "");
    write(&browser, "price = (apple * apples)");
    settle(&browser);
    assert_eq!(get(&browser, shown), "numbers controls picture rule");
    assert_eq!(leaves(&browser), ["apple 1 1", "apples 1 1"]);
    assert!(is_whole(&browser));
    write(&browser, "price = (apple");
    let said = text(&browser, "fault-text");
    assert!(!said.contains("link"), "{said}");
    browser.assert_quiet();
}

#[test]
fn a_quiz_asks_in_the_order_of_the_computation() {
    let Some(browser) = open("order") else {
        return;
    };
    write(&browser, "x = 3\na = x * 2\ny = a + x");
    click(&browser, "quiz");
    // It is not said any more that all numbers are there.
    let welcome = "document.getElementById('welcome').matches('.over')";
    assert_eq!(get(&browser, welcome), "true");
    let mut asked = Vec::new();
    loop {
        if get(&browser, "document.getElementById('question').hidden") == "false" {
            asked.push(text(&browser, "asked"));
        }
        let count = text(&browser, "count");
        click(&browser, "next");
        if text(&browser, "count") == count {
            break;
        }
    }
    let order = ["a =", "y =", "d(a) =", "share 2 of 2 of d(x) ="];
    assert_eq!(asked, order);
    // Another program begins with its first question, too.
    write(&browser, "y = sin(x)");
    assert_eq!(text(&browser, "asked"), "y =");
    browser.assert_quiet();
}

#[test]
fn a_derivative_stands_in_the_list_when_it_has_come_back() {
    let Some(browser) = open("awaited") else {
        return;
    };
    write(&browser, "x = 3\nw = 2\na = x * w\ny = a + x");
    let seen = "Array.from(document.querySelectorAll('#leaves li'), (row) => \
        [row.querySelector('.leaf-name').textContent, row.querySelector('.slope')]) \
        .filter(([, slope]) => getComputedStyle(slope).visibility === 'visible') \
        .map(([name, slope]) => name + ' ' + slope.textContent).join(', ')";
    assert_eq!(get(&browser, seen), "x 3, w 3");
    click(&browser, "previous");
    // One share of x has come back, from the sum.
    assert_eq!(get(&browser, seen), "");
    // Also while a number moves.
    act(
        &browser,
        "document.querySelector('#leaves [type=range]').focus()",
    );
    browser.press("\\uE014");
    settle(&browser);
    assert_eq!(get(&browser, seen), "");
    click(&browser, "last");
    assert_eq!(get(&browser, seen), "x 3, w 3.01");
    browser.assert_quiet();
}

#[test]
fn a_number_moves_in_the_graph_both_ways() {
    let Some(browser) = open("upwards") else {
        return;
    };
    write(&browser, "x = 100\ny = 2 * x");
    let [x, y] = middle(&browser, "document.querySelector('.node.leaf')");
    // A hand that shakes a little moves it no further.
    drag(
        &browser,
        &[[x, y], [x + 1.0, y - 10.0], [x + 4.0, y - 30.0]],
    );
    assert_eq!(leaves(&browser), ["x 130 2"]);
    let [x, y] = middle(&browser, "document.querySelector('.node.leaf')");
    drag(
        &browser,
        &[[x, y], [x - 10.0, y + 2.0], [x - 30.0, y + 5.0]],
    );
    assert_eq!(leaves(&browser), ["x 100 2"]);
    browser.assert_quiet();
}

#[test]
fn paper_is_dimmed_in_the_dark_and_read_as_it_is() {
    let Some(browser) = open("paper") else {
        return;
    };
    click(&browser, "nets-tab");
    let dimmed = "getComputedStyle(document.getElementById('paper')).filter";
    let first = "document.getElementById('paper').getContext('2d').getImageData(0, 0, 1, 1).data";
    for (dark, filter) in [(false, "none"), (true, "brightness(0.78)")] {
        browser.set_dark(dark);
        settle(&browser);
        assert_eq!(get(&browser, dimmed), filter);
        assert_eq!(get(&browser, first), "255,255,255,255");
    }
    browser.assert_quiet();
}

#[test]
fn a_window_without_room_is_outlived() {
    let Some(browser) = open("room") else {
        return;
    };
    let as_it_was = get(&browser, "document.querySelector('#picture svg').outerHTML");
    browser.resize(1, 1);
    for example in 0..playground::examples::EXAMPLES.len() {
        choose_example(&browser, &example.to_string());
    }
    choose_example(&browser, "0");
    browser.resize(1400, 900);
    let again = "document.querySelector('#picture svg').outerHTML";
    settle(&browser);
    assert_eq!(get(&browser, again), as_it_was);
    browser.assert_quiet();
}

#[test]
fn a_net_that_computes_no_numbers_has_no_answer() {
    let Some(browser) = open("no-numbers") else {
        return;
    };
    click(&browser, "nets-tab");
    wait_for(&browser, "parseInt(step.textContent) >= 50");
    click(&browser, "sample");
    wait_for(&browser, "/The net reads/.test(read.textContent)");
    act(
        &browser,
        "rate.value = '2'; document.getElementById('loss-kind').value = 'over the batch'; \
         rate.dispatchEvent(new Event('change'))",
    );
    wait_for(&browser, "read.textContent === 'The net cannot say.'");
    assert_eq!(
        text(&browser, "why"),
        "The net computes no numbers any more: its weights have grown too large."
    );
    let said = text(&browser, "said");
    assert!(said.starts_with("After "), "{said}");
    // Nothing of the last answer stays.
    let bars = "Array.from(document.querySelectorAll('#bars button'), (bar) => \
        bar.querySelector('.share').textContent + bar.className + bar.ariaPressed)";
    assert_eq!(get(&browser, bars), ["false"; 10].join(","));
    // There is nothing to train on.
    assert_eq!(text(&browser, "train"), "Train anew");
    click(&browser, "train");
    assert!(text(&browser, "said").starts_with("Training begins again"));
    assert_eq!(text(&browser, "train"), "Pause");
    browser.assert_quiet();
}
