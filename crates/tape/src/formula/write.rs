//! Writing expressions, with parentheses where they are needed and nowhere else.

use super::equations::{Equation, Formula, Left};
use super::expr::{Expr, Relation};
use super::letters::{lowered, opposite, raised, sign};
use super::name::{Name, Quantity};
use std::borrow::Cow;

/// How many terms of a sum over operands are written out.
const TERMS: usize = 4;

/// How tightly a text holds together: in a sum, a product needs no parentheses; in a product, a sum
/// does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    /// Words, comparisons.
    Loose,
    Sum,
    /// `a · b`, `a / b`, and `A ∘ B`, which do not mix without parentheses.
    Elementwise,
    Product,
    /// `cos x`, `2x`, `x²`.
    Prefix,
    Atom,
}

/// A text and how tightly it holds together.
struct Text(String, Binding);

impl Text {
    fn atom(text: impl Into<String>) -> Self {
        Text(text.into(), Binding::Atom)
    }

    /// As a part of something that needs it to hold together as tightly as `binding`.
    fn within(self, binding: Binding) -> String {
        if self.1 >= binding {
            self.0
        } else {
            format!("({})", self.0)
        }
    }
}

/// Writes the expressions of a formula.
pub(super) struct Writer<'a> {
    formula: &'a Formula,
    /// Other names; without them, the formula's own.
    names: Option<&'a dyn Fn(Quantity) -> Name>,
    /// How many operands there are.
    count: usize,
    /// Which of a run is spoken of; any of them, if none is said.
    index: Option<usize>,
    /// The place in a sum over an index.
    summand: usize,
}

impl<'a> Writer<'a> {
    pub fn of_own_names(formula: &'a Formula) -> Self {
        Writer {
            formula,
            names: None,
            count: 0,
            index: None,
            summand: 0,
        }
    }

    pub fn with_names(
        formula: &'a Formula,
        names: &'a dyn Fn(Quantity) -> Name,
        count: usize,
        index: usize,
    ) -> Self {
        Writer {
            formula,
            names: Some(names),
            count,
            index: Some(index),
            summand: 0,
        }
    }

    /// The same, speaking of one of a run.
    pub fn numbered(self, index: Option<usize>) -> Self {
        Writer { index, ..self }
    }

    /// An expression; `None` if it is about elements, and the names say nothing of those.
    pub fn write(&self, expr: &Expr) -> Option<String> {
        Some(self.text(expr)?.0)
    }

    /// The left side of an equation.
    pub fn left(&self, equation: &Equation) -> String {
        let name = match equation.left {
            Left::Result => self.formula.result.to_string(),
            Left::Cotangent(k) => format!("d{}{}", self.formula.operands[k], self.of_run()),
        };
        name + &lowered(equation.index)
    }

    /// The index of an operand of a run.
    fn of_run(&self) -> String {
        match self.index {
            _ if !self.formula.runs => String::new(),
            Some(index) => lowered(&(index + 1).to_string()),
            None => lowered("i"),
        }
    }

    fn text(&self, expr: &Expr) -> Option<Text> {
        Some(match *expr {
            Expr::Operand(_) | Expr::Result | Expr::Cotangent => self.name(expr),
            Expr::Exponent => match self.formula.exponent {
                Some(n) => number(n.into()),
                None => Text::atom("n"),
            },
            Expr::Number(value) => number(value),
            Expr::Words(words) => Text::atom(words),
            Expr::Negative(a) => Text(
                format!("−{}", self.within(a, Binding::Elementwise)?),
                Binding::Sum,
            ),
            Expr::Sum(a, b) => self.infix(a, " + ", b, Binding::Sum)?,
            Expr::Difference(a, b) => self.infix(a, " − ", b, Binding::Sum)?,
            Expr::Product(a, b) if self.is_coefficient(a, b) => self.coefficient(a, b)?,
            Expr::Product(a, b) | Expr::MatrixProduct(a, b) => {
                self.infix(a, " · ", b, Binding::Product)?
            }
            Expr::Quotient(a, b) => self.infix(a, " / ", b, Binding::Product)?,
            Expr::Elementwise(a, b) => self.infix(a, " ∘ ", b, Binding::Elementwise)?,
            Expr::Transpose(a) => Text(
                format!("{}ᵀ", self.within(a, Binding::Atom)?),
                Binding::Prefix,
            ),
            Expr::Power(base, exponent) => self.power(base, exponent)?,
            Expr::Call(function, arguments) => self.call(function, arguments)?,
            Expr::Total(index, term) => self.total(index, term)?,
            Expr::Element(of, index) => self.element(of, index)?,
            Expr::Where {
                left,
                relation,
                right,
                then,
                otherwise,
            } => self.choice((left, relation, right), then, otherwise)?,
            Expr::Phrase(pieces) => {
                let pieces: Option<Vec<_>> = pieces.iter().map(|p| self.write(p)).collect();
                Text(pieces?.join(" "), Binding::Loose)
            }
        })
    }

