//! The curves of a run, as SVG.
//!
//! plotters draws frames, ticks, lines and legends, in the colours of a light page. It writes whole
//! pixels, so all is drawn larger than it is shown; and a style that goes into each drawing
//! exchanges every colour for its counterpart where the page is dark.

use plotters::chart::SeriesLabelPosition::{self, LowerRight, UpperRight};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::history::Measured;

/// Pixels of the drawing for one of the picture, and the picture's size.
const SCALE: u32 = 4;
const SIZE: (u32, u32) = (460, 310);
const TEXT: u32 = 15;

const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);
const FAINT: RGBColor = RGBColor(0x66, 0x70, 0x85);
const GRID: RGBColor = RGBColor(0xe4, 0xe7, 0xec);
const BLUE: RGBColor = RGBColor(0x47, 0x66, 0xb5);
const ORANGE: RGBColor = RGBColor(0xb9, 0x38, 0x15);

/// The colours on a dark page.
const DARK: [(RGBColor, &str); 5] = [
    (PAPER, "#12161d"),
    (FAINT, "#9aa5b8"),
    (GRID, "#272f3c"),
    (BLUE, "#8ba6ee"),
    (ORANGE, "#ff9b6a"),
];

/// How many points a curve of losses has at most: more would be finer than the picture.
const POINTS: u64 = 250;

