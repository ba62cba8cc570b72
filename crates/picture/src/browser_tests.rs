//! The player and the SVG in a real browser: `cargo test -p wengert-picture browser` with Chromium
//! and ChromeDriver installed (Debian's packages `chromium` and `chromium-driver`). Without them
//! these tests pass and say that they were skipped.
//!
//! ChromeDriver speaks HTTP with JSON (the W3C's WebDriver); the little of both that is needed here
//! is written out, so that the tests need no client library.

use crate::{Graph, Picture, samples};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

/// Keys of the WebDriver protocol.
const LEFT: &str = "\\uE012";
const RIGHT: &str = "\\uE014";
const HOME: &str = "\\uE011";
const END: &str = "\\uE010";
const SPACE: &str = " ";

/// Says on the terminal that a test was not run; `eprintln!` shows only for tests that fail.
fn skipped(name: &str) -> Option<Browser> {
    let _ = writeln!(
        std::io::stderr(),
        "skipped: the browser test {name} needs chromedriver and chromium"
    );
    None
}

/// A browser with a page open, both gone when this is dropped.
struct Browser {
    driver: Child,
    /// Held open, for the driver goes on writing to it.
    _output: BufReader<ChildStdout>,
    port: u16,
    session: String,
    page: PathBuf,
}

impl Browser {
    /// Opens a page, or says that there is no browser.
    fn open(name: &str, page: &str) -> Option<Self> {
        let spawned = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut driver) = spawned else {
            return skipped(name);
        };
        let mut output = BufReader::new(driver.stdout.take().unwrap());
        let port = output
            .by_ref()
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                line.split_once("successfully on port ")?
                    .1
                    .trim_end_matches('.')
                    .parse()
                    .ok()
            });
        let path =
            std::env::temp_dir().join(format!("tape-picture-{}-{name}.html", std::process::id()));
        std::fs::write(&path, page).unwrap();
        let port = port.expect("chromedriver names its port");
        let mut browser = Self {
            driver,
            _output: output,
            port,
            session: String::new(),
            page: path,
        };
        let flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-quic",
            "--window-size=1400,900",
        ];
        let flags = flags.map(|flag| format!("\"{flag}\"")).join(",");
        let answer = browser.request(
            "POST",
            "/session",
            &format!(
                r#"{{"capabilities":{{"alwaysMatch":{{"browserName":"chrome",
                "goog:chromeOptions":{{"args":[{flags}]}},
                "goog:loggingPrefs":{{"browser":"ALL"}}}}}}}}"#
            ),
        );
        if answer.contains("cannot find") {
            return skipped(name);
        }
        let (_, session) = answer.split_once("\"sessionId\":\"").expect(&answer);
        browser.session = session.chars().take_while(|&c| c != '"').collect();
        browser.command(
            "url",
            &format!(r#"{{"url":"file://{}"}}"#, browser.page.display()),
        );
        Some(browser)
    }

    fn command(&self, command: &str, body: &str) -> String {
        self.post(&format!("/session/{}/{command}", self.session), body)
    }

    fn post(&self, path: &str, body: &str) -> String {
        let answer = self.request("POST", path, body);
        assert!(!answer.contains("\"error\":\""), "{path}: {answer}");
        answer
    }

    fn request(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut reader = BufReader::new(stream);
        let (mut length, mut line) = (0, String::new());
        while reader.read_line(&mut line).unwrap() > 2 {
            if let Some((_, value)) = line.to_lowercase().split_once("content-length:") {
                length = value.trim().parse().unwrap();
            }
            line.clear();
        }
        let mut answer = vec![0; length];
        reader.read_exact(&mut answer).unwrap();
        String::from_utf8(answer).unwrap()
    }

    /// Runs a script that returns a text without quotes and backslashes.
    fn run(&self, script: &str) -> String {
        let asked = serde_json::json!({ "script": script, "args": [] });
        let answer = self.command("execute/sync", &asked.to_string());
        let value = answer
            .strip_prefix("{\"value\":\"")
            .and_then(|rest| rest.strip_suffix("\"}"));
        value
            .unwrap_or_else(|| panic!("not a text: {answer}"))
            .to_owned()
    }

    fn press(&self, key: &str) {
        let down_up =
            format!(r#"{{"type":"keyDown","value":"{key}"}},{{"type":"keyUp","value":"{key}"}}"#);
        self.command(
            "actions",
            &format!(r#"{{"actions":[{{"type":"key","id":"keyboard","actions":[{down_up}]}}]}}"#),
        );
    }

    /// The texts of a class that can be seen now, in the order of the values.
    fn visible(&self, class: &str) -> String {
        self.run(&format!(
            "return Array.from(document.querySelectorAll('.value text.{class}:not(.minor)'))\
             .filter((text) => getComputedStyle(text).visibility === 'visible')\
             .map((text) => text.textContent).join(' ')"
        ))
    }

    fn text(&self, id: &str) -> String {
        self.run(&format!(
            "return document.getElementById('{id}').innerText.replaceAll('\\n', ' | ')"
        ))
    }

    /// Everything the page has written to the console, errors above all.
    fn assert_quiet(&self) {
        assert_eq!(
            self.command("se/log", r#"{"type":"browser"}"#),
            "{\"value\":[]}"
        );
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            self.request("DELETE", &format!("/session/{}", self.session), "");
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let _ = std::fs::remove_file(&self.page);
    }
}

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
          .filter((control) => !control.ariaLabel && !control.innerText && !control.labels.length).length)";
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
