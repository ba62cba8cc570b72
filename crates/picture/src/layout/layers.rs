//! Columns for blocks, and lanes for the nets that pass them.

use super::problem::Problem;
use super::skeleton::{Item, Link, Skeleton, Slot};
use std::collections::BTreeMap;

/// In a graph of at most so many blocks, a leaf whose first use is at most this many columns away
/// stands in the first column, as in a textbook's drawing. All others stand right before their
/// first use.
const LEAF_REACH: (usize, usize) = (16, 3);
/// What is computed from leaves alone may wait this many columns for its use and yet stay where it
/// is: so the gates of a cell, of which one is used later than the others, stand together.
const PATIENCE: usize = 4;
/// How often blocks are moved to shorten nets; two passes settle most graphs.
const PASSES: usize = 16;
/// The vertical room of a lane on either side, and of the gap between the exits of one block.
const LANE: f64 = 3.0;
const EXIT_GAP: f64 = 8.0;

/// Gives each block a column such that every net goes to the right, and the nets are short
/// together.
///
/// A net costs its longest stretch, because its uses share lanes. Blocks start as far left as they
/// can and are moved to the right, one at a time and from the last to the first, as long as that
/// makes nothing longer.
///
/// With `aligned`, leaves that are used soon stand in the first column if the graph is small.
pub(super) fn assign(problem: &Problem, aligned: bool) -> Vec<usize> {
    let (blocks, nets) = (&problem.blocks, &problem.nets);
    let mut column = vec![0; blocks.len()];
    let mut uses = vec![Vec::new(); nets.len()];
    let mut results = vec![Vec::new(); blocks.len()];
    for (index, net) in nets.iter().enumerate() {
        results[net.source].push(index);
    }
    for (index, block) in blocks.iter().enumerate() {
        for &net in &block.inputs {
            column[index] = column[index].max(column[nets[net].source] + 1);
            uses[net].push(index);
        }
    }
    let first_use = |block: usize, column: &[usize]| {
        results[block]
            .iter()
            .flat_map(|&net| &uses[net])
            .map(|&user| column[user])
            .min()
    };
    for _ in 0..PASSES {
        let mut moved = false;
        for index in (0..blocks.len()).rev().filter(|&index| !blocks[index].leaf) {
            let Some(first) = first_use(index, &column) else {
                continue;
            };
            // What a move to column `c` costs: its results get shorter, the inputs it is the
            // farthest use of longer.
            let farthest_other = |net: usize| {
                uses[net]
                    .iter()
                    .filter(|&&user| user != index)
                    .map(|&user| column[user])
                    .max()
                    .unwrap_or(0)
            };
            let mut limits: Vec<_> = blocks[index].inputs.clone();
            limits.sort_unstable();
            limits.dedup();
            limits.retain(|&net| !blocks[nets[net].source].leaf);
            let limits: Vec<_> = limits.into_iter().map(farthest_other).collect();
            let cost = |c: usize| {
                limits.iter().map(|&limit| limit.max(c)).sum::<usize>()
                    + results[index].len() * (first - c)
            };
            let mut best = (column[index]..first)
                .rev()
                .min_by_key(|&c| cost(c))
                .unwrap_or(column[index]);
            if cost(best) == cost(column[index]) || limits.is_empty() {
                let wait = first - 1 - column[index];
                best = if wait <= PATIENCE {
                    column[index]
                } else {
                    best
                };
            }
            moved |= best != column[index];
            column[index] = best;
        }
        if !moved {
            break;
        }
    }
    let reach = match aligned && blocks.len() <= LEAF_REACH.0 {
        true => LEAF_REACH.1,
        false => 1,
    };
    for (index, _) in blocks.iter().enumerate().filter(|(_, block)| block.leaf) {
        match first_use(index, &column) {
            Some(first) if first > reach => column[index] = first - 1,
            _ => {}
        }
    }
    column
}

