//! Digits as people hand them in: the strokes of the embedded digits on other papers, with other
//! pens, as files of many kinds.
//!
//! Everything about a drawing is drawn at random, between the bounds below. They were written
//! before the first drawing was read, and have not been changed since.

use digits::drawn::{Page, Point, Random, Writing};

use crate::files;

/// A drawing.
pub struct Drawing {
    pub digit: usize,
    /// The same strokes as the embedded digits have them: 28×28 pixels, on no paper.
    pub clean: Vec<u8>,
    /// A PNG or JPEG file.
    pub file: Vec<u8>,
    /// What it is, in a few words.
    pub kind: String,
}

/// Width and height, in pixels; the ratio of the two.
const SIDE: (f32, f32) = (28.0, 640.0);
const RATIO: (f32, f32) = (0.75, 1.33);
/// The longer side of the digit, as a share of the shorter side of the picture, and the fewest
/// pixels it has.
const SIZE: (f32, f32) = (0.35, 0.9);
const SMALLEST: f32 = 14.0;
/// The pen, to that of the embedded digits.
const PEN: (f32, f32) = (0.6, 1.5);
/// As shares of what lies between paper and ink: how far the light falls off, and the noise.
const SHADE: (f32, f32) = (0.0, 0.2);
const NOISE: (f32, f32) = (0.0, 0.2);
/// Specks of ink, and their radius in pixels.
const SPECKS: usize = 5;
const SPECK: (f32, f32) = (0.3, 1.0);
/// One in so many drawings has a frame, so thick and so far from the edge, as shares of the shorter
/// side.
const FRAMED: usize = 6;
const THICK: (f32, f32) = (0.01, 0.02);
const INSET: (f32, f32) = (0.0, 0.03);

type Colour = [f32; 3];

/// What a digit is written on and with.
struct Material {
    name: &'static str,
    paper: Colour,
    ink: Colour,
    /// Whether there is no paper, only ink.
    is_clear: bool,
}

impl Material {
    fn new(random: &mut Random) -> Self {
        let mut between = |low, high| random.between(low, high);
        let dark = [(); 3].map(|()| between(0.0, 0.25));
        let light = [(); 3].map(|()| between(0.8, 1.0));
        let coloured = [(); 3].map(|()| between(0.45, 0.85));
        let grey = [between(0.4, 0.8); 3];
        let pens = [[0.1, 0.15, 0.7], [0.75, 0.1, 0.1], [0.3; 3]];
        let pen = pens[random.below(3)];
        let (white, black) = ([1.0; 3], [0.0; 3]);
        let (name, paper, ink) = match random.below(8) {
            0 => ("black on white", white, black),
            1 => ("a pen on light paper", light, pen),
            2 => ("dark on grey", grey, [grey[0] - 0.35; 3]),
            3 => ("dark on coloured paper", coloured, dark.map(|x| x / 2.0)),
            4 => ("chalk on a board", dark, light),
            5 => ("white on grey", grey.map(|x| x - 0.2), white),
            6 => ("black on nothing", white, black),
            _ => ("white on nothing", black, white),
        };
        let is_clear = name.ends_with("nothing");
        let ink = ink.map(|x: f32| x.max(0.0));
        Material {
            name,
            paper,
            ink,
            is_clear,
        }
    }
}

/// Draws `count` drawings; the digits go round from 0 to 9.
pub fn drawings(count: usize, seed: u64) -> Vec<Drawing> {
    let mut random = Random::new(seed, 0);
    let digits = (0..10).cycle().take(count);
    digits.map(|digit| drawing(digit, &mut random)).collect()
}

fn drawing(digit: usize, random: &mut Random) -> Drawing {
    let writing = Writing::new(digit, random);
    let material = Material::new(random);
    let (low, high) = SIDE;
    let width = random.between(low.ln(), high.ln()).exp().round();
    let height = (width * random.between(RATIO.0, RATIO.1))
        .round()
        .max(SIDE.0);
    let mut page = Page::new(width as usize, height as usize);
    let is_framed = !material.is_clear && random.below(FRAMED) == 0;
    if is_framed {
        frame(&mut page, random);
    }
    write(&mut page, &writing, random);
    for _ in 0..random.below(SPECKS) {
        let at = [
            random.between(0.0, width - 1.0),
            random.between(0.0, height - 1.0),
        ];
        page.line(at, at, random.between(SPECK.0, SPECK.1), 1.0);
    }
    let pixels = match material.is_clear {
        true => clear(&page, &material),
        false => scan(&page, &material, random),
    };
    let (format, file) = files::file(&page, &pixels, material.is_clear, random);
    let clean = writing
        .on_page()
        .pixels()
        .iter()
        .map(|ink| (ink * 255.0).round() as u8)
        .collect();
    let framed = if is_framed { ", framed" } else { "" };
    let name = material.name;
    let kind = format!("{width}×{height}, {name}{framed}, {format}");
    Drawing {
        digit,
        clean,
        file,
        kind,
    }
}

