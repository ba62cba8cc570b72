//! What an operation computes and how it is differentiated, as a structure that can be read by
//! people and by programs.
//!
//! The code of a rule is written for the machine: stable, branch by branch. A [`Formula`] says the
//! same as one would on paper: what multiplies what, and which of the operands, of the result, of
//! its cotangent. It is written by the macro [`formula!`](crate::formula!), is plain data of the
//! program (`Copy`, known when it is compiled), and gives
//!
//! - the rule as a text, by `Display`: `dx = dz / y, dy = −dz · z / y`;
//! - the same with anything in the places of `x`, `y`, `z` and `dz`, numbers or names of a graph
//!   ([`Formula::value_with`], [`Formula::cotangent_with`]);
//! - for functions of numbers, its value ([`Expr::evaluate`]): the tests hold each formula of this
//!   crate against the code of its rule.
//!
//! ```
//! use tape::formula;
//! use tape::formula::{Formula, Name, Quantity};
//!
//! const DIVIDE: Formula = formula!(z(x, y): z = x / y, dx = dz / y, dy = -dz * z / y);
//! assert_eq!(DIVIDE.to_string(), "dx = dz / y, dy = −dz · z / y");
//!
//! let names = |of| match of {
//!     Quantity::Operand(0) => Name::number(6.0),
//!     Quantity::Operand(_) => Name::number(-2.0),
//!     Quantity::Result => Name::number(-3.0),
//!     Quantity::Cotangent => Name::text("d(mean)"),
//! };
//! let filled = DIVIDE.cotangent_with(1, 2, &names);
//! assert_eq!(filled.as_deref(), Some("−d(mean) · (-3) / (-2)"));
//! ```

mod equations;
mod evaluate;
mod expr;
mod letters;
mod macros;
mod name;
mod text;
mod write;

pub use equations::{Equation, Formula, Left};
pub use expr::{Expr, Relation};
pub use name::{Name, Quantity};
