//! What a recording does, without the numbers it has computed: entries and what they point at.

use super::application::Application;
use super::guard::Guard;
use super::names::Names;
use super::scopes::Scopes;
use crate::error::{Error, Place};
use crate::number::Scalar;
use crate::op::{Absent, Block, Entries, Entry, Layout, Op, Shared};
use crate::rules::{Code, Form};
use crate::shape::Shape;
use std::sync::Arc;

/// The part of a tape that a replay does not change. It can be run on any [`Primals`] that fit it,
/// by several threads at once.
///
/// [`Primals`]: super::Primals
pub(crate) struct Program<T> {
    pub entries: Entries,
    pub numbers: Vec<T>,
    pub operands: Vec<u32>,
    pub blocks: Vec<Block>,
    pub applications: Vec<Application<T>>,
    pub guards: Vec<Guard<T>>,
    pub names: Names,
    pub scopes: Scopes,
    /// The caller's place for every entry, if the tape keeps them.
    pub places: Option<Vec<Place>>,
    /// How many entries at the beginning no derivative is wanted of: sweeps leave them alone.
    pub inactive: usize,
}

impl<T> Program<T> {
    pub fn new() -> Self {
        Program {
            entries: Entries::default(),
            numbers: Vec::new(),
            operands: Vec::new(),
            blocks: Vec::new(),
            applications: Vec::new(),
            guards: Vec::new(),
            names: Names::default(),
            scopes: Scopes::default(),
            places: None,
            inactive: 0,
        }
    }

    /// The same program, with the ops that [`share`](Program::share) has given.
    pub fn copy(&self, ops: &[Arc<dyn Op<T>>]) -> Self
    where
        T: Scalar,
    {
        let applications = self.applications.iter().zip(ops);
        let applications = applications.map(|(application, op)| Application {
            op: Box::new(Shared(op.clone())),
            operands: application.operands.clone(),
            residual: application.residual.clone(),
            active: application.active,
            place: application.place,
        });
        Program {
            entries: self.entries.clone(),
            numbers: self.numbers.clone(),
            operands: self.operands.clone(),
            blocks: self.blocks.clone(),
            applications: applications.collect(),
            guards: self.guards.clone(),
            names: self.names.clone(),
            scopes: self.scopes.clone(),
            places: self.places.clone(),
            inactive: self.inactive,
        }
    }

    /// Makes the ops such that they can serve copies of the program, too.
    pub fn share(&mut self) -> Vec<Arc<dyn Op<T>>>
    where
        T: Scalar,
    {
        let each = self.applications.iter_mut().map(|application| {
            let op = std::mem::replace(&mut application.op, Box::new(Absent));
            let op: Arc<dyn Op<T>> = Arc::from(op);
            application.op = Box::new(Shared(op.clone()));
            op
        });
        each.collect()
    }

    /// Panics if there is no room for `more` entries.
    pub fn assert_room(&self, more: usize) {
        assert!(
            self.entries.len() + more <= Entry::MOST,
            "a tape holds at most {} entries",
            Entry::MOST
        );
    }

    /// How many elements all matrices have together.
    pub fn arena_len(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.range().end)
    }

    /// Looks at each entry that an entry reads, in the order of its rule.
    #[inline]
    pub fn each_read(&self, index: usize, mut look: impl FnMut(usize)) {
        let entry = self.entries.at(index);
        let (a, b) = (entry.a as usize, entry.b as usize);
        match entry.code.form() {
            Form::None => {}
            Form::One | Form::Power | Form::NumberRight | Form::NumberLeft => look(a),
            Form::Two => {
                look(a);
                look(b);
            }
            Form::Apply => {
                let ids = &self.operands[self.applications[a].operands()];
                ids.iter().for_each(|&id| look(id as usize));
            }
        }
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

    /// Where a sweep has something to do: behind the entries that no derivative is wanted of, and
    /// the leaves after them.
    pub fn swept_from(&self) -> usize {
        if self.inactive > 0 {
            return self.inactive;
        }
        self.leading_leaves()
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

    /// Keeps the place of every entry from now on.
    pub fn keep_places(&mut self) {
        self.places = Some(Vec::new());
    }
}
