//! The folder of a run: whose it is, what is said of it, and what is left in it.
#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use mnist::lock::LOCK;
use tempfile::TempDir;

mod support;

use support::*;

/// A run that goes on until it is ended, and that has saved something.
fn endless(set: &TempDir, out: &Path, arguments: &str) -> Child {
    let mut command = mnist();
    command.args("--hidden 5 --steps 100000000 --batch 8".split(' '));
    command.args(arguments.split_whitespace());
    command.arg("--out").arg(out).arg("--data").arg(set.path());
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for(&out.join("checkpoint"));
    child
}

/// Waits until the file is there, for a minute at most.
fn wait_for(path: &Path) {
    let is_there = (0..6000).any(|_| {
        sleep(Duration::from_millis(10));
        path.exists()
    });
    assert!(is_there, "{}: nothing for a minute", path.display());
}

fn interrupt(child: &Child) {
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
}

fn data<'a>(out: &'a Path, set: &'a TempDir) -> [&'a Path; 3] {
    [out, Path::new("--data"), set.path()]
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn one_run_at_a_time() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let child = endless(&set, out.path(), "");
    let refused = format!(
        "{}: process {} (mnist) trains here; wait for it to end, or end it, or name another \
         directory",
        out.path().display(),
        child.id()
    );
    assert_eq!(
        fail("--steps 5 --json --out", &data(out.path(), &set)),
        refused
    );
    assert_eq!(fail("--json --resume", &[out.path()]), refused);
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(!out.path().join(LOCK).exists());
    // One that was killed leaves its file, and nobody minds.
    let other = tempfile::tempdir().unwrap();
    let mut child = endless(&set, other.path(), "");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(other.path().join(LOCK).exists());
    succeed(
        "--steps 5 --hidden 5 --json --out",
        &data(other.path(), &set),
    );
    assert!(!other.path().join(LOCK).exists());
}

#[test]
fn somebodys_own_files_are_not_replaced() {
    let set = small_set();
    for name in [
        "report.html",
        "weights.safetensors",
        "loss.csv",
        "accuracy.svg",
        "checkpoint",
    ] {
        let out = tempfile::tempdir().unwrap();
        // The last is what TensorFlow calls its own.
        fs::write(out.path().join(name), "model_checkpoint_path: \"mine\"\n").unwrap();
        fs::write(out.path().join("notes.txt"), "mine, too").unwrap();
        assert_eq!(
            fail("--steps 5 --json --out", &data(out.path(), &set)),
            format!(
                "{}: found {name}, but no checkpoint of a run, so they are not of one; name \
                 another directory or move them away",
                out.path().display()
            )
        );
        assert_eq!(
            fs::read_to_string(out.path().join(name)).unwrap(),
            "model_checkpoint_path: \"mine\"\n"
        );
        assert_eq!(names(out.path()).len(), 2);
    }
    // Files of other names disturb nobody.
    let out = tempfile::tempdir().unwrap();
    fs::write(out.path().join("notes.txt"), "mine").unwrap();
    succeed("--hidden 5 --steps 5 --json --out", &data(out.path(), &set));
}

/// A run that is killed in its first save leaves files without a checkpoint, and the file of its
/// lock.
#[test]
fn the_first_files_of_a_killed_run_are_replaced() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    fs::write(out.path().join("loss.csv"), "step,loss\n").unwrap();
    fs::write(out.path().join(LOCK), "process 1 (mnist)\n").unwrap();
    succeed("--hidden 5 --steps 5 --json --out", &data(out.path(), &set));
}

#[test]
fn replacing_is_said_before_and_done_after_an_epoch() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let text = succeed("--hidden 5 --steps 30 --out", &data(out.path(), &set));
    assert!(!text.contains("replaces"), "{text}");
    let said = format!(
        "{} holds a run of 30 steps, which this one replaces once it has learned an epoch",
        out.path().display()
    );
    let text = succeed(
        "--hidden 5 --steps 20 --quiet --out",
        &data(out.path(), &set),
    );
    assert!(text.lines().any(|line| line == said), "{text}");
    let event = &events(&succeed(
        "--hidden 5 --steps 20 --json --out",
        &data(out.path(), &set),
    ))[1];
    assert_eq!(
        (&event["event"], &event["steps"]),
        (&"replaces".into(), &20.into())
    );
    // Going on with it replaces nothing.
    assert!(!succeed("--steps 25 --resume", &[out.path()]).contains("replaces"));
}

#[test]
fn what_is_saved_is_looked_up() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let name = out.path().display();
    let text = succeed("--hidden 5 --steps 5 --out", &data(out.path(), &set));
    assert!(
        text.ends_with(&format!("saved in {name}; {name}/report.html shows it\n")),
        "{text}"
    );

    // Before its first step, in a folder with an earlier run: that one stays, and is not said to be
    // this one.
    let before = files(out.path());
    let settings = "--hidden 200,200 --init he --lr 1e30 --json --out";
    let message = fail(settings, &data(out.path(), &set));
    assert!(
        message.ends_with(&format!(" ({name} keeps its earlier run of 5 steps)")),
        "{message}"
    );
    assert_eq!(files(out.path()), before);

    // At step 0, in a folder of its own: nothing is saved, nothing is said to be, and no folder is
    // left.
    let fresh = out.path().join("a/b");
    let message = fail("--init normal:1e38 --json --out", &data(&fresh, &set));
    assert!(
        message.starts_with("before the first step, the loss is not finite any more: "),
        "{message}"
    );
    assert!(
        message.ends_with("; try other first weights (--init, --seed)"),
        "{message}"
    );
    assert!(!out.path().join("a").exists());
}

