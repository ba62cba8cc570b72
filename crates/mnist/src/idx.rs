//! Reading IDX, the format of the MNIST files.
//!
//! An IDX file is a header and a payload. The header is two zero bytes, a byte for the type of the
//! elements (0x08: unsigned bytes, the only one the MNIST family uses), a byte for the rank, and
//! one big-endian `u32` for each dimension; the payload is the elements, last dimension fastest.
//! Images have rank 3 (count, height, width), labels rank 1 (count). Most copies are compressed
//! with gzip, and many have lost the `.gz` of their name on the way, so the first two bytes decide,
//! not the name. The name still counts for one thing: a `.gz` that is not gzip is most often a web
//! page that was saved in the file's place, and the error shows its first bytes.
//!
//! # What a header is worth
//!
//! A header is a claim. A file of fifty bytes may declare 2³² images, and one of a megabyte may
//! unpack to a gigabyte. Nothing here is allocated because a header says so: the payload is read
//! through [`Read::take`] into a buffer that grows with what arrives, never beyond about twice the
//! bytes that were really there, and reading stops one byte after the declared end. So the memory a
//! hostile file can take is bounded by what it unpacks to and by what it declares, whichever is
//! less.
//!
//! Every byte is accounted for: too few, too many, or a gzip checksum that does not agree are
//! errors, and so are the legal but useless files, with no items or with items of no size, which
//! would otherwise divide by zero much later.
//!
//! The format is described in LeCun, Cortes and Burges, "The MNIST database of handwritten digits";
//! gzip in RFC 1952.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use byteorder::{BigEndian, ByteOrder};
use flate2::bufread::GzDecoder;

mod fault;

pub use fault::{Beginning, Fault, FileError};

use fault::magic;

/// The bytes every gzip file begins with (RFC 1952, section 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// How much of a file is looked at before deciding what it is, and quoted when it is something
/// else.
const PREFIX: usize = 32;

/// The contents of an IDX file of unsigned bytes with `RANK` dimensions.
///
/// The product of `shape` is the number of `bytes`, and neither is zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idx<const RANK: usize> {
    /// The dimensions, the number of items first: (count, height, width) for images, (count) for
    /// labels.
    pub shape: [usize; RANK],
    /// The elements, last dimension fastest: pixel rows one after the other, image after image.
    pub bytes: Vec<u8>,
}

/// Reads the file at `path`, compressed or not.
///
/// # Errors
///
/// Any [`Fault`], with the path.
pub fn read_file<const RANK: usize>(path: &Path) -> Result<Idx<RANK>, FileError> {
    let named_gz = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("gz"));
    open(path)
        .and_then(|file| read(file, named_gz))
        .map_err(|fault| FileError {
            path: path.to_owned(),
            fault,
        })
}

/// Reads an IDX file from its bytes in memory, compressed or not. Never panics, whatever the bytes
/// are; this is the entry for fuzzing.
///
/// ```
/// let labels = mnist::idx::parse::<1>(&[0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]).unwrap();
/// assert_eq!((labels.shape, labels.bytes), ([3], vec![5, 0, 4]));
///
/// let error = mnist::idx::parse::<1>(&[0, 0, 8, 1, 0, 0, 0, 3, 5]).unwrap_err();
/// assert_eq!(error.to_string(), "the payload is cut off: found 1 bytes, expected 3 from shape 3");
/// ```
///
/// # Errors
///
/// Any [`Fault`] but those of the file system.
pub fn parse<const RANK: usize>(bytes: &[u8]) -> Result<Idx<RANK>, Fault> {
    read(bytes, false)
}

/// Reads an IDX file from `reader`, which must end where the file does. Gzip is recognised by its
/// first two bytes; with `named_gz` it is demanded.
///
/// # Errors
///
/// Any [`Fault`].
pub fn read<const RANK: usize>(mut reader: impl Read, named_gz: bool) -> Result<Idx<RANK>, Fault> {
    let mut prefix = Vec::with_capacity(PREFIX);
    reader
        .by_ref()
        .take(PREFIX as u64)
        .read_to_end(&mut prefix)
        .map_err(Fault::Io)?;
    let gzip = prefix.starts_with(&GZIP_MAGIC);
    if named_gz && !gzip && !prefix.is_empty() {
        return Err(Fault::NotGzip {
            found: Beginning(prefix),
        });
    }
    let whole = io::Cursor::new(prefix).chain(reader);
    if gzip {
        unpacked(Members(Some(GzDecoder::new(BufReader::new(whole)))), gzip)
    } else {
        unpacked(whole, gzip)
    }
}

