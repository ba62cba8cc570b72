//! The order within columns: sweeps by barycentre and exchanges of neighbours, from several starts.
//!
//! The first starts are the order of a walk back from the results, which draws every tree without
//! crossings and in the order of its operands, the order of the tape, both upside down, and the
//! order of a walk in either direction; then come scrambled orders, always the same ones. The best
//! order met is kept, the first one among equals, so that a formula that can be drawn as it is
//! written is.

use super::problem::Problem;
use super::skeleton::{Item, Skeleton};

/// Sweeps from each start, and how many without improvement end the search.
const SWEEPS: usize = 24;
const PATIENCE: usize = 6;
/// Rounds of exchanging neighbours, of which the last finds nothing to do; a few suffice, and this
/// many keep a hopeless graph from taking for ever.
const ROUNDS: usize = 64;
/// Scrambled starts, and the number of blocks above which they would take too long.
const SCRAMBLED: usize = 12;
const SCRAMBLED_UP_TO: usize = 200;

/// Finds an order of every column and counts the crossings left.
pub(super) fn arrange(problem: &Problem, skeleton: &Skeleton) -> (Vec<Vec<usize>>, usize) {
    let mut best: Option<(Vec<Vec<usize>>, usize)> = None;
    for start in starts(problem) {
        let mut state = State::new(problem, skeleton, &start);
        state.exchange();
        let mut stale = 0;
        for sweep in 0..SWEEPS {
            let crossings = state.crossings();
            if best.as_ref().is_none_or(|&(_, fewest)| crossings < fewest) {
                best = Some((state.order.clone(), crossings));
                stale = 0;
            }
            if crossings == 0 || stale == PATIENCE {
                break;
            }
            stale += 1;
            state.sweep(sweep % 2 == 0);
            state.exchange();
        }
        if matches!(best, Some((_, 0))) {
            break;
        }
    }
    best.unwrap_or_default()
}

/// Ranks of the blocks to start from.
fn starts(problem: &Problem) -> Vec<Vec<usize>> {
    let count = problem.blocks.len();
    let tape: Vec<usize> = (0..count).collect();
    let walk = walk_back(problem);
    let upside_down = |rank: &[usize]| rank.iter().map(|rank| count - rank).collect();
    let mut starts = vec![upside_down(&walk), upside_down(&tape), wander(problem)];
    starts.splice(0..0, [walk, tape]);
    if count <= SCRAMBLED_UP_TO {
        starts.extend((0..SCRAMBLED).map(|start| scrambled(count, start)));
    }
    starts
}

/// Ranks blocks in the order in which they are met going from block to block along nets, in either
/// direction, so that what is linked is near.
fn wander(problem: &Problem) -> Vec<usize> {
    let mut linked = vec![Vec::new(); problem.blocks.len()];
    for (block, spec) in problem.blocks.iter().enumerate() {
        for &net in &spec.inputs {
            linked[block].push(problem.nets[net].source);
            linked[problem.nets[net].source].push(block);
        }
    }
    // A block with one neighbour is an end of a path; from there it is followed in one go.
    let mut roots: Vec<usize> = (0..linked.len()).collect();
    roots.sort_by_key(|&block| linked[block].len());
    let mut rank = vec![usize::MAX; linked.len()];
    let mut next = 0;
    for root in roots {
        let mut stack = vec![root];
        while let Some(block) = stack.pop() {
            if rank[block] == usize::MAX {
                rank[block] = next;
                next += 1;
                stack.extend(&linked[block]);
            }
        }
    }
    rank
}

/// Ranks by a hash of the block and the start, Steele, Lea and Flood's SplitMix64.
fn scrambled(count: usize, start: usize) -> Vec<usize> {
    let hash = |block: usize| {
        let seed = (start * SCRAMBLED_UP_TO + block) as u64;
        let mut z = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let mut blocks: Vec<usize> = (0..count).collect();
    blocks.sort_by_key(|&block| hash(block));
    let mut rank = vec![0; count];
    for (place, block) in blocks.into_iter().enumerate() {
        rank[block] = place;
    }
    rank
}

/// Ranks blocks in the order in which a walk from the last block backwards finishes them, operands
/// first to last.
fn walk_back(problem: &Problem) -> Vec<usize> {
    let mut rank = vec![usize::MAX; problem.blocks.len()];
    let mut entered = vec![false; problem.blocks.len()];
    let mut next = 0;
    for root in (0..problem.blocks.len()).rev() {
        let mut stack = vec![(root, 0)];
        while let Some((block, operand)) = stack.pop() {
            if operand == 0 && std::mem::replace(&mut entered[block], true) {
                continue;
            }
            match problem.blocks[block].inputs.get(operand) {
                Some(&net) => {
                    stack.push((block, operand + 1));
                    stack.push((problem.nets[net].source, 0));
                }
                None => {
                    rank[block] = next;
                    next += 1;
                }
            }
        }
    }
    rank
}

/// Orders under change, with the position of every slot in its column.
struct State<'a> {
    problem: &'a Problem,
    skeleton: &'a Skeleton,
    order: Vec<Vec<usize>>,
    position: Vec<usize>,
}