#[test]
fn a_run_that_dies_at_step_0_blames_no_learning_rate() {
    let set = small_set();
    let message = fail("--init normal:0 --data", &[set.path()]);
    assert!(
        message.starts_with("before the first step, every hidden unit of layer 1 is inactive"),
        "{message}"
    );
    assert!(!message.contains("learning rate"), "{message}");
    let message = fail("--lr 1e30 --init he --data", &[set.path()]);
    assert!(
        message.contains("try a smaller learning rate than 1e30 or other first weights"),
        "{message}"
    );
}

/// Whenever it comes, what is said of it is true, and the exit code says that it came.
#[test]
fn ctrl_c_at_any_moment_says_what_is_there() {
    let set = small_set();
    for milliseconds in [0, 5, 20, 60] {
        let out = tempfile::tempdir().unwrap();
        succeed("--hidden 5 --steps 7 --json --out", &data(out.path(), &set));
        let mut child = {
            let mut command = mnist();
            // An epoch takes long: 60 images one at a time, and a wide net.
            command.args("--hidden 300,300 --steps 100000000 --batch 1 --out".split(' '));
            command.args(data(out.path(), &set));
            command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        };
        sleep(Duration::from_millis(milliseconds));
        interrupt(&child);
        // Where the signal is ignored, as in a shell's background jobs, it is lost before anybody
        // listens for it.
        for tenths in 1.. {
            if child.try_wait().unwrap().is_some() {
                break;
            }
            sleep(Duration::from_millis(100));
            if tenths % 30 == 0 {
                interrupt(&child);
            }
        }
        let output = child.wait_with_output().unwrap();
        let (text, name) = (stdout(&output), out.path().display());
        match output.status.code() {
            // Before anybody listened for it.
            None => assert_eq!(text, ""),
            code => {
                assert_eq!(code, Some(130), "{output:?}");
                let step: u64 = text
                    .lines()
                    .find_map(|line| line.strip_prefix("interrupted after step ")?.parse().ok())
                    .unwrap();
                let last = text.lines().last().unwrap();
                if step == 0 {
                    assert_eq!(
                        last,
                        format!("nothing was saved; {name} keeps its earlier run of 7 steps")
                    );
                } else {
                    assert_eq!(
                        last,
                        format!("saved in {name}; {name}/report.html shows it")
                    );
                }
                let bytes = fs::read(out.path().join("checkpoint")).unwrap();
                let (state, _) = mnist::checkpoint::State::split(&bytes).unwrap();
                assert_eq!(state.step, if step == 0 { 7 } else { step });
            }
        }
    }
}

#[test]
fn names_that_are_no_text_will_do() {
    let set = small_set();
    let root = tempfile::tempdir().unwrap();
    let odd = |name: &[u8]| -> PathBuf { root.path().join(OsStr::from_bytes(name)) };
    let (files, out) = (odd(b"im\xffages"), odd(b"r\xfeun"));
    fs::create_dir(&files).unwrap();
    for name in NAMES {
        fs::copy(set.path().join(name), files.join(name)).unwrap();
    }
    succeed(
        "--hidden 5 --steps 8 --json --out",
        &[&out, Path::new("--data"), &files],
    );
    // The names are in the checkpoint, and lead there.
    let text = succeed("--steps 16 --json --resume", &[&out]);
    assert_eq!(events(&text)[0]["step"], 8);
    let weights = out.join("weights.safetensors");
    succeed(
        "eval --json --weights",
        &[&weights, Path::new("--data"), &files],
    );
    let mut command = mnist();
    let output = command
        .env("MNIST_DIR", &files)
        .args(["check", "--hidden", "2", "--json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    // And in messages they are at least recognised.
    let message = fail(
        "--json --out",
        &[&out.join("loss.csv"), Path::new("--data"), &files],
    );
    assert!(
        message.contains("r\u{fffd}un/loss.csv: cannot make the directory"),
        "{message}"
    );
}

#[test]
fn data_that_moved_is_asked_for() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    succeed("--hidden 5 --steps 8 --json --out", &data(out.path(), &set));
    let moved = tempfile::tempdir().unwrap();
    for name in NAMES {
        fs::rename(set.path().join(name), moved.path().join(name)).unwrap();
    }
    let message = fail("--json --steps 9 --resume", &[out.path()]);
    assert!(
        message.starts_with(&format!(
            "{}: found no files of a set",
            set.path().display()
        )),
        "{message}"
    );
    assert!(
        message.ends_with("say with --data where they are now"),
        "{message}"
    );
    let old = set.path().to_owned();
    drop(set);
    let message = fail("--json --steps 9 --resume", &[out.path()]);
    assert!(
        message.starts_with(&format!("{}: nothing of that name is there", old.display())),
        "{message}"
    );
    assert!(
        message.ends_with("say with --data where they are now"),
        "{message}"
    );
    succeed("--json --steps 9 --resume", &data(out.path(), &moved));
}

#[test]
fn a_run_knows_its_set_again() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in NAMES.iter().zip(contents()) {
        for set in ["a", "b"] {
            fs::write(folder.path().join(format!("{set}-{name}")), &bytes).unwrap();
        }
    }
    let out = tempfile::tempdir().unwrap();
    let text = succeed(
        "--hidden 5 --steps 8 --set b --transpose --json --out",
        &data(out.path(), &folder),
    );
    let start = &events(&text)[0];
    assert_eq!(
        start["data"],
        format!(
            "the files in {}, set b, transposed",
            folder.path().display()
        )
    );
    assert_eq!(
        (&start["image_height"], &start["image_width"]),
        (&3.into(), &4.into())
    );
    let resumed = succeed("--steps 9 --json --resume", &[out.path()]);
    assert_eq!(events(&resumed)[0]["data"], start["data"]);
    succeed("--steps 9 --json --resume", &data(out.path(), &folder));
}
