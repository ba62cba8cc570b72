//! One entry alone: a rule, its operands as leaves of their own, its result and residuals.
//!
//! Buffers can be filled with any number before a rule runs, so that what a rule fails to write, or reads
//! without having written it, shows.

use crate::error::{ForwardError, Place, ShapeError};
use crate::handle::Tape;
use crate::list::Store;
use crate::list::VarId;
use crate::number::Scalar;
use crate::op::OutputSpec;
use crate::op::{Op, OperandTangents, Operands, Point, PointMut, Sink};
use crate::op::{View, ViewMut};
use crate::rules::{Code, Form};
use crate::shape::Shape;
use crate::sweep::Cotangents;
use crate::sweep::Seed;
use crate::sweep::Tangents;
use std::panic::Location;

/// An operand put on the bench.
#[derive(Clone, Debug)]
pub(crate) struct Given<T> {
    pub shape: Shape,
    pub values: Vec<T>,
    /// Whether it has a cotangent.
    pub active: bool,
    /// Whether it is a scalar entry; a 1×1 matrix is not.
    pub scalar: bool,
}

enum Rule<'a, T> {
    Op(&'a dyn Op<T>),
    /// The entry's index on the bench's tape.
    Scalar(u32),
}

/// What the buffers of operand cotangents hold before a reverse rule runs.
pub(crate) enum Before<'b, T> {
    /// Nothing that counts: every element is this number.
    Garbage(T),
    /// Earlier contributions, which must be added to; a list for each operand.
    Contributions(&'b [Vec<T>]),
}

pub(crate) struct Bench<'a, T: Scalar> {
    rule: Rule<'a, T>,
    tape: Tape<T>,
    operands: Vec<u32>,
    /// The operands' positions in the rule, for reports: `3 − x` has one operand, in position 1.
    pub positions: Vec<usize>,
    shape: Shape,
    result: Vec<T>,
    residual: Vec<T>,
}

impl<'a, T: Scalar> Bench<'a, T> {
    pub fn of_op(op: &'a dyn Op<T>, given: &[Given<T>]) -> Result<Self, ShapeError> {
        let shapes: Vec<Shape> = given.iter().map(|given| given.shape).collect();
        let signature = op.shape(&shapes)?;
        Ok(Bench::with_signature(op, signature, given))
    }

    fn with_signature(op: &'a dyn Op<T>, signature: OutputSpec, given: &[Given<T>]) -> Self {
        let mut tape = Tape::default();
        let operands = given
            .iter()
            .map(|given| put(tape.store.get_mut(), given))
            .collect();
        Bench {
            rule: Rule::Op(op),
            tape,
            operands,
            positions: (0..given.len()).collect(),
            shape: signature.shape(),
            result: vec![T::zero(); signature.shape().len()],
            residual: vec![T::zero(); signature.residual()],
        }
    }

    /// A recorded entry with copies of its operands; `None` for leaves and constants. An operand that
    /// appears twice is put on the bench twice, so that a fault is pinned to one of them.
    pub fn of_entry(store: &'a Store<T>, index: usize) -> Option<Self> {
        let entry = store.entries.at(index);
        let (ids, positions): (Vec<u32>, Vec<usize>) = match entry.code.form() {
            Form::None => return None,
            Form::Apply => {
                let application = &store.applications[entry.a as usize];
                let ids = &store.operands[application.operands()];
                let given: Vec<_> = ids.iter().map(|&id| copy(store, id)).collect();
                let op = &*application.op;
                let mut signature = OutputSpec::matrix(0, 0);
                signature.shape = store.shape(index as u32);
                signature.scalar = entry.block().is_none();
                signature.residual = application.residual.len();
                return Some(Bench::with_signature(op, signature, &given));
            }
            Form::One | Form::Power | Form::NumberRight => (vec![entry.a], vec![0]),
            Form::NumberLeft => (vec![entry.a], vec![1]),
            Form::Two => (vec![entry.a, entry.b], vec![0, 1]),
        };
        let mut tape = Tape::default();
        let alone = tape.store.get_mut();
        let operands: Vec<u32> = ids.iter().map(|&id| put(alone, &copy(store, id))).collect();
        let b = match entry.code.form() {
            Form::Power => entry.b,
            Form::NumberRight | Form::NumberLeft => {
                alone.numbers.push(store.numbers[entry.b as usize]);
                0
            }
            _ => operands.get(1).copied().unwrap_or(0),
        };
        let place = Place(Location::caller());
        let entry = alone.push(
            entry.code.of_two(),
            operands[0],
            b,
            store.values[index],
            place,
        );
        Some(Bench {
            rule: Rule::Scalar(entry),
            tape,
            operands,
            positions,
            shape: Shape::SCALAR,
            result: vec![T::zero()],
            residual: Vec::new(),
        })
    }

