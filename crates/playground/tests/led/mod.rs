//! The page in Chromium, and what a test does with it.
#![allow(dead_code, reason = "each test program uses its part")]

#[path = "../../../picture/src/browser/driver.rs"]
mod driver;
pub use driver::Browser;
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long anything may take, training included, before a test gives up.
const PATIENCE: Duration = Duration::from_secs(150);

pub fn open(name: &str) -> Option<Browser> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/playground.html");
    let page = std::fs::read_to_string(&path).unwrap();
    let browser = Browser::open(&format!("playground-{name}"), &page)?;
    wait_for(&browser, "document.body.classList.contains('ready')");
    Some(browser)
}

/// What statements of JavaScript return, a text.
pub fn run(browser: &Browser, statements: &str) -> String {
    browser.run_later(&format!("done((() => {{ {statements} }})())"))
}

/// What an expression of JavaScript is.
pub fn get(browser: &Browser, expression: &str) -> String {
    run(browser, &format!("return String({expression})"))
}

pub fn click(browser: &Browser, id: &str) {
    act(browser, &format!("document.getElementById('{id}').click()"));
}

/// Chooses one of the examples by its place, or, by an empty one, a text of one's own.
pub fn choose_example(browser: &Browser, place: &str) {
    act(
        browser,
        &format!(
            "const chosen = document.getElementById('example'); chosen.value = '{place}'; \
             chosen.dispatchEvent(new Event('change'))"
        ),
    );
    // A drawing that is faded is looked at a frame later.
    settle(browser);
}

pub fn text(browser: &Browser, id: &str) -> String {
    run(
        browser,
        &format!("return document.getElementById('{id}').innerText"),
    )
}

/// Waits until an expression of JavaScript is true.
pub fn wait_for(browser: &Browser, expression: &str) {
    let began = Instant::now();
    while run(browser, &format!("return String(Boolean({expression}))")) != "true" {
        let status = "document.getElementById('said')?.textContent ?? ''";
        assert!(
            began.elapsed() < PATIENCE,
            "not reached: {expression}; {}",
            run(browser, &format!("return {status}"))
        );
        std::thread::sleep(Duration::from_millis(40));
    }
}

/// The page has drawn what was changed.
pub fn settle(browser: &Browser) {
    browser.run_later("requestAnimationFrame(() => requestAnimationFrame(() => done('')))");
}

/// Runs statements of JavaScript, and waits for what follows from them.
pub fn act(browser: &Browser, statements: &str) {
    run(browser, &format!("{statements}; return ''"));
    settle(browser);
}

pub fn write(browser: &Browser, text: &str) {
    let text = json!(text);
    act(
        browser,
        &format!(
            "const program = document.getElementById('program'); program.value = {text}; \
             program.dispatchEvent(new Event('input'))"
        ),
    );
}

/// Where the middle of an element is.
pub fn middle(browser: &Browser, element: &str) -> [f64; 2] {
    let script = format!(
        "const box = ({element}).getBoundingClientRect(); \
         return [box.left + box.width / 2, box.top + box.height / 2].join(' ')"
    );
    let text = run(browser, &script);
    let (x, y) = text.split_once(' ').expect("two numbers");
    [x, y].map(|number| number.parse().expect("a number"))
}

/// Goes with the pressed mouse through points of the window.
pub fn drag(browser: &Browser, points: &[[f64; 2]]) {
    let to = |[x, y]: [f64; 2], duration: u32| {
        let (x, y) = (x.round() as i64, y.round() as i64);
        json!({ "type": "pointerMove", "duration": duration, "x": x, "y": y })
    };
    let mut actions = vec![
        to(points[0], 0),
        json!({ "type": "pointerDown", "button": 0 }),
    ];
    actions.extend(points[1..].iter().map(|&point| to(point, 20)));
    actions.push(json!({ "type": "pointerUp", "button": 0 }));
    let mouse = json!({ "pointerType": "mouse" });
    let mouse = json!({
        "type": "pointer", "id": "mouse", "parameters": mouse, "actions": actions,
    });
    browser.command("actions", &json!({ "actions": [mouse] }).to_string());
    settle(browser);
}

/// Values and derivatives of the leaves as the page shows them.
pub fn leaves(browser: &Browser) -> Vec<String> {
    let rows = run(
        browser,
        "return Array.from(document.querySelectorAll('#leaves li'), (row) => \
           [row.querySelector('.leaf-name').textContent, row.querySelector('[type=text]').value, \
            row.querySelector('.slope').textContent].join(' ')).join(' | ')",
    );
    rows.split(" | ").map(str::to_owned).collect()
}

/// That no request has left the page but for the page itself and what it made.
pub fn assert_offline(browser: &Browser) {
    let asked = run(
        browser,
        "return performance.getEntriesByType('resource').map(({ name }) => name) \
           .filter((name) => !/^(blob|data):/.test(name)).join(' ')",
    );
    assert_eq!(asked, "");
}
