//! Operations as a picture tells of them.

use std::borrow::Cow;
use tape::formula::Formula;

/// Names an operation of one [`Graph`](crate::Graph); given out by
/// [`Graph::operation`](crate::Graph::operation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub(crate) usize);

/// What an operation is called and how it is differentiated, told once however many nodes apply it.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What stands in the circle: `×`, `exp`, `Affine`.
    pub symbol: Cow<'static, str>,
    /// The full name: `multiply`.
    pub name: Cow<'static, str>,
    /// Its formula and its rule. The player shows them, first as they stand and then with numbers
    /// put in for the operands, the result and its cotangent. Operands that
    /// [commute](Formula::commutes) may be drawn in any order, and so may matrices whose shapes say
    /// which is which; those of a subtraction enter from top to bottom as written.
    pub formula: Formula,
}

impl Operation {
    /// An operation with a symbol and a name, and nothing known of its formulas.
    pub fn new(symbol: impl Into<Cow<'static, str>>, name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            symbol: symbol.into(),
            name: name.into(),
            formula: Formula::UNKNOWN,
        }
    }

    /// Adds what is computed and how it is differentiated.
    ///
    /// ```
    /// use picture::Operation;
    /// use tape::formula;
    /// let divide = formula!(z(x, y): dx = dz / y, dy = -dz * z / y);
    /// let divide = Operation::new("/", "divide").formula(divide);
    /// assert_eq!(divide.formula.to_string(), "dx = dz / y, dy = −dz · z / y");
    /// ```
    pub fn formula(mut self, formula: Formula) -> Self {
        self.formula = formula;
        self
    }
}
