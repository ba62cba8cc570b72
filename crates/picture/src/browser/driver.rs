//! A browser that a test leads.
//!
//! ChromeDriver speaks HTTP with JSON (the W3C's WebDriver); the little of both that is needed here
//! is written out, so that the tests need no client library.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

/// Says how many keys the page has seen pressed since it was first asked.
const COUNT_KEYS: &str = "if (window.keys === undefined) { window.keys = 0; \
    addEventListener('keydown', () => { window.keys += 1 }, true) } return String(window.keys)";
const TRIES: usize = 50;
const BETWEEN_TRIES: std::time::Duration = std::time::Duration::from_millis(20);

/// Says on the terminal that a test was not run; `eprintln!` shows only for tests that fail.
fn skipped(name: &str) -> Option<Browser> {
    let _ = writeln!(
        std::io::stderr(),
        "skipped: the browser test {name} needs chromedriver and chromium"
    );
    None
}

/// A browser with a page open, both gone when this is dropped.
pub struct Browser {
    driver: Child,
    /// Held open, for the driver goes on writing to it.
    _output: BufReader<ChildStdout>,
    port: u16,
    session: String,
    page: PathBuf,
}

impl Browser {
    /// Opens a page, or says that there is no browser.
    pub fn open(name: &str, page: &str) -> Option<Self> {
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
        browser.go("");
        Some(browser)
    }

    /// Opens the page anew, with something behind its address: `#3`.
    pub fn go(&self, place: &str) {
        let url = format!("file://{}{place}", self.page.display());
        self.command(
            "url",
            &serde_json::json!({ "url": "about:blank" }).to_string(),
        );
        self.command("url", &serde_json::json!({ "url": url }).to_string());
    }

    /// Makes the page as large as that.
    pub fn resize(&self, width: u32, height: u32) {
        let metrics = serde_json::json!({
            "cmd": "Emulation.setDeviceMetricsOverride",
            "params": {
                "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
            },
        });
        self.command("goog/cdp/execute", &metrics.to_string());
    }

    /// Says whether the page is to be dark.
    pub fn set_dark(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let feature = serde_json::json!({ "name": "prefers-color-scheme", "value": scheme });
        let asked = serde_json::json!({
            "cmd": "Emulation.setEmulatedMedia", "params": { "features": [feature] },
        });
        self.command("goog/cdp/execute", &asked.to_string());
    }

    pub fn command(&self, command: &str, body: &str) -> String {
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
    pub fn run(&self, script: &str) -> String {
        let asked = serde_json::json!({ "script": script, "args": [] });
        let answer = self.command("execute/sync", &asked.to_string());
        let value = answer
            .strip_prefix("{\"value\":\"")
            .and_then(|rest| rest.strip_suffix("\"}"));
        value
            .unwrap_or_else(|| panic!("not a text: {answer}"))
            .to_owned()
    }

    /// The same of a script that calls `done` with its text, sooner or later.
    pub fn run_later(&self, script: &str) -> String {
        let script = format!("const done = arguments[0]; {script}");
        let asked = serde_json::json!({ "script": script, "args": [] });
        let answer = self.command("execute/async", &asked.to_string());
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("an answer");
        answer["value"].as_str().expect("a text").to_owned()
    }

    pub fn press(&self, key: &str) {
        let down_up =
            format!(r#"{{"type":"keyDown","value":"{key}"}},{{"type":"keyUp","value":"{key}"}}"#);
        let pressed = || self.run(COUNT_KEYS);
        let before = pressed();
        // A window that has no focus yet loses what is pressed.
        for _ in 0..TRIES {
            self.command(
                "actions",
                &format!(
                    r#"{{"actions":[{{"type":"key","id":"keyboard","actions":[{down_up}]}}]}}"#
                ),
            );
            if pressed() != before {
                return;
            }
            std::thread::sleep(BETWEEN_TRIES);
        }
        panic!("no key reached the page");
    }

    /// The texts of a class that can be seen now, in the order of the values.
    pub fn visible(&self, class: &str) -> String {
        self.run(&format!(
            "return Array.from(document.querySelectorAll('.value text.{class}:not(.minor)'))\
             .filter((text) => getComputedStyle(text).visibility === 'visible')\
             .map((text) => text.textContent).join(' ')"
        ))
    }

    pub fn text(&self, id: &str) -> String {
        self.run(&format!(
            "return document.getElementById('{id}').innerText.replaceAll('\\n', ' | ')"
        ))
    }

    /// Everything the page has written to the console, errors above all.
    pub fn assert_quiet(&self) {
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
