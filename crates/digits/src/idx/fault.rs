//! What can be wrong with a file that should be IDX, each fault with what was found, what was
//! expected, and what to do.

use std::fmt;

use crate::gzip::Broken;
use crate::levels::Levels;
use crate::sniff::{Beginning, Count, Found};

/// What is wrong with the contents of a file that should be IDX.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// There is not a single byte, before or after decompression.
    #[error(
        "the file is empty, expected {holds} as IDX with a header of {expected} bytes; download it \
         again"
    )]
    Empty {
        /// What the file should hold.
        holds: Holds,
        /// The length of the header.
        expected: usize,
    },
    /// Something else.
    #[error("found {found}; expected {expected} as IDX, which begin with the bytes 00 00 08 \
             {:02x}; {}", .expected.rank(), .found.advice())]
    NotIdx {
        /// What there is.
        found: Found,
        /// What the file should hold.
        expected: Holds,
    },
    /// The file ends inside its header.
    #[error("the header is cut off: found {found} bytes, expected {expected}; download it again")]
    TruncatedHeader {
        /// The bytes there are.
        found: usize,
        /// The length of the header.
        expected: usize,
    },
    /// The dimensions are not those of images or of labels.
    #[error("found {element} of shape {}{}; expected \
             {}", Shape(.shape), guess(.shape, *.expected), .expected.shapes())]
    Misshapen {
        /// The type of the elements.
        element: Type,
        /// The declared dimensions.
        shape: Vec<u32>,
        /// What the file should hold.
        expected: Holds,
    },
    /// An element is no grey level, or no label.
    #[error("element {index} of {element} of shape {} is {number}, expected \
             {}", Shape(.shape), .expected.numbers())]
    Value {
        /// Which, from 0 on.
        index: usize,
        /// What it is.
        number: f64,
        /// The type of the elements.
        element: Type,
        /// The declared dimensions.
        shape: Vec<u32>,
        /// What the file should hold.
        expected: Holds,
    },
    /// The file declares no items.
    #[error("the header declares no items at all (shape {}), expected at least one", Shape(.shape))]
    NoItems {
        /// The declared dimensions.
        shape: Vec<u32>,
    },
    /// The file declares items without pixels.
    #[error("the header declares images of no size (shape {}), expected at least one \
             pixel", Shape(.shape))]
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
    #[error("the payload is cut off: found {found} bytes, expected {expected} from shape {}; \
             download it again", Shape(.shape))]
    TruncatedPayload {
        /// The bytes there are.
        found: usize,
        /// How many the dimensions take.
        expected: usize,
        /// The declared dimensions.
        shape: Vec<u32>,
    },
    /// More bytes than the header declares.
    #[error("too long for its header: found {found} after it, expected {expected} from shape {}{}; \
             the first too many are {following}; correct the header or cut the \
             file", Shape(.shape), other_shape(.fits))]
    TrailingBytes {
        /// The bytes there are.
        found: Count,
        /// How many the dimensions take.
        expected: usize,
        /// The declared dimensions.
        shape: Vec<u32>,
        /// The dimensions that would take as many as there are, if such come to mind.
        fits: Option<Vec<u32>>,
        /// The first of those that are too many.
        following: Beginning,
    },
    /// The contents cannot be read to their end.
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// What a file should hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Images.
    Images,
    /// Labels.
    Labels,
}

impl Holds {
    /// How many dimensions it mostly has.
    pub fn rank(self) -> usize {
        match self {
            Holds::Images => 3,
            Holds::Labels => 1,
        }
    }

    fn shapes(self) -> &'static str {
        match self {
            Holds::Images => "images: N×height×width, N×1×height×width, or N×pixels of square ones",
            Holds::Labels => "labels: N, or N×1",
        }
    }

    fn numbers(self) -> &'static str {
        match self {
            Holds::Images => Levels::EXPECTED,
            Holds::Labels => "a whole number from 0 to 255",
        }
    }
}

impl fmt::Display for Holds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Holds::Images => "images",
            Holds::Labels => "labels",
        })
    }
}

/// The type of an IDX file's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are what they are called")]
pub enum Type {
    UnsignedByte,
    SignedByte,
    Short,
    Int,
    Float,
    Double,
}

impl Type {
    /// The type with this code in the third byte of a header.
    pub(super) fn of(code: u8) -> Option<Self> {
        Some(match code {
            0x08 => Type::UnsignedByte,
            0x09 => Type::SignedByte,
            0x0b => Type::Short,
            0x0c => Type::Int,
            0x0d => Type::Float,
            0x0e => Type::Double,
            _ => return None,
        })
    }

    /// The bytes of an element.
    pub(super) fn bytes(self) -> usize {
        match self {
            Type::UnsignedByte | Type::SignedByte => 1,
            Type::Short => 2,
            Type::Int | Type::Float => 4,
            Type::Double => 8,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::UnsignedByte => "unsigned bytes",
            Type::SignedByte => "signed bytes",
            Type::Short => "shorts (16 bits)",
            Type::Int => "ints (32 bits)",
            Type::Float => "floats (32 bits)",
            Type::Double => "doubles (64 bits)",
        })
    }
}

/// What a shape that is not the expected one looks like.
fn guess(shape: &[u32], expected: Holds) -> &'static str {
    match (expected, shape) {
        (Holds::Images, [_]) => ", which are labels",
        (Holds::Images, [_, 2..=4, _, _] | [_, _, _, 2..=4]) => {
            ", which are images of several channels"
        }
        (Holds::Labels, [_, _, _] | [_, _, _, _]) => ", which are images",
        (Holds::Labels, [_, 2..=u32::MAX]) => ", several numbers for each label",
        _ => "",
    }
}

fn other_shape(fits: &Option<Vec<u32>>) -> String {
    fits.as_ref().map_or(String::new(), |shape| {
        format!(" (shape {} would take as many as there are)", Shape(shape))
    })
}

/// Dimensions as 60000×28×28.
pub struct Shape<'a>(pub &'a [u32]);

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, dimension) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { "×" };
            write!(f, "{separator}{dimension}")?;
        }
        Ok(())
    }
}
