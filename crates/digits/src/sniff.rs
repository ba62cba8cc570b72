//! What a file looks like that is not what it should be.
//!
//! Whoever downloads a data set may end up with a web page, a pointer to the file, or the file in
//! yet another wrapping. "Wrong magic number" does not tell them; its first bytes mostly do.
//! [`LOOKS`] is the one table of what is recognised and what to do about it. It serves errors only:
//! nothing is read because of what it looks like here.

use std::fmt;

/// How much of a file is looked at.
pub const LOOKED_AT: usize = 512;

/// How much of it is quoted: so many bytes, but not much more than so many characters.
const QUOTED: usize = 32;
const WIDEST: usize = 44;

/// Something that a file can be in place of what was expected.
#[derive(Debug)]
pub struct Look {
    /// What it is, with its article.
    pub what: &'static str,
    /// What to do about it.
    pub advice: &'static str,
    /// Whether a file that begins so is one.
    is: fn(&[u8]) -> bool,
}

const AGAIN: &str = "download it again";
const UNZIP: &str = "unpack it and name the folder with what was in it";
const CONVERT: &str = "save the arrays as IDX or as CSV";
const PICTURE: &str = "a picture is for `mnist predict`";

/// What is recognised, the special before the general.
pub const LOOKS: &[Look] = &[
    look(
        "a git LFS pointer, which only stands for the file",
        "run `git lfs pull` where it was cloned",
        |b| b.starts_with(b"version https://git-lfs"),
    ),
    look("a gzip file", "unpack it with gunzip", |b| {
        b.starts_with(&[0x1f, 0x8b])
    }),
    look("a zip archive (.npz and .pt files are such)", UNZIP, |b| {
        b.starts_with(b"PK\x03\x04") || b.starts_with(b"PK\x05\x06")
    }),
    look("an xz file", "unpack it with unxz", |b| {
        b.starts_with(b"\xfd7zXZ\0")
    }),
    look("a bzip2 file", "unpack it with bunzip2", |b| {
        b.starts_with(b"BZh") && b.get(4..10) == Some(b"1AY&SY")
    }),
    look("a Zstandard file", "unpack it with unzstd", |b| {
        b.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
    }),
    look(
        "a file of compress (.Z)",
        "unpack it with uncompress",
        |b| b.starts_with(&[0x1f, 0x9d]),
    ),
    look("a 7-Zip archive", UNZIP, |b| {
        b.starts_with(b"7z\xbc\xaf\x27\x1c")
    }),
    look("a RAR archive", UNZIP, |b| b.starts_with(b"Rar!\x1a\x07")),
    look("a tar archive", UNZIP, |b| {
        b.get(257..262) == Some(b"ustar")
    }),
    look("a NumPy array", CONVERT, |b| b.starts_with(b"\x93NUMPY")),
    look("an HDF5 file", CONVERT, |b| {
        b.starts_with(b"\x89HDF\r\n\x1a\n")
    }),
    look("a Parquet file", CONVERT, |b| b.starts_with(b"PAR1")),
    look("a MATLAB file", CONVERT, |b| {
        b.starts_with(b"MATLAB 5.0 MAT-file")
    }),
    look("a Python pickle", CONVERT, |b| {
        b.len() > 2 && b[0] == 0x80 && (2..=5).contains(&b[1])
    }),
    look(
        "a safetensors file",
        "weights are for --weights",
        is_safetensors,
    ),
    look("a PNG picture", PICTURE, |b| {
        b.starts_with(b"\x89PNG\r\n\x1a\n")
    }),
    look("a JPEG picture", PICTURE, |b| {
        b.starts_with(&[0xff, 0xd8, 0xff])
    }),
    look("a GIF picture", PICTURE, |b| b.starts_with(b"GIF8")),
    look("a PDF document", AGAIN, |b| b.starts_with(b"%PDF-")),
    look(
        "an IDX file",
        "name it like one, such as train-images-idx3-ubyte",
        is_idx,
    ),
    look(
        "an IDX file with the bytes of its header reversed",
        "write the header's numbers big-endian",
        is_reversed_idx,
    ),
    look(
        "nothing but zeros, as a download that never came leaves",
        AGAIN,
        |b| b.len() >= 16 && b.iter().all(|&x| x == 0),
    ),
    look("a web page", AGAIN, |b| {
        has_tag(b, b"<!doctype") || has_tag(b, b"<html") || has_tag(b, b"<head")
    }),
    look("an XML document, such as a server's error", AGAIN, |b| {
        has_tag(b, b"<?xml") || has_tag(b, b"<error")
    }),
    look("text in UTF-16", "save it as UTF-8", |b| {
        b.starts_with(&[0xff, 0xfe]) || b.starts_with(&[0xfe, 0xff])
    }),
    look("a hex dump", "turn it back with `xxd -r`", is_hex_dump),
    look(
        "hexadecimal digits",
        "turn them back with `xxd -r -p`",
        is_plain_hex,
    ),
    look("base64", "turn it back with `base64 -d`", |b| {
        b.starts_with(b"H4sI") || b.starts_with(b"AAAIA")
    }),
    look("JSON", CONVERT, |b| {
        matches!(trimmed(b), [b'{' | b'[', ..]) && is_text(b)
    }),
    look(
        "CSV",
        "give both sets as CSV, named train.csv and test.csv",
        is_csv,
    ),
    look("text", AGAIN, is_text),
];

