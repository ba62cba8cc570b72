//! A graph with the room of everything measured and its place found.

use crate::layout::{self, Block, Layout, Net, Rect, Wire};
use crate::measure::{Face, Label, Outline};
use crate::model::{Graph, Kind, Node, Operand};
use crate::quantity::Quantity;
use crate::style::{Constants, Direction, Style};

/// What [`svg`](crate::svg) draws.
pub(crate) struct Drawing<'a> {
    pub graph: &'a Graph,
    pub direction: Direction,
    /// One for each node.
    pub faces: Vec<Face>,
    /// For each node whether it is drawn.
    pub shown: Vec<bool>,
    /// One for each value.
    pub labels: Vec<Label>,
    pub layout: Layout,
}

impl<'a> Drawing<'a> {
    /// Lays a graph out. `other` are texts that take the place of a value's cotangent at times,
    /// and must have room there; of a value that is not among them there are none.
    pub fn of(graph: &'a Graph, style: &Style, other: &[Vec<String>]) -> Self {
        let results = graph.results();
        let shown = shown(graph, style.constants);
        let faces: Vec<Face> = (0..graph.nodes().len())
            .map(|node| Face::of(graph, node, &results, style, &shown))
            .collect();
        let labels: Vec<Label> = (0..graph.values().len())
            .map(|value| {
                let other = other.get(value).map_or(&[][..], Vec::as_slice);
                Label::of(graph, value, other).with_room(style.room)
            })
            .collect();
        let problem = problem(graph, style, &shown, &faces, &labels);
        let layout = layout::layout(&problem);
        let layout = match style.direction {
            Direction::Rightwards => layout,
            Direction::Downwards => layout.turned(),
        };
        Self {
            graph,
            direction: style.direction,
            faces,
            labels,
            layout: spread(layout, graph, &shown),
            shown,
        }
    }
}

/// Which nodes are drawn: all but constants that are written in their operations, or not at all.
pub(crate) fn shown(graph: &Graph, constants: Constants) -> Vec<bool> {
    let is_constant = |node: usize| graph.nodes()[node].kind == Kind::Constant;
    let mut shown: Vec<bool> = (0..graph.nodes().len())
        .map(|node| constants == Constants::Nodes || !is_constant(node))
        .collect();
    let producer = |value: usize| graph.values()[value].producer();
    // A constant that nothing uses is all there is to see of it.
    let mut used = vec![false; graph.nodes().len()];
    for node in graph.nodes() {
        let operands = node.operands();
        let sources = || operands.iter().map(|o| producer(o.value.index()));
        sources().for_each(|source| used[source] = true);
        let fixed = sources().filter(|&source| is_constant(source)).count();
        let in_operation = matches!(node.kind, Kind::Operation(_)) && operands.len() == 2;
        let elsewhere = match constants {
            Constants::Hidden => fixed < operands.len(),
            _ => in_operation && fixed == 1,
        };
        if !elsewhere {
            sources().for_each(|source| shown[source] = true);
        }
    }
    for (node, used) in used.into_iter().enumerate() {
        shown[node] |= !used;
    }
    shown
}

/// Nodes and values that are drawn, with their sizes along and across the direction.
fn problem(
    graph: &Graph,
    style: &Style,
    shown: &[bool],
    faces: &[Face],
    labels: &[Label],
) -> layout::Problem {
    let down = style.direction == Direction::Downwards;
    let (block_of, net_of) = (places(shown), places(&drawn_values(graph, shown)));
    let blocks = graph.nodes().iter().zip(faces).zip(shown);
    let blocks = blocks.filter(|(_, shown)| **shown);
    let blocks = blocks.map(|((node, face), _)| Block {
        width: if down { face.height } else { face.width },
        height: if down { face.width } else { face.height },
        round: face.outline == Outline::Circle,
        inputs: node
            .operands()
            .iter()
            .filter_map(|operand| net_of[operand.value.index()])
            .collect(),
        ordered: is_ordered(graph, node),
        leaf: matches!(node.kind, Kind::Leaf { .. } | Kind::Constant),
        group: (node.scope > 0 && !node.operands.is_empty()).then_some(node.scope),
    });
    let nets = graph.values().iter().zip(labels);
    let nets = nets.filter_map(|(value, label)| {
        let (above, below) = label.extents(style.direction);
        Some(Net {
            source: block_of[value.producer()]?,
            width: label.length(style.direction),
            above,
            below,
        })
    });
    layout::Problem {
        blocks: blocks.collect(),
        nets: nets.collect(),
        width: if down { f64::INFINITY } else { style.width },
    }
}

