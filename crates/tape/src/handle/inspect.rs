//! Looking at a tape: what each entry is, reads and says of itself.

use super::tape::Tape;
use crate::error::Place;
use crate::formula::Formula;
use crate::list::{EntryId, MatrixId, Program, VarId};
use crate::number::Scalar;
use crate::op::Entry;
use crate::rules::{Code, Form};
use crate::shape::Shape;

/// An operand as the entry keeps it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Argument<T> {
    /// The result of an earlier entry, by index.
    Entry(usize),
    /// A number kept in the entry.
    Number(T),
    /// An integer exponent.
    Exponent(i32),
}

/// What kind of entry it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Set from outside, with a cotangent.
    Leaf,
    /// Set from outside, without a cotangent: examples, labels.
    Input,
    /// A number that never changes.
    Constant,
    /// Computed.
    Operation,
}

/// One entry of a tape, described; [`Tape::entries`] gives it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EntryInfo<T> {
    /// Its place on the list, counted from 0.
    pub index: usize,
    /// Its id.
    pub id: EntryId,
    /// Leaf, input, constant or operation.
    pub kind: Kind,
    /// The op's name: `"add"`, `"matmul"`, `"leaf"`.
    pub op: &'static str,
    /// The symbol to draw: `"+"`; empty for leaves and constants.
    pub symbol: &'static str,
    /// What the operation computes and how it is differentiated; its `Display` is the reverse rule.
    /// Of leaves and constants nothing is said.
    pub formula: Formula,
    /// What it reads, in the order of the rule.
    pub operands: Vec<Argument<T>>,
    /// The shape of its result; 1×1 for a scalar.
    pub shape: Shape,
    /// Whether it has a cotangent.
    pub active: bool,
    /// The name it was given.
    pub name: Option<String>,
    /// The scopes it was recorded in, outermost first.
    pub scope: Vec<String>,
    /// The caller's file and line, where the tape keeps it.
    pub place: Option<Place>,
}

impl<T: Scalar> Tape<T> {
    /// Every entry, described, in the order of recording.
    ///
    /// ```
    /// use tape::Tape;
    /// let tape = Tape::new();
    /// let x = tape.var(2.0).named("x");
    /// let _y = x.sin() * 3.0;
    /// let entries = tape.entries();
    /// assert_eq!(entries[0].name.as_deref(), Some("x"));
    /// assert_eq!(entries[1].formula.to_string(), "dx = dy · cos x");
    /// assert_eq!(entries[2].op, "mul");
    /// ```
    pub fn entries(&self) -> Vec<EntryInfo<T>> {
        let store = self.store.borrow();
        let names = store.program.names.by_entry();
        let mut scopes = store.program.scopes.paths();
        (0..store.program.entries.len())
            .map(|index| {
                let name = names.get(&(index as u32)).map(|name| name.to_string());
                self.describe(&store.program, index, name, scopes.of(index))
            })
            .collect()
    }

    fn describe(
        &self,
        program: &Program<T>,
        index: usize,
        name: Option<String>,
        scope: Vec<String>,
    ) -> EntryInfo<T> {
        let entry = program.entries.at(index);
        let id = self.id(index as u32);
        let description = entry.code.describe();
        let (op, symbol, formula) = match entry.code {
            Code::Apply => {
                let op = &program.applications[entry.a as usize].op;
                (op.name(), op.symbol(), op.formula())
            }
            Code::PowI => {
                let formula = description.formula.with_exponent(entry.b as i32);
                (description.name, description.symbol, formula)
            }
            _ => (description.name, description.symbol, description.formula),
        };
        let active = program.is_active(index as u32);
        EntryInfo {
            index,
            id: match entry.block() {
                None => EntryId::Scalar(VarId(id)),
                Some(_) => EntryId::Matrix(MatrixId(id)),
            },
            kind: match entry.code {
                Code::Leaf => Kind::Leaf,
                Code::MatrixLeaf if active => Kind::Leaf,
                Code::MatrixLeaf => Kind::Input,
                Code::Constant => Kind::Constant,
                _ => Kind::Operation,
            },
            op,
            symbol,
            formula,
            operands: program.arguments(entry),
            shape: program.shape(index as u32),
            active,
            name,
            scope,
            place: program.place(index as u32),
        }
    }
}

impl<T: Scalar> Program<T> {
    /// What an entry reads, in the order of its rule.
    pub(crate) fn arguments(&self, entry: Entry) -> Vec<Argument<T>> {
        let Entry { code, a, b } = entry;
        let first = Argument::Entry(a as usize);
        match code.form() {
            Form::None => vec![],
            Form::One => vec![first],
            Form::Power => vec![first, Argument::Exponent(b as i32)],
            Form::Two => vec![first, Argument::Entry(b as usize)],
            Form::NumberRight => vec![first, Argument::Number(self.numbers[b as usize])],
            Form::NumberLeft => vec![Argument::Number(self.numbers[b as usize]), first],
            Form::Apply => {
                let ids = &self.operands[self.applications[a as usize].operands()];
                ids.iter().map(|&id| Argument::Entry(id as usize)).collect()
            }
        }
    }
}
