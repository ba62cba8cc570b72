//! Folders as archives, programs and people leave them: what is read, what is refused, and in which
//! words.

use std::fs;
use std::path::Path;

use mnist::dataset::{Choice, Dataset, Source};
use tempfile::TempDir;

mod support;

use support::{NAMES, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, gzip, idx};

/// A file of `tests/fixtures`.
fn fixture(path: &str) -> Vec<u8> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    fs::read(fixtures.join(path)).unwrap()
}

/// The four files of the good set there: eight and four images of 28×28.
fn good() -> [Vec<u8>; 4] {
    NAMES.map(|name| fixture(&format!("good/{name}")))
}

fn write(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A folder with the good set under the names that `rename` makes of the usual ones.
fn renamed(rename: impl Fn(&str) -> String) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in NAMES.iter().zip(good()) {
        write(folder.path(), &rename(name), &bytes);
    }
    folder
}

/// A folder with the good set but for one file.
fn with(name: &str, bytes: &[u8]) -> TempDir {
    let folder = renamed(str::to_owned);
    write(folder.path(), name, bytes);
    folder
}

fn load(folder: &TempDir) -> Result<Dataset, String> {
    choose(folder, None)
}

/// What is read, or what is said, without the folder's name.
fn choose(folder: &TempDir, set: Option<&str>) -> Result<Dataset, String> {
    let choice = Choice {
        set: set.map(str::to_owned),
        transpose: false,
    };
    let loaded = Source::Directory(folder.path().to_owned()).load_chosen(&choice);
    let name = folder.path().display().to_string();
    let loaded = loaded.map_err(|error| {
        error
            .to_string()
            .replace(&format!("{name}/"), "")
            .replace(&name, "DIR")
    });
    loaded.map(|loaded| loaded.dataset)
}

fn assert_is_the_set(folder: &TempDir) {
    let dataset = load(folder).unwrap();
    let [images, labels, _, test_labels] = good();
    assert_eq!(dataset.train().labels(), &labels[8..]);
    assert_eq!(dataset.test().labels(), &test_labels[8..]);
    assert_eq!(dataset.train().image(1), &images[16 + 784..16 + 2 * 784]);
}

fn assert_refused(folder: &TempDir, said: &str) {
    let message = load(folder).unwrap_err();
    assert!(message.contains(said), "{message}");
    assert!(!message.contains('\n'), "{message}");
}

#[test]
fn names_and_folders_as_people_have_them() {
    let renames: [fn(&str) -> String; 15] = [
        // A plain file that is called packed, as after some browsers.
        |name| format!("{name}.gz"),
        // Kaggle's archive, torchvision's root and what is below it, Keras and others.
        |name| format!("{name}/{name}"),
        |name| format!("{}/{name}", name.replace("-idx", ".idx")),
        |name| format!("MNIST/raw/{name}"),
        |name| format!("raw/{name}"),
        |name| format!("data/FashionMNIST/raw/{name}"),
        |name| {
            format!(
                "{}/{name}",
                if name.starts_with("train") {
                    "train"
                } else {
                    "test"
                }
            )
        },
        // EMNIST, QMNIST, and names with other marks between the words.
        |name| format!("emnist-letters-{}", name.replace("t10k", "test")),
        |name| format!("gzip/emnist-letters-{}", name.replace("t10k", "test")),
        |name| format!("qmnist-{}", name.replace("t10k", "test")),
        |name| name.replace('-', "."),
        |name| name.replace('-', "_"),
        |name| {
            name.replace("-idx3-ubyte", ".idx")
                .replace("-idx1-ubyte", ".idx")
        },
        |name| name.to_uppercase(),
        |name| {
            format!(
                "{}.bin",
                name.replace("t10k", "testing").replace("train", "training")
            )
        },
    ];
    for rename in renames {
        assert_is_the_set(&renamed(rename));
    }
}

#[test]
fn of_two_folders_that_mean_the_same_set_the_outer_is_read() {
    let folder = renamed(|name| format!("digits/{name}"));
    write(
        folder.path(),
        &format!("digits/raw/{TRAIN_LABELS}"),
        b"cut off",
    );
    assert_eq!(load(&folder).unwrap().train().len(), 8);
}

