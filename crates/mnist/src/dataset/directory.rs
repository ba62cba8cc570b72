//! Where the data comes from, and reading a directory in the MNIST layout.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Dataset, Error, Split};
use crate::digits;
use crate::idx;

/// Where the files are looked for when nobody says where they are.
pub const DEFAULT_DIRECTORY: &str = "data/mnist";

/// Where a data set comes from. Its `Display` says so in words fit for the first line of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Files in a directory.
    Directory(PathBuf),
    /// The digits this crate draws ([`crate::digits`]).
    Digits,
}

impl Source {
    /// Decides where the data comes from: `option` (the command's `--data`), else `variable` (the
    /// environment's `MNIST_DIR`, where an empty value counts as none), else `default`
    /// ([`DEFAULT_DIRECTORY`]) if anything of that name exists, else the drawn digits.
    ///
    /// A directory that was named is returned whether or not it exists: that it cannot be read is
    /// for [`Source::load`] to say. Falling back to other data would hide a misspelt name behind a
    /// good accuracy.
    ///
    /// ```
    /// use std::path::Path;
    /// use mnist::dataset::Source;
    ///
    /// let nowhere = Path::new("no/such/directory");
    /// assert_eq!(Source::find(None, None, nowhere), Source::Digits);
    /// assert_eq!(Source::find(Some(nowhere), None, nowhere), Source::Directory(nowhere.into()));
    /// ```
    pub fn find(option: Option<&Path>, variable: Option<&OsStr>, default: &Path) -> Self {
        let variable = variable.filter(|v| !v.is_empty()).map(Path::new);
        if let Some(named) = option.or(variable) {
            return Self::Directory(named.to_owned());
        }
        // Only its absence counts as absence: a dangling link or a forbidden directory is to be
        // reported.
        match fs::symlink_metadata(default) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::Digits,
            _ => Self::Directory(default.to_owned()),
        }
    }

    /// Reads the files, or draws the digits.
    ///
    /// # Errors
    ///
    /// Any [`Error`], for a directory; the digits cannot fail.
    pub fn load(&self) -> Result<Dataset, Error> {
        match self {
            Self::Directory(path) => read(path),
            Self::Digits => Ok(digits::dataset(
                digits::TRAIN_IMAGES,
                digits::TEST_IMAGES,
                digits::SEED,
            )),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(path) => write!(f, "the files in {}", path.display()),
            Self::Digits => write!(
                f,
                "digits drawn by this program, not MNIST (name the files' directory with --data or MNIST_DIR, or put them in {DEFAULT_DIRECTORY})"
            ),
        }
    }
}

/// Reads a directory in the MNIST layout: training files begin with `train-`, test files with
/// `t10k-` or `test-`, then comes `images-idx3-ubyte` or `labels-idx1-ubyte`, where a dot may stand
/// for the second hyphen, and perhaps `.gz`. Where several exist, the first in this order is read,
/// and an unpacked one before its `.gz`.
fn read(directory: &Path) -> Result<Dataset, Error> {
    let unusable = |found: String| Error::Directory {
        path: directory.to_owned(),
        found,
    };
    let metadata = fs::metadata(directory).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => unusable("nothing of that name".to_owned()),
        _ => unusable(error.to_string()),
    })?;
    if !metadata.is_dir() {
        return Err(unusable("a file".to_owned()));
    }
    let train = split(
        directory,
        &["train"],
        ["training images", "training labels"],
    )?;
    let test = split(directory, &["t10k", "test"], ["test images", "test labels"])?;
    Dataset::new(train, test).map_err(|sizes| Error::SizesDiffer {
        directory: directory.to_owned(),
        sizes,
    })
}

/// Reads the images and the labels of a split, each from the first of its names that is there.
fn split(directory: &Path, prefixes: &[&str], wanted: [&'static str; 2]) -> Result<Split, Error> {
    let images = find(directory, prefixes, "images", 3, wanted[0])?;
    let labels = find(directory, prefixes, "labels", 1, wanted[1])?;
    let split = Split::new(idx::read_file(&images)?, idx::read_file(&labels)?);
    split.map_err(|counts| Error::CountsDiffer {
        images,
        labels,
        counts,
    })
}

/// The path of one of the four files.
fn find(
    directory: &Path,
    prefixes: &[&str],
    content: &str,
    rank: usize,
    wanted: &'static str,
) -> Result<PathBuf, Error> {
    let tried: Vec<String> = prefixes
        .iter()
        .flat_map(|p| ['-', '.'].map(|s| format!("{p}-{content}{s}idx{rank}-ubyte")))
        .collect();
    let paths: Vec<PathBuf> = tried
        .iter()
        .flat_map(|name| [name.clone(), format!("{name}.gz")])
        .map(|name| directory.join(name))
        .collect();
    // Some archives unpack to a directory by the name of the file, next to the file by its other
    // name.
    let file = paths.iter().find(|path| path.exists() && !path.is_dir());
    // What is there but no file (a directory, a dangling link) is still better named than "not
    // there".
    let found = file.or_else(|| paths.iter().find(|path| fs::symlink_metadata(path).is_ok()));
    found.cloned().ok_or_else(|| Error::NoSuchFile {
        directory: directory.to_owned(),
        wanted,
        tried,
    })
}
