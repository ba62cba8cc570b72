//! `mnist predict`: what a net sees in an image.

use std::fmt;
use std::path::{Path, PathBuf};

use clap::Args;
use digits::Found;
use mnist::dataset::Split;
use mnist::evaluation::probabilities_of;
use mnist::halt::Halt;
use mnist::image_file::{self, ImageError};
use nn::Net;
use serde::Serialize;

use super::failure::Failure;
use super::glyphs::{bar, digit};
use super::options::Data;
use super::output::Output;
use super::weights::{Weights, fits_images, image_size, misfit};

/// The columns of the longest bar, and of the shortest that stands beside an image.
const BAR: (usize, usize) = (24, 8);

/// The columns of a class, its probability, and what is between an image, them and the bar.
const BESIDE: (usize, usize) = (3, 12);

/// Say which digit an image shows
///
/// The image is a PNG or JPEG file of any size, whatever its name: the digit is looked for in it,
/// cut out, scaled and centred as MNIST's digits are. Paper and ink may have any colours. What the
/// net is given is drawn in characters, with the probability of every class. A number is the index
/// of a test image, from 0 on (a file of such a name is ./7).
#[derive(Args, Debug)]
pub struct Options {
    #[command(flatten)]
    weights: Weights,
    #[command(flatten)]
    data: Data,
    /// PNG or JPEG files, or indices into the test set
    #[arg(value_name = "IMAGE", required = true)]
    images: Vec<PathBuf>,
    /// Give the net the image as it is: of the size it takes, light on black
    #[arg(long)]
    as_is: bool,
    /// Print one JSON object a line, for each image, and nothing else
    #[arg(long)]
    json: bool,
}

/// An image and what is known of it.
struct Seen {
    name: String,
    /// In pixels.
    picture: Option<[usize; 2]>,
    found: Option<Found>,
    width: usize,
    bytes: Vec<u8>,
    label: Option<u8>,
}

/// Where the digit is in a picture, in its pixels.
#[derive(Serialize)]
struct Place {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
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
    /// Where the digit was found, if it was looked for.
    place: Option<Place>,
    answer: usize,
    /// The label, if it is known.
    label: Option<u8>,
    /// Of each class.
    probabilities: Vec<f64>,
    /// Width and height of a file's picture.
    #[serde(skip)]
    picture: Option<[usize; 2]>,
    /// The image in characters.
    #[serde(skip)]
    drawn: Vec<String>,
    /// How many columns there are for all of it.
    #[serde(skip)]
    columns: usize,
}

impl Prediction {
    /// The image's name and what there is to say of it.
    fn heading(&self) -> String {
        let mut words = vec![self.image.clone()];
        words.extend(
            self.picture
                .map(|[width, height]| format!("{width}×{height} pixels")),
        );
        words.extend(self.place.as_ref().map(|place| {
            let Place {
                x,
                y,
                width,
                height,
            } = place;
            let ink = match self.inverted {
                true => "dark on light",
                false => "light on dark",
            };
            format!("a digit of {width}×{height} at {x}, {y}, {ink}")
        }));
        words.extend(self.label.map(|label| format!("labelled {label}")));
        words.join(", ")
    }

    /// The image, with the bars beside its middle, or below it where there is no room for them.
    fn lines(&self) -> Vec<String> {
        let drawn = &self.drawn;
        let width = drawn.iter().map(|line| line.chars().count()).max();
        let width = width.unwrap_or(0);
        let (before, beside) = (BESIDE.0, width + BESIDE.0 + BESIDE.1);
        let has_room = self.columns >= beside + BAR.1;
        let taken = if has_room { beside } else { before + BESIDE.1 };
        let longest = self.columns.saturating_sub(taken).min(BAR.0);
        let classes = self.probabilities.iter().enumerate();
        let bars = classes
            .map(|(class, &p)| format!("{:before$}{class:>2}  {p:.4}  {}", "", bar(p, longest)));
        let bars: Vec<String> = bars.collect();
        if !has_room {
            return [&drawn[..], &bars].concat();
        }
        let above = drawn.len().saturating_sub(bars.len()) / 2;
        let rows = 0..drawn.len().max(above + bars.len());
        let row = |row: usize| {
            let image = drawn.get(row).map_or("", String::as_str);
            let bar = row.checked_sub(above).and_then(|class| bars.get(class));
            format!("{image:width$}{}", bar.map_or("", String::as_str))
        };
        rows.map(row).collect()
    }
}

