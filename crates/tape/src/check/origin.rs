//! Where did the NaN come from? The first entry whose result, or cotangent, is not finite while
//! everything it was made of was.

use super::isolated::{BufferContents, IsolatedEntry, results};
use crate::error::Place;
use crate::handle::{Argument, EntryInfo, Tape};
use crate::list::{EntryId, Store};
use crate::number::Scalar;
use crate::sweep::Cotangents;
use std::fmt;

/// An operand at the origin: what it is, and the number that mattered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Involved {
    /// The entry's index; `None` for a number kept in the entry.
    pub entry: Option<usize>,
    /// The entry's name, with its scopes; may be empty.
    pub name: String,
    /// The smallest element.
    pub least: f64,
    /// The largest element.
    pub greatest: f64,
}

/// Where numbers stopped being finite. Its [`Display`](fmt::Display) is one sentence.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "an origin is there to be read"]
#[non_exhaustive]
pub struct Origin {
    /// The entry's index.
    pub entry: usize,
    /// The entry's op; `"leaf"` where the number was given from outside.
    pub op: &'static str,
    /// The entry's name, with its scopes; may be empty.
    pub name: String,
    /// The caller's file and line, where the tape keeps it.
    pub place: Option<Place>,
    /// The element that is not finite, row and column counted from 0.
    pub element: (usize, usize),
    /// What it is: NaN or ±∞.
    pub value: f64,
    /// What the entry read, all finite.
    pub operands: Vec<Involved>,
    /// Which of the entry's numbers it is.
    pub number: Number,
}

/// Which number of an entry is not finite.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Number {
    /// Its result.
    Result,
    /// The cotangent that it gave to one of its operands.
    Cotangent {
        /// The operand.
        operand: Involved,
        /// The smallest element of the cotangent that the entry itself had got.
        least: f64,
        /// The largest element of it.
        greatest: f64,
    },
    /// Its own cotangent, which nothing gave it but the seed.
    Seed,
}

impl fmt::Display for Involved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.entry, self.name.as_str()) {
            (None, _) => return write!(f, "the number {}", readable(self.least)),
            (Some(entry), "") => write!(f, "entry {entry}")?,
            (Some(entry), name) => write!(f, "`{name}` (entry {entry})")?,
        }
        write!(f, ", {}", self.numbers())
    }
}

impl Involved {
    fn numbers(&self) -> String {
        if self.least == self.greatest {
            readable(self.least)
        } else {
            format!(
                "between {} and {}",
                readable(self.least),
                readable(self.greatest)
            )
        }
    }
}

/// Every digit, in scientific notation where the plain one would be mostly zeros.
fn readable(x: f64) -> String {
    let plain = x == 0.0 || !x.is_finite() || (1e-4..1e9).contains(&x.abs());
    if plain {
        format!("{x}")
    } else {
        format!("{x:e}")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Origin {
            entry, op, value, ..
        } = self;
        let (row, col) = self.element;
        let name = if self.name.is_empty() {
            String::new()
        } else {
            format!("`{}` ", self.name)
        };
        let place = self
            .place
            .map_or(String::new(), |place| format!(" at {place}"));
        let read: Vec<String> = self.operands.iter().map(Involved::to_string).collect();
        let read = read.join(", ");
        let own = format!("{name}(entry {entry}, {op}{place})");
        match &self.number {
            Number::Seed => write!(f, "{own} was given {value} as a seed at [{row},{col}]"),
            Number::Result if self.operands.is_empty() => {
                write!(f, "{own} was given {value} at [{row},{col}]")
            }
            Number::Result => write!(
                f,
                "{own} is the first result that is not finite: {value} at [{row},{col}], \
                 from {read}"
            ),
            Number::Cotangent {
                operand,
                least,
                greatest,
            } => {
                let got = Involved {
                    entry: None,
                    name: String::new(),
                    least: *least,
                    greatest: *greatest,
                };
                write!(
                    f,
                    "{own} is the first to give a cotangent that is not finite: \
                     {value} at [{row},{col}] to {operand}; it had got {} and had read {read}",
                    got.numbers()
                )
            }
        }
    }
}

impl<T: Scalar> Tape<T> {
    /// The first entry whose result is not finite while everything it read was; `None` if every
    /// result is finite.
    ///
    /// A leaf that holds NaN or ∞ is its own origin.
    ///
    /// ```
    /// use tape::Tape;
    /// let tape = Tape::new().with_locations();
    /// let x = tape.var(-1.0).named("x");
    /// let _ = (x * 2.0).ln() + 1.0;
    /// let origin = tape.first_non_finite().unwrap();
    /// assert_eq!((origin.entry, origin.op), (2, "ln"));
    /// assert_eq!(origin.operands[0].least, -2.0);
    /// assert!(origin.to_string().contains("is the first result that is not finite: NaN"));
    /// ```
    ///
    /// # Panics
    /// If the tape is [stale](Tape::is_stale).
    #[track_caller]
    pub fn first_non_finite(&self) -> Option<Origin> {
        self.assert_current("first_non_finite");
        let (entry, at) = {
            let store = self.store.borrow();
            let first = |index| {
                let at = results(&store, index).iter().position(|x| !x.is_finite())?;
                Some((index, at))
            };
            (0..store.program.entries.len()).find_map(first)?
        };
        let entries = self.entries();
        let store = self.store.borrow();
        let mut found = origin(&store, &entries, entry, shown(results(&store, entry)[at]));
        found.element = position(&store, entry, at);
        Some(found)
    }