    pub fn len(&self) -> usize {
        self.operands.len()
    }

    /// The number of elements of all operands.
    pub fn elements(&self) -> usize {
        (0..self.len()).map(|i| self.operand_shape(i).len()).sum()
    }

    pub fn operand_shape(&self, i: usize) -> Shape {
        self.tape.store.borrow().shape(self.operands[i])
    }

    pub fn is_active(&self, i: usize) -> bool {
        self.tape.store.borrow().is_active(self.operands[i])
    }

    pub fn result_shape(&self) -> Shape {
        self.shape
    }

    pub fn result(&self) -> &[T] {
        &self.result
    }

    pub fn residual(&self) -> &[T] {
        &self.residual
    }

    pub fn operand(&self, i: usize) -> Vec<T> {
        copy(&self.tape.store.borrow(), self.operands[i]).values
    }

    pub fn set(&mut self, i: usize, element: usize, value: T) {
        slot(self.tape.store.get_mut(), self.operands[i])[element] = value;
    }

    /// Makes operand `j` the same entry as operand `i`.
    pub fn give_twice(&mut self, i: usize, j: usize) {
        self.operands[j] = self.operands[i];
    }

    /// Runs the rule forward into buffers that hold `garbage`.
    pub fn forward(&mut self, garbage: T) -> Result<(), ForwardError> {
        match self.rule {
            Rule::Scalar(entry) => {
                let replayed = self.tape.replay();
                replayed.expect("a scalar rule takes any values, and the bench has no guards");
                self.result[0] = self.tape.store.get_mut().values[entry as usize];
                Ok(())
            }
            Rule::Op(op) => {
                self.result.fill(garbage);
                self.residual.fill(garbage);
                let store = self.tape.store.get_mut();
                let operands = reading(store, &self.operands, &store.values, &store.arena);
                op.forward(&mut PointMut {
                    operands,
                    result: ViewMut::new(&mut self.result, self.shape),
                    residual: &mut self.residual,
                })
            }
        }
    }

    /// The cotangents of the operands; zeros for those that want none.
    pub fn vjp(&self, cotangent: &[T], before: &Before<'_, T>) -> Vec<Vec<T>> {
        match self.rule {
            Rule::Scalar(entry) => self.sweep(entry, cotangent[0], before),
            Rule::Op(op) => self.reverse(op, cotangent, before),
        }
    }

    fn reverse(&self, op: &dyn Op<T>, cotangent: &[T], before: &Before<'_, T>) -> Vec<Vec<T>> {
        let store = self.tape.store.borrow();
        let garbage = match before {
            Before::Garbage(garbage) => *garbage,
            Before::Contributions(_) => T::zero(),
        };
        let mut bars = Bars::new(&store, garbage);
        if let Before::Contributions(lists) = before {
            for (&id, list) in self.operands.iter().zip(*lists) {
                bars.put(&store, id, list);
            }
        }
        let mut sink = Sink {
            ids: &self.operands,
            layout: store.layout(),
            values: &mut bars.values,
            arena: &mut bars.arena,
            reached: &mut bars.reached,
        };
        op.vjp(
            &self.point(&store),
            View::new(cotangent, self.shape),
            &mut sink,
        );
        self.operands
            .iter()
            .map(|&id| bars.take(&store, id))
            .collect()
    }

    fn sweep(&self, entry: u32, cotangent: T, before: &Before<'_, T>) -> Vec<Vec<T>> {
        let mut seeds = vec![Seed::scalar(VarId(self.tape.id(entry)), cotangent)];
        if let Before::Contributions(lists) = before {
            for (&id, list) in self.operands.iter().zip(*lists) {
                seeds.push(Seed::scalar(VarId(self.tape.id(id)), list[0]));
            }
        }
        let mut cotangents = Cotangents::new();
        self.tape
            .sweep(seeds, &mut cotangents)
            .expect("the bench's own entries");
        let of = |&id: &u32| cotangents.of(VarId(self.tape.id(id)));
        let each = self.operands.iter().map(of);
        each.map(|found| vec![found.expect("the bench's own entries")])
            .collect()
    }

