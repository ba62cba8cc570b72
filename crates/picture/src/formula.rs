//! Formulas with numbers put in for names: `dz · y` becomes `1.1 · 2`.

use crate::model::{Graph, Kind};
use crate::numbers;
use crate::operation::{self, Operation, in_name};
use crate::quantity::Quantity;

/// One line of the player: the formula, the formula with numbers, and what comes out.
#[derive(Debug, PartialEq)]
pub(crate) struct Line {
    /// `dx = dz · y`.
    pub rule: String,
    /// `1.1 · 2`, or nothing where it would only repeat the result.
    pub numbers: String,
    /// `2.2`, or nothing where it is not known.
    pub result: String,
}

/// The forward formula of an operation's node.
pub(crate) fn forward(graph: &Graph, node: usize, value: usize) -> Option<Line> {
    let operation = operation(graph, node)?;
    let formula = formula_of(operation, graph.nodes()[node].operands().len());
    Some(Line {
        rule: format!("{} = {formula}", operation.result),
        numbers: substitute(&formula, |name| lookup(graph, node, value, operation, name)),
        result: numbers::brief(&graph.values()[value].forward),
    })
}

/// The formula as given, or the symbol between two names or before their list.
fn formula_of(operation: &Operation, operands: usize) -> String {
    if !operation.formula.is_empty() {
        return operation.formula.clone().into_owned();
    }
    let symbol = &operation.symbol;
    let named = &operation.operands[..operands.min(operation.operands.len())];
    match named {
        [x, y] if !symbol.chars().any(char::is_alphabetic) => format!("{x} {symbol} {y}"),
        names if names.len() == operands => format!("{symbol}({})", names.join(", ")),
        _ => symbol.clone().into_owned(),
    }
}

/// What the sweep does at an operation's node: the parts of its rule, each with the position of the
/// operand it is about. Parts about operands that get no cotangent are left out.
pub(crate) fn backward(graph: &Graph, node: usize, value: usize) -> Vec<(Option<usize>, Line)> {
    let Some(operation) = operation(graph, node) else {
        return Vec::new();
    };
    let uses = graph.nodes()[node].operands();
    let mut lines = Vec::new();
    for part in operation::parts(&operation.rule) {
        let named = |name: &str| {
            operation
                .operands
                .iter()
                .position(|operand| operand == name)
        };
        let position = part
            .operand
            .and_then(named)
            .filter(|&position| position < uses.len());
        let operand = position.map(|position| &uses[position]);
        if operand.is_some_and(|operand| graph.values()[operand.value.0].cotangent.is_none()) {
            continue;
        }
        let known = position.is_some() && !part.right.contains(operation::SUBSCRIPTS);
        let put_in = || {
            substitute(part.right, |name| {
                lookup(graph, node, value, operation, name)
            })
        };
        let contribution = operand.and_then(|operand| operand.contribution.as_ref());
        let line = Line {
            rule: part.whole.to_owned(),
            numbers: if known { put_in() } else { String::new() },
            result: contribution.map(numbers::brief).unwrap_or_default(),
        };
        lines.push((position, line));
    }
    lines
}

/// All formulas of an operation on one line each, for a title.
pub(crate) fn summary(operation: &Operation) -> String {
    let mut lines = vec![operation.name.clone().into_owned()];
    if !operation.formula.is_empty() {
        lines.push(format!("{} = {}", operation.result, operation.formula));
    }
    lines.extend(
        operation::parts(&operation.rule)
            .iter()
            .map(|part| part.whole.to_owned()),
    );
    lines.join("\n")
}

fn operation(graph: &Graph, node: usize) -> Option<&Operation> {
    match graph.nodes()[node].kind {
        Kind::Operation(id) => Some(&graph.operations()[id.0]),
        _ => None,
    }
}

