//! `mnist predict`: what a net sees in an image.

use std::fmt::{self, Write};
use std::path::Path;

use clap::Args;
use mnist::dataset::Dataset;
use mnist::evaluation::probabilities_of;
use mnist::halt::Halt;
use mnist::image_file;
use nn::Net;
use serde::Serialize;

use super::Failure;
use super::glyphs::{bar, digit};
use super::options::Data;
use super::output::Output;
use super::weights::{Weights, fits_images, misfit};

/// The columns of the longest bar.
const BAR: usize = 24;

/// Say which digit an image shows
///
/// Each image is drawn in characters, with the probability of every class. A PNG file must have as many pixels as the
/// net takes, 28×28 for MNIST; nothing is scaled. It may be grey or in colour; what is transparent counts as white,
/// and an image with a light rim is taken for dark on light and inverted. A number is the index of a test image, from 0
/// on (a file of such a name is ./7).
#[derive(Args, Debug)]
pub struct Options {
    #[command(flatten)]
    weights: Weights,
    #[command(flatten)]
    data: Data,
    /// PNG files, or indices into the test set
    #[arg(value_name = "IMAGE", required = true)]
    images: Vec<String>,
    /// Print one JSON object a line, for each image, and nothing else
    #[arg(long)]
    json: bool,
}

/// An image and what is known of it.
struct Seen {
    name: String,
    inverted: bool,
    width: usize,
    bytes: Vec<u8>,
    label: Option<u8>,
}

/// What the net says of an image.
#[derive(Serialize)]
#[serde(tag = "event", rename = "predict")]
struct Prediction {
    image: String,
    /// Where a test image comes from.
    data: Option<String>,
    /// Whether it was dark on light.
    inverted: bool,
    answer: usize,
    /// The label, if it is known.
    label: Option<u8>,
    /// Of each class.
    probabilities: Vec<f64>,
    /// The image in characters.
    #[serde(skip)]
    drawn: Vec<String>,
}

impl fmt::Display for Prediction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Prediction {
            image,
            inverted,
            answer,
            label,
            probabilities,
            drawn,
            ..
        } = self;
        let inverted = if *inverted { ", dark on light" } else { "" };
        let labelled = label.map_or(String::new(), |label| format!(", labelled {label}"));
        writeln!(f, "{image}{inverted}{labelled}")?;
        let width = drawn.iter().map(|line| line.chars().count()).max();
        let width = width.unwrap_or(0);
        // The bars stand beside the middle of the image.
        let before = drawn.len().saturating_sub(probabilities.len()) / 2;
        for row in 0..drawn.len().max(before + probabilities.len()) {
            let mut line = format!("{:width$}", drawn.get(row).map_or("", String::as_str));
            if let Some((class, &p)) = row
                .checked_sub(before)
                .and_then(|class| Some((class, probabilities.get(class)?)))
            {
                write!(line, "   {class:>2}  {p:.4}  {}", bar(p, BAR))?;
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        write!(
            f,
            "answer: {answer}, with probability {:.4}",
            probabilities[*answer]
        )
    }
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let net = options.weights.read()?;
    let mut output = Output::new(options.json);
    // Only an index needs the data set.
    let (mut dataset, mut data) = (None, None);
    if options.images.iter().any(|image| is_index(image)) {
        let (source, loaded) = options.data.load()?;
        fits_images(&options.weights.path, &net, loaded.test())?;
        output.text(format_args!("data: {source}"));
        dataset = Some(loaded);
        data = Some(source.to_string());
    }
    let mut faults = Vec::new();
    for (k, image) in options.images.iter().enumerate() {
        match seen(image, &net, dataset.as_ref()) {
            Ok(seen) => {
                if k > 0 {
                    output.text("");
                }
                let is_file = seen.label.is_none();
                let mut prediction = predict(seen, &net, &options.weights.path)?;
                prediction.data = data.clone().filter(|_| !is_file);
                output.event(&prediction);
            }
            Err(fault) => faults.push(fault),
        }
    }
    output.finish()?;
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Failure::Images(faults)),
    }
}

fn is_index(image: &str) -> bool {
    !image.is_empty() && image.bytes().all(|byte| byte.is_ascii_digit())
}

/// The image that an argument names.
fn seen(image: &str, net: &Net<f64>, dataset: Option<&Dataset>) -> Result<Seen, String> {
    let Some(dataset) = dataset.filter(|_| is_index(image)) else {
        let read = image_file::read(Path::new(image), net.inputs());
        let read = read.map_err(|error| error.to_string())?;
        return Ok(Seen {
            name: image.to_owned(),
            inverted: read.is_inverted,
            width: read.width,
            bytes: read.bytes,
            label: None,
        });
    };
    let test = dataset.test();
    let index = image
        .parse()
        .ok()
        .filter(|&index: &usize| index < test.len());
    let index = index.ok_or_else(|| {
        let last = test.len() - 1;
        format!("{image}: no test image has this index, expected one from 0 to {last}")
    })?;
    Ok(Seen {
        name: format!("test image {index}"),
        inverted: false,
        width: test.width(),
        bytes: test.image(index).to_vec(),
        label: Some(test.labels()[index]),
    })
}

fn predict(seen: Seen, net: &Net<f64>, weights: &Path) -> Result<Prediction, Failure> {
    let probabilities = probabilities_of(net, &seen.bytes).map_err(|halt| match halt {
        Halt::Tape(error) => error.into(),
        halt => misfit(weights, halt.to_string()),
    })?;
    let larger = |best, class| {
        let is_larger = probabilities[class] > probabilities[best];
        if is_larger { class } else { best }
    };
    Ok(Prediction {
        answer: (0..probabilities.len()).fold(0, larger),
        image: seen.name,
        data: None,
        inverted: seen.inverted,
        label: seen.label,
        drawn: digit(&seen.bytes, seen.width),
        probabilities,
    })
}
