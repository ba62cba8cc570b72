//! The command line's words: in which order they may stand, and how numbers are written.

use std::path::Path;

mod support;

use support::*;

#[test]
fn options_stand_before_or_after_the_command() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = mnist();
        command.args(arguments);
        let output = command.output().unwrap();
        assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
        stdout(&output).to_owned()
    };
    let (set, out) = (set.path().to_str().unwrap(), out.path().to_str().unwrap());
    run(&[
        "--data", set, "--steps", "5", "train", "--out", out, "--json",
    ]);
    let weights = format!("{out}/weights.safetensors");
    let after = run(&["eval", "--data", set, "--weights", &weights, "--json"]);
    for before in [
        &["--data", set, "eval", "--weights", &weights, "--json"][..],
        &["--json", "--weights", &weights, "--data", set, "eval"],
        &[
            "--json",
            "eval",
            &format!("--data={set}"),
            "--weights",
            &weights,
        ],
    ] {
        assert_eq!(run(before), after);
    }
    assert_eq!(
        events(&run(&[
            "--json",
            "--data",
            set,
            "--weights",
            &weights,
            "predict",
            "3"
        ]))
        .len(),
        1
    );
}

#[test]
fn epochs_are_counted_in_steps() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let data = [out.path(), Path::new("--data"), set.path()];
    // 60 images in batches of 10: 6 steps an epoch.
    let text = succeed("--hidden 5 --epochs 3 --batch 10 --json --out", &data);
    let events = events(&text);
    assert_eq!(
        (&events[0]["steps"], &events.last().unwrap()["steps"]),
        (&18.into(), &18.into())
    );
    let text = succeed("--epochs 4 --json --resume", &[out.path()]);
    assert_eq!(support::events(&text)[0]["steps"], 24);
    assert_eq!(
        fail("--epochs 2 --json --resume", &[out.path()]),
        format!(
            "{}: its run is at step 24 already, beyond --steps 12",
            out.path().display()
        )
    );
}

#[test]
fn small_numbers_are_written_small() {
    let set = small_set();
    let text = succeed(
        "--hidden 5 --steps 1 --lr 1e-300 --init normal:1e-20 --data",
        &[set.path()],
    );
    assert!(
        text.contains("learning rate 1e-300; 1 steps an epoch"),
        "{text}"
    );
    assert!(text.contains("relu, normal:1e-20, seed 1"), "{text}");
}

#[test]
fn every_shell_can_complete() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = succeed(&format!("completions {shell}"), &[]);
        for word in ["predict", "weights", "epochs"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

/// Forty columns are the narrowest terminal that anybody has, and this is all that is not prose.
#[test]
fn tables_fit_into_forty_columns() {
    let set = small_set();
    let widest = |text: &str, starts: &[&str]| {
        let rows = text.lines().filter(|line| {
            starts
                .iter()
                .any(|start| line.trim_start().starts_with(start))
        });
        let widths: Vec<usize> = rows.map(|row| row.chars().count()).collect();
        assert!(!widths.is_empty(), "{text}");
        widths.into_iter().max().unwrap()
    };
    let text = succeed(
        "--hidden 5 --steps 9000 --batch 60 --quiet --data",
        &[set.path()],
    );
    assert!(text.contains("9000 steps"));
    let text = succeed("--hidden 5 --steps 20 --batch 6 --data", &[set.path()]);
    assert!(widest(&text, &["epoch", "0", "1 ", "2 "]) <= 40, "{text}");
    let text = succeed("check --hidden 5 --data", &[set.path()]);
    assert!(
        widest(&text, &["parameter", "W1", "b1", "W2", "b2"]) <= 40,
        "{text}"
    );
}

#[test]
fn json_says_which_data_it_was() {
    let set = small_set();
    let source = format!("the files in {}", set.path().display());
    let checked = events(&succeed("check --hidden 5 --json --data", &[set.path()]));
    assert!(
        checked.iter().all(|event| event["data"] == source),
        "{checked:?}"
    );
    let out = tempfile::tempdir().unwrap();
    succeed(
        "--hidden 5 --steps 5 --json --out",
        &[out.path(), Path::new("--data"), set.path()],
    );
    let weights = out.path().join("weights.safetensors");
    for command in ["eval --json --weights", "predict 3 --json --weights"] {
        let judged = events(&succeed(
            command,
            &[&weights, Path::new("--data"), set.path()],
        ));
        assert_eq!(judged[0]["data"], source, "{command}");
    }
}
