//! A run that is interrupted, killed or out of space loses nothing that was saved, and goes on as
//! if nothing had happened.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use mnist::run_directory::{FILES, PICTURES};
use nn::Net;

mod support;

use support::*;

/// How many files a run leaves.
const ENTRIES: usize = FILES.len() + PICTURES.len();

/// Waits until `ready`, for a minute at most.
fn wait_until(mut ready: impl FnMut() -> bool) {
    for _ in 0..6000 {
        if ready() {
            return;
        }
        sleep(Duration::from_millis(10));
    }
    panic!("nothing happened for a minute");
}

fn spawn(arguments: &str, more: &[&Path]) -> Child {
    let mut command = mnist();
    command.args(arguments.split_whitespace()).args(more);
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The step of the checkpoint in `directory`; none if there is none.
fn saved_step(directory: &Path) -> Option<u64> {
    let bytes = fs::read(directory.join("checkpoint")).ok()?;
    let (state, _) = mnist::checkpoint::State::split(&bytes).unwrap();
    Some(state.step)
}

/// Each file that is there is whole: a net, and lines from the first on without a gap.
fn assert_whole(directory: &Path) {
    if let Ok(bytes) = fs::read(directory.join("weights.safetensors")) {
        Net::<f32>::from_safetensors(&bytes).unwrap();
    }
    if let Ok(text) = fs::read_to_string(directory.join("loss.csv")) {
        let lines = text.strip_prefix("step,loss\n").unwrap();
        assert!(lines.is_empty() || lines.ends_with('\n'));
        for (k, line) in lines.lines().enumerate() {
            let (step, loss) = line.split_once(',').unwrap();
            assert_eq!(step, (k + 1).to_string());
            loss.parse::<f32>().unwrap();
        }
    }
    if let Ok(text) = fs::read_to_string(directory.join("accuracy.csv")) {
        let lines = text
            .strip_prefix("epoch,step,train_accuracy,test_accuracy\n")
            .unwrap();
        assert!(lines.ends_with('\n'));
        for (k, line) in lines.lines().enumerate() {
            let fields: Vec<f64> = line
                .split(',')
                .map(|field| field.parse().unwrap())
                .collect();
            assert_eq!((fields.len(), fields[0]), (4, k as f64));
        }
    }
}

/// What an uninterrupted run with `arguments` leaves.
fn uninterrupted(arguments: &str, set: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let out = tempfile::tempdir().unwrap();
    succeed(
        &format!("{arguments} --json --out"),
        &[out.path(), Path::new("--data"), set],
    );
    files(out.path())
}

#[test]
fn leaves_four_files_and_three_pictures() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let directory = out.path().join("made/for it");
    let data = [&directory, Path::new("--data"), set.path()];
    let text = succeed("--hidden 8 --steps 15 --batch 10 --json --out", &data);
    assert_eq!(fs::read_dir(&directory).unwrap().count(), ENTRIES);
    let read = |name| fs::read_to_string(directory.join(name)).unwrap();
    let loss = read("loss.csv");
    assert_eq!(
        (loss.lines().count(), loss.lines().next()),
        (16, Some("step,loss"))
    );
    // The last line is inside the third epoch: two are whole.
    let accuracy = read("accuracy.csv");
    let lines: Vec<&str> = accuracy.lines().collect();
    let starts = [
        "epoch,step,train_accuracy,test_accuracy",
        "0,0,",
        "1,6,",
        "2,12,",
        "2,15,",
    ];
    assert_eq!(lines.len(), 5);
    assert!(
        lines
            .iter()
            .zip(starts)
            .all(|(line, start)| line.starts_with(start)),
        "{accuracy}"
    );
    let done = events(&text).pop().unwrap();
    assert_eq!(
        lines[4],
        format!("2,15,{},{}", done["train_accuracy"], done["test_accuracy"])
    );
    assert_whole_net(&directory, &[12, 8, 4]);
}

fn assert_whole_net(directory: &Path, sizes: &[usize]) {
    let bytes = fs::read(directory.join("weights.safetensors")).unwrap();
    assert_eq!(Net::<f32>::from_safetensors(&bytes).unwrap().sizes(), sizes);
}