    /// After a sweep: the entry, nearest to the output, that turned a finite cotangent into one
    /// that is not.
    ///
    /// ```
    /// use tape::Tape;
    /// let tape = Tape::new();
    /// let x = tape.var(0.0).named("x");
    /// let y = x.sqrt() * 3.0; // the slope of √ at 0 is ∞
    /// let origin = tape.first_non_finite_cotangent(&y.gradient()).unwrap();
    /// assert_eq!((origin.entry, origin.op, origin.value), (1, "sqrt", f64::INFINITY));
    /// ```
    ///
    /// # Panics
    /// Unless the sweep [is current](Cotangents::is_current), or if more was recorded since.
    #[track_caller]
    pub fn first_non_finite_cotangent(&self, cotangents: &Cotangents<T>) -> Option<Origin> {
        assert!(
            cotangents.is_current(self),
            "first_non_finite_cotangent: the sweep was not of this tape as it is now: sweep again"
        );
        let entries = self.entries();
        let cotangent = |index: usize| match entries[index].id {
            EntryId::Scalar(id) => vec![cotangents.of(id).expect("a sweep of this tape as it is")],
            EntryId::Matrix(id) => {
                let view = cotangents.of(id).expect("a sweep of this tape as it is");
                view.values().to_vec()
            }
        };
        let broken = |index: usize| cotangent(index).iter().position(|x| !x.is_finite());
        // Cotangents flow backwards: what the last broken entry got came from entries that are not.
        let last = (0..entries.len())
            .rev()
            .find(|&index| broken(index).is_some())?;
        let at = broken(last)?;
        let store = self.store.borrow();
        let reads = |entry: &&EntryInfo<T>| entry.operands.contains(&Argument::Entry(last));
        let mut readers = entries.iter().filter(reads).map(|entry| entry.index);
        let gives = |&reader: &usize| breaks(&store, reader, last, &cotangent(reader));
        // A cotangent of 0 may be an entry's own, times ∞, or that of an entry which the sweep did
        // not visit. If each contribution is finite, their sum overflowed where the earliest was
        // added.
        let visited = |reader: &usize| cotangent(*reader).iter().any(|x| !x.is_zero());
        let giver = (readers.clone().filter(visited).find(gives))
            .or_else(|| readers.clone().find(gives))
            .or_else(|| readers.next());
        let mut found = origin(
            &store,
            &entries,
            giver.unwrap_or(last),
            shown(cotangent(last)[at]),
        );
        found.element = position(&store, last, at);
        found.number = Number::Seed;
        if let Some(giver) = giver {
            let (least, greatest) = range(&cotangent(giver));
            let operand = involved(&store, &entries, &Argument::Entry(last));
            found.number = Number::Cotangent {
                operand,
                least,
                greatest,
            };
        }
        Some(found)
    }
}

/// Whether an entry alone turns a cotangent into one for `operand` that is not finite.
fn breaks<T: Scalar>(store: &Store<T>, reader: usize, operand: usize, cotangent: &[T]) -> bool {
    let Some(mut isolated) = IsolatedEntry::of_entry(store, reader) else {
        return false;
    };
    if isolated.forward(T::zero()).is_err() {
        return false;
    }
    let given = isolated.vjp(cotangent, &BufferContents::Arbitrary(T::zero()));
    let reads = store.program.arguments(store.program.entries.at(reader));
    let given = given.iter().zip(&isolated.positions);
    given.into_iter().any(|(given, &position)| {
        reads[position] == Argument::Entry(operand) && given.iter().any(|x| !x.is_finite())
    })
}

/// The number to show: the real part if that is what is not finite.
fn shown<T: Scalar>(value: T) -> f64 {
    let real = value.to_f64();
    if real.is_finite() { f64::NAN } else { real }
}

fn range<T: Scalar>(values: &[T]) -> (f64, f64) {
    let each = values.iter().map(|x| x.to_f64());
    let least = each.clone().fold(f64::INFINITY, f64::min);
    (least, each.fold(f64::NEG_INFINITY, f64::max))
}

fn position<T: Scalar>(store: &Store<T>, entry: usize, element: usize) -> (usize, usize) {
    let rows = store.program.shape(entry as u32).rows.max(1);
    (element % rows, element / rows)
}

fn path<T>(entry: &EntryInfo<T>) -> String {
    let parts: Vec<&str> = entry
        .scope
        .iter()
        .chain(&entry.name)
        .map(String::as_str)
        .collect();
    parts.join("/")
}

fn involved<T: Scalar>(
    store: &Store<T>,
    entries: &[EntryInfo<T>],
    argument: &Argument<T>,
) -> Involved {
    let (entry, name, (least, greatest)) = match *argument {
        Argument::Entry(index) => (
            Some(index),
            path(&entries[index]),
            range(results(store, index)),
        ),
        Argument::Number(number) => (None, String::new(), (number.to_f64(), number.to_f64())),
        Argument::Exponent(n) => (None, String::new(), (n.into(), n.into())),
    };
    Involved {
        entry,
        name,
        least,
        greatest,
    }
}

fn origin<T: Scalar>(
    store: &Store<T>,
    entries: &[EntryInfo<T>],
    index: usize,
    value: f64,
) -> Origin {
    let entry = &entries[index];
    Origin {
        entry: index,
        op: entry.op,
        name: path(entry),
        place: entry.place,
        element: (0, 0),
        value,
        operands: entry
            .operands
            .iter()
            .map(|argument| involved(store, entries, argument))
            .collect(),
        number: Number::Result,
    }
}
