//! What holds together.

use super::sheet::Area;

/// Cells that hold together.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Their indices.
    pub cells: Vec<usize>,
    /// How many of them are strong.
    pub strong: usize,
    /// The smallest area with all of them.
    pub area: Area,
}

/// The parts of rows of `width` cells: weak cells that touch, at a side or a corner, with a strong
/// one among them.
pub(super) fn parts(values: &[f32], width: usize, weak: f32, strong: f32) -> Vec<Part> {
    let mut seen: Vec<bool> = values.iter().map(|&value| value < weak).collect();
    let mut parts = Vec::new();
    for start in 0..values.len() {
        // Each part is found at its first weak cell; those without a strong one are of no interest.
        if !seen[start] {
            let part = part(start, &mut seen, values, width, strong);
            parts.extend((part.strong > 0).then_some(part));
        }
    }
    parts
}

/// The cells connected with `start`, now seen.
fn part(start: usize, seen: &mut [bool], values: &[f32], width: usize, strong: f32) -> Part {
    seen[start] = true;
    let (mut cells, mut next) = (vec![start], 0);
    while let Some(&cell) = cells.get(next) {
        next += 1;
        for near in around(cell, width, values.len()) {
            if !seen[near] {
                seen[near] = true;
                cells.push(near);
            }
        }
    }
    Part {
        strong: cells.iter().filter(|&&cell| values[cell] >= strong).count(),
        area: area(&cells, width),
        cells,
    }
}

/// The cell and its neighbours.
pub(super) fn around(cell: usize, width: usize, count: usize) -> impl Iterator<Item = usize> {
    let (y, x) = (cell / width, cell % width);
    let rows = y.saturating_sub(1)..(y + 2).min(count / width);
    rows.flat_map(move |y| (x.saturating_sub(1)..(x + 2).min(width)).map(move |x| y * width + x))
}

/// The smallest area with all of the cells, of which there is one at least.
pub(super) fn area(cells: &[usize], width: usize) -> Area {
    let ends = |of: fn(usize, usize) -> usize| {
        let values = || cells.iter().map(|&cell| of(cell, width));
        let (low, high) = (values().min().unwrap_or(0), values().max().unwrap_or(0));
        (low, high + 1 - low)
    };
    let (x, across) = ends(|cell, width| cell % width);
    let (y, down) = ends(|cell, width| cell / width);
    Area {
        x,
        y,
        width: across,
        height: down,
    }
}
