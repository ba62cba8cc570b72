//! The page in a real browser: Chromium, led through ChromeDriver as the tests of `picture` lead
//! it. Without them these tests pass and say that they were skipped.

mod led;

use led::*;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

#[test]
fn every_example_is_drawn_and_played() {
    let Some(browser) = open("examples") else {
        return;
    };
    for (k, example) in playground::examples::EXAMPLES.iter().enumerate() {
        choose_example(&browser, &k.to_string());
        let shown = run(&browser, "return document.getElementById('program').value");
        assert_eq!(shown, example.text, "{}", example.title);
        assert_eq!(text(&browser, "hint"), example.hint);
        assert_eq!(
            run(
                &browser,
                "return String(document.getElementById('fault').hidden)"
            ),
            "true"
        );
        let told: Value = serde_json::from_str(&playground::Session::default().ask(
            &json!({ "do": "graph", "text": example.text }).to_string(),
            &[],
        ))
        .unwrap();
        assert_eq!(
            text(&browser, "output-value"),
            told["output"]["short"].as_str().unwrap()
        );
        let expected: Vec<String> = (told["leaves"].as_array().unwrap().iter())
            .map(|leaf| {
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                let value = text(&leaf["value"]["exact"]);
                format!(
                    "{} {value} {}",
                    text(&leaf["name"]),
                    text(&leaf["derivative"]["short"])
                )
            })
            .collect();
        assert_eq!(leaves(&browser), expected, "{}", example.title);
        act(&browser, "document.getElementById('first').click()");
        assert_eq!(browser.visible("forward"), "", "{}", example.title);
        act(&browser, "document.getElementById('last').click()");
        assert!(
            !browser.visible("cotangent").is_empty(),
            "{}",
            example.title
        );
    }
    assert_offline(&browser);
    browser.assert_quiet();
}

#[test]
fn a_number_moves_in_the_graph_by_its_slider_and_typed() {
    let Some(browser) = open("moving") else {
        return;
    };
    let place = "return ['left', 'top', 'width', 'height'].map((side) => \
        document.querySelector('#picture svg').getBoundingClientRect()[side]).join(' ')";
    let before = run(&browser, place);
    // The slider, by keys.
    act(
        &browser,
        "document.querySelector('#leaves [type=range]').focus()",
    );
    browser.press("\\uE014");
    settle(&browser);
    assert_eq!(leaves(&browser)[0], "apple 101 2.2");
    assert_eq!(text(&browser, "output-value"), "717.2");
    let said = "apple moved by +1, price by +2.2. The derivative said so: 2.2 times as much.";
    assert_eq!(text(&browser, "moved"), said);
    let written = run(
        &browser,
        "return document.getElementById('program').value.split('\\n')[0]",
    );
    assert_eq!(written, "apple = 101");
    // Where it is drawn.
    let apple = "Array.from(document.querySelectorAll('.node.leaf')) \
        .find((node) => node.querySelector('text').textContent === 'apple')";
    let [x, y] = middle(&browser, apple);
    drag(&browser, &[[x, y], [x + 20.0, y], [x + 49.0, y]]);
    assert_eq!(leaves(&browser)[0], "apple 150 2.2");
    assert_eq!(text(&browser, "output-value"), "825");
    // Typed, as people type.
    act(
        &browser,
        "const field = document.querySelectorAll('#leaves [type=text]')[1]; field.focus(); \
         field.value = '2,5'; field.dispatchEvent(new Event('input'))",
    );
    assert_eq!(leaves(&browser)[0], "apple 150 2.75");
    act(&browser, "document.activeElement.blur()");
    assert_eq!(leaves(&browser)[1], "apples 2.5 165");
    // The drawing has kept its size and its place.
    assert_eq!(run(&browser, place), before);
    assert_offline(&browser);
    browser.assert_quiet();
}

