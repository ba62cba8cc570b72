//! Stretches of recording, taken on a tape and in the model.

use super::common::{Known, KnownMark, NAMES, Squeamish, matrix, matrix_id, refusal, scalar_id};
use super::plain::{Argument, Happened, Kind, Plain, Serial};
use super::steps::{Pick, Recording};
use tape::{EntryId, MatrixVar, Tape, Var};

/// A stretch of recording: everything by `&Tape`, so that scopes may stay open.
pub struct Stretch<'r> {
    pub tape: &'r Tape,
    pub plain: &'r mut Plain,
    pub ids: &'r mut Vec<Known>,
    pub marks: &'r mut Vec<KnownMark>,
    pub scopes: Vec<(tape::Scope<'r, f64>, Serial)>,
}

impl<'r> Stretch<'r> {
    fn know(&mut self, id: EntryId, serial: Serial) {
        self.ids.push(Known {
            id,
            serial: Some(serial),
            generation: self.plain.generation,
        });
    }

    /// The entries that may be operands, scalars or matrices.
    fn usable(&self, pick: Pick, matrices: bool) -> Option<(EntryId, Serial)> {
        let mut usable = Vec::new();
        for (serial, entry) in self.plain.entries() {
            if entry.is_matrix == matrices && !entry.stale {
                let known = self.ids.iter().find(|known| known.serial == Some(serial));
                usable.extend(known.map(|known| (known.id, serial)));
            }
        }
        usable
            .get(usable.len().checked_sub(1 + pick % usable.len().max(1))?)
            .copied()
    }

    fn scalar(&self, pick: Pick) -> Option<(Var<'r>, Argument)> {
        let (id, serial) = self.usable(pick, false)?;
        let var = self.tape.handle(scalar_id(id)?).expect("a current entry");
        Some((var, Argument::Entry(serial)))
    }

    fn matrix(&self, pick: Pick) -> Option<(MatrixVar<'r>, Argument)> {
        let (id, serial) = self.usable(pick, true)?;
        let matrix = self.tape.handle(matrix_id(id)?).expect("a current entry");
        Some((matrix, Argument::Entry(serial)))
    }

    fn recorded(&mut self, id: EntryId, kind: Kind, operands: &[Argument]) {
        let serial = self
            .plain
            .record(kind, operands)
            .expect("an operation that takes any values");
        self.know(id, serial);
    }

    fn scalars(&mut self, kind: Pick, x: Pick, y: Option<Pick>, number: f64) -> Option<()> {
        let (x, at_x) = self.scalar(x)?;
        let (y, at_y) = match y {
            Some(y) => self.scalar(y)?,
            None => (Var::from(number), Argument::Number(number)),
        };
        let (var, kind, operands) = match kind % 7 {
            0 => (x + y, Kind::Add, vec![at_x, at_y]),
            1 => (x - y, Kind::Sub, vec![at_x, at_y]),
            2 => (y - x, Kind::Sub, vec![at_y, at_x]),
            3 => (x * y, Kind::Mul, vec![at_x, at_y]),
            4 => (-x, Kind::Neg, vec![at_x]),
            5 => (x.square(), Kind::Square, vec![at_x]),
            _ => (tape::sum(&[x, y]), Kind::SumOf, vec![at_x, at_y]),
        };
        self.recorded(EntryId::Scalar(var.id()), kind, &operands);
        Some(())
    }

    fn squeamish(&mut self, x: Pick, number: f64) -> Option<()> {
        let (x, at) = self.scalar(x)?;
        let operands = [x.into(), Var::from(number).into()];
        let found = self.tape.apply(Squeamish, &operands).map_err(refusal);
        let expected = self
            .plain
            .record(Kind::Squeamish, &[at, Argument::Number(number)]);
        match (found, expected) {
            (Ok(found), Ok(serial)) => self.know(EntryId::Scalar(found.scalar().id()), serial),
            (Err(found), Err(expected)) => assert_eq!(found, expected),
            (found, expected) => panic!("the tape: {found:?}, the model: {expected:?}"),
        }
        Some(())
    }

