//! What an operation on matrices is: the trait [`Op`], and what an op gets to see of the list.

mod entries;
mod layout;
mod operands;
mod operation;
mod output;
mod sample;
mod sink;
mod view;

pub(crate) use entries::{Entries, Entry};
pub(crate) use layout::{Block, Layout};
pub use operands::{OperandTangents, Operands, Point, PointMut};
pub use operation::Op;
pub use output::OutputSpec;
pub use sample::Sample;
pub use sink::Sink;
pub use view::{View, ViewMut};