/// Puts blocks and lanes into their columns and links each to the next column.
pub(super) fn skeleton(problem: &Problem, column_of: &[usize]) -> Skeleton {
    let mut skeleton = Skeleton {
        slots: Vec::new(),
        columns: vec![Vec::new(); column_of.iter().max().map_or(0, |last| last + 1)],
        links: Vec::new(),
        before: Vec::new(),
        after: Vec::new(),
        slot_of: Vec::new(),
        heights: Vec::new(),
        exits: vec![Vec::new(); problem.blocks.len()],
    };
    let mut exit_of = vec![0; problem.nets.len()];
    for (net, spec) in problem.nets.iter().enumerate() {
        exit_of[net] = skeleton.exits[spec.source].len();
        skeleton.exits[spec.source].push((net, 0.0));
    }
    for (index, block) in problem.blocks.iter().enumerate() {
        let (above, below) = stack_exits(problem, &mut skeleton.exits[index]);
        let several = skeleton.exits[index].len() > 1;
        let height = if several {
            block.height.max(above + below)
        } else {
            block.height
        };
        let (above, below) = (above.max(height / 2.0), below.max(height / 2.0));
        skeleton.heights.push(height);
        let slot = skeleton.add(Slot {
            item: Item::Block(index),
            column: column_of[index],
            above,
            below,
        });
        skeleton.slot_of.push(slot);
    }
    let mut lanes = BTreeMap::new();
    for (index, block) in problem.blocks.iter().enumerate() {
        for (port, &net) in block.inputs.iter().enumerate() {
            let source = problem.nets[net].source;
            let (mut from, mut exit) = (skeleton.slot_of[source], exit_of[net]);
            for column in column_of[source] + 1..column_of[index] {
                let known = lanes.get(&(net, column)).copied();
                from = known.unwrap_or_else(|| {
                    let lane = Slot {
                        item: Item::Lane(net),
                        column,
                        above: LANE,
                        below: LANE,
                    };
                    let to = skeleton.add(lane);
                    skeleton.link(Link {
                        net,
                        from,
                        to,
                        exit,
                        port: 0,
                    });
                    lanes.insert((net, column), to);
                    to
                });
                exit = 0;
            }
            skeleton.link(Link {
                net,
                from,
                to: skeleton.slot_of[index],
                exit,
                port,
            });
        }
    }
    skeleton
}

impl Skeleton {
    fn add(&mut self, slot: Slot) -> usize {
        let index = self.slots.len();
        self.columns[slot.column].push(index);
        self.slots.push(slot);
        self.before.push(Vec::new());
        self.after.push(Vec::new());
        index
    }

    fn link(&mut self, link: Link) {
        let index = self.links.len();
        self.after[link.from].push(index);
        self.before[link.to].push(index);
        self.links.push(link);
    }
}

impl Skeleton {
    /// Lets nets leave their blocks in another order, given for each link.
    pub fn leave_in(&mut self, problem: &Problem, exits: &[usize]) {
        for slot in 0..self.slots.len() {
            let Item::Block(block) = self.slots[slot].item else {
                continue;
            };
            let place: BTreeMap<usize, usize> = (self.after[slot].iter())
                .map(|&link| (self.links[link].net, exits[link]))
                .collect();
            // Nets without a use come last, as they were.
            let own = &mut self.exits[block];
            own.sort_by_key(|(net, _)| place.get(net).copied().unwrap_or(usize::MAX));
            stack_exits(problem, own);
            for &link in &self.after[slot] {
                let net = self.links[link].net;
                let place = self.exits[block].iter().position(|exit| exit.0 == net);
                self.links[link].exit = place.unwrap_or(0);
            }
        }
    }
}

/// Distributes the nets leaving a block over its side so that their labels do not touch, and
/// returns how far the labels reach above and below the middle. A single net leaves at the middle.
fn stack_exits(problem: &Problem, exits: &mut [(usize, f64)]) -> (f64, f64) {
    if let [(net, _)] = *exits {
        return (problem.nets[net].above, problem.nets[net].below);
    }
    let room = |net: usize| problem.nets[net].above + problem.nets[net].below + EXIT_GAP;
    let total: f64 = exits.iter().map(|&(net, _)| room(net)).sum();
    let mut top = -total / 2.0;
    for (net, offset) in exits.iter_mut() {
        *offset = top + EXIT_GAP / 2.0 + problem.nets[*net].above;
        top += room(*net);
    }
    (total / 2.0, total / 2.0)
}
