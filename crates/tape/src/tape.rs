//! The tape: recording, leaves, marks and rewinding.

use crate::error::{Error, ForwardError, Place};
use crate::guard::{Guard, Relation, Side};
use crate::id::{History, Id, MatrixId, VarId, next_tape_number};
use crate::matrix_var::MatrixVar;
use crate::op::Op;
use crate::ops::registry::Code;
use crate::scalar::Scalar;
use crate::shape::{Shape, Signature};
use crate::store::{Application, Entry, Store};
use crate::var::Var;
use crate::view::{View, ViewMut};
use nalgebra::{DMatrix, Dim, Matrix, RawStorage};
use std::cell::RefCell;
use std::panic::Location;

/// A Wengert list: every operation a program takes, in order, with its result.
///
/// Recording goes through `&Tape`; handles ([`Var`], [`MatrixVar`]) borrow it. Rewinding, setting leaves
/// and replaying take `&mut Tape`, so a handle that would be stale does not compile:
///
/// ```compile_fail
/// let mut tape = tape::Tape::new();
/// let x = tape.var(2.0);
/// tape.clear();
/// let y = x * x; // error[E0502]: `tape` is still borrowed by `x`
/// ```
///
/// ```
/// use tape::Tape;
///
/// let tape = Tape::new();
/// let (apple, apples, tax) = (tape.var(100.0), tape.var(2.0), tape.var(1.1));
/// let price = apple * apples * tax;
/// assert!((price.value() - 220.0_f64).abs() < 1e-12);
///
/// let gradient = price.gradient();
/// assert!((gradient.of(apple) - 2.2).abs() < 1e-12);
/// assert!((gradient.of(apples) - 110.0).abs() < 1e-12);
/// assert!((gradient.of(tax) - 200.0).abs() < 1e-12);
/// ```
pub struct Tape<T = f64> {
    pub(crate) store: RefCell<Store<T>>,
    pub(crate) history: History,
    pub(crate) number: u64,
}

impl<T> std::fmt::Debug for Tape<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.store.try_borrow() {
            Ok(store) => write!(f, "Tape({} entries)", store.entries.len()),
            Err(_) => write!(f, "Tape(in use)"),
        }
    }
}

/// A length of the list to come back to; see [`Tape::mark`].
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    tape: u64,
    epoch: u32,
    entries: usize,
    numbers: usize,
    operands: usize,
    blocks: usize,
    applications: usize,
    arena: usize,
    residuals: usize,
    guards: usize,
    scopes: usize,
}

impl Tape<f64> {
    /// An empty tape of `f64`. For other numbers, `Tape::<f32>::default()`: that way, literals are `f64` here
    /// without a word.
    pub fn new() -> Self {
        Tape::default()
    }
}

impl<T: Scalar> Default for Tape<T> {
    /// An empty tape.
    fn default() -> Self {
        Tape {
            store: RefCell::new(Store::new()),
            history: History::default(),
            number: next_tape_number(),
        }
    }
}

impl<T: Scalar> Tape<T> {
    /// The same tape, keeping the caller's file and line for every scalar entry from now on; matrix
    /// entries always have theirs. Reports and pictures then say where an entry comes from. Costs 8 bytes an entry.
    ///
    /// # Panics
    /// If something is recorded already.
    pub fn with_locations(mut self) -> Self {
        let store = self.store.get_mut();
        assert!(
            store.entries.is_empty(),
            "locations are kept from the first entry on"
        );
        store.keep_places();
        self
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.store.borrow().entries.len()
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Records a scalar leaf.
    #[track_caller]
    pub fn var(&self, value: T) -> Var<'_, T> {
        let place = Place(Location::caller());
        let index = self.store.borrow_mut().push(Code::Leaf, 0, 0, value, place);
        Var::on(self, index, value)
    }

