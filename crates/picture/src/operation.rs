//! Operations as a picture tells of them.

use std::borrow::Cow;

/// Names an operation of one [`Graph`](crate::Graph); given out by
/// [`Graph::operation`](crate::Graph::operation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub(crate) usize);

/// What an operation is called and how it is differentiated, told once however many nodes apply it.
///
/// `formula` and `rule` are for people: the player shows them, first as they stand and then with
/// numbers put in for the names of the operands (`x`), of the result (`z`) and of its cotangent
/// (`dz`).
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What stands in the circle: `×`, `exp`, `Affine`.
    pub symbol: Cow<'static, str>,
    /// The full name: `multiply`.
    pub name: Cow<'static, str>,
    /// The names of the operands in the formula and the rule, in order: `x` and `y`.
    pub operands: Vec<Cow<'static, str>>,
    /// The name of the result there: `z`.
    pub result: Cow<'static, str>,
    /// The forward formula without `z =`: `x · y`. Without one the symbol is shown between or
    /// before the names.
    pub formula: Cow<'static, str>,
    /// The rule of the reverse sweep, one part for each operand that gets a derivative:
    /// `dx = dz · y, dy = dz · x`.
    pub rule: Cow<'static, str>,
    /// Whether operands may be drawn in any order. Those of a subtraction enter from top to bottom
    /// as written.
    pub commutes: bool,
}

impl Operation {
    /// An operation with a symbol and a name, and nothing known of its formulas.
    pub fn new(symbol: impl Into<Cow<'static, str>>, name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            symbol: symbol.into(),
            name: name.into(),
            operands: Vec::new(),
            result: "out".into(),
            formula: "".into(),
            rule: "".into(),
            commutes: false,
        }
    }

    /// Adds the rule of the reverse sweep and reads the names off it: operands from the left sides,
    /// the result from the first cotangent on a right side.
    ///
    /// ```
    /// # use picture::Operation;
    /// let divide = Operation::new("/", "divide").rule("dx = dz / y, dy = −dz · z / y");
    /// assert_eq!(divide.operands, ["x", "y"]);
    /// assert_eq!(divide.result, "z");
    /// ```
    pub fn rule(mut self, rule: impl Into<Cow<'static, str>>) -> Self {
        let rule = rule.into();
        let parts = parts(&rule);
        let result = parts.iter().find_map(|part| {
            let cotangent = names(part.right).find(|name| name.len() > 1 && name.starts_with('d'));
            cotangent.map(|name| name[1..].to_owned())
        });
        self.operands = parts
            .iter()
            .filter_map(|part| part.operand)
            .map(|name| name.to_owned().into())
            .collect();
        self.result = result.map_or(self.result, Cow::from);
        self.rule = rule;
        self
    }

    /// Names the operands and the result where the rule does not name them all.
    pub fn names(mut self, operands: &[&'static str], result: &'static str) -> Self {
        self.operands = operands.iter().map(|&name| name.into()).collect();
        self.result = result.into();
        self
    }

    /// Adds the forward formula.
    pub fn formula(mut self, formula: impl Into<Cow<'static, str>>) -> Self {
        self.formula = formula.into();
        self
    }

    /// Lets the drawing choose the order of the operands.
    pub fn commuting(mut self) -> Self {
        self.commutes = true;
        self
    }
}

/// A part of a rule that tells one cotangent.
#[derive(Debug, PartialEq)]
pub(crate) struct Part<'a> {
    /// `dx = dz · y`.
    pub whole: &'a str,
    /// `x`; nothing where the part is not about one operand, as `dxᵢ = dy` is about each.
    pub operand: Option<&'a str>,
    /// `dz · y`.
    pub right: &'a str,
}

/// The parts of a rule. A comma ends a part only before another cotangent, for there are rules such
/// as `dX = dy at the largest element, 0 elsewhere`.
pub(crate) fn parts(rule: &str) -> Vec<Part<'_>> {
    let begins = |text: &str| text.starts_with('d') && left(text).is_some();
    let mut starts = vec![0];
    let commas = rule.match_indices(", ").map(|(at, comma)| at + comma.len());
    starts.extend(commas.filter(|&at| begins(&rule[at..])));
    starts.push(rule.len() + 2);
    let part = |bounds: &[usize]| {
        let whole = &rule[bounds[0]..bounds[1] - 2];
        let named =
            left(whole).filter(|(name, _)| name.starts_with('d') && !name.contains(SUBSCRIPTS));
        Part {
            whole,
            operand: named.map(|(name, _)| &name[1..]),
            right: left(whole).map_or(whole, |(_, right)| right),
        }
    };
    starts
        .windows(2)
        .map(part)
        .filter(|part| !part.whole.is_empty())
        .collect()
}

/// `dx = dz` as `dx` and `dz`, if a single name stands on the left.
fn left(part: &str) -> Option<(&str, &str)> {
    let (name, right) = part.split_once(" = ")?;
    name.chars().all(in_name).then_some((name, right))
}

/// The names in a formula.
fn names(formula: &str) -> impl Iterator<Item = &str> {
    formula
        .split(|c| !in_name(c))
        .filter(|name| !name.is_empty())
}

/// Indices that stand for any element or operand, so that no one number can be put in.
pub(crate) const SUBSCRIPTS: [char; 3] = ['ᵢ', 'ⱼ', 'ₖ'];

/// Whether a character can be part of a name. Superscripts (`x²`, `Wᵀ`) are letters and numbers to
/// Unicode but not part of a name.
pub(crate) fn in_name(c: char) -> bool {
    (c.is_alphanumeric() || c == '_') && !"ᵀ⁰¹²³⁴⁵⁶⁷⁸⁹".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rule: &'static str) -> (Vec<String>, String, usize) {
        let operation = Operation::new("", "").rule(rule);
        let operands = operation
            .operands
            .iter()
            .map(|name| name.to_string())
            .collect();
        (operands, operation.result.into_owned(), parts(rule).len())
    }

    #[test]
    fn names_are_read_off_the_rule() {
        let names = |names: &[&str]| {
            names
                .iter()
                .map(|name| name.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(read("dx = dy · cos x"), (names(&["x"]), "y".into(), 1));
        assert_eq!(
            read("dx = dz / y, dy = −dz · z / y"),
            (names(&["x", "y"]), "z".into(), 2)
        );
        let affine = "dX = dY · Wᵀ, dW = Xᵀ · dY, db = column sums of dY";
        assert_eq!(read(affine), (names(&["X", "W", "b"]), "Y".into(), 3));
        let largest = "dX = dy at the first largest element, 0 elsewhere";
        assert_eq!(read(largest), (names(&["X"]), "y".into(), 1));
        assert_eq!(read("dxᵢ = dy"), (names(&[]), "y".into(), 1));
        assert_eq!(read("every row of dX = dy").0, names(&[]));
        assert_eq!(read(""), (names(&[]), "out".into(), 0));
    }
}
