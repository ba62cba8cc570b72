//! Weights as safetensors: bytes in, bytes out; reading and writing files is others' work.
//!
//! A file holds tensors `W1 b1 W2 b2 …`, `Wi` of shape [inputs, outputs], `bi` of shape [outputs],
//! row-major, `F32` or `F64`, and the metadata `activation`. NumPy's and PyTorch's readers of the
//! format read them as they are.

use crate::layers::Activation;
use crate::net::{Layer, Net};
use nalgebra::{DMatrix, RowDVector};
use safetensors::tensor::{Metadata, TensorInfo, TensorView};
use safetensors::{Dtype, SafeTensorError};
use std::collections::BTreeSet;
use tape::Scalar;
use thiserror::Error;

/// Why bytes are no net.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// Not the safetensors format.
    #[error("not a safetensors file: {0}")]
    Format(#[from] SafeTensorError),
    /// The metadata lack the activation, or it is unknown.
    #[error("the metadata's `activation` is {found}, expected `relu` or `sigmoid`")]
    Activation {
        /// What the metadata say.
        found: String,
    },
    /// A tensor that a net needs is not there.
    #[error("there is no tensor `{name}`; found {}", .found.join(", "))]
    Missing {
        /// The tensor's name.
        name: String,
        /// The names that are there.
        found: Vec<String>,
    },
    /// A tensor that no net has.
    #[error("tensor `{name}` has no place in a net of {layers} layers: expected `W1 b1 W2 b2 …`")]
    Unexpected {
        /// The tensor's name.
        name: String,
        /// The layers found.
        layers: usize,
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
    /// A tensor of numbers that are neither F32 nor F64.
    #[error("tensor `{name}` holds {found:?}, expected F32 or F64")]
    Type {
        /// The tensor's name.
        name: String,
        /// Its type.
        found: Dtype,
    },
}

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
        let mut tensors = Vec::new();
        for (k, layer) in self.layers().iter().enumerate() {
            let (inputs, outputs) = layer.weights.shape();
            // Row-major is the column-major order of the transpose.
            let weights = row_major_bytes(layer.weights.transpose().as_slice());
            tensors.push((format!("W{}", k + 1), vec![inputs, outputs], weights));
            tensors.push((
                format!("b{}", k + 1),
                vec![outputs],
                row_major_bytes(layer.bias.as_slice()),
            ));
        }
        let mut views = Vec::new();
        for (name, shape, bytes) in &tensors {
            views.push((name, TensorView::new(T::DTYPE, shape.clone(), bytes)?));
        }
        let activation = (
            "activation".to_string(),
            self.activation().name().to_string(),
        );
        Ok(safetensors::serialize(
            views,
            Some([activation].into_iter().collect()),
        )?)
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
        let found = file.metadata.metadata().as_ref();
        let found = found.and_then(|map| map.get("activation"));
        let activation = found.and_then(|name| Activation::from_name(name));
        let activation = activation.ok_or_else(|| WeightsError::Activation {
            found: found.map_or("missing".to_string(), |name| format!("`{name}`")),
        })?;
        let mut layers: Vec<Layer<T>> = Vec::new();
        while layers.is_empty() || file.has(&format!("W{}", layers.len() + 1)) {
            let inputs = layers.last().map(|layer| layer.bias.len());
            layers.push(read_layer(&file, layers.len() + 1, inputs)?);
        }
        file.nothing_beside(layers.len())?;
        Ok(Net::new(layers, activation))
    }
}

/// The header of a file, and the bytes after it.
struct File<'f> {
    metadata: Metadata,
    data: &'f [u8],
}

/// A tensor in a file.
struct Tensor<'f> {
    name: String,
    info: &'f TensorInfo,
    bytes: &'f [u8],
}

/// The longest header that is read. Parsing JSON takes some fifty times its length.
const HEADER: usize = 1 << 20;

impl<'f> File<'f> {
    /// Reads the header. Not by [`safetensors::SafeTensors`], which adds the declared length to
    /// that of the header unchecked: there, a header that declares nearly 2⁶⁴ bytes ends in a panic
    /// where overflow is checked.
    fn open(bytes: &'f [u8]) -> Result<Self, SafeTensorError> {
        let (length, rest) = bytes
            .split_first_chunk()
            .ok_or(SafeTensorError::HeaderTooSmall)?;
        let length = usize::try_from(u64::from_le_bytes(*length));
        let length = length.map_err(|_| SafeTensorError::HeaderTooLarge)?;
        let (header, data) = rest
            .split_at_checked(length)
            .ok_or(SafeTensorError::InvalidHeaderLength)?;
        if length > HEADER {
            return Err(SafeTensorError::HeaderTooLarge);
        }
        let header = str::from_utf8(header).map_err(SafeTensorError::InvalidHeader)?;
        let metadata: Metadata =
            serde_json::from_str(header).map_err(SafeTensorError::InvalidHeaderDeserialization)?;
        // The tensors lie one after the other without gaps, which deserialising has checked.
        if metadata.data_len() != data.len() {
            return Err(SafeTensorError::MetadataIncompleteBuffer);
        }
        Ok(File { metadata, data })
    }

    fn has(&self, name: &str) -> bool {
        self.metadata.info(name).is_some()
    }

    fn tensor(&self, name: String) -> Result<Tensor<'_>, WeightsError> {
        let Some(info) = self.metadata.info(&name) else {
            let mut found = self.metadata.offset_keys();
            found.sort();
            return Err(WeightsError::Missing { name, found });
        };
        let (start, end) = info.data_offsets;
        let bytes = &self.data[start..end];
        Ok(Tensor { name, info, bytes })
    }

    /// Whether the tensors of so many layers, which are there, are all.
    fn nothing_beside(&self, layers: usize) -> Result<(), WeightsError> {
        let mut names: BTreeSet<String> = self.metadata.offset_keys().into_iter().collect();
        for k in 1..=layers {
            names.remove(&format!("W{k}"));
            names.remove(&format!("b{k}"));
        }
        match names.pop_first() {
            Some(name) => Err(WeightsError::Unexpected { name, layers }),
            None => Ok(()),
        }
    }
}

/// Layer `k`, whose weights have `inputs` rows if a layer is before it.
fn read_layer<T: Scalar>(
    file: &File<'_>,
    k: usize,
    inputs: Option<usize>,
) -> Result<Layer<T>, WeightsError> {
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
    Ok(Layer { weights, bias })
}

impl Tensor<'_> {
    fn misshapen(self, expected: String) -> WeightsError {
        WeightsError::Shape {
            name: self.name,
            found: self.info.shape.clone(),
            expected,
        }
    }

    /// The numbers, row-major.
    fn numbers<T: Scalar>(&self) -> Result<Vec<T>, WeightsError> {
        match self.info.dtype {
            Dtype::F32 => {
                let (numbers, _) = self.bytes.as_chunks();
                let each = numbers
                    .iter()
                    .map(|&bytes| f64::from(f32::from_le_bytes(bytes)));
                Ok(each.map(T::from_f64).collect())
            }
            Dtype::F64 => {
                let (numbers, _) = self.bytes.as_chunks();
                let each = numbers.iter().map(|&bytes| f64::from_le_bytes(bytes));
                Ok(each.map(T::from_f64).collect())
            }
            found => Err(WeightsError::Type {
                name: self.name.clone(),
                found,
            }),
        }
    }
}
