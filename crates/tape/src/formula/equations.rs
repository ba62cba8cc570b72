//! What is known of an operation: equations of its result and of the cotangents of its operands.

use super::expr::{Expr, is_cotangent, same};

/// An operation as one writes it on paper: its operands and its result by name, the result's
/// formula, and the cotangent of each operand. Written by [`formula!`](crate::formula!).
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Formula {
    /// The operands' names, in order.
    pub operands: &'static [&'static str],
    /// The result's name; that of its cotangent is the same with a `d` before it.
    pub result: &'static str,
    /// Whether each name stands for any number of operands, `x` for `x₁, x₂, …`, each as many as
    /// the others.
    pub runs: bool,
    /// What is known: the result, the operands' cotangents, or only some of them.
    pub equations: &'static [Equation],
    /// Whether the operands may change places.
    pub commutes: bool,
    /// What is said behind the rule: `0 at the origin`.
    pub note: &'static str,
    /// The integer exponent, which is part of the operation and no operand; `n` where none is
    /// known.
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

    /// The formula of the cotangent of an operand, by its position among
    /// [`operands`](Formula::operands).
    pub fn cotangent(&self, operand: usize) -> Option<&'static Expr> {
        let equation = self.equation(Left::Cotangent(operand));
        equation.map(|equation| &equation.right)
    }

    pub(super) fn equation(&self, left: Left) -> Option<&'static Equation> {
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
        if same(name, result) {
            return Left::Result;
        }
        let mut k = 0;
        while k < operands.len() {
            if is_cotangent(name, operands[k]) {
                return Left::Cotangent(k);
            }
            k += 1;
        }
        panic!("the left side of an equation is the result, or `d` and the name of an operand")
    }
}
