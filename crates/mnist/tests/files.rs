//! Directories of files as people really have them, and as they should not be: each fault has words
//! of its own.

use std::fs;
use std::path::{Path, PathBuf};

use mnist::dataset::{Dataset, Error, Source};
use proptest::prelude::*;
use tempfile::TempDir;

mod support;

use support::{NAMES, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, gzip, idx};

/// `count` images of 4×3 whose pixels count upwards from `first`.
fn images(count: u32, first: u8) -> Vec<u8> {
    idx(
        &[count, 4, 3],
        (0..count * 12).map(|i| (i as u8).wrapping_add(first)),
    )
}

fn labels(count: u32) -> Vec<u8> {
    idx(&[count], (0..count).map(|i| (i % 4) as u8))
}

/// Ten training and five test images, the contents of the four files in the order of `NAMES`.
fn contents() -> [Vec<u8>; 4] {
    [images(10, 0), labels(10), images(5, 100), labels(5)]
}

/// A directory with a good set in it, plain and under the usual names.
fn good() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in NAMES.iter().zip(contents()) {
        fs::write(directory.path().join(name), bytes).unwrap();
    }
    directory
}

fn load(directory: &Path) -> Result<Dataset, Error> {
    Source::Directory(directory.to_owned()).load()
}

/// Spoils a good set and returns what is said of it, without the directory's name, which it must
/// begin with.
fn complaint(spoil: impl FnOnce(&Path)) -> String {
    let directory = good();
    spoil(directory.path());
    let message = load(directory.path()).unwrap_err().to_string();
    let name = directory.path().display().to_string();
    assert!(message.starts_with(&name), "{message}");
    assert!(!message.contains('\n'), "{message}");
    message
        .replace(&format!("{name}/"), "")
        .replace(&name, "DIR")
}

/// What is said when one file of a good set has other contents.
fn of(file: &str, bytes: &[u8]) -> String {
    complaint(|directory| fs::write(directory.join(file), bytes).unwrap())
}

/// What is said when one file of a good set is there only as `.gz`, with these bytes.
fn of_gz(file: &str, bytes: &[u8]) -> String {
    complaint(|directory| {
        fs::remove_file(directory.join(file)).unwrap();
        fs::write(directory.join(format!("{file}.gz")), bytes).unwrap();
    })
}

fn assert_is_the_set(dataset: &Dataset) {
    let (train, test) = (dataset.train(), dataset.test());
    assert_eq!((train.len(), test.len(), dataset.classes()), (10, 5, 4));
    assert_eq!((train.height(), train.width()), (4, 3));
    assert_eq!(train.labels(), [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]);
    assert_eq!(test.labels(), [0, 1, 2, 3, 0]);
    assert_eq!(train.image(1), (12..24).collect::<Vec<u8>>());
    assert_eq!(test.image(0), (100..112).collect::<Vec<u8>>());
}

#[test]
fn every_usual_name_is_found() {
    for test_prefix in ["t10k", "test"] {
        for separator in ["-", "."] {
            for suffix in ["", ".gz"] {
                let directory = tempfile::tempdir().unwrap();
                for (name, bytes) in NAMES.iter().zip(contents()) {
                    let name = name.replace("t10k", test_prefix);
                    let name = name.replace("-idx", &format!("{separator}idx")) + suffix;
                    let bytes = if suffix.is_empty() {
                        bytes
                    } else {
                        gzip(&bytes)
                    };
                    fs::write(directory.path().join(name), bytes).unwrap();
                }
                assert_is_the_set(&load(directory.path()).unwrap());
            }
        }
    }
}

#[test]
fn a_compressed_file_that_lost_its_suffix_is_read() {
    let directory = good();
    fs::write(directory.path().join(TRAIN_IMAGES), gzip(&images(10, 0))).unwrap();
    assert_is_the_set(&load(directory.path()).unwrap());
}

#[test]
fn a_directory_by_the_name_of_a_file_does_not_hide_the_file() {
    let directory = good();
    let dotted = directory.path().join("train-images.idx3-ubyte");
    fs::rename(directory.path().join(TRAIN_IMAGES), dotted).unwrap();
    fs::create_dir(directory.path().join(TRAIN_IMAGES)).unwrap();
    assert_is_the_set(&load(directory.path()).unwrap());
}

