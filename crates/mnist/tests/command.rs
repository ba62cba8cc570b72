//! The `mnist` program as its users meet it: what it prints, and how it ends.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Output, Stdio};

use mnist::settings::Settings;
use serde_json::Value;

mod support;

use support::*;

#[test]
fn trains_and_says_so_in_text() {
    let set = small_set();
    let text = succeed(
        "--hidden 8 --steps 90 --batch 10 --init he --lr 0.5 --data",
        &[set.path()],
    );
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        format!("data: the files in {}", set.path().display())
    );
    assert!(lines[2].contains("12-8-4, relu, he, seed 1, f32"), "{text}");
    // 60 images in batches of 10: 6 steps an epoch.
    let epochs: Vec<&str> = lines[5..21].to_vec();
    for (k, line) in epochs.iter().enumerate() {
        let numbers: Vec<f64> = line
            .split_whitespace()
            .map(|n| n.parse().unwrap())
            .collect();
        assert_eq!(numbers[..2], [k as f64, 6.0 * k as f64], "{text}");
    }
    assert!(epochs[15].ends_with("1.0000  1.0000"), "{text}");
    assert!(
        lines[21].starts_with("done: 90 steps, training accuracy 1.0000, test accuracy 1.0000; ")
    );
    assert_eq!(lines.len(), 22);
}

#[test]
fn the_subcommand_may_be_left_out_and_layers_are_listed_either_way() {
    let set = small_set();
    let start = |arguments: &str| {
        let text = succeed(
            &format!("{arguments} --steps 1 --json --data"),
            &[set.path()],
        );
        events(&text)[0].clone()
    };
    let bare = start("--activation sigmoid --hidden 7,6 --hidden 5");
    assert_eq!(bare["sizes"], serde_json::json!([12, 7, 6, 5, 4]));
    assert_eq!(
        bare,
        start("train --activation sigmoid --hidden 7 --hidden 6 --hidden 5")
    );
}

#[test]
fn json_is_one_object_a_line_and_nothing_else() {
    let set = small_set();
    let all = "train --json --hidden 8 --steps 15 --batch 10 --data";
    let events = events(&succeed(all, &[set.path()]));
    let kinds: Vec<&str> = events
        .iter()
        .map(|e| e["event"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["start", "epoch", "epoch", "epoch", "done"]);
    let [start, _, epoch, _, done] = &events[..] else {
        unreachable!()
    };
    assert_eq!(
        start["data"],
        format!("the files in {}", set.path().display())
    );
    assert_eq!(
        (&start["batch"], &start["epoch_steps"]),
        (&10.into(), &6.into())
    );
    assert_eq!(
        keys(epoch),
        [
            "epoch",
            "event",
            "loss",
            "step",
            "test_accuracy",
            "train_accuracy"
        ]
    );
    assert_eq!((&epoch["epoch"], &epoch["step"]), (&1.into(), &6.into()));
    let expected = [
        "event",
        "seconds",
        "step_microseconds",
        "steps",
        "test_accuracy",
        "train_accuracy",
    ];
    assert_eq!(keys(done), expected);
    assert_eq!(done["steps"], 15);
    assert!(done["step_microseconds"].as_f64().unwrap() > 0.0);
}

#[test]
fn the_defaults_are_the_books() {
    let set = small_set();
    let (line, _) = first_line("--json --data", set.path());
    let mut start: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(start["sizes"], serde_json::json!([12, 50, 4]));
    let defaults = serde_json::to_value(Settings::default()).unwrap();
    for (name, value) in defaults.as_object().unwrap() {
        assert_eq!(start[name].take(), *value, "{name}");
    }
}

#[test]
fn quiet_leaves_the_data_and_the_outcome() {
    let set = small_set();
    let text = succeed("train --quiet --steps 12 --batch 10 --data", &[set.path()]);
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0].starts_with("data: ") && lines[1].starts_with("done: 12 steps"),
        "{text}"
    );
    assert_eq!(lines.len(), 2);
    let text = succeed(
        "train --quiet --json --steps 12 --batch 10 --data",
        &[set.path()],
    );
    let kinds: Vec<Value> = events(&text)
        .into_iter()
        .map(|e| e["event"].clone())
        .collect();
    assert_eq!(kinds, ["start", "done"]);
}

#[test]
fn without_data_it_says_that_it_draws_digits() {
    let text = succeed("--quiet --hidden 2 --steps 1", &[]);
    let first = text.lines().next().unwrap();
    assert!(
        first.starts_with("data: digits drawn by this program, not MNIST"),
        "{text}"
    );
}

#[test]
fn the_environment_names_data_and_the_option_goes_before_it() {
    let set = small_set();
    let start = |arguments: &[&str]| {
        let mut command = mnist();
        command
            .env("MNIST_DIR", set.path())
            .args(["--steps", "1", "--hidden", "2"])
            .args(arguments);
        command.output().unwrap()
    };
    let text = start(&[]);
    assert!(stdout(&text).starts_with(&format!("data: the files in {}\n", set.path().display())));
    let text = start(&["--data", "no/such/place"]);
    assert_eq!(text.status.code(), Some(1));
    assert_eq!(
        message(&text),
        "no/such/place: nothing of that name is there; expected a directory with the files of \
         MNIST or of a set like it"
    );
}

/// The first line of a run, after which nobody reads on; and how the run ends then.
fn first_line(arguments: &str, set: &Path) -> (String, Output) {
    let mut command = mnist();
    command.args(arguments.split_whitespace()).arg(set);
    let mut child = (command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn())
    .unwrap();
    let mut line = String::new();
    // The reader is dropped with the statement, and closes the pipe.
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    (line, child.wait_with_output().unwrap())
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let set = small_set();
    // To its end, this run would take hours.
    let (line, output) = first_line("--hidden 5 --steps 100000000 --batch 4 --data", set.path());
    assert!(line.starts_with("data: "), "{line}");
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
}
