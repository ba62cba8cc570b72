//! A safetensors file, taken apart: names, shapes, numbers.

use super::error::{Named, WeightsError};
use crate::images::ImageShape;
use crate::layers::Activation;
use safetensors::tensor::{Metadata, TensorInfo};
use safetensors::{Dtype, SafeTensorError};
use tape::Scalar;

/// The metadata's names for the shape of an image.
pub(super) const IMAGE: [&str; 3] = ["channels", "height", "width"];

/// The header of a file, and the bytes after it.
pub(super) struct File<'f> {
    metadata: Metadata,
    data: &'f [u8],
}

/// A tensor in a file.
pub(super) struct Tensor<'f> {
    name: String,
    pub info: &'f TensorInfo,
    bytes: &'f [u8],
}

/// The longest header that is read. Parsing JSON takes some fifty times its length.
const HEADER: usize = 1 << 20;

impl<'f> File<'f> {
    /// Reads the header. Not by [`safetensors::SafeTensors`], which adds the declared length to
    /// that of the header unchecked: there, a header that declares nearly 2⁶⁴ bytes ends in a panic
    /// where overflow is checked.
    pub fn open(bytes: &'f [u8]) -> Result<Self, WeightsError> {
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

    pub fn said(&self, key: &str) -> Option<&String> {
        self.metadata.metadata().as_ref()?.get(key)
    }

    pub fn activation(&self) -> Result<Activation, WeightsError> {
        let found = self.said("activation");
        let activation = found.and_then(|name| Activation::from_name(name));
        activation.ok_or_else(|| WeightsError::Activation {
            found: found.map_or("missing".to_string(), |name| format!("`{name}`")),
        })
    }

    /// The shape of the images that a net of so many inputs looks at, if the file says so; of any
    /// number, where it is not known.
    pub fn images(&self, inputs: Option<usize>) -> Result<Option<ImageShape>, WeightsError> {
        let said = IMAGE.map(|key| self.said(key));
        if said == [None; 3] {
            return Ok(None);
        }
        let numbers = said.map(|number| number.and_then(|number| number.parse().ok()));
        if let [Some(channels), Some(height), Some(width)] = numbers {
            let all = [channels, height, width];
            let product = all.iter().try_fold(1, |all: usize, &n| all.checked_mul(n));
            if product.is_some_and(|product| inputs.is_none_or(|inputs| product == inputs)) {
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

    /// How many numbers an example of a net that does not look at images has.
    pub fn inputs(&self) -> Result<usize, WeightsError> {
        let found = self.said("inputs");
        let inputs = found.and_then(|inputs| inputs.parse().ok());
        inputs.ok_or_else(|| WeightsError::Inputs {
            found: found.map_or("missing".to_string(), |found| format!("`{found}`")),
        })
    }

    /// The tensor that is none of those named.
    pub fn beside(&self, names: &[String]) -> Option<String> {
        let mut found = Named::all(&self.metadata)
            .into_iter()
            .map(|named| named.name);
        found.find(|name| !names.contains(name))
    }

    pub fn has(&self, name: &str) -> bool {
        self.metadata.info(name).is_some()
    }

    pub fn tensor(&self, name: String) -> Result<Tensor<'_>, WeightsError> {
        let Some(info) = self.metadata.info(&name) else {
            let found = Named::all(&self.metadata);
            return Err(WeightsError::Missing { name, found });
        };
        let (start, end) = info.data_offsets;
        let bytes = &self.data[start..end];
        Ok(Tensor { name, info, bytes })
    }

    /// Whether the tensors of so many layers, which are there, are all.
    pub fn nothing_beside(&self, layers: usize) -> Result<(), WeightsError> {
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

impl Tensor<'_> {
    pub fn misshapen(self, expected: String) -> WeightsError {
        WeightsError::Shape {
            name: self.name,
            found: self.info.shape.clone(),
            expected,
        }
    }

    /// The numbers, row-major.
    pub fn numbers<T: Scalar>(&self) -> Result<Vec<T>, WeightsError> {
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
