//! Recording an application of an op: operands in, shape rule, forward run, result out.

use crate::entries::Entry;
use crate::error::{Error, ForwardError, Place};
use crate::matrix_var::MatrixVar;
use crate::op::Op;
use crate::ops::registry::Code;
use crate::scalar::Scalar;
use crate::shape::{Shape, Signature};
use crate::store::{Application, Store};
use crate::tape::Tape;
use crate::var::Var;
use std::panic::Location;

impl<T: Scalar> Tape<T> {
    /// Records an application of `op` and runs it forward.
    ///
    /// Operands are handles of this tape, or numbers, which become constants.
    ///
    /// # Errors
    /// [`Error::Forward`] if the op refuses the operands' values; nothing is recorded then.
    ///
    /// # Panics
    /// If the op cannot take operands of these shapes, or if a handle belongs to another tape.
    #[track_caller]
    pub fn apply<'t>(
        &'t self,
        op: impl Op<T> + 'static,
        operands: &[Operand<'t, T>],
    ) -> Result<Output<'t, T>, Error> {
        self.apply_each(op, operands.iter().copied())
    }

    /// [`apply`](Tape::apply) for operands that come one by one; taking the next one must not record.
    #[track_caller]
    pub(crate) fn apply_each<'t>(
        &'t self,
        op: impl Op<T> + 'static,
        operands: impl Iterator<Item = Operand<'t, T>>,
    ) -> Result<Output<'t, T>, Error> {
        let place = Place(Location::caller());
        let mut store = self.store.borrow_mut();
        let first = store.operands.len();
        for operand in operands {
            self.push_operand(&mut store, operand, op.name(), place);
        }
        let signature = signature_of(&store, &op, first);
        let index = record_application(&mut store, Box::new(op), first, signature, place)?;
        let shape = signature.shape();
        Ok(if signature.is_scalar() {
            Output::Scalar(Var::on(self, index, store.values[index as usize]))
        } else {
            Output::Matrix(MatrixVar::on(self, index, shape))
        })
    }

    /// [`apply`](Tape::apply) for the ops of this crate that take any values.
    #[track_caller]
    pub(crate) fn apply_infallible<'t>(
        &'t self,
        op: impl Op<T> + 'static,
        operands: impl Iterator<Item = Operand<'t, T>>,
    ) -> Output<'t, T> {
        match self.apply_each(op, operands) {
            Ok(output) => output,
            Err(error) => unreachable!("an op that takes any values refused some: {error}"),
        }
    }

    #[inline]
    #[track_caller]
    fn push_operand(
        &self,
        store: &mut Store<T>,
        operand: Operand<'_, T>,
        op: &'static str,
        place: Place,
    ) {
        let (tape, index) = match operand {
            Operand::Matrix(matrix) => (matrix.tape, matrix.index),
            Operand::Scalar(var) => match var.tape {
                Some(tape) => (tape, var.index),
                None => (self, store.push(Code::Constant, 0, 0, var.value, place)),
            },
        };
        self.assert_same(tape, op);
        store.operands.push(index);
    }

    /// Panics if `other` is another tape.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn assert_same(&self, other: &Tape<T>, op: &'static str) {
        if !std::ptr::eq(self, other) {
            self.refuse(other, op);
        }
    }

    #[cold]
    #[inline(never)]
    #[track_caller]
    pub(crate) fn refuse(&self, other: &Tape<T>, op: &'static str) -> ! {
        panic!(
            "{op}: the operands are handles of two tapes ({} and {})",
            self.number, other.number
        );
    }
}

