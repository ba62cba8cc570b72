//! The `mnist` program as its users meet it: what it prints, and how it ends.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

mod support;

use support::*;

fn keys(event: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = event
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort();
    keys
}

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
    assert!(epochs[15].ends_with("1.0000   1.0000"), "{text}");
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
        "no/such/place: found nothing of that name, expected a directory with the four MNIST files"
    );
}

/// Every way a file can be bad has words of its own, on one line, and ends with exit code 1.
#[test]
fn bad_files_are_told_apart() {
    let [images, labels, ..] = contents();
    let cut = gzip(&images);
    let web_page = b"<!DOCTYPE html><html>404</html>".to_vec();
    let mut magic = images.clone();
    magic[3] = 1;
    let gz = "train-images-idx3-ubyte.gz";
    let cases: [(&str, &str, Vec<u8>, &str); 11] = [
        ("a web page", gz, web_page, "not gzip"),
        ("empty", TRAIN_IMAGES, vec![], "the file is empty"),
        ("empty gzip file", gz, vec![], "the file is empty"),
        (
            "cut gzip",
            gz,
            cut[..cut.len() - 9].to_vec(),
            "the gzip stream is cut off",
        ),
        (
            "cut payload",
            TRAIN_IMAGES,
            images[..100].to_vec(),
            "the payload is cut off: found 84 bytes",
        ),
        (
            "trailing",
            TRAIN_IMAGES,
            [&images[..], b"ab"].concat(),
            "bytes follow the payload: expected it to end after 720",
        ),
        ("magic", TRAIN_IMAGES, magic, "wrong magic number"),
        (
            "counts",
            TRAIN_LABELS,
            support::labels(59),
            "holds 60 images, but",
        ),
        (
            "no images",
            TRAIN_IMAGES,
            idx(&[0, 4, 3], []),
            "no items at all",
        ),
        (
            "overflow",
            TRAIN_IMAGES,
            idx(&[u32::MAX; 3], []),
            "more bytes than can be addressed",
        ),
        (
            "a huge promise",
            TRAIN_LABELS,
            idx(&[4_000_000_000], labels),
            "expected 4000000000",
        ),
    ];
    let mut told = HashSet::new();
    for (case, name, bytes, expected) in cases {
        let set = small_set();
        // The packed file is looked for where the unpacked one is not.
        if name.ends_with(".gz") {
            fs::remove_file(set.path().join(TRAIN_IMAGES)).unwrap();
        }
        fs::write(set.path().join(name), bytes).unwrap();
        let output = run("train --json --data", &[set.path()]);
        assert_eq!(output.status.code(), Some(1), "{case}");
        assert_eq!(stdout(&output), "", "{case}");
        let message = message(&output);
        assert!(
            message.starts_with(set.path().to_str().unwrap()),
            "{case}: {message}"
        );
        assert!(message.contains(expected), "{case}: {message}");
        told.insert(message.replace(set.path().to_str().unwrap(), ""));
    }
    assert_eq!(told.len(), 11, "{told:?}");
    let set = small_set();
    fs::remove_file(set.path().join(TEST_LABELS)).unwrap();
    let message = fail("eval --weights none --data", &[set.path()]);
    assert!(message.starts_with("none: cannot read it: "), "{message}");
    let message = fail("check --data", &[set.path()]);
    assert!(
        message.contains("found no test labels, expected one of t10k-labels-idx1-ubyte"),
        "{message}"
    );
}

#[test]
fn bad_options_are_usage_errors_with_a_reason() {
    for (arguments, reason) in [
        ("--batch 0", "expected a whole number from 1 to 1000000"),
        ("--hidden 5,0", "expected a whole number from 1 to 1000000"),
        ("--steps 0", "expected a whole number from 1 on"),
        ("--lr 0", "expected a finite number above 0"),
        ("--lr inf", "expected a finite number above 0"),
        (
            "--init normal:-1",
            "`-1` after the colon: expected a finite number, 0 or more",
        ),
        (
            "--init 3",
            "expected normal:DEVIATION, xavier, he or uniform:LIMIT",
        ),
        ("--activation tanh", "[possible values: relu, sigmoid]"),
        ("--precision f16", "[possible values: f32, f64]"),
        ("--seed -1", "unexpected argument '-1' found"),
        ("--resume x --lr 1", "cannot be used with '--lr <RATE>'"),
        ("--resume x --out y", "cannot be used with '--out <DIR>'"),
        ("eval", "--weights <FILE>"),
    ] {
        let output = run(arguments, &[]);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(
            stderr(&output).contains(reason),
            "{arguments}: {}",
            stderr(&output)
        );
    }
    let set = small_set();
    assert_eq!(
        fail("--hidden 1000000,1000000 --data", &[set.path()]),
        "a net of 12-1000000-1000000-4 with batches of 100 takes more than 1073741824 numbers of memory"
    );
}

#[test]
fn a_run_that_diverges_names_the_entry_and_its_op() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let message = fail(
        "--lr 1e30 --steps 500 --init he --out",
        &[out.path(), Path::new("--data"), set.path()],
    );
    let start = "after step 1, the loss is not finite any more: ";
    assert!(message.starts_with(start), "{message}");
    assert!(message.contains("(entry 8, affine at "), "{message}");
    let kept = format!("({} keeps what was saved before)", out.path().display());
    assert!(message.ends_with(&kept), "{message}");
    let weights = fs::read(out.path().join("weights.safetensors")).unwrap();
    let net = nn::Net::<f32>::from_safetensors(&weights).unwrap();
    assert!(
        net.layers()
            .iter()
            .all(|layer| layer.weights.iter().all(|w| w.is_finite()))
    );
}

