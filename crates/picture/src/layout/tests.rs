//! The promises of the layout, checked on its result alone: nothing here knows how a position was
//! found.

use super::{Layout, Piece, Point, Rect};
use crate::drawing::Drawing;
use crate::measure::Outline;
use crate::model::Graph;
use crate::samples;
use crate::style::{Constants, Direction, Style};
use crate::{Operation, Picture};
use crate::{fold, player};
use proptest::prelude::*;

/// Shared edges are allowed, for a wire starts where its node ends.
const TOUCH: f64 = 1e-6;
/// Into how many straight lines a curve is cut.
const SAMPLES: usize = 48;

fn overlap(a: &Rect, b: &Rect) -> bool {
    a.x + TOUCH < b.right()
        && b.x + TOUCH < a.right()
        && a.y + TOUCH < b.bottom()
        && b.y + TOUCH < a.bottom()
}

/// A piece as points: those of a straight line are its ends.
fn points(piece: &Piece) -> Vec<Point> {
    match *piece {
        Piece::Line(from, to) => vec![from, to],
        Piece::Wrap(points) => points.to_vec(),
        Piece::Curve(from, to) => (0..=SAMPLES)
            .map(|sample| {
                let t = sample as f64 / SAMPLES as f64;
                let weights = [
                    (1.0 - t).powi(3),
                    3.0 * t * (1.0 - t).powi(2),
                    3.0 * t * t * (1.0 - t),
                    t.powi(3),
                ];
                let middle = (from.x + to.x) / 2.0;
                let blend = |values: [f64; 4]| {
                    weights
                        .iter()
                        .zip(values)
                        .map(|(weight, value)| weight * value)
                        .sum()
                };
                Point {
                    x: blend([from.x, middle, middle, to.x]),
                    y: blend([from.y, from.y, to.y, to.y]),
                }
            })
            .collect(),
    }
}

/// Whether a straight line passes through the inside of a rectangle (Liang and Barsky's clipping).
fn passes(from: Point, to: Point, rect: &Rect) -> bool {
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    let sides = [
        (from.x - to.x, from.x - rect.x - TOUCH),
        (to.x - from.x, rect.right() - TOUCH - from.x),
        (from.y - to.y, from.y - rect.y - TOUCH),
        (to.y - from.y, rect.bottom() - TOUCH - from.y),
    ];
    for (direction, distance) in sides {
        if direction == 0.0 {
            if distance < 0.0 {
                return false;
            }
        } else if direction < 0.0 {
            enter = enter.max(distance / direction);
        } else {
            leave = leave.min(distance / direction);
        }
    }
    enter < leave
}

fn wire_passes(layout: &Layout, net: usize, rect: &Rect) -> bool {
    // A piece lies between its ends, so most need not be cut into lines.
    let near = |piece: &&Piece| {
        let (from, to) = piece.ends();
        matches!(piece, Piece::Wrap(_))
            || from.x < rect.right()
                && rect.x < to.x
                && from.y.min(to.y) < rect.bottom()
                && rect.y < from.y.max(to.y) + TOUCH
    };
    let mut pieces = layout.wires[net].pieces.iter().filter(near);
    pieces.any(|piece| {
        points(piece)
            .windows(2)
            .any(|ends| passes(ends[0], ends[1], rect))
    })
}

/// In one row, in rows, in rows with constants as nodes, from top to bottom.
fn styles() -> [Style; 4] {
    let one_row = Style::default();
    let rows = Style {
        width: 600.0,
        ..one_row
    };
    let nodes = Style {
        constants: Constants::Nodes,
        ..rows
    };
    let down = Style {
        direction: Direction::Downwards,
        ..one_row
    };
    [one_row, rows, nodes, down]
}

/// Names the first promise a drawing breaks, with room for the texts of the player.
fn check(graph: &Graph, style: &Style) -> Result<(), String> {
    let steps = player::steps(graph, style);
    let sums = player::partial_sums(graph, &steps);
    check_drawing(Drawing::of(graph, style, &sums)).map_err(|e| format!("{style:?}: {e}"))
}