    /// Records a scalar leaf for each number.
    #[track_caller]
    pub fn vars(&self, values: &[T]) -> Vec<Var<'_, T>> {
        let place = Place(Location::caller());
        let mut store = self.store.borrow_mut();
        let mut leaf = |&value| Var::on(self, store.push(Code::Leaf, 0, 0, value, place), value);
        values.iter().map(&mut leaf).collect()
    }

    /// Records a matrix leaf, from any nalgebra matrix, vector, row or view.
    #[track_caller]
    pub fn matrix<R: Dim, C: Dim, S: RawStorage<T, R, C>>(
        &self,
        values: &Matrix<T, R, C, S>,
    ) -> MatrixVar<'_, T> {
        self.matrix_leaf(values, true)
    }

    /// Records an input: a matrix leaf that has no cotangent, so that none is ever computed for it.
    /// Its values may change between replays: examples, labels, targets.
    #[track_caller]
    pub fn input<R: Dim, C: Dim, S: RawStorage<T, R, C>>(
        &self,
        values: &Matrix<T, R, C, S>,
    ) -> MatrixVar<'_, T> {
        self.matrix_leaf(values, false)
    }

    #[track_caller]
    fn matrix_leaf<R: Dim, C: Dim, S: RawStorage<T, R, C>>(
        &self,
        values: &Matrix<T, R, C, S>,
        active: bool,
    ) -> MatrixVar<'_, T> {
        let shape = Shape::new(values.nrows(), values.ncols());
        let place = Place(Location::caller());
        let mut store = self.store.borrow_mut();
        let block = store.push_block(shape, active);
        let range = store.blocks[block as usize].range();
        for (to, from) in store.arena[range].iter_mut().zip(values.iter()) {
            *to = *from;
        }
        let index = store.push(Code::MatrixLeaf, 0, block, T::zero(), place);
        MatrixVar::on(self, index, shape)
    }

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
    fn refuse(&self, other: &Tape<T>, op: &'static str) -> ! {
        panic!(
            "{op}: the operands are handles of two tapes ({} and {})",
            self.number, other.number
        );
    }

    /// Gives entry `index` a name; the last one given stands.
    pub(crate) fn name(&self, index: u32, name: String) {
        let names = &mut self.store.borrow_mut().names;
        match names.binary_search_by_key(&index, |(entry, _)| *entry) {
            Ok(at) => names[at].1 = name,
            Err(at) => names.insert(at, (index, name)),
        }
    }

    /// Opens a scope: entries recorded until the returned value is dropped belong together in pictures
    /// and reports. Scopes nest.
    pub fn scope(&self, name: impl Into<String>) -> Scope<'_, T> {
        let mut store = self.store.borrow_mut();
        let entry = store.entries.len() as u32;
        store.scopes.push((entry, Some(name.into())));
        Scope { tape: self }
    }

    /// Records how a comparison turned out.
    pub(crate) fn guard(
        &self,
        left: Side<T>,
        right: Side<T>,
        relation: Relation,
        held: bool,
        place: Place,
    ) {
        let mut store = self.store.borrow_mut();
        let entry = store.entries.len() as u32;
        store.guards.push(Guard {
            left,
            right,
            relation,
            held,
            entry,
            place,
        });
    }

    /// The current length of the list, to [`rewind`](Tape::rewind) to.
    pub fn mark(&self) -> Mark {
        let store = self.store.borrow();
        Mark {
            tape: self.number,
            epoch: self.history.epoch(),
            entries: store.entries.len(),
            numbers: store.numbers.len(),
            operands: store.operands.len(),
            blocks: store.blocks.len(),
            applications: store.applications.len(),
            arena: store.arena.len(),
            residuals: store.residuals.len(),
            guards: store.guards.len(),
            scopes: store.scopes.len(),
        }
    }

    /// Removes every entry recorded since `mark`. The memory is kept, so recording again allocates nothing.
    ///
    /// # Errors
    /// [`Error::Foreign`] if the mark is another tape's, [`Error::Outdated`] if the tape was rewound
    /// past the mark in the meantime.
    pub fn rewind(&mut self, mark: Mark) -> Result<(), Error> {
        if mark.tape != self.number {
            return Err(Error::Foreign {
                found: mark.tape,
                expected: self.number,
            });
        }
        let shortest = self.history.shortest_since(mark.epoch);
        if shortest.is_some_and(|cut| (cut as usize) < mark.entries) {
            return Err(Error::Outdated {
                entry: mark.entries,
            });
        }
        let store = self.store.get_mut();
        store.truncate_entries(mark.entries);
        store.numbers.truncate(mark.numbers);
        store.operands.truncate(mark.operands);
        store.blocks.truncate(mark.blocks);
        store.applications.truncate(mark.applications);
        store.arena.truncate(mark.arena);
        store.residuals.truncate(mark.residuals);
        store.guards.truncate(mark.guards);
        store.scopes.truncate(mark.scopes);
        let named = store
            .names
            .partition_point(|(entry, _)| (*entry as usize) < mark.entries);
        store.names.truncate(named);
        self.history.cut(mark.entries as u32);
        Ok(())
    }

    /// Removes every entry. The memory is kept.
    pub fn clear(&mut self) {
        let start = Mark {
            tape: self.number,
            epoch: self.history.epoch(),
            entries: 0,
            numbers: 0,
            operands: 0,
            blocks: 0,
            applications: 0,
            arena: 0,
            residuals: 0,
            guards: 0,
            scopes: 0,
        };
        self.rewind(start)
            .expect("a tape can always be rewound to its start");
    }

    pub(crate) fn id(&self, index: u32) -> Id {
        Id {
            tape: self.number,
            epoch: self.history.epoch(),
            index,
        }
    }

    /// The entry an id names, if it is still there.
    pub(crate) fn resolve(&self, id: Id) -> Result<u32, Error> {
        self.history.check(id, self.number, self.len())?;
        Ok(id.index)
    }

    /// The handle of an entry whose id was kept.
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if the id names no entry of this tape.
    pub fn handle<I: Named>(&self, id: I) -> Result<I::Handle<'_, T>, Error> {
        I::handle(id, self)
    }

    /// The value of a scalar entry.
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if the id names no entry of this tape.
    pub fn value(&self, id: VarId) -> Result<T, Error> {
        let index = self.resolve(id.0)?;
        Ok(self.store.borrow().values[index as usize])
    }

    /// Hands the values of a matrix entry to `read`, without a copy.
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if the id names no entry of this tape.
    ///
    /// # Panics
    /// If `read` records on this tape.
    pub fn read<R>(&self, id: MatrixId, read: impl FnOnce(View<'_, T>) -> R) -> Result<R, Error> {
        let index = self.resolve(id.0)?;
        let store = self.store.borrow();
        let block = store.entries[index as usize]
            .block()
            .expect("a matrix id names a matrix");
        Ok(read(store.view(block)))
    }

    /// Sets a scalar leaf; [`replay`](Tape::replay) then computes what depends on it.
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if the id names no entry of this tape,
    /// [`Error::NotALeaf`] if the entry is the result of an operation.
    pub fn set(&mut self, id: VarId, value: T) -> Result<(), Error> {
        let index = self.resolve(id.0)?;
        let store = self.store.get_mut();
        if store.entries[index as usize].code != Code::Leaf {
            let op = store.op_name(index);
            return Err(Error::NotALeaf {
                entry: index as usize,
                op,
            });
        }
        store.values[index as usize] = value;
        Ok(())
    }

    /// Sets a matrix leaf; [`replay`](Tape::replay) then computes what depends on it.
    ///
    /// # Errors
    /// As [`leaf_mut`](Tape::leaf_mut), and [`Error::Shape`] if the matrix has another shape than the leaf.
    pub fn set_matrix<R: Dim, C: Dim, S: RawStorage<T, R, C>>(
        &mut self,
        id: MatrixId,
        values: &Matrix<T, R, C, S>,
    ) -> Result<(), Error> {
        let found = Shape::new(values.nrows(), values.ncols());
        let mut leaf = self.leaf_mut(id)?;
        if leaf.shape() != found {
            let (entry, expected) = (id.entry(), leaf.shape());
            return Err(Error::Shape {
                entry,
                found,
                expected,
            });
        }
        for (to, from) in leaf.values_mut().iter_mut().zip(values.iter()) {
            *to = *from;
        }
        Ok(())
    }

    /// The values of a matrix leaf, to be written in place.
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if the id names no entry of this tape,
    /// [`Error::NotALeaf`] if the entry is the result of an operation.
    pub fn leaf_mut(&mut self, id: MatrixId) -> Result<ViewMut<'_, T>, Error> {
        let index = self.resolve(id.0)?;
        let store = self.store.get_mut();
        let entry = store.entries[index as usize];
        if entry.code != Code::MatrixLeaf {
            let op = store.op_name(index);
            return Err(Error::NotALeaf {
                entry: index as usize,
                op,
            });
        }
        let block = store.blocks[entry.b as usize];
        Ok(ViewMut::new(&mut store.arena[block.range()], block.shape()))
    }
}

