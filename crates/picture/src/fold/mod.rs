//! Folding: many nodes drawn as one, by scope or by stretches of the tape.
//!
//! Whatever is folded, the groups are numbered such that operands come from groups with smaller
//! numbers, so the folded graph is a graph again: a scope that is left and entered once more gives
//! two groups, never a cycle.

mod contract;
#[cfg(test)]
mod tests;
mod uses;

use crate::model::{Graph, Kind};
use contract::Groups;
use std::collections::BTreeMap;
use std::ops::Range;
use uses::{is_named, is_source, uses};

/// The deepest nesting looked at when a graph is folded to fit a limit; what lies deeper is folded
/// with it.
const DEEPEST: usize = 8;
/// How many stretches an overview has, and how many outputs it keeps at most.
const STRETCHES: usize = 10;
const KEPT: usize = 8;
/// The part of a stretch's length by which its end may move to where fewer values are in use.
const PLAY: usize = 4;

/// Folds a graph until it has at most `limit` nodes, or as few as can be: scopes first, the
/// innermost before the outer ones, then stretches of the tape.
pub(super) fn to_fit(graph: &Graph, limit: usize) -> Option<Graph> {
    if graph.nodes().len() <= limit {
        return None;
    }
    let mut folded = None;
    let nesting = |path: &String| {
        if path.is_empty() {
            0
        } else {
            path.matches('/').count() + 1
        }
    };
    let deepest = graph
        .scopes()
        .iter()
        .map(nesting)
        .max()
        .unwrap_or(0)
        .min(DEEPEST);
    for depth in (1..=deepest).rev() {
        let candidate = by_scope(folded.as_ref().unwrap_or(graph), depth);
        let fits = candidate.nodes().len() <= limit;
        folded = Some(candidate);
        if fits {
            return folded;
        }
    }
    Some(overview(folded.as_ref().unwrap_or(graph)))
}

/// Folds every scope of the given depth, counted from 1 at the outermost, with all that is nested
/// in it.
///
/// Neighbours of one scope on the tape form a group. A constant of a scope, or a leaf without a
/// name, joins the group that uses it first if that is of the same scope, wherever it stands on the
/// tape. A leaf with a name stays: its derivative is what somebody wants to see.
pub(super) fn by_scope(graph: &Graph, depth: usize) -> Graph {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut scope_of = Vec::new();
    for path in graph.scopes() {
        let cut = path
            .match_indices('/')
            .nth(depth.saturating_sub(1))
            .map_or(path.len(), |(at, _)| at);
        let next = known.len();
        scope_of.push(*known.entry(&path[..cut]).or_insert(next));
    }
    let names: BTreeMap<usize, &str> = known.iter().map(|(&name, &scope)| (scope, name)).collect();
    let outside = scope_of[0];
    // An output is seen from outside, wherever it was declared.
    let scope = |node: usize| match graph.nodes()[node].kind {
        Kind::Output { .. } => outside,
        _ => scope_of[graph.nodes()[node].scope],
    };

    let mut groups = Groups::new(graph);
    let mut open = None;
    for node in 0..graph.nodes().len() {
        if is_source(&graph.nodes()[node].kind) {
            continue;
        }
        if scope(node) == outside || open != Some(scope(node)) {
            groups.begin((scope(node) != outside).then(|| names[&scope(node)].to_owned()));
            open = Some(scope(node));
        }
        groups.put(node);
    }
    groups.adopt_sources(|source, user| {
        let own = scope(source) != outside && scope(source) == scope(user);
        own && !is_named(&graph.nodes()[source].kind)
    });
    groups.contract()
}

/// Folds stretches of the tape, some ten in all, whatever its length. Named leaves stay, and a few
/// outputs; where those are many they are folded with what they belong to.
fn overview(graph: &Graph) -> Graph {
    let is_output = |node: usize| matches!(graph.nodes()[node].kind, Kind::Output { .. });
    let few = (0..graph.nodes().len()).filter(|&n| is_output(n)).count() <= KEPT;
    let kept_output = |node: usize| few && is_output(node);
    let kept_leaf = |node: usize| is_named(&graph.nodes()[node].kind);
    let all = 0..graph.nodes().len();
    let steps: Vec<usize> = all
        .clone()
        .filter(|&node| !is_source(&graph.nodes()[node].kind) && !kept_output(node))
        .collect();
    let mut groups = Groups::new(graph);
    groups.begin(Some("never used".to_owned()));
    let used = uses(graph);
    let idle = |value: usize| {
        !used[value] && is_source(&graph.nodes()[graph.values()[value].producer()].kind)
    };
    for value in (0..graph.values().len())
        .filter(|&value| idle(value) && !kept_leaf(graph.values()[value].producer()))
    {
        groups.put(graph.values()[value].producer());
    }
    for stretch in stretches(graph, &steps) {
        let (first, last) = (steps[stretch.start], steps[stretch.end - 1]);
        groups.begin(Some(format!("nodes {first}–{last}")));
        steps[stretch].iter().for_each(|&node| groups.put(node));
    }
    for node in all.filter(|&node| kept_output(node)) {
        groups.begin(None);
        groups.put(node);
    }
    groups.adopt_sources(|source, _| !kept_leaf(source));
    groups.contract()
}

/// Cuts the steps into stretches of about equal length, each cut moved to where the fewest values
/// are still in use.
fn stretches(graph: &Graph, steps: &[usize]) -> Vec<Range<usize>> {
    let mut last_use = vec![0; graph.values().len()];
    for (index, node) in graph.nodes().iter().enumerate() {
        node.operands()
            .iter()
            .for_each(|operand| last_use[operand.value.0] = index);
    }
    // How many results of steps before each node are used at or after it.
    let mut alive = vec![0isize; graph.nodes().len() + 1];
    for (value, &last) in graph.values().iter().zip(&last_use) {
        if last > value.producer() && !is_source(&graph.nodes()[value.producer()].kind) {
            alive[value.producer() + 1] += 1;
            alive[last + 1] -= 1;
        }
    }
    let mut sum = 0;
    alive.iter_mut().for_each(|change| {
        sum += *change;
        *change = sum;
    });
    let play = steps.len() / STRETCHES / PLAY;
    let mut found = Vec::new();
    let mut start = 0;
    for stretch in 1..=STRETCHES {
        let even = steps.len() * stretch / STRETCHES;
        let cuts = if stretch == STRETCHES {
            even..=even
        } else {
            even - play..=even + play
        };
        let in_use = |cut: usize| steps.get(cut).map_or(0, |&node| alive[node]);
        let end = cuts
            .min_by_key(|&cut| (in_use(cut), cut.abs_diff(even)))
            .unwrap_or(even);
        if end > start {
            found.push(start..end);
            start = end;
        }
    }
    found
}
