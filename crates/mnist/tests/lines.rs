//! Nets of other layers, and other optimisers, on the command line.

use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

mod support;

use support::*;

const LINE: &str =
    "conv 4 2x2 pad 1, batch-norm, relu, pool 2x2, dropout 0.25, affine 6, tanh, affine 4";

/// With the option `--net LINE`, the images, and what else there is.
fn with<'a>(line: &'a str, set: &'a Path, more: &[&'a Path]) -> Vec<&'a Path> {
    let net = ["--net", line, "--data"].map(Path::new);
    [&net[..], &[set], more].concat()
}

/// In two pieces and in one: the same bits, of every method, of masks and of running statistics.
#[test]
fn a_run_in_pieces_is_the_run_in_one() {
    let set = small_set();
    for settings in [
        "--optimiser adam --lr 0.01 --schedule cosine:20:3",
        "--optimiser adamw --weight-decay 0.1 --clip 0.5 --precision f64",
        "--optimiser momentum --schedule step:4:0.5 --weight-decay 0.01",
        "--optimiser nesterov --augment 1",
        "--optimiser adagrad",
        "--optimiser rmsprop",
        "--lr 0.2",
    ] {
        let (whole, pieces) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let run = |steps, out: &Path| {
            let arguments = format!("{settings} --batch 8 --steps {steps} --json");
            succeed(
                &arguments,
                &with(LINE, set.path(), &[Path::new("--out"), out]),
            );
        };
        run(20, whole.path());
        run(7, pieces.path());
        succeed("--steps 20 --json --resume", &[pieces.path()]);
        assert_eq!(files(pieces.path()), files(whole.path()), "{settings}");
    }
}

/// Two blocks of convolutions as deep-conv has them, for images of 4×3 pixels.
const DEEP: &str = "conv 4 3x3 pad 1, batch-norm, relu, conv 4 3x3 pad 1, relu, pool 2x2 stride 1, \
                    conv 6 3x3 pad 1, relu, pool 2x2 stride 1, affine 8, relu, dropout 0.5, \
                    affine 4, dropout 0.5";

/// Killed outright at moments that have nothing to do with what it does, under each optimiser, with
/// masks, running statistics, moved images and a schedule: the bytes of an undisturbed run.
#[test]
fn a_killed_run_of_a_deep_net_goes_on_as_if_it_had_not_been() {
    let set = small_set();
    let settings = "--init he --lr 0.002 --augment 1 --batch 8 --steps 48 --schedule cosine:48:5 \
                    --weight-decay 0.01 --clip 2 --patience 9 --json";
    for (k, method) in nn::Method::ALL.into_iter().enumerate() {
        let settings = format!("{settings} --optimiser {}", method.name());
        let (whole, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let data = |out| with(DEEP, set.path(), &[Path::new("--out"), out]);
        succeed(&settings, &data(whole.path()));
        let has_begun = || killed.path().join("checkpoint").exists();
        for milliseconds in [60, 25, 45].map(|each| each + 7 * k as u64) {
            let mut program = mnist();
            match has_begun() {
                true => program.arg("--resume").arg(killed.path()),
                false => program
                    .args(settings.split_whitespace())
                    .args(data(killed.path())),
            };
            let mut child = program.stdout(Stdio::null()).spawn().unwrap();
            sleep(Duration::from_millis(milliseconds));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        match has_begun() {
            true => succeed("--json --resume", &[killed.path()]),
            false => succeed(&settings, &data(killed.path())),
        };
        let name = method.name();
        assert!(files(killed.path()) == files(whole.path()), "{name}");
        let [one, other] = [&killed, &whole]
            .map(|out| std::fs::read(out.path().join("best.safetensors")).unwrap());
        assert!(one == other, "the best weights of {name}");
    }
}

#[test]
fn a_net_of_a_line_learns_and_is_judged_by_its_weights() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let more = [Path::new("--out"), out.path()];
    let line = "conv 6 2x2, relu, pool 2x2 stride 1, affine 4";
    let text = succeed(
        "--optimiser adam --lr 0.02 --steps 200 --batch 10 --json --init he",
        &with(line, set.path(), &more),
    );
    let events = events(&text);
    assert_eq!(events[0]["net"], line);
    assert_eq!(events[0]["optimiser"], "adam");
    let done = &events[events.len() - 1];
    assert!(done["test_accuracy"].as_f64().unwrap() > 0.9, "{done}");
    let weights = out.path().join("weights.safetensors");
    let data = [&weights, Path::new("--data"), set.path()];
    let text = succeed("eval --weights", &data);
    assert!(text.contains(&format!("net: {line}\n")), "{text}");
    let accuracy = format!(
        "test accuracy {:.4}",
        done["test_accuracy"].as_f64().unwrap()
    );
    assert!(text.contains(&accuracy), "{text}");
    let asked = [&weights, Path::new("--data"), set.path()];
    let found = support::events(&succeed("predict 0 1 6 19 --json --weights", &asked));
    let answers: Vec<_> = found.iter().map(|event| &event["answer"]).collect();
    assert_eq!(answers, [0, 1, 2, 3]);
    for event in &found {
        let shares = event["probabilities"].as_array().unwrap();
        let sum: f64 = shares.iter().filter_map(serde_json::Value::as_f64).sum();
        assert!((sum - 1.0).abs() < 1e-12, "{event}");
    }
    let report = std::fs::read_to_string(out.path().join("report.html")).unwrap();
    assert!(report.contains("Before learning"), "its filters");
    let lede = format!("A net of <code>{line}</code> has learned from 60 images");
    assert!(report.contains(&lede), "{report}");
    assert!(
        !report.contains("images moved") && !report.contains("<dt>activation</dt>"),
        "of a line nothing is said that it says, and nothing that was not asked for"
    );
}

/// Neither dropout nor a batch's own statistics take part: an image gets the same probabilities
/// alone and among others, and the answers are those that training counted.
#[test]
fn predict_judges_as_eval_does() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let more = [Path::new("--out"), out.path()];
    let text = succeed(
        "--optimiser adam --lr 0.01 --steps 120 --batch 10 --json --init he",
        &with(LINE, set.path(), &more),
    );
    let accuracy = events(&text).pop().unwrap()["test_accuracy"].clone();
    let weights = out.path().join("weights.safetensors");
    let images: Vec<String> = (0..20).map(|k| k.to_string()).collect();
    let all = format!("predict {} --json --weights", images.join(" "));
    let asked = [&weights, Path::new("--data"), set.path()];
    let found = events(&succeed(&all, &asked));
    let right = found
        .iter()
        .filter(|event| event["answer"] == event["label"]);
    assert_eq!(accuracy, right.count() as f64 / 20.0);
    for (k, event) in found.iter().enumerate().step_by(7) {
        let alone = succeed(&format!("predict {k} --json --weights"), &asked);
        assert_eq!(events(&alone), std::slice::from_ref(event));
    }
}

