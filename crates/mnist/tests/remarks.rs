//! What is said of images and labels that are strange, and when it is too much.

use std::fs;
use std::path::Path;

use mnist::dataset::{Choice, Source};

mod support;

use support::{NAMES, TRAIN_IMAGES, idx};

/// What is remarked of a set with these labels, whose images have a black pixel and one of this
/// level.
fn remarks(labels: &[u8], level: u8, set: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let count = labels.len() as u32;
    for name in NAMES {
        let bytes = match name.contains("images") {
            true => idx(&[count, 1, 2], [0, level].repeat(labels.len())),
            false => idx(&[count], labels.iter().copied()),
        };
        fs::write(folder.path().join(format!("{set}{name}")), bytes).unwrap();
    }
    let source = Source::Directory(folder.path().to_owned());
    source
        .load_chosen(&Choice::default())
        .unwrap()
        .remarks(false)
}

#[test]
fn what_is_strange_is_remarked() {
    let none: [&str; 0] = [];
    assert_eq!(remarks(&[0, 1, 2], 255, ""), none);
    assert_eq!(
        remarks(&[1, 2], 255, ""),
        ["the labels begin with 1: no training image is of class 0"]
    );
    assert_eq!(
        remarks(&[0, 2], 255, ""),
        ["no training image is of class 1"]
    );
    assert_eq!(
        remarks(&[0, 2, 4], 255, ""),
        ["no training image is of the classes 1, 3"]
    );
    assert_eq!(
        remarks(&[0, 40], 255, ""),
        ["no training image is of the classes 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 29 more"]
    );
    assert_eq!(
        remarks(&[0, 1], 255, "emnist-digits-"),
        ["EMNIST's images lie on their side; --transpose sets them upright"]
    );
    assert_eq!(
        remarks(&[0, 1], 1, ""),
        ["training", "test"].map(|which| format!(
            "the brightest pixel of the 2 {which} images is 1 of 255: are they scaled?"
        ))
    );
    assert_eq!(remarks(&[0, 1], 0, ""), ["all 2 test images are black"]);
}

#[test]
fn images_that_show_nothing_are_refused_before_a_step() {
    for (level, said) in [(0, "black"), (255, "white"), (9, "of one grey, 9 of 255")] {
        let set = support::small_set();
        let dark = idx(&[60, 4, 3], vec![level; 720]);
        fs::write(set.path().join(TRAIN_IMAGES), dark).unwrap();
        let out = set.path().join("run");
        for command in ["train --out", "check --data"] {
            let more = match command {
                "check --data" => vec![set.path()],
                _ => vec![&*out, Path::new("--data"), set.path()],
            };
            let output = support::run(command, &more);
            assert_eq!(output.status.code(), Some(1));
            let last = support::stderr(&output).lines().last().unwrap();
            assert_eq!(
                last,
                format!(
                    "error: the files in {}: all 60 training images are {said}; nothing can be \
                     learned from them",
                    set.path().display()
                )
            );
        }
        assert!(!out.exists(), "nothing is left behind");
    }
}