/// A drawing from top to bottom is turned before it is looked at.
fn check_drawing(mut drawing: Drawing) -> Result<(), String> {
    if drawing.direction == Direction::Downwards {
        drawing.layout = drawing.layout.turned();
    }
    let (graph, layout) = (drawing.graph, &drawing.layout);
    let named = |what: &str, rects: &[Rect]| {
        rects
            .iter()
            .enumerate()
            .filter(|(_, rect)| rect.width > 0.0)
            .map(|(i, r)| (format!("{what} {i}"), *r))
            .collect::<Vec<_>>()
    };
    let mut rects = named("node", &layout.blocks);
    rects.extend(named("label", &layout.labels));
    for (index, (name, rect)) in rects.iter().enumerate() {
        if rect.x < 0.0
            || rect.y < 0.0
            || rect.right() > layout.width
            || rect.bottom() > layout.height
        {
            return Err(format!("{name} lies outside the picture: {rect:?}"));
        }
        if let Some((other, with)) = rects[..index]
            .iter()
            .find(|(_, other)| overlap(rect, other))
        {
            return Err(format!("{name} {rect:?} overlaps {other} {with:?}"));
        }
    }
    for (net, value) in graph.values().iter().enumerate() {
        if !drawing.shown[value.producer()] {
            continue;
        }
        let is_end = |node: usize| {
            node == value.producer()
                || graph.nodes()[node]
                    .operands()
                    .iter()
                    .any(|operand| operand.value.0 == net)
        };
        if let Some(node) = (0..layout.blocks.len()).find(|&node| {
            drawing.shown[node] && !is_end(node) && wire_passes(layout, net, &layout.blocks[node])
        }) {
            return Err(format!("value {net} runs through node {node}"));
        }
        if let Some(label) = (0..layout.labels.len())
            .find(|&label| label != net && wire_passes(layout, net, &layout.labels[label]))
        {
            return Err(format!(
                "value {net} runs through the label of value {label}"
            ));
        }
        connected(&drawing, net)?;
    }
    Ok(())
}

/// A wire is in one piece, starts at its node's rim and has a tip at the rim of each node that uses
/// the value, once for each use; its label stands on its stem, which runs through it horizontally.
fn connected(drawing: &Drawing, net: usize) -> Result<(), String> {
    let (graph, layout) = (drawing.graph, &drawing.layout);
    let wire = &layout.wires[net];
    let source = &layout.blocks[graph.values()[net].producer()];
    let mut ends: Vec<Point> = Vec::new();
    for (index, piece) in wire.pieces.iter().enumerate() {
        let (from, to) = piece.ends();
        if index == 0 {
            if (from.x - source.right()).abs() > TOUCH
                || from.y < source.y
                || from.y > source.bottom()
            {
                return Err(format!("value {net} does not start at its node"));
            }
        } else if !ends.contains(&from) && !wire.pieces.iter().any(|other| other.ends().1 == from) {
            return Err(format!("value {net} has a loose piece"));
        }
        ends.push(to);
    }
    let mut users: Vec<usize> = wire.tips.iter().map(|&(_, node)| node).collect();
    users.sort_unstable();
    if users != crate::dot::uses(graph)[net] {
        return Err(format!("value {net} reaches nodes {users:?}"));
    }
    for &(tip, node) in &wire.tips {
        let rect = &layout.blocks[node];
        let off = (tip.x - rect.center().x, tip.y - rect.center().y);
        let on_rim = match drawing.faces[node].outline {
            Outline::Circle => (off.0.hypot(off.1) - rect.width / 2.0).abs() < TOUCH && off.0 < 0.0,
            Outline::Rounded => (tip.x - rect.x).abs() < TOUCH && off.1.abs() < rect.height / 2.0,
        };
        if !on_rim || !ends.contains(&tip) {
            return Err(format!("value {net} misses node {node}"));
        }
    }
    let tips: Vec<f64> = wire.tips.iter().map(|(tip, _)| tip.y).collect();
    let apart = wire.tips.iter().enumerate().all(|(index, &(tip, node))| {
        wire.tips[..index]
            .iter()
            .all(|&(other, at)| at != node || (other.y - tip.y).abs() > 2.0)
    });
    if !apart {
        return Err(format!(
            "two uses of value {net} by one node coincide at {tips:?}"
        ));
    }
    let (start, length) = wire.stem.ok_or("no stem")?;
    let label = &layout.labels[net];
    if label.x + TOUCH < start.x
        || label.right() > start.x + length + TOUCH
        || label.y > start.y + TOUCH
        || label.bottom() + TOUCH < start.y
    {
        return Err(format!(
            "the label of value {net}, {label:?}, is off its stem at {start:?}, {length} long"
        ));
    }
    Ok(())
}

