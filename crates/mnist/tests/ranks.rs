//! Several ranks leave the bytes of one process, and end together. Needs `mpirun`.
#![cfg(all(unix, feature = "mpi"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

mod support;

use support::*;

/// How long a run may take to end after something has happened.
const SOON: Duration = Duration::from_secs(10);

/// `mpirun` for so many ranks, in a directory without data.
fn mpirun(ranks: usize) -> Command {
    let mut command = Command::new("mpirun");
    // Containers run as root, on fewer cores than there are ranks.
    command.env("OMPI_ALLOW_RUN_AS_ROOT", "1");
    command.env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    command.env_remove("MNIST_DIR");
    command.current_dir(env!("CARGO_TARGET_TMPDIR"));
    command.args(["--oversubscribe", "-n", &ranks.to_string()]);
    command.arg(env!("CARGO_BIN_EXE_mnist"));
    command
}

/// Arguments separated by spaces; within them spaces are underscores.
fn words(arguments: &str) -> impl Iterator<Item = String> {
    let words = arguments.split_whitespace();
    words.map(|word| word.replace('_', " "))
}

/// What a run of one process leaves.
fn alone(arguments: &str, set: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let out = tempfile::tempdir().unwrap();
    let mut command = mnist();
    command
        .args(words(arguments))
        .args(["--json", "--data"])
        .arg(set);
    let output = command.arg("--out").arg(out.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    files(out.path())
}

fn ranks(count: usize, arguments: &str, more: &[&Path]) -> Output {
    let mut command = mpirun(count);
    command.args(words(arguments)).args(more).output().unwrap()
}

fn succeeds(output: &Output) {
    assert!(output.status.success(), "{output:?}");
    assert_eq!(stderr(output), "");
}

const NETS: [&str; 2] = [
    "--hidden 30 --batch 23",
    "--net conv_8_3x3_pad_1,relu,pool_2x2,batch-norm,affine_20,relu,dropout_0.5,affine_4 \
     --augment 1 --batch 41 --optimiser adam --lr 0.01 --precision f64",
];

#[test]
fn ranks_leave_the_bytes_of_one_process() {
    let set = small_set();
    for net in NETS {
        for (shards, count, threads) in [(2, 2, 1), (2, 2, 2), (3, 2, 1), (5, 3, 1)] {
            let settings = format!("{net} --steps 9 --shards {shards}");
            let expected = alone(&format!("{settings} --threads 1"), set.path());
            let out = tempfile::tempdir().unwrap();
            let data = [
                Path::new("--data"),
                set.path(),
                Path::new("--out"),
                out.path(),
            ];
            let arguments = format!("{settings} --threads {threads} --json");
            let output = ranks(count, &arguments, &data);
            succeeds(&output);
            // One rank speaks.
            let text = events(stdout(&output));
            let starts = text.iter().filter(|event| event["event"] == "start");
            assert_eq!(starts.count(), 1);
            assert!(
                files(out.path()) == expected,
                "{settings}, {count} ranks of {threads}"
            );
        }
    }
}

#[test]
fn a_run_goes_on_with_other_ranks() {
    let set = small_set();
    for net in NETS {
        let settings = format!("{net} --shards 3");
        let whole = alone(&format!("{settings} --steps 15"), set.path());
        let out = tempfile::tempdir().unwrap();
        let data = [
            Path::new("--data"),
            set.path(),
            Path::new("--out"),
            out.path(),
        ];
        succeeds(&ranks(2, &format!("{settings} --steps 4 --json"), &data));
        let resume = [Path::new("--resume"), out.path()];
        succeeds(&ranks(3, "--steps 7 --json", &resume));
        succeed("--steps 11 --threads 2 --quiet", &resume);
        succeeds(&ranks(2, "--steps 15 --threads 2 --quiet", &resume));
        assert!(files(out.path()) == whole, "{net}");
    }
}

fn step(directory: &Path) -> Option<u64> {
    let bytes = fs::read(directory.join("checkpoint")).ok()?;
    Some(mnist::checkpoint::State::split(&bytes).unwrap().0.step)
}

fn kill(signal: &str, process: &str) {
    let status = Command::new("kill").args([signal, process]).status();
    assert!(status.unwrap().success());
}

/// The processes that `mpirun` has started, in the order of their ranks.
fn children(mpirun: &Child) -> Vec<String> {
    let parent = mpirun.id().to_string();
    let ps = Command::new("ps")
        .args(["-o", "pid=", "--ppid", &parent])
        .output();
    let text = String::from_utf8(ps.unwrap().stdout).unwrap();
    let mut children: Vec<u64> = text
        .split_whitespace()
        .map(|pid| pid.parse().unwrap())
        .collect();
    children.sort_unstable();
    children.iter().map(u64::to_string).collect()
}

fn ends_soon(mut child: Child) -> Output {
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(began.elapsed() < SOON, "it does not end");
        sleep(Duration::from_millis(20));
    }
    child.wait_with_output().unwrap()
}

/// A run of 2 ranks that would not end, after its first epochs.
fn endless(settings: &str, set: &Path, out: &Path) -> Child {
    let mut command = mpirun(2);
    command
        .args(words(settings))
        .args(["--steps", "100000000", "--data"]);
    command.arg(set).arg("--out").arg(out);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while step(out) < Some(16) {
        sleep(Duration::from_millis(5));
    }
    child
}