/// One end of a link, comparable along a column: the slot's position, then the place at the slot.
type End = (usize, usize);

impl<'a> State<'a> {
    fn new(problem: &'a Problem, skeleton: &'a Skeleton, rank: &[usize]) -> Self {
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
        let link = &self.skeleton.links[link];
        (self.position[link.from], link.exit)
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

    fn crossings(&self) -> usize {
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

    /// Goes through the columns, rightwards or leftwards, and sorts each by the mean position of
    /// what its slots are linked to in the column before. Slots linked to nothing there keep their
    /// places.
    fn sweep(&mut self, rightwards: bool) {
        let count = self.order.len();
        for step in 1..count {
            let column = if rightwards { step } else { count - 1 - step };
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
            linked.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut linked = linked.into_iter().map(|(_, slot)| slot);
            let sorted = means.iter().filter_map(|&(mean, slot)| {
                if mean.is_some() {
                    linked.next()
                } else {
                    Some(slot)
                }
            });
            self.order[column] = sorted.collect();
            self.number(column);
        }
    }

    /// Exchanges neighbours wherever that removes crossings, until it no longer does.
    fn exchange(&mut self) {
        for _ in 0..ROUNDS {
            let mut changed = false;
            for column in 0..self.order.len() {
                for upper in 1..self.order[column].len() {
                    let (a, b) = (self.order[column][upper - 1], self.order[column][upper]);
                    let gain = |leftwards| {
                        let (above, below) = (self.ends(a, leftwards), self.ends(b, leftwards));
                        crossed(&above, &below) as isize - crossed(&below, &above) as isize
                    };
                    if gain(true) + gain(false) > 0 {
                        self.order[column].swap(upper - 1, upper);
                        (self.position[a], self.position[b]) = (upper, upper - 1);
                        changed = true;
                    }
                }
            }
            if !changed {
                return;
            }
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
fn inversions(mut links: Vec<(End, End)>) -> usize {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Block, Net, layers};
    use proptest::prelude::*;

    /// Blocks that use up to three of the values before them.
    fn problem(choices: &[[usize; 3]]) -> Problem {
        let block = |(index, choice): (usize, &[usize; 3])| Block {
            width: 30.0,
            height: 30.0,
            round: false,
            inputs: choice
                .iter()
                .filter(|&&back| back <= index && back > 0)
                .map(|back| index - back)
                .collect(),
            ordered: choice[0] % 2 == 0,
            leaf: false,
        };
        let net = |source| Net {
            source,
            width: 10.0,
            above: 20.0,
            below: 20.0,
        };
        Problem {
            blocks: choices.iter().enumerate().map(block).collect(),
            nets: (0..choices.len()).map(net).collect(),
        }
    }

    proptest! {
        /// No exchange of two neighbours in the order found removes a crossing.
        #[test]
        fn no_two_neighbours_want_to_change_places(
            choices in prop::collection::vec([0..15usize, 0..15, 0..15], 1..40),
        ) {
            let problem = problem(&choices);
            let skeleton = layers::skeleton(&problem, &layers::assign(&problem));
            let (order, crossings) = arrange(&problem, &skeleton);
            let start = vec![0; problem.blocks.len()];
            for column in 0..order.len() {
                for upper in 1..order[column].len() {
                    let mut state = State::new(&problem, &skeleton, &start);
                    state.order.clone_from(&order);
                    state.order[column].swap(upper - 1, upper);
                    (0..order.len()).for_each(|column| state.number(column));
                    prop_assert!(state.crossings() >= crossings);
                }
            }
        }

        #[test]
        fn inversions_agree_with_counting_pairs(
            links in prop::collection::vec((0..9usize, 0..9usize), 0..40),
        ) {
            let ends = |(left, right)| ((left, 0), (right, 0));
            let links: Vec<_> = links.into_iter().map(ends).collect();
            let mut pairs = 0;
            for a in &links {
                pairs += links.iter().filter(|b| a.0 < b.0 && a.1 > b.1).count();
            }
            prop_assert_eq!(inversions(links), pairs);
        }
    }
}
