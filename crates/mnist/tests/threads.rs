//! How many threads compute changes no byte; how many shards a batch has is a setting of the run.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

mod support;

use support::*;

/// Nets with all there is: dropout and moved images, statistics of batches, products and loops
/// large enough to be cut.
const NETS: [&str; 3] = [
    "--hidden 700,300 --batch 23",
    "--net conv_16_3x3_pad_1,relu,pool_2x2,batch-norm,affine_40,relu,dropout_0.5,affine_4 \
     --augment 1 --batch 41 --optimiser adam --lr 0.01",
    "--net affine_900,batch-norm,sigmoid,dropout_0.25,affine_4 --precision f64 --batch 9 --clip 1",
];

/// What a run with these arguments leaves.
fn leaves(arguments: &str, set: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let out = tempfile::tempdir().unwrap();
    let mut command = mnist();
    command.args(words(arguments)).arg("--data").arg(set);
    let output = command.arg("--out").arg(out.path()).output().unwrap();
    assert_eq!(stderr(&output), "", "{arguments}");
    files(out.path())
}

/// Arguments separated by spaces; within them spaces are underscores.
fn words(arguments: &str) -> Vec<String> {
    let words = arguments.split_whitespace();
    words.map(|word| word.replace('_', " ")).collect()
}

#[test]
fn any_number_of_threads_leaves_the_same_bytes() {
    let set = small_set();
    for net in NETS {
        for shards in [1, 2, 5] {
            let settings = format!("{net} --steps 9 --json --shards {shards}");
            let alone = leaves(&format!("{settings} --threads 1"), set.path());
            for threads in [2, 3] {
                let shared = leaves(&format!("{settings} --threads {threads}"), set.path());
                assert!(shared == alone, "{settings}, {threads} threads");
            }
        }
    }
}

#[test]
fn a_run_goes_on_with_other_threads_and_its_own_shards() {
    let set = small_set();
    for net in NETS {
        let settings = format!("{net} --shards 3 --json");
        let whole = leaves(&format!("{settings} --steps 12 --threads 1"), set.path());
        let out = tempfile::tempdir().unwrap();
        let mut command = mnist();
        command.args(words(&format!("{settings} --steps 5 --threads 3")));
        command
            .arg("--data")
            .arg(set.path())
            .arg("--out")
            .arg(out.path());
        assert!(command.output().unwrap().status.success());
        let text = succeed("--steps 8 --threads 1 --json --resume", &[out.path()]);
        assert_eq!(events(&text)[0]["shards"], 3);
        succeed("--steps 12 --threads 2 --quiet --resume", &[out.path()]);
        assert!(files(out.path()) == whole, "{net}");
    }
}

/// Killed where it happens to be, and gone on with by another number of threads.
#[test]
fn a_killed_run_goes_on_with_other_threads() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let settings = "--hidden 40 --batch 8 --shards 2 --seed 3 --json";
    let mut command = mnist();
    command.args(settings.split_whitespace());
    command.args(["--steps", "100000000", "--threads", "2", "--data"]);
    command.arg(set.path()).arg("--out").arg(out.path());
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let step = || {
        let bytes = fs::read(out.path().join("checkpoint")).ok()?;
        Some(mnist::checkpoint::State::split(&bytes).unwrap().0.step)
    };
    while step() < Some(16) {
        sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let last = step().unwrap() + 11;
    succeed(
        &format!("--steps {last} --threads 3 --quiet --resume"),
        &[out.path()],
    );
    let whole = leaves(
        &format!("{settings} --threads 1 --steps {last}"),
        set.path(),
    );
    assert!(files(out.path()) == whole);
}

#[test]
fn the_shards_of_a_run_are_reported() {
    let set = small_set();
    let data = [Path::new("--data"), set.path()];
    let text = succeed("--batch 10 --shards 4 --steps 1", &data);
    assert!(
        text.contains("learning rate 0.1, batches in 4 shards; 6 steps"),
        "{text}"
    );
    let text = succeed("--batch 10 --steps 1", &data);
    assert!(!text.contains("shards"), "{text}");
}

/// A file that an evaluation reads in several chunks, whose sums must be added in one order.
#[test]
fn judgements_do_not_depend_on_threads() {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in NAMES
        .iter()
        .zip([images(2500), labels(2500), images(3100), labels(3100)])
    {
        fs::write(directory.path().join(name), bytes).unwrap();
    }
    let out = tempfile::tempdir().unwrap();
    let data = [out.path(), Path::new("--data"), directory.path()];
    succeed("--hidden 6 --steps 40 --batch 20 --quiet --out", &data);
    let weights = out.path().join("weights.safetensors");
    let judged = |command: &str, more: &[&Path], threads: usize| {
        let arguments = format!("{command} --json --threads {threads}");
        let data = [&[Path::new("--data"), directory.path()], more].concat();
        succeed(&arguments, &data)
    };
    for (command, more) in [
        ("eval", vec![Path::new("--weights"), &weights]),
        ("check --hidden 5 --batch-norm", vec![]),
        ("train --hidden 5 --steps 250 --batch 20", vec![]),
    ] {
        let alone = judged(command, &more, 1);
        for threads in [2, 3, 7] {
            let (alone, shared) = (events(&alone), events(&judged(command, &more, threads)));
            for (mut alone, mut shared) in alone.into_iter().zip(shared) {
                // The time it took.
                for event in [&mut alone, &mut shared] {
                    let event = event.as_object_mut().unwrap();
                    event.retain(|name, _| !name.ends_with("seconds"));
                }
                assert_eq!(shared, alone, "{command}, {threads} threads");
            }
        }
    }
}

#[test]
fn numbers_that_cannot_be() {
    let set = small_set();
    let data = [Path::new("--data"), set.path()];
    assert_eq!(
        fail("--batch 4 --shards 5", &data),
        "a batch of 4 images in 5 shards: expected from 1 to 4; choose fewer with --shards"
    );
    for (arguments, expected) in [
        ("--threads 0", "expected a whole number from 1 to 1024"),
        ("--threads 1025", "expected a whole number from 1 to 1024"),
        ("--shards 0", "expected a whole number from 1 to 1000000"),
        (
            "eval --threads two",
            "expected a whole number from 1 to 1024",
        ),
        ("--resume . --shards 2", "cannot be used with"),
    ] {
        let output = run(arguments, &data);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
}
