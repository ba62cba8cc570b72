//! `mnist eval`: the test accuracy of saved weights.

use std::fmt;
use std::path::Path;

use clap::Args;
use mnist::Float;
use mnist::dataset::Dataset;
use mnist::evaluation::{Evaluation, Score};
use mnist::halt::Halt;
use nn::Net;
use serde::Serialize;

use super::failure::Failure;
use super::options::{Computing, Data};
use super::output::Output;
use super::sizes::net_words;
use super::weights::{Weights, fits_images, misfit};

/// Measure the test accuracy of saved weights
#[derive(Args, Debug)]
pub struct Options {
    #[command(flatten)]
    weights: Weights,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    computing: Computing,
    /// Print one line of JSON and nothing else
    #[arg(long)]
    json: bool,
}

/// What was measured.
#[derive(Serialize)]
#[serde(tag = "event", rename = "eval")]
struct Evaluated {
    /// Where the images come from.
    data: String,
    test_accuracy: f64,
    images: usize,
}

impl fmt::Display for Evaluated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "test accuracy {:.4} of {} images",
            self.test_accuracy, self.images
        )
    }
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let path = &options.weights.path;
    let mut output = Output::new(options.json);
    let net = options.weights.read()?;
    let (source, dataset) = options.data.load()?;
    output.text(format_args!("data: {source}"));
    fits(path, &net, &dataset)?;
    output.text(format_args!("net: {}", net_words(&net)));

    // Weights that are numbers of f32 were trained in them, and are judged in them too.
    let single: Net<f32> = net.convert();
    let score = options.computing.start()?.run(|| {
        if single.convert::<f64>() == net {
            score(path, &single, &dataset)
        } else {
            score(path, &net, &dataset)
        }
    })?;
    output.event(&Evaluated {
        data: source.to_string(),
        test_accuracy: score.accuracy,
        images: dataset.test().len(),
    });
    output.finish()
}

fn score<T: Float>(path: &Path, net: &Net<T>, dataset: &Dataset) -> Result<Score, Failure> {
    let score = Evaluation::default().score(net, dataset.test());
    score.map_err(|halt| match halt {
        Halt::Tape(error) => error.into(),
        halt => misfit(path, halt.to_string()),
    })
}

/// Says why the net cannot judge these images, if so.
fn fits(path: &Path, net: &Net<f64>, dataset: &Dataset) -> Result<(), Failure> {
    fits_images(path, net, dataset.test())?;
    let classes = net.classes();
    if classes < dataset.classes() {
        let largest = dataset.classes() - 1;
        let found = format!("found labels up to {largest}, which take {}", largest + 1);
        return Err(misfit(path, format!("a net of {classes} classes, {found}")));
    }
    Ok(())
}
