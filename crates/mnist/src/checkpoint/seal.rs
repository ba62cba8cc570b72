//! The first line of a file, which says of the rest how long it is and what its sum is.

use flate2::Crc;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::{CheckpointError, VERSION};

/// The first line: what the rest must be.
#[derive(Serialize, Deserialize)]
struct Seal {
    /// The version of the format.
    version: u32,
    /// How many bytes follow the line.
    bytes: usize,
    /// Their CRC-32, as in gzip.
    crc32: u32,
}

/// The first two lines of a file: the seal, and `state` as JSON. The bytes in `following` belong
/// behind them.
pub fn sealed(state: &impl Serialize, following: &[&[u8]]) -> String {
    let state = serde_json::to_string(state).expect("numbers and names are JSON") + "\n";
    let mut crc = Crc::new();
    crc.update(state.as_bytes());
    following.iter().for_each(|bytes| crc.update(bytes));
    let length: usize = following.iter().map(|bytes| bytes.len()).sum();
    let seal = Seal {
        version: VERSION,
        bytes: state.len() + length,
        crc32: crc.sum(),
    };
    let seal = serde_json::to_string(&seal).expect("numbers are JSON");
    format!("{seal}\n{state}")
}

/// What [`sealed`] wrote: the state, and the bytes behind it.
///
/// # Errors
///
/// [`CheckpointError`] says what is wrong with the file.
pub fn opened<S: DeserializeOwned>(bytes: &[u8]) -> Result<(S, &[u8]), CheckpointError> {
    /// Read first, so that a file of another version is called that.
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    let (seal, sealed) = line(bytes)?;
    let Version { version } = from_json(seal, 1)?;
    if version != VERSION {
        return Err(CheckpointError::Version { found: version });
    }
    let Seal { bytes, crc32, .. } = from_json(seal, 1)?;
    if sealed.len() != bytes {
        return Err(CheckpointError::Length {
            found: sealed.len(),
            expected: bytes,
        });
    }
    let mut crc = Crc::new();
    crc.update(sealed);
    if crc.sum() != crc32 {
        return Err(CheckpointError::Damaged {
            found: crc.sum(),
            expected: crc32,
        });
    }
    let (state, following) = line(sealed)?;
    Ok((from_json(state, 2)?, following))
}

/// The first line, and what follows it.
fn line(bytes: &[u8]) -> Result<(&[u8], &[u8]), CheckpointError> {
    let end = bytes.iter().position(|&byte| byte == b'\n');
    let end = end.ok_or(CheckpointError::NoLine { bytes: bytes.len() })?;
    Ok((&bytes[..end], &bytes[end + 1..]))
}

fn from_json<'a, T: Deserialize<'a>>(text: &'a [u8], line: usize) -> Result<T, CheckpointError> {
    serde_json::from_slice(text).map_err(|error| CheckpointError::Line {
        line,
        column: error.column(),
    })
}
