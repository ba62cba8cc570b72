//! The list itself: entries, primals and what they point at, in parallel arrays.
//!
//! ```text
//! entries   code, a, b          12 bytes for every entry
//! values    primal               8 bytes (f64) for every entry; unused for a matrix entry
//! numbers   the plain numbers that scalar entries have as an operand
//! operands  entry indices       a run for each application of an op
//! blocks    start, rows, cols   where a matrix lies in the arena
//! arena     the matrices' primals, column-major, one after the other
//! residuals what ops keep between the forward run and the sweep
//! ```
//!
//! An operand always precedes its result, in the list and in the arena, so every run over the list is a
//! loop, and "the operands" and "the result" are two halves of a slice split at the result.

use crate::error::{Error, ForwardError, Place};
use crate::guard::Guard;
use crate::list::List;
use crate::op::{Op, Operands, Point};
use crate::ops::registry::*;
use crate::ops::registry::{Code, PowI, scalar_rules};
use crate::ops::scalar::{Binary, Unary};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::view::{View, ViewMut};
use std::ops::Range;

/// One step of the program.
///
/// `a` and `b` are entry indices, an index into the numbers, an integer exponent, or, for
/// [`Code::Apply`], the application and the block; for [`Code::MatrixLeaf`], `b` is the block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub code: Code,
    pub a: u32,
    pub b: u32,
}

impl Entry {
    /// Stands for "no block": the result is a scalar.
    pub const NO_BLOCK: u32 = u32::MAX;

    /// The most entries a tape holds; far above what the doubling of the lists can reach unnoticed.
    pub const MOST: usize = 1 << 31;
}

/// Where a matrix lies in the arena.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub start: usize,
    pub rows: u32,
    pub cols: u32,
    /// The entry whose result it is.
    pub entry: u32,
    /// Whether it has a cotangent.
    pub active: bool,
}

impl Block {
    #[inline]
    pub fn shape(&self) -> Shape {
        Shape::new(self.rows as usize, self.cols as usize)
    }

    #[inline]
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.rows as usize * self.cols as usize
    }
}

/// One use of an op: which op, on what, and where its residuals are.
pub(crate) struct Application<T> {
    pub op: Box<dyn Op<T>>,
    pub operands: Range<u32>,
    pub residual: Range<usize>,
    pub active: bool,
    pub place: Place,
}

impl<T> Application<T> {
    pub fn operands(&self) -> Range<usize> {
        self.operands.start as usize..self.operands.end as usize
    }
}

/// All arrays of a tape.
pub(crate) struct Store<T> {
    pub entries: List<Entry>,
    pub values: List<T>,
    pub numbers: List<T>,
    pub operands: Vec<u32>,
    pub blocks: Vec<Block>,
    pub applications: Vec<Application<T>>,
    pub arena: Vec<T>,
    pub residuals: Vec<T>,
    pub guards: Vec<Guard<T>>,
    /// Names given to entries, in the order of the entries.
    pub names: Vec<(u32, String)>,
    /// Scopes opened (`Some`) and closed (`None`), with the length of the list at that moment.
    pub scopes: Vec<(u32, Option<String>)>,
    /// The caller's place for every entry, if the tape keeps them.
    pub places: Option<Vec<Place>>,
}

impl<T> Store<T> {
    pub fn new() -> Self {
        Store {
            entries: List::new(),
            values: List::new(),
            numbers: List::new(),
            operands: Vec::new(),
            blocks: Vec::new(),
            applications: Vec::new(),
            arena: Vec::new(),
            residuals: Vec::new(),
            guards: Vec::new(),
            names: Vec::new(),
            scopes: Vec::new(),
            places: None,
        }
    }

    /// Whether an entry has a cotangent: constants and what depends on inputs alone have none.
    #[inline]
    pub fn is_active(&self, id: u32) -> bool {
        let entry = self.entries[id as usize];
        match entry.code {
            Code::Constant => false,
            Code::MatrixLeaf => self.blocks[entry.b as usize].active,
            Code::Apply => self.applications[entry.a as usize].active,
            _ => true,
        }
    }

    /// How many leaves the list begins with: neither replay nor a sweep has anything to do there.
    pub fn leading_leaves(&self) -> usize {
        let is_leaf = |entry: &Entry| entry.code == Code::Leaf;
        let first = self.entries.iter().position(|entry| !is_leaf(entry));
        first.unwrap_or(self.entries.len())
    }

