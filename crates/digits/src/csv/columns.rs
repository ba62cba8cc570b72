//! What the columns of a CSV file hold.

use std::io::Read;

use super::fault::Fault;
use super::field::number;
use super::rows::Rows;
use crate::sniff::Beginning;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Label,
    /// The pixel at this place of the image, row after row.
    Pixel(u32),
    /// Nothing that matters.
    Passed,
}

/// The columns in their order, and the size of the image they make.
#[derive(Debug)]
pub struct Columns {
    pub columns: Vec<Column>,
    pub height: usize,
    pub width: usize,
}

/// What a header calls a pixel: by one number or by two.
type Name = (Option<u32>, u32);

impl Columns {
    /// The columns as the first row tells them, and whether that is a header.
    pub fn of(rows: &Rows<impl Read>) -> Result<(Self, bool), Fault> {
        let has_letters = |field: &[u8]| field.iter().any(u8::is_ascii_alphabetic);
        // Numbers of columns, as pandas writes them where nobody named any: no grey levels reach
        // that far.
        let counts = |(k, field): (usize, &[u8])| number(field) == Some(k as f64);
        if rows.len() > 257 && rows.fields().enumerate().all(counts) {
            return Ok((Self::label_first(rows.len())?, true));
        }
        if rows.fields().any(has_letters) {
            return Ok((Self::named(rows)?, true));
        }
        Ok((Self::label_first(rows.len())?, false))
    }

    fn label_first(count: usize) -> Result<Self, Fault> {
        let pixels = count - 1;
        let side = pixels.isqrt();
        if side * side != pixels {
            return Err(match count.isqrt().pow(2) == count {
                true => Fault::NoLabel { columns: count },
                false => Fault::NoSquare { pixels },
            });
        }
        let pixels = (0..pixels as u32).map(Column::Pixel);
        Ok(Columns {
            columns: [Column::Label].into_iter().chain(pixels).collect(),
            height: side,
            width: side,
        })
    }

    fn named(rows: &Rows<impl Read>) -> Result<Self, Fault> {
        let mut columns = Vec::new();
        let mut names: Vec<Name> = Vec::new();
        let mut label = None;
        for (k, field) in rows.fields().enumerate() {
            let name = field.trim_ascii().to_ascii_lowercase();
            columns.push(match &name[..] {
                b"label" | b"labels" | b"class" | b"target" | b"digit" | b"y" => {
                    if let Some(first) = label.replace(k + 1) {
                        let second = k + 1;
                        return Err(Fault::TwoLabels { first, second });
                    }
                    Column::Label
                }
                b"" | b"unnamed: 0" | b"index" | b"id" => Column::Passed,
                _ => {
                    let unknown = || Fault::Name {
                        column: k + 1,
                        name: Beginning(field.to_vec()),
                    };
                    names.push(pixel_name(&name).ok_or_else(unknown)?);
                    // Which one is known when all of them are.
                    Column::Pixel(0)
                }
            });
        }
        if label.is_none() {
            let columns = rows.len();
            return Err(Fault::NoLabel { columns });
        }
        let (height, width) = size(&names)?;
        let places = places(&names, width)?;
        let pixels = columns
            .iter_mut()
            .filter(|column| **column == Column::Pixel(0));
        pixels
            .zip(places)
            .for_each(|(column, place)| *column = Column::Pixel(place));
        Ok(Columns {
            columns,
            height,
            width,
        })
    }
}

/// The numbers in a pixel's name: `pixel12`, `12`, or `3x12`.
fn pixel_name(name: &[u8]) -> Option<Name> {
    let mut numbers = name
        .split(|byte| !byte.is_ascii_digit())
        .filter(|run| !run.is_empty());
    let mut next = || {
        numbers
            .next()
            .map(|run| str::from_utf8(run).ok()?.parse().ok())
    };
    match (next(), next(), next()) {
        (Some(number), None, None) => Some((None, number?)),
        (Some(row), Some(column), None) => Some((Some(row?), column?)),
        _ => None,
    }
}

/// The height and the width of the image that the names make.
fn size(names: &[Name]) -> Result<(usize, usize), Fault> {
    let pixels = names.len();
    let rows = names.iter().map(|&(row, _)| row);
    let (Some(Some(first)), Some(Some(last))) = (rows.clone().min(), rows.max()) else {
        // One number each, or some so and some otherwise, which the places will show.
        let side = pixels.isqrt();
        let is_square = pixels > 0 && side * side == pixels;
        return is_square
            .then_some((side, side))
            .ok_or(Fault::NoSquare { pixels });
    };
    let height = (last - first) as usize + 1;
    let is_whole = pixels.is_multiple_of(height);
    is_whole
        .then_some((height, pixels / height))
        .ok_or(Fault::Names { pixels })
}

/// Where in the image each name belongs. Every place must be taken once, and numbers begin with 0
/// or 1.
fn places(names: &[Name], width: usize) -> Result<Vec<u32>, Fault> {
    let pixels = names.len();
    let wrong = || Fault::Names { pixels };
    let first_row = names.iter().filter_map(|&(row, _)| row).min().unwrap_or(0);
    let first = names.iter().map(|&(_, number)| number).min().unwrap_or(0);
    if first > 1 || first_row > 1 {
        return Err(wrong());
    }
    let mut taken = vec![false; pixels];
    let mut places = Vec::with_capacity(pixels);
    for &(row, number) in names {
        let number = (number - first) as usize;
        let place = match row {
            None => number,
            Some(row) if number < width => (row - first_row) as usize * width + number,
            Some(_) => return Err(wrong()),
        };
        if place >= pixels || taken[place] {
            return Err(wrong());
        }
        taken[place] = true;
        places.push(place as u32);
    }
    Ok(places)
}