/// Above this loss, a run has lost its way by orders of magnitude, and so the axis counts them.
/// Guessing among a million classes costs 14.
const LARGE_LOSS: f64 = 20.0;

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// What is drawn into a frame.
struct Frame<'a> {
    /// For those who do not see it.
    description: &'a str,
    x: (&'a str, f64),
    y: (&'a str, [f64; 2]),
    /// The text of a tick of the second axis.
    tick: &'a dyn Fn(&f64) -> String,
    legend: SeriesLabelPosition,
}

/// Training and test accuracy by epoch.
pub fn accuracy(history: &[Measured], epoch_steps: u64) -> String {
    let epochs = |step: u64| step as f64 / epoch_steps as f64;
    let last = history.last().map_or(0, |last| last.step);
    let low = lowest_shown(history);
    let frame = Frame {
        description: "Training and test accuracy by epoch",
        x: ("epoch", epochs(last)),
        y: ("accuracy", [low, 1.0]),
        tick: &|y| format!("{y:.2}"),
        legend: LowerRight,
    };
    let curve = |share: fn(&Measured) -> f64| {
        let points: Vec<_> = history.iter().map(|m| (epochs(m.step), share(m))).collect();
        above(points, low)
    };
    draw(&frame, |chart| {
        line(chart, curve(|m| m.train_accuracy), BLUE, "training");
        line(chart, curve(|m| m.test_accuracy), ORANGE, "test");
    })
}

/// Where the axis of accuracies begins: below what was reached after the first epoch, and above
/// what comes before it, which would leave a tenth of the room to all the rest.
pub fn lowest_shown(history: &[Measured]) -> f64 {
    let learned = history.iter().skip(1);
    let lowest = learned.fold(1.0, |lowest: f64, m| {
        lowest.min(m.train_accuracy).min(m.test_accuracy)
    });
    // A twentieth below, on a line of the grid; from the bottom, if that is near.
    let low = ((lowest * 20.0).floor() / 20.0).min(0.95);
    // Of a single measurement behind the first there is no curve but the way up to it.
    if history.len() < 3 || low <= 0.2 {
        0.0
    } else {
        low
    }
}

/// The part of a curve that is not below `low`; a curve that comes from below comes in where it
/// crosses.
fn above(points: Vec<(f64, f64)>, low: f64) -> Vec<(f64, f64)> {
    let mut shown = Vec::with_capacity(points.len() + 2);
    let mut before = None;
    for (x, y) in points {
        if let Some((x0, y0)) = before
            && (y0 < low) != (y < low)
        {
            shown.push((x0 + (low - y0) / (y - y0) * (x - x0), low));
        }
        if y >= low {
            shown.push((x, y));
        }
        before = Some((x, y));
    }
    shown
}

/// Some steps in a row: the last of them, and their smallest, mean and largest loss.
struct Bin {
    step: f64,
    loss: [f64; 3],
}

/// The loss by step: the mean over some steps, and between which values it lies.
pub fn loss(losses: impl Iterator<Item = (u64, f64)> + Clone) -> String {
    let steps = losses.clone().map(|(step, _)| step).max().unwrap_or(0);
    let each = steps.div_ceil(POINTS).max(1);
    let bins = bins(losses, each);
    let largest = |k: usize| {
        bins.iter()
            .fold(0.0, |high: f64, bin| high.max(bin.loss[k]))
    };
    let is_log = largest(2) > LARGE_LOSS;
    let place = |y: f64| if is_log { y.max(1e-12).log10() } else { y };
    let smallest = bins.iter().fold(1.0, |low: f64, bin| low.min(bin.loss[0]));
    let low = if is_log { place(smallest).floor() } else { 0.0 };
    let high = if bins.is_empty() {
        1.0
    } else {
        place(largest(2))
    };
    let frame = Frame {
        description: "The loss of the batches by step",
        x: ("step", steps as f64),
        y: ("loss", [low, low + 1.04 * (high - low).max(1e-9)]),
        tick: &|y| {
            if is_log {
                format!("1e{y:.0}")
            } else {
                short(*y)
            }
        },
        legend: UpperRight,
    };
    let curve = |k: usize| bins.iter().map(move |bin| (bin.step, place(bin.loss[k])));
    draw(&frame, |chart| {
        if each > 1 {
            let outline: Vec<_> = curve(0).chain(curve(2).rev()).collect();
            let colour = BLUE.mix(0.22);
            let area = chart.draw_series([Polygon::new(outline, colour.filled())]);
            area.expect(IN_MEMORY)
                .label("smallest to largest")
                .legend(move |at| swatch(at, 4, colour));
            line(
                chart,
                curve(1).collect(),
                BLUE,
                &format!("mean of {each} steps"),
            );
        } else {
            line(chart, curve(1).collect(), BLUE, "loss of a step");
        }
    })
}

fn bins(losses: impl Iterator<Item = (u64, f64)>, each: u64) -> Vec<Bin> {
    let mut bins: Vec<Bin> = Vec::new();
    let (mut bin, mut count) = (None, 0.0);
    for (step, loss) in losses {
        let of = step.saturating_sub(1) / each;
        if bin != Some(of) {
            (bin, count) = (Some(of), 0.0);
            let loss = [loss, 0.0, loss];
            bins.push(Bin { step: 0.0, loss });
        }
        let last = bins.last_mut().expect("one was just pushed");
        let [low, mean, high] = last.loss;
        count += 1.0;
        last.step = step as f64;
        last.loss = [low.min(loss), mean + (loss - mean) / count, high.max(loss)];
    }
    bins
}

/// A number of a tick, with as many digits as it needs.
fn short(number: f64) -> String {
    format!("{}", (number * 1e4).round() / 1e4)
}

const IN_MEMORY: &str = "a drawing in memory cannot fail";

/// A frame with axes and a legend, and in it what `series` draws.
fn draw(frame: &Frame<'_>, series: impl FnOnce(&mut Chart<'_, '_>)) -> String {
    let pixels = |length: u32| length * SCALE;
    let mut svg = String::new();
    {
        let area =
            SVGBackend::with_string(&mut svg, (pixels(SIZE.0), pixels(SIZE.1))).into_drawing_area();
        area.fill(&PAPER).expect(IN_MEMORY);
        let ((x_name, right), (y_name, [low, high])) = (frame.x, frame.y);
        let mut chart = ChartBuilder::on(&area)
            .margin(pixels(10))
            .margin_right(pixels(18))
            .x_label_area_size(pixels(44))
            .y_label_area_size(pixels(58))
            .build_cartesian_2d(0.0..right.max(1e-9), low..high)
            .expect(IN_MEMORY);
        let text = ("sans-serif", pixels(TEXT)).into_font().color(&FAINT);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID.stroke_width(SCALE))
            .axis_style(FAINT.stroke_width(SCALE))
            .set_all_tick_mark_size(pixels(4))
            .label_style(text.clone())
            .axis_desc_style(text.clone())
            .x_desc(x_name)
            .y_desc(y_name)
            .x_labels(6)
            .y_labels(6)
            .x_label_formatter(&|x| short(*x))
            .y_label_formatter(&frame.tick)
            .draw()
            .expect(IN_MEMORY);
        series(&mut chart);
        chart
            .configure_series_labels()
            .position(frame.legend.clone())
            .margin(pixels(8))
            .legend_area_size(pixels(30))
            .background_style(PAPER.mix(0.85))
            .label_font(text)
            .draw()
            .expect(IN_MEMORY);
        area.present().expect(IN_MEMORY);
    }
    with_style(&svg, frame.description)
}

fn line(chart: &mut Chart<'_, '_>, points: Vec<(f64, f64)>, colour: RGBColor, name: &str) {
    let style = colour.stroke_width(2 * SCALE);
    chart
        .draw_series([PathElement::new(points, style)])
        .expect(IN_MEMORY)
        .label(name)
        .legend(move |at| swatch(at, 1, colour.to_rgba()));
}

/// A piece of a legend, of this colour and half this height.
fn swatch((x, y): (i32, i32), half: i32, colour: RGBAColor) -> Rectangle<(i32, i32)> {
    let pixels = |length: i32| length * SCALE as i32;
    let corners = [(x, y - pixels(half)), (x + pixels(20), y + pixels(half))];
    Rectangle::new(corners, colour.filled())
}

