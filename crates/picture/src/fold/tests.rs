//! Folding keeps what leads in and out, and keeps large graphs small.

use super::uses::is_named;
use super::{by_scope, to_fit};
use crate::model::{Graph, Kind};
use crate::quantity::Quantity;
use crate::{Picture, samples};
use proptest::prelude::*;

fn captions(graph: &Graph) -> Vec<String> {
    let results = graph.results();
    (0..graph.nodes().len())
        .map(|node| graph.caption(node, &results))
        .collect()
}

/// The captions of the nodes a node's operands come from.
fn uses(graph: &Graph, caption: &str) -> Vec<String> {
    let names = captions(graph);
    let node = names.iter().position(|name| name == caption).unwrap();
    graph.nodes()[node]
        .operands()
        .iter()
        .map(|operand| names[graph.values()[operand.value.index()].producer()].clone())
        .collect()
}

#[test]
fn layers_fold_around_their_parameters() {
    let net = by_scope(&samples::two_layer_net(), 1);
    assert_eq!(
        captions(&net),
        [
            "X",
            "t",
            "W1",
            "b1",
            "W2",
            "b2",
            "affine1",
            "ReLU",
            "affine2",
            "softmax loss",
            "loss"
        ]
    );
    assert_eq!(uses(&net, "affine1"), ["X", "W1", "b1"]);
    assert_eq!(
        uses(&net, "softmax loss"),
        ["t", "affine2"]
            .map(String::from)
            .iter()
            .rev()
            .cloned()
            .collect::<Vec<_>>()
    );
    let Kind::Folded(folded) = &net.nodes()[6].kind else {
        panic!("affine1 is not folded")
    };
    assert_eq!(
        (folded.nodes, folded.counts.clone()),
        (2, vec![("·".into(), 1), ("+".into(), 1)])
    );
    let shape = |value: usize| match &net.values()[value].forward {
        Quantity::Matrix(matrix) => (matrix.rows, matrix.columns),
        other => panic!("{other:?} is not a matrix"),
    };
    assert_eq!(
        [0, 6, 7, 8].map(shape),
        [(100, 784), (100, 50), (100, 50), (100, 10)]
    );
}

#[test]
fn depth_counts_nested_scopes() {
    let mut graph = Graph::new("");
    let (plus, _) = samples::plus_and_times(&mut graph);
    let mut value = graph.leaf("x", 0.0);
    for scope in [
        "net/affine1",
        "net/affine1",
        "net/affine2/inner",
        "net/affine2",
        "",
        "net/affine1",
    ] {
        graph.set_scope(scope);
        value = graph.apply(plus, &[value], 0.0);
    }
    assert_eq!(captions(&by_scope(&graph, 1)), ["x", "net", "+", "+"]);
    assert_eq!(
        captions(&by_scope(&graph, 2)),
        ["x", "net/affine1", "net/affine2", "+", "+"]
    );
    assert_eq!(
        captions(&by_scope(&graph, 3)),
        ["x", "net/affine1", "+", "+", "+", "+"]
    );
    let picture = Picture::new(graph);
    assert_eq!(picture.clone().folded(1).text(80).lines().count(), 5);
    assert_eq!(picture.folded(0).text(80).lines().count(), 8);
}

/// What stands in a scope takes its name, also where it is one node that was folded before.
#[test]
fn what_is_folded_can_be_folded_further() {
    let mut graph = Graph::new("");
    let (plus, times) = samples::plus_and_times(&mut graph);
    let x = graph.leaf("x", 1.0);
    graph.set_scope("net/affine");
    let product = graph.apply(times, &[x, x], 1.0);
    graph.apply(plus, &[product, x], 2.0);
    let layers = by_scope(&graph, 2);
    assert_eq!(captions(&layers), ["x", "net/affine"]);
    let net = by_scope(&layers, 1);
    assert_eq!(captions(&net), ["x", "net"]);
    let Kind::Folded(folded) = &net.nodes()[1].kind else {
        panic!("net is not folded")
    };
    assert_eq!(folded.nodes, 2);
}

