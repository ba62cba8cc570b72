//! Weights as safetensors: bytes in, bytes out; reading and writing files is others' work.
//!
//! A file holds tensors `W1 b1 W2 b2 …`, `Wi` of shape [inputs, outputs], `bi` of shape [outputs],
//! row-major, `F32` or `F64`, and metadata: `activation`, and for a net that looks at images their
//! `channels`, `height` and `width`. NumPy's and PyTorch's readers of the format read them as they
//! are. Numbers of half the precision, `F16` and `BF16`, are read too.

use crate::images::ImageShape;
use crate::kinds::Kind;
use crate::layer::{First, Layer, Parameter, Signal};
use crate::line::Line;
use crate::net::{AffineParameters, Net};
use nalgebra::{DMatrix, RowDVector};
use safetensors::tensor::{Metadata, TensorInfo};
use safetensors::{Dtype, SafeTensorError};
use std::collections::HashMap;
use tape::Scalar;

mod error;
mod file;

pub use error::{Named, WeightsError};
use file::{File, IMAGE};

/// Numbers that a weights file can hold.
pub trait Stored: Scalar {
    /// The type's name in the format.
    const DTYPE: Dtype;
    /// Appends the number's little-endian bytes.
    fn write(self, bytes: &mut Vec<u8>);
}

impl Stored for f32 {
    const DTYPE: Dtype = Dtype::F32;
    fn write(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_le_bytes());
    }
}

impl Stored for f64 {
    const DTYPE: Dtype = Dtype::F64;
    fn write(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_le_bytes());
    }
}

impl<T: Stored> Net<T> {
    /// The net as the bytes of a safetensors file.
    ///
    /// # Errors
    /// None in practice: every net can be written.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, WeightsError> {
        self.write(Names::Own)
    }

    /// The net as the bytes of a safetensors file with the names and the layout of PyTorch and
    /// candle: [`from_torch`](Net::from_torch) reads it.
    ///
    /// # Errors
    /// None in practice: every net can be written.
    pub fn to_torch(&self) -> Result<Vec<u8>, WeightsError> {
        self.write(Names::Torch)
    }

    fn write(&self, names: Names) -> Result<Vec<u8>, WeightsError> {
        let mut tensors = Vec::new();
        for (place, value) in places(self, names).into_iter().zip(self.matrices()) {
            let bytes = match place.by_columns {
                true => row_major_bytes(value.as_slice()),
                // Row-major is the column-major order of the transpose.
                false => row_major_bytes(value.transpose().as_slice()),
            };
            tensors.push((place.name, place.shape, bytes));
        }
        // By name, as the format's own writer has them.
        tensors.sort();
        let (mut infos, mut data) = (Vec::new(), Vec::new());
        for (name, shape, bytes) in tensors {
            let start = data.len();
            data.extend(bytes);
            let info = TensorInfo {
                dtype: T::DTYPE,
                shape,
                data_offsets: (start, data.len()),
            };
            infos.push((name, info));
        }
        let metadata = Metadata::new(Some(self.metadata()), infos)?;
        // A JSON value is in the order of its keys; the map of the metadata is in another with
        // every run.
        let header = serde_json::to_value(&metadata).map_err(SafeTensorError::from)?;
        let mut header = header.to_string().into_bytes();
        header.resize(header.len().next_multiple_of(8), b' ');
        let length = (header.len() as u64).to_le_bytes();
        Ok([&length, &header[..], &data].concat())
    }

    /// What is said of the tensors.
    fn metadata(&self) -> HashMap<String, String> {
        // What a net of affine layers is, its tensors say, but for the function between them.
        let layers = match self.activation() {
            Some(activation) => ("activation", activation.name().to_string()),
            None => ("layers", self.line().to_string()),
        };
        let inputs = match (self.activation(), self.images()) {
            (None, None) => Some(("inputs", self.inputs().to_string())),
            _ => None,
        };
        let image = self.images().into_iter().flat_map(|shape| {
            let ImageShape {
                channels,
                height,
                width,
            } = shape;
            let sizes = [channels, height, width].map(|size| size.to_string());
            IMAGE.into_iter().zip(sizes)
        });
        let all = [layers].into_iter().chain(inputs).chain(image);
        all.map(|(key, value)| (key.to_string(), value)).collect()
    }
}

fn row_major_bytes<T: Stored>(values: &[T]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(size_of_val(values));
    for &value in values {
        value.write(&mut bytes);
    }
    bytes
}

impl<T: Scalar> Net<T> {
    /// The net in the bytes of a safetensors file, converted to this net's numbers.
    ///
    /// Whatever the bytes are, this returns. What it allocates is bounded by what is there: five
    /// times the tensors' bytes (`F32` read as `f64`) and fifty times the header's, which is
    /// refused beyond a mebibyte, the header of some 7,000 layers.
    ///
    /// # Errors
    /// [`WeightsError`] says what was found and what was expected.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, WeightsError> {
        let file = File::open(bytes)?;
        if let Some(line) = file.said("layers") {
            let line: Line = line.parse()?;
            let input = match file.images(None)? {
                Some(shape) => Signal::Image(shape),
                None => Signal::Numbers(file.inputs()?),
            };
            return read_line(&file, input, line, Names::Own);
        }
        let mut layers: Vec<AffineParameters<T>> = Vec::new();
        while layers.is_empty() || file.has(&format!("W{}", layers.len() + 1)) {
            let inputs = layers.last().map(|layer| layer.bias.len());
            layers.push(read_layer(&file, layers.len() + 1, inputs)?);
        }
        file.nothing_beside(layers.len())?;
        let net = Net::new(layers, file.activation()?);
        let images = file.images(Some(net.inputs()))?;
        Ok(match images {
            Some(shape) => net.for_images(shape),
            None => net,
        })
    }

    /// The net of a line in the bytes of a safetensors file of PyTorch or candle: `fc1.weight`
    /// [outputs, inputs], `fc1.bias`, `conv1.weight` [filters, channels, height, width],
    /// `conv1.bias`, `bn1.weight`, `bn1.bias`, `bn1.running_mean`, `bn1.running_var`, each kind
    /// counted from 1.
    ///
    /// # Errors
    /// [`WeightsError`] says what was found and what was expected.
    pub fn from_torch(bytes: &[u8], input: Signal, line: Line) -> Result<Self, WeightsError> {
        read_line(&File::open(bytes)?, input, line, Names::Torch)
    }
}

