//! The write buffer: where scalar operations are written first, before the store.
//!
//! Recording goes through `&Tape`, so the store lies in a `RefCell`. An operation written straight
//! to it would set and reset the cell's flag and reload the pointer, length and capacity of every
//! column, because the compiler cannot know that writing an element leaves them alone. A buffer has
//! a fixed size: one comparison says that there is room in all of its columns, and flushing it into
//! the store is a copy, paid once for 128 operations. Measured on recording, each beside the same
//! peer: 1.8 ns an operation without a buffer, 1.55 ns with it.
//!
//! A larger buffer is flushed less often, but then in one burst, which probably no arithmetic hides
//! where the store is larger than the caches. With 256 operations the chain of 10⁷ takes a seventh
//! longer to record and sweep, and Rosenbrock's function of 100 numbers, which stays in the cache,
//! takes as long (Zen 3, in turn, least and median of 20; with 32 operations, the latter takes 3 %
//! longer).
//!
//! Nothing but time tells whether an operation is still in the buffer:
//! [`borrow`](BufferedStore::borrow) and its like flush it first.

use super::store::Store;
use crate::error::Place;
use crate::number::Scalar;
use crate::rules::Code;
use std::array::from_fn;
use std::cell::{Cell, Ref, RefCell, RefMut};

/// How many operations the buffer holds.
const CAPACITY: usize = 128;

/// Operations that are not in the store yet, column by column as they will be there.
struct WriteBuffer<T> {
    codes: [Cell<Code>; CAPACITY],
    operands: [Cell<[u32; 2]>; CAPACITY],
    values: [Cell<T>; CAPACITY],
    numbers: [Cell<T>; CAPACITY],
    /// How many operations are written; [`CAPACITY`] if the buffer is closed.
    written: Cell<usize>,
    /// How many numbers are written.
    numbers_written: Cell<usize>,
    /// Where the buffer starts in the store's entries and numbers, as long as it is open.
    start: Cell<u32>,
    numbers_start: Cell<u32>,
    open: Cell<bool>,
}

/// A store and the write buffer before it.
///
/// The buffer is open or closed. A closed one is empty but looks full, so that the next operation
/// takes the slow way and opens it. It is closed before the store is changed, because then its
/// entries will lie elsewhere, and it stays closed if the store keeps places, which have no column
/// here.
pub(crate) struct BufferedStore<T> {
    store: RefCell<Store<T>>,
    buffer: Box<WriteBuffer<T>>,
}

impl<T: Scalar> BufferedStore<T> {
    pub fn new() -> Self {
        let buffer = WriteBuffer {
            codes: [const { Cell::new(Code::Leaf) }; CAPACITY],
            operands: [const { Cell::new([0; 2]) }; CAPACITY],
            values: from_fn(|_| Cell::new(T::zero())),
            numbers: from_fn(|_| Cell::new(T::zero())),
            written: Cell::new(CAPACITY),
            numbers_written: Cell::new(0),
            start: Cell::new(0),
            numbers_start: Cell::new(0),
            open: Cell::new(false),
        };
        BufferedStore {
            store: RefCell::new(Store::new()),
            buffer: Box::new(buffer),
        }
    }

    /// Appends an entry with a scalar result. Returns its index and, as it came, its value.
    ///
    /// The slow way is out of line, and the value goes through it and comes back: so nothing has to
    /// survive a call, and the fast way spills no register.
    #[inline(always)]
    pub fn append(&self, code: Code, a: u32, b: u32, value: T, place: Place) -> (u32, T) {
        let buffer = &*self.buffer;
        let at = buffer.written.get();
        if at >= CAPACITY {
            return self.append_slowly(code, a, b, value, place);
        }
        (buffer.write(at, code, [a, b], value), value)
    }

    /// Appends an entry with a number as its second operand.
    #[inline(always)]
    pub fn append_with_number(
        &self,
        code: Code,
        a: u32,
        number: T,
        value: T,
        place: Place,
    ) -> (u32, T) {
        let buffer = &*self.buffer;
        let (at, number_at) = (buffer.written.get(), buffer.numbers_written.get());
        if at >= CAPACITY || number_at >= CAPACITY {
            return self.append_with_number_slowly(code, a, number, value, place);
        }
        buffer.numbers[number_at].set(number);
        buffer.numbers_written.set(number_at + 1);
        let b = buffer.numbers_start.get() + number_at as u32;
        (buffer.write(at, code, [a, b], value), value)
    }