    /// The shape of an entry's result.
    pub fn shape(&self, id: u32) -> Shape {
        match self.entries[id as usize].block() {
            None => Shape::SCALAR,
            Some(block) => self.blocks[block as usize].shape(),
        }
    }

    /// The caller's place of an entry, where it is known.
    pub fn place(&self, id: u32) -> Option<Place> {
        let entry = self.entries[id as usize];
        match (&self.places, entry.code) {
            (Some(places), _) => places.get(id as usize).copied(),
            (None, Code::Apply) => Some(self.applications[entry.a as usize].place),
            (None, _) => None,
        }
    }

    /// The name of an entry's operation.
    pub fn op_name(&self, id: u32) -> &'static str
    where
        T: Scalar,
    {
        let entry = self.entries[id as usize];
        match entry.code {
            Code::Apply => self.applications[entry.a as usize].op.name(),
            code => code.describe().name,
        }
    }
}

impl<T: Scalar> Store<T> {
    /// Appends an entry with a scalar result. Returns its index and, as it came, its value.
    ///
    /// Growing the lists is out of line, and the value goes through it: nothing need survive a call, so
    /// nothing is spilled on the way that is taken every time.
    #[inline(always)]
    pub fn append(&mut self, code: Code, a: u32, b: u32, value: T, place: Place) -> (u32, T) {
        let (length, entries) = self.entries.slots();
        let (values_length, values) = self.values.slots();
        let index = *length;
        if index >= entries.len() || index >= values.len() {
            return self.append_slowly(code, a, b, value, place);
        }
        entries[index] = Entry { code, a, b };
        values[index] = value;
        *length = index + 1;
        *values_length = index + 1;
        (index as u32, value)
    }

    /// [`append`](Store::append) for those who have the value already.
    pub fn push(&mut self, code: Code, a: u32, b: u32, value: T, place: Place) -> u32 {
        self.append(code, a, b, value, place).0
    }

    /// [`append`](Store::append) where a list is full or the entry's place is kept. With places, the lists have
    /// no spare slots, so that every entry comes this way: the usual way need not ask.
    ///
    /// # Panics
    /// If there are as many entries as an index can tell apart.
    #[cold]
    #[inline(never)]
    fn append_slowly(&mut self, code: Code, a: u32, b: u32, value: T, place: Place) -> (u32, T) {
        let index = self.entries.len();
        assert!(
            index < Entry::MOST,
            "a tape holds at most {} entries",
            Entry::MOST
        );
        let entry = Entry { code, a, b };
        match &mut self.places {
            None => {
                self.entries.push(entry);
                self.values.push(value);
            }
            Some(places) => {
                places.push(place);
                self.entries.push_last(entry);
                self.values.push_last(value);
            }
        }
        (index as u32, value)
    }

    /// Removes the entries from `len` on, and what goes with each of them.
    pub fn truncate_entries(&mut self, len: usize) {
        self.entries.truncate(len);
        self.values.truncate(len);
        if let Some(places) = &mut self.places {
            places.truncate(len);
            self.entries.trim();
            self.values.trim();
        }
    }

    /// Keeps the place of every entry from now on.
    pub fn keep_places(&mut self) {
        self.places = Some(Vec::new());
        self.entries.trim();
        self.values.trim();
    }

    /// Appends an entry with a number as its second operand.
    #[inline(always)]
    pub fn append_with_number(
        &mut self,
        code: Code,
        a: u32,
        number: T,
        value: T,
        place: Place,
    ) -> (u32, T) {
        let (length, numbers) = self.numbers.slots();
        let b = *length;
        if b >= numbers.len() {
            return self.append_with_number_slowly(code, a, number, value, place);
        }
        numbers[b] = number;
        *length = b + 1;
        self.append(code, a, b as u32, value, place)
    }

    /// [`append_with_number`](Store::append_with_number) where the list of numbers is full.
    #[cold]
    #[inline(never)]
    fn append_with_number_slowly(
        &mut self,
        code: Code,
        a: u32,
        number: T,
        value: T,
        place: Place,
    ) -> (u32, T) {
        let b = self.numbers.len() as u32;
        self.numbers.push(number);
        self.append(code, a, b, value, place)
    }

