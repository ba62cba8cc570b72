//! Curves in a frame, as SVG.
//!
//! The frame, its ticks and the lines are plotters'. It writes whole pixels, so everything is drawn
//! ten times as large and shown at a tenth: curves stay smooth. Colours are those of the tape's own
//! pictures, on light pages and on dark ones. A curve is named where it runs, at a place the caller
//! chooses; there is no legend to look up.

use crate::palette::{self, FAINT, GRID, INK, PAPER, Shade, dark_rules};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::ops::Range;

/// Pixels of the drawing for a pixel of the picture.
const SCALE: u32 = 10;
const SIZE: u32 = 13;

/// The colour of a curve and of what is said about it.
#[derive(Debug, Clone, Copy)]
pub enum Colour {
    /// Of values.
    Blue,
    /// Of derivatives.
    Orange,
    /// Of a third thing.
    Green,
    /// Of what stands back.
    Grey,
}

impl Colour {
    fn shade(self) -> Shade {
        match self {
            Colour::Blue => palette::BLUE,
            Colour::Orange => palette::ORANGE,
            Colour::Green => palette::GREEN,
            Colour::Grey => FAINT,
        }
    }

    fn rgb(self) -> RGBColor {
        rgb(self.shade())
    }
}

/// `count` points of a range, both ends among them.
pub fn curve(range: Range<f64>, count: usize) -> impl Iterator<Item = f64> {
    let step = (range.end - range.start) / (count - 1) as f64;
    (0..count).map(move |k| range.start + step * k as f64)
}

type Point = (f64, f64);

#[derive(Debug, Clone)]
enum Shape {
    Line(Vec<Point>, Colour),
    Dashed(Vec<Point>, Colour),
    Arrow(Point, Point, Colour),
    Dot(Point, Colour),
    /// From a corner, one wide and high, with how opaque it is.
    Square(Point, Colour, f64),
    Label(Point, String, Colour),
}

/// A picture of curves.
#[derive(Debug, Clone)]
pub struct Chart {
    title: String,
    size: (u32, u32),
    labels: (usize, usize),
    x: (Range<f64>, String),
    y: (Range<f64>, String),
    shapes: Vec<Shape>,
}

impl Chart {
    /// An empty chart of 640 by 400 pixels over these ranges, which may run downwards.
    pub fn new(title: &str, x: Range<f64>, y: Range<f64>) -> Self {
        Self {
            title: title.into(),
            size: (640, 400),
            labels: (8, 8),
            x: (x, String::new()),
            y: (y, String::new()),
            shapes: Vec::new(),
        }
    }

