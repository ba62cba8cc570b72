//! Weights named on the command line.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use mnist::dataset::Split;
use nn::Net;

use super::Failure;

/// The file of the weights.
#[derive(Args, Clone, Debug)]
pub struct Weights {
    /// Weights saved by training: a safetensors file with tensors W1 b1 W2 b2 …
    #[arg(long = "weights", value_name = "FILE")]
    pub path: PathBuf,
}

impl Weights {
    /// The net in the file.
    pub fn read(&self) -> Result<Net<f64>, Failure> {
        let path = self.path.clone();
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) => return Err(Failure::Read { path, error }),
        };
        Net::from_safetensors(&bytes).map_err(|error| Failure::Weights { path, error })
    }
}

/// Says why the net cannot look at these images, if so.
pub fn fits_images(path: &Path, net: &Net<f64>, split: &Split) -> Result<(), Failure> {
    let inputs = net.inputs();
    if inputs != split.pixels() {
        let (height, width) = (split.height(), split.width());
        let size = format!("{height}×{width} images, which take {}", split.pixels());
        return Err(misfit(
            path,
            format!("a net of {inputs} inputs, found {size}"),
        ));
    }
    Ok(())
}

/// What is wrong with the net of a file.
pub fn misfit(path: &Path, problem: String) -> Failure {
    Failure::Misfit {
        path: path.to_owned(),
        problem,
    }
}