/// Whose names and layout the tensors of a file have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    Own,
    Torch,
}

/// Where a parameter stands in a file.
struct At {
    name: String,
    shape: Vec<usize>,
    /// Whether its numbers lie column by column of our matrix, not row by row.
    by_columns: bool,
}

/// Where the parameters of a net stand.
fn places<T: Scalar>(net: &Net<T>, names: Names) -> Vec<At> {
    let named = net.named();
    let layers = net.line().layers().iter().zip(net.signals());
    let of_layers = layers.flat_map(|(layer, &signal)| {
        let count = layer.parameters(signal).len();
        std::iter::repeat_n((*layer, signal), count)
    });
    // Ours count both kinds of weights together, PyTorch's each by itself.
    let mut counts = [("conv", 0), ("fc", 0), ("bn", 0)];
    let mut place =
        |((name, parameter), (layer, signal)): ((String, Parameter), (Kind, Signal))| {
            let mut at = place_of(&layer, signal, name, &parameter);
            if names == Names::Torch {
                let kind = match layer {
                    Kind::Conv(_) => 0,
                    Kind::Affine(_) => 1,
                    _ => 2,
                };
                counts[kind].1 += usize::from(matches!(parameter.name, "W" | "gamma"));
                let last = match parameter.name {
                    "W" | "gamma" => "weight",
                    "b" | "beta" => "bias",
                    "mean" => "running_mean",
                    _ => "running_var",
                };
                at.name = format!("{}{}.{last}", counts[kind].0, counts[kind].1);
                if at.shape.len() == 2 {
                    at.shape.reverse();
                    at.by_columns = true;
                }
            }
            at
        };
    named.into_iter().zip(of_layers).map(&mut place).collect()
}

/// Where a parameter of a layer stands by our own names.
fn place_of(layer: &Kind, signal: Signal, name: String, parameter: &Parameter) -> At {
    let (rows, cols) = (parameter.shape.rows, parameter.shape.cols);
    let (shape, by_columns) = match (layer, signal) {
        (Kind::Conv(conv), Signal::Image(image)) if parameter.first == First::Weights => {
            let window = conv.window;
            (
                vec![cols, image.channels, window.height, window.width],
                true,
            )
        }
        _ if parameter.first == First::Weights => (vec![rows, cols], false),
        _ => (vec![cols], true),
    };
    At {
        name,
        shape,
        by_columns,
    }
}

/// The net of a line.
fn read_line<T: Scalar>(
    file: &File<'_>,
    input: Signal,
    line: Line,
    names: Names,
) -> Result<Net<T>, WeightsError> {
    // The line says how much there must be; nothing is made before it is there.
    let mut next = 0;
    let empty = Net::<T>::made(input, line.clone(), |_, parameter| {
        Ok::<_, WeightsError>(DMatrix::zeros(0, parameter.shape.cols.min(1)))
    })?;
    let places = places(&empty, names);
    let net = Net::made(input, line, |_, parameter| {
        let At {
            name,
            shape,
            by_columns,
        } = &places[next];
        next += 1;
        let tensor = file.tensor(name.clone())?;
        if tensor.info.shape != *shape {
            return Err(tensor.misshapen(format!("{shape:?}")));
        }
        let (rows, cols) = (parameter.shape.rows, parameter.shape.cols);
        let numbers: Vec<T> = tensor.numbers()?;
        Ok(match by_columns {
            true => DMatrix::from_vec(rows, cols, numbers),
            false => DMatrix::from_row_slice(rows, cols, &numbers),
        })
    })?;
    let names: Vec<String> = places.into_iter().map(|place| place.name).collect();
    match file.beside(&names) {
        Some(name) => Err(WeightsError::Beside {
            name,
            line: net.line().to_string(),
            expected: names.join(", "),
        }),
        None => Ok(net),
    }
}

/// Layer `k`, whose weights have `inputs` rows if a layer is before it.
fn read_layer<T: Scalar>(
    file: &File<'_>,
    k: usize,
    inputs: Option<usize>,
) -> Result<AffineParameters<T>, WeightsError> {
    let tensor = file.tensor(format!("W{k}"))?;
    let (rows, cols) = match (&tensor.info.shape[..], inputs) {
        (&[rows, cols], None) if rows > 0 && cols > 0 => (rows, cols),
        (&[rows, cols], Some(inputs)) if rows == inputs && cols > 0 => (rows, cols),
        (_, None) => return Err(tensor.misshapen("[inputs, outputs], neither of them 0".into())),
        (_, Some(inputs)) => {
            let expected = format!("[{inputs}, outputs]: the layer before has {inputs} outputs");
            return Err(tensor.misshapen(expected));
        }
    };
    let weights = DMatrix::from_row_slice(rows, cols, &tensor.numbers()?);
    let tensor = file.tensor(format!("b{k}"))?;
    if tensor.info.shape != [cols] {
        return Err(tensor.misshapen(format!("[{cols}]: `W{k}` has {cols} columns")));
    }
    let bias = RowDVector::from_row_slice(&tensor.numbers()?);
    Ok(AffineParameters { weights, bias })
}
