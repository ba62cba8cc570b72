//! Functions: a recorded program with its inputs and outputs named, evaluated at many points.
//!
//! A [`Function`] is made of a closure, or of a tape, its inputs and outputs. It gives values,
//! gradients, Jacobians and products with them, through `&self`: the program is shared, and what an
//! evaluation writes lies in a [`Workspace`], one a thread.
//!
//! A comparison in the closure (`if x[0] < x[1]`) chooses a branch. Where it turns out otherwise
//! than recorded, the function records the closure again and keeps both recordings; a point is
//! evaluated on the one whose comparisons it meets. So no input gets a number of another branch.
//!
//! This folder knows the list, the handles and the sweeps.
//!
//! What always holds:
//!
//! - A recording does not change once it is made.
//! - What is asked for is computed at the point that was given, by a recording whose comparisons
//!   all hold there.
//! - A call that returns an error has written no result.

#[cfg(feature = "map")]
mod again;
#[cfg(feature = "argmin")]
mod argmin;
mod arguments;
mod branches;
mod colouring;
mod construct;
#[cfg(feature = "map")]
mod crew;
mod evaluate;
mod index_sets;
mod inputs;
mod jacobian;
#[cfg(feature = "map")]
mod lane_plans;
#[cfg(feature = "map")]
mod map;
#[cfg(feature = "map")]
mod mapper;
mod of_tape;
mod pattern;
mod products;
mod prune;
mod recording;
mod rows;
mod second;
mod several;
#[cfg(feature = "map")]
mod shared;
#[cfg(feature = "map")]
mod sheet;
mod source;
mod sparse;
mod structure;
#[cfg(feature = "map")]
mod sum;
mod workspace;

#[cfg(feature = "argmin")]
pub use argmin::ArgminMatrix;
pub use arguments::{Arguments, Outputs};
pub use construct::Function;
pub use inputs::{Inputs, Values};
pub use jacobian::jacobian;
#[cfg(feature = "map")]
pub use mapper::Mapper;
pub use pattern::{Direction, SparsityPattern};
pub use second::{hessian, hvp};
pub use structure::{Part, Structure};
pub use workspace::Workspace;
