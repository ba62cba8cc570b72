//! Where the results of a program stand in it.

/// Where an output's numbers come from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source<T> {
    /// A scalar or matrix entry.
    Entry(u32),
    /// A number that depends on nothing.
    Number(T),
}

impl<T> Source<T> {
    /// The entry, if it is one.
    #[cfg(feature = "map")]
    pub fn entry(&self) -> Option<u32> {
        match self {
            Source::Entry(entry) => Some(*entry),
            Source::Number(_) => None,
        }
    }
}

/// Where the entries end that some sources depend on.
pub(super) fn end_of<T>(sources: &[Source<T>]) -> usize {
    let ends = sources.iter().map(|source| match source {
        Source::Entry(entry) => *entry as usize + 1,
        Source::Number(_) => 0,
    });
    ends.max().unwrap_or(0)
}
