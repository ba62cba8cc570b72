//! Pictures of a computation: values going right above the wires, cotangents coming back below
//! them.
//!
//! A [`Graph`] holds what is drawn; a [`Picture`] decides how much of it and writes it as
//!
//! - **SVG** with embedded styles for light and dark pages; its texts can be selected, and every
//!   digit and the line of the program show on hover ([`Picture::svg`]);
//! - a **player**, a page of its own that steps through the forward run and the sweep
//!   ([`Picture::player`]);
//! - a **table** for a terminal ([`Picture::text`]);
//! - **DOT** for Graphviz and **Mermaid** for Markdown pages ([`Picture::dot`],
//!   [`Picture::mermaid`]).
//!
//! A recorded [`Tape`](tape::Tape) gives its picture by the methods of the trait [`Draw`]; a graph
//! can also be put together by hand.
//!
//! All are texts; writing them somewhere is left to the caller. The same graph gives the same text
//! on every machine.
//!
//! ```
//! use picture::{Graph, Operation, Picture};
//! use tape::formula;
//!
//! let mut graph = Graph::new("Two apples");
//! let times = formula!(z(x, y): dx = dz * y, dy = dz * x).commuting();
//! let times = graph.operation(Operation::new("×", "multiply").formula(times));
//! let (apple, apples) = (graph.leaf("apple", 100.0), graph.leaf("apples", 2.0));
//! let price = graph.apply(times, &[apple, apples], 200.0);
//! graph.output("price", price);
//! for (value, cotangent) in [(apple, 2.0), (apples, 100.0), (price, 1.0)] {
//!     graph.value_mut(value).cotangent = Some(cotangent.into());
//! }
//!
//! let table = Picture::new(graph).text(60);
//! assert_eq!(table, "\
//! Two apples
//!    node    uses  value  derivative
//! 0  apple           100           2
//! 1  apples            2         100
//! 2  ×       0 1     200           1
//! 3  price   2
//! ");
//! ```
//!
//! # Large graphs
//! A picture of more than [`Picture::DEFAULT_LIMIT`] nodes is of no use, and neither is a file of
//! ten megabytes. Beyond the limit scopes are folded into one node each, and if that is not enough
//! some ten stretches of the tape are, each with the operations it contains counted.
//! [`Picture::limit`] sets another limit, [`Picture::folded`] folds at once. Leaves with names are
//! never folded.
//!
//! A drawing that is wider than [`Picture::DEFAULT_WIDTH`] goes on in the next row
//! ([`Picture::width`]); it can also run from top to bottom ([`Picture::direction`]). Numbers that
//! never change stand in the operation that uses them ([`Picture::constants`]).

mod dot;
mod drawing;
mod escape;
mod fold;
mod formula;
mod from_tape;
mod layout;
mod measure;
mod mermaid;
mod model;
mod names;
mod numbers;
mod operation;
mod picture;
mod player;
mod quantity;
mod style;
mod svg;
mod text;

#[cfg(test)]
mod browser;
#[cfg(test)]
mod drawn_tests;
#[cfg(test)]
mod rendered_tests;
#[cfg(test)]
mod samples;

pub use from_tape::Draw;
pub use model::{Folded, Graph, Kind, Node, Operand, Source, Value, ValueId};
pub use numbers::short;
pub use operation::{Operation, OperationId};
pub use picture::Picture;
pub use player::Stage;
pub use quantity::{Matrix, Quantity};
pub use style::{Constants, Direction};