#[test]
fn gzip_as_people_have_it() {
    let padded = tempfile::tempdir().unwrap();
    let (unnamed, members, both) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        renamed(str::to_owned),
    );
    for (name, bytes) in NAMES.iter().zip(good()) {
        write(
            padded.path(),
            &format!("{name}.gz"),
            &fixture(&format!("gz_trailing_zeros/{name}.gz")),
        );
        write(unnamed.path(), name, &gzip(&bytes));
        let (start, end) = bytes.split_at(5);
        write(
            members.path(),
            &format!("{name}.gz"),
            &[gzip(start), gzip(end)].concat(),
        );
        // The unpacked one goes first.
        write(both.path(), &format!("{name}.gz"), b"junk");
    }
    [padded, unnamed, members, both]
        .iter()
        .for_each(assert_is_the_set);
}

#[test]
fn several_sets_are_listed_and_one_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    for (k, set) in ["emnist-letters", "emnist-digits"].iter().enumerate() {
        for (name, bytes) in NAMES.iter().zip(support::contents()) {
            let bytes = if name.contains("labels") {
                let count = bytes.len() as u32 - 8;
                idx(&[count], vec![k as u8 + 1; count as usize])
            } else {
                bytes
            };
            write(
                folder.path(),
                &format!("{set}-{}", name.replace("t10k", "test")),
                &bytes,
            );
        }
    }
    // A part of a third one is no reason to ask.
    write(folder.path(), "kmnist-train-images-idx3-ubyte", b"");
    assert_eq!(
        load(&folder).unwrap_err(),
        r#"DIR: found 2 sets, expected one; choose with --set: "emnist-digits", "emnist-letters""#
    );
    for (set, label) in [("emnist-letters", 1), ("letters", 1), ("DIGITS", 2)] {
        assert_eq!(
            choose(&folder, Some(set)).unwrap().train().labels()[0],
            label
        );
    }
    assert_eq!(
        choose(&folder, Some("balanced")).unwrap_err(),
        r#"DIR: found no set called "balanced", expected one of "emnist-digits", "emnist-letters", "kmnist""#
    );
    let message = choose(&folder, Some("kmnist")).unwrap_err();
    assert!(
        message.starts_with("DIR: found no training labels"),
        "{message}"
    );
}

#[test]
fn sets_in_folders_of_their_own_have_the_folders_names() {
    let folder = tempfile::tempdir().unwrap();
    for set in ["MNIST", "FashionMNIST"] {
        for (name, bytes) in NAMES.iter().zip(good()) {
            write(folder.path(), &format!("{set}/raw/{name}"), &bytes);
        }
    }
    assert_eq!(
        load(&folder).unwrap_err(),
        r#"DIR: found 2 sets, expected one; choose with --set: "FashionMNIST", "MNIST""#
    );
    assert!(choose(&folder, Some("mnist")).is_ok());
    // Files in the folder itself go before those of its folders.
    for (name, bytes) in NAMES.iter().zip(good()) {
        write(folder.path(), name, &bytes);
    }
    assert_is_the_set(&folder);
    // Unless one of them is asked for.
    assert!(choose(&folder, Some("FashionMNIST")).is_ok());
}

#[test]
fn other_types_and_ranks() {
    assert_is_the_set(&with(
        TRAIN_LABELS,
        &fixture("int_labels/train-labels-idx1-ubyte"),
    ));
    let [images, labels, ..] = good();
    let ranked = idx(&[8, 1, 28, 28], images[16..].iter().copied());
    assert_is_the_set(&with(TRAIN_IMAGES, &ranked));
    assert_is_the_set(&with(
        TRAIN_IMAGES,
        &idx(&[8, 784], images[16..].iter().copied()),
    ));
    let colour = idx(&[8, 3, 28, 28], images[16..].iter().copied());
    assert_refused(
        &with(TRAIN_IMAGES, &colour),
        "found unsigned bytes of shape 8×3×28×28, which are images of several channels; expected \
         images",
    );
    let mut floats = vec![0, 0, 0x0d, 1, 0, 0, 0, 8];
    floats.extend(
        labels[8..]
            .iter()
            .flat_map(|&label| f32::from(label).to_be_bytes()),
    );
    assert_is_the_set(&with(TRAIN_LABELS, &floats));
    floats[8..12].copy_from_slice(&2.5f32.to_be_bytes());
    assert_refused(
        &with(TRAIN_LABELS, &floats),
        "element 0 of floats (32 bits) of shape 8 is 2.5, expected a whole number from 0 to 255",
    );
}

