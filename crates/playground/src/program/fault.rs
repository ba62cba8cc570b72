//! What is wrong with a text, and where.

use super::tree::Span;
use serde_json::{Value, json};
use std::fmt;

/// Why a text is no program.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What was found there, or what is wrong with it.
    pub found: String,
    /// What was expected, or what to do.
    pub expected: String,
}

/// A part of a text as people and browsers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// The first character, and the one after the last, in UTF-16 units from the text's beginning:
    /// what a text field selects.
    pub units: [usize; 2],
}

impl Place {
    /// Where `span` is in `text`.
    pub fn of(span: Span, text: &str) -> Self {
        let before = &text[..span.start];
        let units = |part: &str| part.encode_utf16().count();
        let line = before.rsplit('\n').next().unwrap_or("");
        let start = units(before);
        Self {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
            units: [start, start + units(&text[span.start..span.end])],
        }
    }
}

impl Fault {
    /// A fault at a part of a text.
    pub fn at(
        span: Span,
        text: &str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self {
            place: Place::of(span, text),
            found: found.into(),
            expected: expected.into(),
        }
    }

    /// The fault for the page.
    pub fn json(&self) -> Value {
        json!({
            "line": self.place.line,
            "column": self.place.column,
            "units": self.place.units,
            "found": self.found,
            "expected": self.expected,
            "message": self.to_string(),
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { line, column, .. } = self.place;
        let (found, expected) = (&self.found, &self.expected);
        write!(f, "line {line}, column {column}: {found}; {expected}")
    }
}
