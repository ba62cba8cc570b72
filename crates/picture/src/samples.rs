//! Graphs drawn by the tests.

use crate::{Graph, Matrix, Operation, OperationId, Source, ValueId};
use tape::formula;

/// `+` and `×` of scalars with their rules.
pub fn plus_and_times(graph: &mut Graph) -> (OperationId, OperationId) {
    let plus = formula!(z(x, y): dx = dz, dy = dz).commuting();
    let times = formula!(z(x, y): z = x * y, dx = dz * y, dy = dz * x).commuting();
    (
        graph.operation(Operation::new("+", "add").formula(plus)),
        graph.operation(Operation::new("×", "multiply").formula(times)),
    )
}

/// Two apples, three oranges and the tax: figure 5-17 of "Deep Learning from Scratch", with the
/// derivatives as a sweep in double precision leaves them.
pub fn shopping() -> Graph {
    let mut graph = Graph::new("Apples and oranges");
    let (plus, times) = plus_and_times(&mut graph);
    let apples = graph.leaf("apples", 2.0);
    let apple = graph.leaf("apple", 100.0);
    let orange = graph.leaf("orange", 150.0);
    let oranges = graph.leaf("oranges", 3.0);
    let tax = graph.leaf("tax", 1.1);
    let apple_price = graph.apply(times, &[apples, apple], 200.0);
    let orange_price = graph.apply(times, &[orange, oranges], 450.0);
    let sum = graph.apply(plus, &[apple_price, orange_price], 650.0);
    let price = graph.apply(times, &[sum, tax], 715.0000000000001);
    graph.output("price", price);
    let cotangents = [
        (apples, 110.00000000000001),
        (apple, 2.2),
        (orange, 3.3000000000000003),
        (oranges, 165.0),
        (tax, 650.0),
        (apple_price, 1.1),
        (orange_price, 1.1),
        (sum, 1.1),
        (price, 1.0),
    ];
    for (value, cotangent) in cotangents {
        graph.value_mut(value).cotangent = Some(cotangent.into());
        graph.set_source(
            value,
            Source {
                file: "examples/apple_orange.rs".into(),
                line: 20 + value.index() as u32,
            },
        );
    }
    let contributions = [
        (apple_price, 110.00000000000001, 2.2),
        (orange_price, 3.3000000000000003, 165.0),
        (sum, 1.1, 1.1),
        (price, 1.1, 650.0),
    ];
    for (value, first, second) in contributions {
        graph.set_contribution(value, 0, first);
        graph.set_contribution(value, 1, second);
    }
    graph
}

/// `a = x·x + y; out = exp(a)·x − 2·x`: one value used four times.
pub fn fan_out() -> Graph {
    let mut graph = Graph::new("Fan-out");
    let (plus, times) = plus_and_times(&mut graph);
    let minus = graph
        .operation(Operation::new("−", "subtract").formula(formula!(z(x, y): dx = dz, dy = -dz)));
    let exp =
        graph.operation(Operation::new("exp", "exponential").formula(formula!(y(x): dx = dy * y)));
    let (x, y) = (0.5f64, -1.25f64);
    let (vx, vy) = (graph.leaf("x", x), graph.leaf("y", y));
    let square = graph.apply(times, &[vx, vx], x * x);
    let sum = graph.apply(plus, &[square, vy], x * x + y);
    let power = graph.apply(exp, &[sum], (x * x + y).exp());
    let product = graph.apply(times, &[power, vx], (x * x + y).exp() * x);
    let two = graph.constant(2.0);
    let double = graph.apply(times, &[two, vx], 2.0 * x);
    let out = graph.apply(minus, &[product, double], (x * x + y).exp() * x - 2.0 * x);
    graph.output("", out);
    let e = (x * x + y).exp();
    let sweep = [
        (out, 1.0),
        (product, 1.0),
        (double, -1.0),
        (power, x),
        (sum, x * e),
        (square, x * e),
        (vy, x * e),
    ];
    for (value, cotangent) in sweep.into_iter().chain([(vx, e - 2.0 + 2.0 * x * x * e)]) {
        graph.value_mut(value).cotangent = Some(cotangent.into());
    }
    let contributions = [
        (square, 0, x * x * e),
        (square, 1, x * x * e),
        (sum, 0, x * e),
        (sum, 1, x * e),
        (power, 0, x * e),
    ];
    let later = [
        (product, 0, x),
        (product, 1, e),
        (double, 1, -2.0),
        (out, 0, 1.0),
        (out, 1, -1.0),
    ];
    for (value, operand, contribution) in contributions.into_iter().chain(later) {
        graph.set_contribution(value, operand, contribution);
    }
    graph
}

