//! Horizontal positions, and nets as lines and curves.

use super::geometry::{Layout, Piece, Point, Rect, Wire};
use super::problem::Problem;
use super::skeleton::{Item, Skeleton};
use crate::measure::PORT_GAP;

/// The free space around a drawing.
const MARGIN: f64 = 16.0;
/// Free space between a node and its label, and the length of a wire without one.
const BESIDE_LABEL: f64 = 9.0;
/// The width of a channel between columns: what it has without and with curves, and the most it
/// gets for steep ones.
const CHANNEL: (f64, f64, f64) = (24.0, 40.0, 120.0);
/// How near to the corners of a rectangle nets may enter.
const CORNER: f64 = 5.0;
/// How much wider a channel gets for each unit of height its steepest curve climbs.
const SLOPE: f64 = 0.25;

/// A column: where it begins, how wide its nodes are and where it ends.
struct Column {
    left: f64,
    nodes: f64,
    right: f64,
}

/// Places everything and draws the nets.
pub(super) fn route(
    problem: &Problem,
    skeleton: &Skeleton,
    order: &[Vec<usize>],
    heights: &[f64],
) -> Layout {
    let top = skeleton
        .slots
        .iter()
        .zip(heights)
        .map(|(slot, y)| y - slot.above)
        .fold(f64::INFINITY, f64::min);
    let heights: Vec<f64> = heights.iter().map(|y| y - top + MARGIN).collect();
    let bottom = skeleton
        .slots
        .iter()
        .zip(&heights)
        .map(|(slot, y)| y + slot.below)
        .fold(0.0, f64::max);
    let mut router = Router {
        problem,
        skeleton,
        heights: &heights,
        columns: Vec::new(),
        ports: ports(problem, skeleton, &heights),
    };
    router.place_columns(order);
    let blocks: Vec<Rect> = (0..problem.blocks.len())
        .map(|block| router.rect(block))
        .collect();
    let mut wires = vec![Wire::default(); problem.nets.len()];
    let mut labels = Vec::new();
    for (net, wire) in wires.iter_mut().enumerate() {
        labels.push(router.stem(net, &blocks, wire));
    }
    for slot in 0..skeleton.slots.len() {
        router.leave(slot, &blocks, &mut wires);
    }
    let right = router.columns.last().map_or(0.0, |column| column.right);
    Layout {
        width: right + MARGIN,
        height: bottom + MARGIN,
        blocks,
        wires,
        labels,
        crossings: 0,
    }
}

struct Router<'a> {
    problem: &'a Problem,
    skeleton: &'a Skeleton,
    heights: &'a [f64],
    columns: Vec<Column>,
    /// For each link the height at which it ends.
    ports: Vec<f64>,
}

