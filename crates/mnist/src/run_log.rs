//! The two logs of a run: every step's loss, and the accuracies measured on the way.
//!
//! They are kept in memory as the text they will be in their files, so a file is written by copying
//! it. A line is added without allocating once [`Log::reserve`] made room for it.

use std::fmt::Display;
use std::io::Write;

use flate2::Crc;
use serde::{Deserialize, Serialize};

/// A log as CSV text: a header, then a line for each record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    text: Vec<u8>,
}

/// How much of a log belongs to a checkpoint: so many bytes, with this sum. A run that goes on from
/// there drops what comes after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// How many bytes.
    pub bytes: usize,
    /// Their CRC-32, as in gzip.
    pub crc32: u32,
}

/// The longest line of the loss: a 64-bit step and the digits of a float as they mostly are.
const LINE: usize = 40;

impl Log {
    /// A log of these columns, with no record yet.
    pub fn new(header: &str) -> Self {
        Log {
            text: format!("{header}\n").into_bytes(),
        }
    }

    /// The log whose file holds `text`, as it was when `extent` was taken; none if `text` does not
    /// begin with that.
    pub fn resume(mut text: Vec<u8>, extent: Extent) -> Option<Self> {
        if text.len() < extent.bytes {
            return None;
        }
        text.truncate(extent.bytes);
        let log = Log { text };
        (log.extent() == extent).then_some(log)
    }

    /// Adds a line.
    pub fn record(&mut self, line: impl Display) {
        writeln!(self.text, "{line}").expect("memory can be written to");
    }

    /// Makes room for so many more lines.
    pub fn reserve(&mut self, lines: usize) {
        self.text.reserve(lines.saturating_mul(LINE));
    }

    /// The text of the file.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// What the log is now.
    pub fn extent(&self) -> Extent {
        let mut crc = Crc::new();
        crc.update(&self.text);
        Extent {
            bytes: self.text.len(),
            crc32: crc.sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resumes_where_the_extent_was_taken() {
        let mut log = Log::new("step,loss");
        log.record(format_args!("1,{}", 0.5f32));
        let extent = log.extent();
        let then = log.clone();
        log.record("2,0.25");
        assert_eq!(log.text(), b"step,loss\n1,0.5\n2,0.25\n");
        assert_eq!(Log::resume(log.text().to_vec(), extent), Some(then));
        // Too short, or another run's.
        assert_eq!(Log::resume(log.text()[..10].to_vec(), extent), None);
        assert_eq!(
            Log::resume(b"step,loss\n1,0.6\n2,0.25\n".to_vec(), extent),
            None
        );
    }
}