/// A matrix whose entries follow from a seed.
fn matrix(rows: usize, columns: usize, seed: f64) -> Matrix {
    Matrix::summary(
        rows,
        columns,
        (0..rows * columns).map(|index| (index as f64 * 0.7 + seed).sin() * 0.1),
    )
}

/// The book's two-layer net for MNIST: 784-50-10, a batch of 100.
pub fn two_layer_net() -> Graph {
    let mut graph = Graph::new("Two-layer net");
    let product = Operation::new("·", "matrix product")
        .formula(formula!(Y(X, W): dX = dY @ W^T, dW = X^T @ dY));
    let product = graph.operation(product);
    let add = graph.operation(
        Operation::new("+", "add row")
            .formula(formula!(Y(X, b): dX = dY, db = ["column sums of" dY])),
    );
    let relu = graph.operation(
        Operation::new("ReLU", "relu")
            .formula(formula!(Y(X): Y = max(X, 0), dX = if X > 0 { dY } else { 0 })),
    );
    let loss_op = graph.operation(
        Operation::new("softmax loss", "softmax with cross-entropy")
            .formula(formula!(y(X, T): dX = dy * (softmax(X) - T) / N())),
    );
    let back = |graph: &mut Graph, value: ValueId, rows, columns| {
        graph.value_mut(value).cotangent = Some(matrix(rows, columns, 0.3).into());
    };
    let x = graph.leaf("X", matrix(100, 784, 1.0));
    let t = graph.leaf("t", matrix(100, 1, 1.0));
    let affine = |graph: &mut Graph, layer: usize, x: ValueId, inputs: usize, outputs: usize| {
        graph.set_scope(&format!("affine{layer}"));
        let w = graph.leaf(format!("W{layer}"), matrix(inputs, outputs, 2.0));
        let b = graph.leaf(format!("b{layer}"), matrix(1, outputs, 3.0));
        let xw = graph.apply(product, &[x, w], matrix(100, outputs, 4.0));
        let y = graph.apply(add, &[xw, b], matrix(100, outputs, 5.0));
        graph.set_scope("");
        back(graph, w, inputs, outputs);
        back(graph, b, 1, outputs);
        back(graph, xw, 100, outputs);
        back(graph, y, 100, outputs);
        y
    };
    let a1 = affine(&mut graph, 1, x, 784, 50);
    let z1 = graph.apply(relu, &[a1], matrix(100, 50, 6.0));
    let a2 = affine(&mut graph, 2, z1, 50, 10);
    let loss = graph.apply(loss_op, &[a2, t], 2.29);
    graph.output("loss", loss);
    back(&mut graph, z1, 100, 50);
    graph.value_mut(loss).cotangent = Some(1.0.into());
    graph
}

