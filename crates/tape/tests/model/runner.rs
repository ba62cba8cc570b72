//! Takes each step on a tape and in the model, and compares what both say.

use super::common::{Known, KnownMark, NAMES, assert_same, matrix, matrix_id, refusal, scalar_id};
use super::plain::{Argument, Entry, Kind, Plain, Refusal, Serial, Sweep};
use super::steps::{Pick, Recording, Step};
use super::stretch::Stretch;
use nalgebra::{DMatrix, dmatrix};
use tape::{Argument as Shown, Cotangents, EntryId, Kind as ShownKind, Seed, Tangents, Tape};

pub struct Runner {
    tape: Tape,
    plain: Plain,
    ids: Vec<Known>,
    marks: Vec<KnownMark>,
    cotangents: (Cotangents, Option<Sweep>),
    tangents: (Tangents, Option<Sweep>),
    /// How many operations were tried.
    pub operations: usize,
}

/// Seeds of a sweep: an id each, and the numbers it gets.
type Seeds = Vec<(Known, DMatrix<f64>)>;

/// Entries and the numbers that seeds put there.
type Planted = Vec<(Serial, Vec<f64>)>;

impl Runner {
    pub fn new() -> Self {
        let tape = Tape::new();
        let foreign = Tape::new();
        let ids = [
            EntryId::Scalar(foreign.var(1.0).id()),
            EntryId::Matrix(foreign.matrix(&dmatrix![1.0, 2.0]).id()),
        ];
        let ids = ids.map(|id| Known {
            id,
            serial: None,
            generation: 0,
        });
        Runner {
            tape,
            plain: Plain::default(),
            ids: ids.to_vec(),
            marks: vec![(foreign.mark(), None)],
            cotangents: (Cotangents::new(), None),
            tangents: (Tangents::new(), None),
            operations: 0,
        }
    }

