//! Pictures as a renderer draws them that knows attributes and next to nothing of style sheets:
//! there is ink where a text or an outline stands, and it is dark on light.
//!
//! The fonts are those of the machine. Where it has none, what is about texts says that it is
//! skipped.

use crate::{Constants, Direction, Picture, samples};
use resvg::tiny_skia::{Pixmap, Rect, Transform};
use resvg::usvg::{Group, Node, Options, Tree};
use std::io::Write;
use std::sync::LazyLock;

/// How many pixels a unit of the drawing has.
const SCALE: f32 = 1.5;

static OPTIONS: LazyLock<Options> = LazyLock::new(|| {
    let mut options = Options::default();
    options.fontdb_mut().load_system_fonts();
    options
});

/// A drawing and its pixels.
struct Rendered {
    tree: Tree,
    pixels: Pixmap,
}

impl Rendered {
    fn of(svg: &str) -> Self {
        let tree = Tree::from_str(svg, &OPTIONS).expect("an SVG");
        let size = tree.size();
        let [width, height] = [size.width(), size.height()].map(|side| (side * SCALE) as u32);
        let mut pixels = Pixmap::new(width, height).expect("a size");
        let scale = Transform::from_scale(SCALE, SCALE);
        resvg::render(&tree, scale, &mut pixels.as_mut());
        Rendered { tree, pixels }
    }

    /// How bright a pixel is, between 0 and 1, as WCAG 2 computes it. Where nothing is drawn there
    /// is no light, as on a black page.
    fn luminance(&self, x: u32, y: u32) -> f64 {
        let pixel = self.pixels.pixel(x, y).expect("inside");
        let part = |part: u8| {
            let share = f64::from(part) / 255.0;
            match share <= 0.04045 {
                true => share / 12.92,
                false => ((share + 0.055) / 1.055).powf(2.4),
            }
        };
        0.2126 * part(pixel.red()) + 0.7152 * part(pixel.green()) + 0.0722 * part(pixel.blue())
    }

    /// The luminances of the pixels in a rectangle of the drawing, from dark to light.
    fn within(&self, rect: Rect) -> Vec<f64> {
        let range = |from: f32, to: f32, most: u32| {
            let at = |side: f32| (side * SCALE).clamp(0.0, most as f32) as u32;
            at(from)..at(to).max(at(from) + 1).min(most)
        };
        let rows = range(rect.top(), rect.bottom(), self.pixels.height());
        let columns = || range(rect.left(), rect.right(), self.pixels.width());
        let pixels = rows.flat_map(|y| columns().map(move |x| (x, y)));
        let mut found: Vec<f64> = pixels.map(|(x, y)| self.luminance(x, y)).collect();
        found.sort_by(f64::total_cmp);
        found
    }

    /// Names the first thing that cannot be seen as it should, and counts texts and outlines.
    fn check(&self) -> Result<(usize, usize), String> {
        let size = self.tree.size();
        let whole = Rect::from_xywh(0.0, 0.0, size.width(), size.height()).expect("a size");
        let all = self.within(whole);
        let dark = all.partition_point(|light| *light < 0.5) as f64 / all.len() as f64;
        // A chart may have squares full of ink; a picture without its colours is all black.
        if dark > 0.5 {
            return Err(format!("{:.0} % of it are dark", 100.0 * dark));
        }
        let mut counts = (0, 0);
        self.check_group(self.tree.root(), &mut counts)?;
        Ok(counts)
    }

    fn check_group(&self, group: &Group, counts: &mut (usize, usize)) -> Result<(), String> {
        for node in group.children() {
            match node {
                Node::Group(group) => self.check_group(group, counts)?,
                Node::Text(text) => {
                    let written: String = text.chunks().iter().map(|chunk| chunk.text()).collect();
                    let bounds = text.abs_bounding_box();
                    self.check_ink(bounds, 4.0, &format!("the text {written:?}"))?;
                    counts.0 += 1;
                }
                Node::Path(path) if path.stroke().is_some() && path.fill().is_some() => {
                    let bounds = path.abs_stroke_bounding_box();
                    // An axis is no outline.
                    if bounds.width().min(bounds.height()) < 6.0 {
                        continue;
                    }
                    self.check_ink(bounds, 2.0, &format!("the outline at {bounds:?}"))?;
                    counts.1 += 1;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Something dark on something light: the middle pixel, which is ground, and the darkest.
    fn check_ink(&self, bounds: Rect, least: f64, what: &str) -> Result<(), String> {
        let found = self.within(bounds);
        let (ground, ink) = (found[found.len() * 3 / 4], found[0]);
        let contrast = (ground + 0.05) / (ink + 0.05);
        match ground < 0.6 || contrast < least {
            true => Err(format!(
                "{what}: on {ground:.2} there is {ink:.2} at the darkest"
            )),
            false => Ok(()),
        }
    }
}

/// Whether there are fonts; if not, it says so on the terminal.
fn with_fonts(test: &str) -> bool {
    let there = OPTIONS.fontdb.faces().next().is_some();
    if !there {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: the texts of {test}, for this machine has no fonts"
        );
    }
    there
}

#[test]
fn every_committed_picture_is_dark_on_light() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pictures");
    let Ok(files) = folder.read_dir() else {
        return; // A crate that was unpacked alone has no documents.
    };
    let fonts = with_fonts("the committed pictures");
    let mut pictures = 0;
    for file in files {
        let path = file.expect("a file").path();
        if path.extension().is_some_and(|extension| extension == "svg") {
            let svg = std::fs::read_to_string(&path).expect("a picture");
            let found = Rendered::of(&svg).check();
            let (texts, _) = found.unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()));
            // The fewest are the two titles of a picture of filters.
            assert!(texts > 1 || !fonts, "{}: {texts} texts", path.display());
            pictures += 1;
        }
    }
    assert!(pictures > 10, "{pictures} pictures");
}

#[test]
fn random_pictures_are_dark_on_light() {
    let fonts = with_fonts("random pictures");
    for seed in 0..56u32 {
        let choices: Vec<u32> = (0..61)
            .map(|k: u32| (seed * 61 + k + 1).wrapping_mul(2_654_435_761) >> 7)
            .collect();
        let picture = Picture::new(samples::arbitrary(4 + seed as usize % 9, &choices));
        let picture = match seed % 4 {
            0 => picture.direction(Direction::Downwards),
            1 => picture.constants(Constants::Nodes).width(400.0),
            2 => picture.folded(1),
            _ => picture,
        };
        let found = Rendered::of(&picture.svg()).check();
        let (texts, outlines) = found.unwrap_or_else(|wrong| panic!("graph {seed}: {wrong}"));
        assert!(outlines > 0 && (texts > 1 || !fonts), "graph {seed}");
    }
}

#[test]
fn what_needs_its_style_sheet_is_found_out() {
    let svg = Picture::new(samples::shopping()).svg();
    let black = svg.replace("fill=\"#eaf0ff\"", "");
    assert!(Rendered::of(&black).check().is_err(), "black circles");
    let faint = svg.replace("#1c2330", "#fafafa");
    let found = Rendered::of(&faint).check();
    assert!(
        found.is_err() || !with_fonts("faint texts"),
        "light on light"
    );
}
