//! Weights named on the command line.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use mnist::dataset::Split;
use nn::Net;

use super::failure::Failure;

/// The file of the weights.
#[derive(Args, Clone, Debug)]
pub struct Weights {
    /// Weights saved by training: a safetensors file with tensors W1 b1 W2 b2 …
    #[arg(long = "weights", value_name = "FILE")]
    pub path: PathBuf,
}

impl Weights {
    /// The net in the file, of finite numbers.
    pub fn read(&self) -> Result<Net<f64>, Failure> {
        let path = self.path.clone();
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) => return Err(Failure::Read { path, error }),
        };
        let net = match Net::from_safetensors(&bytes) {
            Ok(net) => net,
            Err(error) => return Err(Failure::Weights { path, error }),
        };
        match not_finite(&net) {
            Some(number) => Err(misfit(
                &path,
                format!(
                    "{number}, expected finite numbers: the run that saved it had lost its way"
                ),
            )),
            None => Ok(net),
        }
    }
}

/// The first parameter that is infinite or not a number, and where it is.
fn not_finite(net: &Net<f64>) -> Option<String> {
    net.parameters().find_map(|(name, value)| {
        let rows = value.nrows();
        let at = value.iter().position(|x| !x.is_finite())?;
        let (row, column, number) = (at % rows, at / rows, value[at]);
        Some(match name.starts_with('W') {
            true => format!("{name}[{row}, {column}] is {number}"),
            false => format!("{name}[{column}] is {number}"),
        })
    })
}

/// Says why the net cannot look at these images, if so.
pub fn fits_images(path: &Path, net: &Net<f64>, split: &Split) -> Result<(), Failure> {
    let inputs = net.inputs();
    let (height, width) = (split.height(), split.width());
    if inputs != split.pixels() {
        let size = format!("{height}×{width} images, which take {}", split.pixels());
        return Err(misfit(
            path,
            format!("a net of {inputs} inputs, found {size}"),
        ));
    }
    match net.images() {
        Some(shape) if (shape.height, shape.width) != (height, width) => Err(misfit(
            path,
            format!(
                "a net for {}×{} images, found {height}×{width} ones (height×width)",
                shape.height, shape.width
            ),
        )),
        _ => Ok(()),
    }
}

/// Width and height of the images that the net of a file looks at; a square of a net that does not
/// say.
pub fn image_size(path: &Path, net: &Net<f64>) -> Result<[usize; 2], Failure> {
    let inputs = net.inputs();
    let side = inputs.isqrt();
    match net.images() {
        Some(shape) if shape.channels == 1 => Ok([shape.width, shape.height]),
        Some(shape) => Err(misfit(
            path,
            format!(
                "a net for images of {} channels, expected 1",
                shape.channels
            ),
        )),
        None if side * side == inputs => Ok([side, side]),
        None => Err(misfit(
            path,
            format!(
                "a net of {inputs} inputs whose metadata do not say how high and wide its images \
                 are, \
                 expected `channels`, `height` and `width` there, as training writes them"
            ),
        )),
    }
}

/// What is wrong with the net of a file.
pub fn misfit(path: &Path, problem: String) -> Failure {
    Failure::Misfit {
        path: path.to_owned(),
        problem,
    }
}