/// The drawing at the size it is shown, with its style and its description.
fn with_style(svg: &str, description: &str) -> String {
    let (_, rest) = svg.split_once(">\n").expect("the first tag is `svg`");
    let (width, height) = SIZE;
    let mut dark = String::new();
    for (RGBColor(r, g, b), to) in DARK {
        let from = format!("#{r:02X}{g:02X}{b:02X}");
        dark += &format!(
            "  .run-chart [fill=\"{from}\"] {{ fill: {to}; }} .run-chart [stroke=\"{from}\"] {{ \
             stroke: {to}; }}\n"
        );
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"run-chart\" width=\"{width}\" \
         height=\"{height}\" \
         viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{description}\">\n<style>\n\
         .run-chart text {{ font-family: \"Helvetica Neue\", Helvetica, Arial, \"Liberation \
         Sans\", sans-serif; }}\n\
         .run-chart polyline {{ stroke-linejoin: round; }}\n\
         @media (prefers-color-scheme: dark) {{\n{dark}}}\n</style>\n{rest}",
        width * SCALE,
        height * SCALE,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(epoch: u64, train_accuracy: f64, test_accuracy: f64) -> Measured {
        Measured {
            epoch,
            step: 100 * epoch,
            train_accuracy,
            test_accuracy,
        }
    }

    /// The points of the lines of this colour, in the picture's pixels.
    fn points(svg: &str, RGBColor(r, g, b): RGBColor) -> Vec<[f64; 2]> {
        let document = roxmltree::Document::parse(svg).unwrap();
        let colour = format!("#{r:02X}{g:02X}{b:02X}");
        let line = document.descendants().find(|node| {
            node.has_tag_name("polyline") && node.attribute("stroke") == Some(&colour)
        });
        let number = |text: &str| text.parse::<f64>().unwrap() / f64::from(SCALE);
        let pair = |pair: &str| {
            let (x, y) = pair.split_once(',').unwrap();
            [number(x), number(y)]
        };
        let line = line.and_then(|line| line.attribute("points"));
        line.unwrap_or("").split_whitespace().map(pair).collect()
    }

    #[test]
    fn accuracies_are_where_they_belong() {
        let history = [
            measured(0, 0.1, 0.1),
            measured(1, 0.93, 0.91),
            measured(2, 0.97, 0.95),
            measured(4, 1.0, 0.96),
        ];
        assert_eq!(lowest_shown(&history), 0.9);
        assert_eq!(lowest_shown(&history[..1]), 0.0);
        assert_eq!(lowest_shown(&[history[0], measured(1, 0.2, 0.24)]), 0.0);
        assert_eq!(lowest_shown(&[history[0], measured(1, 1.0, 1.0)]), 0.0);
        let perfect = [1, 2].map(|epoch| measured(epoch, 1.0, 1.0));
        assert_eq!(lowest_shown(&[history[0], perfect[0], perfect[1]]), 0.95);
        let svg = accuracy(&history, 100);
        let (train, test) = (points(&svg, BLUE), points(&svg, ORANGE));
        // The first point is below the axis: the curve comes in where it crosses.
        assert_eq!((train.len(), test.len()), (4, 4));
        let epoch = train[2][0] - train[1][0];
        assert!((train[3][0] - train[2][0] - 2.0 * epoch).abs() < 1.0);
        // A tenth in accuracy is the height of the picture between the axis and 1.
        let height = train[0][1] - train[3][1];
        assert!((train[0][1] - train[1][1] - 0.3 * height).abs() < 1.0);
        assert!((test[0][1] - test[3][1] - 0.6 * height).abs() < 1.0);
        for text in ["epoch", "2", "accuracy", "training", "test", "0.90", "1.00"] {
            assert!(svg.contains(&format!("\n{text}\n")), "{text} in {svg}");
        }
    }

    #[test]
    fn losses_are_put_together() {
        let losses = (1..=1000).map(|step| (step, if step % 2 == 0 { 1.0 } else { 3.0 }));
        let of_four = bins(losses.clone(), 4);
        assert_eq!(of_four.len(), 250);
        assert!(of_four.iter().all(|bin| bin.loss == [1.0, 2.0, 3.0]));
        let steps: Vec<f64> = of_four.iter().map(|bin| bin.step).collect();
        assert_eq!((steps[0], steps[249]), (4.0, 1000.0));
        let svg = loss(losses);
        assert_eq!(points(&svg, BLUE).len(), 250);
        assert!(svg.contains("mean of 4 steps") && svg.contains("smallest to largest"));
        let each = loss([(1, 2.5), (2, 1.25)].into_iter());
        assert_eq!(points(&each, BLUE).len(), 2);
        assert!(each.contains("loss of a step") && !each.contains("mean of"));
    }

    #[test]
    fn a_loss_beyond_all_bounds_is_drawn_by_its_magnitude() {
        let svg = loss([(1, 1.0), (2, 1e10), (3, 1e30)].into_iter());
        let points = points(&svg, BLUE);
        let rise = |k: usize| points[k][1] - points[k + 1][1];
        assert!((rise(1) - 2.0 * rise(0)).abs() < 1.0, "{points:?}");
        assert!(svg.contains("1e"));
    }

    #[test]
    fn nothing_measured_is_still_a_picture() {
        for svg in [
            accuracy(&[], 100),
            accuracy(&[measured(0, 0.0, 0.0)], 100),
            accuracy(&[measured(0, 1.0, 1.0), measured(1, 1.0, 1.0)], 1),
            loss([].into_iter()),
            loss([(1, 0.0)].into_iter()),
        ] {
            roxmltree::Document::parse(&svg).unwrap();
        }
    }
}
