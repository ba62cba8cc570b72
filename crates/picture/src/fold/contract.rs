//! Drawing groups of nodes as one.

use super::uses::{is_source, uses};
use crate::model::{Folded, Graph, Kind, Operand, ValueId};
use crate::quantity::Quantity;
use std::collections::HashMap;

/// The most values of one group drawn as wires of their own; more become a bundle.
const BUNDLE_ABOVE: usize = 4;

/// A partition of a graph's nodes into groups, under construction.
pub(super) struct Groups<'a> {
    graph: &'a Graph,
    /// For each group the name to fold it under, or nothing for a node that stays as it is.
    names: Vec<Option<String>>,
    of: Vec<Option<usize>>,
}

impl<'a> Groups<'a> {
    pub(super) fn new(graph: &'a Graph) -> Self {
        Self {
            graph,
            names: Vec::new(),
            of: vec![None; graph.nodes().len()],
        }
    }

    pub(super) fn begin(&mut self, name: Option<String>) {
        self.names.push(name);
    }

    pub(super) fn put(&mut self, node: usize) {
        self.of[node] = Some(self.names.len() - 1);
    }

    /// Puts each leaf and constant into the group of its first user if `joins(source, user)`; the
    /// others stay single. The first user is of the smallest group, so this cannot close a cycle.
    pub(super) fn adopt_sources(&mut self, joins: impl Fn(usize, usize) -> bool) {
        let mut first_user = vec![None; self.graph.values().len()];
        for (index, node) in self.graph.nodes().iter().enumerate() {
            for operand in node.operands() {
                first_user[operand.value.0].get_or_insert(index);
            }
        }
        for (value, user) in self.graph.values().iter().zip(&first_user) {
            let (source, Some(user)) = (value.producer(), *user) else {
                continue;
            };
            if is_source(&self.graph.nodes()[source].kind) && joins(source, user) {
                self.of[source] = self.of[user].filter(|&group| self.names[group].is_some());
            }
        }
    }

    /// The graph with every named group drawn as one node.
    pub(super) fn contract(self) -> Graph {
        let mut members = vec![Vec::new(); self.names.len()];
        let mut sequence: Vec<(Option<usize>, usize)> = Vec::new();
        for (node, group) in self.of.iter().enumerate() {
            match group {
                None => sequence.push((None, node)),
                Some(group) => members[*group].push(node),
            }
        }
        // Single sources first: they need nothing, and anything may use them.
        sequence.extend(
            (0..self.names.len())
                .filter(|&group| !members[group].is_empty())
                .map(|group| (Some(group), members[group][0])),
        );
        let leaving = self.leaving();
        let results = self.graph.results();
        let mut contraction = Contraction {
            old: self.graph,
            new: self.graph.emptied(),
            image: vec![None; self.graph.values().len()],
            results,
        };
        for (group, first) in sequence {
            match group.and_then(|group| Some((group, self.names[group].clone()?))) {
                Some((group, name)) if members[group].len() > 1 || self.is_folded(first) => {
                    contraction.fold(name, &members[group], &leaving)
                }
                _ => contraction.copy(first),
            }
        }
        contraction.new
    }

    fn is_folded(&self, node: usize) -> bool {
        matches!(self.graph.nodes()[node].kind, Kind::Folded(_))
    }

    /// For each value whether a group other than its own uses it. A value nobody uses leaves as
    /// well: it is a result.
    fn leaving(&self) -> Vec<bool> {
        let mut leaving: Vec<bool> = uses(self.graph).iter().map(|used| !used).collect();
        for (index, node) in self.graph.nodes().iter().enumerate() {
            for operand in node.operands() {
                leaving[operand.value.0] |=
                    self.of[self.graph.values()[operand.value.0].producer()] != self.of[index];
            }
        }
        leaving
    }
}

/// The folded graph, under construction.
struct Contraction<'a> {
    old: &'a Graph,
    new: Graph,
    /// For each old value the one that stands for it.
    image: Vec<Option<ValueId>>,
    results: Vec<Vec<usize>>,
}

impl Contraction<'_> {
    fn copy(&mut self, node: usize) {
        let old = &self.old.nodes()[node];
        let operands = old.operands().iter().filter_map(|operand| {
            Some(Operand {
                value: self.image[operand.value.0]?,
                contribution: operand.contribution.clone(),
            })
        });
        let producer = self.new.push(old.kind.clone(), operands.collect());
        self.new.nodes[producer].source = old.source.clone();
        self.new.nodes[producer].scope = old.scope;
        for value in self.results[node].clone() {
            self.image[value] = Some(self.copy_value(value, producer));
        }
    }

    fn copy_value(&mut self, value: usize, producer: usize) -> ValueId {
        let old = &self.old.values()[value];
        let id = self.new.result(producer, old.forward.clone());
        let value = self.new.value_mut(id);
        value.cotangent.clone_from(&old.cotangent);
        value.name.clone_from(&old.name);
        id
    }

    fn fold(&mut self, name: String, members: &[usize], leaving: &[bool]) {
        let used = members
            .iter()
            .flat_map(|&node| self.old.nodes()[node].operands());
        let mut operands: Vec<ValueId> = used
            .filter_map(|operand| self.image[operand.value.0])
            .collect();
        operands.sort_unstable();
        operands.dedup();
        let operands = operands
            .into_iter()
            .map(|value| Operand {
                value,
                contribution: None,
            })
            .collect();
        let producer = self
            .new
            .push(Kind::Folded(self.describe(name, members)), operands);
        self.new.nodes[producer].scope = self.old.nodes()[members[0]].scope;
        let results = members
            .iter()
            .flat_map(|&node| &self.results[node])
            .copied();
        let leaving: Vec<usize> = results.filter(|&value| leaving[value]).collect();
        if leaving.len() <= BUNDLE_ABOVE {
            for value in leaving {
                self.image[value] = Some(self.copy_value(value, producer));
            }
        } else {
            let counted = leaving
                .iter()
                .map(|&value| bundled(&self.old.values()[value].forward))
                .sum();
            let bundle = self.new.result(producer, Quantity::Bundle(counted));
            leaving
                .iter()
                .for_each(|&value| self.image[value] = Some(bundle));
        }
    }

    fn describe(&self, name: String, members: &[usize]) -> Folded {
        let mut counts: Vec<(String, usize)> = Vec::new();
        let mut place: HashMap<&str, usize> = HashMap::new();
        let mut nodes = 0;
        for &node in members {
            let (inside, operations): (usize, &[(String, usize)]) =
                match &self.old.nodes()[node].kind {
                    Kind::Folded(inner) => (inner.nodes, &inner.counts),
                    _ => (1, &[]),
                };
            nodes += inside;
            let operation = match &self.old.nodes()[node].kind {
                Kind::Operation(id) => Some((self.old.operations()[id.0].symbol.as_ref(), 1)),
                _ => None,
            };
            for (symbol, count) in operations
                .iter()
                .map(|(symbol, count)| (symbol.as_str(), *count))
                .chain(operation)
            {
                let place = *place.entry(symbol).or_insert_with(|| {
                    counts.push((symbol.to_owned(), 0));
                    counts.len() - 1
                });
                counts[place].1 += count;
            }
        }
        // Among equals the first to occur comes first.
        counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        Folded {
            name,
            nodes,
            counts,
        }
    }
}

fn bundled(quantity: &Quantity) -> usize {
    match quantity {
        Quantity::Bundle(count) => *count,
        _ => 1,
    }
}
