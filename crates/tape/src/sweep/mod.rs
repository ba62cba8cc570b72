//! Walking the list: backwards for cotangents, forwards for tangents, forwards again with other leaves.

mod buffer;
mod closure;
mod contributions;
mod cotangents;
mod entry_ref;
mod forward;
mod replay;
mod reverse;
mod seed;

pub use closure::{gradient, value_and_gradient};
pub use cotangents::Cotangents;
pub use entry_ref::{EntryRef, MatrixRef, ScalarRef};
pub use forward::Tangents;
pub use seed::Seed;
pub(crate) use seed::SeedValues;
