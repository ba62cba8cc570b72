//! Weights as safetensors: bytes in, bytes out; reading and writing files is others' work.
//!
//! A file holds tensors `W1 b1 W2 b2 …`, `Wi` of shape [inputs, outputs], `bi` of shape [outputs],
//! row-major, `F32` or `F64`, and metadata: `activation`, and for a net that looks at images their
//! `channels`, `height` and `width`. NumPy's and PyTorch's readers of the format read them as they
//! are. Numbers of half the precision, `F16` and `BF16`, are read too.

use crate::images::ImageShape;
use crate::layers::Activation;
use crate::net::{Layer, Net};
use nalgebra::{DMatrix, RowDVector};
use safetensors::tensor::{Metadata, TensorInfo};
use safetensors::{Dtype, SafeTensorError};
use std::collections::HashMap;
use tape::Scalar;

mod error;

pub use error::{Named, WeightsError};

/// The metadata's names for the shape of an image.
const IMAGE: [&str; 3] = ["channels", "height", "width"];

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
            let bias = row_major_bytes(layer.bias.as_slice());
            tensors.push((format!("b{}", k + 1), vec![outputs], bias));
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
        let activation = ("activation", self.activation().name().to_string());
        let image = self.images().into_iter().flat_map(|shape| {
            let ImageShape {
                channels,
                height,
                width,
            } = shape;
            let sizes = [channels, height, width].map(|size| size.to_string());
            IMAGE.into_iter().zip(sizes)
        });
        let all = std::iter::once(activation).chain(image);
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
        let mut layers: Vec<Layer<T>> = Vec::new();
        while layers.is_empty() || file.has(&format!("W{}", layers.len() + 1)) {
            let inputs = layers.last().map(|layer| layer.bias.len());
            layers.push(read_layer(&file, layers.len() + 1, inputs)?);
        }
        file.nothing_beside(layers.len())?;
        let net = Net::new(layers, file.activation()?);
        let images = file.images(net.inputs())?;
        Ok(match images {
            Some(shape) => net.for_images(shape),
            None => net,
        })
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
    fn open(bytes: &'f [u8]) -> Result<Self, WeightsError> {
        let (length, rest) = bytes
            .split_first_chunk()
            .ok_or(SafeTensorError::HeaderTooSmall)?;
        let length = usize::try_from(u64::from_le_bytes(*length));
        let length = length.map_err(|_| SafeTensorError::HeaderTooLarge)?;
        let cut_off = |data: Option<usize>| WeightsError::CutOff {
            found: bytes.len(),
            expected: data.unwrap_or(0).saturating_add(length).saturating_add(8),
            is_least: data.is_none(),
        };
        let Some((header, data)) = rest.split_at_checked(length) else {
            // Other files begin with eight bytes, too, and few of them are the length of a header.
            return Err(match length <= HEADER && rest.starts_with(b"{") {
                true => cut_off(None),
                false => SafeTensorError::InvalidHeaderLength.into(),
            });
        };
        if length > HEADER {
            return Err(SafeTensorError::HeaderTooLarge.into());
        }
        let header = str::from_utf8(header).map_err(SafeTensorError::InvalidHeader)?;
        let metadata: Metadata =
            serde_json::from_str(header).map_err(SafeTensorError::InvalidHeaderDeserialization)?;
        // The tensors lie one after the other without gaps, which deserialising has checked.
        match metadata.data_len() {
            expected if expected > data.len() => Err(cut_off(Some(expected))),
            expected if expected < data.len() => Err(WeightsError::Longer {
                found: bytes.len(),
                expected: bytes.len() - (data.len() - expected),
            }),
            _ => Ok(File { metadata, data }),
        }
    }

    fn said(&self, key: &str) -> Option<&String> {
        self.metadata.metadata().as_ref()?.get(key)
    }

    fn activation(&self) -> Result<Activation, WeightsError> {
        let found = self.said("activation");
        let activation = found.and_then(|name| Activation::from_name(name));
        activation.ok_or_else(|| WeightsError::Activation {
            found: found.map_or("missing".to_string(), |name| format!("`{name}`")),
        })
    }

    /// The shape of the images that a net of so many inputs looks at, if the file says so.
    fn images(&self, inputs: usize) -> Result<Option<ImageShape>, WeightsError> {
        let said = IMAGE.map(|key| self.said(key));
        if said == [None; 3] {
            return Ok(None);
        }
        let numbers = said.map(|number| number.and_then(|number| number.parse().ok()));
        if let [Some(channels), Some(height), Some(width)] = numbers {
            let all = [channels, height, width];
            let product = all.iter().try_fold(1, |all: usize, &n| all.checked_mul(n));
            if product == Some(inputs) {
                return Ok(Some(ImageShape {
                    channels,
                    height,
                    width,
                }));
            }
        }
        let found = said.map(|number| number.map_or("?", String::as_str));
        Err(WeightsError::Image {
            found: found.join("×"),
            inputs,
        })
    }

    fn has(&self, name: &str) -> bool {
        self.metadata.info(name).is_some()
    }

    fn tensor(&self, name: String) -> Result<Tensor<'_>, WeightsError> {
        let Some(info) = self.metadata.info(&name) else {
            let found = Named::all(&self.metadata);
            return Err(WeightsError::Missing { name, found });
        };
        let (start, end) = info.data_offsets;
        let bytes = &self.data[start..end];
        Ok(Tensor { name, info, bytes })
    }

    /// Whether the tensors of so many layers, which are there, are all.
    fn nothing_beside(&self, layers: usize) -> Result<(), WeightsError> {
        let is_known = |named: &&Named| {
            let number = named.name.strip_prefix(['W', 'b']);
            (1..=layers).any(|k| number == Some(&k.to_string()))
        };
        let found = Named::all(&self.metadata);
        match found.iter().find(|named| !is_known(named)) {
            Some(named) => Err(WeightsError::Unexpected {
                name: named.name.clone(),
                layers,
                found,
            }),
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
            Dtype::F16 => Ok(self.each(|bytes| half(u16::from_le_bytes(bytes)))),
            Dtype::BF16 => Ok(self.each(|bytes| {
                let upper = u32::from(u16::from_le_bytes(bytes)) << 16;
                f64::from(f32::from_bits(upper))
            })),
            Dtype::F32 => Ok(self.each(|bytes| f64::from(f32::from_le_bytes(bytes)))),
            Dtype::F64 => Ok(self.each(f64::from_le_bytes)),
            found => Err(WeightsError::Type {
                name: self.name.clone(),
                found,
            }),
        }
    }

    /// The numbers, each of `N` bytes.
    fn each<const N: usize, T: Scalar>(&self, number: impl Fn([u8; N]) -> f64) -> Vec<T> {
        let (numbers, _) = self.bytes.as_chunks();
        let numbers = numbers.iter().map(|&bytes| T::from_f64(number(bytes)));
        numbers.collect()
    }
}

/// The number that IEEE 754's binary16 has these bits for: a sign, five of exponent, ten of
/// fraction.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    let size = match exponent {
        0 => fraction * f64::powi(2.0, -24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * f64::powi(2.0, exponent - 25),
    };
    if bits >> 15 == 1 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_is_the_number_it_stands_for() {
        let known = [
            (0x0001, 2f64.powi(-24)),
            (0x03ff, 1023.0 * 2f64.powi(-24)),
            (0x0400, 2f64.powi(-14)),
            (0x3555, 1365.0 / 4096.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x7c00, f64::INFINITY),
            (0xfc00, f64::NEG_INFINITY),
        ];
        for (bits, number) in known {
            assert_eq!(half(bits), number, "{bits:04x}");
        }
        assert!(half(0x7e00).is_nan());
        assert!(half(0x8000).is_sign_negative());
        // Finite ones follow each other without a gap or a jump: neighbours differ by a unit of the
        // last place.
        for bits in 0..0x7bff {
            let unit = 2f64.powi((i32::from(bits >> 10)).max(1) - 25);
            assert_eq!(half(bits + 1) - half(bits), unit, "{bits:04x}");
        }
    }
}
