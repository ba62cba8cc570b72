//! One entry isolated from its tape: a rule, copies of its operands, its result and residuals.
//!
//! Buffers can be filled with any number before a rule runs, so that what a rule fails to write, or
//! reads without having written it, shows.

use super::operand_buffers::OperandBuffers;
use crate::error::{ForwardError, Place, ShapeError};
use crate::handle::Tape;
use crate::list::{Store, VarId};
use crate::number::Scalar;
use crate::op::{Op, OperandTangents, Operands, OutputSpec, Partial, Point, PointMut, Sink};
use crate::op::{View, ViewMut};
use crate::rules::{Code, Form};
use crate::shape::Shape;
use crate::sweep::{Cotangents, Seed, Tangents};
use std::panic::Location;

/// An operand of an isolated entry: a leaf, or a constant, with values of its own.
#[derive(Clone, Debug)]
pub(super) struct IsolatedOperand<T> {
    pub shape: Shape,
    pub values: Vec<T>,
    /// Whether it has a cotangent.
    pub active: bool,
    /// Whether it is a scalar entry; a 1×1 matrix is not.
    pub scalar: bool,
}

enum Rule<'a, T> {
    Op(&'a dyn Op<T>),
    /// The entry's index on the tape that holds the copies of its operands.
    Scalar(u32),
}

/// What the buffers of operand cotangents hold before a reverse rule runs.
pub(super) enum BufferContents<'b, T> {
    /// Nothing that counts: every element is this number.
    Arbitrary(T),
    /// Earlier contributions, which must be added to; a list for each operand.
    Contributions(&'b [Vec<T>]),
}

/// A rule with operands of its own, at which it can be run again and again.
pub(super) struct IsolatedEntry<'a, T: Scalar> {
    /// The op's name, for reports.
    pub name: &'static str,
    rule: Rule<'a, T>,
    /// Holds the operands, and the entry itself if it is a scalar rule's.
    tape: Tape<T>,
    operands: Vec<u32>,
    /// The operands' positions in the rule, for reports: `3 − x` has one operand, in position 1.
    pub positions: Vec<usize>,
    shape: Shape,
    result: Vec<T>,
    residual: Vec<T>,
}

impl<'a, T: Scalar> IsolatedEntry<'a, T> {
    pub fn of_op(op: &'a dyn Op<T>, given: &[IsolatedOperand<T>]) -> Result<Self, ShapeError> {
        let shapes: Vec<Shape> = given.iter().map(|given| given.shape).collect();
        Ok(Self::with_output(op, op.shape(&shapes)?, given))
    }

    fn with_output(op: &'a dyn Op<T>, output: OutputSpec, given: &[IsolatedOperand<T>]) -> Self {
        let mut tape = Tape::default();
        let operands = given
            .iter()
            .map(|given| put(tape.store.get_mut(), given))
            .collect();
        IsolatedEntry {
            name: op.name(),
            rule: Rule::Op(op),
            tape,
            operands,
            positions: (0..given.len()).collect(),
            shape: output.shape(),
            result: vec![T::zero(); output.shape().len()],
            residual: vec![T::zero(); output.residual()],
        }
    }

    /// A recorded entry with copies of its operands; `None` for leaves and constants. An operand
    /// that appears twice is copied twice, so that a fault is pinned to one of them.
    pub fn of_entry(store: &'a Store<T>, index: usize) -> Option<Self> {
        let entry = store.program.entries.at(index);
        match entry.code.form() {
            Form::None => None,
            Form::Apply => Some(Self::of_application(store, index)),
            Form::One | Form::Power | Form::NumberRight => {
                Some(Self::of_scalar(store, index, &[entry.a], &[0]))
            }
            Form::NumberLeft => Some(Self::of_scalar(store, index, &[entry.a], &[1])),
            Form::Two => Some(Self::of_scalar(store, index, &[entry.a, entry.b], &[0, 1])),
        }
    }

