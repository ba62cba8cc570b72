//! Formulas as text: read here, recorded on a tape in [`graph`](crate::graph).
//!
//! A program is lines such as `price = (apple * apples + orange * oranges) * tax`. A line that
//! gives a name a plain number, `tax = 1.1`, is a leaf; so is every name that no line explains.
//! What cannot be read is refused with its place, what was found there, and what was expected.

mod fault;
mod function;
mod line;
mod parse;
mod token;
mod tree;

pub use fault::{Fault, Place};
pub use function::{CONSTANTS, Function};
pub use line::{Leaf, Line, Program};
pub use parse::parse;
pub use tree::{Node, Span, Tree};
