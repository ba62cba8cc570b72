//! Scaling and centring, as MNIST's digits were: into 20×20 pixels of 28×28 with the ratio of the
//! sides kept, by averaging, the centre of mass in the middle.

/// The share of the image that the digit takes: 20 of 28.
const SHARE: (usize, usize) = (5, 7);

/// Scales ink in rows of `across` cells into the middle of an image. The brightest pixel is 255: a
/// line thinner than a pixel is a line.
pub(super) fn fit(shares: &[f32], across: usize, height: usize, width: usize) -> Vec<u8> {
    let down = shares.len() / across;
    let inner = |side: usize| (side * SHARE.0 / SHARE.1).max(1) as f64;
    let scale = (inner(width) / across as f64).min(inner(height) / down as f64);
    let scaled = |side: usize| ((side as f64 * scale).round() as usize).max(1);
    let (columns, rows) = (scaled(across), scaled(down));
    let digit = average(shares, [across, down], [columns, rows]);
    let brightest = digit
        .iter()
        .copied()
        .fold(0.0, f64::max)
        .max(f64::MIN_POSITIVE);
    let left = middle(&digit, columns, width, |index| index % columns);
    let top = middle(&digit, rows, height, |index| index / columns);
    let mut image = vec![0; height * width];
    for (index, value) in digit.iter().enumerate() {
        let (x, y) = (left + index % columns, top + index / columns);
        image[y * width + x] = (value / brightest * 255.0).round() as u8;
    }
    image
}

/// Where the digit begins, of `side` pixels in `room`, if its centre of mass is to be in the
/// middle; but all of it is to be seen.
fn middle(digit: &[f64], side: usize, room: usize, place: impl Fn(usize) -> usize) -> usize {
    let mass: f64 = digit.iter().sum();
    let moment: f64 = digit
        .iter()
        .enumerate()
        .map(|(index, value)| value * (place(index) as f64 + 0.5))
        .sum();
    let start = room as f64 / 2.0 - moment / mass.max(f64::MIN_POSITIVE);
    // Conversions saturate.
    (start.round() as usize).min(room - side)
}

/// The means of the cells that each pixel covers, in part or whole.
fn average(cells: &[f32], [across, down]: [usize; 2], [columns, rows]: [usize; 2]) -> Vec<f64> {
    let (horizontal, vertical) = (covers(across, columns), covers(down, rows));
    // Row by row first, then the rows.
    let narrow: Vec<Vec<f64>> = cells
        .chunks(across)
        .map(|row| {
            horizontal
                .iter()
                .map(|cover| cover.mean(|cell| f64::from(row[cell])))
                .collect()
        })
        .collect();
    let mut pixels = Vec::with_capacity(columns * rows);
    for cover in &vertical {
        pixels.extend((0..columns).map(|column| cover.mean(|cell| narrow[cell][column])));
    }
    pixels
}

/// The cells that a pixel covers, and how much of each.
struct Cover(Vec<(usize, f64)>);

impl Cover {
    fn mean(&self, value: impl Fn(usize) -> f64) -> f64 {
        let all: f64 = self.0.iter().map(|(_, weight)| weight).sum();
        self.0
            .iter()
            .map(|&(cell, weight)| weight * value(cell))
            .sum::<f64>()
            / all
    }
}

/// For each of `count` pixels, which of `length` cells it covers.
fn covers(length: usize, count: usize) -> Vec<Cover> {
    let each = length as f64 / count as f64;
    let cover = |pixel: usize| {
        let (from, to) = (pixel as f64 * each, (pixel + 1) as f64 * each);
        let cells = from as usize..(to.ceil() as usize).min(length);
        let weight = |cell: usize| to.min((cell + 1) as f64) - from.max(cell as f64);
        Cover(cells.map(|cell| (cell, weight(cell))).collect())
    };
    (0..count).map(cover).collect()
}
