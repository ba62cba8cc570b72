//! A large net and 300 images: what it learns by heart, without and with weight decay and dropout
//! (the book's section 6.4).
//!
//! Left alone, it reads every image it has seen, and others much worse. Weight decay pulls weights
//! to 0, dropout leaves out a fifth of the units in each step: with both, the gap between the two
//! accuracies is narrower after the same 600 steps. `-- --svg FILE` draws them; `--data DIR` takes
//! MNIST's first 300 images in place of digits drawn here.
//!
//! ```text
//!                   training  test   gap
//! nothing               1.00  0.75  0.25
//! weight decay 0.1      0.69  0.61  0.08
//! dropout 0.2           0.70  0.52  0.18
//! ```

use drawing::{Chart, Colour, Lesson, beside, hidden, options};
use mnist::dataset::{Dataset, Source};
use mnist::digits;
use nn::{Init, Method, Rule};
use std::error::Error;

/// The images that are learned from.
const IMAGES: usize = 300;

/// What is done against overfitting: what stands behind each layer, weight decay, and steps.
const MEANS: [(&str, &str, f64); 3] = [
    ("nothing", "relu", 0.0),
    ("weight decay 0.1", "relu", 0.1),
    ("dropout 0.2", "relu, dropout 0.2", 0.0),
];

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(
        include_str!("overfitting.rs"),
        &["--svg", "--player", "--data"],
    )?
    else {
        return Ok(());
    };
    let data = match options.get("--data") {
        None => digits::dataset(IMAGES, 500, digits::SEED),
        Some(directory) => few(&Source::Directory(directory.into()).load()?)?,
    };
    println!("                  training  test   gap");
    let mut charts = Vec::new();
    let mut last = None;
    for (name, behind, weight_decay) in MEANS {
        let rule = Rule {
            weight_decay,
            ..Rule::new(Method::Sgd, 0.01)
        };
        let lesson = Lesson {
            line: hidden(6, behind),
            init: Init::He,
            rule,
            steps: 600,
            every: 20,
        };
        let course = lesson.learn(&data)?;
        let (known, unknown) = course.accuracies[30];
        println!(
            "{name:18}    {known:4.2}  {unknown:4.2}  {:4.2}",
            known - unknown
        );
        let mut chart = Chart::new(name, 0.0..600.0, 0.0..1.0)
            .size(300, 280)
            .labels(4, 6)
            .axes("step", "accuracy");
        let steps = (0..).map(|k| 20.0 * f64::from(k));
        let points = course.accuracies.iter().zip(steps);
        let points: Vec<_> = points.map(|(&(a, b), step)| (step, a, b)).collect();
        chart.line(points.iter().map(|&(x, a, _)| (x, a)), Colour::Blue);
        chart.line(points.iter().map(|&(x, _, b)| (x, b)), Colour::Orange);
        chart.label((350.0, 0.3), "training", Colour::Blue);
        chart.label((350.0, 0.2), "test", Colour::Orange);
        charts.push(chart);
        last = Some(course);
    }
    options.save("--svg", || beside(&charts))?;
    if let (Some(course), Some(_)) = (last, options.get("--player")) {
        let page = course.played(&data, "The net after dropout")?;
        options.save("--player", || page)?;
    }
    Ok(())
}

/// The first of the training images, with the test images.
fn few(data: &Dataset) -> Result<Dataset, Box<dyn Error>> {
    let first: Vec<usize> = (0..IMAGES).collect();
    Ok(Dataset::new(
        data.train().choose(&first),
        data.test().clone(),
    )?)
}
