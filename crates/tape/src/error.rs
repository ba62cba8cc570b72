//! What can go wrong with what a tape is given.
//!
//! Mistakes in building a graph (shapes that cannot be multiplied, handles of two tapes) panic at
//! the caller's line. What depends on the numbers or on ids kept from earlier is an [`Error`].

use crate::shape::Shape;
use std::fmt;
use std::panic::Location;
use thiserror::Error;

/// An error that depends on what a tape was given: an id, a leaf's new value, the numbers of a
/// replay.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The id belongs to another tape.
    #[error("the id belongs to tape {found}, this is tape {expected}")]
    Foreign {
        /// The number of the tape the id belongs to.
        found: u64,
        /// The number of this tape.
        expected: u64,
    },
    /// The id's entry is gone: the tape was rewound past it.
    #[error(
        "the id names entry {entry}, which is gone: the tape was rewound past it after the id was \
         taken"
    )]
    Outdated {
        /// The index of the entry the id named.
        entry: usize,
    },
    /// The id was taken after the sweep, and after a rewind: the sweep may have seen another entry
    /// there.
    #[error(
        "the id names entry {entry} as it is since a rewind, the sweep is from before: sweep again"
    )]
    Later {
        /// The index of the entry the id names.
        entry: usize,
    },
    /// The entry's value is out of date: a leaf was set, and the tape was not replayed since.
    #[error(
        "entry {entry} (`{op}`) is out of date: a leaf was set since it was computed, or the last \
         replay failed; call `Tape::replay` first"
    )]
    Stale {
        /// The entry's index.
        entry: usize,
        /// The entry's op.
        op: &'static str,
    },
    /// There is nothing to read: no sweep has been made with this buffer, or the last one failed.
    #[error(
        "nothing was swept yet, or the last sweep failed: call `Tape::sweep` or \
         `Tape::push_forward` first"
    )]
    NotSwept,
    /// Only a leaf's value can be set.
    #[error("entry {entry} is the result of `{op}`: only the value of a leaf can be set")]
    NotALeaf {
        /// The entry's index.
        entry: usize,
        /// The entry's op.
        op: &'static str,
    },
    /// A matrix of another shape was given.
    #[error("a {found} matrix was given for entry {entry}, which is {expected}")]
    Shape {
        /// The entry's index.
        entry: usize,
        /// The shape given.
        found: Shape,
        /// The entry's shape.
        expected: Shape,
    },
    /// A slice with a number for each of several scalars was expected.
    #[error("a slice of {found} numbers for {expected} scalars: there must be one for each")]
    Length {
        /// The length of the slice.
        found: usize,
        /// How many scalars there are.
        expected: usize,
    },
    /// Examples have another number of columns than the data of a function have numbers.
    #[error("the examples have {found} columns, where {expected} belong: {data}")]
    Columns {
        /// How many there are.
        found: usize,
        /// How many there must be: one for each number of the data.
        expected: usize,
        /// What the data are.
        data: String,
    },
    /// A function was given another number of numbers than it has inputs.
    #[error("{found} numbers were given for {expected}: {structure}")]
    Numbers {
        /// How many were given.
        found: usize,
        /// How many there must be.
        expected: usize,
        /// What they are.
        structure: String,
    },
    /// A function was given a point with other parts than its inputs.
    #[error("the point has {found}; the inputs are {expected}")]
    Inputs {
        /// The parts of the point.
        found: String,
        /// Those of the function's inputs.
        expected: String,
    },
    /// A matrix of another shape was given for a Jacobian.
    #[error(
        "a {found} matrix was given for a Jacobian of {expected}: a row for each result, a column \
             for each parameter"
    )]
    JacobianShape {
        /// The shape given.
        found: Shape,
        /// That of the Jacobian.
        expected: Shape,
    },
    /// A matrix of another shape was given for products.
    #[error("a {found} matrix was given for products with {expected}")]
    ProductShape {
        /// The shape given.
        found: Shape,
        /// That of the products.
        expected: Shape,
    },
    /// The function was made of a tape, and its closure would be needed.
    #[error("the function was made of a tape: make it of a closure, which can be recorded anew")]
    NoClosure,
    /// A gradient is that of one number, and the function has another number of results.
    #[error(
        "the function has {found} results, and a gradient is that of one: ask for the Jacobian, or \
         for a vjp with a number for each result"
    )]
    NotOneResult {
        /// How many results it has.
        found: usize,
    },
    /// A comparison turned out differently than when the tape was recorded.
    #[error(
        "replay took another branch: `{comparison}` at {location} was {recorded} when recorded and \
         is {} now (before entry {entry}); record again with these inputs", !recorded
    )]
    Guard {
        /// The comparison with its numbers, `0.5 < 1`.
        comparison: String,
        /// How it turned out when the tape was recorded.
        recorded: bool,
        /// The number of entries recorded before the comparison.
        entry: usize,
        /// The caller's file and line.
        location: Place,
    },
    /// One of many inputs could not be evaluated.
    #[error("input {input}: {error}")]
    Input {
        /// Which one, counted from 0.
        input: usize,
        /// Why.
        error: Box<Error>,
    },
    /// Comparisons turn out otherwise at some inputs, and there is no closure to record again.
    #[error(
        "{} of {of} inputs take another branch than was recorded, and this function has no closure \
         to record again: inputs {}. At the first of them: {error}",
        inputs.len(), few(inputs)
    )]
    Branches {
        /// Which inputs, counted from 0.
        inputs: Vec<usize>,
        /// How many inputs there are.
        of: usize,
        /// What is said of the first.
        error: Box<Error>,
    },
    /// The callback that watches over many inputs said that it is enough.
    #[error("stopped after {done} of {of} inputs, as the callback said")]
    Stopped {
        /// How many inputs were evaluated.
        done: usize,
        /// How many there are.
        of: usize,
    },
    /// A derivative that is a recording would go through an op that cannot record its own.
    #[error(
        "entry {entry} (`{op}`) cannot be differentiated by recording: implement \
         `Op::vjp_recorded` for it, or use first derivatives, which work"
    )]
    NotRecordable {
        /// The entry's index.
        entry: usize,
        /// The op's name.
        op: &'static str,
    },
    /// An op refused its operands' values.
    #[error("entry {entry} (`{op}`{}): {message}", Place::after(", ", location))]
    Forward {
        /// The entry's index.
        entry: usize,
        /// The op's name.
        op: &'static str,
        /// The caller's file and line, where it is known.
        location: Option<Place>,
        /// What the op found and what it expected.
        message: String,
    },
}

