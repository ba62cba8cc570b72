//! `mnist eval`: the test accuracy of saved weights.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use mnist::Float;
use mnist::dataset::Dataset;
use mnist::evaluation::{Evaluation, Score};
use mnist::halt::Halt;
use nn::Net;
use serde::Serialize;

use super::Failure;
use super::options::{Data, dashes};
use super::output::Output;

/// Measure the test accuracy of saved weights
#[derive(Args, Debug)]
pub struct Options {
    /// Weights saved by training: a safetensors file with tensors W1 b1 W2 b2 …
    #[arg(long, value_name = "FILE")]
    weights: PathBuf,
    #[command(flatten)]
    data: Data,
    /// Print one line of JSON and nothing else
    #[arg(long)]
    json: bool,
}

/// What was measured.
#[derive(Serialize)]
#[serde(tag = "event", rename = "eval")]
struct Evaluated {
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
    let path = &options.weights;
    let mut output = Output::new(options.json);
    let bytes = fs::read(path).map_err(|error| Failure::Read {
        path: path.clone(),
        error,
    })?;
    let net = Net::<f64>::from_safetensors(&bytes);
    let net = net.map_err(|error| Failure::Weights {
        path: path.clone(),
        error,
    })?;
    let source = options.data.source();
    let dataset = source.load()?;
    output.text(format_args!("data: {source}"));
    fits(path, &net, &dataset)?;
    output.text(format_args!(
        "net: {}, {}",
        dashes(&net.sizes()),
        net.activation().name()
    ));

    // Weights that are numbers of f32 were trained in them, and are judged in them too.
    let single: Net<f32> = net.convert();
    let score = if single.convert::<f64>() == net {
        score(path, &single, &dataset)
    } else {
        score(path, &net, &dataset)
    }?;
    output.event(&Evaluated {
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
    let test = dataset.test();
    let (inputs, classes) = (net.inputs(), net.classes());
    if inputs != test.pixels() {
        let (height, width) = (test.height(), test.width());
        let size = format!("{height}×{width} images, which take {}", test.pixels());
        return Err(misfit(
            path,
            format!("a net of {inputs} inputs, found {size}"),
        ));
    }
    if classes < dataset.classes() {
        let largest = dataset.classes() - 1;
        let found = format!("found labels up to {largest}, which take {}", largest + 1);
        return Err(misfit(path, format!("a net of {classes} classes, {found}")));
    }
    Ok(())
}

fn misfit(path: &Path, problem: String) -> Failure {
    Failure::Misfit {
        path: path.to_owned(),
        problem,
    }
}
