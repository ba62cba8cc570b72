//! The tape itself: a list, its history and its number, and what handles and ids ask of it.

use crate::error::{Error, Place};
use crate::list::next_tape_number;
use crate::list::{BufferedStore, Guard, History, Id, Primals, Program, Relation, Side, Staleness};
use crate::number::Scalar;

/// A Wengert list: every operation a program takes, in order, with its result.
///
/// Recording goes through `&Tape`; handles ([`Var`](crate::Var), [`MatrixVar`](crate::MatrixVar))
/// borrow it. Rewinding, setting leaves and replaying take `&mut Tape`, so a handle that would be
/// stale does not compile:
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
    pub(crate) store: BufferedStore<T>,
    pub(crate) history: History,
    pub(crate) staleness: Staleness,
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
    /// An empty tape of `f64`, so that literals need no type. For other numbers there is
    /// `Tape::<f32>::default()`.
    pub fn new() -> Self {
        Tape::default()
    }
}

impl<T: Scalar> Default for Tape<T> {
    /// An empty tape.
    fn default() -> Self {
        Tape {
            store: BufferedStore::new(),
            history: History::default(),
            staleness: Staleness::default(),
            number: next_tape_number(),
        }
    }
}

impl<T: Scalar> Tape<T> {
    /// The same tape, keeping the caller's file and line for every scalar entry from now on; matrix
    /// entries always have theirs. Reports and pictures then say where an entry comes from. Costs 8
    /// bytes an entry.
    ///
    /// # Panics
    /// If something is recorded already.
    pub fn with_locations(mut self) -> Self {
        let store = self.store.get_mut();
        assert!(
            store.program.entries.is_empty(),
            "locations are kept from the first entry on"
        );
        store.program.keep_places();
        self
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.store.borrow().program.entries.len()
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was recorded, and the numbers it has come to.
    pub(crate) fn into_parts(self) -> (Program<T>, Primals<T>) {
        let store = self.store.into_inner();
        (store.program, store.primals)
    }

    /// A tape that goes on where a program ends.
    pub(crate) fn of_parts(program: Program<T>, primals: Primals<T>) -> Self {
        let mut tape = Tape::default();
        let store = tape.store.get_mut();
        (store.program, store.primals) = (program, primals);
        tape
    }

    /// Gives entry `index` a name; the last one given stands.
    #[track_caller]
    pub(crate) fn name(&self, index: u32, name: String) {
        self.store.borrow_mut().program.names.give(index, name);
    }

    /// Records how a comparison turned out.
    #[track_caller]
    pub(crate) fn guard(
        &self,
        left: Side<T>,
        right: Side<T>,
        relation: Relation,
        held: bool,
        place: Place,
    ) {
        let mut store = self.store.borrow_mut();
        let entry = store.program.entries.len() as u32;
        store.program.guards.push(Guard {
            left,
            right,
            relation,
            held,
            entry,
            place,
        });
    }

    pub(crate) fn id(&self, index: u32) -> Id {
        Id {
            tape: self.number,
            generation: self.history.generation(),
            index,
        }
    }

    /// The entry an id names, if it is still there and its value is current.
    #[inline]
    pub(crate) fn resolve(&self, id: Id) -> Result<u32, Error> {
        let store = self.store.borrow();
        self.history
            .check(id, self.number, store.program.entries.len())?;
        self.staleness.check(&store.program, id.index)?;
        Ok(id.index)
    }

    /// Whether some entry's value is out of date: a leaf was set since it was computed, and the
    /// tape not [replayed](Tape::replay), or not with success. Such an entry cannot be read, swept
    /// or pushed forward through; leaves, and what was recorded since they were set, can.
    pub fn is_stale(&self) -> bool {
        self.check_current().is_err()
    }

    /// That no entry's value is out of date.
    fn check_current(&self) -> Result<(), Error> {
        self.staleness.check_all(&self.store.borrow().program)
    }

    /// Panics if some entry's value is out of date.
    #[track_caller]
    pub(crate) fn assert_current(&self, what: &str) {
        if let Err(error) = self.check_current() {
            panic!("{what}: {error}");
        }
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
