//! What an operation on matrices is, and what it gets to see.
//!
//! An [`Op`] is told the shapes of its operands, runs forward at a [`PointMut`], adds cotangents to
//! a [`Sink`] at a [`Point`], and gives the result's tangent from [`OperandTangents`]. Operands and
//! result are [`View`]s: column-major slices with a shape.
//!
//! How an op finds its operands is here as well, because they lie where the list keeps them: an
//! entry's code and operands (`entries`), and the block of the arena that holds a matrix
//! (`layout`). The columns themselves, and who appends to them, are the [list](crate::list)'s
//! business.

mod entries;
mod layout;
mod operands;
mod operation;
mod output;
mod partial;
mod sample;
mod shared;
mod sink;
mod view;

pub(crate) use entries::{Entries, Entry};
pub(crate) use layout::{Block, Layout};
pub use operands::{OperandTangents, Operands, Point, PointMut};
#[doc(hidden)]
pub use operation::Chain;
pub(crate) use operation::{Graph, Node};
pub use operation::{Op, Recorded, RecordedCotangents, RecordedPoint};
pub use output::OutputSpec;
pub(crate) use partial::Partial;
pub use sample::Sample;
pub(crate) use shared::{Absent, Shared};
pub use sink::Sink;
pub use view::{View, ViewMut};