    /// Takes a step and compares.
    pub fn take(&mut self, step: &Step) {
        self.operations += 1;
        self.step(step);
        self.agree();
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Record(ref steps) => self.record(steps),
            Step::Rewind(pick) => self.rewind(pick),
            Step::Clear => {
                self.tape.clear();
                self.plain.rewind(0);
            }
            Step::Set(ref leaves, right) => self.set(leaves, right),
            Step::SetMatrix(pick, pair, right) => self.set_matrix(pick, pair, right),
            Step::WriteLeaf(pick, pair) => self.write_leaf(pick, pair),
            Step::Replay => {
                let found = self.tape.replay().map_err(refusal);
                assert_eq!(found, self.plain.replay());
            }
            Step::Read(pick) => self.read(pick),
            Step::Handle(pick) => self.handle(pick),
            Step::Find(name) => self.find(NAMES[usize::from(name)]),
            Step::Sweep(ref seeds) => self.sweep(seeds),
            Step::PushForward(ref seeds) => self.push_forward(seeds),
            Step::AskCotangent(pick) => self.ask_cotangent(pick),
            Step::AskTangent(pick) => self.ask_tangent(pick),
            Step::AskCotangents(ref picks, right) => self.ask_cotangents(picks, right),
            Step::Check(pick) => self.check(pick),
        }
    }

    fn record(&mut self, steps: &[Recording]) {
        let mut stretch = Stretch {
            tape: &self.tape,
            plain: &mut self.plain,
            ids: &mut self.ids,
            marks: &mut self.marks,
            scopes: Vec::new(),
        };
        for step in steps {
            self.operations += 1;
            let _ = stretch.take(step);
        }
        while !stretch.scopes.is_empty() {
            stretch.close(0);
        }
    }

    fn known(&self, pick: Pick) -> Known {
        // From the last one back, so that most are of entries that are there.
        self.ids[self.ids.len() - 1 - pick % self.ids.len()]
    }

    /// The first known id from `pick` on that is of the kind asked for.
    fn known_of<I>(&self, pick: Pick, kind: impl Fn(EntryId) -> Option<I>) -> (Known, I) {
        let each = (0..self.ids.len()).map(|i| self.known(pick + i));
        let mut each = each.filter_map(|known| Some((known, kind(known.id)?)));
        each.next().expect("there are foreign ids of both kinds")
    }

    /// The event an id names, if it is there.
    fn resolve(&self, known: Known) -> Result<(Serial, &Entry), Refusal> {
        let serial = known.serial.ok_or("Foreign")?;
        let entry = self.plain.get(serial).ok_or("Outdated")?;
        Ok((serial, entry))
    }

    fn current(&self, known: Known) -> Result<(Serial, &Entry), Refusal> {
        let (serial, entry) = self.resolve(known)?;
        if entry.stale {
            Err("Stale")
        } else {
            Ok((serial, entry))
        }
    }

    fn leaf(&self, known: Known) -> Result<Serial, Refusal> {
        let (serial, entry) = self.resolve(known)?;
        if entry.kind.is_computed() || entry.kind == Kind::Constant {
            return Err("NotALeaf");
        }
        Ok(serial)
    }

    fn rewind(&mut self, pick: Pick) {
        let (mark, known) = self.marks[self.marks.len() - 1 - pick % self.marks.len()];
        let expected = match known {
            None => Err("Foreign"),
            Some((events, last)) => {
                let there = events.checked_sub(1).map(|at| self.plain.events.get(at));
                let there = there.map(|event| event.map(|(serial, _)| *serial));
                if there == last.map(Some) {
                    Ok(events)
                } else {
                    Err("Outdated")
                }
            }
        };
        let found = self.tape.rewind(mark).map_err(refusal);
        assert_eq!(found, expected.map(drop));
        if let Ok(events) = expected {
            self.plain.rewind(events);
        }
    }

    fn set(&mut self, leaves: &[(Pick, f64)], right: bool) {
        let picked: Vec<_> = leaves
            .iter()
            .map(|&(pick, _)| self.known_of(pick, scalar_id))
            .collect();
        let mut values: Vec<f64> = leaves.iter().map(|&(_, value)| value).collect();
        if !right {
            values.push(0.0);
        }
        let serials = picked.iter().map(|&(known, _)| self.leaf(known));
        let expected = match right {
            true => serials.collect::<Result<Vec<_>, _>>(),
            false => Err("Length"),
        };
        let ids: Vec<_> = picked.iter().map(|&(_, id)| id).collect();
        let found = match (&ids[..], &values[..]) {
            (&[id], &[value]) => self.tape.set(id, value),
            (ids, values) => self.tape.set_vars(ids, values),
        };
        assert_eq!(
            found.map_err(refusal),
            expected.as_ref().map(|_| ()).map_err(|e| *e)
        );
        if let Ok(serials) = expected
            && !serials.is_empty()
        {
            let values: Vec<_> = values.into_iter().map(|value| vec![value]).collect();
            self.plain.set(&serials, &values);
        }
    }

    fn set_matrix(&mut self, pick: Pick, pair: [f64; 2], right: bool) {
        let (known, id) = self.known_of(pick, matrix_id);
        let expected = self
            .leaf(known)
            .and_then(|serial| right.then_some(serial).ok_or("Shape"));
        let found = self
            .tape
            .set_matrix(id, &matrix(pair, right))
            .map_err(refusal);
        assert_eq!(found, expected.map(drop));
        if let Ok(serial) = expected {
            self.plain.set(&[serial], &[pair.to_vec()]);
        }
    }

    fn write_leaf(&mut self, pick: Pick, pair: [f64; 2]) {
        let (known, id) = self.known_of(pick, matrix_id);
        let expected = self.leaf(known);
        let found = self.tape.leaf_mut(id).map(|mut leaf| {
            leaf.values_mut().copy_from_slice(&pair);
        });
        assert_eq!(found.map_err(refusal), expected.map(drop));
        if let Ok(serial) = expected {
            self.plain.set(&[serial], &[pair.to_vec()]);
        }
    }

    fn value(&self, id: EntryId) -> Result<Vec<f64>, Refusal> {
        let value = match id {
            EntryId::Scalar(id) => self.tape.value(id).map(|value| vec![value]),
            EntryId::Matrix(id) => self.tape.read(id, |view| view.values().to_vec()),
        };
        value.map_err(refusal)
    }

    fn read(&mut self, pick: Pick) {
        let known = self.known(pick);
        let expected = self.current(known).map(|(_, entry)| entry.value.clone());
        assert_same(&self.value(known.id), &expected);
    }

    fn handle(&mut self, pick: Pick) {
        let known = self.known(pick);
        let expected = self.current(known).map(|(_, entry)| entry.value.clone());
        let found = match known.id {
            EntryId::Scalar(id) => self.tape.handle(id).map(|var| vec![var.value()]),
            EntryId::Matrix(id) => {
                let handle = self.tape.handle(id);
                handle.map(|matrix| matrix.value().as_slice().to_vec())
            }
        };
        assert_same(&found.map_err(refusal), &expected);
    }

    fn find(&mut self, name: &str) {
        let entries = self.plain.entries().enumerate();
        let named = entries.filter(|(_, (serial, _))| self.plain.name_of(*serial) == Some(name));
        let index = |id| match id {
            EntryId::Scalar(id) => id.entry(),
            EntryId::Matrix(id) => id.entry(),
        };
        let expected = named.last().map(|(index, _)| index);
        assert_eq!(self.tape.find(name).map(index), expected);
    }

    fn seeds(&self, picked: &[(Pick, f64, bool)]) -> (Seeds, Result<Planted, Refusal>) {
        let mut seeds = Vec::new();
        let mut expected = Ok(Vec::new());
        for &(pick, number, right) in picked {
            let known = self.known(pick);
            let values = matrix([number, number + 1.0], right);
            let is_matrix = matrix_id(known.id).is_some();
            let planted = self.current(known).and_then(|(serial, _)| match is_matrix {
                true if !right => Err("Shape"),
                true => Ok((serial, values.as_slice().to_vec())),
                false => Ok((serial, vec![number])),
            });
            seeds.push((known, values));
            expected = expected.and_then(|mut all: Vec<_>| {
                all.push(planted?);
                Ok(all)
            });
        }
        (seeds, expected)
    }

    fn sweep(&mut self, picked: &[(Pick, f64, bool)]) {
        let (seeds, expected) = self.seeds(picked);
        let found = self
            .tape
            .sweep(seeds.iter().map(seed), &mut self.cotangents.0);
        assert_eq!(
            found.map_err(refusal),
            expected.as_ref().map(|_| ()).map_err(|e| *e)
        );
        self.cotangents.1 = expected.ok().map(|seeds| self.plain.reverse(&seeds));
    }

    fn push_forward(&mut self, picked: &[(Pick, f64, bool)]) {
        let (seeds, mut expected) = self.seeds(picked);
        if expected.is_ok() && self.plain.is_stale() {
            expected = Err("Stale");
        }
        let found = self
            .tape
            .push_forward(seeds.iter().map(seed), &mut self.tangents.0);
        assert_eq!(
            found.map_err(refusal),
            expected.as_ref().map(|_| ()).map_err(|e| *e)
        );
        self.tangents.1 = expected.ok().map(|seeds| self.plain.forward(&seeds));
    }

    fn ask_cotangent(&mut self, pick: Pick) {
        let known = self.known(pick);
        let (cotangents, sweep) = &self.cotangents;
        let found = match known.id {
            EntryId::Scalar(id) => cotangents.of(id).map(|x| vec![x]),
            EntryId::Matrix(id) => cotangents.of(id).map(|x| x.values().to_vec()),
        };
        assert_same(&found.map_err(refusal), &answer(sweep, known));
        if let (Ok((serial, _)), Some(sweep)) = (self.current(known), sweep) {
            let swept = sweep.numbers.get(&serial);
            let number = swept.cloned().flatten();
            match known.id {
                EntryId::Scalar(id) => {
                    let found = cotangents.of(self.tape.handle(id).expect("current"));
                    assert_same(&Ok(vec![found]), &Ok(number.unwrap_or(vec![0.0])));
                }
                EntryId::Matrix(id) if swept.is_some() => {
                    let found = cotangents.of(self.tape.handle(id).expect("current"));
                    let found = found.values().to_vec();
                    assert_same(&Ok(found), &Ok(number.unwrap_or(vec![0.0; 2])));
                }
                EntryId::Matrix(_) => {}
            }
        }
    }

    fn ask_tangent(&mut self, pick: Pick) {
        let known = self.known(pick);
        let (tangents, sweep) = &self.tangents;
        let found = match known.id {
            EntryId::Scalar(id) => tangents.of(id).map(|x| vec![x]),
            EntryId::Matrix(id) => tangents.of(id).map(|x| x.values().to_vec()),
        };
        assert_same(&found.map_err(refusal), &answer(sweep, known));
    }

    fn ask_cotangents(&mut self, picks: &[Pick], right: bool) {
        let picked: Vec<_> = picks
            .iter()
            .map(|&pick| self.known_of(pick, scalar_id))
            .collect();
        let answers = picked
            .iter()
            .map(|&(known, _)| answer(&self.cotangents.1, known));
        let expected = match right {
            true => answers
                .collect::<Result<Vec<_>, _>>()
                .map(|all| all.concat()),
            false => Err("Length"),
        };
        let mut slopes = vec![f64::INFINITY; picks.len() + usize::from(!right)];
        let before = slopes.clone();
        let ids: Vec<_> = picked.iter().map(|&(_, id)| id).collect();
        let found = self
            .cotangents
            .0
            .of_vars(&ids, &mut slopes)
            .map_err(refusal);
        if found.is_err() {
            assert_eq!(slopes, before);
        }
        assert_same(&found.map(|()| slopes), &expected);
    }

    /// A check, which moves leaves about, leaves a small tape as it was; it must find no fault.
    fn check(&mut self, pick: Pick) {
        let small = |x: &f64| x.abs() < 100.0;
        let values = || self.plain.entries().flat_map(|(_, entry)| &entry.value);
        if self.plain.is_stale() || values().count() > 20 || !values().all(small) {
            return;
        }
        let known = self.known(pick);
        if let (EntryId::Scalar(id), Ok(_)) = (known.id, self.current(known)) {
            let report = self.tape.check(self.tape.handle(id).expect("current"));
            assert!(report.is_ok(), "{report}");
        }
    }

    /// Compares all that can be seen of the tape.
    fn agree(&self) {
        assert_eq!(self.tape.len(), self.plain.entries().count());
        assert_eq!(self.tape.is_stale(), self.plain.is_stale());
        for (found, (serial, entry)) in self.tape.entries().iter().zip(self.plain.entries()) {
            self.agree_on(found, serial, entry);
        }
        let (cotangents, sweep) = &self.cotangents;
        let is_current = sweep.as_ref().is_some_and(|sweep| {
            let there = |serial: &Serial| self.plain.get(*serial).is_some();
            sweep.settings == self.plain.settings && sweep.numbers.keys().all(there)
        });
        assert_eq!(cotangents.is_current(&self.tape), is_current);
    }

    fn agree_on(&self, found: &tape::EntryInfo<f64>, serial: Serial, entry: &Entry) {
        let kind = match entry.kind {
            Kind::Leaf => ShownKind::Leaf,
            Kind::Input => ShownKind::Input,
            Kind::Constant => ShownKind::Constant,
            _ => ShownKind::Operation,
        };
        assert_eq!(found.kind, kind);
        let operand = |operand: &Argument| match *operand {
            Argument::Entry(serial) => Shown::Entry(self.plain.index_of(serial).expect("there")),
            Argument::Number(number) => Shown::Number(number),
        };
        let operands: Vec<_> = entry.operands.iter().map(operand).collect();
        assert_eq!(found.operands, operands);
        assert_eq!(found.name.as_deref(), self.plain.name_of(serial));
        assert_eq!(found.active, entry.active);
        assert_eq!(matrix_id(found.id).is_some(), entry.is_matrix);
        assert_eq!(found.shape.len(), entry.value.len());
        let at = self
            .plain
            .events
            .iter()
            .position(|(event, _)| *event == serial);
        let scopes = self.plain.open_scopes(at.expect("there"));
        let scopes: Vec<_> = scopes.into_iter().map(|(_, name)| name).collect();
        assert_eq!(found.scope, scopes);
        let expected = if entry.stale {
            Err("Stale")
        } else {
            Ok(entry.value.clone())
        };
        assert_same(&self.value(found.id), &expected);
    }
}

fn seed((known, values): &(Known, DMatrix<f64>)) -> Seed<'_, f64> {
    match known.id {
        EntryId::Scalar(id) => Seed::scalar(id, values[0]),
        EntryId::Matrix(id) => Seed::matrix(id, values),
    }
}

/// What the result of a sweep must say of an id.
fn answer(sweep: &Option<Sweep>, known: Known) -> Result<Vec<f64>, Refusal> {
    let sweep = sweep.as_ref().ok_or("NotSwept")?;
    let serial = known.serial.ok_or("Foreign")?;
    if known.generation > sweep.generation {
        return Err("Later");
    }
    let zeros = vec![0.0; 1 + usize::from(matrix_id(known.id).is_some())];
    let number = sweep.numbers.get(&serial).ok_or("Outdated")?;
    Ok(number.clone().unwrap_or(zeros))
}
