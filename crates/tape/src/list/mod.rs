//! The Wengert list: every operation a program takes, in order, with its result.
//!
//! A [`Store`] is the list itself, in two parts. Its [`Program`] is what was recorded: parallel
//! columns for entries and what they point at, and beside them comparisons, scopes and names. Its
//! [`Primals`] are the numbers that the program computes; a program can be run on others, too. A
//! [`BufferedStore`] is a store that can be written through `&Tape`; it puts a small buffer before
//! the columns, because that is faster.
//! [`Lengths`] tell a moment of the recording, [`History`] what has been removed since,
//! [`Staleness`] what a replay has to compute again, and an [`Id`] names an entry across all three.
//!
//! This folder knows numbers, the trait of ops and the codes of scalar rules. It knows neither
//! handles nor sweeps: recording, replay and differentiation are written elsewhere, over the
//! columns.
//!
//! What always holds:
//!
//! - An operand precedes its result, in the list and in the arena. So every run over the list is a
//!   loop, and the operands and the result are two halves of a slice split at the result.
//! - The columns `entries` and `values` have one length, and so has `places` where it is kept.
//! - Recording only appends. Only a rewind (or an application that fails while it is recorded)
//!   removes something, and always from the ends.
//! - What a rewind has removed stays removed: an id or a mark of it is refused for good, whatever
//!   was recorded in its place.

mod application;
mod apply;
mod guard;
mod history;
mod id;
mod lengths;
mod names;
mod primals;
mod program;
mod scopes;
mod staleness;
mod store;
mod write_buffer;

pub(crate) use application::Application;
pub(crate) use apply::split_at_result;
pub(crate) use guard::{Guard, Relation, Side};
pub(crate) use history::History;
pub use id::{EntryId, MatrixId, VarId};
pub(crate) use id::{Id, next_tape_number};
pub(crate) use lengths::Lengths;
pub(crate) use primals::Primals;
pub(crate) use program::Program;
pub(crate) use staleness::Staleness;
pub(crate) use store::Store;
pub(crate) use write_buffer::BufferedStore;
