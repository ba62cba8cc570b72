//! Files that are there whole or not at all.
//!
//! A run that is stopped, a disk that fills up or a download that breaks off must not leave half a
//! file by the name of a whole one, nor destroy what stood there before. So a file is written under
//! a temporary name next to its final one, forced to the disk, and then renamed, which the file
//! system does in one step. Whatever fails before that leaves the old file as it was, and the
//! temporary one is removed. (Killed outright, the process leaves the temporary file behind; its
//! name begins with a dot and ends in `.part`.)
//!
//! If the final name is a symbolic link, the link is replaced and not what it points to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;

/// A file could not be written; what stood there before still does.
#[derive(Debug, thiserror::Error)]
#[error("{}: cannot {action}: {error}", .path.display())]
pub struct WriteError {
    /// The file that was to be written.
    pub path: PathBuf,
    /// What failed.
    pub action: &'static str,
    /// The operating system's reason.
    pub error: io::Error,
}

/// Writes a whole file: `contents` is given a buffered writer, and when it succeeds the file
/// appears under `path`.
///
/// ```
/// use std::io::Write;
///
/// let path = std::env::temp_dir().join(format!("atomic-{}.csv", std::process::id()));
/// mnist::atomic::write(&path, |file| writeln!(file, "step,loss"))?;
/// assert_eq!(std::fs::read_to_string(&path).unwrap(), "step,loss\n");
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), mnist::atomic::WriteError>(())
/// ```
///
/// # Errors
///
/// [`WriteError`] if the temporary file cannot be made, `contents` fails, or the file cannot be
/// forced to the disk or renamed. Nothing has changed then.
pub fn write(
    path: &Path,
    contents: impl FnOnce(&mut PendingFile) -> io::Result<()>,
) -> Result<(), WriteError> {
    let mut file = PendingFile::create(path)?;
    if let Err(error) = contents(&mut file) {
        return Err(file.failed("write", error));
    }
    file.commit()
}

/// Gives all files their names, one after the other.
///
/// # Errors
///
/// [`WriteError`] of the first that cannot be renamed; those before it have their names then.
pub fn commit(pending: impl IntoIterator<Item = PendingFile>) -> Result<(), WriteError> {
    pending.into_iter().try_for_each(PendingFile::commit)
}

/// Removes the temporary files that killed processes left beside `path`. Not to be called while
/// another process may be writing it.
pub fn remove_leftovers(path: &Path) {
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
        return;
    };
    let mut start = std::ffi::OsString::from(".");
    start.push(name);
    start.push(".");
    let start = start.into_encoded_bytes();
    // What cannot be listed or removed does no harm.
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name().into_encoded_bytes();
        if name.starts_with(&start) && name.ends_with(b".part") {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A file that does not have its name yet: what is written goes to a temporary file in the same
/// directory until [`PendingFile::commit`]. Dropped before that, it is removed.
#[derive(Debug)]
pub struct PendingFile {
    path: PathBuf,
    temporary: PathBuf,
    /// Taken when the file is closed.
    writer: Option<BufWriter<File>>,
}

impl PendingFile {
    /// Makes the temporary file.
    ///
    /// # Errors
    ///
    /// [`WriteError`] if the directory is missing or not writable, or `path` names no file or a
    /// directory.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        let failed = |error| WriteError {
            path: path.to_owned(),
            action: "create a temporary file beside it",
            error,
        };
        // Renaming would tell as much, but only after all the work.
        if path.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        let name = path
            .file_name()
            .ok_or_else(|| failed(io::ErrorKind::InvalidFilename.into()))?;
        for attempt in 0.. {
            let mut hidden = std::ffi::OsString::from(".");
            hidden.push(name);
            hidden.push(format!(".{}-{attempt}.part", process::id()));
            let temporary = path.with_file_name(hidden);
            match OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(&temporary)
            {
                Ok(file) => {
                    return Ok(Self {
                        path: path.to_owned(),
                        temporary,
                        writer: Some(BufWriter::new(file)),
                    });
                }
                // Another thread's, or left by a process of the same number that was killed.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 1000 => {}
                Err(error) => return Err(failed(error)),
            }
        }
        unreachable!("the last attempt returns")
    }

    /// Writes all of `bytes` at the end.
    ///
    /// # Errors
    ///
    /// [`WriteError`] if that fails.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let written = self.writer().write_all(bytes);
        written.map_err(|error| self.failed("write", error))
    }

    /// Forces what was written to the disk. Where several files belong together, all of them are
    /// best synced before any is committed: a full disk is noticed before anything has changed.
    ///
    /// # Errors
    ///
    /// [`WriteError`] if that fails.
    pub fn sync(&mut self) -> Result<(), WriteError> {
        let written = self.writer().flush();
        let synced = written.and_then(|()| self.writer().get_ref().sync_all());
        synced.map_err(|error| self.failed("write", error))
    }

    /// Gives the file its name, once all of it is on the disk.
    ///
    /// # Errors
    ///
    /// [`WriteError`] if that fails; the temporary file is removed then.
    pub fn commit(mut self) -> Result<(), WriteError> {
        self.sync()?;
        // Some systems rename only what is closed.
        self.writer = None;
        if let Err(error) = fs::rename(&self.temporary, &self.path) {
            return Err(self.failed("rename the temporary file to it", error));
        }
        // There is no temporary file any more: nothing for `drop` to do.
        self.temporary = PathBuf::new();
        Ok(())
    }

    /// The error for a failure of `action`.
    fn failed(&self, action: &'static str, error: io::Error) -> WriteError {
        WriteError {
            path: self.path.clone(),
            action,
            error,
        }
    }

    fn writer(&mut self) -> &mut BufWriter<File> {
        self.writer.as_mut().expect("open until committed")
    }
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer().flush()
    }
}

