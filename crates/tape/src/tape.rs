//! The tape: recording, leaves, marks and rewinding.

use crate::error::Place;
use crate::guard::{Guard, Relation, Side};
use crate::id::{History, next_tape_number};
use crate::matrix_var::MatrixVar;
use crate::ops::registry::Code;
use crate::recorder::Recorder;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::var::Var;
use nalgebra::{Dim, Matrix, RawStorage};
use std::iter::zip;
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
    pub(crate) store: Recorder<T>,
    pub(crate) history: History,
    pub(crate) number: u64,
}

impl<T> std::fmt::Debug for Tape<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.store.len() {
            Some(entries) => write!(f, "Tape({entries} entries)"),
            None => write!(f, "Tape(in use)"),
        }
    }
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
            store: Recorder::new(),
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
        let (index, value) = self.store.append(Code::Leaf, 0, 0, value, place);
        Var::on(self, index, value)
    }

    /// Records a scalar leaf for each number.
    #[track_caller]
    pub fn vars(&self, values: &[T]) -> Vec<Var<'_, T>> {
        let place = Place(Location::caller());
        let indices = self.store.append_leaves(values, place)..;
        zip(indices, values)
            .map(|(index, &value)| Var::on(self, index, value))
            .collect()
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
        let (index, block) = store.push_block(shape, active);
        for (to, from) in store.arena[block.range()].iter_mut().zip(values.iter()) {
            *to = *from;
        }
        let index = store.push(Code::MatrixLeaf, 0, index, T::zero(), place);
        MatrixVar::on(self, index, shape)
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
}

/// An open scope; see [`Tape::scope`].
#[must_use = "a scope ends when this value is dropped"]
pub struct Scope<'t, T: Copy> {
    tape: &'t Tape<T>,
}

impl<T: Copy> Drop for Scope<'_, T> {
    fn drop(&mut self) {
        let mut store = self.tape.store.borrow_mut();
        let entry = store.entries.len() as u32;
        store.scopes.push((entry, None));
    }
}
