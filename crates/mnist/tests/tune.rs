//! `mnist tune`: its table and its picture, and that a search in pieces is the search in one.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use mnist::search_directory::FILES;

mod support;

use support::*;

const SETTINGS: &str =
    "tune --images 50 --epochs 6 --batch 10 --hidden 6 --init he --lr 1e-4:1 --seed 3";

fn all(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let read = |name| (PathBuf::from(name), fs::read(directory.join(name)).unwrap());
    FILES.map(read).into()
}

fn start(set: &Path, out: &Path, arguments: &str) -> String {
    let data = [out, Path::new("--data"), set];
    succeed(&format!("{SETTINGS} {arguments} --json --out"), &data)
}

#[test]
fn the_best_come_first() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let text = start(set.path(), out.path(), "--trials 12");
    let events = events(&text);
    assert_eq!(events.len(), 14);
    assert_eq!(events[0]["held_out"], 10);
    let accuracy = |event: &serde_json::Value| event["validation_accuracy"].as_f64().unwrap();
    let tried = &events[1..13];
    let highest = tried.iter().map(accuracy).fold(0.0, f64::max);
    let first = tried
        .iter()
        .find(|event| accuracy(event) == highest)
        .unwrap();
    assert_eq!(events[13]["best"], first["trial"]);
    assert!(highest >= 0.9, "one of them learns: {text}");

    assert_eq!(fs::read_dir(out.path()).unwrap().count(), FILES.len());
    let table = fs::read_to_string(out.path().join("trials.csv")).unwrap();
    let lines: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split(',').collect())
        .collect();
    assert_eq!(
        lines[0].join(","),
        "rank,trial,learning_rate,weight_decay,validation_accuracy,train_accuracy,halted"
    );
    assert_eq!(lines.len(), 13);
    for (rank, line) in lines[1..].iter().enumerate() {
        assert_eq!(line[0], (rank + 1).to_string());
        let event = &tried[line[1].parse::<usize>().unwrap() - 1];
        let numbers = [
            "learning_rate",
            "weight_decay",
            "validation_accuracy",
            "train_accuracy",
        ];
        for (name, field) in numbers.into_iter().zip(&line[2..]) {
            assert_eq!(event[name].as_f64().unwrap(), field.parse::<f64>().unwrap());
        }
    }
    let validation = lines[1..]
        .iter()
        .map(|line| line[4].parse::<f64>().unwrap());
    assert!(validation.is_sorted_by(|a, b| a >= b));

    let picture = fs::read_to_string(out.path().join("trials.svg")).unwrap();
    let document = roxmltree::Document::parse(&picture).unwrap();
    let curves = document
        .descendants()
        .filter(|node| node.has_tag_name("polyline"));
    let points = curves.filter_map(|curve| curve.attribute("points"));
    let counts: Vec<usize> = points.map(|points| points.split(' ').count()).collect();
    assert_eq!(
        counts, [7; 24],
        "before the first step and after each epoch"
    );
    let best = format!("trial {}: {:.3}", first["trial"], highest);
    let titles = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    let mut titles = titles.filter_map(|node| node.text());
    assert_eq!(
        titles.find(|text| text.starts_with("trial")),
        Some(&best[..])
    );
}

#[test]
fn a_search_in_pieces_is_the_search_in_one() {
    let set = small_set();
    for more in [
        "",
        "--optimiser adam --precision f64 --batch-norm --dropout 0.2",
    ] {
        let whole = tempfile::tempdir().unwrap();
        start(set.path(), whole.path(), &format!("{more} --trials 9"));
        let pieces = tempfile::tempdir().unwrap();
        start(set.path(), pieces.path(), &format!("{more} --trials 2"));
        let text = succeed("tune --trials 5 --json --resume", &[pieces.path()]);
        assert_eq!(events(&text)[0]["done"], 2);
        succeed("tune --trials 9 --quiet --resume", &[pieces.path()]);
        assert!(all(pieces.path()) == all(whole.path()), "{more}");
        // There is nothing left to do, and that changes nothing.
        succeed("tune --json --resume", &[pieces.path()]);
        assert!(all(pieces.path()) == all(whole.path()), "{more}");
    }
}

