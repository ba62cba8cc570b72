//! The payload of an IDX file: every element to its end, and not a byte more.

use std::io::Read;

use byteorder::{BigEndian, ByteOrder};

use super::fault::{Fault, Holds, Type};
use super::header::Header;
use crate::gzip::Contents;
use crate::levels::Levels;
use crate::sniff::Beginning;

/// How many bytes are decoded at once; a multiple of every element's size.
const BUFFER: usize = 1 << 14;

/// The elements as grey levels.
pub fn levels(header: &Header, contents: &mut Contents<impl Read>) -> Result<Vec<u8>, Fault> {
    if header.element == Type::UnsignedByte {
        return bytes(header, contents);
    }
    let is_fraction = matches!(header.element, Type::Float | Type::Double);
    let mut levels = Levels::new(is_fraction);
    numbers(header, contents, |_, number| {
        let can_be = Levels::can_be(number);
        if can_be {
            levels.push(number);
        }
        can_be
    })?;
    Ok(levels.finish(is_fraction))
}

/// The first of every `columns` elements, which are whole.
pub fn labels(
    header: &Header,
    columns: usize,
    contents: &mut Contents<impl Read>,
) -> Result<Vec<u8>, Fault> {
    if header.element == Type::UnsignedByte && columns == 1 {
        return bytes(header, contents);
    }
    let mut labels = Vec::new();
    numbers(header, contents, |index, number| {
        if index.is_multiple_of(columns) {
            labels.push(number as u8);
            return f64::from(number as u8) == number;
        }
        true
    })?;
    labels.shrink_to_fit();
    Ok(labels)
}

/// The elements as they are.
fn bytes(header: &Header, contents: &mut Contents<impl Read>) -> Result<Vec<u8>, Fault> {
    let mut bytes = contents.next(header.elements)?;
    if bytes.len() < header.elements {
        return Err(cut_off(header, bytes.len()));
    }
    ends(header, contents)?;
    bytes.shrink_to_fit();
    Ok(bytes)
}

/// Shows `take` each element with its index; one that it does not take is a fault.
fn numbers(
    header: &Header,
    contents: &mut Contents<impl Read>,
    mut take: impl FnMut(usize, f64) -> bool,
) -> Result<(), Fault> {
    let width = header.element.bytes();
    let mut index = 0;
    while index < header.elements {
        let wanted = (header.elements - index).saturating_mul(width).min(BUFFER);
        let bytes = contents.next(wanted)?;
        for element in bytes.chunks_exact(width) {
            let number = number(header.element, element);
            if !take(index, number) {
                return Err(Fault::Value {
                    index,
                    number,
                    element: header.element,
                    shape: header.shape.clone(),
                    expected: header.holds,
                });
            }
            index += 1;
        }
        if bytes.len() < wanted {
            let found = index * width + bytes.len() % width;
            return Err(cut_off(header, found));
        }
    }
    ends(header, contents)
}

fn number(element: Type, bytes: &[u8]) -> f64 {
    match element {
        Type::UnsignedByte => bytes[0].into(),
        Type::SignedByte => (bytes[0] as i8).into(),
        Type::Short => BigEndian::read_i16(bytes).into(),
        Type::Int => BigEndian::read_i32(bytes).into(),
        Type::Float => BigEndian::read_f32(bytes).into(),
        Type::Double => BigEndian::read_f64(bytes),
    }
}

fn cut_off(header: &Header, found: usize) -> Fault {
    Fault::TruncatedPayload {
        found,
        expected: header.elements * header.element.bytes(),
        shape: header.shape.clone(),
    }
}

/// Reads to the very end: only there does gzip compare its checksum.
fn ends(header: &Header, contents: &mut Contents<impl Read>) -> Result<(), Fault> {
    let following = contents.next(32)?;
    if following.is_empty() {
        return Ok(());
    }
    let mut rest = contents.count_rest()?;
    let expected = header.elements * header.element.bytes();
    rest.bytes += (expected + following.len()) as u64;
    Err(Fault::TrailingBytes {
        found: rest,
        expected,
        shape: header.shape.clone(),
        fits: fits(header, rest.bytes),
        following: Beginning(following),
    })
}

/// The shape that as many images, but square ones of another size, would have if there are so many
/// bytes.
fn fits(header: &Header, bytes: u64) -> Option<Vec<u32>> {
    let count = header.shape[0];
    let pixels = bytes / u64::from(count) / header.element.bytes() as u64;
    let is_whole = pixels * u64::from(count) * header.element.bytes() as u64 == bytes;
    let side = u32::try_from(pixels.isqrt()).ok()?;
    let is_square = u64::from(side).pow(2) == pixels;
    (header.holds == Holds::Images && is_whole && is_square).then(|| vec![count, side, side])
}
