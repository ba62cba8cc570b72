//! What somebody meets who knows the book and tries the page, in a real browser.

mod led;

use led::*;
use serde_json::json;

fn program(browser: &Browser) -> String {
    get(browser, "document.getElementById('program').value")
}

/// Presses a key together with Control, in the text.
fn press_with_control(browser: &Browser, key: &str) {
    act(browser, "document.getElementById('program').focus()");
    let [down, up] = ["keyDown", "keyUp"].map(|kind| {
        let pressed = |key: &str| json!({ "type": kind, "value": key });
        (pressed("\u{e009}"), pressed(key))
    });
    let keys = json!([down.0, down.1, up.1, up.0]);
    let keyboard = json!({ "type": "key", "id": "keyboard", "actions": keys });
    browser.command("actions", &json!({ "actions": [keyboard] }).to_string());
    settle(browser);
}

#[test]
fn a_formula_of_ones_own_outlives_an_example() {
    let Some(browser) = open("outlives") else {
        return;
    };
    let first = program(&browser);
    write(&browser, "area = width * height");
    let field = "const field = document.querySelector('#leaves [type=text]'); field.value = '3'; \
         field.dispatchEvent(new Event('input'))";
    act(&browser, field);
    choose_example(&browser, "2");
    assert_eq!(program(&browser), playground::examples::EXAMPLES[2].text);
    choose_example(&browser, "");
    assert_eq!(program(&browser), "area = width * height");
    assert_eq!(leaves(&browser), ["width 3 1", "height 1 3"]);
    // Taken back a step at a time: both choices, the number, the text.
    press_with_control(&browser, "z");
    assert_eq!(program(&browser), playground::examples::EXAMPLES[2].text);
    let chosen = "document.getElementById('example').value";
    assert_eq!(get(&browser, chosen), "2");
    press_with_control(&browser, "z");
    assert_eq!(program(&browser), "area = width * height");
    assert_eq!(leaves(&browser), ["width 3 1", "height 1 3"]);
    press_with_control(&browser, "z");
    assert_eq!(leaves(&browser), ["width 1 1", "height 1 1"]);
    press_with_control(&browser, "z");
    assert_eq!(program(&browser), first);
    press_with_control(&browser, "z");
    assert_eq!(program(&browser), first);
    press_with_control(&browser, "y");
    assert_eq!(program(&browser), "area = width * height");
    browser.assert_quiet();
}

#[test]
fn what_is_written_as_in_the_book_is_answered() {
    let Some(browser) = open("book") else {
        return;
    };
    write(&browser, "y = log(x)");
    assert_eq!(leaves(&browser), ["x 1 1"]);
    write(&browser, "y = np.exp(x)");
    let said = "line 1, column 5: found “np.exp”; write exp(x), without “np.”";
    assert_eq!(text(&browser, "fault-text"), said);
    write(&browser, "apple = 100\nprice = aple * 2");
    let said = "No line sets aple, so it begins with 1. apple is not used.";
    assert_eq!(text(&browser, "hint"), said);
    let listed = "Array.from(document.querySelectorAll('#functions dt'), (name) => \
        name.textContent).slice(0, 3).join(' | ')";
    assert_eq!(get(&browser, listed), "exp(x) | ln(x), log(x) | sigmoid(x)");
    browser.assert_quiet();
}

#[test]
fn what_is_no_number_is_marked_and_told() {
    let Some(browser) = open("rubbish") else {
        return;
    };
    write(&browser, "x = 7\ny = 2 * x");
    for dark in [false, true] {
        browser.set_dark(dark);
        let border = "getComputedStyle(document.querySelector('#leaves [type=text]')).borderColor";
        let usual = get(&browser, border);
        let typed = |text: &str| {
            act(
                &browser,
                &format!(
                    "const field = document.querySelector('#leaves [type=text]'); field.focus(); \
                     field.value = '{text}'; field.dispatchEvent(new Event('input'))"
                ),
            );
            let field = "document.querySelector('#leaves [type=text]')";
            let told = format!(
                "document.getElementById({field}.getAttribute('aria-describedby')).textContent"
            );
            get(&browser, &told)
        };
        for rubbish in ["abc", "", "1e400", "1/3", "1e-400", "1__0", "_1"] {
            assert_eq!(typed(rubbish), "Not a number: 7 is kept.", "{rubbish}");
            let marked = get(&browser, border);
            assert_ne!(marked, usual, "{rubbish}, dark: {dark}");
        }
        assert_eq!(text(&browser, "output-value"), "14");
        assert_eq!(typed("1_000"), "");
        assert_eq!(text(&browser, "output-value"), "2000");
        assert_eq!(typed("7"), "");
        assert_eq!(get(&browser, border), usual);
    }
    browser.assert_quiet();
}

