//! Windows over images: what convolutions and poolings have in common.

use crate::images::ImageShape;
use std::fmt;
use tape::{Patches, Run, ShapeError, Tap};

/// A window that is laid over an image, place after place: its size, how far it moves from one
/// place to the next, and how many pixels it may stand over each edge.
///
/// ```
/// use nn::ImageShape;
/// use nn::ops::Window;
///
/// let image = ImageShape { channels: 1, height: 28, width: 28 };
/// let places = |window: Window| window.places(image).map(|places| places.height);
/// assert_eq!(places(Window::square(5)), Ok(24));
/// assert_eq!(places(Window::square(3).padded(1)), Ok(28));
/// assert_eq!(places(Window::square(2).moving(2)), Ok(14));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Rows of pixels.
    pub height: usize,
    /// Columns of pixels.
    pub width: usize,
    /// How many pixels it moves, down as well as to the right.
    pub stride: usize,
    /// How many pixels it may stand over each of the four edges.
    pub padding: usize,
}

impl Window {
    /// A window that moves by one pixel and stays inside of the image.
    pub const fn new(height: usize, width: usize) -> Self {
        Window {
            height,
            width,
            stride: 1,
            padding: 0,
        }
    }

    /// A [window](Window::new) as high as wide.
    pub const fn square(side: usize) -> Self {
        Window::new(side, side)
    }

    /// The same window, moving by `stride` pixels.
    pub const fn moving(self, stride: usize) -> Self {
        Window { stride, ..self }
    }

    /// The same window, which may stand `padding` pixels over each edge.
    pub const fn padded(self, padding: usize) -> Self {
        Window { padding, ..self }
    }

    /// How many pixels it has.
    pub const fn len(self) -> usize {
        self.height * self.width
    }

    /// Whether it has no pixel.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The places it has on an image, as an image of as many channels:
    /// `⌊(size + 2 · padding − window) / stride⌋ + 1` in each direction.
    ///
    /// # Errors
    /// If it has no pixel, does not move, does not fit, or can lie outside of the image as a whole.
    pub fn places(self, image: ImageShape) -> Result<ImageShape, ShapeError> {
        let Window {
            height,
            width,
            stride,
            padding,
        } = self;
        if self.is_empty() || stride == 0 {
            let found = format!("a window of {height}×{width} that moves by {stride}");
            return Err(ShapeError::new(format!(
                "{found}: expected 1 or more of each"
            )));
        }
        if padding >= height || padding >= width {
            return Err(ShapeError::new(format!(
                "a window of {height}×{width} may stand {padding} pixels over an edge: expected \
                 fewer than it has"
            )));
        }
        let (high, wide) = (image.height + 2 * padding, image.width + 2 * padding);
        if high < height || wide < width {
            return Err(ShapeError::new(format!(
                "a window of {height}×{width} does not fit into images of {}×{} with {padding} \
                 more pixels on each side",
                image.height, image.width
            )));
        }
        Ok(ImageShape {
            channels: image.channels,
            height: (high - height) / stride + 1,
            width: (wide - width) / stride + 1,
        })
    }

    /// The row or column of an image of so many that pixel `tap` of the window lies on, at a place.
    fn source(self, pixels: usize, place: usize, tap: usize) -> Option<usize> {
        let source = (place * self.stride + tap).checked_sub(self.padding)?;
        (source < pixels).then_some(source)
    }

    /// The place whose window has its pixel `tap` on a row or column of an image.
    fn place(self, places: usize, source: usize, tap: usize) -> Option<usize> {
        let place = (source + self.padding).checked_sub(tap)?;
        let whole = place.is_multiple_of(self.stride);
        (whole && place / self.stride < places).then_some(place / self.stride)
    }

    /// The pixels that it has on a channel of an image at the place (`row`, `col`).
    pub(super) fn pixels(
        self,
        image: ImageShape,
        channel: usize,
        (row, col): (usize, usize),
    ) -> Pixels {
        // The first pixel of the window on the image, the pixel it lies on, and how many follow.
        let on_image = |place: usize, side: usize, pixels: usize| {
            let start = place * self.stride;
            let first = self.padding.saturating_sub(start);
            let source = start + first - self.padding;
            (
                first,
                source,
                (side - first).min(pixels.saturating_sub(source)),
            )
        };
        let (top, y, rows) = on_image(row, self.height, image.height);
        let (left, x, cols) = on_image(col, self.width, image.width);
        Pixels {
            first: top * self.width + left,
            window: self.width,
            pixel: (channel * image.height + y) * image.width + x,
            image: image.width,
            rows,
            cols,
        }
    }