/// A rectangle of ink along the edge.
fn frame(page: &mut Page, random: &mut Random) {
    let [width, height] = [page.width(), page.height()].map(|side| side as f32);
    let shorter = width.min(height);
    let radius = (shorter * random.between(THICK.0, THICK.1) / 2.0).max(0.5);
    let inset = shorter * random.between(INSET.0, INSET.1) + radius - 0.5;
    let (right, below) = (width - 1.0 - inset, height - 1.0 - inset);
    let corners = [
        [inset, inset],
        [right, inset],
        [right, below],
        [inset, below],
    ];
    for k in 0..4 {
        page.line(corners[k], corners[(k + 1) % 4], radius, 1.0);
    }
}

/// Writes the digit somewhere on the page, as large as comes.
fn write(page: &mut Page, writing: &Writing, random: &mut Random) {
    let [width, height] = [page.width(), page.height()].map(|side| side as f32);
    let points = || writing.strokes.iter().flatten();
    let radius = writing.radius * random.between(PEN.0, PEN.1);
    let low: Point = [0, 1].map(|axis| points().map(|p| p[axis]).fold(f32::MAX, f32::min) - radius);
    let high: Point =
        [0, 1].map(|axis| points().map(|p| p[axis]).fold(f32::MIN, f32::max) + radius);
    let longer = (high[0] - low[0]).max(high[1] - low[1]);
    let size = (random.between(SIZE.0, SIZE.1) * width.min(height)).max(SMALLEST);
    let scale = size / longer;
    // Off the edge by what the widest frame takes, where there is room for that.
    let margin = (INSET.1 + 2.0 * THICK.1) * width.min(height) + 1.0;
    let mut start = |axis: usize, side: f32| {
        let room = side - (high[axis] - low[axis]) * scale;
        let margin = margin.min(room / 2.0);
        random.between(margin, room - margin) - low[axis] * scale
    };
    let start = [start(0, width), start(1, height)];
    let place = |point: Point| [start[0] + scale * point[0], start[1] + scale * point[1]];
    for stroke in &writing.strokes {
        for pair in stroke.windows(2) {
            page.line(place(pair[0]), place(pair[1]), radius * scale, 1.0);
        }
    }
}

/// Red, green, blue and opacity of ink without paper.
fn clear(page: &Page, material: &Material) -> Vec<[f32; 4]> {
    let [red, green, blue] = material.ink;
    page.pixels()
        .iter()
        .map(|&opacity| [red, green, blue, opacity])
        .collect()
}

/// Red, green, blue and opacity of a page under a lamp and a bad scanner.
fn scan(page: &Page, material: &Material, random: &mut Random) -> Vec<[f32; 4]> {
    let Material { paper, ink, .. } = material;
    let luma = |colour: &Colour| 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
    let contrast = (luma(paper) - luma(ink)).abs();
    let shade = contrast * random.between(SHADE.0, SHADE.1);
    let noise = contrast * random.between(NOISE.0, NOISE.1);
    let (sin, cos) = random.between(0.0, std::f32::consts::TAU).sin_cos();
    let [width, height] = [page.width(), page.height()].map(|side| side as f32);
    let mut pixels = Vec::with_capacity(page.pixels().len());
    for (k, &cover) in page.pixels().iter().enumerate() {
        let x = (k % page.width()) as f32 / width - 0.5;
        let y = (k / page.width()) as f32 / height - 0.5;
        let light = shade * (cos * x + sin * y) + noise * random.between(-1.0, 1.0);
        let at =
            |axis: usize| (paper[axis] + (ink[axis] - paper[axis]) * cover + light).clamp(0.0, 1.0);
        pixels.push([at(0), at(1), at(2), 1.0]);
    }
    pixels
}