/// The first of a list of inputs.
fn few(inputs: &[usize]) -> String {
    const FEW: usize = 10;
    let named: Vec<String> = inputs.iter().take(FEW).map(usize::to_string).collect();
    let more = if inputs.len() > FEW { ", …" } else { "" };
    named.join(", ") + more
}

/// That there are as many numbers as scalars.
pub(crate) fn equally_many(found: usize, expected: usize) -> Result<(), Error> {
    if found == expected {
        Ok(())
    } else {
        Err(Error::Length { found, expected })
    }
}

/// A place in the source: file, line and column.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place(pub(crate) &'static Location<'static>);

impl Place {
    /// The file as the compiler names it.
    pub fn file(&self) -> &'static str {
        self.0.file()
    }

    /// The line, counted from 1.
    pub fn line(&self) -> u32 {
        self.0.line()
    }

    fn after(separator: &str, place: &Option<Place>) -> String {
        place.map_or(String::new(), |place| format!("{separator}{place}"))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0.file(), self.0.line())
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why an op cannot take operands of these shapes. The tape adds the op's name and every shape.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct ShapeError(String);

impl ShapeError {
    /// An error that says what does not fit.
    pub fn new(message: impl Into<String>) -> Self {
        ShapeError(message.into())
    }
}

/// Why an op cannot take operands of these values. The tape adds the entry and the op's name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct ForwardError(String);

impl ForwardError {
    /// An error that says what was found, what was expected, and where.
    pub fn new(message: impl Into<String>) -> Self {
        ForwardError(message.into())
    }
}