/// The number a name stands for at a node, ready to stand inside a formula.
fn lookup(
    graph: &Graph,
    node: usize,
    value: usize,
    operation: &Operation,
    name: &str,
) -> Option<String> {
    let value = &graph.values()[value];
    let position = operation
        .operands
        .iter()
        .position(|operand| operand == name);
    let quantity = if let Some(position) = position {
        let operand = graph.nodes()[node].operands().get(position)?;
        &graph.values()[operand.value.0].forward
    } else if name == operation.result {
        &value.forward
    } else if name.strip_prefix('d') == Some(&operation.result) {
        value.cotangent.as_ref()?
    } else {
        return None;
    };
    let text = numbers::brief(quantity);
    let wrap = text.starts_with('-') || matches!(quantity, Quantity::Matrix(_));
    Some(if wrap { format!("({text})") } else { text })
}

/// Replaces every name the lookup knows; everything else stays.
fn substitute(formula: &str, lookup: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::new();
    let mut rest = formula;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c| !in_name(c)).unwrap_or(rest.len());
        if length == 0 {
            text.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (name, after) = rest.split_at(length);
        match lookup(name) {
            // A name before a parenthesis is a function, even if an operand has the same one.
            Some(number) if !after.starts_with('(') => text.push_str(&number),
            _ => text.push_str(name),
        }
        rest = after;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Matrix;

    fn product(x: impl Into<Quantity>, y: impl Into<Quantity>) -> Graph {
        let mut graph = Graph::new("");
        let times = Operation::new("×", "multiply").rule("dx = dz · y, dy = dz · x");
        let times = graph.operation(times);
        let (x, y) = (graph.leaf("", x), graph.leaf("", y));
        let out = graph.apply(times, &[x, y], -6.0);
        graph.value_mut(out).cotangent = Some(1.1.into());
        graph.value_mut(x).cotangent = Some((-3.3).into());
        graph.set_contribution(out, 0, -3.3);
        graph
    }

    fn texts(line: &Line) -> [&str; 3] {
        [&line.rule, &line.numbers, &line.result]
    }

    #[test]
    fn numbers_are_put_in() {
        let graph = product(2.0, -3.0);
        let line = forward(&graph, 2, 2).unwrap();
        assert_eq!(texts(&line), ["z = x × y", "2 × (-3)", "-6"]);
        let lines = backward(&graph, 2, 2);
        assert_eq!(lines.len(), 1, "the second operand gets no cotangent");
        assert_eq!(lines[0].0, Some(0));
        assert_eq!(texts(&lines[0].1), ["dx = dz · y", "1.1 · (-3)", "-3.3"]);
    }

    #[test]
    fn matrices_stand_by_their_shapes() {
        let graph = product(Matrix::summary(1, 2, [1.0, 2.0]), 2.0);
        assert_eq!(forward(&graph, 2, 2).unwrap().numbers, "(1×2) × 2");
    }

    /// A rule about any operand or any element is shown as it stands.
    #[test]
    fn subscripts_are_left_alone() {
        let mut graph = Graph::new("");
        let sum = graph.operation(Operation::new("Σ", "sum").rule("dxᵢ = dy"));
        let rows = Operation::new("softmax", "softmax")
            .rule("dX = yᵢⱼ · dy")
            .names(&["X"], "y");
        let rows = graph.operation(rows);
        let x = graph.leaf("x", 1.0);
        let (total, out) = (
            graph.apply(sum, &[x, x, x], 3.0),
            graph.apply(rows, &[x], 1.0),
        );
        for value in [x, total, out] {
            graph.value_mut(value).cotangent = Some(1.0.into());
        }
        assert_eq!(texts(&forward(&graph, 1, 1).unwrap()), ["y = Σ", "Σ", "3"]);
        assert_eq!(texts(&backward(&graph, 1, 1)[0].1), ["dxᵢ = dy", "", ""]);
        assert_eq!(
            texts(&backward(&graph, 2, 2)[0].1),
            ["dX = yᵢⱼ · dy", "", ""]
        );
    }

    #[test]
    fn only_whole_names_are_replaced() {
        let known = |name: &str| (name == "x" || name == "out").then(|| "7".to_owned());
        assert_eq!(
            substitute("exp(x) · x² + x_1 − out·Xᵀ", known),
            "exp(7) · 7² + x_1 − 7·Xᵀ"
        );
        assert_eq!(substitute("x(x)", known), "x(7)");
        assert_eq!(substitute("", known), "");
    }
}
