//! Why there is no data set to be had from a folder.

use std::io;
use std::path::{Path, PathBuf};

use super::{CountsDiffer, SizesDiffer};
use crate::{csv, idx};

/// Why there is no data set to be had from a directory. A message names the directory or the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The directory that was named is not there, not a directory, or not readable.
    #[error("{}: {}; expected a directory with the files of MNIST or of a set like \
             it{}", .path.display(), reason(.error), instead(.path, .error))]
    Directory {
        /// What was named.
        path: PathBuf,
        /// The operating system's reason.
        error: io::Error,
    },
    /// A file of the set is not there.
    #[error(
        "{}: found no {wanted}, expected files called as MNIST's, such as train-images-idx3-ubyte, \
         or train.csv and test.csv; there {}{}",
        .directory.display(), listed(.there, *.more), unpacked(.there)
    )]
    NoSuchFile {
        /// Where it was looked for.
        directory: PathBuf,
        /// What the file would hold.
        wanted: &'static str,
        /// What is there.
        there: Vec<String>,
        /// How many more names are there.
        more: usize,
    },
    /// There are several sets, and nobody said which.
    #[error("{}: found {} sets, expected one; choose with --set: \
             {}", .directory.display(), .sets.len(), quoted(.sets))]
    SeveralSets {
        /// Where they are.
        directory: PathBuf,
        /// Their names.
        sets: Vec<String>,
    },
    /// There is no set of that name.
    #[error("{}: found no set called {wanted:?}, expected one of \
             {}", .directory.display(), quoted(.sets))]
    NoSuchSet {
        /// Where it was looked for.
        directory: PathBuf,
        /// Its name.
        wanted: String,
        /// The names of those that are there.
        sets: Vec<String>,
    },
    /// The images and the labels of a split are not equally many.
    #[error(
        "{} holds {} images, but {} holds {} labels; expected as many: are they of one set?",
        .images.display(), .counts.images, .labels.display(), .counts.labels
    )]
    CountsDiffer {
        /// The file of images.
        images: PathBuf,
        /// The file of labels.
        labels: PathBuf,
        /// How many each holds.
        counts: CountsDiffer,
    },
    /// The images of the two splits are not of one size.
    #[error("{}: {sizes}", .directory.display())]
    SizesDiffer {
        /// Where they are.
        directory: PathBuf,
        /// The two sizes.
        sizes: SizesDiffer,
    },
}

impl Error {
    pub(super) fn directory(path: &Path, error: io::Error) -> Self {
        Error::Directory {
            path: path.to_owned(),
            error,
        }
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "nothing of that name is there".to_owned(),
        io::ErrorKind::NotADirectory => "found a file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// What to name in place of a file.
fn instead(path: &Path, error: &io::Error) -> &'static str {
    let is_packed = path.to_str().is_some_and(is_archive);
    match error.kind() {
        io::ErrorKind::NotADirectory if is_packed => "; unpack it, and name where",
        io::ErrorKind::NotADirectory => "; name the one that it is in",
        _ => "",
    }
}

/// What to do with the archives among what is there.
fn unpacked(there: &[String]) -> String {
    let archive = there.iter().find(|name| is_archive(name));
    archive.map_or(String::new(), |name| format!("; unpack {name}"))
}

/// Whether a name is one of many files in one.
fn is_archive(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let endings = [".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".7z", ".rar"];
    endings.iter().any(|ending| name.ends_with(ending))
}

fn listed(there: &[String], more: usize) -> String {
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match there {
        [] => "is nothing".to_owned(),
        [one] => format!("is {one}"),
        several => format!("are {}{more}", several.join(", ")),
    }
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    names.join(", ")
}

/// A file that could not be read, and why.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}", .path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: FileFault,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileFault {
    /// There is no such file.
    #[error("no such file")]
    Missing,
    /// A directory stands where the file should be.
    #[error("found a directory, expected a file")]
    Directory,
    /// The operating system refused.
    #[error("cannot read it: {0}")]
    Unreadable(io::Error),
    /// It is not the IDX file it should be.
    #[error(transparent)]
    Idx(#[from] idx::Fault),
    /// It is not the CSV file it should be.
    #[error(transparent)]
    Csv(#[from] csv::Fault),
}
