//! Rules are told in the names of the graph, and every number of them is put in.

use super::*;
use crate::names::names;
use crate::operation::Operation;
use crate::quantity::Matrix;
use tape::formula::Formula;
use tape::{Shape, formula};

fn product(x: impl Into<Quantity>, y: impl Into<Quantity>) -> Graph {
    let mut graph = Graph::new("");
    let times = formula!(z(x, y): dx = dz * y, dy = dz * x);
    let times = Operation::new("×", "multiply").formula(times);
    let times = graph.operation(times);
    let (x, y) = (graph.leaf("width", x), graph.leaf("height", y));
    let out = graph.apply(times, &[x, y], -6.0);
    graph.value_mut(out).cotangent = Some(1.1.into());
    graph.value_mut(x).cotangent = Some((-3.3).into());
    graph.set_contribution(out, 0, -3.3);
    graph.output("area", out);
    graph
}

fn texts(line: &Line) -> [&str; 4] {
    [&line.left, &line.rule, &line.numbers, &line.result]
}

#[test]
fn names_and_numbers_are_put_in() {
    let graph = product(2.0, -3.0);
    let names = names(&graph);
    let line = forward(&graph, &names, 2, 2).unwrap();
    assert_eq!(texts(&line), ["area", "width × height", "2 × (-3)", "-6"]);
    assert_eq!(line.uses, [Use::Forward(0), Use::Forward(1)]);
    let lines = backward(&graph, &names, 2, 2);
    assert_eq!(lines.len(), 1, "the second operand gets no cotangent");
    let (place, line) = &lines[0];
    let expected = ["d(width)", "d(area) · height", "1.1 · (-3)", "-3.3"];
    assert_eq!((*place, texts(line)), (0, expected));
    assert_eq!(line.uses, [Use::Forward(1), Use::Cotangent(2)]);
    assert_eq!(line.answer, Some(-3.3));
}

#[test]
fn matrices_stand_by_their_shapes() {
    let graph = product(Matrix::summary(1, 2, [1.0, 2.0]), 2.0);
    let line = forward(&graph, &names(&graph), 2, 2).unwrap();
    assert_eq!(line.numbers, "(1×2) × 2");
}

#[test]
fn each_of_a_few_operands_has_a_line_and_of_many_the_first() {
    let lines = |count: usize| {
        let mut graph = Graph::new("");
        let sum = formula!(y[x]: y = ln(sum(exp(x))), dx = dy * exp(x - y));
        let sum = graph.operation(Operation::new("lse", "log_sum_exp").formula(sum));
        let x = graph.leaf("x", 1.5);
        let total = graph.apply(sum, &vec![x; count], 2.0);
        for value in [x, total] {
            graph.value_mut(value).cotangent = Some(1.0.into());
        }
        let names = names(&graph);
        let all: Vec<_> = (backward(&graph, &names, 1, 1).into_iter())
            .map(|(_, line)| format!("{}: {}", line.rule, line.numbers))
            .collect();
        (forward(&graph, &names, 1, 1).unwrap().numbers, all)
    };
    let (numbers, few) = lines(2);
    assert_eq!(numbers, "ln(exp 1.5 + exp 1.5)");
    assert_eq!(few, ["d(v₁) · exp(x − v₁): 1 · exp(1.5 − 2)"; 2]);
    let (numbers, many) = lines(9);
    assert_eq!(numbers, "ln(exp 1.5 + exp 1.5 + exp 1.5 + …)");
    assert_eq!(many.len(), 4);
}

/// Of a rule about each element the numbers are those of the first.
#[test]
fn of_elements_the_first_is_shown() {
    let mut graph = Graph::new("");
    let rows = formula!(y(x): dx[ij] = y[ij] * (dy[ij] - sum[k](y[ik] * dy[ik])));
    let rows = graph.operation(Operation::new("softmax", "softmax").formula(rows));
    let x = graph.leaf("x", Matrix::summary(1, 2, [1.0, 2.0]));
    let out = graph.apply(rows, &[x], Matrix::summary(1, 2, [0.25, 0.75]));
    for (value, entries) in [(x, [0.375, -0.375]), (out, [1.0, -1.0])] {
        let cotangent = Matrix::summary(1, 2, entries);
        graph.value_mut(value).cotangent = Some(cotangent.into());
    }
    graph.value_mut(out).name = "y".into();
    let names = names(&graph);
    assert_eq!(
        forward(&graph, &names, 1, 1).unwrap().numbers,
        "softmax(1×2)"
    );
    let line = backward(&graph, &names, 1, 1)[0].1.clone();
    let line = line.resulting(graph.values()[0].cotangent.as_ref().unwrap());
    let numbers = "for the first element 0.25 · (1 − (0.25 · 1 + 0.75 · (-1)))";
    let rule = "yᵢⱼ · (d(y)ᵢⱼ − Σₖ yᵢₖ · d(y)ᵢₖ)";
    assert_eq!(texts(&line), ["d(x)ᵢⱼ", rule, numbers, "0.375"]);
}

#[test]
fn a_rule_of_numbers_is_applied_to_each_element() {
    let mut graph = Graph::new("");
    let add = formula!(z(x, y): dx = dz, dy = dz * x);
    let add = graph.operation(Operation::new("∘", "each").formula(add));
    let x = graph.leaf("X", Matrix::summary(2, 1, [0.5, 2.0]));
    let b = graph.leaf("b", Matrix::summary(1, 1, [3.0]));
    let out = graph.apply(add, &[x, b], Matrix::summary(2, 1, [1.5, 2.0]));
    for value in [x, b, out] {
        graph.value_mut(value).cotangent = Some(Matrix::summary(2, 1, [7.0, 8.0]).into());
    }
    let names = names(&graph);
    let line = forward(&graph, &names, 2, 2).unwrap();
    let numbers = "for the first element 0.5 ∘ 3";
    assert_eq!(
        texts(&line),
        ["v₂", "X ∘ b element by element", numbers, "1.5"]
    );
    let line = &backward(&graph, &names, 2, 2)[1].1;
    let rule = "d(v₂) · X element by element, summed to 1×1";
    assert_eq!(texts(line), ["d(b)", rule, "", ""]);
}

