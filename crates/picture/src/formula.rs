//! Formulas in words: an operation's formula and rule, in the names of the graph and with the
//! numbers of a node put in.

use crate::model::{Graph, Kind};
use crate::numbers;
use crate::operation::Operation;
use crate::quantity::Quantity;
use std::cell::RefCell;
use tape::formula::{self, Formula, Name};

/// How many operands of a sum get a line each in the sweep.
const LINES: usize = 4;

/// A line such as `d(tax) = d(price) · together = 1 · 650 = 650`, in its parts, of which those that
/// would repeat another are empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Line {
    /// `d(tax)`.
    pub left: String,
    /// `d(price) · together`.
    pub rule: String,
    /// `1 · 650`.
    pub numbers: String,
    /// `650`, or nothing where it is not known.
    pub result: String,
    /// The result with all its digits, if it is one number.
    pub answer: Option<f64>,
    /// The numbers put in, by value.
    pub uses: Vec<Use>,
    /// Whether the numbers are those of the first element, and the result, too.
    pub first: bool,
}

/// A number of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    Forward(usize),
    Cotangent(usize),
}

impl Line {
    /// The same with a result.
    pub fn resulting(mut self, quantity: &Quantity) -> Self {
        self.answer = match quantity {
            Quantity::Scalar(number) => Some(*number),
            Quantity::Matrix(matrix) if self.first => matrix.entries.first().copied(),
            _ => None,
        };
        self.result = match (self.answer, quantity) {
            (Some(number), _) => numbers::short(number),
            // A shape says nothing that the rule does not.
            (None, Quantity::Matrix(_)) if self.first => String::new(),
            (None, other) => numbers::brief(other),
        };
        self
    }
}

/// What stands before the numbers of one element.
const FIRST: &str = "for the first element ";

/// What is to stand in the places of a formula's names.
type Names<'n> = &'n dyn Fn(formula::Quantity) -> Name;

/// What stands in the places of a formula's names at one node.
struct At<'a> {
    graph: &'a Graph,
    names: &'a [String],
    node: usize,
    value: usize,
    /// Whether a formula of numbers is applied to each element of matrices.
    elementwise: bool,
    uses: RefCell<Vec<Use>>,
}

impl At<'_> {
    /// The number of the picture that a name stands for.
    fn number_of(&self, of: formula::Quantity) -> Option<Use> {
        Some(match of {
            formula::Quantity::Operand(position) => {
                let operand = self.graph.nodes()[self.node].operands().get(position)?;
                Use::Forward(operand.value.index())
            }
            formula::Quantity::Result => Use::Forward(self.value),
            formula::Quantity::Cotangent => Use::Cotangent(self.value),
        })
    }

    fn quantity(&self, of: Use) -> Option<&Quantity> {
        match of {
            Use::Forward(value) => Some(&self.graph.values()[value].forward),
            Use::Cotangent(value) => self.graph.values()[value].cotangent.as_ref(),
        }
    }

    /// The name of the graph.
    fn name(&self, of: formula::Quantity) -> Name {
        let Some(of) = self.number_of(of) else {
            return Name::text(UNKNOWN);
        };
        match of {
            Use::Cotangent(value) => Name::letter(format!("d({})", self.names[value])),
            Use::Forward(value) => {
                let producer = self.graph.values()[value].producer();
                match (&self.graph.nodes()[producer].kind, self.quantity(of)) {
                    (Kind::Constant, Some(quantity)) => filled(quantity),
                    _ => Name::letter(self.names[value].clone()),
                }
            }
        }
    }

    /// The number, which is written down as used.
    fn number(&self, of: formula::Quantity) -> Name {
        let Some((of, quantity)) = self
            .number_of(of)
            .and_then(|of| Some((of, self.quantity(of)?)))
        else {
            return Name::text(UNKNOWN);
        };
        self.uses.borrow_mut().push(of);
        match quantity {
            Quantity::Matrix(matrix) if self.elementwise => match matrix.entries.first() {
                Some(&first) => Name::text(numbers::short(first)).of(first),
                None => Name::text(UNKNOWN),
            },
            _ => filled(quantity),
        }
    }

    /// The shape of an operand that is repeated to be as large as the result.
    fn summed_to(&self, operand: usize) -> Option<String> {
        let values = self.graph.values();
        let result = match &values[self.value].forward {
            Quantity::Matrix(matrix) if self.elementwise => matrix,
            _ => return None,
        };
        match &values[operand].forward {
            Quantity::Matrix(matrix) => {
                let same = (matrix.rows, matrix.columns) == (result.rows, result.columns);
                (!same).then(|| numbers::shape(matrix))
            }
            Quantity::Scalar(_) => Some("one number".to_owned()),
            _ => None,
        }
    }

    /// A line of the texts that a formula gives for names and for numbers, of which some may be
    /// those of an element.
    fn line(&self, left: String, indices: &str, of: &dyn Fn(Names) -> String) -> Line {
        let mut rule = of(&|quantity| self.name(quantity));
        let mut numbers = of(&|quantity| self.number(quantity));
        if numbers.contains(UNKNOWN) || numbers == rule {
            numbers.clear();
        }
        let first = self.elementwise || !indices.is_empty();
        if first && !numbers.is_empty() {
            numbers.insert_str(0, FIRST);
        }
        if self.elementwise {
            rule += " element by element";
        }
        let mut uses = self.uses.take();
        uses.sort_unstable();
        uses.dedup();
        Line {
            left: left + indices,
            rule,
            numbers,
            uses,
            first,
            ..Line::default()
        }
    }
}

