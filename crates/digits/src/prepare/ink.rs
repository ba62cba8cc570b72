//! Where the digit is, and how much ink each of its cells holds.

use super::frame;
use super::parts::{Part, area, around, parts};
use super::sheet::{Area, Sheet, median, rim};
use crate::picture::Colour;

/// As shares of the largest distance from the paper's colour: cells from `WEAK` on may belong to a
/// part, which needs a `STRONG` one.
const WEAK: f32 = 0.4;
const STRONG: f32 = 0.5;
const FAINT: f32 = 0.3;

/// The faintest ink, as a distance of colours from 0 to √3. An image of 0 and 1 has 1/255, one of
/// 16 bits up to 255 that of 1/257.
const FAINTEST: f32 = 1e-5;

/// The same where the light falls steeply: seven of 255 levels of grey.
const REMNANT: f32 = 0.05;

/// On a page without anything, noise at the rim is so large beside the largest distance; a quarter
/// of the rim has less.
const NOISY: f32 = 0.08;

/// The share of all ink that the largest part has at least, and its longer side as a share of the
/// page's, and in cells.
const LARGEST: f32 = 0.25;
const LONGEST: f32 = 0.03;
const LONGEST_CELLS: usize = 4;

/// Specks are shorter than so much of the longest part, or shorter than so much and smaller than so
/// much of the largest.
const SPECK: (f32, f32, f32) = (0.2, 0.33, 0.1);

/// What lies within so much of the page's edge and touches it is not the digit.
const EDGE: f32 = 0.06;

/// Ink that was found.
#[derive(Clone, Debug)]
pub(super) struct Ink {
    /// Where, on the whole sheet.
    pub area: Area,
    /// How much ink the cells of the area hold, from 0 to 1.
    pub shares: Vec<f32>,
    pub paper: Colour,
    pub ink: Colour,
}

impl Ink {
    /// Whether it is more than what is left of a light that was taken off: by rounding, or where a
    /// shadow has an edge, which goes from one side of the page to another.
    pub fn is_no_remnant(&self, page: Area) -> bool {
        let Area {
            x,
            y,
            width,
            height,
        } = self.area;
        let is_within = x > 0 && y > 0 && x + width < page.width && y + height < page.height;
        is_within && distance(self.ink, self.paper) >= REMNANT
    }
}

/// The digit in an area of a sheet; none if it is blank.
pub(super) fn find(sheet: &Sheet, view: Area) -> Option<Ink> {
    let colours = sheet.cut(view);
    let paper = median(&rim(&colours, view.width));
    let Look { parts, inked } = look(&colours, view, paper)?;
    let inner = frame::inside(&parts, inked, view).and_then(|inside| {
        let inner = find(sheet, inside.area)?;
        inside.is_whole(inner.area).then_some(inner)
    });
    Some(inner.unwrap_or_else(|| measure(&colours, view, paper, &parts)))
}

/// What is seen in an area.
struct Look {
    /// The parts of the digit.
    parts: Vec<Part>,
    /// Which cells may be ink, though they may belong to no part: noise tears a thin line.
    inked: Vec<bool>,
}

/// Looks for the digit. Specks are taken away until what is left holds together; none if nothing
/// does.
fn look(colours: &[Colour], view: Area, paper: Colour) -> Option<Look> {
    let mut distances: Vec<f32> = colours
        .iter()
        .map(|&colour| distance(colour, paper))
        .collect();
    let mut noise = rim(&distances, view.width);
    let quarter = noise.len() / 4;
    let noise = *noise.select_nth_unstable_by(quarter, f32::total_cmp).1;
    loop {
        let peak = distances.iter().copied().fold(0.0, f32::max);
        if peak < FAINTEST || noise > NOISY * peak {
            return None;
        }
        let mut found = parts(&distances, view.width, WEAK * peak, STRONG * peak);
        let all: usize = found.iter().map(|part| part.strong).sum();
        found.sort_by_key(|part| std::cmp::Reverse(part.strong));
        let holds = |part: &Part| {
            let longest = LONGEST * view.longer_side() as f32;
            part.area.longer_side() >= LONGEST_CELLS.max(longest as usize)
                && part.strong as f32 >= LARGEST * all as f32
        };
        if holds(&found[0]) {
            let inked = distances.iter().map(|&distance| distance >= FAINT * peak);
            return Some(Look {
                parts: without_specks(found, view),
                inked: inked.collect(),
            });
        }
        for part in &found {
            part.cells.iter().for_each(|&cell| distances[cell] = 0.0);
        }
    }
}