#[test]
fn a_graph_of_ones_own_survives_a_reload_and_says_what_is_wrong() {
    let Some(browser) = open("own") else {
        return;
    };
    write(&browser, "area = width * height");
    assert_eq!(leaves(&browser), ["width 1 1", "height 1 1"]);
    act(
        &browser,
        "const field = document.querySelector('#leaves [type=text]'); field.value = '3'; \
         field.dispatchEvent(new Event('input'))",
    );
    assert_eq!(text(&browser, "output-value"), "3");
    let address = run(&browser, "return location.hash");
    assert_eq!(address, "#text=area+%3D+width+*+height&leaf.width=3");
    browser.go(&address);
    wait_for(&browser, "document.body.classList.contains('ready')");
    settle(&browser);
    assert_eq!(leaves(&browser), ["width 3 1", "height 1 3"]);
    for (program, said) in [
        (
            "area = width *",
            "line 1, column 15: found the end of the line; expected a name, a number or “(”",
        ),
        (
            "a = 1\nb = sine(a)",
            "line 2, column 5: there is no function “sine”; did you mean sin, sinh, asin?",
        ),
        (
            "<b>&amp;$",
            "line 1, column 1: found “<”; expected names, numbers, + − * / ^ = ( ) and commas",
        ),
        (
            "",
            "line 1, column 1: nothing is computed; expected a line such as price = apple * apples",
        ),
    ] {
        write(&browser, program);
        assert_eq!(text(&browser, "fault-text"), said);
        let invalid = "return document.getElementById('program').getAttribute('aria-invalid')";
        assert_eq!(run(&browser, invalid), "true");
    }
    write(&browser, "b = sine(a)");
    act(&browser, "document.getElementById('fault-show').click()");
    let chosen = "const { value, selectionStart, selectionEnd } = \
        document.getElementById('program'); return value.slice(selectionStart, selectionEnd)";
    assert_eq!(run(&browser, chosen), "sine");
    write(&browser, "b = sin(a)");
    assert_eq!(text(&browser, "output-value"), "0.8415");
    assert_offline(&browser);
    browser.assert_quiet();
}

#[test]
fn a_net_learns_reads_a_digit_and_its_wrong_loss_is_found() {
    let Some(browser) = open("net") else {
        return;
    };
    act(&browser, "document.getElementById('nets-tab').click()");
    let reached =
        |test: &str| format!("parseFloat(document.getElementById('test').textContent) {test}");
    wait_for(&browser, &reached(">= 90"));
    // A one: a stroke from top to bottom.
    let [x, y] = middle(&browser, "document.getElementById('paper')");
    drag(
        &browser,
        &[[x + 4.0, y - 80.0], [x, y], [x - 4.0, y + 80.0]],
    );
    wait_for(
        &browser,
        "/The net reads 1,/.test(document.getElementById('read').textContent)",
    );
    act(
        &browser,
        "document.querySelectorAll('#bars button')[7].click()",
    );
    wait_for(
        &browser,
        "/would make it a 7/.test(document.getElementById('why').textContent)",
    );
    let coloured = "const seen = document.getElementById('seen'); \
        const { data } = seen.getContext('2d').getImageData(0, 0, 28, 28); \
        let count = 0; \
        for (let k = 0; k < data.length; k += 4) count += Math.abs(data[k] - data[k + 2]) > 20; \
        return String(count > 20)";
    assert_eq!(run(&browser, coloured), "true");
    act(&browser, "document.getElementById('check').click()");
    wait_for(
        &browser,
        "/Every derivative is right/.test(document.getElementById('report').textContent)",
    );
    // The notebook's loss: nothing is learned, and the check names the entry.
    act(
        &browser,
        "const loss = document.getElementById('loss-kind'); loss.value = 'over the batch'; \
         loss.dispatchEvent(new Event('change'))",
    );
    wait_for(
        &browser,
        "parseInt(document.getElementById('step').textContent) >= 150",
    );
    wait_for(&browser, &reached("<= 20"));
    act(&browser, "document.getElementById('check').click()");
    wait_for(
        &browser,
        "/At fault: entry 9, SoftmaxWithLoss, back to logits/ \
           .test(document.getElementById('report').textContent)",
    );
    act(&browser, "document.getElementById('train').click()");
    assert_offline(&browser);
    browser.assert_quiet();
}

