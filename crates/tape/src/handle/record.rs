//! Recording an application of an op: operands in, shape rule, forward run, result out.
//!
//! What an operation on a 2×2 matrix costs is decided here. A processor forwards a number that was
//! just written to the next load, but only if that load reads the same bytes as one store wrote: a
//! struct written field by field and then copied whole waits until its fields have reached the
//! cache, a dozen cycles each time. So nothing that was just made is copied: operands are read
//! where they lie, what `record_op` returns fits in registers, and a handle is made of it where it
//! is used. With that, and some instructions fewer, recording a sum of 2×2 takes 46 ns and not 69
//! (a Zen 3 core, before and after in turn).

use super::matrix_var::MatrixVar;
use super::operand::{Operand, Output};
use super::tape::Tape;
use super::var::Var;
use crate::error::{Error, Place, ShapeError};
use crate::list::{Application, Lengths, Store};
use crate::number::Scalar;
use crate::op::{Entry, Op, OutputSpec};
use crate::rules::Code;
use crate::shape::Shape;
use std::borrow::Borrow;
use std::panic::Location;

impl<T: Scalar> Tape<T> {
    /// Records an application of `op` and runs it forward.
    ///
    /// Operands are handles of this tape, or numbers, which become constants.
    ///
    /// # Errors
    /// [`Error::Forward`] if the op refuses the operands' values; nothing is recorded then, and the
    /// tape is as it was.
    ///
    /// # Panics
    /// If the op cannot take operands of these shapes, or if a handle belongs to another tape.
    #[track_caller]
    pub fn apply<'t>(
        &'t self,
        op: impl Op<T> + 'static,
        operands: &[Operand<'t, T>],
    ) -> Result<Output<'t, T>, Error> {
        self.apply_boxed(Box::new(op), operands)
    }

    /// [`apply`](Tape::apply) for an op of a type that is not known.
    #[track_caller]
    pub(crate) fn apply_boxed<'t>(
        &'t self,
        op: Box<dyn Op<T>>,
        operands: &[Operand<'t, T>],
    ) -> Result<Output<'t, T>, Error> {
        let recorded = self.record_op(op, operands.iter());
        let recorded = recorded.map_err(|error| *error)?;
        let (store, index) = (self.store.borrow(), recorded.index);
        Ok(if store.program.has_block(index) {
            Output::Matrix(MatrixVar::on(self, index, recorded.shape()))
        } else {
            Output::Scalar(Var::on(self, index, store.primals.values[index as usize]))
        })
    }

    /// [`apply`](Tape::apply) for the ops of this crate that take any values and whose result is a
    /// matrix.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn matrix_of<'t>(
        &'t self,
        op: impl Op<T> + 'static,
        operands: impl Iterator<Item: Borrow<Operand<'t, T>>>,
    ) -> MatrixVar<'t, T> {
        let recorded = taken(self.record_op(Box::new(op), operands));
        debug_assert!(self.store.borrow().program.has_block(recorded.index));
        MatrixVar::on(self, recorded.index, recorded.shape())
    }

    /// [`apply`](Tape::apply) for the ops of this crate that take any values and whose result is a
    /// scalar.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn scalar_of<'t>(
        &'t self,
        op: impl Op<T> + 'static,
        operands: impl Iterator<Item: Borrow<Operand<'t, T>>>,
    ) -> Var<'t, T> {
        let Recorded { index, .. } = taken(self.record_op(Box::new(op), operands));
        debug_assert!(!self.store.borrow().program.has_block(index));
        Var::on(
            self,
            index,
            self.store.borrow().primals.values[index as usize],
        )
    }

    /// Records an application and runs it; taking the next operand must not record.
    #[track_caller]
    fn record_op<'t>(
        &'t self,
        op: Box<dyn Op<T>>,
        operands: impl Iterator<Item: Borrow<Operand<'t, T>>>,
    ) -> Result<Recorded, Box<Error>> {
        let place = Place(Location::caller());
        let mut store = self.store.borrow_mut();
        let unfinished = Unfinished::new(&mut store);
        let store = &mut *unfinished.store;
        let first = store.program.operands.len();
        store.shapes.clear();
        let mut active = false;
        for operand in operands {
            let operand = operand.borrow();
            let (tape, index) = match *operand {
                Operand::Matrix(ref matrix) => (matrix.tape, matrix.index),
                Operand::Scalar(ref var) => match var.tape {
                    Some(tape) => (tape, var.index),
                    None => (self, store.push(Code::Constant, 0, 0, var.value, place)),
                },
            };
            // As `assert_same`, but the op is asked for its name only if it is wanted.
            if !std::ptr::eq(self, tape) {
                self.refuse(tape, op.name());
            }
            // A scalar's shape is known, and one active operand is enough: a long dot product looks
            // nothing else up.
            let (shape, is_active) = match operand {
                Operand::Matrix(_) => store.program.shape_and_activity(index),
                Operand::Scalar(_) => (Shape::SCALAR, !active && store.program.is_active(index)),
            };
            active |= is_active;
            store.program.operands.push(index);
            store.shapes.push(shape);
        }
        let signature = match op.shape(&store.shapes) {
            Ok(signature) => signature,
            Err(error) => refuse_shapes(&store.shapes, op.name(), &error),
        };
        let shape = signature.shape();
        let index = record_application(store, op, first, active, signature, place)?;
        std::mem::forget(unfinished);
        Ok(Recorded {
            index,
            rows: shape.rows as u32,
            cols: shape.cols as u32,
        })
    }
}

