//! Guards: comparisons made while recording, checked again in every replay.
//!
//! `if x < y { … }` decides which operations are recorded. The tape cannot see the branch, but it
//! sees the comparison. It keeps it and refuses a replay in which it would turn out otherwise.

use crate::error::{Error, Place};
use crate::number::Scalar;
use std::cmp::Ordering;

/// One side of a comparison: an entry, or a plain number.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Side<T> {
    Entry(u32),
    Number(T),
}

/// What a comparison asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Relation {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    Order(Option<Ordering>),
}

impl Relation {
    pub fn holds<T: PartialOrd>(self, left: &T, right: &T) -> bool {
        match self {
            Relation::Less => left < right,
            Relation::LessOrEqual => left <= right,
            Relation::Greater => left > right,
            Relation::GreaterOrEqual => left >= right,
            Relation::Equal => left == right,
            Relation::Order(order) => left.partial_cmp(right) == order,
        }
    }

    fn symbol(self) -> &'static str {
        match self {
            Relation::Less => "<",
            Relation::LessOrEqual => "<=",
            Relation::Greater => ">",
            Relation::GreaterOrEqual => ">=",
            Relation::Equal => "==",
            Relation::Order(Some(Ordering::Less)) => "is less than",
            Relation::Order(Some(Ordering::Equal)) => "is equal to",
            Relation::Order(Some(Ordering::Greater)) => "is greater than",
            Relation::Order(None) => "is unordered with",
        }
    }
}

/// A comparison and how it turned out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guard<T> {
    pub left: Side<T>,
    pub right: Side<T>,
    pub relation: Relation,
    pub held: bool,
    /// The length of the list when the comparison was made.
    pub entry: u32,
    pub place: Place,
}

impl<T: Scalar> Guard<T> {
    /// Whether the comparison turns out as it did, with these values.
    #[inline]
    pub fn holds(&self, values: &[T]) -> bool {
        let (left, right) = self.numbers(values);
        self.relation.holds(&left, &right) == self.held
    }

    /// Whether this comparison, another outcome of `other`, turns out as it did with these values
    /// of the other's program.
    pub fn holds_instead_of(&self, other: &Guard<T>, values: &[T]) -> bool {
        let (left, right) = other.numbers(values);
        self.relation.holds(&left, &right) == self.held
    }

    /// Whether another comparison, of the same two numbers, was found to be as this one.
    pub fn turned_out_as(&self, other: &Guard<T>) -> bool {
        self.relation == other.relation && self.held == other.held
    }

    /// That it turns out otherwise.
    pub fn error(&self, values: &[T]) -> Error {
        let (left, right) = self.numbers(values);
        Error::Guard {
            comparison: format!("{left} {} {right}", self.relation.symbol()),
            recorded: self.held,
            entry: self.entry as usize,
            location: self.place,
        }
    }

    /// The sides that are plain numbers.
    pub fn plain_numbers(&self) -> (Option<T>, Option<T>) {
        let number = |side: Side<T>| match side {
            Side::Entry(_) => None,
            Side::Number(number) => Some(number),
        };
        (number(self.left), number(self.right))
    }

    fn numbers(&self, values: &[T]) -> (T, T) {
        let number = |side: Side<T>| match side {
            Side::Entry(index) => values[index as usize],
            Side::Number(number) => number,
        };
        (number(self.left), number(self.right))
    }
}