/// Drops files on the page; each is a name and JavaScript that gives its bytes.
fn drop_files(browser: &Browser, files: &[(&str, &str)]) {
    let files: Vec<String> = (files.iter())
        .map(|(name, bytes)| format!("dropped.items.add(new File([{bytes}], '{name}'))"))
        .collect();
    act(
        browser,
        &format!(
            "const dropped = new DataTransfer(); {}; \
             document.getElementById('nets').dispatchEvent(new DragEvent('drop', \
               {{ dataTransfer: dropped, bubbles: true, cancelable: true }}))",
            files.join("; ")
        ),
    );
}

#[test]
fn files_are_dropped_and_learned_from() {
    let Some(browser) = open("files") else {
        return;
    };
    act(&browser, "document.getElementById('nets-tab').click()");
    let said =
        |text: &str| format!("document.getElementById('said').textContent.includes('{text}')");
    wait_for(&browser, &said("5,000 digits drawn"));
    drop_files(
        &browser,
        &[("letter.txt", "'Dear Sir or Madam, where is my net?'")],
    );
    wait_for(&browser, &said("letter.txt: "));
    // 120 images of 4×4 pixels, each of one grey, and their labels.
    let images = "new Uint8Array([0, 0, 8, 3, 0, 0, 0, 120, 0, 0, 0, 4, 0, 0, 0, 4, \
        ...Array.from({ length: 1920 }, (_, k) => Math.floor(k / 16) % 10 * 25)])";
    let labels = "new Uint8Array([0, 0, 8, 1, 0, 0, 0, 120, \
        ...Array.from({ length: 120 }, (_, k) => k % 10)])";
    drop_files(&browser, &[("images", images)]);
    wait_for(
        &browser,
        &said("images has 120 images; drop the file of their labels, too"),
    );
    drop_files(&browser, &[("labels", labels), ("images", images)]);
    wait_for(
        &browser,
        &said("100 images to learn from, 20 others to try it on."),
    );
    wait_for(
        &browser,
        "parseInt(document.getElementById('step').textContent) > 100",
    );
    act(&browser, "document.getElementById('sample').click()");
    wait_for(
        &browser,
        "/The net reads/.test(document.getElementById('read').textContent)",
    );
    assert_offline(&browser);
    browser.assert_quiet();
}

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
    let Some(browser) = open("axe") else {
        return;
    };
    browser.run(&format!("{axe}; return ''"));
    let states = [
        "document.getElementById('graphs-tab').click(); \
         const program = document.getElementById('program'); program.value = 'y = sin(x) * w'; \
         program.dispatchEvent(new Event('input'))",
        "document.querySelector('details').open = true",
        "const program = document.getElementById('program'); program.value = 'y = sine(x)'; \
         program.dispatchEvent(new Event('input'))",
        "document.getElementById('nets-tab').click(); document.getElementById('sample').click()",
    ];
    for (width, height) in [(1400, 900), (390, 844)] {
        browser.resize(width, height);
        for dark in [false, true] {
            browser.set_dark(dark);
            for state in states {
                act(&browser, state);
                let found = browser.run_later(
                    "axe.run().then((found) => done(found.violations \
                       .map(({ id, nodes }) => id + ': ' + nodes.map((node) => node.target)) \
                       .join('; ')))",
                );
                assert_eq!(found, "", "{width} pixels wide, dark: {dark}, {state}");
            }
        }
    }
}

#[test]
fn on_a_phone_nothing_is_wider_than_the_screen() {
    let Some(browser) = open("phone") else {
        return;
    };
    browser.resize(390, 844);
    for tab in ["graphs", "nets"] {
        act(
            &browser,
            &format!("document.getElementById('{tab}-tab').click()"),
        );
        let wide = run(
            &browser,
            "return String(document.documentElement.scrollWidth)",
        );
        assert_eq!(wide, "390", "{tab}");
        let small = run(
            &browser,
            "const all = 'button, select, input:not([type=checkbox])'; \
             return Array.from(document.querySelectorAll(all)) \
               .filter((element) => element.offsetParent && element.offsetHeight < 24) \
               .map((element) => element.id || element.outerHTML).join(' ')",
        );
        assert_eq!(small, "", "{tab}");
    }
    browser.assert_quiet();
}
