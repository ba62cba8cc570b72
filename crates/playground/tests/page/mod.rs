//! The page as it is committed, and its WebAssembly under Node.

use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The page.
pub fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/playground.html")
}

/// What the page's WebAssembly answers; nothing where there is no Node.
pub fn answers(questions: &[Value]) -> Option<Vec<Value>> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/ask.mjs");
    let node = Command::new("node")
        .args([script, path()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut node) = node else {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: the WebAssembly is asked through node"
        );
        return None;
    };
    let mut input = node.stdin.take().unwrap();
    let lines: Vec<String> = questions.iter().map(Value::to_string).collect();
    let writer = std::thread::spawn(move || {
        for line in lines {
            writeln!(input, "{line}").unwrap();
        }
    });
    let output = node.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "node has failed");
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = (text.lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), questions.len());
    Some(answers)
}