/// An application that is being recorded. Dropped before it is finished, by an error or a panic, it
/// removes what was recorded for it: constants, operands, the application and its result.
struct Unfinished<'s, T: Scalar> {
    store: &'s mut Store<T>,
    entries: usize,
    operands: usize,
}

impl<'s, T: Scalar> Unfinished<'s, T> {
    #[inline(always)]
    fn new(store: &'s mut Store<T>) -> Self {
        let (entries, operands) = (store.program.entries.len(), store.program.operands.len());
        Unfinished {
            store,
            entries,
            operands,
        }
    }
}

impl<T: Scalar> Drop for Unfinished<'_, T> {
    #[cold]
    #[inline(never)]
    fn drop(&mut self) {
        let store = &mut *self.store;
        let mut lengths = Lengths {
            entries: self.entries,
            operands: self.operands,
            ..store.lengths()
        };
        // The application's entry comes last, if it got so far.
        if let Some(last) = store.program.entries.len().checked_sub(1)
            && last >= self.entries
            && store.program.entries.at(last).code == Code::Apply
        {
            let (application, block) = store.program.application(last);
            lengths.applications = application;
            lengths.residuals = store.program.applications[application].residual.start;
            if let Some(block) = block {
                (lengths.blocks, lengths.arena) = (lengths.blocks - 1, block.start);
            }
        }
        store.truncate(&lengths);
    }
}

/// Where a result was recorded, and its shape: 1×1 of a scalar.
struct Recorded {
    index: u32,
    rows: u32,
    cols: u32,
}

/// It is returned in two registers; boxed, an error fits in as well.
const _: () = assert!(size_of::<Result<Recorded, Box<Error>>>() <= 2 * size_of::<u64>());

impl Recorded {
    #[inline(always)]
    fn shape(&self) -> Shape {
        Shape::new(self.rows as usize, self.cols as usize)
    }
}

/// What an op recorded that takes any values.
#[inline(always)]
fn taken(recorded: Result<Recorded, Box<Error>>) -> Recorded {
    match recorded {
        Ok(recorded) => recorded,
        Err(error) => unreachable!("an op that takes any values refused some: {error}"),
    }
}

/// Panics with the op's name and every operand's shape.
#[cold]
#[inline(never)]
#[track_caller]
fn refuse_shapes(shapes: &[Shape], op: &str, error: &ShapeError) -> ! {
    let shapes: Vec<_> = shapes.iter().map(Shape::to_string).collect();
    panic!("{op} of {}: {error}", shapes.join(", "));
}

/// Appends the application whose operands were pushed since `first`, and runs it.
#[inline(always)]
fn record_application<T: Scalar>(
    store: &mut Store<T>,
    op: Box<dyn Op<T>>,
    first: usize,
    active: bool,
    signature: OutputSpec,
    place: Place,
) -> Result<u32, Box<Error>> {
    let index32 = |n: usize| u32::try_from(n).expect("a tape holds fewer than 2³² operands");
    let last = store.program.operands.len();
    let residual = store.primals.residuals.len();
    store
        .primals
        .residuals
        .resize(residual + signature.residual(), T::zero());
    store.program.applications.push(Application {
        op,
        operands: index32(first)..index32(last),
        residual: residual..residual + signature.residual(),
        active,
        place,
    });
    let application = store.program.applications.len() - 1;
    let (block_index, block) = if signature.is_scalar() {
        let scalar = if active {
            Entry::SCALAR
        } else {
            Entry::INACTIVE_SCALAR
        };
        (scalar, None)
    } else {
        let (index, block) = store.push_block(signature.shape(), active);
        (index, Some(block))
    };
    let index = store.push(
        Code::Apply,
        application as u32,
        block_index,
        T::zero(),
        place,
    );
    let program = &store.program;
    match program.run_application(&mut store.primals, application, index as usize, block) {
        Ok(()) => Ok(index),
        Err(error) => Err(Box::new(
            store.program.forward_error(index as usize, &error),
        )),
    }
}
