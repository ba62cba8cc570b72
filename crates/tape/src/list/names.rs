//! Names that entries were given.

use std::collections::BTreeMap;

/// The names in the order in which they were given, each with its entry.
///
/// An entry may be named again; the last name stands. Keeping them all makes giving one cheap,
/// whatever the order of the entries, and lets a rewind take back what was named since.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    given: Vec<(u32, String)>,
}

impl Names {
    pub fn give(&mut self, entry: u32, name: String) {
        self.given.push((entry, name));
    }

    /// The name of every entry that has one, in the order of the entries.
    pub fn by_entry(&self) -> BTreeMap<u32, &str> {
        let each = self.given.iter();
        each.map(|(entry, name)| (*entry, name.as_str())).collect()
    }

    /// How many were given.
    pub fn len(&self) -> usize {
        self.given.len()
    }

    /// Takes back all but the first `len` that were given.
    pub fn truncate(&mut self, len: usize) {
        self.given.truncate(len);
    }
}
