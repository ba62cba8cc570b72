//! Runs that end when nothing becomes better, and the best weights they keep.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use mnist::run_directory::BEST;

mod support;

use support::*;

/// An epoch is 8 steps; after a few of them all 20 test images are read right.
const SETTINGS: &str = "--hidden 6 --batch 8 --lr 0.5 --init he";

/// All that a run with patience leaves, pictures apart.
fn all(directory: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut all = files(directory);
    all.push((BEST.into(), fs::read(directory.join(BEST)).unwrap()));
    all
}

#[test]
fn a_run_ends_when_nothing_becomes_better() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let data = [out.path(), Path::new("--data"), set.path()];
    let text = succeed(
        &format!("{SETTINGS} --patience 3 --steps 4000 --json --out"),
        &data,
    );
    let events = events(&text);
    assert_eq!(events[0]["patience"], 3);
    let [.., last, stopped, best, done] = &events[..] else {
        panic!("{text}")
    };
    assert_eq!(stopped["event"], "stopped");
    assert_eq!(stopped["epochs"], 3);
    assert_eq!(best["event"], "best");
    let epoch = best["epoch"].as_u64().unwrap();
    assert_eq!(last["epoch"], epoch + 3);
    assert_eq!(done["steps"], 8 * (epoch + 3));
    // It is the first of the highest.
    let accuracy = |event: &serde_json::Value| event["test_accuracy"].as_f64().unwrap();
    for event in events.iter().filter(|event| event["event"] == "epoch") {
        let is_earlier = event["epoch"].as_u64().unwrap() < epoch;
        assert!(accuracy(event) <= accuracy(best), "{text}");
        assert!(!is_earlier || accuracy(event) < accuracy(best), "{text}");
    }
    // Its weights are those of a run that ends there.
    let short = tempfile::tempdir().unwrap();
    succeed(
        &format!("{SETTINGS} --steps {} --json --out", 8 * epoch),
        &[short.path(), Path::new("--data"), set.path()],
    );
    let read = |directory: &Path, name| fs::read(directory.join(name)).unwrap();
    assert_eq!(
        read(out.path(), BEST),
        read(short.path(), "weights.safetensors")
    );
    let page = String::from_utf8(read(out.path(), "report.html")).unwrap();
    let said = format!("The best of its epochs was number {epoch}, with ");
    assert!(page.contains(&said), "{page}");
    assert!(page.contains("<dt>patience</dt><dd>3 epochs</dd>"));
    // Nothing is left to do, and that changes nothing.
    let before = all(out.path());
    succeed("--json --resume", &[out.path()]);
    assert_eq!(all(out.path()), before);
    // A run without patience keeps no best weights, and leaves none of another run.
    succeed(&format!("{SETTINGS} --steps 20 --json --out"), &data);
    assert!(!out.path().join(BEST).exists());
}

#[test]
fn it_is_said_in_words() {
    let set = small_set();
    let arguments = format!("{SETTINGS} --patience 1 --steps 4000 --data");
    let text = succeed(&arguments, &[set.path()]);
    assert!(text.contains(", patience 1; 8 steps an epoch"), "{text}");
    assert!(
        text.contains("\nstopped: an epoch has brought no higher test accuracy\nbest: epoch "),
        "{text}"
    );
}

/// In pieces that end inside an epoch, behind the best and before it, and killed at any moment: the
/// same bytes as in one.
#[test]
fn a_run_in_pieces_is_the_run_in_one() {
    let set = small_set();
    let settings = format!("{SETTINGS} --patience 4 --optimiser adam --lr 0.003 --steps 2000");
    let start = |out: &Path, arguments: &str| {
        let data = [out, Path::new("--data"), set.path()];
        succeed(&format!("{arguments} --json --out"), &data)
    };
    let settings = settings.replacen("--lr 0.5 ", "", 1);
    let whole = tempfile::tempdir().unwrap();
    let text = start(whole.path(), &settings);
    let done = events(&text).pop().unwrap();
    let steps = done["steps"].as_u64().unwrap();
    assert!((40..2000).contains(&steps), "{text}");

    let pieces = tempfile::tempdir().unwrap();
    start(
        pieces.path(),
        &settings.replace("--steps 2000", "--steps 11"),
    );
    for end in [24, steps - 13, steps - 1, 2000] {
        succeed(&format!("--json --steps {end} --resume"), &[pieces.path()]);
    }
    assert_eq!(all(pieces.path()), all(whole.path()));

    let killed = tempfile::tempdir().unwrap();
    for milliseconds in [25, 40, 15, 60] {
        let mut program = mnist();
        match killed.path().join("checkpoint").exists() {
            true => program.arg("--resume").arg(killed.path()),
            false => program
                .args(settings.split_whitespace())
                .arg("--data")
                .arg(set.path())
                .arg("--out")
                .arg(killed.path()),
        };
        let mut child = program.stdout(std::process::Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    match killed.path().join("checkpoint").exists() {
        true => succeed("--json --resume", &[killed.path()]),
        false => start(killed.path(), &settings),
    };
    assert_eq!(all(killed.path()), all(whole.path()));
}

#[test]
fn the_best_net_is_read_as_critically_as_the_last() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let data = [out.path(), Path::new("--data"), set.path()];
    succeed(
        &format!("{SETTINGS} --patience 1 --steps 400 --json --out"),
        &data,
    );
    // A checkpoint whose state says more bytes of it than there are.
    let path = out.path().join("checkpoint");
    let bytes = fs::read(&path).unwrap();
    let (mut state, numbers) = mnist::checkpoint::State::split(&bytes).unwrap();
    state.best.as_mut().unwrap().bytes = numbers.len() + 1;
    let lines = state.to_lines(&[numbers]);
    fs::write(&path, [lines.as_bytes(), numbers].concat()).unwrap();
    let said = fail("--json --resume", &[out.path()]);
    assert_eq!(
        said,
        format!(
            "{}: the best net in the checkpoint is not as long as its state says",
            out.path().display()
        )
    );
    let output = run("--patience 0", &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("expected a whole number from 1 on"));
}