    fn within(&self, expr: &Expr, binding: Binding) -> Option<String> {
        Some(self.text(expr)?.within(binding))
    }

    /// `a + b`: the right side must hold together more tightly than the whole.
    fn infix(&self, a: &Expr, sign: &str, b: &Expr, binding: Binding) -> Option<Text> {
        let tighter = match binding {
            Binding::Sum => Binding::Elementwise,
            _ => Binding::Prefix,
        };
        let left = self.text(a)?;
        // Of signs that do not mix, `A ∘ B` is the looser; it stands in parentheses among the
        // others, and they in it.
        let left = match (binding, left.1) {
            (Binding::Elementwise, Binding::Product) => format!("({})", left.0),
            _ => left.within(binding),
        };
        let right = self.within(b, tighter)?;
        Some(Text(format!("{left}{sign}{right}"), binding))
    }

    fn name(&self, expr: &Expr) -> Text {
        let Some(names) = self.names else {
            let formula = self.formula;
            return Text::atom(match *expr {
                Expr::Operand(k) => format!("{}{}", formula.operands[k], self.of_run()),
                Expr::Result => formula.result.to_string(),
                _ => format!("d{}", formula.result),
            });
        };
        Text::atom(names(self.quantity(expr)).to_string())
    }

    /// An element: with indices behind a letter, or the first one of those that are known.
    fn element(&self, of: &Expr, index: &str) -> Option<Text> {
        let Some(names) = self.names else {
            return Some(Text::atom(self.text(of)?.0 + &lowered(index)));
        };
        let name = names(self.quantity(of));
        if name.is_letter() {
            return Some(Text::atom(name.bare() + &lowered(index)));
        }
        let place = |index| if index == 'k' { self.summand } else { 0 };
        let places: Vec<usize> = index.chars().map(place).collect();
        let rows = name.elements();
        let element = match places[..] {
            [i, j] => rows.get(i)?.get(j)?,
            [k] if rows.len() == 1 => rows[0].get(k)?,
            [k] => rows.get(k)?.first()?,
            _ => return None,
        };
        Some(Text::atom(match element.starts_with(['-', '−']) {
            true => format!("({element})"),
            false => element.clone(),
        }))
    }

    /// How many terms a sum over `index` has, where the elements are known.
    fn summands(&self, term: &Expr, index: &str) -> Option<usize> {
        let (of, at) = element_with(term, index)?;
        let name = self.names?(self.quantity(of));
        let rows = name.elements();
        // With one index, along the row or the column that it is.
        let of_one = at.chars().count() == 1 && rows.len() == 1;
        match at.find(index)? {
            0 if !of_one => Some(rows.len()),
            _ => rows.first().map(Vec::len),
        }
    }

    /// What a name stands for among the operands that there are.
    fn quantity(&self, expr: &Expr) -> Quantity {
        match *expr {
            Expr::Operand(k) if self.formula.runs => {
                let of_a_name = self.count / self.formula.operands.len();
                Quantity::Operand(k * of_a_name + self.index.unwrap_or(0))
            }
            Expr::Operand(k) => Quantity::Operand(k),
            Expr::Result => Quantity::Result,
            _ => Quantity::Cotangent,
        }
    }

