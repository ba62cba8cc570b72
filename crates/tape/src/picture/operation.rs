//! Operations as a picture tells of them.

use std::borrow::Cow;

/// Names an operation of one [`Graph`](super::Graph); given out by
/// [`Graph::operation`](super::Graph::operation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub(super) usize);

/// What an operation is called and how it is differentiated, told once however many nodes apply it.
///
/// `formula` and `rules` are for people: the player shows them, first as they stand and then with
/// numbers put in for the names in `operands`, for `out` (the result) and for `dout` (its
/// cotangent).
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What stands in the circle: `×`, `exp`, `Affine`.
    pub symbol: Cow<'static, str>,
    /// The full name: `multiply`.
    pub name: Cow<'static, str>,
    /// The names the formulas use for the operands, in order: `["x", "y"]`.
    pub operands: Vec<Cow<'static, str>>,
    /// The forward formula without `out =`, or nothing: `x · y`.
    pub formula: Cow<'static, str>,
    /// What each operand's cotangent receives, in operand order: `["dout · y", "dout · x"]`. May be
    /// shorter than `operands`; an operand without a rule gets no derivative.
    pub rules: Vec<Cow<'static, str>>,
    /// Whether operands may be drawn in any order. Those of a subtraction enter from top to bottom
    /// as written.
    pub commutes: bool,
}

impl Operation {
    /// An operation with a symbol and a name, and nothing known about its formula.
    pub fn new(symbol: impl Into<Cow<'static, str>>, name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            symbol: symbol.into(),
            name: name.into(),
            operands: Vec::new(),
            formula: "".into(),
            rules: Vec::new(),
            commutes: false,
        }
    }

    /// Adds the forward formula and the names it gives the operands.
    pub fn formula(
        mut self,
        operands: &[&'static str],
        formula: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.operands = operands.iter().map(|&name| name.into()).collect();
        self.formula = formula.into();
        self
    }

    /// Adds the rules of the reverse sweep, one per operand.
    pub fn rules(mut self, rules: &[&'static str]) -> Self {
        self.rules = rules.iter().map(|&rule| rule.into()).collect();
        self
    }

    /// Lets the drawing choose the order of the operands.
    pub fn commuting(mut self) -> Self {
        self.commutes = true;
        self
    }
}