    /// Appends a leaf for each number, straight to the store. Returns the index of the first.
    pub fn append_leaves(&self, values: &[T], place: Place) -> u32 {
        self.borrow_mut().push_each(Code::Leaf, values, place)
    }

    #[cold]
    #[inline(never)]
    fn append_slowly(&self, code: Code, a: u32, b: u32, value: T, place: Place) -> (u32, T) {
        if self.open_buffer() {
            self.append(code, a, b, value, place)
        } else {
            (
                self.store.borrow_mut().push(code, a, b, value, place),
                value,
            )
        }
    }

    #[cold]
    #[inline(never)]
    fn append_with_number_slowly(
        &self,
        code: Code,
        a: u32,
        number: T,
        value: T,
        place: Place,
    ) -> (u32, T) {
        if self.open_buffer() {
            return self.append_with_number(code, a, number, value, place);
        }
        let mut store = self.store.borrow_mut();
        let b = store.program.numbers.len() as u32;
        store.program.numbers.push(number);
        (store.push(code, a, b, value, place), value)
    }

    /// Flushes the buffer and opens it anew, unless the store keeps places.
    fn open_buffer(&self) -> bool {
        self.flush();
        let Ok(store) = self.store.try_borrow_mut() else {
            being_read()
        };
        if store.program.places.is_some() {
            return false;
        }
        store.program.assert_room(CAPACITY);
        self.buffer.restart(&store);
        self.buffer.open.set(true);
        true
    }
}

impl<T: Copy> WriteBuffer<T> {
    /// Writes an entry where there is room. Returns the index it will have.
    #[inline(always)]
    fn write(&self, at: usize, code: Code, operands: [u32; 2], value: T) -> u32 {
        self.codes[at].set(code);
        self.operands[at].set(operands);
        self.values[at].set(value);
        self.written.set(at + 1);
        self.start.get() + at as u32
    }

    #[inline(never)]
    fn flush(&self, store: &mut Store<T>) {
        // Room for what is flushed now, and for the next time: until then nothing asks again.
        store.program.assert_room(2 * CAPACITY);
        let written = self.written.get();
        store.program.entries.extend(
            self.codes[..written].iter().map(Cell::get),
            self.operands[..written].iter().map(Cell::get),
        );
        let numbers = &self.numbers[..self.numbers_written.get()];
        store
            .primals
            .values
            .extend(self.values[..written].iter().map(Cell::get));
        store.program.numbers.extend(numbers.iter().map(Cell::get));
        self.restart(store);
    }

    /// Starts empty where the store ends.
    fn restart(&self, store: &Store<T>) {
        self.start.set(store.program.entries.len() as u32);
        self.numbers_start.set(store.program.numbers.len() as u32);
        self.written.set(0);
        self.numbers_written.set(0);
    }
}

impl<T: Copy> BufferedStore<T> {
    /// Copies what is in the buffer into the store and leaves it empty, but open.
    #[inline]
    fn flush(&self) {
        if self.buffer.open.get() && self.buffer.written.get() > 0 {
            let store = self.store.try_borrow_mut();
            self.buffer
                .flush(&mut store.unwrap_or_else(|_| being_read()));
        }
    }

    #[inline]
    fn close(&self) {
        if self.buffer.open.get() {
            self.close_buffer();
        }
    }

    #[cold]
    #[inline(never)]
    fn close_buffer(&self) {
        self.flush();
        self.buffer.open.set(false);
        self.buffer.written.set(CAPACITY);
    }