    /// Another size, in pixels.
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = (width, height);
        self
    }

    /// At most so many numbers along the axes. Without any, no axes are drawn.
    pub fn labels(mut self, x: usize, y: usize) -> Self {
        self.labels = (x, y);
        self
    }

    /// What the axes show.
    pub fn axes(mut self, x: &str, y: &str) -> Self {
        (self.x.1, self.y.1) = (x.into(), y.into());
        self
    }

    /// A curve through these points, where they lie in the chart.
    pub fn line(&mut self, points: impl IntoIterator<Item = Point>, colour: Colour) {
        for run in self.inside(points) {
            self.shapes.push(Shape::Line(run, colour));
        }
    }

    /// A dashed curve through these points, where they lie in the chart.
    pub fn dashed(&mut self, points: impl IntoIterator<Item = Point>, colour: Colour) {
        for run in self.inside(points) {
            self.shapes.push(Shape::Dashed(run, colour));
        }
    }

    /// The points in the chart, in a run for each time the curve is there.
    fn inside(&self, points: impl IntoIterator<Item = Point>) -> Vec<Vec<Point>> {
        let holds = |range: &Range<f64>, x: f64| {
            range.start.min(range.end) <= x && x <= range.start.max(range.end)
        };
        let inside = |&(x, y): &Point| holds(&self.x.0, x) && holds(&self.y.0, y);
        let points: Vec<Point> = points.into_iter().collect();
        let runs = points.split(|point| !inside(point));
        runs.filter(|run| !run.is_empty())
            .map(<[_]>::to_vec)
            .collect()
    }

    /// An arrow.
    pub fn arrow(&mut self, from: Point, to: Point, colour: Colour) {
        self.shapes.push(Shape::Arrow(from, to, colour));
    }

    /// A point of its own.
    pub fn dot(&mut self, at: Point, colour: Colour) {
        self.shapes.push(Shape::Dot(at, colour));
    }

    /// A square from this corner to the point one further on both axes, as strong as is said from 0
    /// to 1.
    pub fn square(&mut self, corner: Point, colour: Colour, strength: f64) {
        self.shapes.push(Shape::Square(corner, colour, strength));
    }

    /// A text that begins at a point, half its height above and below it.
    pub fn label(&mut self, at: Point, text: &str, colour: Colour) {
        self.shapes.push(Shape::Label(at, text.into(), colour));
    }

    /// The chart as SVG.
    pub fn svg(&self) -> String {
        beside(std::slice::from_ref(self))
    }

    fn draw<DB: DrawingBackend>(&self, root: &DrawingArea<DB, Shift>) -> Drawn<DB> {
        let corner = (16 * SCALE as i32, 20 * SCALE as i32);
        root.draw(&Text::new(&*self.title, corner, text(INK, FontStyle::Bold)))?;

        let mut frame = ChartBuilder::on(root)
            .margin_top(40 * SCALE)
            .margin_right(20 * SCALE)
            .margin_bottom(10 * SCALE)
            .margin_left(8 * SCALE)
            .x_label_area_size(44 * SCALE)
            .y_label_area_size(58 * SCALE)
            .build_cartesian_2d(self.x.0.clone(), self.y.0.clone())?;
        if self.labels != (0, 0) {
            self.draw_axes(&mut frame)?;
        }
        for shape in &self.shapes {
            draw_shape(&mut frame, shape)?;
        }
        Ok(())
    }

    fn draw_axes<DB: DrawingBackend>(&self, frame: &mut Frame<'_, DB>) -> Drawn<DB> {
        frame
            .configure_mesh()
            .x_labels(self.labels.0)
            .y_labels(self.labels.1)
            .x_label_formatter(&tick)
            .y_label_formatter(&tick)
            .max_light_lines(0)
            .bold_line_style(rgb(GRID).stroke_width(SCALE))
            .axis_style(rgb(FAINT).stroke_width(SCALE))
            .set_all_tick_mark_size(4 * SCALE)
            .label_style(text(FAINT, FontStyle::Normal))
            .axis_desc_style(text(INK, FontStyle::Normal))
            .x_desc(&self.x.1)
            .y_desc(&self.y.1)
            .draw()
    }
}

/// The number at a tick, which is rounded, with no more digits than it needs.
fn tick(at: &f64) -> String {
    let rounded = (at * 1000.0).round() / 1000.0;
    (rounded + 0.0).to_string() // -0.0 + 0.0 is 0.0
}

/// Charts of one height beside each other, as one SVG.
pub fn beside(charts: &[Chart]) -> String {
    rows(charts, charts.len())
}

/// Charts of one size, so many in a row, as one SVG.
pub fn rows(charts: &[Chart], columns: usize) -> String {
    let first = &charts[..columns.min(charts.len())];
    let shown = (
        first.iter().map(|chart| chart.size.0).sum::<u32>(),
        charts[0].size.1 * charts.len().div_ceil(columns) as u32,
    );
    let drawn = (shown.0 * SCALE, shown.1 * SCALE);
    let mut svg = String::new();
    let backend = SVGBackend::with_string(&mut svg, drawn);
    draw_all(charts, columns, backend).expect("a string takes any drawing");
    let size = |(width, height)| format!("width=\"{width}\" height=\"{height}\"");
    let titles: Vec<&str> = charts.iter().map(|chart| &*chart.title).collect();
    let head = format!(
        "{} role=\"img\" aria-label=\"{}\"",
        size(shown),
        titles.join("; ")
    );
    let svg = svg.replacen(&size(drawn), &head, 1);
    svg.replacen(">\n", &format!(">\n{}", style()), 1)
}

