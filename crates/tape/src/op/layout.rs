//! Where results lie: a number for a scalar entry, a block of the arena for a matrix entry.

use super::entries::{Entries, Entry};
use crate::rules::Code;
use crate::shape::Shape;
use std::ops::Range;

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

/// The entries and blocks of a tape: enough to say of any entry where its result lies, and whether
/// it has a cotangent.
#[derive(Clone, Copy)]
pub(crate) struct Layout<'a> {
    pub entries: &'a Entries,
    pub blocks: &'a [Block],
}

impl Layout<'_> {
    /// The block of an entry's result; `None` of a scalar.
    #[inline(always)]
    pub fn block(self, id: u32) -> Option<Block> {
        let block = self.entries.at(id as usize).block();
        block.map(|block| self.blocks[block as usize])
    }

    /// Whether an entry has a cotangent: constants and what depends on inputs alone have none.
    #[inline]
    pub fn is_active(self, id: u32) -> bool {
        self.shape_and_activity(id).1
    }

    /// The shape of an entry's result, and whether it has a cotangent.
    #[inline]
    pub fn shape_and_activity(self, id: u32) -> (Shape, bool) {
        let entry = self.entries.at(id as usize);
        if let Some(block) = entry.block() {
            let block = &self.blocks[block as usize];
            return (block.shape(), block.active);
        }
        let active = match entry.code {
            Code::Constant => false,
            Code::Apply => entry.b != Entry::INACTIVE_SCALAR,
            _ => true,
        };
        (Shape::SCALAR, active)
    }
}