const fn look(what: &'static str, advice: &'static str, is: fn(&[u8]) -> bool) -> Look {
    Look { what, advice, is }
}

/// What a file that begins with `bytes` looks like, if it can be told.
///
/// ```
/// let look = digits::sniff::look_of(b"<!DOCTYPE html><html>404").unwrap();
/// assert_eq!((look.what, look.advice), ("a web page", "download it again"));
/// ```
pub fn look_of(bytes: &[u8]) -> Option<&'static Look> {
    LOOKS.iter().find(|look| (look.is)(bytes))
}

fn is_idx(bytes: &[u8]) -> bool {
    matches!(bytes, [0, 0, 8 | 9 | 11..=14, 1..=4, ..])
}

fn is_reversed_idx(bytes: &[u8]) -> bool {
    matches!(bytes, [1..=4, 8 | 9 | 11..=14, 0, 0, ..])
}

fn is_safetensors(bytes: &[u8]) -> bool {
    let length = bytes
        .first_chunk()
        .map(|&length| u64::from_le_bytes(length));
    length.is_some_and(|length| length < 1 << 32) && bytes.get(8..10) == Some(b"{\"")
}

/// Without the byte order mark and the white space before the text.
fn trimmed(bytes: &[u8]) -> &[u8] {
    bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .trim_ascii_start()
}

fn has_tag(bytes: &[u8], tag: &[u8]) -> bool {
    trimmed(bytes)
        .get(..tag.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(tag))
}

fn is_text(bytes: &[u8]) -> bool {
    let is_plain = |byte: &u8| !byte.is_ascii_control() || byte.is_ascii_whitespace();
    // The last character may be cut in two.
    let valid = match str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    !bytes.is_empty() && valid && bytes.iter().all(is_plain)
}

/// As `xxd`, `hexdump -C` and `od` write it: an offset of zeros, then groups of digits.
fn is_hex_dump(bytes: &[u8]) -> bool {
    let line = trimmed(bytes)
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    let mut words = line
        .split(|byte| b" :\t".contains(byte))
        .filter(|word| !word.is_empty());
    let starts_at_zero = words
        .next()
        .is_some_and(|offset| offset.len() >= 6 && offset.iter().all(|&d| d == b'0'));
    let is_group =
        |word: &[u8]| matches!(word.len(), 2..=8) && word.iter().all(u8::is_ascii_hexdigit);
    starts_at_zero && words.take(3).filter(|word| is_group(word)).count() == 3
}

fn is_plain_hex(bytes: &[u8]) -> bool {
    let text = trimmed(bytes);
    text.len() >= 16
        && text
            .iter()
            .all(|byte| byte.is_ascii_hexdigit() || byte.is_ascii_whitespace())
        && text[..16].iter().all(u8::is_ascii_hexdigit)
}

/// Three fields or more in the first line, the second and the third of them numbers or names.
fn is_csv(bytes: &[u8]) -> bool {
    let line = trimmed(bytes)
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    let is_field = |field: &[u8]| {
        field
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"\"._- \r".contains(byte))
    };
    let fields = |separator: u8| line.split(move |&byte| byte == separator);
    is_text(bytes)
        && b",;\t"
            .iter()
            .any(|&s| fields(s).count() >= 3 && fields(s).take(3).all(is_field))
}

/// How a file begins, shown as text between quotes with everything unprintable escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning(pub Vec<u8>);

impl fmt::Display for Beginning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for &byte in self.0.iter().take(QUOTED) {
            text.extend(byte.escape_ascii().map(char::from));
            if text.len() >= WIDEST {
                break;
            }
        }
        write!(f, "\"{text}\"")
    }
}

/// So many bytes, or more where nobody counted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// How many were counted.
    pub bytes: u64,
    /// Whether there are more.
    pub more: bool,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = if self.more { "more than " } else { "" };
        write!(f, "{more}{} bytes", self.bytes)
    }
}

/// What was found in the place of something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How it begins, up to [`LOOKED_AT`] bytes.
    pub beginning: Beginning,
    /// How much of it there is.
    pub count: Count,
    /// Whether it was unpacked from gzip.
    pub is_unpacked: bool,
}

impl Found {
    /// What to do about it.
    pub fn advice(&self) -> &'static str {
        look_of(&self.beginning.0).map_or(AGAIN, |look| look.advice)
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inside = if self.is_unpacked {
            " inside the gzip file"
        } else {
            ""
        };
        match look_of(&self.beginning.0) {
            Some(look) => write!(f, "{}{inside}: {} that begin", look.what, self.count)?,
            None => write!(f, "{}{inside} that begin", self.count)?,
        }
        write!(f, " with {}", self.beginning)
    }
}

#[cfg(test)]
mod tests;
