//! Which elements of a cotangent were reached, where not all were.

use std::collections::HashMap;

/// For each entry of which only some elements were reached, which ones. Such entries are rare: they
/// are what a select chooses among, and what an element-by-element operation computed that from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Partial {
    of: HashMap<u32, Vec<bool>>,
    /// The same of entries that were visited since, the last one first: to be asked for when the
    /// sweep is over, and not to be searched while it goes on.
    visited: Vec<(u32, Vec<bool>)>,
    /// Lists that were used, so that a sweep allocates only the first time.
    spare: Vec<Vec<bool>>,
}

impl Partial {
    /// Forgets every entry.
    pub fn clear(&mut self) {
        if !self.of.is_empty() {
            self.spare.extend(self.of.drain().map(|(_, list)| list));
        }
        self.spare
            .extend(self.visited.drain(..).map(|(_, list)| list));
    }

    /// A list to be filled.
    pub fn unused(&mut self) -> Vec<bool> {
        let mut list = self.spare.pop().unwrap_or_default();
        list.clear();
        list
    }

    /// What is known of an entry; nothing is known of it any more.
    #[inline]
    pub fn take(&mut self, entry: u32) -> Option<Vec<bool>> {
        if self.of.is_empty() {
            return None;
        }
        self.of.remove(&entry)
    }

    /// Keeps what was taken of an entry, which was visited. Entries come in the order of a sweep,
    /// later ones first.
    #[inline]
    pub fn keep_visited(&mut self, entry: u32, list: Option<Vec<bool>>) {
        if let Some(list) = list {
            self.visited.push((entry, list));
        }
    }

    /// What was known of an entry when it was visited.
    pub fn of_visited(&self, entry: u32) -> Option<&[bool]> {
        let found = self.visited.binary_search_by(|(at, _)| entry.cmp(at));
        found.ok().map(|at| &self.visited[at].1[..])
    }

    /// Keeps a list that was taken for later use.
    #[inline]
    pub fn put_back(&mut self, list: Option<Vec<bool>>) {
        if let Some(list) = list {
            self.spare.push(list);
        }
    }

    /// Every element of an entry was reached.
    #[inline]
    pub fn complete(&mut self, entry: u32) {
        let list = self.take(entry);
        self.put_back(list);
    }

    /// These elements of an entry were reached, too; `ignored` where they are the first and it does
    /// not matter, or where others were before and all of them unless the entry is known.
    pub fn add(&mut self, entry: u32, chosen: Vec<bool>, ignored: bool) {
        if let Some(before) = self.of.get_mut(&entry) {
            before
                .iter_mut()
                .zip(&chosen)
                .for_each(|(before, &now)| *before |= now);
            if !before.contains(&false) {
                self.complete(entry);
            }
            self.spare.push(chosen);
        } else if ignored || !chosen.contains(&true) || !chosen.contains(&false) {
            self.spare.push(chosen);
        } else {
            self.of.insert(entry, chosen);
        }
    }
}
