//! Vertical positions, after Brandes and Köpf, "Fast and Simple Horizontal Coordinate Assignment"
//! (2001), turned by a quarter: slots are joined into straight rows four times, looking left or
//! right and preferring the upper or the lower neighbour; each time the rows are packed, and every
//! slot gets the mean of its two middle positions.
//!
//! Packing follows the later erratum: rows are ordered by which must lie above which and packed
//! once from either side. Each of the four results keeps the order and the distances, and so does
//! the mean of the middle two.

use super::problem::Problem;
use super::skeleton::{Item, Skeleton};
use std::collections::HashSet;
use std::ops::Range;

/// The least vertical distance between what stands in one column.
const GAP: f64 = 12.0;

/// Finds the height of the reference line of every slot in some columns, as if there were no
/// others. Those of other slots say nothing.
pub(super) fn align(
    problem: &Problem,
    skeleton: &Skeleton,
    order: &[Vec<usize>],
    columns: Range<usize>,
) -> Vec<f64> {
    let count = skeleton.slots.len();
    let mut position = vec![0; count];
    for column in order {
        column
            .iter()
            .enumerate()
            .for_each(|(at, &slot)| position[slot] = at);
    }
    let mut bent = bent_lanes(skeleton, order, &position);
    bent.extend(side_inputs(problem, skeleton));
    let mut found = Vec::new();
    for leftwards in [true, false] {
        for upwards in [true, false] {
            let sweep = Sweep {
                skeleton,
                order,
                columns: columns.clone(),
                position: &position,
                bent: &bent,
                leftwards,
                upwards,
            };
            found.push(sweep.heights());
        }
    }
    let inside: Vec<usize> = order[columns].iter().flatten().copied().collect();
    onto_the_narrowest(&mut found, &inside);
    let middle = |slot: usize| {
        let mut heights: Vec<f64> = found.iter().map(|heights| heights[slot]).collect();
        heights.sort_by(f64::total_cmp);
        (heights[1] + heights[2]) / 2.0
    };
    (0..count).map(middle).collect()
}

/// The links that may not be made straight because they cross one between two lanes, which are to
/// be straight before all others. Of two crossing links between lanes the later one gives way.
fn bent_lanes(
    skeleton: &Skeleton,
    order: &[Vec<usize>],
    position: &[usize],
) -> HashSet<(usize, usize)> {
    let is_lane = |slot: usize| matches!(skeleton.slots[slot].item, Item::Lane(_));
    let mut bent = HashSet::new();
    for column in order {
        let links: Vec<_> = column
            .iter()
            .flat_map(|&slot| &skeleton.after[slot])
            .map(|&link| &skeleton.links[link])
            .collect();
        let inner: Vec<_> = links
            .iter()
            .filter(|link| is_lane(link.from) && is_lane(link.to))
            .collect();
        for (index, link) in inner.iter().enumerate() {
            let ends = |a: usize, b: usize| (position[a], position[b]);
            let (left, right) = ends(link.from, link.to);
            let crosses = |from, to| {
                let (other_left, other_right) = ends(from, to);
                (other_left < left && other_right > right)
                    || (other_left > left && other_right < right)
            };
            for other in &links {
                if crosses(other.from, other.to) && !(is_lane(other.from) && is_lane(other.to)) {
                    bent.insert((other.from, other.to));
                }
            }
            for other in &inner[index + 1..] {
                if crosses(other.from, other.to) {
                    bent.insert((other.from, other.to));
                }
            }
        }
    }
    bent
}

/// The links from a leaf to a block that computes with something computed: what is computed runs
/// straight through, and the leaf joins from the side, as weights do in a net.
fn side_inputs(problem: &Problem, skeleton: &Skeleton) -> Vec<(usize, usize)> {
    let from_leaf =
        |&link: &usize| problem.blocks[problem.nets[skeleton.links[link].net].source].leaf;
    let mut found = Vec::new();
    for &slot in &skeleton.slot_of {
        let links = &skeleton.before[slot];
        if !links.iter().all(from_leaf) {
            found.extend(
                links
                    .iter()
                    .filter(|&link| from_leaf(link))
                    .map(|&link| (skeleton.links[link].from, slot)),
            );
        }
    }
    found
}

/// One of the four alignments: which side rows are joined to, and which of two middle neighbours is
/// preferred.
struct Sweep<'a> {
    skeleton: &'a Skeleton,
    order: &'a [Vec<usize>],
    columns: Range<usize>,
    position: &'a [usize],
    bent: &'a HashSet<(usize, usize)>,
    leftwards: bool,
    upwards: bool,
}