/// A graph with `nodes` nodes whose shape follows from a list of choices, used from the front again
/// when it is short.
pub fn arbitrary(nodes: usize, choices: &[u32]) -> Graph {
    let mut graph = Graph::new("");
    let (plus, times) = plus_and_times(&mut graph);
    let minus = graph.operation(Operation::new("−", "subtract"));
    let long = graph.operation(Operation::new("softmax loss", "softmax with cross-entropy"));
    let mut choice = choices.iter().copied().cycle();
    let mut next = move || choice.next().unwrap_or(0) as usize;
    let mut values: Vec<ValueId> = Vec::new();
    for node in 0..nodes {
        graph.set_scope(["", "first", "second"][node / 4 % 3]);
        let pick = |chosen: usize, values: &[ValueId]| {
            // Recent values more often, so that graphs get long as well as wide.
            let back = if chosen.is_multiple_of(3) {
                chosen / 3 % values.len()
            } else {
                chosen / 3 % values.len().min(6)
            };
            values[values.len() - 1 - back]
        };
        let number = [0.5, -1.0, 123456.0, 1.0 / 3.0, -2.5e-17][next() % 5];
        let kind = if values.is_empty() { 0 } else { next() % 12 };
        let value = match kind {
            0 => graph.leaf(
                [
                    "x",
                    "learning rate",
                    "a name that is much too long to be drawn",
                ][node % 3],
                number,
            ),
            1 => graph.constant(number),
            2 => {
                let output = pick(next(), &values);
                graph.output("y", output);
                continue;
            }
            3 => graph.leaf("W", Matrix::summary(2, 3, [number; 6])),
            4 => {
                let operands: Vec<_> = (0..1 + next() % 6).map(|_| pick(next(), &values)).collect();
                graph.apply(long, &operands, Matrix::summary(5, 40, [number; 200]))
            }
            5 => graph.apply(
                minus,
                &[pick(next(), &values), pick(next(), &values)],
                number,
            ),
            6 | 7 => graph.apply(plus, &[pick(next(), &values)], number),
            kind => {
                let operation = if kind % 2 == 0 { plus } else { times };
                graph.apply(
                    operation,
                    &[pick(next(), &values), pick(next(), &values)],
                    number,
                )
            }
        };
        // What never changes gets no cotangent.
        if next() % 4 != 0 && kind != 1 {
            graph.value_mut(value).cotangent = Some(number.into());
        }
        let producer = graph.values()[value.index()].producer();
        for operand in 0..graph.nodes()[producer].operands().len() {
            graph.set_contribution(value, operand, -1.0 / (3.0 + number));
        }
        values.push(value);
    }
    graph
}

/// A cell of a long short-term memory, of one unit; each gate in a scope of its own.
pub fn lstm() -> Graph {
    let mut graph = Graph::new("LSTM cell");
    let (plus, times) = plus_and_times(&mut graph);
    let [sigmoid, tanh] = ["σ", "tanh"].map(|name| graph.operation(Operation::new(name, name)));
    let [x, h, c] = [("x", 0.5), ("h", -0.25), ("c", 0.75)].map(|(n, v)| graph.leaf(n, v));
    let mut gate = |name: &str, activation: OperationId| {
        graph.set_scope(name);
        let [w, u, b] = ["W", "U", "b"].map(|leaf| graph.leaf(format!("{leaf}{name}"), 0.3));
        let (from_x, from_h) = (
            graph.apply(times, &[w, x], 0.15),
            graph.apply(times, &[u, h], 0.1),
        );
        let sum = graph.apply(plus, &[from_x, from_h], 0.25);
        let sum = graph.apply(plus, &[sum, b], 0.55);
        let gate = graph.apply(activation, &[sum], 0.63);
        graph.set_scope("");
        gate
    };
    let (forget, input) = (gate("f", sigmoid), gate("i", sigmoid));
    let (output, new) = (gate("o", sigmoid), gate("g", tanh));
    let (kept, added) = (
        graph.apply(times, &[forget, c], 0.5),
        graph.apply(times, &[input, new], 0.3),
    );
    let cell = graph.apply(plus, &[kept, added], 0.8);
    let hidden = graph.apply(tanh, &[cell], 0.66);
    let hidden = graph.apply(times, &[output, hidden], 0.4);
    graph.output("h′", hidden);
    graph
}
