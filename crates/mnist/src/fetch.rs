//! `mnist fetch`: the four files of MNIST from public mirrors.
//!
//! The mirrors serve them over plain HTTP, and that is enough: a download is trusted for its
//! SHA-256, which is compiled in, and not for who sent it or how. So no TLS is needed, which would
//! take longer to build than the rest of the program; a mirror that insists on HTTPS is passed
//! over. Proxies are not used; where there is no other way out, fetch the files by hand into
//! `data/mnist`.
//!
//! The sum is taken of the unpacked bytes: mirrors compress again now and then, and the contents
//! stay. A download is kept in memory (10 MB at most for the real files) until it has been checked,
//! and only then written, under a temporary name that is exchanged for the real one when all is on
//! the disk ([`crate::atomic`]). So there is never a partial or a wrong file, and a file that is
//! there is replaced only by a right one.
//!
//! A file that is already right is not downloaded again. One that is broken (cut off, or a saved
//! web page) is replaced. One that is a whole gzip file of something else is left alone, and said:
//! somebody may have put another data set there.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use indicatif::ProgressBar;
use sha2::{Digest, Sha256};

use crate::atomic::{self, WriteError};
use crate::sniff::Beginning;

/// Where the files are to be had over plain HTTP, tried in this order. A file's name is appended.
pub const MIRRORS: &[&str] = &[
    "http://ossci-datasets.s3.amazonaws.com/mnist/",
    "http://storage.googleapis.com/cvdf-datasets/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
];

/// The four files of MNIST.
pub const FILES: [RemoteFile<'static>; 4] = [
    RemoteFile {
        name: "train-images-idx3-ubyte.gz",
        size: 47_040_016,
        sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    },
    RemoteFile {
        name: "train-labels-idx1-ubyte.gz",
        size: 60_008,
        sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    },
    RemoteFile {
        name: "t10k-images-idx3-ubyte.gz",
        size: 7_840_016,
        sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    },
    RemoteFile {
        name: "t10k-labels-idx1-ubyte.gz",
        size: 10_008,
        sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
];

/// How long a file may take, from the first packet to the last.
const SECONDS_A_FILE: u64 = 600;

/// A gzip file to be had from mirrors.
#[derive(Clone, Copy, Debug)]
pub struct RemoteFile<'a> {
    /// Its name, on the mirror and on the disk.
    pub name: &'a str,
    /// How many bytes it unpacks to.
    pub size: u64,
    /// The SHA-256 of the unpacked bytes, in lower-case hexadecimal.
    pub sha256: &'a str,
}

/// What [`fetch`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Files downloaded and written.
    pub downloaded: usize,
    /// Files that were there already, with the right contents.
    pub kept: usize,
}

/// Why the files are not all there. Those fetched before the failure stay, and need not be fetched
/// again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The directory could not be made.
    #[error("{}: cannot make the directory: {error}", .path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// The operating system's reason.
        error: io::Error,
    },
    /// A file that is there cannot be read.
    #[error("{}: cannot read what is there: {error}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        error: io::Error,
    },
    /// A whole file with other contents is there.
    #[error(
        "{}: a whole gzip file with other contents is there (SHA-256 {found}, expected {expected}); move it away first",
        .path.display()
    )]
    OtherContents {
        /// The file.
        path: PathBuf,
        /// The sum of what is there.
        found: String,
        /// The sum of what was to be fetched.
        expected: String,
    },
    /// No mirror had the file.
    #[error("{name}: no mirror has it: {}", list(.attempts))]
    NoMirror {
        /// The file's name.
        name: String,
        /// What happened at each mirror.
        attempts: Vec<Attempt>,
    },
    /// The file was downloaded but could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A download that failed.
#[derive(Debug)]
pub struct Attempt {
    /// Where from.
    pub url: String,
    /// Why.
    pub refusal: Refusal,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.url, self.refusal)
    }
}

fn list(attempts: &[Attempt]) -> String {
    let attempts: Vec<String> = attempts.iter().map(Attempt::to_string).collect();
    attempts.join("; ")
}

/// Why a download was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There was no answer, or none that is HTTP.
    #[error("{0}")]
    Http(String),
    /// The server does not have the file.
    #[error("the server answered {code} {reason}")]
    Status {
        /// The status code; 200 was expected.
        code: u16,
        /// The server's words.
        reason: String,
    },
    /// The connection broke off.
    #[error(
        "the connection broke off after {received} bytes{}",
        .expected.map_or(String::new(), |expected| format!(" of {expected}"))
    )]
    BrokenOff {
        /// How many bytes came.
        received: usize,
        /// How many the server announced.
        expected: Option<usize>,
    },
    /// More bytes than the file can have.
    #[error("it is longer than {limit} bytes, more than the file can be")]
    TooLong {
        /// The limit.
        limit: u64,
    },
    /// Something else was sent, a web page perhaps.
    #[error("not a whole gzip file ({reason}): it begins with {beginning}")]
    NotGzip {
        /// The decoder's words.
        reason: io::Error,
        /// The first bytes.
        beginning: Beginning,
    },
    /// The contents are not those of the file.
    #[error("wrong contents: SHA-256 {found}, expected {expected}")]
    Checksum {
        /// The sum of what came.
        found: String,
        /// The sum it should have.
        expected: String,
    },
}

