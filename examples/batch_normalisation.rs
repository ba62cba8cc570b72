//! A net with batch normalisation and without, from first weights of eight deviations (the book's
//! section 6.3.2): 500 images, twenty times five steps of SGD at a learning rate of 0.01.
//!
//! With it, the net learns from nearly all of them; without it, from few. `-- --svg FILE` draws the
//! accuracies on the images learned from; `--data DIR` takes MNIST's first 500 images in place of
//! digits drawn here.
//!
//! ```text
//! deviation of the weights  with  without batch normalisation
//!                   1.0000  0.19  0.10
//!                   0.2683  0.36  0.95
//!                   0.0720  0.78  0.11
//!                   0.0193  0.97  0.10
//!                   0.0052  1.00  0.10
//!                   0.0014  1.00  0.10
//!                   0.0004  0.64  0.10
//!                   0.0001  0.10  0.10
//! ```

use drawing::{Chart, Colour, Lesson, hidden, options, rows};
use mnist::dataset::{Dataset, Source};
use mnist::digits;
use nn::{Init, Method, Rule};
use std::error::Error;

/// The images that are learned from.
const IMAGES: usize = 500;

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(
        include_str!("batch_normalisation.rs"),
        &["--svg", "--player", "--data"],
    )?
    else {
        return Ok(());
    };
    let data = match options.get("--data") {
        None => digits::dataset(IMAGES, 100, digits::SEED),
        Some(directory) => few(&Source::Directory(directory.into()).load()?)?,
    };
    println!("deviation of the weights  with  without batch normalisation");
    let mut charts = Vec::new();
    let mut last = None;
    for k in 0..8 {
        let deviation = f64::powf(10.0, -4.0 * f64::from(k) / 7.0);
        let title = format!("{deviation:.4}");
        let mut chart = Chart::new(&title, 0.0..20.0, 0.0..1.0)
            .size(240, 220)
            .labels(4, 5);
        let mut reached = String::new();
        for (behind, colour) in [("batch-norm, relu", Colour::Blue), ("relu", Colour::Orange)] {
            let lesson = Lesson {
                line: hidden(4, behind),
                init: Init::Normal(deviation),
                rule: Rule::new(Method::Sgd, 0.01),
                steps: 100,
                every: 5,
            };
            // Weights of deviation 1 are so large that the loss overflows without normalisation.
            let Ok(course) = lesson.learn(&data) else {
                reached += "     –";
                continue;
            };
            let points = course.accuracies.iter().enumerate();
            chart.line(points.map(|(k, known)| (k as f64, known.0)), colour);
            reached += &format!("  {:4.2}", course.accuracies[20].0);
            last = Some(course);
        }
        println!("{title:>24}{reached}");
        charts.push(chart);
    }
    options.save("--svg", || rows(&charts, 4))?;
    if let (Some(course), Some(_)) = (last, options.get("--player")) {
        let page = course.played(&data, "The net without normalisation")?;
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
