//! Marks and rewinding: coming back to an earlier state of the recording, with the memory kept.

use super::tape::Tape;
use crate::error::Error;
use crate::list::Lengths;
use crate::number::Scalar;
use std::fmt;

/// A moment of the recording to come back to; see [`Tape::mark`].
#[derive(Clone, Copy)]
#[must_use = "a mark is there to be rewound to"]
pub struct Mark {
    tape: u64,
    generation: u64,
    lengths: Lengths,
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Mark({} entries of tape {})",
            self.lengths.entries, self.tape
        )
    }
}

impl<T: Scalar> Tape<T> {
    /// The current state of the recording, to [`rewind`](Tape::rewind) to.
    pub fn mark(&self) -> Mark {
        Mark {
            tape: self.number,
            generation: self.history.generation(),
            lengths: self.store.borrow().lengths(),
        }
    }

    /// Removes what was recorded since `mark`: entries, comparisons, scopes, and names, also those
    /// given to earlier entries. Leaves keep the values they were set to. The memory is kept, so
    /// recording again allocates nothing.
    ///
    /// A scope that was open at the mark has been closed since, so it ends here.
    ///
    /// # Errors
    /// [`Error::Foreign`] if the mark is another tape's, [`Error::Outdated`] if the tape was
    /// rewound past the mark in the meantime. The tape is then as it was.
    pub fn rewind(&mut self, mark: Mark) -> Result<(), Error> {
        if mark.tape != self.number {
            return Err(Error::Foreign {
                found: mark.tape,
                expected: self.number,
            });
        }
        if !self.history.holds(&mark.lengths, mark.generation) {
            return Err(Error::Outdated {
                entry: mark.lengths.entries,
            });
        }
        self.cut(&mark.lengths);
        Ok(())
    }

    /// Removes every entry. The memory is kept.
    pub fn clear(&mut self) {
        self.cut(&Lengths::default());
    }

    fn cut(&mut self, to: &Lengths) {
        let store = self.store.get_mut();
        store.truncate(to);
        // Whoever opened these scopes has closed them: an open scope borrows the tape.
        store.program.scopes.close_all(to.entries as u32);
        self.history.cut(to);
        self.staleness.cut(to.entries);
    }
}
