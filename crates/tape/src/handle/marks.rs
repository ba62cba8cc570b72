//! Marks and rewinding: coming back to an earlier length of the list, with the memory kept.

use super::tape::Tape;
use crate::error::Error;
use crate::number::Scalar;

/// A length of the list to come back to; see [`Tape::mark`].
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    tape: u64,
    generation: u32,
    entries: usize,
    numbers: usize,
    operands: usize,
    blocks: usize,
    applications: usize,
    arena: usize,
    residuals: usize,
    guards: usize,
    scopes: usize,
}

impl<T: Scalar> Tape<T> {
    /// The current length of the list, to [`rewind`](Tape::rewind) to.
    pub fn mark(&self) -> Mark {
        let store = self.store.borrow();
        Mark {
            tape: self.number,
            generation: self.history.generation(),
            entries: store.entries.len(),
            numbers: store.numbers.len(),
            operands: store.operands.len(),
            blocks: store.blocks.len(),
            applications: store.applications.len(),
            arena: store.arena.len(),
            residuals: store.residuals.len(),
            guards: store.guards.len(),
            scopes: store.scopes.len(),
        }
    }

    /// Removes every entry recorded since `mark`. The memory is kept, so recording again allocates nothing.
    ///
    /// # Errors
    /// [`Error::Foreign`] if the mark is another tape's, [`Error::Outdated`] if the tape was rewound
    /// past the mark in the meantime.
    pub fn rewind(&mut self, mark: Mark) -> Result<(), Error> {
        if mark.tape != self.number {
            return Err(Error::Foreign {
                found: mark.tape,
                expected: self.number,
            });
        }
        let shortest = self.history.shortest_since(mark.generation);
        if shortest.is_some_and(|cut| (cut as usize) < mark.entries) {
            return Err(Error::Outdated {
                entry: mark.entries,
            });
        }
        let store = self.store.get_mut();
        store.truncate_entries(mark.entries);
        store.numbers.truncate(mark.numbers);
        store.operands.truncate(mark.operands);
        store.blocks.truncate(mark.blocks);
        store.applications.truncate(mark.applications);
        store.arena.truncate(mark.arena);
        store.residuals.truncate(mark.residuals);
        store.guards.truncate(mark.guards);
        store.scopes.truncate(mark.scopes);
        let named = store
            .names
            .partition_point(|(entry, _)| (*entry as usize) < mark.entries);
        store.names.truncate(named);
        self.history.cut(mark.entries as u32);
        Ok(())
    }

    /// Removes every entry. The memory is kept.
    pub fn clear(&mut self) {
        let start = Mark {
            tape: self.number,
            generation: self.history.generation(),
            entries: 0,
            numbers: 0,
            operands: 0,
            blocks: 0,
            applications: 0,
            arena: 0,
            residuals: 0,
            guards: 0,
            scopes: 0,
        };
        self.rewind(start)
            .expect("a tape can always be rewound to its start");
    }
}
