//! Where links leave and enter blocks.

use super::problem::Problem;
use super::skeleton::{Item, Skeleton};
use crate::measure::PORT_GAP;
use std::ops::Range;

/// How near to the corners of a rectangle nets may enter.
const CORNER: f64 = 5.0;

/// The height at which a link leaves its slot.
pub(super) fn exit(skeleton: &Skeleton, heights: &[f64], link: usize) -> f64 {
    let link = &skeleton.links[link];
    let offset = match skeleton.slots[link.from].item {
        Item::Block(block) => skeleton.exits[block][link.exit].1,
        Item::Lane(_) => 0.0,
    };
    heights[link.from] + offset
}

/// The height at which every link ends. At a block each operand enters as near to the height it
/// comes from as the others and the outline allow, so that a net at the block's own height runs
/// straight into it.
///
/// What comes from another row may come from any height, in the order in which it left.
pub(super) fn ports(
    problem: &Problem,
    skeleton: &Skeleton,
    heights: &[f64],
    rows: &[Range<usize>],
) -> Vec<f64> {
    let row_of = |slot: usize| {
        let column = skeleton.slots[slot].column;
        rows.iter().position(|row| row.contains(&column))
    };
    let mut ports: Vec<f64> = skeleton.links.iter().map(|link| heights[link.to]).collect();
    for (block, spec) in problem.blocks.iter().enumerate() {
        let slot = skeleton.slot_of[block];
        let mut links = skeleton.before[slot].clone();
        if !spec.ordered {
            links.sort_by(|&a, &b| {
                exit(skeleton, heights, a).total_cmp(&exit(skeleton, heights, b))
            });
        }
        let height = skeleton.heights[block];
        let reach = if spec.round {
            height * 0.36
        } else {
            height / 2.0 - CORNER
        };
        let wanted: Vec<f64> = links
            .iter()
            .map(
                |&link| match row_of(skeleton.links[link].from) == row_of(slot) {
                    true => exit(skeleton, heights, link) - heights[slot],
                    false => 0.0,
                },
            )
            .collect();
        for (&link, offset) in links.iter().zip(spread(&wanted, reach)) {
            ports[link] = heights[slot] + offset;
        }
    }
    ports
}

/// Offsets within ±`reach`, in the given order and at least a gap apart, near the wanted ones.
fn spread(wanted: &[f64], reach: f64) -> Vec<f64> {
    let count = wanted.len();
    let gap = match count {
        0 | 1 => 0.0,
        _ => PORT_GAP.min(2.0 * reach / (count - 1) as f64),
    };
    let bounded = |(index, &offset): (usize, &f64)| {
        offset.clamp(
            -reach + index as f64 * gap,
            reach - (count - 1 - index) as f64 * gap + 1e-9,
        )
    };
    let bounded: Vec<f64> = wanted.iter().enumerate().map(bounded).collect();
    let (mut down, mut up) = (bounded.clone(), bounded);
    for index in 1..count {
        down[index] = down[index].max(down[index - 1] + gap);
        up[count - 1 - index] = up[count - 1 - index].min(up[count - index] - gap);
    }
    down.iter()
        .zip(&up)
        .map(|(down, up)| (down + up) / 2.0)
        .collect()
}