/// In the place of a number that is not known.
const UNKNOWN: &str = "?";

/// What is written for a quantity in a formula.
fn filled(quantity: &Quantity) -> Name {
    let text = numbers::brief(quantity);
    match quantity {
        Quantity::Scalar(number) => Name::text(text).of(*number),
        Quantity::Matrix(matrix) => {
            let rows = numbers::rows(matrix).map(|row| row.iter().map(|x| numbers::short(*x)));
            Name::wrapped(text).with_elements(rows.map(Iterator::collect).collect())
        }
        _ => Name::text(text),
    }
}

/// The forward formula of an operation's node.
pub(crate) fn forward(graph: &Graph, names: &[String], node: usize, value: usize) -> Option<Line> {
    let operation = operation(graph, node)?;
    let formula = &operation.formula;
    let count = graph.nodes()[node].operands().len();
    let at = at(graph, names, node, value);
    let line = at.line(names[value].clone(), "", &|names| {
        let known = formula.value_with(count, names);
        known.unwrap_or_else(|| of_symbol(operation, count, names))
    });
    Some(line.resulting(&graph.values()[value].forward))
}

/// A sign between two operands, or a word before the list of them: the symbol, or the name where
/// the symbol speaks of operands itself, as `[X Y]` does.
fn of_symbol(operation: &Operation, count: usize, names: Names) -> String {
    let symbol = &operation.symbol;
    let mut texts: Vec<String> = (0..count.min(LINES))
        .map(|k| names(formula::Quantity::Operand(k)).to_string())
        .collect();
    let is_sign = !symbol.chars().any(char::is_alphanumeric);
    let is_word = symbol.chars().all(|c| c.is_alphanumeric() || c == '_');
    if let ([x, y], true) = (&texts[..], is_sign) {
        return format!("{x} {symbol} {y}");
    }
    for text in &mut texts {
        if let Some(bare) = text
            .strip_prefix('(')
            .and_then(|text| text.strip_suffix(')'))
        {
            *text = bare.to_owned();
        }
    }
    if count > LINES {
        texts.push("…".to_owned());
    }
    let name = if is_sign || is_word {
        symbol
    } else {
        &operation.name
    };
    format!("{name}({})", texts.join(", "))
}

