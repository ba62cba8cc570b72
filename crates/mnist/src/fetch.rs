//! `mnist fetch`: the files of MNIST, or of a set like it, from public mirrors.
//!
//! The mirrors serve them over plain HTTP, and that is enough: a download is trusted for its
//! SHA-256, which is compiled in, and not for who sent it or how. TLS, which would lengthen every
//! first build, is there with the feature `https`; without it a mirror that insists on it is passed
//! over, with the line that makes `curl` get the file.
//!
//! A download is kept in memory (26 MB at most for the real files) until it has been checked, and
//! only then written, under a temporary name that is exchanged for the real one when all is on the
//! disk ([`crate::atomic`]). So there is never a partial or a wrong file, a file that is there is
//! replaced only by a right one, and a fetch that fails leaves no directory it made. A download
//! that breaks off goes on where it was, as long as something comes.
//!
//! A file that is already right is not downloaded again. One that is broken (cut off, or a saved
//! web page) is replaced. One that is a whole gzip file of something else is left alone, and said:
//! somebody may have put another data set there.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use indicatif::ProgressBar;
use sha2::{Digest, Sha256};

use crate::atomic::{self, WriteError};
use crate::gzip::Contents;

mod http;
mod limits;
mod proxy;
mod refusal;
mod sets;

pub use refusal::{Attempt, Refusal};
pub use sets::{EMNIST, RemoteSet, SETS};

use http::Client;
use limits::LIMITS;
use proxy::{Proxies, from_environment};

/// How often in a row a download may break off before its first further byte.
const BREAKS: usize = 3;

/// How much is read at once.
const BUFFER: usize = 1 << 16;

/// A gzip file to be had from mirrors.
#[derive(Clone, Copy, Debug)]
pub struct RemoteFile<'a> {
    /// Its name, on the mirror and on the disk.
    pub name: &'a str,
    /// How many bytes the sum is of.
    pub size: u64,
    /// The SHA-256, in lower-case hexadecimal.
    pub sha256: &'a str,
    /// What that is the sum of.
    pub sum: Sum,
}

/// Which bytes are summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sum {
    /// What the file unpacks to, however it was packed.
    Unpacked,
    /// The file as it is.
    Packed,
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
        "{}: a whole gzip file with other contents is there (SHA-256 {found}, expected \
         {expected}); move it away first",
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
    /// No mirror had the file. A line for each says why.
    #[error("{name}: none of {} mirrors has it{}", .attempts.len(), list(.attempts))]
    NoMirror {
        /// The file's name.
        name: String,
        /// What happened at each mirror.
        attempts: Vec<Attempt>,
    },
    /// Somebody pressed Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// The file was downloaded but could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

fn list(attempts: &[Attempt]) -> String {
    let lines = attempts.iter().map(|attempt| format!("\n  {attempt}"));
    lines.collect()
}

/// Where files come from, and how whoever waits is told.
pub struct Fetch<'a> {
    /// URLs that end in a slash, tried in this order.
    pub mirrors: &'a [&'a str],
    /// Shows what is being downloaded; give it a template with `{msg}`, `{bytes}` and
    /// `{total_bytes}`, or hide it.
    pub bar: &'a ProgressBar,
    /// Whether somebody asked to end.
    pub is_over: &'a dyn Fn() -> bool,
}

/// Sees to it that `directory` holds all of `files`, downloading what is not there.
///
/// # Errors
///
/// Any [`FetchError`]. A file that was there before is then as it was, and a directory that was not
/// there before is there only if a file of it is.
pub fn fetch(
    directory: &Path,
    files: &[RemoteFile],
    fetch: &Fetch<'_>,
) -> Result<Fetched, FetchError> {
    let client = Client {
        limits: LIMITS,
        proxies: Proxies::new(&from_environment),
        is_over: fetch.is_over,
    };
    fetch_by(&client, directory, files, fetch)
}

fn fetch_by(
    client: &Client<'_>,
    directory: &Path,
    files: &[RemoteFile],
    fetch: &Fetch<'_>,
) -> Result<Fetched, FetchError> {
    let mut fetched = Fetched::default();
    for file in files {
        let path = directory.join(file.name);
        if is_there(&path, file)? {
            fetched.kept += 1;
        } else {
            let contents = download(client, file, fetch)?;
            fs::create_dir_all(directory).map_err(|error| FetchError::Directory {
                path: directory.to_owned(),
                error,
            })?;
            atomic::write(&path, |to| to.write_all(&contents))?;
            fetched.downloaded += 1;
        }
    }
    Ok(fetched)
}