/// An open scope; see [`Tape::scope`].
#[must_use = "a scope ends when this value is dropped"]
pub struct Scope<'t, T> {
    tape: &'t Tape<T>,
}

impl<T> Drop for Scope<'_, T> {
    fn drop(&mut self) {
        let mut store = self.tape.store.borrow_mut();
        let entry = store.entries.len() as u32;
        store.scopes.push((entry, None));
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
    if store.entries[index].block().is_some() {
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

/// Ids that a handle can be had for: [`VarId`] and [`MatrixId`].
pub trait Named: Sized + private::Sealed {
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

impl Named for VarId {
    type Handle<'t, T: 't> = Var<'t, T>;
    fn handle<T: Scalar>(self, tape: &Tape<T>) -> Result<Var<'_, T>, Error> {
        let index = tape.resolve(self.0)?;
        Ok(Var::on(
            tape,
            index,
            tape.store.borrow().values[index as usize],
        ))
    }
}

impl Named for MatrixId {
    type Handle<'t, T: 't> = MatrixVar<'t, T>;
    fn handle<T: Scalar>(self, tape: &Tape<T>) -> Result<MatrixVar<'_, T>, Error> {
        let index = tape.resolve(self.0)?;
        Ok(MatrixVar::on(tape, index, tape.store.borrow().shape(index)))
    }
}

/// A copy of a view, as an owned matrix.
pub(crate) fn copy_matrix<T: Scalar>(view: View<'_, T>) -> DMatrix<T> {
    DMatrix::from_column_slice(view.rows(), view.cols(), view.values())
}