/// What the sweep does at an operation's node: a line for each operand with a cotangent, with the
/// operand's position; of many operands in a row, the first few.
pub(crate) fn backward(
    graph: &Graph,
    names: &[String],
    node: usize,
    value: usize,
) -> Vec<(usize, Line)> {
    let Some(operation) = operation(graph, node) else {
        return Vec::new();
    };
    let (formula, uses) = (&operation.formula, graph.nodes()[node].operands());
    let at = at(graph, names, node, value);
    let line = |position: usize| {
        let use_ = &uses[position];
        let operand = use_.value.index();
        graph.values()[operand].cotangent.as_ref()?;
        let left = format!("d({})", names[operand]);
        let indices = formula.cotangent_indices(position, uses.len());
        let known = |names: Names| formula.cotangent_with(position, uses.len(), names);
        known(&|quantity| at.name(quantity))?;
        let mut line = at.line(left, &indices, &|names| known(names).unwrap_or_default());
        if let Some(shape) = at.summed_to(operand) {
            line.rule = format!("{}, summed to {shape}", line.rule);
            (line.numbers, line.first) = (String::new(), false);
        }
        Some(match &use_.contribution {
            Some(contribution) => (position, line.resulting(contribution)),
            None => (position, line),
        })
    };
    let count = if formula.runs { LINES } else { uses.len() };
    (0..uses.len()).filter_map(line).take(count).collect()
}

fn at<'a>(graph: &'a Graph, names: &'a [String], node: usize, value: usize) -> At<'a> {
    // A formula of matrices has capital letters.
    let letters = operation(graph, node).map_or(Formula::UNKNOWN, |operation| operation.formula);
    let small = |name: &&str| name.starts_with(char::is_lowercase);
    let of_numbers = [letters.result].iter().chain(letters.operands).all(small);
    let indexed = (0..letters.operands.len()).any(|k| !letters.cotangent_indices(k, 1).is_empty());
    let is_matrix = matches!(graph.values()[value].forward, Quantity::Matrix(_));
    At {
        graph,
        names,
        node,
        value,
        elementwise: of_numbers && !indexed && !letters.runs && is_matrix,
        uses: RefCell::default(),
    }
}

/// The rule of an operation's node in its own letters: `The rule, for z = x · y: dx = dz · y,
/// dy = dz · x`.
pub(crate) fn general(graph: &Graph, node: usize) -> String {
    let Some(operation) = operation(graph, node) else {
        return String::new();
    };
    let formula = &operation.formula;
    let rules = formula.cotangent_texts();
    let letter = |of| match of {
        formula::Quantity::Operand(k) => Name::letter(formula.operands[k]),
        _ => Name::text(UNKNOWN),
    };
    let by_symbol = || of_symbol(operation, formula.operands.len(), &letter);
    let value = formula.value_text();
    match value.or_else(|| (!formula.runs).then(by_symbol)) {
        _ if rules.is_empty() => String::new(),
        Some(value) => {
            let (result, rules) = (formula.result, rules.join(", "));
            format!("The rule, for {result} = {value}: {rules}")
        }
        None => format!("The rule: {}", rules.join(", ")),
    }
}

/// All formulas of an operation on one line each, for a title.
pub(crate) fn summary(operation: &Operation) -> String {
    let name = [operation.name.clone().into_owned()].into_iter();
    let lines: Vec<_> = name.chain(equations(operation)).collect();
    lines.join("\n")
}

fn equations(operation: &Operation) -> impl Iterator<Item = String> {
    let formula = &operation.formula;
    let value = formula.value_text();
    let value = value.map(|value| format!("{} = {value}", formula.result));
    value.into_iter().chain(formula.cotangent_texts())
}

fn operation(graph: &Graph, node: usize) -> Option<&Operation> {
    match graph.nodes()[node].kind {
        Kind::Operation(id) => Some(&graph.operations()[id.0]),
        _ => None,
    }
}

#[cfg(test)]
#[path = "formula_tests.rs"]
mod tests;