/// The result's signature, or a panic that names the op and every shape.
#[track_caller]
fn signature_of<T: Scalar>(store: &Store<T>, op: &impl Op<T>, first: usize) -> Signature {
    const FEW: usize = 4;
    let ids = &store.operands[first..];
    let mut few = [Shape::SCALAR; FEW];
    let many: Vec<Shape>;
    let shapes: &[Shape] = if ids.len() <= FEW {
        for (shape, &id) in few.iter_mut().zip(ids) {
            *shape = store.shape(id);
        }
        &few[..ids.len()]
    } else {
        many = ids.iter().map(|&id| store.shape(id)).collect();
        &many
    };
    match op.shape(shapes) {
        Ok(signature) => signature,
        Err(error) => {
            let shapes: Vec<_> = shapes.iter().map(Shape::to_string).collect();
            panic!("{} of {}: {error}", op.name(), shapes.join(", "));
        }
    }
}

/// Appends the application whose operands were pushed since `first`, and runs it.
fn record_application<T: Scalar>(
    store: &mut Store<T>,
    op: Box<dyn Op<T>>,
    first: usize,
    signature: Signature,
    place: Place,
) -> Result<u32, Error> {
    let index32 = |n: usize| u32::try_from(n).expect("a tape holds fewer than 2³² operands");
    let last = store.operands.len();
    let active = (first..last).any(|i| store.is_active(store.operands[i]));
    let residual = store.residuals.len();
    store
        .residuals
        .resize(residual + signature.residual(), T::zero());
    store.applications.push(Application {
        op,
        operands: index32(first)..index32(last),
        residual: residual..residual + signature.residual(),
        active,
        place,
    });
    let application = store.applications.len() as u32 - 1;
    let block = if signature.is_scalar() {
        Entry::NO_BLOCK
    } else {
        store.push_block(signature.shape(), active)
    };
    let index = store.push(Code::Apply, application, block, T::zero(), place);
    match store.apply_forward(index as usize) {
        Ok(()) => Ok(index),
        Err(error) => Err(withdraw(store, index as usize, first, &error)),
    }
}

/// Removes an application that refused its operands; the constants among them stay, unused.
fn withdraw<T: Scalar>(
    store: &mut Store<T>,
    index: usize,
    first: usize,
    error: &ForwardError,
) -> Error {
    let error = store.forward_error(index, error);
    if store.entries.at(index).block().is_some() {
        let block = store.blocks.pop().expect("the application's block");
        store.arena.truncate(block.start);
    }
    let application = store.applications.pop().expect("the application");
    store.residuals.truncate(application.residual.start);
    store.operands.truncate(first);
    store.truncate_entries(index);
    error
}

/// An operand of a matrix op: a handle, or a number.
#[derive(Clone, Copy, Debug)]
pub enum Operand<'t, T: Copy> {
    /// A scalar.
    Scalar(Var<'t, T>),
    /// A matrix.
    Matrix(MatrixVar<'t, T>),
}

impl<'t, T: Copy> From<Var<'t, T>> for Operand<'t, T> {
    fn from(var: Var<'t, T>) -> Self {
        Operand::Scalar(var)
    }
}

impl<'t, T: Copy> From<MatrixVar<'t, T>> for Operand<'t, T> {
    fn from(matrix: MatrixVar<'t, T>) -> Self {
        Operand::Matrix(matrix)
    }
}

/// The result of an application: what the op's [`Signature`] said.
#[derive(Clone, Copy, Debug)]
pub enum Output<'t, T: Copy> {
    /// A scalar.
    Scalar(Var<'t, T>),
    /// A matrix.
    Matrix(MatrixVar<'t, T>),
}

impl<'t, T: Scalar> Output<'t, T> {
    /// The scalar result.
    ///
    /// # Panics
    /// If the op's result is a matrix.
    #[track_caller]
    pub fn scalar(self) -> Var<'t, T> {
        match self {
            Output::Scalar(var) => var,
            Output::Matrix(matrix) => panic!(
                "the op's result is a {} matrix, not a scalar",
                matrix.shape()
            ),
        }
    }

    /// The matrix result.
    ///
    /// # Panics
    /// If the op's result is a scalar.
    #[track_caller]
    pub fn matrix(self) -> MatrixVar<'t, T> {
        match self {
            Output::Matrix(matrix) => matrix,
            Output::Scalar(_) => panic!("the op's result is a scalar, not a matrix"),
        }
    }
}
