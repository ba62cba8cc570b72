//! The Wengert list: every operation a program takes, in order, with its result.

mod guard;
mod history;
mod id;
mod store;
mod write_buffer;

pub(crate) use guard::{Guard, Relation, Side};
pub(crate) use history::History;
pub use id::{EntryId, MatrixId, VarId};
pub(crate) use id::{Id, next_tape_number};
pub(crate) use store::{Application, Store, split_at_result};
pub(crate) use write_buffer::BufferedStore;
