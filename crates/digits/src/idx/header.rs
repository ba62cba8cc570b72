//! The header of an IDX file, and what its dimensions mean.

use std::io::Read;

use byteorder::{BigEndian, ByteOrder};

use super::fault::{Fault, Holds, Type};
use crate::gzip::Contents;

/// What a header declares.
#[derive(Clone, Debug)]
pub struct Header {
    pub element: Type,
    pub shape: Vec<u32>,
    /// The product of the dimensions.
    pub elements: usize,
    pub holds: Holds,
}

/// The columns of QMNIST's labels: class, series, writer, and five more.
const QMNIST_COLUMNS: u32 = 8;

impl Header {
    /// Reads the header of a file that should hold `holds`, and checks that something of that size
    /// can be; none if the file does not begin as IDX does.
    pub fn read(contents: &mut Contents<impl Read>, holds: Holds) -> Result<Option<Self>, Fault> {
        let expected = 4 + 4 * holds.rank();
        let magic = contents.next(4)?;
        match magic[..] {
            [] => Err(Fault::Empty { holds, expected }),
            [0, 0, code, rank @ 1..=u8::MAX] if Type::of(code).is_some() => {
                let element = Type::of(code).expect("the guard says so");
                Self::dimensions(contents, element, rank.into(), holds).map(Some)
            }
            [_, _, _, _] => Ok(None),
            // Too short, and not even the beginning of one.
            _ if magic.starts_with(&[0, 0]) || magic == [0] => Err(Fault::TruncatedHeader {
                found: magic.len(),
                expected,
            }),
            _ => Ok(None),
        }
    }

    fn dimensions(
        contents: &mut Contents<impl Read>,
        element: Type,
        rank: usize,
        holds: Holds,
    ) -> Result<Self, Fault> {
        let bytes = contents.next(4 * rank)?;
        if bytes.len() < 4 * rank {
            return Err(Fault::TruncatedHeader {
                found: 4 + bytes.len(),
                expected: 4 + 4 * rank,
            });
        }
        let mut shape = vec![0; rank];
        BigEndian::read_u32_into(&bytes, &mut shape);
        if shape[0] == 0 {
            return Err(Fault::NoItems { shape });
        }
        if shape.contains(&0) {
            return Err(Fault::ZeroSized { shape });
        }
        // No slice is longer than `isize::MAX` bytes; what is left makes room for the header and
        // the byte that must not be there.
        let limit = isize::MAX as usize / 2;
        let size = shape
            .iter()
            .try_fold(element.bytes(), |product, &dimension| {
                product
                    .checked_mul(dimension as usize)
                    .filter(|&product| product <= limit)
            });
        let Some(size) = size else {
            return Err(Fault::TooLarge { shape });
        };
        Ok(Header {
            element,
            shape,
            elements: size / element.bytes(),
            holds,
        })
    }

    /// The dimensions of images: N×H×W, whatever ones stand between, or N×D where D is a square.
    pub fn image_shape(&self) -> Result<[usize; 3], Fault> {
        let shape = match self.shape[..] {
            [n, h, w] | [n, 1, h, w] | [n, h, w, 1] => [n, h, w],
            [n, d] if d > 1 && d.isqrt().pow(2) == d => [n, d.isqrt(), d.isqrt()],
            _ => return Err(self.misshapen()),
        };
        Ok(shape.map(|dimension| dimension as usize))
    }

    /// How many numbers there are for each label; the first is the label.
    pub fn label_columns(&self) -> Result<usize, Fault> {
        match (self.element, &self.shape[..]) {
            (_, [_] | [_, 1]) => Ok(1),
            (Type::Int, [_, QMNIST_COLUMNS]) => Ok(QMNIST_COLUMNS as usize),
            _ => Err(self.misshapen()),
        }
    }

    fn misshapen(&self) -> Fault {
        Fault::Misshapen {
            element: self.element,
            shape: self.shape.clone(),
            expected: self.holds,
        }
    }
}