#[test]
fn where_there_is_no_number_none_is_shown() {
    let mut graph = Graph::new("");
    let add = graph.operation(Operation::new("∘", "each").formula(formula!(z(x, y): dx = dz)));
    let x = graph.leaf("X", Matrix::summary(0, 2, []));
    let y = graph.leaf("y", 3.0);
    graph.apply(add, &[x, y], Matrix::summary(0, 2, []));
    let line = forward(&graph, &names(&graph), 2, 2).unwrap();
    assert_eq!(line.rule, "X ∘ y element by element");
    assert_eq!(line.numbers, "");
}

/// Everything that can stand on a tape, as a node with operands of these shapes.
fn every_op() -> Vec<(String, &'static str, Formula, Vec<Quantity>, Quantity)> {
    let quantity = |rows: usize, columns: usize, seed: f64, scalar: bool| {
        let number = |k: usize| 0.3 + seed + 0.125 * k as f64;
        match scalar {
            true => Quantity::Scalar(number(0)),
            // Written out, however large.
            false => Quantity::Matrix(Matrix {
                entries: (0..rows * columns).map(number).collect(),
                ..Matrix::summary(rows, columns, (0..rows * columns).map(number))
            }),
        }
    };
    let mut found = Vec::new();
    for rule in tape::rules::all() {
        let operands = (0..rule.operands()).map(|k| quantity(1, 1, k as f64, true));
        let result = quantity(1, 1, 7.0, true);
        let name = format!("the rule {}", rule.name());
        found.push((
            name,
            rule.name(),
            rule.formula(),
            operands.collect(),
            result,
        ));
    }
    let ops = tape::ops::all::<f64>().into_iter().chain(nn::ops::all());
    for op in ops {
        for sample in op.samples() {
            let shapes: Vec<_> = (sample.iter().map(|x| x.values.shape()))
                .map(|(rows, columns)| Shape::new(rows, columns))
                .collect();
            let of = |shape: &Shape, seed: usize| {
                let scalar = *shape == Shape::SCALAR;
                quantity(shape.rows, shape.cols, seed as f64, scalar)
            };
            let result = op.shape(&shapes).expect("a sample").shape();
            let operands = shapes.iter().enumerate().map(|(k, shape)| of(shape, k));
            let name = format!("the op {} of {shapes:?}", op.name());
            found.push((
                name,
                op.symbol(),
                op.formula(),
                operands.collect(),
                of(&result, 7),
            ));
        }
    }
    found
}

/// The names in a text that are among these, with or without an index.
fn survivors(text: &str, names: &[String]) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let bare = words.map(|word| word.trim_end_matches(|c| "ᵢⱼₖ₀₁₂₃₄₅₆₇₈₉".contains(c)));
    bare.filter(|word| names.iter().any(|name| name == word))
        .map(String::from)
        .collect()
}

/// For each op, forwards and backwards: its rule is told in names of the graph alone, and in its
/// numbers no name of an operand survives.
#[test]
fn every_rule_of_every_op_is_told_with_its_numbers() {
    let mut told = 0;
    for (what, symbol, formula, operands, result) in every_op() {
        let mut graph = Graph::new("");
        let operation = Operation::new(symbol, "op").formula(formula);
        let operation = graph.operation(operation);
        let leaf = |(k, quantity): (usize, &Quantity)| {
            let value = graph.leaf(format!("leaf{k}"), quantity.clone());
            graph.value_mut(value).cotangent = Some(quantity.clone());
            value
        };
        let leaves: Vec<_> = operands.iter().enumerate().map(leaf).collect();
        let out = graph.apply(operation, &leaves, result.clone());
        graph.value_mut(out).cotangent = Some(result);
        graph.output("result", out);

        let own = formula.operands.iter().chain([&formula.result]);
        let own: Vec<String> = own
            .flat_map(|name| [name.to_string(), format!("d{name}")])
            .collect();
        let given = names(&graph);
        let all: Vec<String> = own.iter().chain(&given).cloned().collect();
        let node = leaves.len();
        let line = forward(&graph, &given, node, out.index()).expect(&what);
        let back = backward(&graph, &given, node, out.index());
        let known =
            (0..leaves.len()).filter(|&k| formula.cotangent_text(k, leaves.len()).is_some());
        let known = if formula.runs {
            known.take(LINES).count()
        } else {
            known.count()
        };
        assert_eq!(back.len(), known, "{what}: a line for each equation");
        for line in std::iter::once(&line).chain(back.iter().map(|(_, line)| line)) {
            assert_eq!(survivors(&line.rule, &own), [""; 0], "{what}: {line:?}");
            assert_eq!(survivors(&line.numbers, &all), [""; 0], "{what}: {line:?}");
            assert!(!line.numbers.contains(UNKNOWN), "{what}: {line:?}");
            let names_nothing = survivors(&line.rule, &given).is_empty();
            let summed = line.rule.contains("summed to");
            let filled = !line.numbers.is_empty() || names_nothing || summed;
            assert!(filled, "{what}: nothing is put in: {line:?}");
            told += 1;
        }
    }
    assert!(told > 200, "{told} lines");
}