    fn of_application(store: &'a Store<T>, index: usize) -> Self {
        let application = &store.program.applications[store.program.entries.at(index).a as usize];
        let ids = &store.program.operands[application.operands()];
        let operands: Vec<_> = ids.iter().map(|&id| copy(store, id)).collect();
        let mut output = OutputSpec::matrix(0, 0);
        output.shape = store.program.shape(index as u32);
        output.residual = application.residual.len();
        Self::with_output(&*application.op, output, &operands)
    }

    fn of_scalar(store: &'a Store<T>, index: usize, ids: &[u32], positions: &[usize]) -> Self {
        let entry = store.program.entries.at(index);
        let mut tape = Tape::default();
        let own = tape.store.get_mut();
        let operands: Vec<u32> = ids.iter().map(|&id| put(own, &copy(store, id))).collect();
        let b = match entry.code.form() {
            Form::Power => entry.b,
            Form::NumberRight | Form::NumberLeft => {
                own.program
                    .numbers
                    .push(store.program.numbers[entry.b as usize]);
                0
            }
            _ => operands.get(1).copied().unwrap_or(0),
        };
        let (code, value) = (entry.code.of_two(), store.primals.values[index]);
        let entry = own.push(code, operands[0], b, value, Place(Location::caller()));
        IsolatedEntry {
            name: store.program.op_name(index as u32),
            rule: Rule::Scalar(entry),
            tape,
            operands,
            positions: positions.to_vec(),
            shape: Shape::SCALAR,
            result: vec![T::zero()],
            residual: Vec::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.operands.len()
    }

    /// The number of elements of all operands.
    pub fn elements(&self) -> usize {
        (0..self.len()).map(|i| self.operand_shape(i).len()).sum()
    }

    pub fn operand_shape(&self, i: usize) -> Shape {
        self.tape.store.borrow().program.shape(self.operands[i])
    }

    pub fn is_active(&self, i: usize) -> bool {
        self.tape.store.borrow().program.is_active(self.operands[i])
    }

    pub fn result_shape(&self) -> Shape {
        self.shape
    }

    /// Whether an element of the result is said to read an element of an operand.
    pub fn reads(&self, result: usize, operand: usize, element: usize) -> bool {
        let Rule::Op(op) = self.rule else {
            return false;
        };
        let shapes: Vec<Shape> = (0..self.len()).map(|i| self.operand_shape(i)).collect();
        let mut is_read = false;
        let mut look = |i, read| is_read |= (i, read) == (operand, element);
        op.reads(&shapes, result, &mut look) && is_read
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

    /// Runs the rule forward into buffers that hold `arbitrary` numbers.
    pub fn forward(&mut self, arbitrary: T) -> Result<(), ForwardError> {
        match self.rule {
            Rule::Scalar(entry) => {
                let replayed = self.tape.replay();
                replayed.expect("a scalar rule takes any values, and its tape has no guards");
                self.result[0] = self.tape.store.get_mut().primals.values[entry as usize];
                Ok(())
            }
            Rule::Op(op) => {
                self.result.fill(arbitrary);
                self.residual.fill(arbitrary);
                let store = self.tape.store.get_mut();
                let operands = operands_of(
                    store,
                    &self.operands,
                    &store.primals.values,
                    &store.primals.arena,
                );
                op.forward(&mut PointMut {
                    operands,
                    result: ViewMut::new(&mut self.result, self.shape),
                    residual: &mut self.residual,
                })
            }
        }
    }

    /// The reverse rule: the cotangents of the operands; zeros for those that want none.
    pub fn vjp(&self, cotangent: &[T], before: &BufferContents<'_, T>) -> Vec<Vec<T>> {
        match self.rule {
            Rule::Scalar(entry) => self.sweep(entry, cotangent[0], before),
            Rule::Op(op) => self.reverse(op, cotangent, before),
        }
    }

    fn reverse(
        &self,
        op: &dyn Op<T>,
        cotangent: &[T],
        before: &BufferContents<'_, T>,
    ) -> Vec<Vec<T>> {
        let store = self.tape.store.borrow();
        let arbitrary = match before {
            BufferContents::Arbitrary(arbitrary) => *arbitrary,
            BufferContents::Contributions(_) => T::zero(),
        };
        let mut cotangents = OperandBuffers::new(&store, arbitrary);
        if let BufferContents::Contributions(lists) = before {
            for (&id, list) in self.operands.iter().zip(*lists) {
                cotangents.put(&store, id, list);
            }
        }
        let mut sink = Sink {
            ids: &self.operands,
            layout: store.program.layout(),
            values: &mut cotangents.values,
            arena: &mut cotangents.arena,
            reached: &mut cotangents.reached,
            chosen: None,
            partial: &mut Partial::default(),
        };
        op.vjp(
            &self.point(&store),
            View::new(cotangent, self.shape),
            &mut sink,
        );
        self.operands
            .iter()
            .map(|&id| cotangents.take(&store, id))
            .collect()
    }

    fn sweep(&self, entry: u32, cotangent: T, before: &BufferContents<'_, T>) -> Vec<Vec<T>> {
        let mut seeds = vec![Seed::scalar(VarId(self.tape.id(entry)), cotangent)];
        if let BufferContents::Contributions(lists) = before {
            for (&id, list) in self.operands.iter().zip(*lists) {
                seeds.push(Seed::scalar(VarId(self.tape.id(id)), list[0]));
            }
        }
        let mut cotangents = Cotangents::new();
        self.tape
            .sweep(seeds, &mut cotangents)
            .expect("entries of its own tape");
        let of = |&id: &u32| cotangents.of(VarId(self.tape.id(id)));
        let each = self.operands.iter().map(of);
        each.map(|found| vec![found.expect("entries of its own tape")])
            .collect()
    }

    /// The result's tangent, from operands' tangents in a buffer that holds `arbitrary` elsewhere.
    pub fn jvp(&self, tangents: &[Option<Vec<T>>], arbitrary: T) -> Vec<T> {
        let op = match self.rule {
            Rule::Scalar(entry) => return vec![self.push_forward(entry, tangents)],
            Rule::Op(op) => op,
        };
        let store = self.tape.store.borrow();
        let mut buffers = OperandBuffers::new(&store, arbitrary);
        for (&id, tangent) in self.operands.iter().zip(tangents) {
            if let Some(tangent) = tangent {
                buffers.put(&store, id, tangent);
            }
        }
        let operands = operands_of(&store, &self.operands, &buffers.values, &buffers.arena);
        let reached = &buffers.reached[..];
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
            .expect("entries of its own tape");
        along
            .of(VarId(self.tape.id(entry)))
            .expect("entries of its own tape")
    }

    fn point<'s>(&'s self, store: &'s Store<T>) -> Point<'s, T> {
        Point {
            operands: operands_of(
                store,
                &self.operands,
                &store.primals.values,
                &store.primals.arena,
            ),
            result: View::new(&self.result, self.shape),
            residual: &self.residual,
        }
    }
}

fn operands_of<'s, T>(
    store: &'s Store<T>,
    ids: &'s [u32],
    values: &'s [T],
    arena: &'s [T],
) -> Operands<'s, T> {
    Operands {
        ids,
        layout: store.program.layout(),
        values,
        arena,
    }
}

fn slot<T: Scalar>(store: &mut Store<T>, id: u32) -> &mut [T] {
    store.primals.slice_mut(&store.program, id as usize)
}

fn copy<T: Scalar>(store: &Store<T>, id: u32) -> IsolatedOperand<T> {
    let block = store.program.entries.at(id as usize).block();
    IsolatedOperand {
        shape: store.program.shape(id),
        values: results(store, id as usize).to_vec(),
        active: store.program.is_active(id),
        scalar: block.is_none(),
    }
}

/// Records a leaf, or a constant, for an operand.
fn put<T: Scalar>(store: &mut Store<T>, given: &IsolatedOperand<T>) -> u32 {
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
    store.primals.arena[block.range()].copy_from_slice(&given.values);
    store.push(Code::MatrixLeaf, 0, index, T::zero(), place)
}

/// The result of an entry, column by column.
pub(super) fn results<T: Scalar>(store: &Store<T>, index: usize) -> &[T] {
    store.primals.view(&store.program, index).values()
}
