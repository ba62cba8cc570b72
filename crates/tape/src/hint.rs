//! What the compiler is told about branches.
//!
//! The loops over the entries take a few cycles an entry, and a processor goes through about one *taken* jump a cycle. So what
//! lies on the straight way, without a jump, matters more than how many instructions there are.

/// Called in a branch, keeps it off the straight way.
#[cold]
pub(crate) fn aside() {}
