//! The list itself: entries, primals and what they point at, in parallel arrays.
//!
//! ```text
//! entries   code, a, b           9 bytes for every entry
//! values    primal               8 bytes (f64) for every entry; unused for a matrix entry
//! numbers   the plain numbers that scalar entries have as an operand
//! operands  entry indices       a run for each application of an op
//! blocks    start, rows, cols   where a matrix lies in the arena
//! arena     the matrices' primals, column-major, one after the other
//! residuals what ops keep between the forward run and the sweep
//! ```
//!
//! Guards, scopes and names are kept beside them, each with the entry it belongs to.

use super::application::Application;
use super::guard::Guard;
use super::names::Names;
use super::scopes::Scopes;
use crate::error::{Error, Place};
use crate::number::Scalar;
use crate::op::{Block, Entries, Entry, Layout, View};
use crate::rules::Code;
use crate::shape::Shape;
use std::iter::repeat_n;

/// All arrays of a tape.
pub(crate) struct Store<T> {
    pub entries: Entries,
    pub values: Vec<T>,
    pub numbers: Vec<T>,
    pub operands: Vec<u32>,
    pub blocks: Vec<Block>,
    pub applications: Vec<Application<T>>,
    pub arena: Vec<T>,
    pub residuals: Vec<T>,
    pub guards: Vec<Guard<T>>,
    pub names: Names,
    pub scopes: Scopes,
    /// The caller's place for every entry, if the tape keeps them.
    pub places: Option<Vec<Place>>,
    /// The shapes of the operands that are being recorded; kept for its memory.
    pub shapes: Vec<Shape>,
}

impl<T> Store<T> {
    pub fn new() -> Self {
        Store {
            entries: Entries::default(),
            values: Vec::new(),
            numbers: Vec::new(),
            operands: Vec::new(),
            blocks: Vec::new(),
            applications: Vec::new(),
            arena: Vec::new(),
            residuals: Vec::new(),
            guards: Vec::new(),
            names: Names::default(),
            scopes: Scopes::default(),
            places: None,
            shapes: Vec::new(),
        }
    }

    /// Panics if there is no room for `more` entries.
    pub fn assert_room(&self, more: usize) {
        assert!(
            self.entries.len() + more <= Entry::MOST,
            "a tape holds at most {} entries",
            Entry::MOST
        );
    }

    /// Whether an entry's result is a matrix.
    #[inline]
    pub fn has_block(&self, id: u32) -> bool {
        self.entries.at(id as usize).block().is_some()
    }

    /// Where results lie.
    #[inline(always)]
    pub fn layout(&self) -> Layout<'_> {
        Layout {
            entries: &self.entries,
            blocks: &self.blocks,
        }
    }

    /// Whether an entry has a cotangent: constants and what depends on inputs alone have none.
    #[inline]
    pub fn is_active(&self, id: u32) -> bool {
        self.layout().is_active(id)
    }

    /// The shape of an entry's result, and whether it has a cotangent.
    #[inline]
    pub fn shape_and_activity(&self, id: u32) -> (Shape, bool) {
        self.layout().shape_and_activity(id)
    }

    /// How many leaves the list begins with: neither replay nor a sweep has anything to do there.
    pub fn leading_leaves(&self) -> usize {
        const MANY: usize = 64;
        let codes = self.entries.codes();
        let is_leaf = |&code: &Code| code == Code::Leaf;
        let blocks = codes.chunks_exact(MANY);
        let far = MANY * blocks.take_while(|codes| codes.iter().all(is_leaf)).count();
        far + codes[far..]
            .iter()
            .take_while(|&code| is_leaf(code))
            .count()
    }

    /// The shape of an entry's result.
    pub fn shape(&self, id: u32) -> Shape {
        self.shape_and_activity(id).0
    }

    /// The caller's place of an entry, where it is known.
    pub fn place(&self, id: u32) -> Option<Place> {
        let entry = self.entries.at(id as usize);
        match (&self.places, entry.code) {
            (Some(places), _) => places.get(id as usize).copied(),
            (None, Code::Apply) => Some(self.applications[entry.a as usize].place),
            (None, _) => None,
        }
    }

    /// That an entry cannot be set.
    #[cold]
    #[inline(never)]
    pub fn not_a_leaf(&self, index: usize) -> Error
    where
        T: Scalar,
    {
        Error::NotALeaf {
            entry: index,
            op: self.op_name(index as u32),
        }
    }

    /// The name of an entry's operation.
    pub fn op_name(&self, id: u32) -> &'static str
    where
        T: Scalar,
    {
        let entry = self.entries.at(id as usize);
        match entry.code {
            Code::Apply => self.applications[entry.a as usize].op.name(),
            code => code.describe().name,
        }
    }
}

impl<T: Scalar> Store<T> {
    /// Appends an entry, with its value if its result is a scalar. Returns its index.
    ///
    /// # Panics
    /// If there are as many entries as an index can tell apart.
    #[inline]
    pub fn push(&mut self, code: Code, a: u32, b: u32, value: T, place: Place) -> u32 {
        self.assert_room(1);
        let index = self.entries.len() as u32;
        self.entries.push(Entry { code, a, b });
        self.values.push(value);
        if let Some(places) = &mut self.places {
            places.push(place);
        }
        index
    }

    /// Appends a scalar leaf for each number. Returns the index of the first.
    ///
    /// # Panics
    /// If there would be more entries than an index can tell apart.
    pub fn push_leaves(&mut self, values: &[T], place: Place) -> u32 {
        let (first, count) = (self.entries.len() as u32, values.len());
        self.assert_room(count);
        self.entries
            .extend(repeat_n(Code::Leaf, count), repeat_n([0; 2], count));
        self.values.extend_from_slice(values);
        if let Some(places) = &mut self.places {
            places.extend(repeat_n(place, count));
        }
        first
    }

    /// Keeps the place of every entry from now on.
    pub fn keep_places(&mut self) {
        self.places = Some(Vec::new());
    }

    /// Appends a block of the arena for the entry that comes next; its elements are zero. Returns
    /// its index, and the block.
    #[inline]
    pub fn push_block(&mut self, shape: Shape, active: bool) -> (u32, Block) {
        let dimension =
            |n: usize| u32::try_from(n).expect("a matrix has fewer than 2³² rows and columns");
        let block = Block {
            start: self.arena.len(),
            rows: dimension(shape.rows),
            cols: dimension(shape.cols),
            entry: self.entries.len() as u32,
            active,
        };
        self.arena.extend(repeat_n(T::zero(), shape.len()));
        self.blocks.push(block);
        (self.blocks.len() as u32 - 1, block)
    }

    /// The matrix of block `block`.
    pub fn view(&self, block: u32) -> View<'_, T> {
        let block = self.blocks[block as usize];
        View::over(&self.arena[block.range()], block.shape())
    }
}
