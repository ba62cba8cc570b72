//! `mnist fetch` as its users meet it, against servers on this machine alone.
#![cfg(all(unix, feature = "fetch"))]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

mod support;

use support::*;

/// A server that answers every request so, and never closes what it was asked.
fn server(reply: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let mut kept = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(reply);
            kept.push(stream);
        }
    });
    url
}

fn fetch() -> Command {
    let mut command = mnist();
    command
        .arg("fetch")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for variable in ["http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"] {
        command.env_remove(variable);
    }
    command
}

fn error(output: &Output) -> &str {
    assert_eq!((output.status.code(), stdout(output)), (Some(1), ""));
    stderr(output).strip_prefix("error: ").unwrap()
}

const NOT_FOUND: &[u8] = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

#[test]
fn a_failure_says_why_and_leaves_nothing_behind() {
    let root = tempfile::tempdir().unwrap();
    let url = server(NOT_FOUND);
    // With a slash at the end or without, and into data/mnist, whatever is not there of it.
    for from in [url.clone(), format!("{url}/")] {
        let output = fetch()
            .current_dir(root.path())
            .args(["--from", &from])
            .output()
            .unwrap();
        let lines: Vec<&str> = error(&output).lines().collect();
        assert_eq!(
            lines[0],
            "train-images-idx3-ubyte.gz: none of 1 mirrors has it"
        );
        assert_eq!(
            lines[1],
            format!("  {url}/train-images-idx3-ubyte.gz: the server answered 404 Not Found")
        );
        assert!(
            lines[2].starts_with(
                "get the files by hand: curl -L --create-dirs --output-dir data/mnist "
            ),
            "{lines:?}"
        );
        assert_eq!(lines.len(), 3);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }
    // So that a run draws its digits, as before.
    let mut command = mnist();
    let output = command
        .current_dir(root.path())
        .args(["--hidden", "2", "--steps", "1", "--quiet"])
        .output()
        .unwrap();
    assert!(
        stdout(&output).starts_with("data: digits drawn by this program"),
        "{output:?}"
    );
}

#[test]
#[cfg(not(feature = "https"))]
fn https_is_left_to_curl() {
    let root = tempfile::tempdir().unwrap();
    let output = fetch()
        .arg(root.path().join("a"))
        .args(["--from", "https://h.invalid/m"])
        .output()
        .unwrap();
    let message = error(&output);
    assert!(
        message.contains(
            "served by https: build with --features https, or: curl -L -O \
                              https://h.invalid/m/train-images-idx3-ubyte.gz"
        ),
        "{message}"
    );
    assert!(
        message.contains("\"https://h.invalid/m/{train-images-idx3-ubyte.gz,train-labels-"),
        "{message}"
    );
    let output = fetch().args(["--set", "emnist"]).output().unwrap();
    let message = error(&output);
    assert!(
        message.contains("curl -L -o emnist.zip https://biometrics.nist.gov/")
            && message.contains("fb9bb67e"),
        "{message}"
    );
    assert!(fs::read_dir(root.path()).unwrap().next().is_none());
}

#[test]
fn sets_have_names_and_folders() {
    let (url, root) = (server(NOT_FOUND), tempfile::tempdir().unwrap());
    for set in ["mnist", "fashion-mnist", "kmnist"] {
        let output = fetch()
            .current_dir(root.path())
            .args(["--from", &url, "--set", set])
            .output()
            .unwrap();
        let message = error(&output);
        assert!(
            message.contains(&format!("--output-dir data/{set} ")),
            "{message}"
        );
    }
    let output = fetch().args(["--set", "cifar"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("[possible values: mnist, fashion-mnist, kmnist, emnist]"));
    let output = fetch().args(["--from", "nowhere"]).output().unwrap();
    assert!(
        error(&output).contains("is no URL, expected http://HOST/PATH"),
        "{output:?}"
    );
}

#[test]
fn proxies_come_from_the_environment() {
    let proxy = server(b"HTTP/1.1 403 Forbidden\r\n\r\n");
    let there = server(NOT_FOUND);
    let run = |variable: &str, value: &str| {
        let mut command = fetch();
        let command = command.args(["--from", &there]).env("http_proxy", &proxy);
        let output = command.env(variable, value).output().unwrap();
        error(&output).to_owned()
    };
    assert!(run("x", "").contains("the server answered 403 Forbidden"));
    assert!(run("no_proxy", "127.0.0.1").contains("the server answered 404 Not Found"));
    assert!(
        run("http_proxy", "socks5://h")
            .contains("http_proxy is \"socks5://h\", expected http://HOST:PORT")
    );
}

#[test]
fn ctrl_c_is_clean() {
    let root = tempfile::tempdir().unwrap();
    for reply in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nabc",
    ] {
        let url = server(reply);
        let child = fetch()
            .current_dir(root.path())
            .args(["--from", &url])
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(700));
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &id])
                .status()
                .unwrap()
                .success()
        );
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            (output.status.code(), stdout(&output), stderr(&output)),
            (Some(130), "", "")
        );
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }
}
