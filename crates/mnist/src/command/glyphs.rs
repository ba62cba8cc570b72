//! Pictures in characters: digits, bars, curves.

use mnist::history::Measured;
use mnist::report::charts::lowest_shown;

/// The most columns an image takes.
const COLUMNS: usize = 56;

/// The rows and the most columns of the curves.
const CHART: (usize, usize) = (10, 60);

/// An image of light on dark: a character is two pixels, one above the other, and shows which of them are lit. A pixel
/// is lit from half the brightest on. Large images are shown smaller.
pub fn digit(bytes: &[u8], width: usize) -> Vec<String> {
    let height = bytes.len() / width;
    let every = width.div_ceil(COLUMNS);
    let brightest = bytes.iter().copied().max().unwrap_or(0).max(1);
    let is_lit = |y: usize, x: usize| {
        let pixel = |dy: usize, dx: usize| {
            let (y, x) = (y * every + dy, x * every + dx);
            (y < height && x < width).then(|| bytes[y * width + x])
        };
        let brightness = (0..every * every)
            .filter_map(|k| pixel(k / every, k % every))
            .max();
        brightness.is_some_and(|b| 2 * u32::from(b) >= u32::from(brightest))
    };
    let (rows, columns) = (height.div_ceil(every), width.div_ceil(every));
    let character = |y: usize, x: usize| match (is_lit(y, x), is_lit(y + 1, x)) {
        (false, false) => ' ',
        (true, false) => '▀',
        (false, true) => '▄',
        (true, true) => '█',
    };
    let line = |y: usize| (0..columns).map(|x| character(y, x)).collect();
    (0..rows).step_by(2).map(line).collect()
}

/// A bar of `width` columns for a share of 1, to an eighth of a column.
pub fn bar(share: f64, width: usize) -> String {
    let eighths = (share.clamp(0.0, 1.0) * 8.0 * width as f64).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    bar.extend(["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8].chars());
    bar
}

/// The accuracies of a run as a chart: `*` is the test images', `o` the training images' where they differ. None for
/// fewer than two measurements.
pub fn curves(history: &[Measured]) -> Option<String> {
    let [_, .., last] = history else {
        return None;
    };
    let (rows, most) = CHART;
    let columns = most.min(2 * history.len());
    let low = lowest_shown(history);
    let row = |share: f64| {
        let height = (share - low) / (1.0 - low) * (rows - 1) as f64;
        (height > -0.5).then(|| rows - 1 - height.round().max(0.0) as usize)
    };
    let mut canvas = vec![vec![' '; columns]; rows];
    for column in 0..columns {
        // The last that was measured up to here.
        let step = last.step as f64 * (column + 1) as f64 / columns as f64;
        let so_far = history.iter().take_while(|m| m.step as f64 <= step);
        let measured = so_far.last().unwrap_or(&history[0]);
        for (share, mark) in [
            (measured.train_accuracy, 'o'),
            (measured.test_accuracy, '*'),
        ] {
            if let Some(row) = row(share) {
                canvas[row][column] = mark;
            }
        }
    }
    let mut chart = String::new();
    for (row, line) in canvas.iter().enumerate() {
        let share = low + (1.0 - low) * (rows - 1 - row) as f64 / (rows - 1) as f64;
        let tick = if row % 3 == 0 {
            format!("{share:.3}")
        } else {
            String::new()
        };
        let line: String = line.iter().collect();
        chart += &format!("{tick:>6} │{}\n", line.trim_end());
    }
    let axis = "─".repeat(columns);
    let epochs = format!("epoch {}", last.epoch);
    let key = "o training  * test";
    Some(format!(
        "{chart}       └{axis}\n        {key}{epochs:>0$}",
        columns.saturating_sub(key.len())
    ))
}
