//! A pen on a page of pixels.

use super::Point;

/// A grey picture: 0 is paper, 1 is ink.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    width: usize,
    pixels: Vec<f32>,
}

impl Page {
    /// An empty page.
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            pixels: vec![0.0; width * height],
        }
    }

    /// In pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// In pixels.
    pub fn height(&self) -> usize {
        self.pixels.len() / self.width.max(1)
    }

    /// Draws a line with round ends, in pixels; the middle of the upper left pixel is (0, 0). A
    /// pixel takes the ink that covers it most, not the sum of all, so lines that cross or follow
    /// each other make no dark spots. Only the pixels near the line are looked at.
    pub fn line(&mut self, from: Point, to: Point, radius: f32, ink: f32) {
        let along = [to[0] - from[0], to[1] - from[1]];
        let length_squared = along[0] * along[0] + along[1] * along[1];
        let reach = radius + 0.5;
        for y in near(from[1], to[1], reach, self.height()) {
            for x in near(from[0], to[0], reach, self.width) {
                let offset = [x as f32 - from[0], y as f32 - from[1]];
                // Where the nearest point of the line is, from 0 at one end to 1 at the other.
                let at = (offset[0] * along[0] + offset[1] * along[1]) / length_squared.max(1e-6);
                let at = at.clamp(0.0, 1.0);
                let away = [offset[0] - at * along[0], offset[1] - at * along[1]];
                let distance = (away[0] * away[0] + away[1] * away[1]).sqrt();
                let cover = (reach - distance).clamp(0.0, 1.0) * ink;
                let pixel = &mut self.pixels[y * self.width + x];
                *pixel = pixel.max(cover);
            }
        }
    }

    /// The pixels, row after row.
    pub fn pixels(&self) -> &[f32] {
        &self.pixels
    }
}

/// The pixels of so many in a row within `reach` of the stretch between `a` and `b`.
fn near(a: f32, b: f32, reach: f32, count: usize) -> std::ops::Range<usize> {
    // Conversions saturate: what lies off the page becomes its edge.
    let first = (a.min(b) - reach).ceil() as usize;
    let last = (a.max(b) + reach).floor() + 1.0;
    first.min(count)..(last as usize).min(count)
}

#[cfg(test)]
mod tests {
    use super::super::SIDE;
    use super::*;

    #[test]
    fn a_line_covers_what_is_near_it_and_nothing_else() {
        let mut page = Page::new(SIDE, SIDE);
        page.line([5.0, 10.0], [20.0, 10.0], 1.0, 0.8);
        let at = |x: usize, y: usize| page.pixels()[y * SIDE + x];
        assert_eq!([at(5, 10), at(12, 9), at(20, 11)], [0.8, 0.4, 0.4]);
        assert_eq!([at(12, 12), at(3, 10), at(22, 10)], [0.0; 3]);
    }

    #[test]
    fn a_line_off_the_page_is_clipped() {
        let mut page = Page::new(SIDE, SIDE);
        page.line([-9.0, -9.0], [-3.0, -3.0], 1.0, 1.0);
        page.line([40.0, 5.0], [60.0, 5.0], 1.0, 1.0);
        assert!(page.pixels().iter().all(|&p| p == 0.0));
        page.line([-5.0, 27.0], [50.0, 27.0], 1.0, 1.0);
        assert_eq!(page.pixels().iter().filter(|&&p| p == 1.0).count(), SIDE);
    }
}
