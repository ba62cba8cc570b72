//! What the `mnist` program refuses, and in which words.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

mod support;

use support::*;

/// Every way a file can be bad has words of its own, on one line, and ends with exit code 1.
#[test]
fn bad_files_are_told_apart() {
    let [images, labels, ..] = contents();
    let cut = gzip(&images);
    let web_page = b"<!DOCTYPE html><html>404</html>".to_vec();
    let mut magic = images.clone();
    magic[3] = 1;
    magic.truncate(8 + 60);
    let gz = "train-images-idx3-ubyte.gz";
    let cases: [(&str, &str, Vec<u8>, &str); 11] = [
        ("a web page", gz, web_page, "found a web page: 31 bytes"),
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
            "too long for its header: found 722 bytes after it, expected 720",
        ),
        (
            "magic",
            TRAIN_IMAGES,
            magic,
            "unsigned bytes of shape 60, which are labels",
        ),
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
        message.contains("found no test labels, expected files called as MNIST's"),
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
        (
            "--activation step",
            "[possible values: relu, sigmoid, tanh]",
        ),
        ("--precision f16", "[possible values: f32, f64]"),
        (
            "--seed -1",
            "expected a whole number from 0 to 18446744073709551615",
        ),
        ("--lr -0.1", "expected a finite number above 0"),
        ("--lr x", "expected a finite number above 0"),
        ("--batch -5", "expected a whole number from 1 to 1000000"),
        ("--hidden -5", "expected a whole number from 1 to 1000000"),
        ("--steps -1", "expected a whole number from 1 on"),
        ("--epochs 0", "expected a whole number from 1 on"),
        ("--epochs 1 --steps 1", "cannot be used with '--steps <N>'"),
        ("completions csh", "[possible values: bash, elvish, fish"),
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
        "a net of 12-1000000-1000000-4 with batches of 100 takes 14934 GiB of memory, expected at \
         most 4 GiB; choose less with --hidden"
    );
    assert_eq!(
        fail("--hidden 1000 --batch 1000000 --data", &[set.path()]),
        "a net of 12-1000-4 with batches of 1000000 takes 15.2 GiB of memory, expected at most 4 \
         GiB; choose less with --batch"
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
    let kept = format!(
        "({} keeps what was saved after step 0)",
        out.path().display()
    );
    assert!(message.ends_with(&kept), "{message}");
    let weights = fs::read(out.path().join("weights.safetensors")).unwrap();
    let net = nn::Net::<f32>::from_safetensors(&weights).unwrap();
    assert!(
        net.parameters()
            .all(|(_, value)| value.iter().all(|w| w.is_finite()))
    );
}

#[test]
fn a_run_whose_units_die_says_so() {
    let set = small_set();
    let message = fail("--lr 1000 --hidden 5 --data", &[set.path()]);
    let start = "every hidden unit of layer 1 is inactive: entry 7 (relu) gives 0 for all 60 \
                 training images";
    assert!(message.contains(start), "{message}");
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
        let output = run(
            "eval --weights",
            &[&weights, Path::new("--data"), other.path()],
        );
        assert_eq!(output.status.code(), Some(1));
        // What is remarked of the images goes before.
        let message = stderr(&output).lines().last().unwrap();
        let message = message.strip_prefix("error: ").unwrap();
        message
            .strip_prefix(&format!("{}: ", weights.display()))
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        refused(|set| {
            fs::write(
                set.join(TRAIN_IMAGES),
                idx(&[60, 5, 5], (0..1500).map(|i| i as u8)),
            )
            .unwrap();
            fs::write(
                set.join(TEST_IMAGES),
                idx(&[20, 5, 5], (0..500).map(|i| i as u8)),
            )
            .unwrap();
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
