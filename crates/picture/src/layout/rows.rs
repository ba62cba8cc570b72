//! Rows: where a drawing that is too wide is broken, and at which heights nets go on.
//!
//! A row is broken between two columns. Every net that passes there leaves at the row's right end,
//! goes back below the row and enters the next one at its left end. The nets lie in one another
//! like the lines of a stadium, the uppermost outermost, so that none crosses another.

use std::ops::Range;

/// The distance of nets that run beside one another between rows.
pub(super) const LANE_GAP: f64 = 8.0;
/// A row that is as full as this may be broken where few nets pass.
const FULL: f64 = 0.7;
/// By how much rows are made narrower at a time, and how narrow they become at most.
const NARROWING: f64 = 0.96;
const MOST_NARROW: f64 = 0.5;

/// What is known of a place between two columns before rows are chosen.
#[derive(Debug, Clone)]
pub(super) struct Gap {
    /// The width of the channel if both columns are in one row.
    pub channel: f64,
    /// The nets that pass, from top to bottom.
    pub passing: Vec<Passing>,
    /// The width of the channel at the beginning of a row.
    pub first_channel: f64,
}

/// A net that passes between two columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Passing {
    pub net: usize,
    /// The height at which it would enter a row that begins with the column behind.
    pub entry: f64,
}

impl Gap {
    /// What the nets that pass take beside a row.
    pub fn lanes(&self) -> f64 {
        LANE_GAP * (self.passing.len() as f64 + 0.5)
    }

    /// What stands before the first column of a row.
    pub fn before(&self) -> f64 {
        self.lanes() + self.first_channel
    }
}

/// Which columns are in which row. `gaps[k]` lies between the columns `k` and `k + 1`.
///
/// There are as few rows as that width allows, and they are no wider than that many need be, so
/// that the last one is not left with a single node.
pub(super) fn choose(columns: &[f64], gaps: &[Gap], width: f64) -> Vec<Range<usize>> {
    let mut rows = broken(columns, gaps, width);
    let mut narrower = width * NARROWING;
    while rows.len() > 1 && narrower > MOST_NARROW * width {
        let tried = broken(columns, gaps, narrower);
        if tried.len() > rows.len() {
            break;
        }
        rows = tried;
        narrower *= NARROWING;
    }
    rows
}

/// The rows that come of filling one after the other.
fn broken(columns: &[f64], gaps: &[Gap], width: f64) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let mut start = 0;
    while start < columns.len() {
        let mut so_far = match start.checked_sub(1) {
            Some(gap) => gaps[gap].before(),
            None => 0.0,
        };
        // The end of the row, and how many nets pass there if the row is full enough to ask.
        let mut best: Option<(usize, usize)> = None;
        for (column, own) in columns.iter().enumerate().skip(start) {
            so_far += own;
            let Some(gap) = gaps.get(column) else {
                if so_far <= width {
                    best = Some((0, column + 1));
                }
                break;
            };
            let whole = so_far + gap.lanes();
            if whole <= width {
                let nets = match whole < FULL * width {
                    true => usize::MAX,
                    false => gap.passing.len(),
                };
                if best.is_none_or(|(fewest, _)| nets <= fewest) {
                    best = Some((nets, column + 1));
                }
            } else if so_far > width {
                break;
            }
            so_far += gap.channel;
        }
        let end = best.map_or(start + 1, |(_, end)| end);
        rows.push(start..end);
        start = end;
    }
    rows
}

/// How wide a row of these columns is.
pub(super) fn width(columns: &[f64], gaps: &[Gap], row: &Range<usize>) -> f64 {
    let before = row
        .start
        .checked_sub(1)
        .map_or(0.0, |gap| gaps[gap].before());
    let own: f64 = columns[row.clone()].iter().sum();
    let inner = gaps[row.start..row.end - 1].iter().map(|gap| gap.channel);
    let behind = gaps.get(row.end - 1).map_or(0.0, Gap::lanes);
    before + own + inner.sum::<f64>() + behind
}

/// Heights in the given order, at least a gap apart, near the wanted ones.
pub(super) fn apart(wanted: &[f64], gap: f64) -> Vec<f64> {
    let (mut down, mut up) = (wanted.to_vec(), wanted.to_vec());
    for index in 1..wanted.len() {
        let last = wanted.len() - 1 - index;
        down[index] = down[index].max(down[index - 1] + gap);
        up[last] = up[last].min(up[last + 1] - gap);
    }
    let middle = down.iter().zip(&up).map(|(down, up)| (down + up) / 2.0);
    middle.collect()
}