/// The look of all text and lines, and the colours on a dark page.
fn style() -> String {
    use palette::{BLUE, GREEN, ORANGE};
    let dark = dark_rules(&[PAPER, INK, FAINT, GRID, BLUE, ORANGE, GREEN]);
    format!(
        "<style>\n\
         text {{ font-family: \"Helvetica Neue\", Helvetica, Arial, \"Liberation Sans\", \
         \"DejaVu Sans\", sans-serif; }}\n\
         polyline {{ stroke-linejoin: round; stroke-linecap: round; }}\n{dark}</style>\n"
    )
}

fn draw_all<DB: DrawingBackend>(charts: &[Chart], columns: usize, backend: DB) -> Drawn<DB> {
    let mut below = backend.into_drawing_area();
    below.fill(&rgb(PAPER))?;
    for row in charts.chunks(columns) {
        let (mut rest, others) = below.split_vertically(row[0].size.1 * SCALE);
        below = others;
        for chart in row {
            let (panel, others) = rest.split_horizontally(chart.size.0 * SCALE);
            chart.draw(&panel)?;
            rest = others;
        }
    }
    below.present()
}

type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;
type Frame<'a, DB> = ChartContext<'a, DB, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

fn draw_shape<DB: DrawingBackend>(frame: &mut Frame<'_, DB>, shape: &Shape) -> Drawn<DB> {
    match shape {
        Shape::Line(points, colour) => {
            let style = colour.rgb().stroke_width(2 * SCALE);
            frame.draw_series(LineSeries::new(points.iter().copied(), style))?;
        }
        Shape::Dashed(points, colour) => {
            let style = colour.rgb().stroke_width(3 * SCALE / 2);
            let (dash, gap) = (6 * SCALE, 5 * SCALE);
            let points = points.iter().copied();
            frame.draw_series(DashedLineSeries::new(points, dash, gap, style))?;
        }
        Shape::Arrow(from, to, colour) => {
            let style = colour.rgb().stroke_width(3 * SCALE / 2);
            let head = head(frame.backend_coord(from), frame.backend_coord(to));
            let head = Polygon::new(head, colour.rgb().filled());
            frame.draw_series(LineSeries::new([*from, *to], style))?;
            frame.draw_series([EmptyElement::at(*to) + head])?;
        }
        Shape::Dot(at, colour) => {
            frame.draw_series([Circle::new(*at, 4 * SCALE, colour.rgb().filled())])?;
        }
        Shape::Square(corner, colour, strength) => {
            let other = (corner.0 + 1.0, corner.1 + 1.0);
            let style = colour.rgb().mix(*strength).filled();
            frame.draw_series([Rectangle::new([*corner, other], style)])?;
        }
        Shape::Label(at, words, colour) => {
            let style = text(colour.shade(), FontStyle::Normal);
            frame.draw_series([Text::new(words.clone(), *at, style)])?;
        }
    }
    Ok(())
}

/// The head of an arrow between two pixels: its corners, seen from the tip.
fn head(from: (i32, i32), to: (i32, i32)) -> Vec<(i32, i32)> {
    let (dx, dy) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
    let unit = f64::from(SCALE) / dx.hypot(dy).max(1.0);
    let (back, aside) = (8.0 * unit, 3.5 * unit);
    let corner = |side: f64| {
        let (x, y) = (-back * dx - side * dy, -back * dy + side * dx);
        (x.round() as i32, y.round() as i32)
    };
    vec![(0, 0), corner(aside), corner(-aside)]
}

fn rgb(shade: Shade) -> RGBColor {
    let [r, g, b] = shade.light;
    RGBColor(r, g, b)
}

fn text(shade: Shade, style: FontStyle) -> TextStyle<'static> {
    // plotters writes a font's size divided by 1.24.
    let size = f64::from(SIZE * SCALE) * 1.24;
    let font = ("sans-serif", size).into_font().style(style);
    TextStyle {
        font,
        color: rgb(shade).to_backend_color(),
        pos: Pos::new(HPos::Left, VPos::Center),
    }
}