    /// The store, to be read. Scalars may be recorded meanwhile; the next to look sees them.
    #[inline]
    pub fn borrow(&self) -> Ref<'_, Store<T>> {
        self.flush();
        self.store.borrow()
    }

    /// The store, to be read by a user's code: recording panics meanwhile.
    pub fn borrow_closed(&self) -> Ref<'_, Store<T>> {
        self.close();
        self.store.borrow()
    }

    /// The store, to be changed.
    ///
    /// # Panics
    /// If it is being read.
    #[track_caller]
    pub fn borrow_mut(&self) -> RefMut<'_, Store<T>> {
        self.try_borrow_mut().unwrap_or_else(|| being_read())
    }

    /// The store, to be changed, or `None` if it is being read.
    pub fn try_borrow_mut(&self) -> Option<RefMut<'_, Store<T>>> {
        self.close();
        self.store.try_borrow_mut().ok()
    }

    /// The store itself, with what was in the buffer.
    pub fn into_inner(mut self) -> Store<T> {
        self.get_mut();
        self.store.into_inner()
    }

    /// The store, to be changed, where nobody else can be looking.
    #[inline]
    pub fn get_mut(&mut self) -> &mut Store<T> {
        self.close();
        self.store.get_mut()
    }
}

impl<T> BufferedStore<T> {
    /// The number of entries, or `None` while the store is being changed.
    pub fn len(&self) -> Option<usize> {
        let stored = self.store.try_borrow().ok()?.program.entries.len();
        let buffer = &self.buffer;
        let buffered = if buffer.open.get() {
            buffer.written.get()
        } else {
            0
        };
        Some(stored + buffered)
    }
}

#[cold]
#[track_caller]
fn being_read() -> ! {
    panic!(
        "this tape is being read: inside the closure given to `Tape::read`, no operation, \
         comparison, scope or name can be recorded on it; copy what you need, and record afterwards"
    )
}

#[cfg(test)]
mod tests {
    use super::CAPACITY;
    use crate::{Tape, Var};

    /// Several buffers full of squares, products and numbers on either side; `look` is called
    /// before each of the steps.
    fn wander<'t>(tape: &'t Tape, look: impl Fn(usize)) -> (Var<'t>, Var<'t>) {
        let leaf = tape.var(0.5);
        let step = |x: Var<'t>, step| {
            look(step);
            (1.0 - x * x) * 0.75 + x * 0.25
        };
        (leaf, (0..CAPACITY).fold(leaf, step))
    }

    fn derivative((leaf, end): (Var<'_>, Var<'_>)) -> f64 {
        end.gradient().of(leaf)
    }

    #[test]
    fn buffers_are_flushed_in_order_whoever_looks_in_between() {
        let plain = Tape::new();
        let expected = derivative(wander(&plain, |_| ()));
        assert_eq!(plain.len(), 1 + 5 * CAPACITY);

        let read = Tape::new();
        let end = wander(&read, |step| assert_eq!(read.len(), 1 + 5 * step));
        assert_eq!(derivative(end), expected);

        let changed = Tape::new();
        let end = wander(&changed, |_| drop(changed.scope("step")));
        assert_eq!(derivative(end), expected);

        let placed = Tape::new().with_locations();
        assert_eq!(derivative(wander(&placed, |_| ())), expected);
        let (plain, placed) = (plain.entries(), placed.entries());
        assert!(placed.iter().all(|entry| entry.place.is_some()));
        for (one, other) in plain.iter().zip(&placed) {
            assert_eq!((one.op, &one.operands), (other.op, &other.operands));
        }
    }

    #[test]
    fn a_rewound_tape_writes_over_its_entries() {
        let mut tape = Tape::new();
        let expected = derivative(wander(&tape, |_| ()));
        tape.clear();
        assert_eq!(tape.len(), 0);
        assert_eq!(derivative(wander(&tape, |_| ())), expected);

        let mark = tape.mark();
        let _ = tape.var(1.0) + 2.0;
        tape.rewind(mark).unwrap();
        let x = tape.var(3.0);
        assert_eq!(derivative((x, x * 5.0)), 5.0);
        assert_eq!(tape.len(), 1 + 5 * CAPACITY + 2);
    }

    #[test]
    #[should_panic(expected = "this tape is being read")]
    fn recording_while_a_matrix_is_read_panics() {
        let tape = Tape::new();
        let x = tape.var(1.0);
        let matrix = tape.matrix(&nalgebra::dmatrix![1.0, 2.0]).id();
        let _ = x + 1.0;
        let _ = tape.read(matrix, |_| x + 2.0);
    }

    #[test]
    fn a_tape_says_its_length_before_anything_is_flushed() {
        let tape = Tape::new();
        let _ = tape.var(1.0) + 2.0;
        assert_eq!(format!("{tape:?}"), "Tape(2 entries)");
    }
}