impl fmt::Display for Prediction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.heading())?;
        for line in self.lines() {
            writeln!(f, "{}", line.trim_end())?;
        }
        let (answer, probability) = (self.answer, self.probabilities[self.answer]);
        write!(f, "answer: {answer}, with probability {probability:.4}")
    }
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let path = &options.weights.path;
    let net = options.weights.read()?;
    let mut output = Output::new(options.json);
    // Only an index needs the data set, and only a picture the size of the net's images.
    let (mut dataset, mut data) = (None, None);
    if options.images.iter().any(|image| index(image).is_some()) {
        let (source, loaded) = options.data.load()?;
        fits_images(path, &net, loaded.test())?;
        output.text(format_args!("data: {source}"));
        dataset = Some(loaded);
        data = Some(source.to_string());
    }
    let mut size = None;
    if options.images.iter().any(|image| index(image).is_none()) {
        size = Some(image_size(path, &net)?);
    }
    let mut faults = Vec::new();
    let mut is_first = true;
    for image in &options.images {
        let seen = match (index(image), &dataset, size) {
            (Some(index), Some(dataset), _) => test_image(index, dataset.test()),
            (_, _, size) => picture(image, size.unwrap_or_default(), options.as_is)
                .map_err(|error| error.to_string()),
        };
        match seen {
            Ok(seen) => {
                if !is_first {
                    output.text("");
                }
                is_first = false;
                let is_file = seen.label.is_none();
                let mut prediction = predict(seen, &net, path, output.columns())?;
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

/// The index that an argument is, if it is one.
fn index(image: &Path) -> Option<&str> {
    let text = image.to_str()?;
    let is_index = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_index.then_some(text)
}

/// The image of the test set that an index names.
fn test_image(name: &str, test: &Split) -> Result<Seen, String> {
    let index = name
        .parse()
        .ok()
        .filter(|&index: &usize| index < test.len());
    let index = index.ok_or_else(|| {
        let last = test.len() - 1;
        format!("{name}: no test image has this index, expected one from 0 to {last}")
    })?;
    Ok(Seen {
        name: format!("test image {index}"),
        picture: None,
        found: None,
        width: test.width(),
        bytes: test.image(index).to_vec(),
        label: Some(test.labels()[index]),
    })
}

/// The image in a file, for a net that takes images of this width and height.
fn picture(path: &Path, size: [usize; 2], as_is: bool) -> Result<Seen, ImageError> {
    let picture = image_file::read(path)?;
    let image = match as_is {
        true => image_file::as_is(path, &picture, size),
        false => image_file::prepared(path, &picture, size),
    }?;
    Ok(Seen {
        name: path.display().to_string(),
        picture: Some(image.picture),
        found: image.found,
        width: image.width,
        bytes: image.bytes,
        label: None,
    })
}

fn predict(
    seen: Seen,
    net: &Net<f64>,
    weights: &Path,
    columns: usize,
) -> Result<Prediction, Failure> {
    let probabilities = probabilities_of(net, &seen.bytes).map_err(|halt| match halt {
        Halt::Tape(error) => error.into(),
        halt => misfit(weights, halt.to_string()),
    })?;
    let larger = |best, class| {
        let is_larger = probabilities[class] > probabilities[best];
        if is_larger { class } else { best }
    };
    let place = |found: &Found| {
        let ([x, y], [width, height]) = (found.corner, found.size);
        Place {
            x,
            y,
            width,
            height,
        }
    };
    Ok(Prediction {
        answer: (0..probabilities.len()).fold(0, larger),
        image: seen.name,
        data: None,
        inverted: seen
            .found
            .as_ref()
            .is_some_and(|found| found.is_dark_on_light),
        place: seen.found.as_ref().map(place),
        label: seen.label,
        picture: seen.picture,
        drawn: digit(&seen.bytes, seen.width, columns),
        columns,
        probabilities,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prediction(columns: usize, width: usize) -> Prediction {
        let mut probabilities = vec![0.0; 10];
        probabilities[7] = 1.0;
        Prediction {
            image: "seven.png".to_owned(),
            data: None,
            inverted: false,
            place: None,
            answer: 7,
            label: None,
            probabilities,
            picture: None,
            drawn: digit(&vec![255; width * 28], width, columns),
            columns,
        }
    }

    #[test]
    fn a_prediction_is_no_wider_than_the_terminal() {
        let lines = |columns: usize, width: usize| -> Vec<String> {
            let text = prediction(columns, width).to_string();
            text.lines().map(str::to_owned).collect()
        };
        for (columns, width) in [40, 51, 52, 80, 120]
            .into_iter()
            .flat_map(|c| [(c, 28), (c, 56)])
        {
            let lines = lines(columns, width);
            // The last line is prose.
            for line in &lines[..lines.len() - 1] {
                assert!(
                    line.chars().count() <= columns,
                    "{columns}, {width}: {line}"
                );
            }
            let bars = lines
                .iter()
                .filter(|line| line.contains("  0.0000") || line.contains("1.0"));
            assert_eq!(bars.count(), 10 + 1, "{columns}, {width}: {lines:?}");
        }
        // Below the image where there is no room beside it, and as long as there is room.
        let image = "█".repeat(28);
        let narrow = lines(40, 28);
        assert_eq!(
            (&narrow[1], &narrow[15]),
            (&image, &"    0  0.0000".to_owned())
        );
        assert_eq!(narrow[22], format!("    7  1.0000  {}", "█".repeat(24)));
        let middle = lines(55, 28);
        assert_eq!(
            middle[10],
            format!("{image}    7  1.0000  {}", "█".repeat(12))
        );
        let wide = lines(usize::MAX, 28);
        assert_eq!(
            wide[10],
            format!("{image}    7  1.0000  {}", "█".repeat(24))
        );
    }
}
