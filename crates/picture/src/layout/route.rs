//! Horizontal positions, and nets as lines and curves.

use super::align::align;
use super::geometry::{Layout, Piece, Point, Rect, Wire};
use super::ports::{exit, ports};
use super::problem::Problem;
use super::rows::{self, Gap, LANE_GAP, Passing};
use super::skeleton::{Item, Skeleton};
use std::collections::BTreeMap;
use std::ops::Range;

/// The free space around a drawing.
const MARGIN: f64 = 16.0;
/// Free space between a node and its label, and the length of a wire without one.
const BESIDE_LABEL: f64 = 9.0;
/// The width of a channel between columns: what it has without and with curves, and the most it
/// gets for steep ones.
const CHANNEL: (f64, f64, f64) = (24.0, 40.0, 120.0);
/// How much wider a channel gets for each unit of height its steepest curve climbs.
const SLOPE: f64 = 0.25;

/// The least distance between two rows, and between a row and a net that goes back below it.
const ROW_GAP: f64 = 12.0;

/// By how much the width aimed at is corrected at a time.
const AIM: f64 = 24.0;

/// A column: where it begins, how wide its nodes are and where it ends.
struct Column {
    left: f64,
    nodes: f64,
    right: f64,
}

/// Places everything and draws the nets.
pub(super) fn route(problem: &Problem, skeleton: &Skeleton, order: &[Vec<usize>]) -> Layout {
    let all = 0..order.len();
    let heights = align(problem, skeleton, order, all.clone());
    let mut router = Router {
        problem,
        skeleton,
        order,
        ports: ports(problem, skeleton, &heights, std::slice::from_ref(&all)),
        heights,
        columns: Vec::new(),
        wraps: BTreeMap::new(),
    };
    let (width, height) = router.place();
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
    Layout {
        width,
        height,
        blocks,
        wires,
        labels,
        crossings: 0,
    }
}

struct Router<'a> {
    problem: &'a Problem,
    skeleton: &'a Skeleton,
    order: &'a [Vec<usize>],
    /// For each slot the height of its reference line.
    heights: Vec<f64>,
    columns: Vec<Column>,
    /// For each link the height at which it ends.
    ports: Vec<f64>,
    /// For the last column of a row and a net that passes there: its way to the next row.
    wraps: BTreeMap<(usize, usize), [Point; 6]>,
}