#[test]
fn what_is_something_else_is_named_with_what_to_do() {
    let lfs = fixture("lfs_pointer/train-images-idx3-ubyte");
    assert_eq!(
        load(&with(TRAIN_IMAGES, &lfs)).unwrap_err(),
        r#"train-images-idx3-ubyte: found a git LFS pointer, which only stands for the file: 133 bytes that begin with "version https://git-lfs.github.c"; expected images as IDX, which begin with the bytes 00 00 08 03; run `git lfs pull` where it was cloned"#
    );
    let double = tempfile::tempdir().unwrap();
    for name in NAMES {
        write(
            double.path(),
            &format!("{name}.gz"),
            &fixture(&format!("double_gz/{name}.gz")),
        );
    }
    assert_refused(
        &double,
        "train-images-idx3-ubyte.gz: found a gzip file inside the gzip file: 496 bytes that begin \
         with",
    );
    assert_refused(&double, "unpack it with gunzip");
    let dump = b"00000000: 0000 0803 0000 ea60 0000 001c 0000 001c  .......`........\n";
    for (bytes, what, advice) in [
        (&dump[..], "a hex dump: 68 bytes", "`xxd -r`"),
        (b"PK\x03\x04\x14\0\0\0", "a zip archive", "unpack it"),
        (b"\xfd7zXZ\0\0\x04", "an xz file", "unxz"),
        (
            b"\x93NUMPY\x01\0v\0{'descr': '|u1'",
            "a NumPy array",
            "save the arrays as IDX",
        ),
        (
            b"<html><head><title>503</title>",
            "a web page",
            "download it again",
        ),
        (
            b"label,1x1,1x2\n5,0,0\n",
            "CSV: 20 bytes",
            "named train.csv",
        ),
        (
            &[3, 8, 0, 0, 96, 234, 0, 0],
            "bytes of its header reversed",
            "big-endian",
        ),
        (&[0; 4096], "nothing but zeros", "download it again"),
    ] {
        for bytes in [bytes.to_vec(), gzip(bytes)] {
            let folder = with(TRAIN_IMAGES, &bytes);
            assert_refused(&folder, what.split(':').next().unwrap());
            assert_refused(&folder, advice);
            assert_refused(
                &folder,
                "expected images as IDX, which begin with the bytes 00 00 08 03",
            );
        }
    }
    // 32 images of 14×14 behind a header of eight.
    let [mut images, ..] = good();
    images[11] = 14;
    images[15] = 14;
    assert_eq!(
        load(&with(TRAIN_IMAGES, &images)).unwrap_err(),
        r#"train-images-idx3-ubyte: too long for its header: found 6272 bytes after it, expected 1568 from shape 8×14×14 (shape 8×28×28 would take as many as there are); the first too many are "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"; correct the header or cut the file"#
    );
}

/// The text of a CSV file with `count` images of 2×2.
fn csv(count: usize, header: &str) -> String {
    let rows = (0..count).map(|k| format!("{},{k},200,0,7\n", k % 3));
    header.to_owned() + &rows.collect::<String>()
}

#[test]
fn csv_as_kaggle_has_it() {
    for [train, test] in [
        ["train.csv", "test.csv"],
        ["mnist_train.csv", "mnist_test.csv"],
        [
            "archive/fashion-mnist_train.csv",
            "archive/fashion-mnist_test.csv",
        ],
    ] {
        let folder = tempfile::tempdir().unwrap();
        write(
            folder.path(),
            train,
            csv(6, "label,pixel0,pixel1,pixel2,pixel3\n").as_bytes(),
        );
        write(folder.path(), test, &gzip(csv(3, "").as_bytes()));
        let dataset = load(&folder).unwrap();
        assert_eq!((dataset.train().len(), dataset.test().len()), (6, 3));
        assert_eq!(dataset.train().image(4), [4, 200, 0, 7]);
        assert_eq!(dataset.test().labels(), [0, 1, 2]);
    }
    // The competition keeps the labels of its test images.
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "train.csv", csv(6, "").as_bytes());
    write(
        folder.path(),
        "test.csv",
        b"pixel0,pixel1,pixel2,pixel3\n1,2,3,4\n",
    );
    assert_eq!(
        load(&folder).unwrap_err(),
        "test.csv: found no label among 4 columns, expected one called `label`; a set that is \
         learned from or judged by needs labels"
    );
    write(folder.path(), "test.csv", &good()[0]);
    assert_refused(&folder, "test.csv: found an IDX file: 6288 bytes");
    write(
        folder.path(),
        "test.csv",
        csv(3, "").replace(",7", ",7,7").as_bytes(),
    );
    assert_refused(
        &folder,
        "test.csv: found 5 pixels in a row, expected a square",
    );
}