#[test]
fn it_is_said_what_the_page_is_and_where_it_stands() {
    let Some(browser) = open("welcome") else {
        return;
    };
    assert!(text(&browser, "about").starts_with("Type a formula and see its computational graph"));
    assert!(text(&browser, "welcome").contains("press Play to see how they come"));
    act(&browser, "document.getElementById('previous').click()");
    assert_eq!(
        get(
            &browser,
            "document.getElementById('welcome').matches('.over')"
        ),
        "true"
    );
    // The rule is told where it is used; a number is not told twice, nor with two kinds of minus.
    write(&browser, "x = 4\na = -x\ny = a * x");
    let mut told = Vec::new();
    act(&browser, "document.getElementById('first').click()");
    for _ in 0..8 {
        let said = ["phase", "lines", "general"].map(|id| text(&browser, id));
        told.push(said.join(" / "));
        act(&browser, "document.getElementById('next').click()");
    }
    assert!(
        told.contains(&"Forward / a = −x = −4 / ".to_owned()),
        "{told:#?}"
    );
    let rule = "The rule, for z = x × y: dx = dz · y, dy = dz · x";
    let told_rules = |line: &&String| line.contains("The rule");
    assert!(told.iter().any(|line| line.ends_with(rule)), "{told:#?}");
    assert!(
        told.iter()
            .filter(told_rules)
            .all(|line| line.starts_with("Backward"))
    );
    let meaning = |line: &&String| line.contains("d(w) means the derivative of the result by w");
    assert_eq!(told.iter().filter(meaning).count(), 1, "{told:#?}");
    let everything = get(&browser, "document.getElementById('player').textContent");
    let hyphen = everything
        .as_bytes()
        .windows(2)
        .any(|two| two[0] == b'-' && two[1].is_ascii_digit());
    assert!(!hyphen, "{everything}");
    browser.assert_quiet();
}

#[test]
fn on_a_phone_the_graph_fits_and_its_player_is_below_it() {
    let Some(browser) = open("fits") else {
        return;
    };
    browser.resize(390, 844);
    for example in ["0", "6", "8"] {
        choose_example(&browser, example);
        settle(&browser);
        let fits = "(() => { const { clientWidth, scrollWidth, clientHeight, scrollHeight } = \
            document.getElementById('picture'); \
            return scrollWidth <= clientWidth && scrollHeight <= clientHeight; })()";
        assert_eq!(get(&browser, fits), "true", "example {example}");
    }
    let below = "['picture', 'controls', 'settings', 'rule', 'numbers'].map((id) => \
        document.getElementById(id).getBoundingClientRect().top) \
        .every((top, place, tops) => place === 0 || top > tops[place - 1])";
    assert_eq!(get(&browser, below), "true");
    browser.assert_quiet();
}

#[test]
fn a_net_that_is_wrong_on_purpose_is_told_so() {
    let Some(browser) = open("wrong") else {
        return;
    };
    act(&browser, "document.getElementById('nets-tab').click()");
    wait_for(
        &browser,
        "parseInt(document.getElementById('step').textContent) >= 50",
    );
    act(&browser, "document.getElementById('sample').click()");
    wait_for(
        &browser,
        "/The net reads/.test(document.getElementById('read').textContent)",
    );
    act(
        &browser,
        "document.querySelectorAll('#bars button')[8].click()",
    );
    wait_for(
        &browser,
        "/ an 8[. ]/.test(document.getElementById('why').textContent)",
    );
    let help = "document.getElementById(document.getElementById('paper') \
        .getAttribute('aria-describedby')).textContent";
    assert!(get(&browser, help).contains("By keyboard: “A digit it has not learned from”"));
    // Weights that grow without bound: the softmax gives 1, and nothing comes back.
    act(
        &browser,
        "const loss = document.getElementById('loss-kind'); loss.value = 'over the batch'; \
         loss.dispatchEvent(new Event('change'))",
    );
    let said = "Training begins again, with the loss that is wrong on purpose.";
    assert_eq!(text(&browser, "said"), said);
    let labels = "document.querySelector('.figures').innerText";
    let labels = get(&browser, labels);
    assert!(
        labels.contains("test accuracy") && labels.contains("training accuracy"),
        "{labels}"
    );
    act(
        &browser,
        "document.querySelectorAll('#bars button')[8].click()",
    );
    wait_for(
        &browser,
        "/No pixel matters/.test(document.getElementById('why').textContent)",
    );
    act(&browser, "document.getElementById('train').click()");
    browser.assert_quiet();
}
