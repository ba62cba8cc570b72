//! Scopes: entries that belong together.

use super::tape::Tape;
use crate::number::Scalar;
use std::fmt;

impl<T: Scalar> Tape<T> {
    /// Opens a scope: entries recorded until the returned value is dropped belong together in
    /// pictures and reports. Scopes nest.
    pub fn scope(&self, name: impl Into<String>) -> Scope<'_, T> {
        let mut store = self.store.borrow_mut();
        let entry = store.program.entries.len() as u32;
        let opening = store.program.scopes.open(entry, name.into());
        drop(store);
        Scope {
            tape: self,
            opening,
        }
    }
}

/// An open scope; see [`Tape::scope`].
#[must_use = "a scope ends when this value is dropped"]
pub struct Scope<'t, T: Copy> {
    tape: &'t Tape<T>,
    opening: usize,
}

impl<T: Copy> fmt::Debug for Scope<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scope(on {:?})", self.tape)
    }
}

impl<T: Copy> Drop for Scope<'_, T> {
    fn drop(&mut self) {
        // A panic in a closure given to `Tape::read` may come through here with the tape still
        // being read, and a second panic would abort. The scope then ends at the next rewind.
        let store = match std::thread::panicking() {
            true => self.tape.store.try_borrow_mut(),
            false => Some(self.tape.store.borrow_mut()),
        };
        if let Some(mut store) = store {
            let entry = store.program.entries.len() as u32;
            store.program.scopes.close(entry, self.opening);
        }
    }
}
