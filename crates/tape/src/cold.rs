//! What the compiler is told about branches.
//!
//! The loops over the entries take a few cycles an entry, and a processor takes about one jump a
//! cycle. So a branch that is seldom taken is moved out of the way of the usual one, which then
//! needs no jump.

/// Called in a branch, marks it as seldom taken.
#[cold]
pub(crate) fn cold_path() {}

/// Calls `f` where it is not inlined, for what is seldom done.
#[cold]
#[inline(never)]
pub(crate) fn apart<T>(f: impl FnOnce() -> T) -> T {
    f()
}