/// Sees to it that `directory` holds all of `files`, downloading from `mirrors` what is not there.
/// Each mirror is a URL that ends in a slash. `bar` shows the file being downloaded; give it a
/// template with `{msg}`, `{bytes}` and `{total_bytes}`, or hide it.
///
/// # Errors
///
/// Any [`FetchError`]. A file that was there before is then as it was.
pub fn fetch(
    directory: &Path,
    mirrors: &[&str],
    files: &[RemoteFile],
    bar: &ProgressBar,
) -> Result<Fetched, FetchError> {
    fs::create_dir_all(directory).map_err(|error| FetchError::Directory {
        path: directory.to_owned(),
        error,
    })?;
    let mut fetched = Fetched::default();
    for file in files {
        let path = directory.join(file.name);
        if is_there(&path, file)? {
            fetched.kept += 1;
        } else {
            let contents = download(mirrors, file, bar)?;
            atomic::write(&path, |to| to.write_all(&contents))?;
            fetched.downloaded += 1;
        }
    }
    Ok(fetched)
}

/// Whether the right file is at `path`; false if nothing is, or something broken.
fn is_there(path: &Path, file: &RemoteFile) -> Result<bool, FetchError> {
    let sum = File::open(path).and_then(|found| sum(found, file.size));
    match sum {
        Ok(found) if found == file.sha256 => Ok(true),
        Ok(found) => Err(FetchError::OtherContents {
            path: path.to_owned(),
            found,
            expected: file.sha256.to_owned(),
        }),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound
            // What the decoder says of bytes that are not gzip, or not all of it.
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidData
            | io::ErrorKind::UnexpectedEof => Ok(false),
            _ => Err(FetchError::Unreadable {
                path: path.to_owned(),
                error,
            }),
        },
    }
}

/// The bytes of `file`, checked, from the first mirror that has them.
fn download(mirrors: &[&str], file: &RemoteFile, bar: &ProgressBar) -> Result<Vec<u8>, FetchError> {
    let mut attempts = Vec::new();
    for mirror in mirrors {
        let url = format!("{mirror}{}", file.name);
        match get(&url, file, bar).and_then(|bytes| check(bytes, file)) {
            Ok(bytes) => return Ok(bytes),
            Err(refusal) => attempts.push(Attempt { url, refusal }),
        }
    }
    Err(FetchError::NoMirror {
        name: file.name.to_owned(),
        attempts,
    })
}

/// What `url` serves, whatever it is.
fn get(url: &str, file: &RemoteFile, bar: &ProgressBar) -> Result<Vec<u8>, Refusal> {
    let request = minreq::get(url).with_timeout(SECONDS_A_FILE);
    let response = request
        .send_lazy()
        .map_err(|error| Refusal::Http(error.to_string()))?;
    if response.status_code != 200 {
        return Err(Refusal::Status {
            code: response.status_code,
            reason: response.reason_phrase,
        });
    }
    let mut headers = response.headers.iter();
    let announced = headers
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.parse().ok());
    bar.reset();
    bar.set_message(file.name.to_owned());
    bar.set_length(announced.unwrap_or(0) as u64);

    // What does not compress grows by less than a thousandth; nothing is reserved because a server
    // announces it.
    let limit = file.size + file.size / 1000 + 1024;
    let mut bytes = Vec::new();
    let received = bar
        .wrap_read(response)
        .take(limit + 1)
        .read_to_end(&mut bytes);
    if bytes.len() as u64 > limit {
        return Err(Refusal::TooLong { limit });
    }
    let short = announced.is_some_and(|announced| bytes.len() < announced);
    if received.is_err() || short {
        return Err(Refusal::BrokenOff {
            received: bytes.len(),
            expected: announced,
        });
    }
    Ok(bytes)
}

/// Passes on the bytes if they unpack to the file.
fn check(bytes: Vec<u8>, file: &RemoteFile) -> Result<Vec<u8>, Refusal> {
    match sum(&bytes[..], file.size) {
        Ok(found) if found == file.sha256 => Ok(bytes),
        Ok(found) => Err(Refusal::Checksum {
            found,
            expected: file.sha256.to_owned(),
        }),
        Err(reason) => Err(Refusal::NotGzip {
            reason,
            beginning: Beginning(bytes.into_iter().take(32).collect()),
        }),
    }
}

/// The SHA-256 of what `gzip` unpacks to, reading no further than a byte beyond `size`: a longer
/// file has another sum already.
fn sum(gzip: impl Read, size: u64) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut unpacked = MultiGzDecoder::new(gzip).take(size + 1);
    let mut buffer = vec![0; 1 << 16];
    loop {
        match unpacked.read(&mut buffer)? {
            0 => break,
            count => hash.update(&buffer[..count]),
        }
    }
    let digest = hash.finalize();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests;
