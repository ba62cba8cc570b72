//! References to entries, by which the result of a sweep is asked and a seed is placed: handles and
//! ids.

use super::buffer::Buffer;
use crate::error::Error;
use crate::handle::{MatrixVar, Var};
use crate::list::{Id, MatrixId, VarId};
use crate::number::Scalar;
use crate::op::View;

/// What a sweep's result can be asked for: a handle or an id of a scalar or a matrix.
#[diagnostic::on_unimplemented(
    message = "a derivative is asked for by a handle or an id of numbers `{T}`, not by `{Self}`",
    label = "expected a `Var`, a `MatrixVar`, a `VarId` or a `MatrixId`",
    note = "of several scalars: `xs.iter().map(|x| gradient.of(x))`, or `of_vars` with their ids"
)]
pub trait EntryRef<T: Scalar>: Copy + private::Sealed {
    /// A number for a scalar handle, a view for a matrix handle, the `Result` of either for an id.
    type Found<'b>;
    #[doc(hidden)]
    #[track_caller]
    fn find(self, buffer: &Buffer<T>) -> Self::Found<'_>;
}

mod private {
    pub trait Sealed {}
    impl<T> Sealed for super::Var<'_, T> {}
    impl<T> Sealed for super::MatrixVar<'_, T> {}
    impl Sealed for super::VarId {}
    impl Sealed for super::MatrixId {}
    impl<A: Sealed> Sealed for &A {}
}

impl<T: Scalar> EntryRef<T> for Var<'_, T> {
    type Found<'b> = T;
    #[inline]
    #[track_caller]
    fn find(self, buffer: &Buffer<T>) -> T {
        match self.tape {
            None => T::zero(),
            Some(tape) => {
                let of_number = buffer.is_of_number(tape.number);
                if !of_number && buffer.saw(&tape.history, self.index) {
                    buffer.scalar(self.index)
                } else {
                    T::zero()
                }
            }
        }
    }
}

impl<T: Scalar> EntryRef<T> for MatrixVar<'_, T> {
    type Found<'b> = View<'b, T>;
    #[track_caller]
    fn find(self, buffer: &Buffer<T>) -> View<'_, T> {
        let index = self.index;
        if buffer.is_of_number(self.tape.number) {
            panic!(
                "a plain number was swept, no tape: its derivative by the matrix of entry {index} \
                 is zero, but there is no matrix of zeros to show"
            );
        }
        let seen = buffer.saw(&self.tape.history, index);
        match buffer.matrix(index) {
            Some(view) if seen => view,
            _ => panic!("the matrix of entry {index} was recorded after the sweep"),
        }
    }
}

impl<T: Scalar> EntryRef<T> for VarId {
    type Found<'b> = Result<T, Error>;
    #[inline]
    fn find(self, buffer: &Buffer<T>) -> Result<T, Error> {
        buffer.check(self.0)?;
        Ok(buffer.scalar(self.0.index))
    }
}

impl<T: Scalar> EntryRef<T> for MatrixId {
    type Found<'b> = Result<View<'b, T>, Error>;
    fn find(self, buffer: &Buffer<T>) -> Result<View<'_, T>, Error> {
        buffer.check(self.0)?;
        // Only where a plain number was swept is there no such matrix.
        buffer.matrix(self.0.index).ok_or(Error::NotSwept)
    }
}

/// A reference to a handle or an id is as good as that: `for x in &handles`.
#[diagnostic::do_not_recommend]
impl<T: Scalar, A: EntryRef<T>> EntryRef<T> for &A {
    type Found<'b> = A::Found<'b>;
    #[inline]
    #[track_caller]
    fn find(self, buffer: &Buffer<T>) -> A::Found<'_> {
        A::find(*self, buffer)
    }
}

/// What a scalar seed can name: a handle or an id.
#[diagnostic::on_unimplemented(
    message = "the seed is of a scalar, and `{Self}` names none",
    label = "expected a `Var` or a `VarId`",
    note = "a matrix has `Seed::matrix`, with a weight for each element"
)]
pub trait ScalarRef: Copy + private::Sealed {
    #[doc(hidden)]
    fn id_of(self) -> Id;
}

/// What a matrix seed can name: a handle or an id.
#[diagnostic::on_unimplemented(
    message = "the seed is of a matrix, and `{Self}` names none",
    label = "expected a `MatrixVar` or a `MatrixId`",
    note = "a scalar has `Seed::one` and `Seed::scalar`"
)]
pub trait MatrixRef: Copy + private::Sealed {
    #[doc(hidden)]
    fn id_of(self) -> Id;
}

impl<T: Scalar> ScalarRef for Var<'_, T> {
    fn id_of(self) -> Id {
        self.tape.map_or(Id::NOWHERE, |tape| tape.id(self.index))
    }
}
impl ScalarRef for VarId {
    fn id_of(self) -> Id {
        self.0
    }
}
impl<T: Scalar> MatrixRef for MatrixVar<'_, T> {
    fn id_of(self) -> Id {
        self.id().0
    }
}
impl MatrixRef for MatrixId {
    fn id_of(self) -> Id {
        self.0
    }
}

#[diagnostic::do_not_recommend]
impl<A: ScalarRef> ScalarRef for &A {
    fn id_of(self) -> Id {
        A::id_of(*self)
    }
}
#[diagnostic::do_not_recommend]
impl<A: MatrixRef> MatrixRef for &A {
    fn id_of(self) -> Id {
        A::id_of(*self)
    }
}
