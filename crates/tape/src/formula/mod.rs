//! What an operation computes and how it is differentiated, as a structure that can be read by people and by programs.
//!
//! The code of a rule is written for the machine: stable, branch by branch. A [`Formula`] says the same as one would on
//! paper: what multiplies what, and which of the operands, of the result, of its cotangent. It is written by the macro
//! [`formula!`](crate::formula!), is plain data of the program (`Copy`, known when it is compiled), and gives
//!
//! - the rule as a text, by `Display`: `dx = dz / y, dy = −dz · z / y`;
//! - the same with anything in the places of `x`, `y`, `z` and `dz`, numbers or names of a graph
//!   ([`Formula::value_with`], [`Formula::cotangent_with`]);
//! - for functions of numbers, its value ([`Expr::evaluate`]): the tests hold each formula of this crate against the code
//!   of its rule.
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

mod evaluate;
mod expr;
mod macros;
mod text;
mod write;

pub use expr::{Expr, Relation};
pub use text::{Name, Quantity};

/// An operation as one writes it on paper: its operands and its result by name, the result's formula, and the cotangent
/// of each operand. Written by [`formula!`](crate::formula!).
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Formula {
    /// The operands' names, in order.
    pub operands: &'static [&'static str],
    /// The result's name; that of its cotangent is the same with a `d` before it.
    pub result: &'static str,
    /// Whether each name stands for any number of operands, `x` for `x₁, x₂, …`, each as many as the others.
    pub runs: bool,
    /// What is known: the result, the operands' cotangents, or only some of them.
    pub equations: &'static [Equation],
    /// Whether the operands may change places.
    pub commutes: bool,
    /// What is said behind the rule: `0 at the origin`.
    pub note: &'static str,
    /// The integer exponent, which is part of the operation and no operand; `n` where none is known.
    pub exponent: Option<i32>,
}

/// One equation of a [`Formula`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Equation {
    /// What it is about.
    pub left: Left,
    /// Indices on the left, `ij` in `dxᵢⱼ`, or nothing.
    pub index: &'static str,
    /// What that is.
    pub right: Expr,
}

/// What an [`Equation`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// The result.
    Result,
    /// The cotangent of the operand with this position among [`Formula::operands`].
    Cotangent(usize),
}

impl Formula {
    /// Nothing is said of the operation.
    pub const UNKNOWN: Formula = Formula::new(&[], "out", false, &[]);

    /// What the macro makes.
    #[doc(hidden)]
    pub const fn new(
        operands: &'static [&'static str],
        result: &'static str,
        runs: bool,
        equations: &'static [Equation],
    ) -> Self {
        Formula {
            operands,
            result,
            runs,
            equations,
            commutes: false,
            note: "",
            exponent: None,
        }
    }

    /// The same of an operation whose operands may change places.
    pub const fn commuting(mut self) -> Self {
        self.commutes = true;
        self
    }

    /// The same with words behind the rule.
    pub const fn noting(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    /// The same with a number for the exponent `n`.
    pub const fn with_exponent(mut self, exponent: i32) -> Self {
        self.exponent = Some(exponent);
        self
    }

    /// The formula of the result; `None` where the operation's symbol says it all.
    pub fn value(&self) -> Option<&'static Expr> {
        self.equation(Left::Result).map(|equation| &equation.right)
    }

    /// The formula of the cotangent of an operand, by its position among [`operands`](Formula::operands).
    pub fn cotangent(&self, operand: usize) -> Option<&'static Expr> {
        let equation = self.equation(Left::Cotangent(operand));
        equation.map(|equation| &equation.right)
    }

    fn equation(&self, left: Left) -> Option<&'static Equation> {
        self.equations.iter().find(|equation| equation.left == left)
    }
}

impl Equation {
    /// What the macro makes.
    #[doc(hidden)]
    pub const fn new(left: Left, index: &'static str, right: Expr) -> Self {
        Equation { left, index, right }
    }
}

impl Left {
    /// What a name on a left side stands for.
    #[doc(hidden)]
    pub const fn named(operands: &[&str], result: &str, name: &str) -> Self {
        if expr::same(name, result) {
            return Left::Result;
        }
        let mut k = 0;
        while k < operands.len() {
            if expr::is_cotangent(name, operands[k]) {
                return Left::Cotangent(k);
            }
            k += 1;
        }
        panic!("the left side of an equation is the result, or `d` and the name of an operand")
    }
}
