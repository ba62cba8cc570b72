//! Formulas in words: an operation's formula and rule, with the numbers of a node put in.

use crate::model::{Graph, Kind};
use crate::numbers;
use crate::operation::Operation;
use crate::quantity::Quantity;
use tape::formula::{self, Name};

/// How many operands of a sum get a line each in the sweep.
const LINES: usize = 4;

/// A line such as `dx = dz · y = 1.1 · 2 = 2.2`, in its three parts.
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
    let formula = &operation.formula;
    let count = graph.nodes()[node].operands().len();
    let names = |of| name(graph, node, value, of);
    let (text, numbers) = match formula.value_text() {
        Some(text) => (text, formula.value_with(count, &names).unwrap_or_default()),
        None => of_symbol(operation, count, &names),
    };
    Some(Line {
        rule: format!("{} = {text}", formula.result),
        numbers,
        result: numbers::brief(&graph.values()[value].forward),
    })
}

/// The symbol between the names of two operands or before the list of them, and the same with
/// numbers.
fn of_symbol(
    operation: &Operation,
    count: usize,
    names: &dyn Fn(formula::Quantity) -> Name,
) -> (String, String) {
    let (symbol, formula) = (&operation.symbol, &operation.formula);
    if formula.runs || formula.operands.len() != count {
        return (symbol.clone().into_owned(), String::new());
    }
    let write = |texts: &[String]| match texts {
        [x, y] if !symbol.chars().any(char::is_alphabetic) => format!("{x} {symbol} {y}"),
        [x] if x.starts_with('(') => format!("{symbol}{x}"),
        texts => format!("{symbol}({})", texts.join(", ")),
    };
    let own: Vec<String> = formula.operands.iter().map(|x| x.to_string()).collect();
    let numbers: Vec<String> = (0..count)
        .map(|k| names(formula::Quantity::Operand(k)).to_string())
        .collect();
    (write(&own), write(&numbers))
}

/// What the sweep does at an operation's node: a line for each operand with a cotangent, with the
/// operand's position; of many operands in a row, the rule and the first few.
pub(crate) fn backward(graph: &Graph, node: usize, value: usize) -> Vec<(Option<usize>, Line)> {
    let Some(operation) = operation(graph, node) else {
        return Vec::new();
    };
    let (formula, uses) = (&operation.formula, graph.nodes()[node].operands());
    let names = |of| name(graph, node, value, of);
    let line = |position: usize| {
        let use_ = &uses[position];
        graph.values()[use_.value.0].cotangent.as_ref()?;
        let rule = formula.cotangent_text(position, uses.len())?;
        let numbers = formula.cotangent_with(position, uses.len(), &names);
        let line = Line {
            rule,
            numbers: numbers.unwrap_or_default(),
            result: (use_.contribution.as_ref()).map_or(String::new(), numbers::brief),
        };
        Some((Some(position), line))
    };
    if !formula.runs || uses.len() <= LINES {
        return (0..uses.len()).filter_map(line).collect();
    }
    let rules = formula.cotangent_texts().into_iter().map(|rule| {
        let (numbers, result) = (String::new(), String::new());
        (
            None,
            Line {
                rule,
                numbers,
                result,
            },
        )
    });
    rules.chain((0..LINES).filter_map(line)).collect()
}

/// All formulas of an operation on one line each, for a title.
pub(crate) fn summary(operation: &Operation) -> String {
    let formula = &operation.formula;
    let value = formula.value_text();
    let value = value.map(|value| format!("{} = {value}", formula.result));
    let lines = [operation.name.clone().into_owned()].into_iter();
    let lines: Vec<_> = lines
        .chain(value)
        .chain(formula.cotangent_texts())
        .collect();
    lines.join("\n")
}

fn operation(graph: &Graph, node: usize) -> Option<&Operation> {
    match graph.nodes()[node].kind {
        Kind::Operation(id) => Some(&graph.operations()[id.0]),
        _ => None,
    }
}

/// The number a name stands for at a node.
fn name(graph: &Graph, node: usize, value: usize, of: formula::Quantity) -> Name {
    let quantity = match of {
        formula::Quantity::Operand(position) => {
            let operand = graph.nodes()[node].operands().get(position);
            operand.map(|operand| &graph.values()[operand.value.0].forward)
        }
        formula::Quantity::Result => Some(&graph.values()[value].forward),
        formula::Quantity::Cotangent => graph.values()[value].cotangent.as_ref(),
    };
    let text = quantity.map_or("?".to_owned(), numbers::brief);
    match quantity {
        Some(Quantity::Scalar(number)) => Name::text(text).of(*number),
        Some(Quantity::Matrix(_)) => Name::wrapped(text),
        _ => Name::text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Matrix;
    use tape::formula;

    fn product(x: impl Into<Quantity>, y: impl Into<Quantity>) -> Graph {
        let mut graph = Graph::new("");
        let times = formula!(z(x, y): dx = dz * y, dy = dz * x);
        let times = Operation::new("×", "multiply").formula(times);
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

    #[test]
    fn each_of_a_few_operands_has_a_line_and_many_have_the_rule() {
        let lines = |count: usize| {
            let mut graph = Graph::new("");
            let sum = formula!(y[x]: y = ln(sum(exp(x))), dx = dy * exp(x - y));
            let sum = graph.operation(Operation::new("lse", "log_sum_exp").formula(sum));
            let x = graph.leaf("x", 1.5);
            let total = graph.apply(sum, &vec![x; count], 2.0);
            for value in [x, total] {
                graph.value_mut(value).cotangent = Some(1.0.into());
            }
            let all: Vec<_> = (backward(&graph, 1, 1).into_iter())
                .map(|(_, line)| format!("{}: {}", line.rule, line.numbers))
                .collect();
            (forward(&graph, 1, 1).unwrap().numbers, all)
        };
        let (numbers, few) = lines(2);
        assert_eq!(numbers, "ln(exp 1.5 + exp 1.5)");
        assert_eq!(
            few,
            [
                "dx₁ = dy · exp(x₁ − y): 1 · exp(1.5 − 2)",
                "dx₂ = dy · exp(x₂ − y): 1 · exp(1.5 − 2)"
            ]
        );
        let (numbers, many) = lines(9);
        assert_eq!(numbers, "ln(exp 1.5 + exp 1.5 + exp 1.5 + …)");
        assert_eq!((many.len(), &many[0][..]), (5, "dxᵢ = dy · exp(xᵢ − y): "));
    }

    /// Of a rule about each element there are too many numbers.
    #[test]
    fn elements_are_left_alone() {
        let mut graph = Graph::new("");
        let rows = formula!(y(x): dx[ij] = y[ij] * dy);
        let rows = graph.operation(Operation::new("softmax", "softmax").formula(rows));
        let x = graph.leaf("x", Matrix::summary(1, 2, [1.0, 2.0]));
        let out = graph.apply(rows, &[x], Matrix::summary(1, 2, [0.3, 0.7]));
        for value in [x, out] {
            graph.value_mut(value).cotangent = Some(1.0.into());
        }
        let numbers = forward(&graph, 1, 1).unwrap().numbers;
        assert_eq!(numbers, "softmax(1×2)");
        let line = &backward(&graph, 1, 1)[0].1;
        assert_eq!(texts(line), ["dxᵢⱼ = yᵢⱼ · dy", "", ""]);
    }
}
