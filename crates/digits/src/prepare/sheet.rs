//! A picture of moderate size without transparency.

use crate::picture::{Colour, Picture, luma};

/// The most cells along a side: a digit that is a twentieth as high as its page still has more than
/// the 20 it needs.
const MOST_SIDE: usize = 560;

/// Colours of a visible pixel that differ less are one: where it is nearly transparent, a colour of
/// 8 bits is coarse.
const ONE_COLOUR: f32 = 0.1;

/// The opacity from which on a pixel counts as visible.
const VISIBLE: f32 = 0.1;

/// A part of a sheet, in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

impl Area {
    /// The area with `left` cells less on the left, and so on; none if nothing is left.
    pub fn shrunk(self, left: usize, top: usize, right: usize, bottom: usize) -> Option<Area> {
        let width = self
            .width
            .checked_sub(left + right)
            .filter(|&width| width > 0)?;
        let height = self
            .height
            .checked_sub(top + bottom)
            .filter(|&height| height > 0)?;
        Some(Area {
            x: self.x + left,
            y: self.y + top,
            width,
            height,
        })
    }

    pub fn longer_side(self) -> usize {
        self.width.max(self.height)
    }
}

/// A picture whose cells are the means of `every`×`every` pixels.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub width: usize,
    pub height: usize,
    pub every: usize,
    pub colours: Vec<Colour>,
}

impl Sheet {
    pub fn new(picture: &Picture) -> Self {
        let every = picture.width().max(picture.height()).div_ceil(MOST_SIDE);
        let [width, height] = [picture.width(), picture.height()].map(|side| side.div_ceil(every));
        // Of each cell: its colours, each by its opacity, all opacity, and the number of pixels.
        let mut sums = vec![([0.0; 3], 0.0, 0.0); width * height];
        for index in 0..picture.width() * picture.height() {
            let (x, y) = (
                index % picture.width() / every,
                index / picture.width() / every,
            );
            let (colour, opacity) = picture.pixel(index);
            let sum: &mut ([f32; 3], f32, f32) = &mut sums[y * width + x];
            (0..3).for_each(|axis| sum.0[axis] += opacity * colour[axis]);
            sum.1 += opacity;
            sum.2 += 1.0;
        }
        let cells = sums.into_iter().map(|(colour, opacity, count)| {
            let colour = colour.map(|x| if opacity > 0.0 { x / opacity } else { 0.0 });
            (colour, opacity / count)
        });
        let cells: Vec<(Colour, f32)> = cells.collect();
        let under = under(&cells, width);
        let over = |&(colour, opacity): &(Colour, f32)| {
            std::array::from_fn(|axis| opacity * colour[axis] + (1.0 - opacity) * under[axis])
        };
        Sheet {
            width,
            height,
            every,
            colours: cells.iter().map(over).collect(),
        }
    }

    /// The sheet with the same light everywhere, if its light falls evenly: from one side to the
    /// opposite one by as much as the medians of the two differ.
    pub fn evenly_lit(&self) -> Sheet {
        let Sheet { width, height, .. } = *self;
        let side = |x: usize, y: usize, width: usize, height: usize| {
            let area = Area {
                x,
                y,
                width,
                height,
            };
            median(&self.cut(area))
        };
        let (left, right) = (side(0, 0, 1, height), side(width - 1, 0, 1, height));
        let (top, bottom) = (side(0, 0, width, 1), side(0, height - 1, width, 1));
        // From -1/2 to 1/2 over a side.
        let along = |at: usize, length: usize| at as f32 / (length - 1).max(1) as f32 - 0.5;
        let even = |(index, colour): (usize, &Colour)| {
            let across = along(index % width, width);
            let down = along(index / width, height);
            std::array::from_fn(|axis| {
                let fall = (right[axis] - left[axis]) * across + (bottom[axis] - top[axis]) * down;
                colour[axis] - fall
            })
        };
        Sheet {
            colours: self.colours.iter().enumerate().map(even).collect(),
            ..*self
        }
    }

    /// All of it.
    pub fn area(&self) -> Area {
        Area {
            x: 0,
            y: 0,
            width: self.width,
            height: self.height,
        }
    }

    /// The colours of an area, row after row.
    pub fn cut(&self, area: Area) -> Vec<Colour> {
        let rows = (area.y..area.y + area.height).map(|y| y * self.width + area.x);
        rows.flat_map(|first| &self.colours[first..first + area.width])
            .copied()
            .collect()
    }
}

/// The colour that shows through what is transparent. Ink without paper gets what it stands out
/// from, black or white; an opaque page gets more of itself.
fn under(cells: &[(Colour, f32)], width: usize) -> Colour {
    let is_visible = |cell: &&(Colour, f32)| cell.1 >= VISIBLE;
    let spread = |axis: usize| {
        let ends = cells
            .iter()
            .filter(is_visible)
            .map(|(colour, _)| colour[axis]);
        let (low, high) = ends.fold((1.0, 0.0), |(low, high), x| {
            (f32::min(low, x), f32::max(high, x))
        });
        high - low
    };
    let is_one_colour = (0..3).all(|axis| spread(axis) < ONE_COLOUR);
    let rim = rim(cells, width);
    let visible: Vec<Colour> = rim.iter().filter(is_visible).map(|cell| cell.0).collect();
    if is_one_colour || 2 * visible.len() < rim.len() {
        let (lumas, opacities) =
            cells
                .iter()
                .fold((0.0, 0.0), |(lumas, opacities), &(colour, opacity)| {
                    (lumas + opacity * luma(colour), opacities + opacity)
                });
        if 2.0 * lumas > opacities {
            [0.0; 3]
        } else {
            [1.0; 3]
        }
    } else {
        median(&visible)
    }
}

/// What lies along the edges of rows of `width`, each once.
pub(super) fn rim<T: Copy>(cells: &[T], width: usize) -> Vec<T> {
    let height = cells.len() / width;
    let is_rim = |index: usize| {
        let (y, x) = (index / width, index % width);
        y == 0 || x == 0 || y + 1 == height || x + 1 == width
    };
    (0..cells.len())
        .filter(|&index| is_rim(index))
        .map(|index| cells[index])
        .collect()
}

/// The median of each channel.
///
/// # Panics
///
/// If there are no colours.
pub(super) fn median(colours: &[Colour]) -> Colour {
    std::array::from_fn(|axis| {
        let mut channel: Vec<f32> = colours.iter().map(|colour| colour[axis]).collect();
        let middle = channel.len() / 2;
        *channel.select_nth_unstable_by(middle, f32::total_cmp).1
    })
}
