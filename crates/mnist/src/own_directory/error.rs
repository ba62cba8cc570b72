//! Why a directory cannot be a program's own.

use std::io;
use std::path::PathBuf;

use crate::atomic::WriteError;
use crate::checkpoint::CheckpointError;
use crate::lock::LockError;
use crate::run_log::Extent;

/// Why a new run, or a search, cannot be kept in a directory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// It could not be made.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Another process works there.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// There are files of its names, but none that says that they are.
    #[error("{}: found {names}, but no {mark}, so they are not of one; name another directory or \
             move them away", .path.display())]
    NotARun {
        /// The directory.
        path: PathBuf,
        /// The files.
        names: String,
        /// What would say whose they are.
        mark: &'static str,
    },
}

/// Why a run, or a search, cannot go on from a directory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// Another process works there.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A file of the run could not be read.
    #[error("{}: cannot read it: {error}; expected what `mnist {command} --out` \
             leaves", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        error: io::Error,
        /// The command that leaves it.
        command: &'static str,
    },
    /// The checkpoint is none.
    #[error("{}: {error}", .path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: CheckpointError,
    },
    /// A log does not begin as the checkpoint says.
    #[error(
        "{}: not the log of the checkpoint beside it, expected {} bytes with the CRC-32 {:08x} at \
         its beginning",
        .path.display(), .expected.bytes, .expected.crc32
    )]
    OtherLog {
        /// The log.
        path: PathBuf,
        /// What the checkpoint says of it.
        expected: Extent,
    },
}