impl Sweep<'_> {
    fn heights(&self) -> Vec<f64> {
        let row = self.rows();
        self.pack(&row)
    }

    /// The slots of a column from the preferred end.
    fn column(&self, column: usize) -> Vec<usize> {
        let mut slots = self.order[column].clone();
        if !self.upwards {
            slots.reverse();
        }
        slots
    }

    /// A slot's position counted from the preferred end.
    fn place(&self, slot: usize) -> usize {
        let length = self.order[self.skeleton.slots[slot].column].len();
        if self.upwards {
            self.position[slot]
        } else {
            length - 1 - self.position[slot]
        }
    }

    /// The slots linked to this one on the side looked at, each once, from the preferred end.
    fn neighbours(&self, slot: usize) -> Vec<usize> {
        let links = if self.leftwards {
            &self.skeleton.before[slot]
        } else {
            &self.skeleton.after[slot]
        };
        let other = |&link: &usize| {
            let link = &self.skeleton.links[link];
            if self.leftwards { link.from } else { link.to }
        };
        let inside = |slot: &usize| self.columns.contains(&self.skeleton.slots[*slot].column);
        let mut slots: Vec<usize> = links.iter().map(other).filter(inside).collect();
        slots.sort_unstable_by_key(|&slot| self.place(slot));
        slots.dedup();
        slots
    }

    /// Joins each slot to a middle one of its neighbours where no other row is in the way. A row is
    /// known by its first slot.
    fn rows(&self) -> Vec<usize> {
        let count = self.columns.len();
        let mut row: Vec<usize> = (0..self.skeleton.slots.len()).collect();
        let mut taken = vec![false; row.len()];
        for step in 0..count {
            let column = match self.leftwards {
                true => self.columns.start + step,
                false => self.columns.end - 1 - step,
            };
            let mut free_from = 0;
            for slot in self.column(column) {
                let neighbours = self.neighbours(slot);
                let middles = match neighbours.len() {
                    0 => continue,
                    length => [(length - 1) / 2, length / 2],
                };
                for middle in middles {
                    let other = neighbours[middle];
                    let link = if self.leftwards {
                        (other, slot)
                    } else {
                        (slot, other)
                    };
                    let free = row[slot] == slot && !taken[other] && self.place(other) >= free_from;
                    if free && !self.bent.contains(&link) {
                        row[slot] = row[other];
                        taken[other] = true;
                        free_from = self.place(other) + 1;
                    }
                }
            }
        }
        row
    }

    /// Packs the rows towards the preferred end as the distances allow, then moves each back as far
    /// as the rows that follow leave room, which closes gaps.
    fn pack(&self, row: &[usize]) -> Vec<f64> {
        let mut after = vec![Vec::new(); row.len()];
        let mut waiting = vec![0; row.len()];
        for column in self.columns.clone() {
            for pair in self.column(column).windows(2) {
                after[row[pair[0]]].push((row[pair[1]], self.distance(pair[0], pair[1])));
                waiting[row[pair[1]]] += 1;
            }
        }
        let mut ready: Vec<usize> = (0..row.len())
            .rev()
            .filter(|&slot| row[slot] == slot && waiting[slot] == 0)
            .collect();
        let mut at = vec![0.0f64; row.len()];
        let mut sequence = Vec::new();
        while let Some(upper) = ready.pop() {
            sequence.push(upper);
            for &(lower, distance) in &after[upper] {
                at[lower] = at[lower].max(at[upper] + distance);
                waiting[lower] -= 1;
                if waiting[lower] == 0 {
                    ready.push(lower);
                }
            }
        }
        for &upper in sequence.iter().rev() {
            let room = after[upper]
                .iter()
                .map(|&(lower, distance)| at[lower] - distance)
                .reduce(f64::min);
            at[upper] = at[upper].max(room.unwrap_or(at[upper]));
        }
        let sign = if self.upwards { 1.0 } else { -1.0 };
        row.iter().map(|&first| sign * at[first]).collect()
    }

    /// The least distance between two slots that follow each other from the preferred end.
    fn distance(&self, first: usize, second: usize) -> f64 {
        let (upper, lower) = if self.upwards {
            (first, second)
        } else {
            (second, first)
        };
        self.skeleton.slots[upper].below + GAP + self.skeleton.slots[lower].above
    }
}

/// Shifts the four results so that they lie over the lowest of them: those packed upwards meet its
/// upper edge, the others its lower edge.
fn onto_the_narrowest(found: &mut [Vec<f64>], slots: &[usize]) {
    let range = |heights: &[f64]| {
        let heights = slots.iter().map(|&slot| heights[slot]);
        heights.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| {
            (low.min(y), high.max(y))
        })
    };
    let ranges: Vec<_> = found.iter().map(|heights| range(heights)).collect();
    let narrowest = ranges
        .iter()
        .copied()
        .min_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)));
    let Some(target) = narrowest else { return };
    for (index, heights) in found.iter_mut().enumerate() {
        let upwards = index % 2 == 0;
        let shift = if upwards {
            target.0 - ranges[index].0
        } else {
            target.1 - ranges[index].1
        };
        heights.iter_mut().for_each(|y| *y += shift);
    }
}
