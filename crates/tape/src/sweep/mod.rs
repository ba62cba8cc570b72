//! Sweeps: walking the list backwards for cotangents, forwards for tangents, and forwards again
//! with other leaves.
//!
//! - [`reverse`](Cotangents) turns the cotangent of each entry over to its operands, last to first.
//! - [`forward`](Tangents) makes the tangent of each entry from its operands', first to last.
//! - `lanes` does either for several seeds or directions at once.
//! - `recorded` writes the reverse sweep as entries, which can be differentiated again;
//!   `recorded_forward` the other one.
//! - `replay` computes the entries again from the leaves' current values.
//!
//! Neither sweep changes the tape. What it finds lies in a buffer beside it, which the next sweep
//! uses again. A [`Seed`] says where a sweep starts, and with what; an [`EntryRef`], a handle or an
//! id, asks for what it found. This folder knows the list and the handles, and the rules by their
//! registry; it knows no single rule or op.
//!
//! What always holds:
//!
//! - Each walk is one loop over the list, never a recursion: depth costs nothing but length.
//! - An entry that no seed reaches is not visited, told by a mark. It is not told by its number: a
//!   cotangent of 0 is visited, so that 0 · ∞ shows as NaN.
//! - The first contribution to an entry overwrites, later ones add. So a buffer is never cleared,
//!   but for the matrices that were not reached.
//! - Once a buffer has grown to the tape's size, a sweep allocates nothing.

mod buffer;
mod closure;
mod contributions;
mod cotangents;
mod entry_ref;
mod forward;
mod lanes;
mod recorded;
mod recorded_forward;
mod replay;
mod reverse;
mod seed;

pub(crate) use buffer::Buffer;
pub use closure::{gradient, value_and_gradient};
pub use cotangents::Cotangents;
pub use entry_ref::{EntryRef, MatrixRef, ScalarRef};
pub use forward::Tangents;
pub(crate) use lanes::Lanes;
pub(crate) use replay::Stopped;
pub(crate) use seed::SeedValues;
pub use seed::{Seed, Seeds};
