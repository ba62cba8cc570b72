//! Pictures as people draw them and weights as they are found: what `mnist predict` says of each.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use digits::{Picture, prepare};
use mnist::evaluation::probabilities_of;
use nn::{Activation, ImageShape, Init, Net};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use tempfile::TempDir;

#[path = "../examples/drawings/files.rs"]
mod files;
#[path = "../examples/drawings/people.rs"]
mod people;
mod support;

use support::*;

fn fixture(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures")).join(name)
}

/// The weights of a net that reads the embedded digits: trained once, by the program.
fn weights() -> PathBuf {
    static RUN: OnceLock<TempDir> = OnceLock::new();
    let run = RUN.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        succeed("--steps 3000 --quiet --out", &[directory.path()]);
        directory
    });
    run.path().join("weights.safetensors")
}

fn net() -> Net {
    Net::from_safetensors(&fs::read(weights()).unwrap()).unwrap()
}

/// What the program says of a picture, as an event.
fn predicted(picture: &Path) -> serde_json::Value {
    let said = succeed("predict --json --weights", &[&weights(), picture]);
    events(&said).pop().unwrap()
}

/// A grey PNG file of these samples.
fn png(path: &Path, width: u32, samples: &[u8]) {
    let mut file = fs::File::create(path).unwrap();
    let mut encoder = png::Encoder::new(&mut file, width, samples.len() as u32 / width);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(samples).unwrap();
}

#[test]
fn every_seven_is_read_whatever_it_is_written_on() {
    let cases = [
        ("seven.png", false),
        ("dark_on_grey_120.png", true),
        ("framed.png", true),
        ("jpeg_inside.png", false),
        ("zero_one.png", false),
    ];
    for (name, inverted) in cases {
        let event = predicted(&fixture(name));
        assert_eq!(event["answer"], 7, "{name}: {event}");
        assert_eq!(event["inverted"], inverted, "{name}");
        let place = &event["place"];
        // Of the strokes, not of the frame.
        for (side, least) in [("width", 14), ("height", 18)] {
            let side = place[side].as_u64().unwrap();
            assert!((least..=least + 1).contains(&side), "{name}: {place}");
        }
    }
}

#[test]
fn a_blank_page_has_no_answer() {
    let blank = fixture("blank.png");
    let output = run("predict --weights", &[&weights(), &blank]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output), "");
    let expected = "the picture is blank: nothing in it stands out from the paper and holds \
                    together, so there is no answer";
    assert_eq!(message(&output), format!("{}: {expected}", blank.display()));
    // As it is, it is what was asked for.
    succeed("predict --as-is --weights", &[&weights(), &blank]);
}

#[test]
fn what_the_net_is_given_is_what_is_drawn() {
    let large = tempfile::tempdir().unwrap();
    let path = large.path().join("large.png");
    let is_ink = |x: usize, y: usize| (200..212).contains(&x) && (30..130).contains(&y);
    let samples: Vec<u8> = (0..280 * 280)
        .map(|k| if is_ink(k % 280, k / 280) { 60 } else { 210 })
        .collect();
    png(&path, 280, &samples);
    let said = succeed("predict --weights", &[&weights(), &path]);
    let lines: Vec<&str> = said.lines().collect();
    let name = path.display();
    let heading = "280×280 pixels, a digit of 12×100 at 200, 30, dark on light";
    assert_eq!(lines[0], format!("{name}, {heading}"));
    // A bar of 20 rows of pixels in the middle: ten lines of characters.
    let bars = lines[1..11]
        .iter()
        .filter(|line| line.starts_with("             ██ "));
    assert_eq!(bars.count(), 10, "{said}");
    assert!(
        lines[11].starts_with("answer: 1, with probability "),
        "{said}"
    );
    let said = fail("predict --as-is --weights", &[&weights(), &path]);
    assert_eq!(
        said,
        format!(
            "{name}: found 280×280 pixels, expected 28×28 pixels; without --as-is, a picture of \
             any size is prepared"
        )
    );
}

#[test]
fn as_it_is_an_image_is_not_touched() {
    // The embedded digits are not centred by mass: prepared, they are others.
    let digits = mnist::digits::dataset(10, 10, 4);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("digit.png");
    for index in 0..10 {
        let image = digits.test().image(index);
        png(&path, 28, image);
        let said = succeed("predict --json --as-is --weights", &[&weights(), &path]);
        let event = events(&said).pop().unwrap();
        let expected = probabilities_of(&net(), image).unwrap();
        assert_eq!(event["probabilities"], serde_json::json!(expected));
        assert_eq!(
            (&event["place"], &event["inverted"]),
            (&serde_json::Value::Null, &false.into())
        );
    }
}

