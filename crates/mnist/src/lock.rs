//! A directory that one process at a time works in.
//!
//! The lock is a file in the directory that names the process, locked by the operating system: so
//! it ends with the process however that ends, and a file that is left behind by one that was
//! killed locks nothing.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process;

/// The file's name. It begins with a dot because it is nobody's to read.
pub const LOCK: &str = ".mnist-train.lock";

/// A directory that is locked, until this is dropped.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    /// Held open: the lock is on it.
    _file: File,
    /// Whether a process that was killed had left its file.
    pub was_left: bool,
}

/// Why a directory could not be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process works there.
    #[error("{}: {holder} trains here; wait for it to end, or end it, or name another \
             directory", .directory.display())]
    Held {
        /// The directory.
        directory: PathBuf,
        /// The name of the process.
        holder: String,
    },
    /// The lock's file could not be made.
    #[error("{}: cannot make the file: {error}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        error: io::Error,
    },
}

impl Lock {
    /// Locks `directory` for this process.
    ///
    /// # Errors
    ///
    /// [`LockError::Held`] names the process that has it.
    pub fn take(directory: &Path) -> Result<Self, LockError> {
        let path = directory.join(LOCK);
        let failed = |error| LockError::Io {
            path: path.clone(),
            error,
        };
        loop {
            let was_left = path.exists();
            let mut options = OpenOptions::new();
            let options = options.read(true).write(true).create(true).truncate(false);
            let mut file = options.open(&path).map_err(failed)?;
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    // On some systems a locked file cannot even be read.
                    let _ = file.take(100).read_to_string(&mut holder);
                    let holder = match holder.trim() {
                        "" => "another process".to_owned(),
                        name => name.to_owned(),
                    };
                    let directory = directory.to_owned();
                    return Err(LockError::Held { directory, holder });
                }
                // A file system without locks: what was done before there were any is still done
                // there.
                Err(TryLockError::Error(error)) if error.kind() != io::ErrorKind::Unsupported => {
                    return Err(failed(error));
                }
                _ => {}
            }
            let name = format!("process {} (mnist)\n", process::id());
            let named = file
                .set_len(0)
                .and_then(|()| file.write_all(name.as_bytes()));
            named.map_err(failed)?;
            // Between opening and locking, who had it may have removed it. (Where a locked file
            // cannot be read, it cannot be removed either.)
            let is_gone = match fs::read_to_string(&path) {
                Ok(there) => there != name,
                Err(error) => error.kind() == io::ErrorKind::NotFound,
            };
            if !is_gone {
                return Ok(Lock {
                    path,
                    _file: file,
                    was_left,
                });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is still locked. If that fails, the file locks nothing.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_nothing_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let lock = Lock::take(directory.path()).unwrap();
        assert!(!lock.was_left);
        let message = Lock::take(directory.path()).unwrap_err().to_string();
        let name = format!("process {} (mnist)", process::id());
        assert_eq!(
            message,
            format!(
                "{}: {name} trains here; wait for it to end, or end it, or name another directory",
                directory.path().display()
            )
        );
        drop(lock);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
        Lock::take(directory.path()).unwrap();
    }

    #[test]
    fn what_a_killed_process_left_locks_nothing() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(
            directory.path().join(LOCK),
            "process 1 (mnist), of long ago\n",
        )
        .unwrap();
        assert!(Lock::take(directory.path()).unwrap().was_left);
    }

    #[test]
    fn no_directory_no_lock() {
        let directory = tempfile::tempdir().unwrap();
        let missing = directory.path().join("missing");
        let message = Lock::take(&missing).unwrap_err().to_string();
        assert!(
            message.contains(".mnist-train.lock: cannot make the file: "),
            "{message}"
        );
    }
}
