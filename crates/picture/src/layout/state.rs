//! Orders under change.

use super::problem::Problem;
use super::skeleton::{Item, Skeleton};
use std::collections::BTreeMap;
use std::ops::Range;

/// Rounds of exchanging neighbours, of which the last finds nothing to do; a few suffice, and this
/// many keep a hopeless graph from taking for ever.
const ROUNDS: usize = 64;
/// How many crossings it is worth that a group is not torn once.
const TORN: usize = 2;

/// An order of what stands in the columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrangement {
    /// The slots of each column from top to bottom.
    pub order: Vec<Vec<usize>>,
    /// For each link its place among those that leave its block.
    pub exits: Vec<usize>,
    /// How many pairs of links cross.
    pub crossings: usize,
}

/// An order of every column, with the position of every slot in its column.
pub(super) struct State<'a> {
    problem: &'a Problem,
    skeleton: &'a Skeleton,
    order: Vec<Vec<usize>>,
    position: Vec<usize>,
    /// For each link its place among those that leave its block.
    pub exits: Vec<usize>,
}

/// One end of a link, comparable along a column: the slot's position, then the place at the slot.
type End = (usize, usize);

impl<'a> State<'a> {
    pub fn new(problem: &'a Problem, skeleton: &'a Skeleton, rank: &[usize]) -> Self {
        let mut order = skeleton.columns.clone();
        let key = |slot: usize| match skeleton.slots[slot].item {
            Item::Block(block) => (rank[block], 0),
            Item::Lane(net) => (rank[problem.nets[net].source], net + 1),
        };
        order
            .iter_mut()
            .for_each(|column| column.sort_by_key(|&slot| key(slot)));
        let mut state = Self {
            problem,
            skeleton,
            order,
            position: vec![0; skeleton.slots.len()],
            exits: skeleton.links.iter().map(|link| link.exit).collect(),
        };
        (0..state.order.len()).for_each(|column| state.number(column));
        state
    }

    fn number(&mut self, column: usize) {
        for (position, &slot) in self.order[column].iter().enumerate() {
            self.position[slot] = position;
        }
    }

    fn left(&self, link: usize) -> End {
        let from = self.skeleton.links[link].from;
        (self.position[from], self.exits[link])
    }

    /// What a slot belongs together with.
    fn group(&self, slot: usize) -> Option<usize> {
        match self.skeleton.slots[slot].item {
            Item::Block(block) => self.problem.blocks[block].group,
            Item::Lane(_) => None,
        }
    }

    /// Whether two neighbours belong together.
    fn joined(&self, a: usize, b: usize) -> isize {
        isize::from(self.group(a).is_some() && self.group(a) == self.group(b))
    }

    /// What is to be made small: crossings, and groups torn.
    pub fn cost(&self) -> usize {
        self.crossings() + TORN * self.torn()
    }

    /// The order as it is now.
    pub fn arrangement(&self) -> Arrangement {
        Arrangement {
            order: self.order.clone(),
            exits: self.exits.clone(),
            crossings: self.crossings(),
        }
    }

    /// Takes over an order that was found before.
    pub fn restore(&mut self, found: &Arrangement) {
        self.order.clone_from_slice(&found.order);
        self.exits.clone_from_slice(&found.exits);
        (0..self.order.len()).for_each(|column| self.number(column));
    }

    /// How often groups are torn: into one part more than need be, for each column.
    fn torn(&self) -> usize {
        let in_column = |column: &Vec<usize>| {
            let mut groups: Vec<_> = column.iter().filter_map(|&slot| self.group(slot)).collect();
            let members = groups.len();
            groups.sort_unstable();
            groups.dedup();
            let joined: isize = column.windows(2).map(|w| self.joined(w[0], w[1])).sum();
            members - groups.len() - joined.unsigned_abs()
        };
        self.order.iter().map(in_column).sum()
    }

