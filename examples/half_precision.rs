//! How many digits a trained net needs (the book's section 8.3.4): its weights rounded to fewer and
//! fewer binary digits, and judged again.
//!
//! `F16`, half precision, has ten digits behind the first, `BF16` seven. Neither misreads more;
//! even with the first digit alone, nearly all is still read. Here the weights are rounded, as they
//! are where they are stored so; the net computes with the kind of numbers that it always had.
//! `-- --svg FILE` draws the accuracy by the number of digits; `--data DIR` takes MNIST in place of
//! digits drawn here.
//!
//! ```text
//! digits behind the first  test accuracy
//!                 52 F64            0.92
//!                 23 F32            0.92
//!                 10 F16            0.92
//!                  7 BF16           0.92
//!                  4                0.92
//!                  3                0.92
//!                  2                0.92
//!                  1                0.91
//!                  0                0.90
//! ```

use drawing::{Chart, Colour, Lesson, hidden, options};
use mnist::dataset::Source;
use mnist::digits;
use mnist::evaluation::Evaluation;
use nn::{Init, Method, Net, Rule};
use std::error::Error;

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(
        include_str!("half_precision.rs"),
        &["--svg", "--player", "--data"],
    )?
    else {
        return Ok(());
    };
    let data = match options.get("--data") {
        None => digits::dataset(2_000, 1_000, digits::SEED),
        Some(directory) => Source::Directory(directory.into()).load()?,
    };
    let lesson = Lesson {
        line: hidden(2, "relu"),
        init: Init::He,
        rule: Rule::new(Method::from_name("adam").ok_or("no Adam")?, 0.001),
        steps: 300,
        every: 0,
    };
    let course = lesson.learn(&data)?;
    let net = &course.nets[1];
    let mut evaluation = Evaluation::default();
    let mut curve = Vec::new();
    println!("digits behind the first  test accuracy");
    for (digits, name) in [
        (52, "F64"),
        (23, "F32"),
        (10, "F16"),
        (7, "BF16"),
        (4, ""),
        (3, ""),
        (2, ""),
        (1, ""),
        (0, ""),
    ] {
        let accuracy = evaluation
            .score(&rounded(net, digits), data.test())?
            .accuracy;
        println!("{digits:18} {name:4}  {accuracy:13.2}");
        if digits <= 10 {
            curve.push((f64::from(digits), accuracy));
        }
    }
    let mut chart = Chart::new("Accuracy by the digits of the weights", 0.0..10.0, 0.0..1.0);
    chart = chart.axes("binary digits behind the first", "test accuracy");
    for &at in &curve {
        chart.dot(at, Colour::Blue);
    }
    chart.line(curve, Colour::Blue);
    options.save("--svg", || chart.svg())?;
    if options.get("--player").is_some() {
        let page = course.played(&data, "The net that is rounded")?;
        options.save("--player", || page)?;
    }
    Ok(())
}

/// The net with weights of so many binary digits behind the first, the nearest there are.
fn rounded(net: &Net<f64>, digits: i32) -> Net<f64> {
    let mut rounded = net.clone();
    for (at, (_, value)) in net.parameters().enumerate() {
        let round = |x: f64| {
            let unit = f64::powi(2.0, x.abs().log2().floor() as i32 - digits);
            if x == 0.0 {
                x
            } else {
                (x / unit).round_ties_even() * unit
            }
        };
        rounded.set_parameter(at, value.map(round));
    }
    rounded
}