#[test]
fn contents_that_are_not_what_the_name_says() {
    assert_eq!(
        of_gz(TRAIN_IMAGES, b"<!DOCTYPE html><html>"),
        r#"train-images-idx3-ubyte.gz: found a web page: 21 bytes that begin with "<!DOCTYPE html><html>"; expected images as IDX, which begin with the bytes 00 00 08 03; download it again"#
    );
    assert_eq!(
        of(TEST_LABELS, &images(5, 0)),
        "t10k-labels-idx1-ubyte: found unsigned bytes of shape 5×4×3, which are images; expected \
         labels: N, or N×1"
    );
    assert_eq!(
        of(TRAIN_IMAGES, b"404: Not Found"),
        r#"train-images-idx3-ubyte: found text: 14 bytes that begin with "404: Not Found"; expected images as IDX, which begin with the bytes 00 00 08 03; download it again"#
    );
}

#[test]
fn contents_too_short_or_too_long() {
    let whole = images(10, 0);
    assert_eq!(
        of(TRAIN_LABELS, b""),
        "train-labels-idx1-ubyte: the file is empty, expected labels as IDX with a header of 8 \
         bytes; download it again"
    );
    assert_eq!(
        of_gz(TRAIN_LABELS, b""),
        "train-labels-idx1-ubyte.gz: the file is empty, expected labels as IDX with a header of 8 \
         bytes; download it again"
    );
    assert_eq!(
        of(TRAIN_IMAGES, &whole[..9]),
        "train-images-idx3-ubyte: the header is cut off: found 9 bytes, expected 16; download it \
         again"
    );
    assert_eq!(
        of(TRAIN_IMAGES, &whole[..100]),
        "train-images-idx3-ubyte: the payload is cut off: found 84 bytes, expected 120 from shape \
         10×4×3; download it again"
    );
    assert_eq!(
        of(TRAIN_IMAGES, &[&whole[..], b"!"].concat()),
        r#"train-images-idx3-ubyte: too long for its header: found 121 bytes after it, expected 120 from shape 10×4×3; the first too many are "!"; correct the header or cut the file"#
    );
    let packed = gzip(&whole);
    let message = of_gz(TRAIN_IMAGES, &packed[..packed.len() - 5]);
    assert_eq!(
        message,
        "train-images-idx3-ubyte.gz: the gzip stream is cut off: it ends after 136 unpacked bytes, \
         before its end mark; download it again"
    );
    let message = of_gz(TRAIN_IMAGES, &[&packed[..], b"junk"].concat());
    assert_eq!(
        message,
        r#"train-images-idx3-ubyte.gz: the gzip stream is damaged after 136 unpacked bytes: its end is followed by "junk", which is not gzip; download it again"#
    );
}

#[test]
fn shapes_that_cannot_be() {
    assert_eq!(
        of(TEST_IMAGES, &idx(&[0, 4, 3], [])),
        "t10k-images-idx3-ubyte: the header declares no items at all (shape 0×4×3), expected at \
         least one"
    );
    assert_eq!(
        of(TEST_IMAGES, &idx(&[5, 0, 3], [])),
        "t10k-images-idx3-ubyte: the header declares images of no size (shape 5×0×3), expected at \
         least one pixel"
    );
    let huge = idx(&[u32::MAX; 3], [1, 2, 3]);
    let declared = "shape 4294967295×4294967295×4294967295";
    assert_eq!(
        of(TEST_IMAGES, &huge),
        format!(
            "t10k-images-idx3-ubyte: the header declares more bytes than can be addressed \
             ({declared})"
        )
    );
    assert_eq!(
        of_gz(TEST_IMAGES, &gzip(&idx(&[u32::MAX, 4, 3], [1, 2, 3]))),
        "t10k-images-idx3-ubyte.gz: the payload is cut off: found 3 bytes, expected 51539607540 \
         from shape 4294967295×4×3; download it again"
    );
}

#[test]
fn files_that_do_not_agree() {
    assert_eq!(
        of(TRAIN_LABELS, &labels(9)),
        "train-images-idx3-ubyte holds 10 images, but train-labels-idx1-ubyte holds 9 labels; \
         expected as many: are they of one set?"
    );
    assert_eq!(
        of(TEST_IMAGES, &idx(&[5, 3, 4], [0; 60])),
        "DIR: the training images are 4×3 pixels, the test images 3×4; expected one size"
    );
}