    /// Lets the nets of every block with several leave in the order in which they arrive.
    pub fn sort_exits(&mut self) {
        for slot in 0..self.skeleton.slots.len() {
            let links = &self.skeleton.after[slot];
            let Item::Block(block) = self.skeleton.slots[slot].item else {
                continue;
            };
            if self.skeleton.exits[block].len() < 2 {
                continue;
            }
            let mean = |net: usize| {
                let ends = links
                    .iter()
                    .filter(|&&link| self.skeleton.links[link].net == net)
                    .map(|&link| self.right(link));
                let places: Vec<f64> = ends
                    .map(|(at, port)| at as f64 + 0.01 * port as f64)
                    .collect();
                places.iter().sum::<f64>() / places.len().max(1) as f64
            };
            let exits = &self.skeleton.exits[block];
            let mut nets: Vec<_> = exits.iter().map(|&(net, _)| (mean(net), net)).collect();
            nets.sort_by(|a, b| a.0.total_cmp(&b.0));
            for &link in links {
                let net = self.skeleton.links[link].net;
                let place = nets.iter().position(|&(_, other)| other == net);
                self.exits[link] = place.unwrap_or(0);
            }
        }
    }

    /// Where a link ends. Operands that may enter in any order all end at one place, for they need
    /// not cross.
    fn right(&self, link: usize) -> End {
        let link = &self.skeleton.links[link];
        let ordered = match self.skeleton.slots[link.to].item {
            Item::Block(block) => self.problem.blocks[block].ordered,
            Item::Lane(_) => false,
        };
        (self.position[link.to], if ordered { link.port } else { 0 })
    }

    /// Where the links of a slot end, on its left or right side.
    fn ends(&self, slot: usize, leftwards: bool) -> Vec<End> {
        if leftwards {
            self.skeleton.before[slot]
                .iter()
                .map(|&link| self.left(link))
                .collect()
        } else {
            self.skeleton.after[slot]
                .iter()
                .map(|&link| self.right(link))
                .collect()
        }
    }

    pub fn crossings(&self) -> usize {
        self.order
            .iter()
            .map(|column| {
                let links = column.iter().flat_map(|&slot| &self.skeleton.after[slot]);
                inversions(
                    links
                        .map(|&link| (self.left(link), self.right(link)))
                        .collect(),
                )
            })
            .sum()
    }

    /// Goes through the columns, rightwards or leftwards, and sorts each by what is before it.
    pub fn sweep(&mut self, rightwards: bool) {
        let count = self.order.len();
        for step in 1..count {
            let column = if rightwards { step } else { count - 1 - step };
            self.sort(column, rightwards);
        }
    }

    /// Turns a stretch of a column over and lets all others follow, from there to both sides.
    pub fn turn(&mut self, column: usize, stretch: Range<usize>) {
        self.order[column][stretch].reverse();
        self.number(column);
        (column + 1..self.order.len()).for_each(|column| self.sort(column, true));
        (0..column)
            .rev()
            .for_each(|column| self.sort(column, false));
    }

    /// Sorts a column by the mean position of what its slots are linked to in the column before.
    /// Slots linked to nothing there keep their places.
    fn sort(&mut self, column: usize, rightwards: bool) {
        let mean = |slot: usize| {
            let ends = self.ends(slot, rightwards);
            let place = |&(position, place): &End| {
                position as f64 + place as f64 / (place as f64 + 1.0) / 2.0
            };
            (!ends.is_empty()).then(|| ends.iter().map(place).sum::<f64>() / ends.len() as f64)
        };
        let means: Vec<_> = self.order[column]
            .iter()
            .map(|&slot| (mean(slot), slot))
            .collect();
        let mut linked: Vec<_> = means
            .iter()
            .filter_map(|&(mean, slot)| Some((mean?, slot)))
            .collect();
        // What belongs together goes where it goes in the mean.
        let mut groups: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        for &(mean, slot) in &linked {
            if let Some(group) = self.group(slot) {
                let (sum, count) = groups.entry(group).or_default();
                (*sum, *count) = (*sum + mean, *count + 1.0);
            }
        }
        let key = |&(mean, slot): &(f64, usize)| {
            let group = self.group(slot);
            let whole = group.and_then(|group| groups.get(&group));
            (whole.map_or(mean, |(sum, count)| sum / count), group, mean)
        };
        linked.sort_by(|a, b| {
            let (a, b) = (key(a), key(b));
            let whole = a.0.total_cmp(&b.0);
            whole.then(a.1.cmp(&b.1)).then(a.2.total_cmp(&b.2))
        });
        let mut linked = linked.into_iter().map(|(_, slot)| slot);
        let sorted = means.iter().filter_map(|&(mean, slot)| match mean {
            Some(_) => linked.next(),
            None => Some(slot),
        });
        self.order[column] = sorted.collect();
        self.number(column);
    }