#[test]
#[cfg(unix)]
fn a_picture_may_have_any_name() {
    use std::os::unix::ffi::OsStrExt;
    let directory = tempfile::tempdir().unwrap();
    let name = std::ffi::OsStr::from_bytes(b"se\xffven.txt");
    let path = directory.path().join(name);
    fs::copy(fixture("jpeg_inside.png"), &path).unwrap();
    assert_eq!(predicted(&path)["answer"], 7);
}

/// The share of the drawings read clean that are read prepared.
fn share(net: &Net, count: usize, seed: u64) -> f64 {
    let answer = |image: &[u8]| {
        let shares = probabilities_of(net, image).unwrap();
        (0..10).max_by(|&a, &b| shares[a].total_cmp(&shares[b]))
    };
    let drawings = people::drawings(count, seed);
    let read_clean = drawings
        .iter()
        .filter(|drawing| answer(&drawing.clean) == Some(drawing.digit));
    let (mut clean, mut both) = (0, 0);
    for drawing in read_clean {
        clean += 1;
        let picture = Picture::decode(&drawing.file)
            .unwrap_or_else(|error| panic!("{}: {error}", drawing.kind));
        let prepared = prepare(&picture, 28, 28).ok();
        let read = prepared.and_then(|prepared| answer(&prepared.bytes));
        both += usize::from(read == Some(drawing.digit));
    }
    assert!(
        clean as f64 >= 0.9 * count as f64,
        "{clean} of {count} clean"
    );
    f64::from(both as u32) / f64::from(clean as u32)
}

/// The figure of docs/testing.md, with fewer steps and drawings.
#[test]
fn drawings_are_read_as_clean_digits_are() {
    let net = net();
    for seed in [1, 2] {
        let share = share(&net, 200, seed);
        assert!(share >= 0.95, "seed {seed}: {share}");
    }
}

/// What the program says against weights, without their name.
fn refused(weights: &Path) -> String {
    let said = fail("predict --weights", &[weights, &fixture("seven.png")]);
    let name = format!("{}: ", weights.display());
    said.strip_prefix(&name).unwrap().to_owned()
}

#[test]
fn weights_that_are_none_say_what_they_are() {
    assert_eq!(
        refused(&fixture("pytorch.safetensors")),
        "there is no tensor `W1`: found fc1.bias [4], fc1.weight [4, 784], fc2.bias [10], \
         fc2.weight [10, 4]; \
         expected W1 [inputs, outputs], b1 [outputs], W2 [outputs of layer 1, outputs], b2 and so \
         on \
         (PyTorch keeps the transpose: save fc1.weight.T.contiguous() as W1, fc1.bias as b1, and \
         so on)"
    );
    assert_eq!(
        refused(&fixture("no_metadata.safetensors")),
        "the metadata's `activation` is missing, expected `relu`, `sigmoid` or `tanh`: the \
         function between the layers is not in the tensors, save it with them (in Python, \
         `save_file(tensors, path, metadata={\"activation\": \"relu\"})`)"
    );
    assert_eq!(
        refused(&fixture("cut_off.safetensors")),
        "the file is cut off: found 6532 of 13064 bytes"
    );
}

