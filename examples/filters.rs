//! What the filters of a convolution become (the book's section 7.6.1): twelve of 5×5, before
//! learning and after 80 steps.
//!
//! At first they are noise. Afterwards many have a bright and a dark side: they answer to edges, to
//! strokes of one direction. Neighbouring weights are alike then, which the number says: how much
//! the weights of two neighbours have in common, between −1 and 1, on average over the filters.
//! `-- --svg FILE` draws them, blue above 0 and orange below; `--data DIR` takes MNIST in place of
//! digits drawn here.
//!
//! ```text
//!                  test accuracy  neighbours alike
//! before learning           0.11             -0.04
//! after learning            0.89              0.91
//! ```

use drawing::{Chart, Colour, Lesson, beside, options};
use mnist::dataset::Source;
use mnist::digits;
use nn::{Init, Method, Net, Rule};
use std::error::Error;

const FILTERS: usize = 12;
const SIDE: usize = 5;

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("filters.rs"), &["--svg", "--player", "--data"])?
    else {
        return Ok(());
    };
    let data = match options.get("--data") {
        None => digits::dataset(1_000, 200, digits::SEED),
        Some(directory) => Source::Directory(directory.into()).load()?,
    };
    let lesson = Lesson {
        line: "conv 12 5x5, relu, pool 2x2, affine 10".to_owned(),
        init: Init::Normal(0.01),
        rule: Rule::new(Method::from_name("adam").ok_or("no Adam")?, 0.003),
        steps: 80,
        every: 80,
    };
    let course = lesson.learn(&data)?;
    let mut charts = Vec::new();
    println!("                 test accuracy  neighbours alike");
    for (k, when) in ["before learning", "after learning"]
        .into_iter()
        .enumerate()
    {
        let filters = filters(&course.nets[k]);
        let alike = filters.iter().map(neighbours).sum::<f64>() / FILTERS as f64;
        println!("{when:15}  {:13.2}  {alike:16.2}", course.accuracies[k].1);
        charts.push(chart(when, &filters));
    }
    options.save("--svg", || beside(&charts))?;
    if options.get("--player").is_some() {
        let page = course.played(&data, "The net with filters")?;
        options.save("--player", || page)?;
    }
    Ok(())
}

/// A filter, row by row.
type Filter = [[f64; SIDE]; SIDE];

/// The filters of the first layer: a column of its weights for each.
fn filters(net: &Net<f64>) -> Vec<Filter> {
    let (_, weights) = net.parameters().next().expect("a layer with weights");
    let filter = |k: usize| {
        let mut filter = Filter::default();
        for (at, &weight) in weights.column(k).iter().enumerate() {
            filter[at / SIDE][at % SIDE] = weight;
        }
        filter
    };
    (0..FILTERS).map(filter).collect()
}

/// The products of neighbours, beside each other and below, for the squares of both.
fn neighbours(filter: &Filter) -> f64 {
    let (mut products, mut squares) = (0.0, 0.0);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let here = filter[y][x];
            let beside = (x + 1 < SIDE).then(|| filter[y][x + 1]);
            let below = (y + 1 < SIDE).then(|| filter[y + 1][x]);
            for other in [beside, below].into_iter().flatten() {
                products += here * other;
                squares += (here * here + other * other) / 2.0;
            }
        }
    }
    products / squares
}

/// Four filters in a row, each weight a square.
fn chart(title: &str, filters: &[Filter]) -> Chart {
    let (columns, step) = (4, SIDE + 1);
    let rows = filters.len().div_ceil(columns);
    let across = (columns * step) as f64;
    let mut chart = Chart::new(title, 0.0..across, (rows * step) as f64..0.0)
        .size(420, 340)
        .labels(0, 0);
    let weights = filters.iter().flatten().flatten();
    let most = weights.fold(0.0, |most: f64, weight| most.max(weight.abs()));
    for (k, filter) in filters.iter().enumerate() {
        let (left, top) = (k % columns * step, k / columns * step);
        for (y, row) in filter.iter().enumerate() {
            for (x, &weight) in row.iter().enumerate() {
                let colour = match weight > 0.0 {
                    true => Colour::Blue,
                    false => Colour::Orange,
                };
                let corner = ((left + x) as f64, (top + y) as f64);
                // To a hundredth: the picture is the same on every processor.
                let strength = (weight.abs() / most * 100.0).round() / 100.0;
                chart.square(corner, colour, strength);
            }
        }
    }
    chart
}
