//! What a search leaves behind.
//!
//! | file | holds |
//! | --- | --- |
//! | `search` | what was asked for and what came of each trial: what it takes to go on |
//! | `trials.csv` | `rank,trial,learning_rate,weight_decay,validation_accuracy,train_accuracy,halted`: best first |
//! | `trials.svg` | the curves of the best ([`crate::report::trials`]) |
//!
//! The three are written together, after each trial: under temporary names first, and only when all
//! are on the disk do they get their names, `search` last. The directory is the search's own
//! ([`crate::own_directory`]).

use std::fmt::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::atomic::{WriteError, commit};
use crate::checkpoint::CheckpointError;
use crate::checkpoint::seal;
use crate::own_directory::{CreateError, Files, OwnDirectory, ResumeError};
use crate::report::trials::picture;
use crate::search::{Search, Trial, best_first};
use crate::settings::number;

const SEARCH: &str = "search";
const TABLE: &str = "trials.csv";

/// The picture of the best trials.
pub const PICTURE: &str = "trials.svg";

/// The files of a search, in the order in which they get their names.
pub const FILES: [&str; 3] = [TABLE, PICTURE, SEARCH];

const ALL: Files<'_> = Files {
    command: "tune",
    names: &FILES,
    mark: SEARCH,
    what: "search of `mnist tune`",
    is_mark: is_search,
};

/// A search as it is saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Searched {
    /// What was asked for.
    pub search: Search,
    /// What came of the first trials.
    pub trials: Vec<Trial>,
}

/// The directory of a search, locked for this process.
#[derive(Debug)]
pub struct SearchDirectory {
    own: OwnDirectory,
}

impl SearchDirectory {
    /// The directory at `path` for a new search, made if it is not there.
    ///
    /// # Errors
    ///
    /// [`CreateError`] if it cannot be made, another process works there, or it holds somebody's
    /// own files.
    pub fn create(path: &Path) -> Result<Self, CreateError> {
        let own = OwnDirectory::create(path, &ALL)?;
        Ok(SearchDirectory { own })
    }

    /// The directory of an earlier search, to go on with it.
    ///
    /// # Errors
    ///
    /// [`ResumeError`] if no search is there, or another process works there.
    pub fn open(path: &Path) -> Result<Self, ResumeError> {
        let own = OwnDirectory::open(path, &ALL)?;
        Ok(SearchDirectory { own })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.own.path()
    }

    /// Reads what was saved last.
    ///
    /// # Errors
    ///
    /// [`ResumeError`] names the file that is not there or not what it should be.
    pub fn read(&self) -> Result<Searched, ResumeError> {
        let (path, bytes) = self.own.read(SEARCH)?;
        let opened = seal::opened::<Searched>(&bytes);
        let (searched, _) = opened.map_err(|error| ResumeError::Checkpoint { path, error })?;
        Ok(searched)
    }

    /// Writes all files, in place of those of before.
    ///
    /// # Errors
    ///
    /// [`WriteError`]. Where a file could not be written (a full disk), nothing has changed.
    pub fn save(&self, searched: &Searched) -> Result<(), WriteError> {
        let table = table(&searched.trials);
        let picture = picture(&searched.trials);
        let lines = seal::sealed(searched, &[]);
        commit([
            self.own.prepare(TABLE, &[table.as_bytes()])?,
            self.own.prepare(PICTURE, &[picture.as_bytes()])?,
            self.own.prepare(SEARCH, &[lines.as_bytes()])?,
        ])
    }
}

/// Whether these bytes are a search, of whatever version and however damaged.
fn is_search(bytes: &[u8]) -> bool {
    let no_search = |error| {
        matches!(
            error,
            CheckpointError::NoLine { .. } | CheckpointError::Line { .. }
        )
    };
    !seal::opened::<Searched>(bytes).is_err_and(no_search)
}

/// The trials as CSV, best first.
fn table(trials: &[Trial]) -> String {
    let mut table = "rank,trial,learning_rate,weight_decay,validation_accuracy,train_accuracy,\
                     halted\n"
        .to_owned();
    for (rank, k) in best_first(trials).into_iter().enumerate() {
        let trial = &trials[k];
        let reached = trial.reached();
        writeln!(
            table,
            "{},{},{},{},{},{},{}",
            rank + 1,
            k + 1,
            number(trial.learning_rate),
            number(trial.weight_decay),
            reached.validation,
            reached.train,
            trial.halted.is_some()
        )
        .expect("memory can be written to");
    }
    table
}
