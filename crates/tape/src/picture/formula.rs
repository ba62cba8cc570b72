//! Formulas with numbers put in for names: `dout · y` becomes `1.1 · 2`.

use super::model::{Graph, Kind};
use super::numbers;
use super::operation::Operation;
use super::quantity::Quantity;

/// One line of the player: the formula, the formula with numbers, and what comes out.
#[derive(Debug, PartialEq)]
pub(super) struct Line {
    /// `dx = dout · y`.
    pub rule: String,
    /// `1.1 · 2`, or nothing where it would only repeat the result.
    pub numbers: String,
    /// `2.2`, or nothing where it is not known.
    pub result: String,
}

/// The forward formula of an operation's node.
pub(super) fn forward(graph: &Graph, node: usize, value: usize) -> Option<Line> {
    let operation = operation(graph, node)?;
    if operation.formula.is_empty() {
        return None;
    }
    Some(Line {
        rule: format!("out = {}", operation.formula),
        numbers: substitute(&operation.formula, |name| {
            lookup(graph, node, value, operation, name)
        }),
        result: numbers::brief(&graph.values()[value].forward),
    })
}

/// What each operand of an operation's node receives in the sweep; operands without a rule are left
/// out.
pub(super) fn backward(graph: &Graph, node: usize, value: usize) -> Vec<(usize, Line)> {
    let Some(operation) = operation(graph, node) else {
        return Vec::new();
    };
    let uses = graph.nodes()[node].operands();
    let line = |(position, rule): (usize, &std::borrow::Cow<'static, str>)| {
        let operand = uses.get(position)?;
        let receives = graph.values()[operand.value.0].cotangent.is_some();
        if rule.is_empty() || !receives {
            return None;
        }
        let name = operation.operands.get(position).map_or("", |name| name);
        Some((
            position,
            Line {
                rule: format!("d{name} = {rule}"),
                numbers: substitute(rule, |name| lookup(graph, node, value, operation, name)),
                result: operand
                    .contribution
                    .as_ref()
                    .map(numbers::brief)
                    .unwrap_or_default(),
            },
        ))
    };
    operation
        .rules
        .iter()
        .enumerate()
        .filter_map(line)
        .collect()
}

/// All formulas of an operation on one line each, for a title.
pub(super) fn summary(operation: &Operation) -> String {
    let mut lines = vec![operation.name.clone().into_owned()];
    if !operation.formula.is_empty() {
        lines.push(format!("out = {}", operation.formula));
    }
    for (name, rule) in operation.operands.iter().zip(&operation.rules) {
        if !rule.is_empty() {
            lines.push(format!("d{name} = {rule}"));
        }
    }
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
    let quantity = match name {
        "out" => &graph.values()[value].forward,
        "dout" => graph.values()[value].cotangent.as_ref()?,
        _ => {
            let position = operation
                .operands
                .iter()
                .position(|operand| operand == name)?;
            &graph.values()[graph.nodes()[node].operands().get(position)?.value.0].forward
        }
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

/// Superscripts (`x²`, `Wᵀ`) are letters and numbers to Unicode but not part of a name.
fn in_name(c: char) -> bool {
    (c.is_alphanumeric() || c == '_') && !"ᵀ⁰¹²³⁴⁵⁶⁷⁸⁹".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::operation::Operation;
    use crate::picture::quantity::Matrix;

    fn product(x: impl Into<Quantity>, y: impl Into<Quantity>) -> Graph {
        let mut graph = Graph::new("");
        let times = graph.operation(
            Operation::new("×", "multiply")
                .formula(&["x", "y"], "x · y")
                .rules(&["dout · y", "dout · x"]),
        );
        let (x, y) = (graph.leaf("", x), graph.leaf("", y));
        let out = graph.apply(times, &[x, y], -6.0);
        graph.value_mut(out).cotangent = Some(1.1.into());
        graph.value_mut(x).cotangent = Some((-3.3).into());
        graph.set_contribution(out, 0, -3.3);
        graph
    }

    #[test]
    fn numbers_are_put_in() {
        let graph = product(2.0, -3.0);
        let line = forward(&graph, 2, 2).unwrap();
        assert_eq!(
            (
                line.rule.as_str(),
                line.numbers.as_str(),
                line.result.as_str()
            ),
            ("out = x · y", "2 · (-3)", "-6")
        );
        let lines = backward(&graph, 2, 2);
        assert_eq!(lines.len(), 1, "the second operand gets no cotangent");
        assert_eq!(lines[0].1.rule, "dx = dout · y");
        assert_eq!(lines[0].1.numbers, "1.1 · (-3)");
        assert_eq!(lines[0].1.result, "-3.3");
    }

    #[test]
    fn matrices_stand_by_their_shapes() {
        let graph = product(Matrix::summary(1, 2, [1.0, 2.0]), 2.0);
        assert_eq!(forward(&graph, 2, 2).unwrap().numbers, "(1×2) · 2");
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