    /// Whether `b` can stand behind the number in `a` without a sign: `2x`, in the formula's own
    /// letters.
    fn is_coefficient(&self, a: &Expr, b: &Expr) -> bool {
        let mut last = a;
        while let Expr::Product(_, b) = last {
            last = b;
        }
        let number = match last {
            Expr::Number(_) => true,
            Expr::Exponent => self.formula.exponent.is_some_and(|n| n >= 0),
            _ => false,
        };
        let base = if let Expr::Power(base, _) = b {
            base
        } else {
            b
        };
        let letter = matches!(base, Expr::Operand(_) | Expr::Result);
        self.names.is_none() && number && letter
    }

    fn coefficient(&self, a: &Expr, b: &Expr) -> Option<Text> {
        let (a, b) = (self.text(a)?, self.text(b)?);
        let binding = a.1.min(Binding::Prefix);
        Some(Text(a.0 + &b.0, binding))
    }

    fn power(&self, base: &Expr, exponent: &Expr) -> Option<Text> {
        let raised = self.raised(exponent)?;
        if let Expr::Call(function, [argument]) = base
            && stands_before(function)
            && !raised.starts_with('^')
        {
            let argument = self.within(argument, Binding::Atom)?;
            return Some(Text(
                format!("{function}{raised} {argument}"),
                Binding::Prefix,
            ));
        }
        let mut base = self.within(base, Binding::Atom)?;
        let plain = |c: char| c.is_alphanumeric() || c == '.';
        let scientific = base.contains('e') && base.starts_with(|c: char| c.is_ascii_digit());
        if self.names.is_some()
            && !base.starts_with('(')
            && (scientific || !base.chars().all(plain))
        {
            base = format!("({base})");
        }
        Some(Text(base + &raised, Binding::Prefix))
    }

    /// An exponent: raised if it is whole or a letter that stands for such a number, else behind a
    /// `^`.
    fn raised(&self, exponent: &Expr) -> Option<String> {
        let whole = exponent.evaluate(self.formula, &[], f64::NAN, f64::NAN);
        if let Some(whole) = whole.filter(|whole| whole.fract() == 0.0) {
            return Some(raised(&whole.to_string()));
        }
        let text = self.text(exponent)?;
        if depends_on_n(exponent) {
            return Some(raised(&text.0));
        }
        let tight = text.0.replace(' ', "");
        Some(match text.1 {
            Binding::Atom => format!("^{tight}"),
            _ => format!("^({tight})"),
        })
    }

    fn call(&self, function: &str, arguments: &[Expr]) -> Option<Text> {
        let texts: Option<Vec<Text>> = arguments.iter().map(|a| self.text(a)).collect();
        let mut texts = texts?;
        let function = match function {
            "abs" => return Some(Text::atom(format!("|{}|", texts.pop()?.0))),
            "sqrt" => "√",
            "sigmoid" => "σ",
            other => other,
        };
        let [argument] = &texts[..] else {
            let arguments: Vec<_> = texts.into_iter().map(|text| text.0).collect();
            return Some(Text::atom(format!("{function}({})", arguments.join(", "))));
        };
        Some(match argument {
            Text(argument, Binding::Atom) if stands_before(function) && !argument.contains(' ') => {
                Text(format!("{function} {argument}"), Binding::Prefix)
            }
            Text(argument, Binding::Atom) if argument.starts_with('(') => {
                Text::atom(format!("{function}{argument}"))
            }
            Text(argument, _) => Text::atom(format!("{function}({argument})")),
        })
    }

