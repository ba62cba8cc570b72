//! Pictures in characters: digits, bars, curves.

use mnist::history::Measured;
use mnist::report::charts::lowest_shown;

/// The most columns an image takes.
const COLUMNS: usize = 56;

/// The rows of the curves, and their fewest and most columns.
const ROWS: usize = 10;
const WIDTH: (usize, usize) = (32, 60);

/// An image of light on dark: a character is two pixels, one above the other, and shows which of
/// them are lit. A pixel is lit from half the brightest on. Images that are too wide for the
/// columns there are, are shown smaller; dark lines at the top and the bottom are not shown.
pub fn digit(bytes: &[u8], width: usize, columns: usize) -> Vec<String> {
    let height = bytes.len() / width;
    let every = width.div_ceil(columns.clamp(1, COLUMNS));
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
    let lines: Vec<String> = (0..rows).step_by(2).map(line).collect();
    let is_dark = |line: &&String| line.trim_end().is_empty();
    let above = lines.iter().take_while(is_dark).count();
    let below = lines[above..].iter().rev().take_while(is_dark).count();
    lines[above..lines.len() - below].to_vec()
}

/// A bar of `width` columns for a share of 1, to an eighth of a column.
pub fn bar(share: f64, width: usize) -> String {
    let eighths = (share.clamp(0.0, 1.0) * 8.0 * width as f64).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    bar.push_str(["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]);
    bar
}

/// The accuracies of a run as a chart: `*` is the test images', `o` the training images' where they
/// differ. None for fewer than two measurements.
pub fn curves(history: &[Measured]) -> Option<String> {
    let [_, .., last] = history else {
        return None;
    };
    let (rows, columns) = (ROWS, (2 * history.len()).clamp(WIDTH.0, WIDTH.1));
    let low = lowest_shown(history);
    let row = |share: f64| {
        let height = (share - low) / (1.0 - low) * (rows - 1) as f64;
        (height > -0.5).then(|| rows - 1 - height.round().max(0.0) as usize)
    };
    // The rows of what was measured last up to each column.
    let marks = (0..columns).map(|column| {
        let step = last.step as f64 * (column + 1) as f64 / columns as f64;
        let so_far = history.iter().take_while(|m| m.step as f64 <= step);
        let measured = so_far.last().unwrap_or(&history[0]);
        [row(measured.train_accuracy), row(measured.test_accuracy)]
    });
    let marks: Vec<_> = marks.collect();
    let mark = |row: usize, [train, test]: &[Option<usize>; 2]| match Some(row) {
        here if here == *test => '*',
        here if here == *train => 'o',
        _ => ' ',
    };
    let mut chart = String::new();
    for row in 0..rows {
        let share = low + (1.0 - low) * (rows - 1 - row) as f64 / (rows - 1) as f64;
        let tick = match row % 3 {
            0 => format!("{share:.3}"),
            _ => String::new(),
        };
        let line: String = marks.iter().map(|marks| mark(row, marks)).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_two_pixels() {
        let bytes = [0, 9, 0, 9, 0, 0, 9, 9, 4, 5, 0, 9];
        assert_eq!(digit(&bytes, 4, 80), [" ▀▄█", " ▀ ▀"]);
        assert!(digit(&[0; 6], 2, 80).is_empty());
        assert_eq!(digit(&[0, 0, 1, 0, 0], 1, 80), ["▀"]);
    }

    #[test]
    fn large_images_are_shown_smaller() {
        // 100×4 pixels, of which the last is lit: every other row and column.
        let mut bytes = [0; 400];
        bytes[399] = 255;
        let drawn = digit(&bytes, 100, usize::MAX);
        assert_eq!(drawn.len(), 1);
        assert_eq!(drawn[0].trim_start(), "▄");
        assert_eq!(drawn[0].chars().count(), 50);
        for columns in 0..100 {
            let widest = digit(&bytes, 100, columns)[0].chars().count();
            assert!(widest <= columns.max(1), "{columns}: {widest}");
        }
    }

    #[test]
    fn bars_are_as_long_as_their_share() {
        assert_eq!(bar(1.0, 3), "███");
        assert_eq!(bar(0.5, 3), "█▌");
        assert_eq!(bar(0.0, 3), "");
        assert_eq!(bar(0.01, 3), "");
    }

    #[test]
    fn curves_rise_to_the_right() {
        let measured = |epoch: u64, train_accuracy, test_accuracy| Measured {
            epoch,
            step: 10 * epoch,
            train_accuracy,
            test_accuracy,
        };
        assert_eq!(curves(&[measured(0, 0.1, 0.1)]), None);
        let history = [
            measured(0, 0.1, 0.1),
            measured(1, 0.62, 0.62),
            measured(2, 1.0, 0.82),
        ];
        let chart = curves(&history).unwrap();
        let lines: Vec<&str> = chart.lines().collect();
        assert_eq!(lines.len(), ROWS + 2);
        let ends = |line: &str| line.chars().count() - 8;
        assert!(lines[0].starts_with(" 1.000 │") && lines[0].ends_with('o'));
        assert_eq!(ends(lines[0]), WIDTH.0);
        // The axis begins at 0.6: a row is 0.4 / 9, and 0.82 is five of them.
        assert!(lines[4].ends_with(" *"), "{chart}");
        assert!(lines[9].starts_with(" 0.600 │") && lines[9].ends_with("**"));
        assert_eq!(ends(lines[9]), WIDTH.0 - 1);
        assert!(lines[11].ends_with("test       epoch 2"), "{chart}");
    }
}
