//! A path as text, or as the bytes of its name where they are no text.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Bytes(Vec<u8>),
}

pub fn serialize<S: Serializer>(path: &Option<PathBuf>, to: S) -> Result<S::Ok, S::Error> {
    let written = path
        .clone()
        .map(|path| match path.into_os_string().into_string() {
            Ok(text) => Written::Text(text),
            Err(name) => Written::Bytes(name.into_encoded_bytes()),
        });
    written.serialize(to)
}

pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
    let written = Option::<Written>::deserialize(from)?;
    Ok(written.map(|written| match written {
        Written::Text(text) => text.into(),
        Written::Bytes(bytes) => from_bytes(bytes),
    }))
}

#[cfg(unix)]
fn from_bytes(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(bytes).into()
}

/// Elsewhere only the system itself can make a name of them; one that looks like it says what was
/// meant.
#[cfg(not(unix))]
fn from_bytes(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}