impl Router<'_> {
    fn place_columns(&mut self, order: &[Vec<usize>]) {
        let mut left = MARGIN;
        for slots in order {
            let blocks = || {
                slots
                    .iter()
                    .filter_map(|&slot| match self.skeleton.slots[slot].item {
                        Item::Block(block) => Some(block),
                        Item::Lane(_) => None,
                    })
            };
            let nodes = blocks()
                .map(|block| self.problem.blocks[block].width)
                .fold(0.0, f64::max);
            let exits = || blocks().flat_map(|block| &self.skeleton.exits[block]);
            let labels = exits()
                .map(|&(net, _)| self.problem.nets[net].width + 2.0 * BESIDE_LABEL)
                .fold(0.0, f64::max);
            let right = left + nodes + labels;
            self.columns.push(Column { left, nodes, right });
            left = right + self.channel(slots);
        }
    }

    /// The width of the channel to the right of a column.
    fn channel(&self, slots: &[usize]) -> f64 {
        let links = slots.iter().flat_map(|&slot| &self.skeleton.after[slot]);
        let steepest = links
            .map(|&link| (self.ports[link] - self.exit(link)).abs())
            .fold(0.0, f64::max);
        let (straight, curved, most) = CHANNEL;
        if steepest == 0.0 {
            straight
        } else {
            (curved + SLOPE * steepest).min(most)
        }
    }

    /// The height at which a link starts.
    fn exit(&self, link: usize) -> f64 {
        exit(self.skeleton, self.heights, link)
    }

    fn rect(&self, block: usize) -> Rect {
        let slot = self.skeleton.slot_of[block];
        let column = &self.columns[self.skeleton.slots[slot].column];
        let (width, height) = (
            self.problem.blocks[block].width,
            self.skeleton.heights[block],
        );
        // Leaves end where their labels begin, so that these stand below one another; others are
        // centred.
        let free = column.nodes - width;
        let x = column.left
            + if self.problem.blocks[block].leaf {
                free
            } else {
                free / 2.0
            };
        Rect {
            x,
            y: self.heights[slot] - height / 2.0,
            width,
            height,
        }
    }

    /// Draws a net from its block to the end of its column and returns the room of its label.
    fn stem(&self, net: usize, blocks: &[Rect], wire: &mut Wire) -> Rect {
        let spec = &self.problem.nets[net];
        let slot = self.skeleton.slot_of[spec.source];
        let column = &self.columns[self.skeleton.slots[slot].column];
        let offset = self.skeleton.exits[spec.source]
            .iter()
            .find(|exit| exit.0 == net)
            .map_or(0.0, |exit| exit.1);
        let start = Point {
            x: blocks[spec.source].right(),
            y: self.heights[slot] + offset,
        };
        let used = self.skeleton.after[slot]
            .iter()
            .any(|&link| self.skeleton.links[link].net == net);
        let end = if used {
            column.right
        } else {
            start.x + spec.width + 2.0 * BESIDE_LABEL
        };
        wire.pieces
            .push(Piece::Line(start, Point { x: end, ..start }));
        wire.stem = Some((start, end - start.x));
        let middle = (start.x + end) / 2.0;
        Rect {
            x: middle - spec.width / 2.0,
            y: start.y - spec.above,
            width: spec.width,
            height: spec.above + spec.below,
        }
    }

    /// Draws what leads from a slot to the next column.
    fn leave(&self, slot: usize, blocks: &[Rect], wires: &mut [Wire]) {
        let at = self.skeleton.slots[slot].column;
        let column = &self.columns[at];
        if let Item::Lane(net) = self.skeleton.slots[slot].item {
            let y = self.heights[slot];
            wires[net].pieces.push(Piece::Line(
                Point { x: column.left, y },
                Point { x: column.right, y },
            ));
        }
        let links = &self.skeleton.after[slot];
        for (index, &link) in links.iter().enumerate() {
            let net = self.skeleton.links[link].net;
            let start = Point {
                x: column.right,
                y: self.exit(link),
            };
            let end = Point {
                x: self.columns[at + 1].left,
                y: self.ports[link],
            };
            let straight = start.y == end.y;
            wires[net].pieces.push(if straight {
                Piece::Line(start, end)
            } else {
                Piece::Curve(start, end)
            });
            if let Item::Block(block) = self.skeleton.slots[self.skeleton.links[link].to].item {
                let tip = self.rim(&blocks[block], block, end.y);
                wires[net].pieces.push(Piece::Line(end, tip));
                wires[net].tips.push((tip, block));
            }
            let earlier = links[..index]
                .iter()
                .filter(|&&other| self.skeleton.links[other].net == net)
                .count();
            if earlier == 1 {
                wires[net].forks.push(start);
            }
        }
    }

    /// Where a horizontal line meets a block's outline from the left.
    fn rim(&self, rect: &Rect, block: usize, y: f64) -> Point {
        if !self.problem.blocks[block].round {
            return Point { x: rect.x, y };
        }
        let (radius, center) = (rect.width / 2.0, rect.center());
        let off = y - center.y;
        Point {
            x: center.x - (radius * radius - off * off).max(0.0).sqrt(),
            y,
        }
    }
}

/// The height at which a link leaves its slot.
fn exit(skeleton: &Skeleton, heights: &[f64], link: usize) -> f64 {
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
fn ports(problem: &Problem, skeleton: &Skeleton, heights: &[f64]) -> Vec<f64> {
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
            .map(|&link| exit(skeleton, heights, link) - heights[slot])
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
