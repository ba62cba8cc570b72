//! What can be wrong with weights, in words.

use crate::line::LineError;
use safetensors::tensor::Metadata;
use safetensors::{Dtype, SafeTensorError};
use std::fmt;
use thiserror::Error;

/// The tensors of a net, in the words of an error.
const NET: &str =
    "W1 [inputs, outputs], b1 [outputs], W2 [outputs of layer 1, outputs], b2 and so on";

/// Why bytes are no net.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// Not the safetensors format.
    #[error("not a safetensors file: {0}")]
    Format(#[from] SafeTensorError),
    /// The end is missing.
    #[error("the file is cut off: found {found} of {}{expected} bytes", if *.is_least { "at \
        least " } else { "" })]
    CutOff {
        /// How many bytes there are.
        found: usize,
        /// How many the header asks for.
        expected: usize,
        /// Whether the header itself is cut off, and there is no telling what it asks for.
        is_least: bool,
    },
    /// Something follows the last tensor.
    #[error(
        "bytes follow the last tensor: found {found}, expected the file to end after {expected}"
    )]
    Longer {
        /// How many bytes there are.
        found: usize,
        /// How many the header asks for.
        expected: usize,
    },
    /// The metadata lack the activation, or it is unknown.
    #[error(
        "the metadata's `activation` is {found}, expected `relu`, `sigmoid` or `tanh`: the \
         function between the layers is not in the tensors, save it with them (in Python, \
         `save_file(tensors, path, metadata={{\"activation\": \"relu\"}})`)"
    )]
    Activation {
        /// What the metadata say.
        found: String,
    },
    /// The metadata's line is no net.
    #[error("the metadata's `layers`: {0}")]
    Line(#[from] LineError),
    /// The metadata lack the number of inputs.
    #[error(
        "the metadata's `inputs` is {found}, expected how many numbers an example has, or \
         `channels`, `height` and `width` of an image"
    )]
    Inputs {
        /// What the metadata say.
        found: String,
    },
    /// A tensor that a net of this line does not have.
    #[error("tensor `{name}` has no place in the net `{line}`: expected {expected}")]
    Beside {
        /// The tensor's name.
        name: String,
        /// The net.
        line: String,
        /// The names of its tensors.
        expected: String,
    },
    /// The metadata describe another image than the net takes.
    #[error(
        "the metadata describe an image of {found} (channels×height×width), \
         but the net has {}",
        .inputs.map_or("other inputs".to_string(), |inputs| format!("{inputs} inputs"))
    )]
    Image {
        /// What the metadata say.
        found: String,
        /// How many numbers an example has.
        inputs: Option<usize>,
    },
    /// A tensor that a net needs is not there.
    #[error("there is no tensor `{name}`: found {}; expected {NET}{}", list(.found), hint(.found))]
    Missing {
        /// The tensor's name.
        name: String,
        /// The tensors that are there.
        found: Vec<Named>,
    },
    /// A tensor that no net has.
    #[error(
        "tensor `{name}` has no place in a net of {layers} layers: found {}; expected {NET}{}",
        list(.found), hint(.found)
    )]
    Unexpected {
        /// The tensor's name.
        name: String,
        /// The layers found.
        layers: usize,
        /// The tensors that are there.
        found: Vec<Named>,
    },
    /// A tensor of another shape than its neighbours ask for.
    #[error("tensor `{name}` has shape {found:?}, expected {expected}")]
    Shape {
        /// The tensor's name.
        name: String,
        /// Its shape.
        found: Vec<usize>,
        /// The shape that fits.
        expected: String,
    },
    /// A tensor of numbers that are not floats.
    #[error("tensor `{name}` holds {found:?}, expected F16, BF16, F32 or F64")]
    Type {
        /// The tensor's name.
        name: String,
        /// Its type.
        found: Dtype,
    },
}

/// The name and the shape of a tensor that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The tensor's name.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
}

impl Named {
    /// All tensors of a file, by name.
    pub(super) fn all(metadata: &Metadata) -> Vec<Self> {
        let tensors = metadata.tensors().into_iter();
        let mut all: Vec<Named> = tensors
            .map(|(name, info)| Named {
                name,
                shape: info.shape.clone(),
            })
            .collect();
        all.sort();
        all
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.name, self.shape)
    }
}

/// The tensors, as many as a line holds.
fn list(tensors: &[Named]) -> String {
    const MOST: usize = 12;
    let first = tensors.iter().take(MOST).map(Named::to_string);
    let mut words: Vec<String> = first.collect();
    if words.is_empty() {
        words.push("none".to_string());
    } else if tensors.len() > MOST {
        words.push(format!("{} more", tensors.len() - MOST));
    }
    words.join(", ")
}

/// What to do about the names that PyTorch gives.
fn hint(tensors: &[Named]) -> String {
    let stem = |named: &Named| named.name.strip_suffix(".weight").map(str::to_string);
    let Some(stem) = tensors.iter().find_map(stem) else {
        return String::new();
    };
    format!(
        " (PyTorch keeps the transpose: save {stem}.weight.T.contiguous() as W1, {stem}.bias as \
         b1, \
         and so on)"
    )
}