#[test]
fn a_run_whose_units_die_says_so() {
    let set = small_set();
    let message = fail("--lr 1000 --hidden 5 --data", &[set.path()]);
    let start = "every hidden unit of layer 1 is inactive: entry 7 (relu) gives 0 for all 60 training images";
    assert!(message.contains(start), "{message}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let set = small_set();
    let mut child = mnist()
        .args([
            "--hidden",
            "5",
            "--steps",
            "100000000",
            "--batch",
            "4",
            "--data",
        ])
        .arg(set.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    // The pipe is closed as soon as the first line is read; the run would take hours.
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.starts_with("data: "), "{line}");
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
}

#[test]
#[cfg(target_os = "linux")]
fn an_output_that_is_full_is_an_error() {
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let set = small_set();
    let mut command = mnist();
    command
        .args(["--steps", "1", "--data"])
        .arg(set.path())
        .stdout(full);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(message(&output).starts_with("standard output: "));
}

#[test]
fn evaluates_saved_weights_of_any_depth() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    for arguments in [
        "--hidden 8",
        "--hidden 8,6,5 --precision f64",
        "--activation sigmoid",
    ] {
        let arguments = format!("{arguments} --init xavier --steps 40 --json --out");
        let data = [out.path(), Path::new("--data"), set.path()];
        let trained = events(&succeed(&arguments, &data)).pop().unwrap();
        let weights = out.path().join("weights.safetensors");
        let data = [weights.as_path(), Path::new("--data"), set.path()];
        let evaluated = events(&succeed("eval --json --weights", &data));
        let expected = serde_json::json!({
            "event": "eval", "test_accuracy": trained["test_accuracy"], "images": 20
        });
        assert_eq!(evaluated, [expected]);
        let text = succeed("eval --weights", &data);
        assert!(
            text.starts_with("data: the files in ") && text.ends_with(" of 20 images\n"),
            "{text}"
        );
    }
}

#[test]
fn weights_that_do_not_fit_the_images_are_refused() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let data = [out.path(), Path::new("--data"), set.path()];
    succeed("--steps 1 --quiet --json --out", &data);
    let weights = out.path().join("weights.safetensors");
    let refused = |change: fn(&Path)| {
        let other = small_set();
        change(other.path());
        let message = fail(
            "eval --weights",
            &[&weights, Path::new("--data"), other.path()],
        );
        message
            .strip_prefix(&format!("{}: ", weights.display()))
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        refused(|set| {
            fs::write(set.join(TRAIN_IMAGES), idx(&[60, 5, 5], vec![0; 1500])).unwrap();
            fs::write(set.join(TEST_IMAGES), idx(&[20, 5, 5], vec![0; 500])).unwrap();
        }),
        "a net of 12 inputs, found 5×5 images, which take 25"
    );
    assert_eq!(
        refused(|set| fs::write(set.join(TEST_LABELS), idx(&[20], vec![6; 20])).unwrap()),
        "a net of 4 classes, found labels up to 6, which take 7"
    );
    fs::write(&weights, b"not weights").unwrap();
    let message = fail(
        "eval --weights",
        &[&weights, Path::new("--data"), set.path()],
    );
    assert!(message.contains("not a safetensors file"), "{message}");
}

/// Of the first seeds, 2 is one whose probes cross a kink with five hidden units on the drawn digits.
#[test]
fn check_counts_the_kinks_apart() {
    let found = events(&succeed("check --hidden 5 --seed 2 --json", &[]));
    let parameters: Vec<&str> = found
        .iter()
        .map(|e| e["parameter"].as_str().unwrap())
        .collect();
    assert_eq!(parameters, ["W1", "b1", "W2", "b2"]);
    let entries: Vec<u64> = found
        .iter()
        .map(|e| e["entries"].as_u64().unwrap())
        .collect();
    assert_eq!(entries, [3920, 5, 50, 10]);
    // Some, but not all; and only where a hidden unit's input depends on the parameter.
    let kinks: Vec<u64> = found
        .iter()
        .map(|e| e["at_kinks"].as_u64().unwrap())
        .collect();
    assert!(
        kinks[0] > 0 && kinks[0] < 3920 && kinks[1] > 0 && kinks[1] < 5,
        "{kinks:?}"
    );
    assert_eq!(kinks[2..], [0, 0]);
    for event in &found {
        let expected = [
            "at_kinks",
            "entries",
            "event",
            "max_abs_difference",
            "mean_abs_difference",
            "parameter",
        ];
        assert_eq!(keys(event), expected);
        assert!(
            event["mean_abs_difference"].as_f64().unwrap() < 1e-9,
            "{event}"
        );
        assert!(
            event["max_abs_difference"].as_f64().unwrap() < 1e-8,
            "{event}"
        );
    }
}

#[test]
fn check_fails_where_a_mean_is_too_large() {
    let set = small_set();
    let text = succeed("check --hidden 3,2 --init he --data", &[set.path()]);
    assert_eq!(
        text.lines()
            .filter(|line| line.starts_with(['W', 'b']))
            .count(),
        6,
        "{text}"
    );
    assert!(text.contains("At kinks: "), "{text}");
    // Weights so large that the loss overflows: nothing finite to compare.
    let message = fail("check --init normal:1e200 --data", &[set.path()]);
    assert!(
        message.starts_with("the gradients differ: W1: mean NaN, above 1e-8"),
        "{message}"
    );
}