/// The parts that belong to the digit.
fn without_specks(mut parts: Vec<Part>, view: Area) -> Vec<Part> {
    let is_at_edge = |part: &Part| {
        let along = |start: usize, length: usize, side: usize| {
            let band = (EDGE * side as f32).max(2.0) as usize;
            length <= band && (start == 0 || start + length == side)
        };
        let area = part.area;
        along(area.x, area.width, view.width) || along(area.y, area.height, view.height)
    };
    if parts.iter().any(|part| !is_at_edge(part)) {
        parts.retain(|part| !is_at_edge(part));
    }
    let longest = parts.iter().map(|part| part.area.longer_side()).max();
    let most = parts.iter().map(|part| part.cells.len()).max();
    let (longest, most) = (longest.unwrap_or(0) as f32, most.unwrap_or(0) as f32);
    parts.retain(|part| {
        let (length, cells) = (part.area.longer_side() as f32, part.cells.len() as f32);
        length > SPECK.0 * longest && (length > SPECK.1 * longest || cells > SPECK.2 * most)
    });
    parts
}

/// How much ink there is in the parts and around them.
fn measure(colours: &[Colour], view: Area, paper: Colour, found: &[Part]) -> Ink {
    let ink = darkest(colours, paper, found);
    let towards: Colour = std::array::from_fn(|axis| ink[axis] - paper[axis]);
    let length_squared: f32 = towards.iter().map(|x| x * x).sum();
    let share = |cell: usize| {
        let along = (0..3).map(|axis| (colours[cell][axis] - paper[axis]) * towards[axis]);
        (along.sum::<f32>() / length_squared).clamp(0.0, 1.0)
    };
    let mut shares = vec![0.0; colours.len()];
    let cells = found.iter().flat_map(|part| &part.cells);
    for near in cells.flat_map(|&cell| around(cell, view.width, colours.len())) {
        shares[near] = share(near);
    }
    // The brim of a stroke belongs to it where it is more than noise.
    let inked: Vec<usize> = (0..shares.len())
        .filter(|&cell| shares[cell] >= 0.1)
        .collect();
    let area = area(&inked, view.width);
    let rows = (area.y..area.y + area.height).map(|y| y * view.width + area.x);
    Ink {
        shares: rows
            .flat_map(|first| &shares[first..first + area.width])
            .copied()
            .collect(),
        area: Area {
            x: view.x + area.x,
            y: view.y + area.y,
            ..area
        },
        paper,
        ink,
    }
}

/// The colour of the ink: the mean of the fifth of the parts' cells that is farthest from the
/// paper, of those on the same side of it as the farthest. Chalk and soot on grey paper are two
/// inks, and their mean is the paper.
fn darkest(colours: &[Colour], paper: Colour, found: &[Part]) -> Colour {
    let cells = found.iter().flat_map(|part| &part.cells);
    let mut cells: Vec<Colour> = cells.map(|&cell| colours[cell]).collect();
    cells.sort_by(|&a, &b| distance(b, paper).total_cmp(&distance(a, paper)));
    cells.truncate(cells.len().div_ceil(5));
    let farthest = cells[0];
    cells.retain(|colour| {
        let product = |axis: usize| (colour[axis] - paper[axis]) * (farthest[axis] - paper[axis]);
        (0..3).map(product).sum::<f32>() > 0.0
    });
    std::array::from_fn(|axis| {
        cells.iter().map(|colour| colour[axis]).sum::<f32>() / cells.len() as f32
    })
}

/// How far two colours are apart.
fn distance(a: Colour, b: Colour) -> f32 {
    (0..3)
        .map(|axis| (a[axis] - b[axis]).powi(2))
        .sum::<f32>()
        .sqrt()
}