/// The members of a gzip file one after the other: RFC 1952 allows several, and some tools write
/// them. `None` once the end was reached. flate2 has such a reader too, but it calls foreign bytes
/// after the last member a cut-off header.
struct Members<R>(Option<GzDecoder<R>>);

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.0 {
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let following = member.get_mut().fill_buf()?;
            if following.is_empty() {
                self.0 = None;
            } else if following[0] == GZIP_MAGIC[0] {
                self.0 = self
                    .0
                    .take()
                    .map(|member| GzDecoder::new(member.into_inner()));
            } else {
                let found = Beginning(following[..following.len().min(PREFIX)].to_vec());
                let reason = format!("its end is followed by {found}, which is not gzip");
                return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
            }
        }
        Ok(0)
    }
}

/// Opens a file, telling the three ways of not being one apart.
fn open(path: &Path) -> Result<File, Fault> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Fault::Missing,
        _ => Fault::Io(error),
    })?;
    // Opening a directory succeeds on Unix; reading from it would fail with a vaguer message.
    if file.metadata().map_err(Fault::Io)?.is_dir() {
        return Err(Fault::Directory);
    }
    Ok(file)
}

/// Reads header and payload from the unpacked bytes, to the very end: only there does gzip compare
/// its checksum.
fn unpacked<const RANK: usize>(mut reader: impl Read, gzip: bool) -> Result<Idx<RANK>, Fault> {
    let expected = 4 + 4 * RANK;
    let header = at_most(&mut reader, expected, gzip, 0)?;
    let declared = declared::<RANK>(&header, expected)?;
    let (shape, size) = size(&declared)?;

    let mut bytes = at_most(&mut reader, size, gzip, expected)?;
    if bytes.len() < size {
        return Err(Fault::TruncatedPayload {
            found: bytes.len(),
            expected: size,
            shape: declared.to_vec(),
        });
    }
    if !at_most(&mut reader, 1, gzip, expected + size)?.is_empty() {
        return Err(Fault::TrailingBytes {
            expected: size,
            shape: declared.to_vec(),
        });
    }
    bytes.shrink_to_fit();
    Ok(Idx { shape, bytes })
}

/// The next `limit` bytes, or what there is. The buffer grows with what arrives; `limit` reserves
/// nothing.
fn at_most(
    reader: &mut impl Read,
    limit: usize,
    gzip: bool,
    before: usize,
) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let outcome = reader.take(limit as u64).read_to_end(&mut bytes);
    let unpacked = (before + bytes.len()) as u64;
    match outcome {
        Ok(_) => Ok(bytes),
        Err(error) if !gzip => Err(Fault::Io(error)),
        Err(error) => Err(match error.kind() {
            io::ErrorKind::UnexpectedEof => Fault::TruncatedGzip { unpacked },
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => Fault::DamagedGzip {
                unpacked,
                reason: error.to_string(),
            },
            _ => Fault::Io(error),
        }),
    }
}

/// The dimensions in a header, its magic number compared first: a wrong file is better named wrong
/// than short.
fn declared<const RANK: usize>(header: &[u8], expected: usize) -> Result<[u32; RANK], Fault> {
    if header.is_empty() {
        return Err(Fault::Empty { expected });
    }
    if header.len() >= 4 {
        let (found, expected) = (BigEndian::read_u32(header), magic(RANK));
        if found != expected {
            return Err(Fault::WrongMagic { found, expected });
        }
    }
    if header.len() < expected {
        return Err(Fault::TruncatedHeader {
            found: header.len(),
            expected,
        });
    }
    let mut declared = [0; RANK];
    BigEndian::read_u32_into(&header[4..], &mut declared);
    Ok(declared)
}

/// The declared dimensions as sizes, and their product.
fn size<const RANK: usize>(declared: &[u32; RANK]) -> Result<([usize; RANK], usize), Fault> {
    let shape = || declared.to_vec();
    if declared[0] == 0 {
        return Err(Fault::NoItems { shape: shape() });
    }
    if declared.contains(&0) {
        return Err(Fault::ZeroSized { shape: shape() });
    }
    let too_large = || Fault::TooLarge { shape: shape() };
    let mut sizes = [0; RANK];
    // No slice is longer than `isize::MAX` bytes; one less leaves room for the byte that must not
    // be there.
    let mut product = 1usize;
    for (size, &dimension) in sizes.iter_mut().zip(declared) {
        *size = usize::try_from(dimension).map_err(|_| too_large())?;
        product = product.checked_mul(*size).ok_or_else(too_large)?;
    }
    if product > isize::MAX as usize - (4 + 4 * RANK + 1) {
        return Err(too_large());
    }
    Ok((sizes, product))
}

#[cfg(test)]
mod tests;