/// Killed outright and asked to end, at moments that have nothing to do with what it does.
#[test]
fn an_interrupted_search_goes_on_as_if_it_had_not_been() {
    let set = small_set();
    let whole = tempfile::tempdir().unwrap();
    start(set.path(), whole.path(), "--trials 40");
    let out = tempfile::tempdir().unwrap();
    let has_begun = || out.path().join("search").exists();
    for (k, milliseconds) in [30, 70, 45, 90, 60].into_iter().enumerate() {
        let mut program = mnist();
        match has_begun() {
            true => program.args(["tune", "--resume"]).arg(out.path()),
            false => program
                .args(SETTINGS.split_whitespace())
                .args(["--trials", "40", "--data"])
                .arg(set.path())
                .arg("--out")
                .arg(out.path()),
        };
        let mut child = program.stdout(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(milliseconds));
        let signal = ["-INT", "-KILL"][k % 2];
        let id = child.id().to_string();
        // It may have ended by itself.
        let _ = Command::new("kill").args([signal, &id]).status().unwrap();
        let code = child.wait().unwrap().code();
        assert!(matches!(code, None | Some(0 | 130)), "{code:?}");
    }
    match has_begun() {
        true => succeed("tune --json --resume", &[out.path()]),
        false => start(set.path(), out.path(), "--trials 40"),
    };
    assert!(all(out.path()) == all(whole.path()));
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), FILES.len());
}

#[test]
fn a_trial_that_diverges_is_one_of_the_last() {
    let set = small_set();
    let text = succeed(
        "tune --images 50 --epochs 3 --trials 8 --lr 1e-3:1e12 --seed 2 --data",
        &[set.path()],
    );
    let (said, table) = text.split_once("\nbest first:\n").unwrap();
    assert!(said.contains("  halted\n"), "{text}");
    let halted: Vec<bool> = table
        .lines()
        .skip(1)
        .map(|line| line.ends_with("halted"))
        .collect();
    assert_eq!(halted.len(), 8);
    assert!(halted.is_sorted() && !halted[0], "{text}");
}

#[test]
fn what_cannot_be_searched_is_told_why() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let data = ["--data".as_ref(), set.path()];
    assert_eq!(
        fail("tune", &data),
        "--images 500: found only 60 training images"
    );
    for (arguments, expected) in [
        ("--lr 0.1", "expected LOW:HIGH"),
        ("--lr 0.1:0.01", "the smaller first"),
        ("--weight-decay 0:1", "two numbers above 0"),
        ("--images 1", "expected a whole number from 2"),
        ("--trials 0", "expected a whole number from 1 on"),
        ("--resume here --epochs 3", "cannot be used with"),
    ] {
        let output = run(&format!("tune {arguments}"), &[]);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        let said = stderr(&output).to_owned();
        assert!(said.contains(expected), "{said}");
    }
    let name = |name: &str| out.path().join(name).display().to_string();
    let said = fail("tune --resume", &[out.path()]);
    assert!(
        said.starts_with(&format!("{}: cannot read it: ", name("search")))
            && said.ends_with("expected what `mnist tune --out` leaves"),
        "{said}"
    );
    fs::write(name("trials.csv"), "mine").unwrap();
    let refused = [out.path(), "--data".as_ref(), set.path()];
    let said = fail("tune --images 50 --out", &refused);
    assert!(
        said.contains("found trials.csv, but no search of `mnist tune`, so they are not of one"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(name("trials.csv")).unwrap(), "mine");
    fs::remove_file(name("trials.csv")).unwrap();

    start(set.path(), out.path(), "--trials 3");
    let said = fail("tune --trials 2 --resume", &[out.path()]);
    assert!(
        said.ends_with("its search has 3 trials already, more than --trials 2"),
        "{said}"
    );
    // A run of `mnist train` may live beside it; neither is taken for the other.
    succeed("--hidden 5 --steps 3 --json --out", &refused);
    succeed("tune --trials 4 --json --resume", &[out.path()]);
    let mut turned = fs::read(name("search")).unwrap();
    *turned.last_mut().unwrap() ^= 1;
    fs::write(name("search"), turned).unwrap();
    let said = fail("tune --resume", &[out.path()]);
    assert!(
        said.starts_with(&format!("{}: the checkpoint is damaged", name("search"))),
        "{said}"
    );
}