#[test]
fn a_line_is_checked() {
    let set = small_set();
    let text = succeed("check --init he", &with(LINE, set.path(), &[]));
    for name in ["W1", "b1", "gamma1", "beta1", "W2", "b2", "W3", "b3"] {
        assert!(
            text.lines()
                .any(|line| line.starts_with(&format!("{name} "))),
            "{name}: {text}"
        );
    }
}

#[test]
fn sizes_are_a_net_too() {
    let set = small_set();
    let by = |arguments: &str| {
        let out = tempfile::tempdir().unwrap();
        let data = [out.path(), Path::new("--data"), set.path()];
        succeed(&format!("{arguments} --steps 5 --json --out"), &data);
        files(out.path())
    };
    assert_eq!(by("--net 12-7-5-4"), by("--hidden 7,5"));
    let message = fail("--net 12-7-5 --data", &[set.path()]);
    assert!(
        message
            .contains("a net of 12-7-5, found images of 12 pixels in 4 classes: expected 12-…-4"),
        "{message}"
    );
}

#[test]
fn a_net_that_does_not_fit_says_why() {
    let set = small_set();
    let refused = |line| fail("", &with(line, set.path(), &[]));
    let message = refused("conv 4 5x5, affine 4");
    assert!(
        message.contains("a window of 5×5 does not fit into images of 4×3"),
        "{message}"
    );
    let message = refused("conv 4 2x2, affine 5");
    assert!(
        message.contains("the net gives 5 numbers, expected one for each of 4 classes"),
        "{message}"
    );
    // What no set of images makes right is refused as an option.
    let wrong = [
        (
            ["--net", "conv 4 2x2, rellu"],
            "layer 2, `rellu` (from character 13 on): there is no layer",
        ),
        (["--optimiser", "newton"], "[possible values: sgd, momentum"),
        (["--dropout", "1"], "expected the share that is left out"),
        (
            ["--schedule", "cosine"],
            "expected constant, step:EVERY:FACTOR",
        ),
    ];
    for (options, expected) in wrong {
        let output = run("", &options.map(Path::new));
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        let message = stderr(&output)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn dropout_and_batch_normalisation_stand_around_functions() {
    let set = small_set();
    let text = succeed(
        "--dropout 0.5 --batch-norm --hidden 6 --steps 3 --json --data",
        &[set.path()],
    );
    let line = "affine 6, batch-norm, relu, dropout 0.5, affine 4";
    assert_eq!(events(&text)[0]["net"], line);
}