/// In two pieces, the first ending inside an epoch, and in one: the same bits, in either precision.
#[test]
fn a_run_in_pieces_is_the_run_in_one() {
    let set = small_set();
    for settings in [
        "--batch 8",
        "--batch 7 --precision f64 --hidden 9,5 --activation sigmoid --init xavier --lr 0.3",
    ] {
        let whole = uninterrupted(&format!("{settings} --seed 7 --steps 100"), set.path());
        let out = tempfile::tempdir().unwrap();
        let data = [out.path(), Path::new("--data"), set.path()];
        succeed(&format!("{settings} --seed 7 --steps 37 --out"), &data);
        assert_eq!(saved_step(out.path()), Some(37));
        let text = succeed("--steps 61 --json --resume", &[out.path()]);
        let start = &events(&text)[0];
        assert_eq!(
            (&start["step"], &start["steps"], &start["seed"]),
            (&37.into(), &61.into(), &7.into())
        );
        succeed("--steps 100 --quiet --resume", &[out.path()]);
        assert_eq!(files(out.path()), whole);
        // There is nothing left to do, and that changes nothing.
        succeed("--json --resume", &[out.path()]);
        assert_eq!(files(out.path()), whole);
    }
}

/// Pieces that end with an epoch (8 steps), the first of them before it has begun.
#[test]
#[cfg(target_os = "linux")]
fn pieces_may_end_anywhere() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = mnist();
    command.args(["--hidden", "5", "--batch", "8", "--steps", "16", "--data"]);
    command.arg(set.path()).arg("--out").arg(out.path());
    // Nobody can hear it, so it ends at once.
    assert_eq!(command.stdout(full).status().unwrap().code(), Some(1));
    assert_eq!(saved_step(out.path()), Some(0));
    for steps in [16, 16, 24] {
        succeed(&format!("--json --steps {steps} --resume"), &[out.path()]);
        let whole = uninterrupted(&format!("--hidden 5 --batch 8 --steps {steps}"), set.path());
        assert_eq!(files(out.path()), whole);
    }
}

#[test]
fn ctrl_c_saves_what_was_learned() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let data = [out.path(), Path::new("--data"), set.path()];
    let child = spawn("--hidden 5 --steps 100000000 --batch 8 --json --out", &data);
    wait_until(|| saved_step(out.path()) > Some(0));
    let signal = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(signal.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output)), (Some(130), ""));
    let events = events(stdout(&output));
    let [.., interrupted, done] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(interrupted["event"], "interrupted");
    let step = done["steps"].as_u64().unwrap();
    assert_eq!(saved_step(out.path()), Some(step));
    assert_eq!(
        fs::read_to_string(out.path().join("loss.csv"))
            .unwrap()
            .lines()
            .count() as u64,
        step + 1
    );
    // It goes on to where an uninterrupted run would be.
    let more = format!("--steps {} --json --resume", step + 10);
    succeed(&more, &[out.path()]);
    let whole = uninterrupted(
        &format!("--hidden 5 --batch 8 --steps {}", step + 10),
        set.path(),
    );
    assert_eq!(files(out.path()), whole);
}

/// Killed outright, again and again, at moments that have nothing to do with what it does.
#[test]
fn a_killed_run_leaves_whole_files_and_goes_on() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    // 188 whole epochs, should it ever get that far before the last kill.
    let settings = "--hidden 5 --batch 8 --steps 1504";
    let mut resumed = 0;
    for milliseconds in [3, 90, 31, 47, 64, 22, 75, 53, 118, 39] {
        let mut child = match saved_step(out.path()) {
            Some(_) => spawn("--resume", &[out.path()]),
            None => spawn(
                &format!("{settings} --out"),
                &[out.path(), Path::new("--data"), set.path()],
            ),
        };
        sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_whole(out.path());
        let step = saved_step(out.path());
        assert!(
            step.unwrap_or(0) >= resumed,
            "a kill loses nothing that was saved"
        );
        resumed = step.unwrap_or(0);
    }
    succeed("--json --resume", &[out.path()]);
    assert_eq!(files(out.path()), uninterrupted(settings, set.path()));
    // Nor is anything else left there.
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), ENTRIES);
}

/// A limit on the size of files stands for a disk without space; the shell's unit is 512 or 1024
/// bytes.
fn run_with_little_space(blocks: u32, arguments: &str, more: &[&Path]) -> std::process::Output {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_mnist")]);
    command.args(arguments.split_whitespace()).args(more);
    command.output().unwrap()
}

