//! What can be wrong with a file that should be IDX, each fault with what was found and what was
//! expected.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// What is wrong with the contents of a file that should be IDX.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The name ends in `.gz`, the contents are something else.
    #[error(
        "not gzip, though the name ends in .gz: it begins with {found}, expected the bytes 1f 8b (a saved web page?)"
    )]
    NotGzip {
        /// How the file begins.
        found: Beginning,
    },
    /// There is not a single byte, before or after decompression.
    #[error("the file is empty, expected an IDX header of {expected} bytes")]
    Empty {
        /// The length of the header.
        expected: usize,
    },
    /// The gzip stream stops before its end.
    #[error(
        "the gzip stream is cut off: it ends after {unpacked} unpacked bytes, before its end mark"
    )]
    TruncatedGzip {
        /// How much came out of it.
        unpacked: u64,
    },
    /// The gzip stream contradicts itself: a bad code, or a checksum that does not agree.
    #[error("the gzip stream is damaged after {unpacked} unpacked bytes: {reason}")]
    DamagedGzip {
        /// How much came out of it.
        unpacked: u64,
        /// The decoder's words.
        reason: String,
    },
    /// The file ends inside its header.
    #[error("the header is cut off: found {found} bytes, expected {expected}")]
    TruncatedHeader {
        /// The bytes there are.
        found: usize,
        /// The length of the header.
        expected: usize,
    },
    /// The first four bytes are not those of an IDX file of this rank.
    #[error(
        "wrong magic number: found {found:#010x}{}, expected {expected:#010x} ({})",
        hint(*.found), describe(*.expected)
    )]
    WrongMagic {
        /// The first four bytes, big-endian.
        found: u32,
        /// What they should be.
        expected: u32,
    },
    /// The file declares no items.
    #[error("the header declares no items at all (shape {}), expected at least one", Shape(.shape))]
    NoItems {
        /// The declared dimensions.
        shape: Vec<u32>,
    },
    /// The file declares items without pixels.
    #[error("the header declares images of no size (shape {}), expected at least one pixel", Shape(.shape))]
    ZeroSized {
        /// The declared dimensions.
        shape: Vec<u32>,
    },
    /// The declared size is more than this machine can address.
    #[error("the header declares more bytes than can be addressed (shape {})", Shape(.shape))]
    TooLarge {
        /// The declared dimensions.
        shape: Vec<u32>,
    },
    /// Fewer bytes than the header declares.
    #[error("the payload is cut off: found {found} bytes, expected {expected} from shape {}", Shape(.shape))]
    TruncatedPayload {
        /// The bytes there are.
        found: usize,
        /// The product of the dimensions.
        expected: usize,
        /// The declared dimensions.
        shape: Vec<u32>,
    },
    /// More bytes than the header declares.
    #[error("bytes follow the payload: expected it to end after {expected} bytes, as shape {} says", Shape(.shape))]
    TrailingBytes {
        /// The product of the dimensions.
        expected: usize,
        /// The declared dimensions.
        shape: Vec<u32>,
    },
    /// There is no such file.
    #[error("no such file")]
    Missing,
    /// A directory stands where the file should be.
    #[error("found a directory, expected a file")]
    Directory,
    /// The operating system refused.
    #[error("{0}")]
    Io(io::Error),
}

/// A file that could not be read, and why.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}", .path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: Fault,
}

/// The magic number of unsigned bytes in `rank` dimensions.
pub(super) const fn magic(rank: usize) -> u32 {
    0x0800 | rank as u32
}

/// What a magic number belongs to.
fn describe(magic_number: u32) -> &'static str {
    if magic_number == magic(1) {
        "labels"
    } else if magic_number == magic(3) {
        "images"
    } else {
        "unsigned bytes of another rank"
    }
}

/// What a wrong magic number looks like, for the error.
fn hint(found: u32) -> String {
    let bytes = found.to_be_bytes();
    if bytes[..3] == [0, 0, 8] {
        format!(" ({})", describe(found))
    } else if bytes[..2] == [0, 0] && (9..=14).contains(&bytes[2]) {
        " (IDX, but not of unsigned bytes)".to_owned()
    } else if bytes
        .iter()
        .all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace())
    {
        format!(" (the text {})", Beginning(bytes.to_vec()))
    } else {
        String::new()
    }
}

/// How a file begins, shown as text between quotes with everything unprintable escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning(pub Vec<u8>);

impl fmt::Display for Beginning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// Dimensions as 60000×28×28.
struct Shape<'a>(&'a [u32]);

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, dimension) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { "×" };
            write!(f, "{separator}{dimension}")?;
        }
        Ok(())
    }
}
