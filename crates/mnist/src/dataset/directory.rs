//! Where the data comes from, and reading the files of a folder.

use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::names::Part;
use super::search::{Files, PartFiles, find};
use super::{Dataset, Error, FileError, FileFault, Split};
use crate::digits;
use crate::{csv, idx};

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
        let loaded = self.load_chosen(&Choice::default())?;
        Ok(loaded.dataset)
    }

    /// Reads the files of the set that is chosen, or draws the digits, which leave no choice.
    ///
    /// # Errors
    ///
    /// Any [`Error`], for a directory.
    pub fn load_chosen(&self, choice: &Choice) -> Result<Loaded, Error> {
        let Self::Directory(path) = self else {
            let (train, test) = (digits::TRAIN_IMAGES, digits::TEST_IMAGES);
            return Ok(Loaded {
                dataset: digits::dataset(train, test, digits::SEED),
                set: String::new(),
            });
        };
        let (set, files) = open(path, choice.set.as_deref())?;
        let mut dataset = read(path, &files)?;
        if choice.transpose {
            dataset.transpose();
        }
        Ok(Loaded { dataset, set })
    }
}

/// Which set of a folder, and how its images lie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The name of the set, or its end; none where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// Whether rows and columns change places, as EMNIST's do.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub transpose: bool,
}

/// A data set and the name of the set in its folder, which is empty for most.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What was read.
    pub dataset: Dataset,
    /// The folders below the one that was named, and the first words of the files' names.
    pub set: String,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(path) => write!(f, "the files in {}", path.display()),
            Self::Digits => write!(
                f,
                "digits drawn by this program, not MNIST (name the files' directory with --data or \
                 MNIST_DIR, or put them in {DEFAULT_DIRECTORY})"
            ),
        }
    }
}

/// The files of a set in a folder, once there is one.
fn open(folder: &Path, set: Option<&str>) -> Result<(String, Files), Error> {
    let metadata = fs::metadata(folder).map_err(|error| Error::directory(folder, error))?;
    if !metadata.is_dir() {
        let error = io::ErrorKind::NotADirectory.into();
        return Err(Error::directory(folder, error));
    }
    find(folder, set)
}

fn read(folder: &Path, files: &Files) -> Result<Dataset, Error> {
    let part = |part| files.part(part).expect("what was found is whole");
    let train = split(part(Part::Train))?;
    let test = split(part(Part::Test))?;
    Dataset::new(train, test).map_err(|sizes| Error::SizesDiffer {
        directory: folder.to_owned(),
        sizes,
    })
}

fn split(files: PartFiles) -> Result<Split, Error> {
    match files {
        PartFiles::Idx { images, labels } => {
            let read_images = read_file(&images, |file| Ok(idx::images(file)?))?;
            let read_labels = read_file(&labels, |file| Ok(idx::labels(file)?))?;
            let split = Split::new(read_images, read_labels);
            split.map_err(|counts| Error::CountsDiffer {
                images,
                labels,
                counts,
            })
        }
        PartFiles::Csv(path) => {
            let (images, labels) = read_file(&path, |file| Ok(csv::read(file)?))?;
            Ok(Split::new(images, labels).expect("a row has both"))
        }
    }
}

/// What `read` makes of the file at `path`.
fn read_file<T>(
    path: &Path,
    read: impl FnOnce(File) -> Result<T, FileFault>,
) -> Result<T, FileError> {
    open_file(path).and_then(read).map_err(|fault| FileError {
        path: path.to_owned(),
        fault,
    })
}

/// Opens a file, telling the three ways of not being one apart.
fn open_file(path: &Path) -> Result<File, FileFault> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => FileFault::Missing,
        _ => FileFault::Unreadable(error),
    })?;
    // Opening a directory succeeds on Unix; reading from it would fail with a vaguer message.
    if file.metadata().map_err(FileFault::Unreadable)?.is_dir() {
        return Err(FileFault::Directory);
    }
    Ok(file)
}