/// Whether operands have to enter in their order: if they may not change places, and it is not
/// plain from their shapes which is which.
fn is_ordered(graph: &Graph, node: &Node) -> bool {
    let Kind::Operation(id) = node.kind else {
        return false;
    };
    let shape = |operand: &Operand| match &graph.values()[operand.value.index()].forward {
        Quantity::Matrix(matrix) => Some((matrix.rows, matrix.columns)),
        _ => None,
    };
    let mut shapes: Vec<_> = node.operands().iter().map(shape).collect();
    shapes.sort_unstable();
    let alike = shapes.windows(2).any(|pair| pair[0] == pair[1]);
    alike && !graph.operations()[id.0].formula.commutes
}

fn drawn_values(graph: &Graph, shown: &[bool]) -> Vec<bool> {
    let values = graph.values().iter();
    values.map(|value| shown[value.producer()]).collect()
}

/// For each of those that are drawn its place among them.
fn places(drawn: &[bool]) -> Vec<Option<usize>> {
    let mut next = 0;
    let place = |&drawn: &bool| {
        next += usize::from(drawn);
        drawn.then(|| next - 1)
    };
    drawn.iter().map(place).collect()
}

/// The layout with something for each node and value: nothing where nothing is drawn.
fn spread(layout: Layout, graph: &Graph, shown: &[bool]) -> Layout {
    let nowhere = Rect {
        x: 0.0,
        y: 0.0,
        width: 0.0,
        height: 0.0,
    };
    let (blocks, nets) = (places(shown), places(&drawn_values(graph, shown)));
    // The place of each block among all nodes.
    let drawn: Vec<usize> = (0..shown.len()).filter(|&node| shown[node]).collect();
    let wire = |net: usize| {
        let mut wire: Wire = layout.wires[net].clone();
        wire.tips.iter_mut().for_each(|tip| tip.1 = drawn[tip.1]);
        wire
    };
    Layout {
        blocks: (blocks.iter())
            .map(|block| block.map_or(nowhere, |block| layout.blocks[block]))
            .collect(),
        wires: nets
            .iter()
            .map(|net| net.map_or(Wire::default(), wire))
            .collect(),
        labels: (nets.iter())
            .map(|net| net.map_or(nowhere, |net| layout.labels[net]))
            .collect(),
        ..layout
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Matrix, Operation};
    use tape::formula;

    #[test]
    fn operands_enter_in_order_where_nothing_else_tells_them_apart() {
        let mut graph = Graph::new("");
        let product = formula!(Y(X, W): dX = dY @ W^T, dW = X^T @ dY);
        let product = graph.operation(Operation::new("·", "product").formula(product));
        let plus = formula!(z(x, y): dx = dz, dy = dz).commuting();
        let plus = graph.operation(Operation::new("+", "add").formula(plus));
        let of = |rows, cols| Matrix::summary(rows, cols, vec![1.0; rows * cols]);
        let (x, w, v) = (of(2, 2), of(2, 2), of(2, 3));
        let [x, w, v] = [x, w, v].map(|matrix| graph.leaf("", matrix));
        let squares = graph.apply(product, &[x, w], of(2, 2));
        let others = graph.apply(product, &[x, v], of(2, 3));
        let sum = graph.apply(plus, &[x, w], of(2, 2));
        let ordered = [squares, others, sum].map(|value| {
            let producer = graph.values()[value.index()].producer();
            is_ordered(&graph, &graph.nodes()[producer])
        });
        assert_eq!(ordered, [true, false, false]);
    }
}