#[test]
fn a_rank_that_is_killed_ends_the_run_and_loses_nothing() {
    let set = small_set();
    let settings = "--hidden 9 --batch 8 --shards 3 --threads 1 --quiet";
    for victim in [0, 1] {
        let out = tempfile::tempdir().unwrap();
        let child = endless(settings, set.path(), out.path());
        let ranks_of = children(&child);
        assert_eq!(ranks_of.len(), 2);
        kill("-KILL", &ranks_of[victim]);
        let output = ends_soon(child);
        assert!(!output.status.success());
        assert!(stderr(&output).contains("signal 9"), "{output:?}");
        let last = step(out.path()).unwrap() + 9;
        let resume = [Path::new("--resume"), out.path()];
        succeeds(&ranks(3, &format!("--steps {last} --quiet"), &resume));
        let whole = alone(&format!("{settings} --steps {last}"), set.path());
        assert!(files(out.path()) == whole);
    }
}

#[test]
fn ctrl_c_saves_what_was_learned() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let settings = "--hidden 9 --batch 8 --shards 2 --threads 1 --quiet";
    let child = endless(settings, set.path(), out.path());
    let saved = step(out.path()).unwrap();
    kill("-INT", &children(&child)[0]);
    let output = ends_soon(child);
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let last = step(out.path()).unwrap();
    assert!(last >= saved);
    let lines = fs::read_to_string(out.path().join("loss.csv")).unwrap();
    assert_eq!(lines.lines().count() as u64, last + 1);
}

/// Ranks with different arguments, the first and the second.
fn two(first: &[&Path], second: &[&Path]) -> Output {
    let began = Instant::now();
    let mut command = mpirun(1);
    command.args(first).args([":", "-n", "1"]);
    command.arg(env!("CARGO_BIN_EXE_mnist")).args(second);
    let output = command.output().unwrap();
    assert!(began.elapsed() < SOON);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    output
}

/// The lines that begin with `error: `.
fn errors(output: &Output) -> Vec<&str> {
    let lines = stderr(output).lines();
    lines
        .filter_map(|line| line.strip_prefix("error: "))
        .collect()
}

#[test]
fn a_rank_with_other_data_is_refused() {
    let (set, other) = (small_set(), small_set());
    let mut swapped = labels(60);
    swapped[8] = 3;
    fs::write(other.path().join(TRAIN_LABELS), swapped).unwrap();
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("run");
    let arguments = |set| {
        ["--shards", "2", "--out"]
            .map(Path::new)
            .into_iter()
            .chain([out.as_path(), Path::new("--data"), set])
            .collect::<Vec<_>>()
    };
    let output = two(&arguments(set.path()), &arguments(other.path()));
    let [error] = errors(&output)[..] else {
        panic!("{output:?}")
    };
    let (rank, what) = error.split_once(" cannot train with rank 0: ").unwrap();
    assert!(rank.starts_with("rank 1, on "), "{error}");
    assert!(
        what.starts_with("images and labels: found CRC-32 "),
        "{error}"
    );
    assert!(!out.exists());
    // One that cannot be read at all.
    let missing = set.path().join("missing");
    let output = two(&arguments(set.path()), &arguments(&missing));
    let [error] = errors(&output)[..] else {
        panic!("{output:?}")
    };
    assert!(error.starts_with("rank 1: "), "{error}");
}

#[test]
fn a_rank_with_other_weights_is_refused() {
    let set = small_set();
    let runs = [1, 2].map(|seed| {
        let out = tempfile::tempdir().unwrap();
        let data = [out.path(), Path::new("--data"), set.path()];
        succeed(
            &format!("--seed {seed} --shards 2 --steps 6 --batch 10 --quiet --out"),
            &data,
        );
        out
    });
    let before = files(runs[0].path());
    // The same settings, and another net.
    let bytes = fs::read(runs[1].path().join("checkpoint")).unwrap();
    let (state, net) = mnist::checkpoint::State::split(&bytes).unwrap();
    let own = fs::read(runs[0].path().join("checkpoint")).unwrap();
    let (mut changed, _) = mnist::checkpoint::State::split(&own).unwrap();
    changed.loss = state.loss;
    changed.accuracy = state.accuracy;
    let lines = changed.to_lines(&[net]);
    let other = [lines.as_bytes(), net].concat();
    fs::write(runs[1].path().join("checkpoint"), other).unwrap();
    let resume = |run: usize| {
        [
            Path::new("--steps"),
            Path::new("9"),
            Path::new("--resume"),
            runs[run].path(),
        ]
    };
    let output = two(&resume(0), &resume(1));
    let [error] = errors(&output)[..] else {
        panic!("{output:?}")
    };
    assert!(
        error.contains("weights to begin with: found CRC-32 "),
        "{error}"
    );
    assert_eq!(files(runs[0].path()), before);
}

#[test]
fn fewer_shards_than_ranks_are_refused() {
    let set = small_set();
    let output = ranks(3, "--shards 2", &[Path::new("--data"), set.path()]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        errors(&output),
        [
            "3 ranks train a batch of 2 shards: expected as many shards or more; say --shards 3, \
             or start fewer ranks"
        ]
    );
}