    /// The patches that a convolution's places have in an image, for each set of pixels of the
    /// window that are on the image: their rows count channel, row and column of the filter.
    pub(super) fn patches(self, image: ImageShape, places: ImageShape) -> Vec<Patches> {
        let rows = lines(places.height, self.height, |place, tap| {
            self.source(image.height, place, tap)
        });
        let cols = lines(places.width, self.width, |place, tap| {
            self.source(image.width, place, tap)
        });
        lists(&rows, &cols, image, places.width, self)
    }

    /// The patches that an image's pixels have in a convolution's result, whose shape is `places`:
    /// the places whose windows lie on the pixel.
    pub(super) fn patches_back(self, image: ImageShape, places: ImageShape) -> Vec<Patches> {
        let rows = lines(image.height, self.height, |source, tap| {
            self.place(places.height, source, tap)
        });
        let cols = lines(image.width, self.width, |source, tap| {
            self.place(places.width, source, tap)
        });
        lists(&rows, &cols, places, image.width, self)
    }
}

/// The pixels of an image that are in a window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pixels {
    /// The number of the first in the window, and how many a row of the window has.
    first: usize,
    window: usize,
    /// The first one's column in a batch of images, and how many a row of the image has.
    pixel: usize,
    image: usize,
    rows: usize,
    cols: usize,
}

impl Pixels {
    /// How many there are.
    pub fn len(self) -> usize {
        self.rows * self.cols
    }

    /// The number of each in the window, counted row by row, and its column in a batch of images.
    #[inline]
    pub fn each(self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.rows).flat_map(move |i| {
            let row = (self.first + i * self.window, self.pixel + i * self.image);
            (0..self.cols).map(move |j| (row.0 + j, row.1 + j))
        })
    }
}

impl fmt::Display for Window {
    /// As in the line of a net: `5x5`, `3x3 stride 2 pad 1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.height, self.width)?;
        if self.stride != 1 {
            write!(f, " stride {}", self.stride)?;
        }
        if self.padding != 0 {
            write!(f, " pad {}", self.padding)?;
        }
        Ok(())
    }
}

/// Targets in a line, one after the other, which find the same taps at sources one after the other.
struct Line {
    /// Each tap, and how far its source is behind the first.
    taps: Vec<(usize, usize)>,
    /// The first target, and its first source.
    target: usize,
    source: usize,
    /// How many targets.
    len: usize,
}

/// The lines of so many targets, whose taps have sources or not.
fn lines(targets: usize, taps: usize, source: impl Fn(usize, usize) -> Option<usize>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for target in 0..targets {
        let found = (0..taps).filter_map(|tap| Some((tap, source(target, tap)?)));
        let mut found: Vec<(usize, usize)> = found.collect();
        let first = found.iter().map(|&(_, source)| source).min();
        let first = first.unwrap_or(0);
        found.iter_mut().for_each(|(_, source)| *source -= first);
        match lines.last_mut() {
            Some(line)
                if line.taps == found && (found.is_empty() || line.source + line.len == first) =>
            {
                line.len += 1;
            }
            _ => lines.push(Line {
                taps: found,
                target,
                source: first,
                len: 1,
            }),
        }
    }
    lines
}

/// Patches of all lines of places, those of equal taps together. `from` is what is read, and
/// `width` how many targets a row has.
fn lists(
    rows: &[Line],
    cols: &[Line],
    from: ImageShape,
    width: usize,
    window: Window,
) -> Vec<Patches> {
    // Rows and columns as first lines of their kind, and the runs.
    let mut lists: Vec<(&Line, &Line, Vec<Run>)> = Vec::new();
    for row in rows {
        for col in cols {
            let is_same = |(r, c, _): &(&Line, &Line, Vec<Run>)| {
                r.taps == row.taps && c.taps == col.taps && c.len == col.len
            };
            let at = lists.iter().position(is_same).unwrap_or_else(|| {
                lists.push((row, col, Vec::new()));
                lists.len() - 1
            });
            // Without taps all places read the same nothing.
            let moved = usize::from(!row.taps.is_empty());
            lists[at].2.extend((0..row.len).map(|i| Run {
                source: (row.source + moved * i) * from.width + col.source,
                target: (row.target + i) * width + col.target,
            }));
        }
    }
    let taps = |row: &Line, col: &Line| {
        let mut taps = Vec::new();
        for channel in 0..from.channels {
            for &(ky, y) in &row.taps {
                taps.extend(col.taps.iter().map(|&(kx, x)| Tap {
                    offset: (channel * from.height + y) * from.width + x,
                    row: (channel * window.height + ky) * window.width + kx,
                }));
            }
        }
        taps
    };
    let lists = lists.into_iter();
    let lists = lists.map(|(row, col, runs)| Patches::new(taps(row, col), runs, col.len));
    lists.collect()
}