#[test]
fn emnist_is_set_upright() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in NAMES.iter().zip(support::contents()) {
        write(folder.path(), name, &bytes);
    }
    let source = Source::Directory(folder.path().to_owned());
    let lying = source.load().unwrap();
    let choice = Choice {
        set: None,
        transpose: true,
    };
    let upright = source.load_chosen(&choice).unwrap().dataset;
    assert_eq!((lying.train().height(), lying.train().width()), (4, 3));
    for split in [upright.train(), upright.test()] {
        assert_eq!((split.height(), split.width()), (3, 4));
    }
    for index in [0, 59] {
        let (before, after) = (lying.train().image(index), upright.train().image(index));
        for (y, x) in (0..4).flat_map(|y| (0..3).map(move |x| (y, x))) {
            assert_eq!(after[x * 4 + y], before[y * 3 + x]);
        }
    }
}

/// As somebody who may not: the superuser may list everything, so that the program is run as nobody
/// then.
#[test]
#[cfg(unix)]
fn a_folder_that_may_not_be_listed() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    let folder = renamed(str::to_owned);
    let mode =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let place = tempfile::tempdir().unwrap();
    mode(place.path(), 0o755);
    let program = place.path().join("mnist");
    fs::copy(env!("CARGO_BIN_EXE_mnist"), &program).unwrap();
    mode(folder.path(), 0);
    let mut command = Command::new(program);
    if fs::read_dir(folder.path()).is_ok() {
        command.uid(65534).gid(65534);
    }
    let output = command
        .current_dir(place.path())
        .args(["check", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    mode(folder.path(), 0o700);
    let name = folder.path().display();
    assert_eq!(
        support::message(&output),
        format!(
            "{name}: permission denied; expected a directory with the files of MNIST or of a set \
             like it"
        )
    );
}

/// An archive as Kaggle gives it, in the folder or in its place; and a file of the set in its
/// place.
#[test]
fn what_is_still_packed_is_to_be_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "notes.txt", b"mine");
    for name in ["archive.zip", "MNIST.TAR.GZ", "mnist.7z"] {
        write(folder.path(), name, b"PK\x03\x04");
        assert_refused(&folder, &format!("{name}, notes.txt; unpack {name}"));
        let source = Source::Directory(folder.path().join(name));
        let said = source.load().unwrap_err().to_string();
        assert!(
            said.ends_with("a set like it; unpack it, and name where"),
            "{said}"
        );
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    assert!(load(&folder).unwrap_err().ends_with("; there is notes.txt"));
    let source = Source::Directory(folder.path().join("notes.txt"));
    let said = source.load().unwrap_err().to_string();
    assert!(
        said.ends_with(
            "found a file; expected a directory with the files of MNIST or of a set \
                            like it; name the one that it is in"
        ),
        "{said}"
    );
}

#[test]
fn a_folder_in_a_files_place_is_called_that() {
    let folder = renamed(str::to_owned);
    fs::remove_file(folder.path().join(TEST_IMAGES)).unwrap();
    fs::create_dir(folder.path().join(TEST_IMAGES)).unwrap();
    assert_eq!(
        load(&folder).unwrap_err(),
        format!("{TEST_IMAGES}: found a directory, expected a file")
    );
    write(folder.path(), &format!("{TEST_IMAGES}/{TEST_LABELS}"), b"");
    assert_refused(&folder, "found a directory, expected a file");
}