impl Router<'_> {
    /// Finds rows and the place of every column, and returns how wide and high all is.
    fn place(&mut self) -> (f64, f64) {
        let widths: Vec<(f64, f64)> = self.order.iter().map(|slots| self.widths(slots)).collect();
        let (rows, gaps) = self.rows(&widths);
        let (mut width, mut bottom) = (0.0f64, 0.0);
        for row in rows {
            let before = row.start.checked_sub(1).map(|gap| &gaps[gap]);
            let mut left = MARGIN + before.map_or(0.0, Gap::before);
            for column in row.clone() {
                let (nodes, labels) = widths[column];
                let right = left + nodes + labels;
                self.columns.push(Column { left, nodes, right });
                left = right + gaps.get(column).map_or(0.0, |gap| gap.channel);
            }
            let end = self.columns[row.end - 1].right;
            let behind = gaps.get(row.end - 1).map_or(0.0, Gap::lanes);
            width = width.max(end + behind);
            bottom = self.place_row(row, before, bottom);
        }
        (width + MARGIN, bottom + MARGIN)
    }

    /// Chooses the rows, and makes each as high as it need be alone. That changes how steep nets
    /// are, and with that how wide a row is; so the width aimed at is corrected until all fit.
    fn rows(&mut self, widths: &[(f64, f64)]) -> (Vec<Range<usize>>, Vec<Gap>) {
        let columns: Vec<f64> = widths
            .iter()
            .map(|(nodes, labels)| nodes + labels)
            .collect();
        let most = self.problem.width - 2.0 * MARGIN;
        let mut gaps = self.gaps();
        let mut aim = most;
        loop {
            let rows = rows::choose(&columns, &gaps, aim);
            if rows.len() <= 1 {
                return (rows, gaps);
            }
            for row in &rows {
                let heights = align(self.problem, self.skeleton, self.order, row.clone());
                for &slot in self.order[row.clone()].iter().flatten() {
                    self.heights[slot] = heights[slot];
                }
            }
            self.ports = ports(self.problem, self.skeleton, &self.heights, &rows);
            let found = self.gaps();
            let width = |row: &Range<usize>| rows::width(&columns, &found, row);
            let fits = rows.iter().all(|row| row.len() == 1 || width(row) <= most);
            if fits || aim < most / 2.0 {
                return (rows, found);
            }
            aim -= AIM;
            gaps = found;
        }
    }

    /// Moves the columns of a row below what ends at `bottom`, draws the nets that enter it from
    /// the row before, and returns where the row ends.
    fn place_row(&mut self, row: Range<usize>, before: Option<&Gap>, bottom: f64) -> f64 {
        let (mut top, mut low) = (f64::INFINITY, f64::NEG_INFINITY);
        for &slot in self.order[row.clone()].iter().flatten() {
            let (y, spec) = (self.heights[slot], &self.skeleton.slots[slot]);
            (top, low) = (top.min(y - spec.above), low.max(y + spec.below));
        }
        let passing = before.map_or(&[][..], |gap| &gap.passing);
        for net in passing {
            (top, low) = (top.min(net.entry - LANE_GAP), low.max(net.entry + LANE_GAP));
        }
        let first = match passing.len() {
            _ if row.start == 0 => MARGIN,
            lanes => bottom + 2.0 * ROW_GAP + LANE_GAP * lanes.saturating_sub(1) as f64,
        };
        let shift = first - top;
        for &slot in self.order[row.clone()].iter().flatten() {
            self.heights[slot] += shift;
            for &link in &self.skeleton.before[slot] {
                self.ports[link] += shift;
            }
        }
        // The row before has its place already, and its exits theirs.
        if let Some(last) = row.start.checked_sub(1) {
            let (end, begin) = (self.columns[last].right, self.columns[row.start].left);
            let channel = before.map_or(0.0, |gap| gap.first_channel);
            for (place, net) in passing.iter().enumerate() {
                let inner = (passing.len() - 1 - place) as f64 * LANE_GAP;
                let right = end + LANE_GAP + inner;
                let (left, back) = (MARGIN + inner, bottom + ROW_GAP + inner);
                let (from, to) = (self.exit_of(last, net.net), net.entry + shift);
                let points = [
                    (end, from),
                    (right, from),
                    (right, back),
                    (left, back),
                    (left, to),
                    (begin - channel, to),
                ];
                let wrap = points.map(|(x, y)| Point { x, y });
                self.wraps.insert((last, net.net), wrap);
            }
        }
        low + shift
    }

    /// How wide the nodes of a column are, and their labels.
    fn widths(&self, slots: &[usize]) -> (f64, f64) {
        let blocks = || {
            slots
                .iter()
                .filter_map(|&slot| match self.skeleton.slots[slot].item {
                    Item::Block(block) => Some(block),
                    Item::Lane(_) => None,
                })
        };
        let nodes = blocks().map(|block| self.problem.blocks[block].width);
        let exits = blocks().flat_map(|block| &self.skeleton.exits[block]);
        let labels = exits.map(|&(net, _)| self.problem.nets[net].width + 2.0 * BESIDE_LABEL);
        (nodes.fold(0.0, f64::max), labels.fold(0.0, f64::max))
    }

    fn links_after(&self, column: usize) -> impl Iterator<Item = usize> {
        let slots = self.order[column].iter();
        slots.flat_map(|&slot| self.skeleton.after[slot].iter().copied())
    }

    /// The height at which a net leaves a column.
    fn exit_of(&self, column: usize, net: usize) -> f64 {
        let mut links = self.links_after(column);
        let link = links.find(|&link| self.skeleton.links[link].net == net);
        link.map_or(0.0, |link| self.exit(link))
    }

    fn gaps(&self) -> Vec<Gap> {
        let behind = 0..self.order.len().saturating_sub(1);
        behind.map(|column| self.gap(column)).collect()
    }

    /// What lies behind a column.
    fn gap(&self, column: usize) -> Gap {
        let mut ends: BTreeMap<usize, (f64, Vec<f64>)> = BTreeMap::new();
        for link in self.links_after(column) {
            let net = self.skeleton.links[link].net;
            let known = ends.entry(net).or_insert((self.exit(link), Vec::new()));
            known.1.push(self.ports[link]);
        }
        let mut nets: Vec<_> = ends.into_iter().collect();
        nets.sort_by(|a, b| a.1.0.total_cmp(&b.1.0));
        let mean = |ports: &[f64]| ports.iter().sum::<f64>() / ports.len() as f64;
        let wanted: Vec<f64> = nets.iter().map(|(_, (_, ports))| mean(ports)).collect();
        let entries = rows::apart(&wanted, LANE_GAP);
        let climb = |of: &dyn Fn(usize) -> f64| {
            let each = nets.iter().enumerate().flat_map(|(k, (_, (_, ports)))| {
                let from = of(k);
                ports.iter().map(move |port| (port - from).abs())
            });
            each.fold(0.0, f64::max)
        };
        let passing = nets.iter().zip(&entries);
        let passing = passing.map(|(&(net, _), &entry)| Passing { net, entry });
        Gap {
            channel: channel(climb(&|k| nets[k].1.0)),
            first_channel: channel(climb(&|k| entries[k])),
            passing: passing.collect(),
        }
    }

    /// The height at which a link starts.
    fn exit(&self, link: usize) -> f64 {
        exit(self.skeleton, &self.heights, link)
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
            let earlier = links[..index]
                .iter()
                .filter(|&&other| self.skeleton.links[other].net == net)
                .count();
            let mut start = Point {
                x: column.right,
                y: self.exit(link),
            };
            if let Some(&wrap) = self.wraps.get(&(at, net)) {
                if earlier == 0 {
                    wires[net].pieces.push(Piece::Wrap(wrap));
                }
                start = wrap[5];
            }
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

/// The width of a channel whose steepest curve climbs that far.
fn channel(climb: f64) -> f64 {
    let (straight, curved, most) = CHANNEL;
    if climb == 0.0 {
        straight
    } else {
        (curved + SLOPE * climb).min(most)
    }
}
