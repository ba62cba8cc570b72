//! A directory of which some files are a program's own: it may replace them, and nobody else's.

use std::fs;
use std::path::{Path, PathBuf};

use crate::atomic::{self, PendingFile, WriteError};
use crate::lock::Lock;

mod error;

pub use error::{CreateError, ResumeError};

/// A directory with files of certain names, locked for this process.
#[derive(Debug)]
pub struct OwnDirectory {
    path: PathBuf,
    lock: Option<Lock>,
    /// The directories that were made for it, the outermost first.
    made: Vec<PathBuf>,
    /// The command whose files they are.
    command: &'static str,
}

/// What the files of a command are called, and how they are known.
#[derive(Clone, Copy, Debug)]
pub struct Files<'n> {
    /// The command.
    pub command: &'static str,
    /// Their names.
    pub names: &'n [&'n str],
    /// The name of the one that says whose all are.
    pub mark: &'n str,
    /// What that is.
    pub what: &'static str,
    /// Whether its bytes are one.
    pub is_mark: fn(&[u8]) -> bool,
}

impl OwnDirectory {
    /// The directory at `path`, made if it is not there. Removes what killed processes left in it.
    ///
    /// # Errors
    ///
    /// [`CreateError`] if it cannot be made, another process works there, or it holds somebody's
    /// own files.
    pub fn create(path: &Path, files: &Files<'_>) -> Result<Self, CreateError> {
        let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
        let missing = path.ancestors().take_while(is_missing);
        let mut made: Vec<PathBuf> = missing.map(Path::to_owned).collect();
        made.reverse();
        fs::create_dir_all(path).map_err(|error| WriteError {
            path: path.to_owned(),
            action: "make the directory",
            error,
        })?;
        let mut directory = OwnDirectory {
            path: path.to_owned(),
            lock: None,
            made,
            command: files.command,
        };
        let lock = directory.lock.insert(Lock::take(path)?);
        // A process that was killed in its first save may have left some of its files without the
        // one that says whose they are.
        let was_left = lock.was_left;
        let is_there = |name: &&str| path.join(name).exists();
        let there: Vec<&str> = files.names.iter().copied().filter(is_there).collect();
        let is_own = || fs::read(path.join(files.mark)).is_ok_and(|bytes| (files.is_mark)(&bytes));
        if !there.is_empty() && !was_left && !is_own() {
            return Err(CreateError::NotARun {
                path: path.to_owned(),
                names: there.join(", "),
                mark: files.what,
            });
        }
        directory.remove_leftovers(files);
        Ok(directory)
    }

    /// The directory at `path`, to go on with what is there. Removes what killed processes left in
    /// it.
    ///
    /// # Errors
    ///
    /// [`ResumeError`] if the file that says whose all are is not there, or another process works
    /// there.
    pub fn open(path: &Path, files: &Files<'_>) -> Result<Self, ResumeError> {
        let mut directory = OwnDirectory {
            path: path.to_owned(),
            lock: None,
            made: Vec::new(),
            command: files.command,
        };
        // First, so that a directory without it is called that.
        directory.read(files.mark)?;
        directory.lock = Some(Lock::take(path)?);
        directory.remove_leftovers(files);
        Ok(directory)
    }

    /// The directory at `path`, only to be read, beside the process that works there.
    pub fn beside(path: &Path, files: &Files<'_>) -> Self {
        OwnDirectory {
            path: path.to_owned(),
            lock: None,
            made: Vec::new(),
            command: files.command,
        }
    }

    fn remove_leftovers(&self, files: &Files<'_>) {
        let names = files.names.iter();
        names.for_each(|name| atomic::remove_leftovers(&self.path.join(name)));
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file of this name, of some parts, which does not have its name yet.
    ///
    /// # Errors
    ///
    /// [`WriteError`], and then nothing has changed.
    pub fn prepare(&self, name: &str, parts: &[&[u8]]) -> Result<PendingFile, WriteError> {
        let mut file = PendingFile::create(&self.path.join(name))?;
        for part in parts {
            file.add(part)?;
        }
        file.sync()?;
        Ok(file)
    }

    /// Reads a file of this name, whose path it says too.
    ///
    /// # Errors
    ///
    /// [`ResumeError::Unreadable`].
    pub fn read(&self, name: &str) -> Result<(PathBuf, Vec<u8>), ResumeError> {
        let path = self.path.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok((path, bytes)),
            Err(error) => Err(ResumeError::Unreadable {
                path,
                error,
                command: self.command,
            }),
        }
    }
}

impl Drop for OwnDirectory {
    fn drop(&mut self) {
        self.lock = None;
        // Those that are not empty stay, which is as it should be.
        for path in self.made.iter().rev() {
            let _ = fs::remove_dir(path);
        }
    }
}
