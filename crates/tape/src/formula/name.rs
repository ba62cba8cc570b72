//! What is written in the places of a formula's names.

use std::fmt;

/// What a name in a formula stands for, where the operation is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// An operand, by its position among all operands.
    Operand(usize),
    /// The result.
    Result,
    /// The cotangent of the result.
    Cotangent,
}

/// What is written for a [`Quantity`].
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    text: String,
    value: Option<f64>,
    wrapped: bool,
    letter: bool,
    elements: Vec<Vec<String>>,
}

impl Name {
    /// A text that needs no parentheses between signs of operations.
    pub fn text(text: impl Into<String>) -> Self {
        Name {
            text: text.into(),
            value: None,
            wrapped: false,
            letter: false,
            elements: Vec::new(),
        }
    }

    /// A name behind which indices can stand: `W` for `Wᵢⱼ`.
    pub fn letter(text: impl Into<String>) -> Self {
        Name {
            letter: true,
            ..Name::text(text)
        }
    }

    /// A text in parentheses: `(2×3)`.
    pub fn wrapped(text: impl Into<String>) -> Self {
        Name {
            wrapped: true,
            ..Name::text(text)
        }
    }

    /// A number, in parentheses if it is negative.
    pub fn number(value: f64) -> Self {
        Name::text(value.to_string()).of(value)
    }

    /// The same of a matrix with these elements, row by row, of which a formula about each element
    /// shows the first.
    pub fn with_elements(mut self, rows: Vec<Vec<String>>) -> Self {
        self.elements = rows;
        self
    }

    /// Whether indices can stand behind it.
    pub(super) fn is_letter(&self) -> bool {
        self.letter
    }

    /// The elements that were said, row by row.
    pub(super) fn elements(&self) -> &[Vec<String>] {
        &self.elements
    }

    /// The text without parentheses.
    pub(super) fn bare(self) -> String {
        self.text
    }

    /// The number it is for, if one was said.
    pub(super) fn value(&self) -> Option<f64> {
        self.value
    }

    /// A text for a number, in parentheses if it begins with a minus. Comparisons are then decided.
    pub fn of(mut self, value: f64) -> Self {
        self.value = Some(value);
        self.wrapped |= self.text.starts_with(['-', '−']);
        self
    }
}

/// As it stands in a formula.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.wrapped {
            true => write!(f, "({})", self.text),
            false => f.write_str(&self.text),
        }
    }
}