#[test]
fn files_that_are_not_there() {
    let expected = "expected files called as MNIST's, such as train-images-idx3-ubyte, or \
                    train.csv and test.csv";
    assert_eq!(
        complaint(|directory| fs::remove_file(directory.join(TRAIN_LABELS)).unwrap()),
        format!(
            "DIR: found no training labels, {expected}; there are t10k-images-idx3-ubyte, \
             t10k-labels-idx1-ubyte, train-images-idx3-ubyte"
        )
    );
    assert_eq!(
        complaint(|directory| {
            fs::remove_file(directory.join(TEST_IMAGES)).unwrap();
            (0..20).for_each(|k| fs::write(directory.join(format!("a{k:02}")), "").unwrap());
        }),
        format!(
            "DIR: found no test images, {expected}; there are a00, a01, a02, a03, a04, a05, a06, \
             a07, a08, a09, a10, a11 and 11 more"
        )
    );
    assert_eq!(
        complaint(|directory| {
            NAMES
                .iter()
                .for_each(|name| fs::remove_file(directory.join(name)).unwrap());
        }),
        format!("DIR: found no files of a set, {expected}; there is nothing")
    );
    assert_eq!(
        complaint(|directory| {
            NAMES
                .iter()
                .for_each(|name| fs::remove_file(directory.join(name)).unwrap());
            fs::create_dir(directory.join("images")).unwrap();
        }),
        format!("DIR: found no files of a set, {expected}; there is images/")
    );
    let message = complaint(|directory| {
        fs::remove_file(directory.join(TEST_LABELS)).unwrap();
        fs::create_dir(directory.join(TEST_LABELS)).unwrap();
    });
    assert_eq!(
        message,
        "t10k-labels-idx1-ubyte: found a directory, expected a file"
    );
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_is_named() {
    let message = complaint(|directory| {
        fs::remove_file(directory.join(TEST_LABELS)).unwrap();
        std::os::unix::fs::symlink("gone", directory.join(TEST_LABELS)).unwrap();
    });
    assert_eq!(message, "t10k-labels-idx1-ubyte: no such file");
}

#[test]
fn directories_that_are_none() {
    let directory = tempfile::tempdir().unwrap();
    let (missing, file) = (
        directory.path().join("missing"),
        directory.path().join("file"),
    );
    fs::write(&file, "").unwrap();
    for (path, found, instead) in [
        (missing, "nothing of that name is there", ""),
        (file, "found a file", "; name the one that it is in"),
    ] {
        assert_eq!(
            load(&path).unwrap_err().to_string(),
            format!(
                "{}: {found}; expected a directory with the files of MNIST or of a set like \
                 it{instead}",
                path.display()
            )
        );
    }
}

#[test]
fn the_option_goes_before_the_variable_and_both_before_the_default() {
    let directory = tempfile::tempdir().unwrap();
    let (there, missing) = (directory.path(), directory.path().join("missing"));
    let source = |path: &str| Source::Directory(PathBuf::from(path));
    let find = |option: Option<&str>, variable: Option<&str>, default| {
        Source::find(option.map(Path::new), variable.map(str::as_ref), default)
    };
    assert_eq!(find(Some("a"), Some("b"), there), source("a"));
    assert_eq!(find(None, Some("b"), there), source("b"));
    assert_eq!(find(None, None, there), Source::Directory(there.to_owned()));
    assert_eq!(find(None, None, &missing), Source::Digits);
    // An empty variable is an unset one; an empty option is a name that does not exist.
    assert_eq!(find(None, Some(""), &missing), Source::Digits);
    assert!(find(Some(""), Some("b"), there).load().is_err());
    // A default that is there but unusable is not passed over.
    assert!(find(None, None, there).load().is_err());
}

/// The real files, where somebody has them.
#[test]
fn the_real_files() {
    let Some(directory) = std::env::var_os("MNIST_DIR").filter(|name| !name.is_empty()) else {
        eprintln!("skipped: MNIST_DIR does not say where the real files are");
        return;
    };
    let dataset = load(Path::new(&directory)).unwrap();
    let (train, test) = (dataset.train(), dataset.test());
    assert_eq!(
        (train.len(), test.len(), dataset.classes()),
        (60_000, 10_000, 10)
    );
    assert_eq!((train.height(), train.width()), (28, 28));
    assert_eq!(train.labels()[..10], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    assert_eq!(test.labels()[..10], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever happens to one of the files, the set is read or refused, with a message that names
    /// the place. A byte of a payload is not noticed in a plain file; in a compressed one
    /// everything that changes a pixel is.
    #[test]
    fn damage_is_survived(
        which in 0usize..4,
        compressed in any::<bool>(),
        at in any::<prop::sample::Index>(),
        flip in 1u8..=255,
        cut in any::<bool>(),
    ) {
        let directory = good();
        let plain = contents()[which].clone();
        let mut bytes = if compressed { gzip(&plain) } else { plain };
        let at = at.index(bytes.len());
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] ^= flip;
        }
        fs::write(directory.path().join(NAMES[which]), &bytes).unwrap();
        match load(directory.path()) {
            Ok(_) if cut => prop_assert!(false, "cut at {at} of {}", NAMES[which]),
            Ok(dataset) if compressed => assert_is_the_set(&dataset),
            Ok(_) => {}
            Err(error) => {
                let message = error.to_string();
                let place = directory.path().display().to_string();
                prop_assert!(message.starts_with(&place), "{}", message);
            }
        }
    }
}
