//! From ids and names back to handles.

use super::matrix_var::MatrixVar;
use super::operand::Operand;
use super::tape::Tape;
use super::var::Var;
use crate::error::Error;
use crate::list::{EntryId, MatrixId, VarId};
use crate::number::Scalar;

impl<T: Scalar> Tape<T> {
    /// The handle of an entry whose id was kept.
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if the id names no entry of this tape,
    /// [`Error::Stale`] if a leaf was set since the entry was computed.
    pub fn handle<I: TypedId>(&self, id: I) -> Result<I::Handle<'_, T>, Error> {
        I::handle(id, self)
    }

    /// The handle of an entry, whose value must be current.
    pub(crate) fn operand(&self, index: u32) -> Operand<'_, T> {
        let store = self.store.borrow();
        match store.program.layout().block(index) {
            None => Var::on(self, index, store.primals.values[index as usize]).into(),
            Some(block) => MatrixVar::on(self, index, block.shape()).into(),
        }
    }

    /// The entry that was given this name, the last one if there are several.
    ///
    /// ```
    /// use tape::{EntryId, Tape};
    /// let tape = Tape::new();
    /// let rate = tape.var(0.1).named("rate");
    /// assert_eq!(tape.find("rate"), Some(EntryId::Scalar(rate.id())));
    /// assert_eq!(tape.find("momentum"), None);
    /// ```
    pub fn find(&self, name: &str) -> Option<EntryId> {
        let store = self.store.borrow();
        let names = store.program.names.by_entry();
        let (&index, _) = names.iter().rev().find(|&(_, &given)| given == name)?;
        let id = self.id(index);
        Some(match store.program.entries.at(index as usize).block() {
            None => EntryId::Scalar(VarId(id)),
            Some(_) => EntryId::Matrix(MatrixId(id)),
        })
    }
}

/// An id that knows the type of its entry's handle: [`VarId`] or [`MatrixId`].
pub trait TypedId: Sized + private::Sealed {
    /// The handle.
    type Handle<'t, T: 't>;
    #[doc(hidden)]
    fn handle<T: Scalar>(self, tape: &Tape<T>) -> Result<Self::Handle<'_, T>, Error>;
}

mod private {
    pub trait Sealed {}
    impl Sealed for super::VarId {}
    impl Sealed for super::MatrixId {}
}

impl TypedId for VarId {
    type Handle<'t, T: 't> = Var<'t, T>;
    fn handle<T: Scalar>(self, tape: &Tape<T>) -> Result<Var<'_, T>, Error> {
        let index = tape.resolve(self.0)?;
        Ok(Var::on(
            tape,
            index,
            tape.store.borrow().primals.values[index as usize],
        ))
    }
}

impl TypedId for MatrixId {
    type Handle<'t, T: 't> = MatrixVar<'t, T>;
    fn handle<T: Scalar>(self, tape: &Tape<T>) -> Result<MatrixVar<'_, T>, Error> {
        let index = tape.resolve(self.0)?;
        Ok(MatrixVar::on(
            tape,
            index,
            tape.store.borrow().program.shape(index),
        ))
    }
}
