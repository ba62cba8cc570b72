//! Contents, unpacked where they are packed: gzip is recognised by its first two bytes, whatever
//! the file is called.
//!
//! Half the copies of a data set have lost the `.gz` of their name, and some have it without being
//! packed. RFC 1952 allows several members, one after the other, and gzip itself ignores zeros
//! behind the last one, which tapes and block devices add; so both are read. Anything else behind
//! the end is an error, and so is an end that does not come.
//!
//! Nothing here touches files: contents come from any [`Read`].

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

use crate::sniff::{Beginning, Count, Found, LOOKED_AT};

/// The bytes every gzip file begins with (RFC 1952, section 2.3.1).
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// How much is counted behind the end of what is read, for an error to say so: reading ends with
/// that, even if the file does not.
const COUNTED: u64 = 64 << 20;

/// Why contents cannot be read to their end.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The gzip stream stops before its end.
    #[error(
        "the gzip stream is cut off: it ends after {unpacked} unpacked bytes, before its end mark; \
         download it again"
    )]
    CutOff {
        /// How much came out of it.
        unpacked: u64,
    },
    /// The gzip stream contradicts itself: a bad code, or a checksum that does not agree.
    #[error(
        "the gzip stream is damaged after {unpacked} unpacked bytes: {reason}; download it again"
    )]
    Damaged {
        /// How much came out of it.
        unpacked: u64,
        /// The decoder's words.
        reason: String,
    },
    /// The operating system refused.
    #[error("{0}")]
    Io(io::Error),
}

/// What a file holds, packed or not.
#[derive(Debug)]
pub struct Contents<R> {
    source: Source<R>,
    /// How many bytes were read.
    read: u64,
    /// The first of them.
    beginning: Vec<u8>,
}

type Whole<R> = io::Chain<io::Cursor<Vec<u8>>, R>;

#[derive(Debug)]
enum Source<R> {
    Plain(Whole<R>),
    Packed(Box<Members<BufReader<Whole<R>>>>),
}

impl<R: Read> Contents<R> {
    /// The contents of `reader`, which must end where the file does.
    ///
    /// # Errors
    ///
    /// [`Broken::Io`] if its first bytes cannot be read.
    pub fn new(mut reader: R) -> Result<Self, Broken> {
        let mut prefix = Vec::with_capacity(MAGIC.len());
        let mut first = reader.by_ref().take(MAGIC.len() as u64);
        first.read_to_end(&mut prefix).map_err(Broken::Io)?;
        let is_packed = prefix == MAGIC;
        let whole = io::Cursor::new(prefix).chain(reader);
        let source = if is_packed {
            Source::Packed(Box::new(Members(Some(GzDecoder::new(BufReader::new(
                whole,
            ))))))
        } else {
            Source::Plain(whole)
        };
        Ok(Contents {
            source,
            read: 0,
            beginning: Vec::new(),
        })
    }

    /// The next bytes into `buffer`; how many, 0 only at the end.
    ///
    /// # Errors
    ///
    /// [`Broken`]; a checksum is compared at the end.
    pub fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Broken> {
        let count = self.read(buffer);
        count.map_err(|error| self.broken(error))
    }

    /// The next `limit` bytes, or what there is. The buffer grows with what arrives; `limit`
    /// reserves nothing.
    ///
    /// # Errors
    ///
    /// [`Broken`].
    pub fn next(&mut self, limit: usize) -> Result<Vec<u8>, Broken> {
        let mut bytes = Vec::new();
        let outcome = self.by_ref().take(limit as u64).read_to_end(&mut bytes);
        outcome.map(|_| bytes).map_err(|error| self.broken(error))
    }

    /// How many bytes are left, counted to a bound.
    ///
    /// # Errors
    ///
    /// [`Broken`].
    pub fn count_rest(&mut self) -> Result<Count, Broken> {
        let (before, mut buffer) = (self.read, [0; 4096]);
        while self.read - before <= COUNTED {
            if self.fill(&mut buffer)? == 0 {
                let bytes = self.read - before;
                return Ok(Count { bytes, more: false });
            }
        }
        let bytes = COUNTED;
        Ok(Count { bytes, more: true })
    }

    /// What there is instead of what was expected, whatever it is.
    pub fn into_found(mut self) -> Found {
        // That the rest is broken, too, would only distract.
        let _ = self.next(LOOKED_AT.saturating_sub(self.beginning.len()));
        let more = self.count_rest().is_ok_and(|rest| rest.more);
        Found {
            count: Count {
                bytes: self.read,
                more,
            },
            is_unpacked: matches!(self.source, Source::Packed(_)),
            beginning: Beginning(self.beginning),
        }
    }

    /// The first bytes of what was read, up to [`LOOKED_AT`].
    pub fn beginning(&self) -> &[u8] {
        &self.beginning
    }

    fn broken(&self, error: io::Error) -> Broken {
        let unpacked = self.read;
        match (&self.source, error.kind()) {
            (Source::Packed(_), io::ErrorKind::UnexpectedEof) => Broken::CutOff { unpacked },
            (Source::Packed(_), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
                Broken::Damaged {
                    unpacked,
                    reason: error.to_string(),
                }
            }
            _ => Broken::Io(error),
        }
    }
}

impl<R: Read> Read for Contents<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.source {
            Source::Plain(whole) => whole.read(buffer)?,
            Source::Packed(members) => members.read(buffer)?,
        };
        self.read += count as u64;
        let missing = LOOKED_AT - self.beginning.len();
        self.beginning.extend(&buffer[..count.min(missing)]);
        Ok(count)
    }
}

/// The members of a gzip file one after the other; `None` once the end was reached. flate2 has such
/// a reader too, but it calls foreign bytes after the last member a cut-off header.
#[derive(Debug)]
struct Members<R>(Option<GzDecoder<R>>);

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.0 {
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let following = skip_zeros(member.get_mut())?;
            if following.is_empty() {
                self.0 = None;
            } else if following[0] == MAGIC[0] {
                let member = self.0.take();
                self.0 = member.map(|member| GzDecoder::new(member.into_inner()));
            } else {
                let found = Beginning(following.to_vec());
                let reason = format!("its end is followed by {found}, which is not gzip");
                return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
            }
        }
        Ok(0)
    }
}

/// What comes after any number of zeros; nothing at the end.
fn skip_zeros(reader: &mut impl BufRead) -> io::Result<&[u8]> {
    loop {
        let buffer = reader.fill_buf()?;
        let zeros = buffer.iter().take_while(|&&byte| byte == 0).count();
        let is_all = zeros == buffer.len();
        let at_end = buffer.is_empty();
        reader.consume(zeros);
        if at_end || !is_all {
            return reader.fill_buf();
        }
    }
}

#[cfg(test)]
mod tests;