/// In one row, with nothing but what the graph says.
fn drawn(graph: &Graph) -> Drawing<'_> {
    Drawing::of(graph, &Style::default(), &[])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn nothing_overlaps(
        nodes in 1..=60usize,
        choices in prop::collection::vec(any::<u32>(), 1..400),
        style in prop::sample::select(styles().to_vec()),
    ) {
        let graph = samples::arbitrary(nodes, &choices);
        prop_assert_eq!(check(&graph, &style), Ok(()));
        // A folded node may give several values, each with a label of its own.
        prop_assert_eq!(check(&fold::by_scope(&graph, 1), &style), Ok(()));
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn a_drawing_is_always_the_same(
        nodes in 1..=40usize,
        choices in prop::collection::vec(any::<u32>(), 1..200),
    ) {
        let graph = samples::arbitrary(nodes, &choices);
        prop_assert_eq!(drawn(&graph).layout, drawn(&graph).layout);
    }
}

#[test]
fn known_graphs_are_drawn_without_crossings() {
    for graph in [
        samples::shopping(),
        samples::fan_out(),
        samples::two_layer_net(),
    ] {
        for style in styles() {
            assert_eq!(check(&graph, &style), Ok(()));
        }
        assert_eq!(drawn(&graph).layout.crossings, 0, "{}", graph.title());
    }
}

/// The operands of a subtraction stay in order even where that costs a crossing.
#[test]
fn ordered_operands_enter_from_top_to_bottom() {
    let graph = samples::fan_out();
    let layout = drawn(&graph).layout;
    let minus = graph
        .nodes()
        .iter()
        .position(|node| node.operands().len() == 2 && node.operands()[0].value.index() == 5);
    let tip = |value: usize| {
        layout.wires[value]
            .tips
            .iter()
            .find(|tip| Some(tip.1) == minus)
            .map(|tip| tip.0.y)
    };
    assert!(tip(5).unwrap() < tip(7).unwrap());
}

/// The shopping is drawn as it is written, and as the book draws it: the tax below the fruit.
#[test]
fn a_formula_is_drawn_in_the_order_of_its_operands() {
    let layout = drawn(&samples::shopping()).layout;
    let leaves: Vec<f64> = layout.blocks[..5].iter().map(|leaf| leaf.y).collect();
    assert!(leaves.is_sorted(), "{leaves:?}");
}

#[test]
fn the_main_line_of_a_net_is_straight() {
    let graph = samples::two_layer_net();
    let layout = drawn(&graph).layout;
    let through: Vec<f64> = (2..graph.nodes().len())
        .filter(|&node| !graph.nodes()[node].operands().is_empty())
        .map(|node| layout.blocks[node].center().y)
        .collect();
    assert!(
        through.iter().all(|y| (y - through[0]).abs() < 1e-6),
        "{through:?}"
    );
}

/// A chain as long as a limit may be set: columns, walks and packing are loops, not recursions.
#[test]
fn a_long_chain_is_laid_out_without_recursion() {
    let mut graph = Graph::new("");
    let (plus, _) = samples::plus_and_times(&mut graph);
    let mut value = graph.leaf("x", 0.0);
    for _ in 0..5_000 {
        value = graph.apply(plus, &[value], 0.0);
    }
    let layout = drawn(&graph).layout;
    assert!(
        layout
            .blocks
            .windows(2)
            .all(|pair| pair[0].right() < pair[1].x)
    );
}

