//! `mnist predict`: what a net sees in an image, and which images it does not look at.

use std::fs;
use std::path::{Path, PathBuf};

use mnist::settings::Settings;

mod support;

use support::*;
use tempfile::TempDir;

/// A PNG file of 3×4 pixels whose row `bright` is light.
fn row_image(path: &Path, bright: usize) {
    let mut file = fs::File::create(path).unwrap();
    let mut encoder = png::Encoder::new(&mut file, 3, 4);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    let samples: Vec<u8> = (0..36)
        .map(|k| if k / 9 == bright { 230 } else { 10 })
        .collect();
    writer.write_image_data(&samples).unwrap();
}

/// A net that has learned the small set, which is read right, and a directory for images.
fn learned() -> (TempDir, TempDir, PathBuf) {
    let (set, out) = (small_set(), tempfile::tempdir().unwrap());
    let data = [out.path(), Path::new("--data"), set.path()];
    let text = succeed(
        "--hidden 8 --steps 90 --batch 10 --lr 0.5 --init he --json --out",
        &data,
    );
    assert_eq!(events(&text).pop().unwrap()["test_accuracy"], 1.0);
    let weights = out.path().join("weights.safetensors");
    (set, out, weights)
}

#[test]
fn an_index_is_an_image_of_the_test_set() {
    let (set, _out, weights) = learned();
    let data = [weights.as_path(), Path::new("--data"), set.path()];
    let found = events(&succeed("predict 0 1 6 19 --json --weights", &data));
    let images: Vec<_> = found.iter().map(|e| e["image"].as_str().unwrap()).collect();
    assert_eq!(images, [0, 1, 6, 19].map(|k| format!("test image {k}")));
    for (event, label) in found.iter().zip([0, 1, 2, 3]) {
        assert_eq!(
            (&event["label"], &event["answer"]),
            (&label.into(), &label.into())
        );
        let probabilities = event["probabilities"].as_array().unwrap();
        let shares: Vec<f64> = probabilities.iter().map(|p| p.as_f64().unwrap()).collect();
        assert_eq!(shares.len(), 4);
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(
            shares.iter().all(|&share| share <= shares[label]),
            "{shares:?}"
        );
        let expected = [
            "answer",
            "data",
            "event",
            "image",
            "inverted",
            "label",
            "place",
            "probabilities",
        ];
        assert_eq!(keys(event), expected);
    }
}

#[test]
fn an_image_is_drawn_beside_its_bars() {
    let (_set, out, weights) = learned();
    let image = out.path().join("row.png");
    row_image(&image, 2);
    let text = succeed("predict --as-is --weights", &[&weights, &image]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], format!("{}, 3×4 pixels", image.display()));
    // Of four rows of pixels, two lines, the first is dark. Four bars are four lines.
    assert!(lines[1].starts_with("▀▀▀    0  0."), "{text}");
    assert!(lines[2].starts_with("       1  0."), "{text}");
    let bar = "█".repeat(22);
    assert!(lines[3].starts_with("       2  0.9"), "{text}");
    assert!(lines[3].contains(&bar), "{text}");
    assert!(
        lines[5].starts_with("answer: 2, with probability 0.9"),
        "{text}"
    );
    assert_eq!(lines.len(), 6);
}