/// A scope that is left and entered again must not become one node that needs itself.
#[test]
fn a_scope_entered_twice_gives_two_nodes() {
    let mut graph = Graph::new("");
    let (plus, times) = samples::plus_and_times(&mut graph);
    graph.set_scope("cell");
    let w = graph.leaf("", 1.0);
    let mut state = graph.apply(plus, &[w, w], 2.0);
    state = graph.apply(times, &[state, w], 2.0);
    graph.set_scope("");
    state = graph.apply(plus, &[state, state], 4.0);
    graph.set_scope("cell");
    state = graph.apply(times, &[state, w], 4.0);
    state = graph.apply(times, &[state, w], 4.0);
    graph.output("y", state);
    let folded = by_scope(&graph, 1);
    assert_eq!(captions(&folded), ["cell", "+", "cell", "y"]);
    assert_eq!(
        folded.values().len(),
        4,
        "the leaf leaves the first cell for the second"
    );
}

#[test]
fn a_graph_that_fits_is_left_alone() {
    assert!(to_fit(&samples::shopping(), 10).is_none());
    assert!(to_fit(&samples::shopping(), 9).is_some());
}

#[test]
fn a_hundred_thousand_entries_give_an_overview() {
    let mut graph = Graph::new("A long sum");
    let (plus, times) = samples::plus_and_times(&mut graph);
    let leaves: Vec<_> = (0..1_000)
        .map(|leaf| graph.leaf("", f64::from(leaf)))
        .collect();
    let mut sum = graph.constant(0.0);
    for step in 0..50_000 {
        let square = graph.apply(
            times,
            &[leaves[step % 1_000], leaves[step * 7 % 1_000]],
            1.0,
        );
        sum = graph.apply(plus, &[sum, square], 1.0);
    }
    graph.output("sum", sum);
    let small = to_fit(&graph, Picture::DEFAULT_LIMIT).unwrap();
    assert!(small.nodes().len() <= 20, "{:?}", captions(&small));
    let operations: usize = small
        .nodes()
        .iter()
        .map(|node| match &node.kind {
            Kind::Folded(folded) => folded.counts.iter().map(|(_, count)| count).sum(),
            Kind::Operation(_) => 1,
            _ => 0,
        })
        .sum();
    assert_eq!(operations, 100_000, "every operation is counted once");
    let picture = Picture::new(graph);
    assert!(picture.svg().len() < 100_000 && picture.player().len() < 200_000);
}

proptest! {
    /// Of any graph, however small the limit: operands still precede results, no operation is lost,
    /// and the numbers of what is still visible are those of before.
    #[test]
    fn folding_gives_a_graph(
        nodes in 1..400usize,
        choices in prop::collection::vec(any::<u32>(), 1..300),
        limit in 1..40usize,
    ) {
        let graph = samples::arbitrary(nodes, &choices);
        let Some(folded) = to_fit(&graph, limit) else { return Ok(()) };
        for (index, node) in folded.nodes().iter().enumerate() {
            for operand in node.operands() {
                prop_assert!(folded.values()[operand.value.index()].producer() < index);
            }
        }
        let count = |graph: &Graph| -> usize {
            let nodes = graph.nodes().iter().map(|node| match &node.kind {
                Kind::Folded(folded) => folded.nodes,
                _ => 1,
            });
            nodes.sum()
        };
        prop_assert_eq!(count(&folded), graph.nodes().len());
        let named = graph.nodes().iter().filter(|node| is_named(&node.kind)).count();
        prop_assert!(folded.nodes().len() <= limit.max(30 + named), "{:?}", captions(&folded));
        let kept = folded.nodes().iter().filter(|node| is_named(&node.kind)).count();
        prop_assert_eq!(kept, named, "no named leaf is folded away");
    }
}