#[test]
fn the_empty_graph_has_a_drawing() {
    assert_eq!(check(&Graph::new(""), &Style::default()), Ok(()));
}

/// As a page draws it: in rows of the default width.
fn on_a_page(graph: &Graph) -> Layout {
    let style = Style {
        width: Picture::DEFAULT_WIDTH,
        ..Style::default()
    };
    Drawing::of(graph, &style, &[]).layout
}

/// Thirty steps of `x · rate · (1 − x)`, each in a scope of its own, folded or not.
#[test]
fn thirty_steps_of_a_loop_fit_a_page() {
    let mut graph = Graph::new("");
    let (_, times) = samples::plus_and_times(&mut graph);
    let minus = graph.operation(Operation::new("−", "subtract"));
    let (mut x, rate) = (graph.leaf("x", 0.4), graph.leaf("rate", 3.2));
    for step in 0..30 {
        graph.set_scope(&format!("step {step}"));
        let (one, scaled) = (graph.constant(1.0), graph.apply(times, &[rate, x], 1.28));
        let rest = graph.apply(minus, &[one, x], 0.6);
        x = graph.apply(times, &[scaled, rest], 0.768);
        graph.value_mut(x).cotangent = Some((-0.123).into());
    }
    graph.set_scope("");
    graph.output("end", x);
    let automatic = fold::to_fit(&graph, Picture::DEFAULT_LIMIT).expect("too large");
    for folded in [fold::by_scope(&graph, 1), automatic] {
        let layout = on_a_page(&folded);
        assert!(layout.width <= Picture::DEFAULT_WIDTH, "{}", layout.width);
        let (high, page) = (layout.height / layout.width, f64::sqrt(2.0));
        assert!(high <= page, "{} by {}", layout.width, layout.height);
    }
}

/// The four gates of a cell, one of which is used later than the others: each in one stretch of its
/// column, and all in the same columns.
#[test]
fn the_gates_of_a_cell_stand_together() {
    let graph = samples::lstm();
    let layout = Drawing::of(&graph, &Style::default(), &[]).layout;
    let gates = ["f", "i", "o", "g"].map(|gate| {
        let nodes = graph.nodes().iter().enumerate();
        let own =
            nodes.filter(|(_, node)| graph.scope_of(node) == gate && !node.operands().is_empty());
        own.map(|(node, _)| layout.blocks[node]).collect::<Vec<_>>()
    });
    let columns = |gate: &Vec<Rect>| -> Vec<f64> { gate.iter().map(|r| r.center().x).collect() };
    assert!(gates.iter().all(|gate| columns(gate) == columns(&gates[0])));
    for (gate, own) in gates.iter().enumerate() {
        let others = || gates.iter().enumerate().filter(|(other, _)| *other != gate);
        for column in columns(own) {
            let here = |rects: &[Rect]| -> Vec<f64> {
                let rects = rects.iter().filter(|rect| rect.center().x == column);
                rects.map(|rect| rect.center().y).collect()
            };
            let mine = here(own);
            let range = mine
                .iter()
                .fold((f64::MAX, f64::MIN), |(a, b), y| (a.min(*y), b.max(*y)));
            let between = |y: f64| range.0 < y && y < range.1;
            let torn = others().flat_map(|(_, other)| here(other)).any(between);
            assert!(!torn, "something stands in gate {gate}");
        }
    }
}

#[test]
fn a_drawing_is_broken_where_the_page_ends() {
    let layout = on_a_page(&samples::two_layer_net());
    assert!(layout.width <= Picture::DEFAULT_WIDTH);
    assert!(layout.is_broken());
    let mut last: Option<[f64; 2]> = None;
    // Of the nets that go back no two run along each other.
    for wire in &layout.wires {
        for piece in &wire.pieces {
            if let Piece::Wrap(points) = piece {
                let lane = [points[1].x, points[2].y];
                let apart = last.is_none_or(|other| other[0] != lane[0] && other[1] != lane[1]);
                assert!(apart, "two nets go back at {lane:?}");
                last = Some(lane);
            }
        }
    }
}