#[test]
fn bad_images_have_a_line_each_and_the_good_ones_are_looked_at() {
    let (set, out, weights) = learned();
    let path = |name: &str| out.path().join(name);
    let name = |name: &str| path(name).display().to_string();
    row_image(&path("good.png"), 1);
    let good = fs::read(path("good.png")).unwrap();
    fs::write(path("cut.png"), &good[..good.len() - 20]).unwrap();
    fs::write(path("text.png"), "a text").unwrap();
    let mut huge = good.clone();
    huge[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    let mut crc = flate2::Crc::new();
    crc.update(&huge[12..29]);
    huge[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    fs::write(path("huge.png"), huge).unwrap();
    let images = ["text.png", "cut.png", "huge.png", "none.png", "good.png"].map(path);
    let data = [
        Path::new("--data"),
        set.path(),
        Path::new("--weights"),
        &weights,
    ];
    let images = images.iter().map(PathBuf::as_path);
    let more: Vec<&Path> = data.into_iter().chain(images).collect();
    let output = run("predict --json --as-is 20 3 99999999999999999999", &more);
    assert_eq!(output.status.code(), Some(1));
    let found = events(stdout(&output));
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["answer"], 3);
    let lines: Vec<&str> = stderr(&output).lines().collect();
    let index = "no test image has this index, expected one from 0 to 19";
    let expected = [
        format!("error: 20: {index}"),
        format!("error: 99999999999999999999: {index}"),
        format!(
            "error: {}: a text, expected a PNG or JPEG picture: it begins with \"a text\"",
            name("text.png")
        ),
        format!("error: {}: the PNG file is cut off", name("cut.png")),
        format!(
            "error: {}: found 2147483647×2147483647 pixels, expected at most 33554432",
            name("huge.png")
        ),
        format!("error: {}: cannot read it: ", name("none.png")),
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:?}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(&expected), "{line}");
    }
}

#[test]
fn weights_of_another_shape_are_refused() {
    let (_set, out, weights) = learned();
    let image = out.path().join("row.png");
    row_image(&image, 1);
    // The digits drawn by the program have 784 pixels.
    let said = fail("predict 3 --weights", &[&weights]);
    let expected = "a net of 12 inputs, found 28×28 images, which take 784";
    assert_eq!(said, format!("{}: {expected}", weights.display()));
    let large = Settings::default().net::<f32>(784, 10);
    fs::write(&weights, large.to_safetensors().unwrap()).unwrap();
    let said = fail("predict --as-is --weights", &[&weights, &image]);
    assert_eq!(
        said,
        format!(
            "{}: found 3×4 pixels (width×height), expected 28×28 pixels; without --as-is, a \
             picture of any size is prepared",
            image.display()
        )
    );
    let said = fail("predict --weights", &[&image, &image]);
    assert!(said.contains("not a safetensors file"), "{said}");
    let said = fail("predict --weights none 3", &[]);
    assert!(said.starts_with("none: cannot read it: "), "{said}");
}

/// README.md shows a run and what its weights say of an image: the same commands, to another
/// processor's rounding.
#[test]
fn the_readme_is_right() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md"));
    let readme = readme.unwrap();
    let (_, after) = readme
        .split_once("<!-- checked by crates/mnist/tests/predict.rs -->")
        .unwrap();
    let mut blocks = after.split("```").skip(1).step_by(2);
    let (_, commands) = blocks.next().unwrap().split_once('\n').unwrap();
    let (_, expected) = blocks.next().unwrap().split_once('\n').unwrap();
    let here = tempfile::tempdir().unwrap();
    let mut said = String::new();
    for command in commands.lines() {
        let arguments = command
            .strip_prefix("cargo run --release -p mnist -- ")
            .unwrap();
        let mut program = mnist();
        let output = (program
            .current_dir(here.path())
            .args(arguments.split_whitespace())
            .output())
        .unwrap();
        assert_eq!(output.status.code(), Some(0), "{command}: {output:?}");
        said = stdout(&output).to_owned();
    }
    assert_eq!(said.lines().count(), expected.lines().count(), "{said}");
    for (said, expected) in said.lines().zip(expected.lines()) {
        let [said, expected] =
            [said, expected].map(|line| line.split_whitespace().collect::<Vec<_>>());
        for (said, expected) in said.iter().zip(&expected) {
            match (said.parse::<f64>(), expected.parse::<f64>()) {
                (Ok(said), Ok(expected)) => {
                    assert!((said - expected).abs() < 0.02, "{said}, not {expected}")
                }
                _ if expected.starts_with(['█', '▉', '▊', '▋', '▌', '▍', '▎', '▏']) =>
                    {}
                _ => assert_eq!(said, expected),
            }
        }
    }
}