/// Whether the right file is at `path`; false if nothing is, or something broken.
fn is_there(path: &Path, file: &RemoteFile) -> Result<bool, FetchError> {
    let open = || File::open(path);
    // Whole gzip files are somebody's; what is not even that is a download that went wrong.
    let sums = open().and_then(|found| sum(found, file)).and_then(|found| {
        sum(
            open()?,
            &RemoteFile {
                sum: Sum::Unpacked,
                size: u64::MAX - 1,
                ..*file
            },
        )?;
        Ok(found)
    });
    match sums {
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
fn download(
    client: &Client<'_>,
    file: &RemoteFile,
    fetch: &Fetch<'_>,
) -> Result<Vec<u8>, FetchError> {
    let mut attempts = Vec::new();
    for mirror in fetch.mirrors {
        let url = format!("{mirror}{}", file.name);
        match get(client, &url, file, fetch.bar).and_then(|bytes| check(bytes, file)) {
            Ok(bytes) => return Ok(bytes),
            Err(refusal) if refusal.is_interruption() => return Err(FetchError::Interrupted),
            Err(refusal) => attempts.push(Attempt { url, refusal }),
        }
    }
    Err(FetchError::NoMirror {
        name: file.name.to_owned(),
        attempts,
    })
}

/// What `url` serves, whatever it is; in parts, where the connection breaks off.
fn get(
    client: &Client<'_>,
    url: &str,
    file: &RemoteFile,
    bar: &ProgressBar,
) -> Result<Vec<u8>, Refusal> {
    bar.reset();
    bar.set_message(format!("waiting for {url}"));
    // What does not compress grows by less than a thousandth; nothing is reserved because a server
    // announces it.
    let limit = file.size + file.size / 1000 + 1024;
    let mut bytes = Vec::new();
    let (mut breaks, mut times) = (0, 0);
    loop {
        let before = bytes.len();
        let (expected, error) = match part(client, url, limit, &mut bytes, bar) {
            Ok(Part::Whole) => return Ok(bytes),
            Ok(Part::Broken { expected, error }) => (expected, error),
            // What broke off once is not worse for a server that then does not answer.
            Err(refusal) if before == 0 || matches!(refusal, Refusal::TooLong { .. }) => {
                return Err(refusal);
            }
            Err(refusal) if refusal.is_interruption() => return Err(refusal),
            Err(_) => (None, None),
        };
        times += 1;
        breaks = if bytes.len() > before { 1 } else { breaks + 1 };
        if breaks >= BREAKS || bytes.is_empty() {
            let received = bytes.len() as u64;
            return Err(Refusal::Part {
                times,
                received,
                expected,
                error,
            });
        }
    }
}

/// How a part of a download ended.
enum Part {
    Whole,
    Broken {
        expected: Option<u64>,
        error: Option<io::Error>,
    },
}

/// Adds to `bytes` what is still missing, as far as it comes.
fn part(
    client: &Client<'_>,
    url: &str,
    limit: u64,
    bytes: &mut Vec<u8>,
    bar: &ProgressBar,
) -> Result<Part, Refusal> {
    let mut response = client.get(url, bytes.len() as u64)?;
    // A server that cannot begin in the middle begins at the start.
    if response.start != bytes.len() as u64 {
        bytes.clear();
        if response.start != 0 {
            return Err(Refusal::NotHttp);
        }
    }
    let expected = response.length;
    bar.set_message(url.to_owned());
    bar.set_length(expected.unwrap_or(0));
    loop {
        bar.set_position(bytes.len() as u64);
        match response.next() {
            Ok(None) => break,
            Ok(Some(more)) => bytes.extend(more),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                return Err(Refusal::Interrupted);
            }
            Err(error) => {
                // That the connection broke off is said anyway.
                let error = Some(error).filter(|e| e.kind() != io::ErrorKind::UnexpectedEof);
                return Ok(Part::Broken { expected, error });
            }
        }
        if bytes.len() as u64 > limit {
            return Err(Refusal::TooLong { limit });
        }
    }
    match expected {
        Some(length) if (bytes.len() as u64) < length => Ok(Part::Broken {
            expected,
            error: None,
        }),
        _ => Ok(Part::Whole),
    }
}

/// Passes on the bytes if they are the file.
fn check(bytes: Vec<u8>, file: &RemoteFile) -> Result<Vec<u8>, Refusal> {
    // What is not gzip is better called that than wrong.
    let unpacked = RemoteFile {
        sum: Sum::Unpacked,
        ..*file
    };
    let found = sum(&bytes[..], &unpacked).and_then(|_| sum(&bytes[..], file));
    match found {
        Ok(found) if found == file.sha256 => Ok(bytes),
        Ok(found) => Err(Refusal::Checksum {
            found,
            expected: file.sha256.to_owned(),
        }),
        Err(reason) => Err(Refusal::NotGzip {
            reason,
            found: Contents::new(&bytes[..])
                .expect("memory can be read")
                .into_found(),
        }),
    }
}

/// The SHA-256 of a file's bytes, or of what it unpacks to, reading no further than a byte beyond
/// its size: a longer file has another sum already.
fn sum(file: impl Read, expected: &RemoteFile) -> io::Result<String> {
    let limit = expected.size + 1;
    match expected.sum {
        Sum::Unpacked => sum_of(MultiGzDecoder::new(file).take(limit)),
        Sum::Packed => sum_of(file.take(limit)),
    }
}

fn sum_of(mut bytes: impl Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        match bytes.read(&mut buffer)? {
            0 => break,
            count => hash.update(&buffer[..count]),
        }
    }
    let digest = hash.finalize();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests;