    fn compare(&mut self, x: Pick, y: Option<Pick>, number: f64) -> Option<()> {
        let (x, at_x) = self.scalar(x)?;
        let (held, sides) = match y {
            Some(y) => {
                let (y, at_y) = self.scalar(y)?;
                (x < y, [at_x, at_y])
            }
            None => (x < number, [at_x, Argument::Number(number)]),
        };
        assert_eq!(held, self.plain.is_less(sides));
        self.plain.push(Happened::Compared(sides, held));
        Some(())
    }

    fn matrices(&mut self, kind: Pick, x: Pick, y: Pick) -> Option<()> {
        let ((x, at_x), (y, at_y)) = (self.matrix(x)?, self.matrix(y)?);
        let (result, kind) = match kind % 2 {
            0 => (x.component_mul(y), Kind::ComponentMul),
            _ => (x + y, Kind::MatrixAdd),
        };
        self.recorded(EntryId::Matrix(result.id()), kind, &[at_x, at_y]);
        Some(())
    }

    /// Closes an open scope.
    pub fn close(&mut self, at: usize) {
        let (scope, serial) = self.scopes.remove(at);
        drop(scope);
        self.plain.push(Happened::Closed(serial));
    }

    /// Takes a step, unless there is nothing to take it on.
    pub fn take(&mut self, step: &Recording) -> Option<()> {
        let tape = self.tape;
        match *step {
            Recording::Leaf(value) => {
                let serial = self.plain.leaf(Kind::Leaf, vec![value], false);
                self.know(EntryId::Scalar(tape.var(value).id()), serial);
            }
            Recording::Leaves(ref values) => {
                for (var, &value) in tape.vars(values).into_iter().zip(values) {
                    let serial = self.plain.leaf(Kind::Leaf, vec![value], false);
                    self.know(EntryId::Scalar(var.id()), serial);
                }
            }
            Recording::MatrixLeaf(pair) => {
                let serial = self.plain.leaf(Kind::Leaf, pair.to_vec(), true);
                self.know(
                    EntryId::Matrix(tape.matrix(&matrix(pair, true)).id()),
                    serial,
                );
            }
            Recording::Input(pair) => {
                let serial = self.plain.leaf(Kind::Input, pair.to_vec(), true);
                self.know(
                    EntryId::Matrix(tape.input(&matrix(pair, true)).id()),
                    serial,
                );
            }
            Recording::Scalars(kind, x, y, number) => self.scalars(kind, x, y, number)?,
            Recording::Matrices(kind, x, y) => self.matrices(kind, x, y)?,
            Recording::Scale(m, s) => {
                let ((m, at_m), (s, at_s)) = (self.matrix(m)?, self.scalar(s)?);
                self.recorded(EntryId::Matrix((m * s).id()), Kind::Scale, &[at_m, at_s]);
            }
            Recording::Sum(m) => {
                let (m, at) = self.matrix(m)?;
                self.recorded(EntryId::Scalar(m.sum().id()), Kind::Sum, &[at]);
            }
            Recording::Squeamish(x, number) => self.squeamish(x, number)?,
            Recording::Compare(x, y, number) => self.compare(x, y, number)?,
            Recording::OpenScope(name) => {
                let name = NAMES[usize::from(name)];
                let serial = self.plain.push(Happened::Opened(name.into()));
                self.scopes.push((tape.scope(name), serial));
            }
            Recording::CloseScope(pick) => {
                let at = pick % self.scopes.len().max(1);
                self.scopes.get(at)?;
                self.close(at);
            }
            Recording::Name(pick, name) => {
                let name = NAMES[usize::from(name)];
                let serial = if let Some((id, serial)) = self.usable(pick, pick % 2 == 0) {
                    match id {
                        EntryId::Scalar(id) => drop(tape.handle(id).unwrap().named(name).id()),
                        EntryId::Matrix(id) => drop(tape.handle(id).unwrap().named(name).id()),
                    }
                    serial
                } else {
                    return None;
                };
                self.plain.push(Happened::Named(serial, name.into()));
            }
            Recording::TakeId(pick) => {
                let (var, at) = self.scalar(pick)?;
                let Argument::Entry(serial) = at else {
                    return None;
                };
                self.know(EntryId::Scalar(var.id()), serial);
            }
            Recording::Mark => {
                let events = &self.plain.events;
                let last = events.last().map(|(serial, _)| *serial);
                self.marks.push((tape.mark(), Some((events.len(), last))));
            }
        }
        Some(())
    }
}
