//! The rows of a CSV file, one at a time, in buffers that grow to a bound.

use std::io::Read;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::fault::Fault;
use super::field::{LONGEST_ROW, MOST_COLUMNS};
use crate::gzip::Contents;
use crate::sniff::look_of;

/// How much is read at once.
const BUFFER: usize = 1 << 14;

/// What reads rows, and the row it read last.
pub struct Rows<R> {
    contents: Contents<R>,
    parser: Reader,
    input: Vec<u8>,
    /// How much of the input was parsed.
    parsed: usize,
    /// The fields one after the other, and where each of them ends.
    text: Vec<u8>,
    ends: Vec<usize>,
    fields: usize,
    number: u64,
}

impl<R: Read> Rows<R> {
    pub fn new(reader: R) -> Result<Self, Fault> {
        let mut contents = Contents::new(reader)?;
        let input = contents.next(BUFFER)?;
        let line = contents
            .beginning()
            .split(|&byte| byte == b'\n')
            .next()
            .unwrap_or_default();
        let separator = line.iter().find(|byte| b",;\t".contains(byte));
        let parser = ReaderBuilder::new()
            .delimiter(*separator.unwrap_or(&b','))
            .build();
        Ok(Rows {
            contents,
            parser,
            input,
            parsed: 0,
            text: vec![0; 1024],
            ends: vec![0; 64],
            fields: 0,
            number: 0,
        })
    }

    /// Reads the next row that is not empty; whether there was one.
    pub fn next(&mut self) -> Result<bool, Fault> {
        let (mut text, mut fields) = (0, 0);
        loop {
            let (result, parsed, written, ended) = self.parser.read_record(
                &self.input[self.parsed..],
                &mut self.text[text..],
                &mut self.ends[fields..],
            );
            self.parsed += parsed;
            text += written;
            fields += ended;
            match result {
                ReadRecordResult::InputEmpty => {
                    self.input = self.contents.next(BUFFER)?;
                    self.parsed = 0;
                }
                ReadRecordResult::OutputFull if self.text.len() >= LONGEST_ROW => {
                    let row = self.number + 1;
                    return Err(Fault::RowTooLong { row });
                }
                ReadRecordResult::OutputFull => {
                    let length = (2 * self.text.len()).min(LONGEST_ROW);
                    self.text.resize(length, 0);
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() >= MOST_COLUMNS => {
                    return Err(Fault::TooManyColumns);
                }
                ReadRecordResult::OutputEndsFull => {
                    let length = (2 * self.ends.len()).min(MOST_COLUMNS);
                    self.ends.resize(length, 0);
                }
                ReadRecordResult::Record => {
                    self.fields = fields;
                    self.number += 1;
                    return Ok(true);
                }
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    /// Which row was read last, from 1 on.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// How many fields it has.
    pub fn len(&self) -> usize {
        self.fields
    }

    /// Its fields.
    pub fn fields(&self) -> impl Iterator<Item = &[u8]> {
        let ends = &self.ends[..self.fields];
        ends.iter().scan(0, |start, &end| {
            let field = &self.text[*start..end];
            *start = end;
            Some(field)
        })
    }

    /// Whether the file is not CSV at all: a look of its own, or a first row of one field.
    pub fn is_something_else(&self) -> bool {
        let look = look_of(self.contents.beginning());
        self.fields < 2 || look.is_none_or(|look| !matches!(look.what, "CSV" | "text"))
    }

    /// The fault of that.
    pub fn into_not_csv(self) -> Fault {
        let found = self.contents.into_found();
        Fault::NotCsv { found }
    }
}
