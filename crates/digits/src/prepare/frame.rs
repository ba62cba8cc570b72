//! What is around a digit and not of it: frames, tiles, the lines of a table.

use std::ops::Range;

use super::parts::Part;
use super::sheet::Area;

/// A line goes along so much of a side.
const LINE: f32 = 0.9;

/// How far a frame's line may be from its area's side, as a share of the area's depth, and how far
/// other lines from the picture's edge.
const FRAME_NEAR: f32 = 0.05;
const EDGE_NEAR: f32 = 0.06;

/// The sides of an area, in this order everywhere.
const SIDES: [usize; 4] = [LEFT, TOP, RIGHT, BOTTOM];
const LEFT: usize = 0;
const TOP: usize = 1;
const RIGHT: usize = 2;
const BOTTOM: usize = 3;

/// What lies inside of something that is no digit.
pub(super) struct Inside {
    /// Where, on the sheet.
    pub area: Area,
    /// How deep what is around it goes on each side.
    depths: [usize; 4],
}

impl Inside {
    /// Whether a digit found inside is not a piece of what is around it. What goes from one side of
    /// a frame to the other divides it: the bar of an angular 8. What hangs on two or three lines
    /// is one with them: an angular 9.
    pub fn is_whole(&self, digit: Area) -> bool {
        let Area {
            x,
            y,
            width,
            height,
        } = self.area;
        if !self.depths.contains(&0) {
            return digit.width + 2 < width && digit.height + 2 < height;
        }
        let gaps = [
            digit.x - x,
            digit.y - y,
            x + width - digit.x - digit.width,
            y + height - digit.y - digit.height,
        ];
        let sides = gaps.iter().zip(self.depths);
        sides.into_iter().all(|(&gap, depth)| gap > 0 || depth == 0)
    }
}

/// What lies inside of the parts found in a view of the sheet, or of what may be ink there, if that
/// is no digit.
pub(super) fn inside(parts: &[Part], inked: Vec<bool>, view: Area) -> Option<Inside> {
    let within = |mask: &Mask, depths: [usize; 4]| {
        let [left, top, right, bottom] = depths;
        let area = mask.area.shrunk(left, top, right, bottom)?;
        let area = Area {
            x: view.x + area.x,
            y: view.y + area.y,
            ..area
        };
        Some(Inside { area, depths })
    };
    let frame = parts.iter().find_map(|part| {
        let mask = Mask::of_part(part, view.width);
        within(&mask, mask.frame()?)
    });
    frame.or_else(|| {
        let area = Area { x: 0, y: 0, ..view };
        let mask = Mask { area, cells: inked };
        within(&mask, mask.lines()?)
    })
}

/// Which cells of an area are ink.
struct Mask {
    area: Area,
    cells: Vec<bool>,
}

impl Mask {
    /// A part in rows of `width` cells.
    fn of_part(part: &Part, width: usize) -> Self {
        let area = part.area;
        let mut cells = vec![false; area.width * area.height];
        for cell in &part.cells {
            cells[(cell / width - area.y) * area.width + cell % width - area.x] = true;
        }
        Mask { area, cells }
    }

    /// How long a side is, and how far it is to the opposite one.
    fn side(&self, side: usize) -> (usize, usize) {
        match side {
            LEFT | RIGHT => (self.area.height, self.area.width),
            _ => (self.area.width, self.area.height),
        }
    }

    /// Whether a cell is ink: `along` a side, and `deep` from it.
    fn is_ink(&self, side: usize, along: usize, deep: usize) -> bool {
        let (x, y) = match side {
            LEFT => (deep, along),
            TOP => (along, deep),
            RIGHT => (self.area.width - 1 - deep, along),
            _ => (along, self.area.height - 1 - deep),
        };
        self.cells[y * self.area.width + x]
    }

    /// The share of a side where any of the rows along it is ink.
    fn share(&self, side: usize, mut rows: Range<usize>) -> f32 {
        let (length, depth) = self.side(side);
        rows.end = rows.end.min(depth);
        let is_ink = |&along: &usize| rows.clone().any(|deep| self.is_ink(side, along, deep));
        (0..length).filter(is_ink).count() as f32 / length as f32
    }

    /// How many rows from a side on are near it.
    fn near(&self, side: usize, share: f32) -> usize {
        let (_, depth) = self.side(side);
        ((share * depth as f32) as usize).max(1)
    }

    /// How deep this is on each side, if it is a frame or a tile.
    fn frame(&self) -> Option<[usize; 4]> {
        let near = |side| self.near(side, FRAME_NEAR);
        if !SIDES
            .iter()
            .all(|&side| self.share(side, 0..near(side)) >= LINE)
        {
            return None;
        }
        // What sticks out of a frame is passed over: a speck on it, or the digit.
        let depths = SIDES.map(|side| {
            let (_, depth) = self.side(side);
            let is_half = |deep: &usize| self.share(side, *deep..deep + 1) >= 0.5;
            let start = (0..=near(side)).find(is_half).unwrap_or(0);
            start + (start..depth).take_while(is_half).count()
        });
        // A tile goes on to the other side, and the digit is on it. A blurred edge takes a row
        // more.
        let is_tile = SIDES
            .iter()
            .any(|&side| 2 * depths[side] >= self.side(side).1);
        Some(match is_tile {
            true => [1; 4],
            false => depths.map(|depth| depth + 1),
        })
    }

    /// How deep the lines along the edges go, if there is an upright one and a level one: a single
    /// one may be the bar of a 7. A line between two rows is faint in both.
    fn lines(&self) -> Option<[usize; 4]> {
        let depths = SIDES.map(|side| {
            let is_line = |&deep: &usize| self.share(side, deep..deep + 2) >= LINE;
            let deepest = (0..self.near(side, EDGE_NEAR)).rev().find(is_line);
            deepest.map_or(0, |deep| deep + 3)
        });
        let [left, top, right, bottom] = depths.map(|depth| depth > 0);
        ((left || right) && (top || bottom)).then_some(depths)
    }
}
