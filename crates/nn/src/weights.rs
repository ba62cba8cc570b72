//! Weights as safetensors: bytes in, bytes out; reading and writing files is others' work.
//!
//! A file holds tensors `W1 b1 W2 b2 …`, `Wi` of shape [inputs, outputs], `bi` of shape [outputs], row-major,
//! `F32` or `F64`, and the metadata `activation`. NumPy's and PyTorch's readers of the format read them as they are.

use crate::layers::Activation;
use crate::net::{Layer, Net};
use nalgebra::{DMatrix, RowDVector};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensorError, SafeTensors};
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
    /// # Errors
    /// [`WeightsError`] says what was found and what was expected.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, WeightsError> {
        let (_, metadata) = SafeTensors::read_metadata(bytes)?;
        let found = metadata
            .metadata()
            .as_ref()
            .and_then(|map| map.get("activation"));
        let activation = found.and_then(|name| Activation::from_name(name));
        let activation = activation.ok_or_else(|| WeightsError::Activation {
            found: found.map_or("missing".to_string(), |name| format!("`{name}`")),
        })?;
        let file = SafeTensors::deserialize(bytes)?;
        let mut layers: Vec<Layer<T>> = Vec::new();
        while layers.is_empty()
            || file
                .names()
                .contains(&format!("W{}", layers.len() + 1).as_str())
        {
            let inputs = layers.last().map(|layer| layer.bias.len());
            layers.push(read_layer(&file, layers.len() + 1, inputs)?);
        }
        let expected = |name: &str| {
            (1..=layers.len()).any(|k| name == format!("W{k}") || name == format!("b{k}"))
        };
        if let Some(name) = file.names().into_iter().find(|name| !expected(name)) {
            return Err(WeightsError::Unexpected {
                name: name.to_string(),
                layers: layers.len(),
            });
        }
        Ok(Net::new(layers, activation))
    }
}

/// Layer `k`, whose weights have `inputs` rows if a layer is before it.
fn read_layer<T: Scalar>(
    file: &SafeTensors<'_>,
    k: usize,
    inputs: Option<usize>,
) -> Result<Layer<T>, WeightsError> {
    let (name, tensor) = tensor(file, format!("W{k}"))?;
    let (rows, cols) = match (tensor.shape(), inputs) {
        (&[rows, cols], None) if rows > 0 && cols > 0 => (rows, cols),
        (&[rows, cols], Some(inputs)) if rows == inputs && cols > 0 => (rows, cols),
        (found, _) => {
            let expected = match inputs {
                None => "[inputs, outputs], neither of them 0".to_string(),
                Some(inputs) => {
                    format!("[{inputs}, outputs]: the layer before has {inputs} outputs")
                }
            };
            return Err(WeightsError::Shape {
                name,
                found: found.to_vec(),
                expected,
            });
        }
    };
    let weights = DMatrix::from_row_slice(rows, cols, &numbers(&name, &tensor)?);
    let (name, tensor) = self::tensor(file, format!("b{k}"))?;
    if tensor.shape() != [cols] {
        let (found, expected) = (
            tensor.shape().to_vec(),
            format!("[{cols}]: `W{k}` has {cols} columns"),
        );
        return Err(WeightsError::Shape {
            name,
            found,
            expected,
        });
    }
    let bias = RowDVector::from_row_slice(&numbers(&name, &tensor)?);
    Ok(Layer { weights, bias })
}

fn tensor<'f>(
    file: &SafeTensors<'f>,
    name: String,
) -> Result<(String, TensorView<'f>), WeightsError> {
    match file.tensor(&name) {
        Ok(tensor) => Ok((name, tensor)),
        Err(_) => {
            let mut found: Vec<String> = file.names().into_iter().map(String::from).collect();
            found.sort();
            Err(WeightsError::Missing { name, found })
        }
    }
}

/// The numbers of a tensor, row-major.
fn numbers<T: Scalar>(name: &str, tensor: &TensorView<'_>) -> Result<Vec<T>, WeightsError> {
    let bytes = tensor.data();
    match tensor.dtype() {
        Dtype::F32 => {
            let (numbers, _) = bytes.as_chunks::<4>();
            let each = numbers
                .iter()
                .map(|&bytes| f64::from(f32::from_le_bytes(bytes)));
            Ok(each.map(T::from_f64).collect())
        }
        Dtype::F64 => {
            let (numbers, _) = bytes.as_chunks::<8>();
            Ok(numbers
                .iter()
                .map(|&bytes| T::from_f64(f64::from_le_bytes(bytes)))
                .collect())
        }
        found => Err(WeightsError::Type {
            name: name.to_string(),
            found,
        }),
    }
}
