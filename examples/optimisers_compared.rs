//! Four optimisers on digits (the book's section 6.1.8): the same net of five layers, the same
//! first weights and batches, 300 steps.
//!
//! SGD is the slowest, as in the book. `-- --svg FILE` draws the losses, each point the mean of ten
//! steps; `--data DIR` takes MNIST in place of digits drawn here.
//!
//! ```text
//!           loss after 50    150    300 steps
//! sgd                  2.21   1.73   0.75
//! momentum             1.01   0.16   0.03
//! adagrad              0.48   0.07   0.01
//! adam                 0.45   0.07   0.01
//! ```

use drawing::{Chart, Colour, Lesson, hidden, options};
use mnist::dataset::Source;
use mnist::digits;
use nn::{Init, Method, Rule};
use std::error::Error;

/// The optimisers, with the learning rates that the book gives them here.
const OPTIMISERS: [(&str, f64, Colour); 4] = [
    ("sgd", 0.01, Colour::Grey),
    ("momentum", 0.01, Colour::Green),
    ("adagrad", 0.01, Colour::Orange),
    ("adam", 0.001, Colour::Blue),
];

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(
        include_str!("optimisers_compared.rs"),
        &["--svg", "--player", "--data"],
    )?
    else {
        return Ok(());
    };
    let data = match options.get("--data") {
        None => digits::dataset(2_000, 500, digits::SEED),
        Some(directory) => Source::Directory(directory.into()).load()?,
    };
    let mut chart = Chart::new("Loss on digits", 0.0..300.0, 0.0..2.4).axes("step", "loss");
    println!("          loss after 50    150    300 steps");
    let mut last = None;
    for (name, rate, colour) in OPTIMISERS {
        let method = Method::from_name(name).ok_or("no such optimiser")?;
        let lesson = Lesson {
            line: hidden(4, "relu"),
            init: Init::He,
            rule: Rule::new(method, rate),
            steps: 300,
            every: 0,
        };
        let course = lesson.learn(&data)?;
        let points = course.smooth(10);
        let [a, b, c] = [5, 15, 30].map(|k| points[k - 1].1);
        println!("{name:18} {a:6.2} {b:6.2} {c:6.2}");
        // Where the curves are apart: the fastest two are named below and above the others.
        let at = match name {
            "adam" => (18.0, 0.55),
            "adagrad" => (72.0, 0.12),
            _ => (points[6].0 + 4.0, points[6].1 + 0.06),
        };
        chart.label(at, name, colour);
        chart.line(points, colour);
        last = Some(course);
    }
    options.save("--svg", || chart.svg())?;
    if let (Some(course), Some(_)) = (last, options.get("--player")) {
        let page = course.played(&data, "The net after Adam")?;
        options.save("--player", || page)?;
    }
    Ok(())
}
