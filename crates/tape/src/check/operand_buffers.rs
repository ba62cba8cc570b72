//! Buffers as long as a tape's, for cotangents or tangents of an isolated entry's operands.

use crate::list::Store;
use crate::number::Scalar;

/// A number for every element of every operand: its cotangent or its tangent.
pub(super) struct OperandBuffers<T> {
    pub values: Vec<T>,
    pub arena: Vec<T>,
    /// Whether anything was put or added there.
    pub reached: Vec<bool>,
}

impl<T: Scalar> OperandBuffers<T> {
    /// Buffers that hold an arbitrary number, which nobody may read.
    pub fn new(store: &Store<T>, arbitrary: T) -> Self {
        OperandBuffers {
            values: vec![arbitrary; store.program.entries.len()],
            arena: vec![arbitrary; store.primals.arena.len()],
            reached: vec![false; store.program.entries.len()],
        }
    }

    fn slot(&mut self, store: &Store<T>, id: u32) -> &mut [T] {
        match store.program.entries.at(id as usize).block() {
            None => &mut self.values[id as usize..id as usize + 1],
            Some(block) => &mut self.arena[store.program.blocks[block as usize].range()],
        }
    }

    /// Gives an operand its numbers.
    pub fn put(&mut self, store: &Store<T>, id: u32, list: &[T]) {
        self.slot(store, id).copy_from_slice(list);
        self.reached[id as usize] = true;
    }

    /// An operand's numbers; zeros where nothing was put.
    pub fn take(&mut self, store: &Store<T>, id: u32) -> Vec<T> {
        let reached = self.reached[id as usize];
        let slot = self.slot(store, id);
        if reached {
            slot.to_vec()
        } else {
            vec![T::zero(); slot.len()]
        }
    }
}