/// A file of weights whose bytes `change` has changed.
fn changed(directory: &TempDir, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    let mut bytes = fs::read(weights()).unwrap();
    change(&mut bytes);
    let path = directory.path().join("changed.safetensors");
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn weights_that_are_no_numbers_are_called_by_their_file() {
    let directory = tempfile::tempdir().unwrap();
    let set = small_set();
    // The last number is the last bias of the second layer, the first the first weight.
    let last = changed(&directory, |bytes| {
        let end = bytes.len();
        bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    });
    let expected = "expected finite numbers: the run that saved it had lost its way";
    assert_eq!(refused(&last), format!("b2[9] is NaN, {expected}"));
    let first = changed(&directory, |bytes| {
        let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        bytes[8 + header + 4..][..4].copy_from_slice(&f32::NEG_INFINITY.to_le_bytes());
    });
    assert_eq!(refused(&first), format!("W1[0, 1] is -inf, {expected}"));
    let said = fail("eval --weights", &[&first, Path::new("--data"), set.path()]);
    assert!(
        said.starts_with(&format!("{}: W1[0, 1] is -inf", first.display())),
        "{said}"
    );
}

#[test]
fn weights_of_half_the_precision_are_read() {
    let net = net();
    let directory = tempfile::tempdir().unwrap();
    // The upper half of an `f32` is a BF16.
    let path = changed(&directory, |bytes| {
        let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        let text = String::from_utf8(bytes[8..8 + header].to_vec()).unwrap();
        let halves = bytes[8 + header..]
            .chunks(4)
            .flat_map(|number| [number[2], number[3]]);
        let halves: Vec<u8> = halves.collect();
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        for (name, tensor) in value.as_object_mut().unwrap() {
            if name != "__metadata__" {
                tensor["dtype"] = "BF16".into();
                for offset in tensor["data_offsets"].as_array_mut().unwrap() {
                    *offset = (offset.as_u64().unwrap() / 2).into();
                }
            }
        }
        let text = value.to_string();
        *bytes = [&(text.len() as u64).to_le_bytes(), text.as_bytes(), &halves].concat();
    });
    let said = succeed("predict --json --weights", &[&path, &fixture("seven.png")]);
    let event = events(&said).pop().unwrap();
    assert_eq!(event["answer"], 7);
    let halved: Net = Net::from_safetensors(&fs::read(path).unwrap()).unwrap();
    assert_eq!(
        (halved.sizes(), halved.images()),
        (net.sizes(), net.images())
    );
}

/// A file of a net for images of this height and width, or one that does not say.
fn untrained(path: &Path, height: usize, width: usize, says: bool) {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut net = Net::<f32>::random(
        &[height * width, 3, 10],
        Activation::Relu,
        Init::He,
        &mut random,
    );
    if says {
        net = net.for_images(ImageShape {
            channels: 1,
            height,
            width,
        });
    }
    fs::write(path, net.to_safetensors().unwrap()).unwrap();
}

#[test]
fn a_net_for_high_images_takes_no_wide_ones() {
    let directory = tempfile::tempdir().unwrap();
    let [weights, wide, high] =
        ["weights", "wide.png", "high.png"].map(|name| directory.path().join(name));
    let sloping: Vec<u8> = (0..56 * 28).map(|k| (k / 7) as u8).collect();
    png(&wide, 56, &sloping);
    png(&high, 28, &sloping);
    untrained(&weights, 56, 28, true);
    succeed("predict --as-is --weights", &[&weights, &high]);
    let said = fail("predict --as-is --weights", &[&weights, &wide]);
    let sizes = "found 56×28 pixels (width×height), expected 28×56 pixels (width×height)";
    assert!(
        said.starts_with(&format!("{}: {sizes}", wide.display())),
        "{said}"
    );
    // Prepared, a picture of any shape is one of the net's.
    let said = succeed("predict --weights", &[&weights, &fixture("seven.png")]);
    let drawn = said
        .lines()
        .filter(|line| line.starts_with(|c: char| !c.is_alphanumeric()));
    assert!(drawn.count() > 10, "{said}");
    // The same number of pixels, but another height and width.
    let set = small_set();
    for (name, count) in [(TRAIN_IMAGES, 60), (TEST_IMAGES, 20)] {
        let images = idx(
            &[count, 28, 56],
            (0..count * 56 * 28).map(|k| (k % 251) as u8),
        );
        fs::write(set.path().join(name), images).unwrap();
    }
    let said = fail(
        "predict 0 --weights",
        &[&weights, Path::new("--data"), set.path()],
    );
    let expected = "a net for 56×28 images, found 28×56 ones (height×width)";
    assert_eq!(said, format!("{}: {expected}", weights.display()));
    // A net that does not say takes a square, and nothing else.
    untrained(&weights, 56, 28, false);
    let said = fail("predict --weights", &[&weights, &high]);
    let expected =
        "a net of 1568 inputs whose metadata do not say how high and wide its images are";
    assert!(
        said.starts_with(&format!("{}: {expected}", weights.display())),
        "{said}"
    );
    untrained(&weights, 28, 28, false);
    succeed("predict --weights", &[&weights, &fixture("seven.png")]);
}

#[test]
fn a_run_leaves_the_size_of_its_images() {
    let (set, out) = (small_set(), tempfile::tempdir().unwrap());
    succeed(
        "--steps 1 --quiet --out",
        &[out.path(), Path::new("--data"), set.path()],
    );
    let bytes = fs::read(out.path().join("weights.safetensors")).unwrap();
    let shape = Net::<f32>::from_safetensors(&bytes).unwrap().images();
    assert_eq!(
        shape,
        Some(ImageShape {
            channels: 1,
            height: 4,
            width: 3
        })
    );
}