impl Drop for PendingFile {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            // Closes the file without writing what is still in the buffer.
            drop(writer.into_parts());
        }
        if !self.temporary.as_os_str().is_empty() {
            // Nobody is left to be told, and the temporary name says what it is.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn replaces_a_file_and_leaves_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("weights");
        for contents in ["first", "second, longer", "3"] {
            write(&path, |file| file.write_all(contents.as_bytes())).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), contents);
        }
        assert_eq!(names(directory.path()), ["weights"]);
    }

    #[test]
    fn the_name_appears_only_with_the_whole_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("weights");
        let mut file = PendingFile::create(&path).unwrap();
        file.write_all(&[1; 100_000]).unwrap();
        assert!(!path.exists());
        file.commit().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), 100_000);
    }

    #[test]
    fn what_is_flushed_is_in_the_temporary_file() {
        let directory = tempfile::tempdir().unwrap();
        let mut file = PendingFile::create(&directory.path().join("weights")).unwrap();
        file.write_all(b"some").unwrap();
        file.flush().unwrap();
        assert_eq!(fs::read(&file.temporary).unwrap(), b"some");
    }

    #[test]
    fn leftovers_of_one_file_are_removed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("weights");
        for name in [
            ".weights.1-0.part",
            ".weights2.1-0.part",
            "weights.part",
            "weights",
        ] {
            fs::write(directory.path().join(name), "").unwrap();
        }
        remove_leftovers(&path);
        let mut left = names(directory.path());
        left.sort();
        assert_eq!(left, [".weights2.1-0.part", "weights", "weights.part"]);
    }

    #[test]
    fn a_failure_half_way_keeps_the_old_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("weights");
        fs::write(&path, "old").unwrap();
        let error = write(&path, |file| {
            file.write_all(&[0; 100_000])?;
            Err(io::ErrorKind::StorageFull.into())
        });
        let message = error.unwrap_err().to_string();
        assert_eq!(
            message,
            format!("{}: cannot write: no storage space", path.display())
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names(directory.path()), ["weights"]);
    }

    #[test]
    fn a_directory_in_its_place_or_none_around_it() {
        let directory = tempfile::tempdir().unwrap();
        let inside = directory.path().join("taken");
        fs::create_dir(&inside).unwrap();
        let start = |path: &Path| {
            format!(
                "{}: cannot create a temporary file beside it: ",
                path.display()
            )
        };
        let error = write(&inside, |_| Ok(())).unwrap_err().to_string();
        assert!(error.starts_with(&start(&inside)), "{error}");
        let missing = directory.path().join("no/such/file");
        let error = write(&missing, |_| Ok(())).unwrap_err().to_string();
        assert!(error.starts_with(&start(&missing)), "{error}");
        assert_eq!(names(directory.path()), ["taken"]);
    }

    #[test]
    fn a_rename_that_fails_removes_the_temporary_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("weights");
        let mut file = PendingFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        fs::create_dir(&path).unwrap();
        let error = file.commit().unwrap_err();
        assert_eq!(error.action, "rename the temporary file to it");
        assert_eq!(names(directory.path()), ["weights"]);
    }

    #[test]
    fn two_at_once_do_not_meet() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("weights");
        let (mut one, mut two) = (
            PendingFile::create(&path).unwrap(),
            PendingFile::create(&path).unwrap(),
        );
        one.write_all(b"one").unwrap();
        two.write_all(b"two").unwrap();
        two.commit().unwrap();
        one.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        assert_eq!(names(directory.path()), ["weights"]);
    }
}
