//! Crossings are few: none where none are needed, nearly as few as possible where that is known.

use crate::drawing::Drawing;
use crate::model::Graph;
use crate::samples;
use crate::style::Style;

/// The balanced tree over 32 leaves, whose leaves are added in an order that has nothing to do with
/// the tree.
#[test]
fn a_tree_is_drawn_without_crossings() {
    let mut graph = Graph::new("");
    let (plus, _) = samples::plus_and_times(&mut graph);
    let leaves: Vec<_> = (0..32)
        .map(|leaf| graph.leaf("", f64::from(leaf)))
        .collect();
    let mut level: Vec<_> = (0..32).map(|place| leaves[place * 13 % 32]).collect();
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| graph.apply(plus, pair, 0.0))
            .collect();
    }
    let drawing = Drawing::of(&graph, &Style::default(), &[]);
    assert_eq!(drawing.layout.crossings, 0);
}

/// The fewest crossings of a graph of two columns, over all orders of either.
fn fewest_crossings(leaves: usize, links: &[(usize, usize)], users: usize) -> usize {
    let orders = |count: usize| {
        let mut orders = vec![Vec::new()];
        for item in 0..count {
            let longer = |order: &Vec<usize>| {
                let order = order.clone();
                (0..=order.len()).map(move |at| {
                    let mut order = order.clone();
                    order.insert(at, item);
                    order
                })
            };
            orders = orders.iter().flat_map(longer).collect();
        }
        orders
    };
    let right_orders = orders(users);
    let crossings = |left: &[usize], right: &[usize]| {
        let crosses = |a: &(usize, usize), b: &(usize, usize)| {
            left[a.0] < left[b.0] && right[a.1] > right[b.1]
        };
        links
            .iter()
            .map(|a| links.iter().filter(|b| crosses(a, b)).count())
            .sum::<usize>()
    };
    let lefts = orders(leaves);
    let all = lefts
        .iter()
        .flat_map(|left| right_orders.iter().map(|right| crossings(left, right)));
    all.min().unwrap_or(0)
}

/// Over many small graphs the search finds nearly as few crossings as there can be.
#[test]
fn crossings_are_nearly_as_few_as_possible() {
    let (mut found, mut possible) = (0, 0);
    for seed in 0..40u32 {
        let mut graph = Graph::new("");
        let (plus, _) = samples::plus_and_times(&mut graph);
        let leaves: Vec<_> = (0..5).map(|leaf| graph.leaf("", f64::from(leaf))).collect();
        let mut links = Vec::new();
        for user in 0..5 {
            // Each bit of a scrambled number decides whether a leaf is used.
            let bits = (seed * 5 + user + 1).wrapping_mul(2_654_435_761) >> 11;
            let used: Vec<usize> = (0..5).filter(|leaf| bits >> (2 * leaf) & 3 == 0).collect();
            if !used.is_empty() {
                let operands: Vec<_> = used.iter().map(|&leaf| leaves[leaf]).collect();
                graph.apply(plus, &operands, 0.0);
                links.extend(used.iter().map(|&leaf| (leaf, user as usize)));
            }
        }
        found += Drawing::of(&graph, &Style::default(), &[]).layout.crossings;
        possible += fewest_crossings(5, &links, 5);
    }
    assert!(
        found * 100 <= possible * 110,
        "{found} crossings where {possible} would do"
    );
}

/// A lattice in which each operation takes two neighbours of the column before, and every column is
/// added in an order of its own.
#[test]
fn a_scrambled_lattice_is_untangled() {
    let mut graph = Graph::new("");
    let (plus, _) = samples::plus_and_times(&mut graph);
    let mut column: Vec<_> = (0..11)
        .map(|leaf| graph.leaf("", f64::from(leaf)))
        .collect();
    for step in [3, 7, 5, 3, 5] {
        let count = column.len() - 1;
        let mut next = vec![column[0]; count];
        for place in (0..count).map(|place| place * step % count) {
            next[place] = graph.apply(plus, &column[place..place + 2], 0.0);
        }
        column = next;
    }
    assert_eq!(
        Drawing::of(&graph, &Style::default(), &[]).layout.crossings,
        0
    );
}
