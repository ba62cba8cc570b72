//! The same net with ReLU from three kinds of first weights (the book's section 6.2.4): 500 steps
//! of SGD at a learning rate of 0.01.
//!
//! From a deviation of 0.01 nothing is learned at all: what the layers give becomes so small that
//! no slope is left. From He's weights the loss falls fastest. `-- --svg FILE` draws the losses,
//! each point the mean of ten steps; `--data DIR` takes MNIST in place of digits drawn here.
//!
//! ```text
//!                loss after 100    300    500 steps
//! deviation 0.01           2.30   2.30   2.30
//! Xavier                   2.29   2.20   1.76
//! He                       2.05   0.75   0.40
//! ```

use drawing::{Chart, Colour, Lesson, hidden, options};
use mnist::dataset::Source;
use mnist::digits;
use nn::{Init, Method, Rule};
use std::error::Error;

const FIRST: [(&str, Init, Colour); 3] = [
    ("deviation 0.01", Init::Normal(0.01), Colour::Grey),
    ("Xavier", Init::Xavier, Colour::Orange),
    ("He", Init::He, Colour::Blue),
];

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(
        include_str!("initial_values.rs"),
        &["--svg", "--player", "--data"],
    )?
    else {
        return Ok(());
    };
    let data = match options.get("--data") {
        None => digits::dataset(2_000, 500, digits::SEED),
        Some(directory) => Source::Directory(directory.into()).load()?,
    };
    let mut chart = Chart::new("Loss by the first weights", 0.0..500.0, 0.0..2.6);
    chart = chart.axes("step", "loss");
    println!("               loss after 100    300    500 steps");
    let mut last = None;
    for (name, init, colour) in FIRST {
        let lesson = Lesson {
            line: hidden(4, "relu"),
            init,
            rule: Rule::new(Method::Sgd, 0.01),
            steps: 500,
            every: 0,
        };
        let course = lesson.learn(&data)?;
        let points = course.smooth(10);
        let [a, b, c] = [10, 30, 50].map(|k| points[k - 1].1);
        println!("{name:22} {a:6.2} {b:6.2} {c:6.2}");
        let (x, y) = match name {
            "Xavier" => (400.0, 1.9),
            _ => points[20],
        };
        chart.label((x + 6.0, y + 0.1), name, colour);
        chart.line(points, colour);
        last = Some(course);
    }
    options.save("--svg", || chart.svg())?;
    if let (Some(course), Some(_)) = (last, options.get("--player")) {
        let page = course.played(&data, "The net from He's weights")?;
        options.save("--player", || page)?;
    }
    Ok(())
}
