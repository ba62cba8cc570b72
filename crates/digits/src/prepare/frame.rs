//! What is around a digit and not of it: frames, tiles, the lines of a table.

use super::parts::Part;
use super::sheet::Area;

/// A line goes along so much of a side.
const LINE: f32 = 0.9;

/// How far from its area's side a frame's line may be, as a share of the area's depth; and how far
/// from the picture's edge a table's.
const FRAME_NEAR: f32 = 0.05;
const TABLE_NEAR: f32 = 0.06;

/// The sides of an area, in this order everywhere.
const LEFT: usize = 0;
const TOP: usize = 1;
const RIGHT: usize = 2;
const BOTTOM: usize = 3;

/// Which cells of an area are ink.
struct Mask {
    area: Area,
    cells: Vec<bool>,
}

/// Whether what was found inside belongs to what is around it no more.
type IsWhole = Box<dyn Fn(Area) -> bool>;

/// What lies inside of what was found in a view of the sheet, if that is no digit: where on the
/// sheet to look, and whether what is found there is whole.
pub(super) fn inside(found: &[Part], view: Area) -> Option<(Area, IsWhole)> {
    let on_sheet = |area: Area| Area {
        x: view.x + area.x,
        y: view.y + area.y,
        ..area
    };
    let frames = found.iter().find_map(|part| {
        let mask = Mask::new(std::slice::from_ref(part), part.area, view.width);
        let inside = on_sheet(mask.inside_frame()?);
        // What goes from one side of a frame to the other divides it: the bar of an angular 8.
        let is_whole: IsWhole = Box::new(move |digit| {
            digit.width + 2 < inside.width && digit.height + 2 < inside.height
        });
        Some((inside, is_whole))
    });
    frames.or_else(|| {
        let mask = Mask::new(found, Area { x: 0, y: 0, ..view }, view.width);
        let depths = mask.table()?;
        let [left, top, right, bottom] = depths;
        let inside = on_sheet(mask.area.shrunk(left, top, right, bottom)?);
        // What hangs on the lines is a part of them: an angular 9 has two lines, too.
        let is_whole: IsWhole = Box::new(move |digit| {
            let gaps = [
                digit.x - inside.x,
                digit.y - inside.y,
                inside.x + inside.width - digit.x - digit.width,
                inside.y + inside.height - digit.y - digit.height,
            ];
            gaps.iter()
                .zip(depths)
                .all(|(&gap, depth)| gap > 0 || depth == 0)
        });
        Some((inside, is_whole))
    })
}

impl Mask {
    /// The parts' cells in an area of rows of `width` cells.
    fn new(parts: &[Part], area: Area, width: usize) -> Self {
        let mut cells = vec![false; area.width * area.height];
        for cell in parts.iter().flat_map(|part| &part.cells) {
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

    /// The share of a row along a side that is ink.
    fn share(&self, side: usize, deep: usize) -> f32 {
        let (length, _) = self.side(side);
        let ink = (0..length).filter(|&along| self.is_ink(side, along, deep));
        ink.count() as f32 / length as f32
    }

    /// What lies inside, if this is a frame or a tile.
    fn inside_frame(&self) -> Option<Area> {
        let is_line = |side: usize| {
            let (length, depth) = self.side(side);
            let near = ((FRAME_NEAR * depth as f32) as usize).max(1);
            let is_near = |&along: &usize| (0..near).any(|deep| self.is_ink(side, along, deep));
            (0..length).filter(is_near).count() as f32 >= LINE * length as f32
        };
        let sides = [LEFT, TOP, RIGHT, BOTTOM];
        if !sides.into_iter().all(is_line) {
            return None;
        }
        let thickness = |side: usize| {
            let (_, depth) = self.side(side);
            (0..depth)
                .take_while(|&deep| self.share(side, deep) >= 0.5)
                .count()
        };
        let depths = sides.map(thickness);
        // A tile goes on to the other side, and the digit is on it. A blurred edge takes a cell
        // more.
        let is_tile = sides
            .iter()
            .any(|&side| 2 * depths[side] >= self.side(side).1);
        let [left, top, right, bottom] = if is_tile {
            [1; 4]
        } else {
            depths.map(|depth| depth + 1)
        };
        self.area.shrunk(left, top, right, bottom)
    }

    /// How deep lines along the edges go, if there is an upright one and a level one: a single one
    /// may be the bar of a 7.
    fn table(&self) -> Option<[usize; 4]> {
        let depths = [LEFT, TOP, RIGHT, BOTTOM].map(|side| {
            let (_, depth) = self.side(side);
            let near = ((TABLE_NEAR * depth as f32) as usize).max(1);
            let deepest = (0..near).rev().find(|&deep| self.share(side, deep) >= LINE);
            deepest.map_or(0, |deep| deep + 2)
        });
        let is_there = |side: usize| depths[side] > 0;
        let corner = (is_there(LEFT) || is_there(RIGHT)) && (is_there(TOP) || is_there(BOTTOM));
        corner.then_some(depths)
    }
}