    /// A sum; over operands that have names and over elements that are known, its terms.
    fn total(&self, index: &str, term: &Expr) -> Option<Text> {
        let of_run = self.names.is_some() && self.formula.runs;
        let count = match of_run {
            true => Some(self.count / self.formula.operands.len()),
            false => self.summands(term, index),
        };
        let Some(count) = count else {
            let term = self.within(term, Binding::Elementwise)?;
            let index = lowered(index);
            return Some(Text(format!("Σ{index} {term}"), Binding::Product));
        };
        let written = if count > TERMS { TERMS - 1 } else { count };
        let numbered = |place| Writer {
            index: if of_run { Some(place) } else { self.index },
            summand: if of_run { 0 } else { place },
            ..*self
        };
        let term = |place| numbered(place).within(term, Binding::Elementwise);
        let terms: Option<Vec<String>> = (0..written).map(term).collect();
        let mut terms = terms?;
        if written < count {
            terms.push("…".into());
        }
        Some(match terms.len() {
            0 => Text::atom("0"),
            1 => Text(terms.remove(0), Binding::Elementwise),
            _ => Text(terms.join(" + "), Binding::Sum),
        })
    }

    /// One of two: which, if that can be said.
    fn choice(
        &self,
        (left, relation, right): (&Expr, Relation, &Expr),
        then: &Expr,
        otherwise: &Expr,
    ) -> Option<Text> {
        let (a, b) = (self.write_bare(left)?, self.write_bare(right)?);
        let Some((x, y)) = self.number(left).zip(self.number(right)) else {
            let (then, otherwise) = (self.write(then)?, self.write(otherwise)?);
            let sign = sign(relation);
            return Some(Text(
                format!("{then} where {a} {sign} {b}, {otherwise} elsewhere"),
                Binding::Loose,
            ));
        };
        let (taken, fact) = if relation.holds(x, y) {
            (then, format!("{a} {} {b}", sign(relation)))
        } else if x.is_nan() || y.is_nan() {
            (otherwise, format!("not {a} {} {b}", sign(relation)))
        } else {
            (otherwise, format!("{a} {} {b}", opposite(relation)))
        };
        Some(Text(
            format!("{} as {fact}", self.write(taken)?),
            Binding::Loose,
        ))
    }

    /// Without the parentheses of a negative number.
    fn write_bare(&self, expr: &Expr) -> Option<Cow<'static, str>> {
        let is_name = matches!(expr, Expr::Operand(_) | Expr::Result | Expr::Cotangent);
        Some(match self.names {
            Some(names) if is_name => names(self.quantity(expr)).bare().into(),
            _ => self.write(expr)?.into(),
        })
    }

    /// What a name or a number is.
    fn number(&self, expr: &Expr) -> Option<f64> {
        match *expr {
            Expr::Number(value) => Some(value),
            Expr::Operand(_) | Expr::Result | Expr::Cotangent => {
                self.names?(self.quantity(expr)).value()
            }
            _ => None,
        }
    }
}

fn number(value: f64) -> Text {
    if value < 0.0 {
        Text(format!("−{}", -value), Binding::Sum)
    } else {
        Text::atom(value.to_string())
    }
}

/// The first element in an expression with this among its indices.
fn element_with<'e>(expr: &'e Expr, index: &str) -> Option<(&'e Expr, &'e str)> {
    match expr {
        Expr::Element(of, at) if !index.is_empty() && at.contains(index) => Some((of, at)),
        Expr::Sum(a, b) | Expr::Difference(a, b) | Expr::Product(a, b) | Expr::Quotient(a, b) => {
            element_with(a, index).or_else(|| element_with(b, index))
        }
        Expr::Negative(a) => element_with(a, index),
        Expr::Call(_, arguments) => arguments.iter().find_map(|a| element_with(a, index)),
        _ => None,
    }
}

/// Whether a function's argument can stand behind its name without parentheses.
fn stands_before(function: &str) -> bool {
    matches!(
        function,
        "exp" | "ln" | "sin" | "cos" | "sinh" | "cosh" | "sign"
    )
}

/// Whether an exponent is `n`, or a sum with it.
fn depends_on_n(exponent: &Expr) -> bool {
    match exponent {
        Expr::Exponent => true,
        Expr::Sum(a, Expr::Number(_)) | Expr::Difference(a, Expr::Number(_)) => depends_on_n(a),
        _ => false,
    }
}