    /// The result's tangent, from operands' tangents in a buffer that holds `garbage` elsewhere.
    pub fn jvp(&self, tangents: &[Option<Vec<T>>], garbage: T) -> Vec<T> {
        let op = match self.rule {
            Rule::Scalar(entry) => return vec![self.push_forward(entry, tangents)],
            Rule::Op(op) => op,
        };
        let store = self.tape.store.borrow();
        let mut dots = Bars::new(&store, garbage);
        for (&id, tangent) in self.operands.iter().zip(tangents) {
            if let Some(tangent) = tangent {
                dots.put(&store, id, tangent);
            }
        }
        let operands = reading(&store, &self.operands, &dots.values, &dots.arena);
        let reached = &dots.reached[..];
        let mut tangent = vec![T::zero(); self.shape.len()];
        let result = ViewMut::new(&mut tangent, self.shape);
        op.jvp(
            &self.point(&store),
            &OperandTangents { operands, reached },
            result,
        );
        tangent
    }

    fn push_forward(&self, entry: u32, tangents: &[Option<Vec<T>>]) -> T {
        let given = self.operands.iter().zip(tangents);
        let seeds = given.filter_map(|(&id, tangent)| {
            let tangent = tangent.as_ref()?;
            Some(Seed::scalar(VarId(self.tape.id(id)), tangent[0]))
        });
        let mut along = Tangents::new();
        self.tape
            .push_forward(seeds, &mut along)
            .expect("the bench's own entries");
        along
            .of(VarId(self.tape.id(entry)))
            .expect("the bench's own entries")
    }

    fn point<'s>(&'s self, store: &'s Store<T>) -> Point<'s, T> {
        Point {
            operands: reading(store, &self.operands, &store.values, &store.arena),
            result: View::new(&self.result, self.shape),
            residual: &self.residual,
        }
    }
}

/// Numbers for every operand: cotangents or tangents.
struct Bars<T> {
    values: Vec<T>,
    arena: Vec<T>,
    reached: Vec<bool>,
}

impl<T: Scalar> Bars<T> {
    fn new(store: &Store<T>, garbage: T) -> Self {
        Bars {
            values: vec![garbage; store.entries.len()],
            arena: vec![garbage; store.arena.len()],
            reached: vec![false; store.entries.len()],
        }
    }

    fn slot(&mut self, store: &Store<T>, id: u32) -> &mut [T] {
        match store.entries.at(id as usize).block() {
            None => &mut self.values[id as usize..id as usize + 1],
            Some(block) => &mut self.arena[store.blocks[block as usize].range()],
        }
    }

    fn put(&mut self, store: &Store<T>, id: u32, list: &[T]) {
        self.slot(store, id).copy_from_slice(list);
        self.reached[id as usize] = true;
    }

    fn take(&mut self, store: &Store<T>, id: u32) -> Vec<T> {
        let reached = self.reached[id as usize];
        let slot = self.slot(store, id);
        if reached {
            slot.to_vec()
        } else {
            vec![T::zero(); slot.len()]
        }
    }
}

fn reading<'s, T>(
    store: &'s Store<T>,
    ids: &'s [u32],
    values: &'s [T],
    arena: &'s [T],
) -> Operands<'s, T> {
    Operands {
        ids,
        layout: store.layout(),
        values,
        arena,
    }
}

fn slot<T: Scalar>(store: &mut Store<T>, id: u32) -> &mut [T] {
    match store.entries.at(id as usize).block() {
        None => &mut store.values[id as usize..id as usize + 1],
        Some(block) => &mut store.arena[store.blocks[block as usize].range()],
    }
}

fn copy<T: Scalar>(store: &Store<T>, id: u32) -> Given<T> {
    let block = store.entries.at(id as usize).block();
    Given {
        shape: store.shape(id),
        values: match block {
            None => vec![store.values[id as usize]],
            Some(block) => store.view(block).values().to_vec(),
        },
        active: store.is_active(id),
        scalar: block.is_none(),
    }
}

/// Records a leaf, or a constant, for an operand.
fn put<T: Scalar>(store: &mut Store<T>, given: &Given<T>) -> u32 {
    let place = Place(Location::caller());
    if given.scalar {
        let code = if given.active {
            Code::Leaf
        } else {
            Code::Constant
        };
        return store.push(code, 0, 0, given.values[0], place);
    }
    let (index, block) = store.push_block(given.shape, given.active);
    store.arena[block.range()].copy_from_slice(&given.values);
    store.push(Code::MatrixLeaf, 0, index, T::zero(), place)
}

/// The result of an entry, column by column.
pub(crate) fn results<T: Scalar>(store: &Store<T>, index: usize) -> &[T] {
    match store.entries.at(index).block() {
        None => &store.values[index..index + 1],
        Some(block) => &store.arena[store.blocks[block as usize].range()],
    }
}