    /// Appends a block of the arena for the entry that comes next; its elements are zero.
    pub fn push_block(&mut self, shape: Shape, active: bool) -> u32 {
        let dimension =
            |n: usize| u32::try_from(n).expect("a matrix has fewer than 2³² rows and columns");
        let start = self.arena.len();
        self.arena.resize(start + shape.len(), T::zero());
        self.blocks.push(Block {
            start,
            rows: dimension(shape.rows),
            cols: dimension(shape.cols),
            entry: self.entries.len() as u32,
            active,
        });
        self.blocks.len() as u32 - 1
    }

    /// The matrix of block `block`.
    pub fn view(&self, block: u32) -> View<'_, T> {
        let block = self.blocks[block as usize];
        View::over(&self.arena[block.range()], block.shape())
    }

    /// An application at entry `entry`, after its forward run.
    pub fn point(&self, entry: usize) -> Point<'_, T> {
        let Entry { a, .. } = self.entries[entry];
        let application = &self.applications[a as usize];
        let operands = Operands {
            ids: &self.operands[application.operands()],
            entries: &self.entries,
            blocks: &self.blocks,
            values: &self.values,
            arena: &self.arena,
        };
        let result = match self.entries[entry].block() {
            None => View::over(&self.values[entry..entry + 1], Shape::SCALAR),
            Some(block) => self.view(block),
        };
        Point {
            operands,
            result,
            residual: &self.residuals[application.residual.clone()],
        }
    }

    /// Runs the op of entry `entry` forward.
    pub fn apply_forward(&mut self, entry: usize) -> Result<(), ForwardError> {
        let Entry { a, .. } = self.entries[entry];
        let block = self.entries[entry]
            .block()
            .map(|block| self.blocks[block as usize]);
        let application = &self.applications[a as usize];
        let (values, own_value) = self.values.split_at_mut(entry);
        let split = block.map_or(self.arena.len(), |block| block.start);
        let (arena, own_block) = self.arena.split_at_mut(split);
        let operands = Operands {
            ids: &self.operands[application.operands()],
            entries: &self.entries,
            blocks: &self.blocks,
            values,
            arena,
        };
        let result = match block {
            None => ViewMut::over(&mut own_value[..1], Shape::SCALAR),
            Some(block) => ViewMut::over(&mut own_block[..block.shape().len()], block.shape()),
        };
        let residual = &mut self.residuals[application.residual.clone()];
        application.op.forward(&operands, result, residual)
    }

    /// An op's refusal, with the entry's index, op and place.
    pub fn forward_error(&self, entry: usize, error: &ForwardError) -> Error {
        Error::Forward {
            entry,
            op: self.op_name(entry as u32),
            location: self.place(entry as u32),
            message: error.to_string(),
        }
    }
}

macro_rules! evaluate {
    (
        operator_unary { $($ou:ident),* }
        operator_binary { $($ob:ident $obr:ident $obl:ident),* }
        unary { $($u:ident $um:ident),* }
        binary { $($b:ident $bm:ident $br:ident $bl:ident),* }
    ) => {
        /// The value of a scalar operation from the values of the entries before it; `None` for leaves, constants
        /// and applications.
        #[inline(always)]
        pub(crate) fn evaluate<T: Scalar>(entry: Entry, values: &[T], numbers: &[T]) -> Option<T> {
            let Entry { code, a, b } = entry;
            let (a, b) = (a as usize, b as usize);
            Some(match code {
                Code::Leaf | Code::Constant | Code::MatrixLeaf | Code::Apply => return None,
                Code::PowI => PowI(b as i32).value(values[a]),
                $(Code::$ou => $ou::value(values[a]),)*
                $(Code::$u => $u::value(values[a]),)*
                $(
                    Code::$ob => $ob::value(values[a], values[b]),
                    Code::$obr => $ob::value(values[a], numbers[b]),
                    Code::$obl => $ob::value(numbers[b], values[a]),
                )*
                $(
                    Code::$b => $b::value(values[a], values[b]),
                    Code::$br => $b::value(values[a], numbers[b]),
                    Code::$bl => $b::value(numbers[b], values[a]),
                )*
            })
        }
    };
}
scalar_rules!(evaluate);