    /// Exchanges neighbours wherever that removes crossings, until it no longer does.
    pub fn exchange(&mut self) {
        let mut waiting = vec![true; self.order.len()];
        for _ in 0..ROUNDS {
            let mut changed = false;
            for column in 0..self.order.len() {
                if std::mem::take(&mut waiting[column]) && self.exchange_in(column) {
                    changed = true;
                    let near = column.saturating_sub(1)..(column + 2).min(waiting.len());
                    waiting[near].fill(true);
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// One pass over a column; whether it has changed.
    fn exchange_in(&mut self, column: usize) -> bool {
        // Where links end in other columns does not depend on the order in this one.
        let ends = |&slot: &usize| [true, false].map(|leftwards| self.ends(slot, leftwards));
        let mut ends: Vec<[Vec<End>; 2]> = self.order[column].iter().map(ends).collect();
        let mut changed = false;
        for lower in 1..self.order[column].len() {
            let slots = &self.order[column];
            let (a, b) = (slots[lower - 1], slots[lower]);
            let gain = |side: usize| {
                let (above, below) = (&ends[lower - 1][side], &ends[lower][side]);
                crossed(above, below) as isize - crossed(below, above) as isize
            };
            let before = lower.checked_sub(2).map(|at| slots[at]);
            let behind = slots.get(lower + 1).copied();
            let with = |slot: usize, other: Option<usize>| {
                other.map_or(0, |other| self.joined(slot, other))
            };
            let mends = with(b, before) + with(a, behind) - with(a, before) - with(b, behind);
            if gain(0) + gain(1) + TORN as isize * mends > 0 {
                self.swap(column, lower);
                ends.swap(lower - 1, lower);
                changed = true;
            }
        }
        changed
    }

    /// Exchanges a slot with the one above it.
    pub fn swap(&mut self, column: usize, lower: usize) {
        self.order[column].swap(lower - 1, lower);
        for at in [lower - 1, lower] {
            self.position[self.order[column][at]] = at;
        }
    }
}

/// How many links of an upper slot cross links of a lower one, from where they end.
fn crossed(upper: &[End], lower: &[End]) -> usize {
    upper
        .iter()
        .map(|above| lower.iter().filter(|below| *below < above).count())
        .sum()
}

/// How many pairs of links cross, counted with a Fenwick tree over the right ends.
pub(super) fn inversions(mut links: Vec<(End, End)>) -> usize {
    links.sort_unstable();
    let mut ends: Vec<End> = links.iter().map(|&(_, right)| right).collect();
    ends.sort_unstable();
    ends.dedup();
    let mut tree = vec![0usize; ends.len() + 1];
    let mut count = 0;
    for (seen, (_, right)) in links.iter().enumerate() {
        let rank = ends.binary_search(right).unwrap_or(0) + 1;
        let (mut not_below, mut at) = (0, rank);
        while at > 0 {
            not_below += tree[at];
            at &= at - 1;
        }
        count += seen - not_below;
        at = rank;
        while at < tree.len() {
            tree[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    count
}
