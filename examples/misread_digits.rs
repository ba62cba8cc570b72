//! The digits that a trained net reads wrong (the book's section 8.1): what a convolutional net of
//! two blocks takes them for, the most confident mistakes first.
//!
//! `-- --svg FILE` draws them; `--data DIR` takes MNIST in place of digits drawn here.
//!
//! ```text
//! 44 of 500 test images are misread
//! image 474: 4 read as 9, with probability 1.0
//! image 441: 1 read as 2, with probability 1.0
//! image 347: 7 read as 9, with probability 1.0
//! image 349: 9 read as 3, with probability 0.9
//! image  34: 4 read as 7, with probability 0.9
//! image 184: 4 read as 9, with probability 0.9
//! image 254: 4 read as 6, with probability 0.9
//! image 324: 4 read as 9, with probability 0.9
//! ```

use drawing::{Chart, Colour, Lesson, options, rows};
use mnist::dataset::{Source, Split};
use mnist::digits;
use mnist::evaluation::Evaluation;
use nn::{Init, Method, Rule};
use std::error::Error;

/// How many are shown.
const SHOWN: usize = 8;

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(
        include_str!("misread_digits.rs"),
        &["--svg", "--player", "--data"],
    )?
    else {
        return Ok(());
    };
    let data = match options.get("--data") {
        None => digits::dataset(1_000, 500, digits::SEED),
        Some(directory) => Source::Directory(directory.into()).load()?,
    };
    let lesson = Lesson {
        line: "conv 8 3x3 pad 1, relu, pool 2x2, conv 16 3x3 pad 1, relu, pool 2x2, \
               affine 50, relu, affine 10"
            .to_owned(),
        init: Init::He,
        rule: Rule::new(Method::from_name("adam").ok_or("no Adam")?, 0.002),
        steps: 60,
        every: 0,
    };
    let course = lesson.learn(&data)?;
    let test = data.test();
    let answers = Evaluation::default().answers(&course.nets[1], test)?;
    let label = |k: usize| usize::from(test.labels()[k]);
    let mut wrong: Vec<usize> = (0..test.len())
        .filter(|&k| answers[k].class != label(k))
        .collect();
    wrong.sort_by(|&a, &b| answers[b].probability.total_cmp(&answers[a].probability));
    println!("{} of {} test images are misread", wrong.len(), test.len());
    let mut charts = Vec::new();
    for &k in wrong.iter().take(SHOWN) {
        let answer = answers[k];
        let words = format!("{} read as {}", label(k), answer.class);
        println!(
            "image {k:3}: {words}, with probability {:.1}",
            answer.probability
        );
        charts.push(chart(&words, test, k));
    }
    options.save("--svg", || rows(&charts, 4))?;
    if options.get("--player").is_some() {
        let page = course.played(&data, "The net that misreads")?;
        options.save("--player", || page)?;
    }
    Ok(())
}

/// An image, its ink in squares.
fn chart(title: &str, test: &Split, index: usize) -> Chart {
    let (height, width) = (test.height(), test.width());
    let mut chart = Chart::new(title, 0.0..width as f64, height as f64..0.0)
        .size(200, 190)
        .labels(0, 0);
    for (pixel, &level) in test.image(index).iter().enumerate() {
        // The faint noise around the strokes would only make the file larger.
        if level > 40 {
            let corner = ((pixel % width) as f64, (pixel / width) as f64);
            chart.square(
                corner,
                Colour::Blue,
                (f64::from(level) / 255.0 * 20.0).round() / 20.0,
            );
        }
    }
    chart
}