#[test]
fn a_full_disk_is_found_before_the_first_step() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let data = [out.path(), Path::new("--data"), set.path()];
    succeed("--hidden 200 --steps 3 --json --out", &data);
    let before = files(out.path());
    let output = run_with_little_space(4, "--hidden 200 --json --out", &data);
    assert_eq!(output.status.code(), Some(1));
    let said = message(&output);
    let path = out.path().join("weights.safetensors");
    assert!(
        said.starts_with(&format!("{}: cannot write: ", path.display())),
        "{said}"
    );
    assert_eq!(files(out.path()), before);
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), ENTRIES);
}

#[test]
fn a_disk_that_fills_up_leaves_the_last_save() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let data = [out.path(), Path::new("--data"), set.path()];
    let settings = "--hidden 5 --steps 2000 --batch 8 --json";
    // Room for about 16 kB: the log of the losses outgrows it.
    let output = run_with_little_space(16, &format!("{settings} --out"), &data);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let path = out.path().join("loss.csv");
    assert!(message(&output).starts_with(&format!("{}: cannot write: ", path.display())));
    assert_whole(out.path());
    assert!(saved_step(out.path()) > Some(100));
    succeed("--json --resume", &[out.path()]);
    assert_eq!(
        files(out.path()),
        uninterrupted(settings.trim_end_matches("--json"), set.path())
    );
}

#[test]
fn a_run_that_learns_nothing_does_not_replace_one_that_did() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let data = [out.path(), Path::new("--data"), set.path()];
    succeed("--hidden 5 --steps 30 --json --out", &data);
    let before = files(out.path());
    fail("--hidden 5 --lr 1e30 --init he --json --out", &data);
    assert_eq!(files(out.path()), before);
}

#[test]
fn an_unusable_directory_is_said_before_the_first_step() {
    let set = small_set();
    let file = set.path().join(TRAIN_LABELS);
    let data = [file.as_path(), Path::new("--data"), set.path()];
    let said = fail("--json --out", &data);
    assert!(
        said.starts_with(&format!("{}: cannot make the directory: ", file.display())),
        "{said}"
    );
    let taken = tempfile::tempdir().unwrap();
    fs::create_dir(taken.path().join("loss.csv")).unwrap();
    let said = fail(
        "--json --out",
        &[taken.path(), Path::new("--data"), set.path()],
    );
    assert!(
        said.contains("found loss.csv, but no checkpoint of a run"),
        "{said}"
    );
}

#[test]
fn what_cannot_be_resumed_is_told_why() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let name = |file: &str| out.path().join(file).display().to_string();
    let refused = |arguments: &str| fail(&format!("{arguments} --resume"), &[out.path()]);
    assert!(refused("").starts_with(&format!("{}: cannot read it: ", name("checkpoint"))));
    succeed(
        "--hidden 5 --steps 30 --json --out",
        &[out.path(), Path::new("--data"), set.path()],
    );

    let beyond = format!(
        "{}: its run is at step 30 already, beyond --steps 29",
        out.path().display()
    );
    assert_eq!(refused("--steps 29"), beyond);

    fs::write(
        set.path().join(TEST_LABELS),
        labels(19).into_iter().chain([0]).collect::<Vec<u8>>(),
    )
    .unwrap();
    assert!(
        refused("").contains("t10k-labels-idx1-ubyte"),
        "a file of the set is broken"
    );
    let mut swapped = labels(20);
    swapped[8] = 3;
    fs::write(set.path().join(TEST_LABELS), swapped).unwrap();
    let other = refused("");
    assert!(
        other.contains("its run learned from 60 training and 20 test images with the CRC-32 "),
        "{other}"
    );
    fs::write(set.path().join(TEST_LABELS), labels(20)).unwrap();

    fs::write(name("loss.csv"), "step,loss\n1,2.5\n").unwrap();
    let log = format!(
        "{}: not the log of the checkpoint beside it",
        name("loss.csv")
    );
    assert!(refused("").starts_with(&log));
    let mut turned = fs::read(name("checkpoint")).unwrap();
    *turned.last_mut().unwrap() ^= 1;
    fs::write(name("checkpoint"), turned).unwrap();
    let damaged = format!(
        "{}: the checkpoint is damaged: found the CRC-32 ",
        name("checkpoint")
    );
    assert!(refused("").starts_with(&damaged));
    fs::write(name("checkpoint"), "{\"version\":9}\n").unwrap();
    let version = format!(
        "{}: a checkpoint of version 9, expected version 2",
        name("checkpoint")
    );
    assert_eq!(refused(""), version);
}
