//! The entries of a tape, column by column.

use crate::rules::Code;

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
    /// In place of a block: the result is a scalar that has a cotangent.
    pub const SCALAR: u32 = u32::MAX;

    /// In place of a block: the result is a scalar that has no cotangent.
    pub const INACTIVE_SCALAR: u32 = u32::MAX - 1;

    /// The most entries a tape holds; far above what the doubling of the lists can reach unnoticed.
    pub const MOST: usize = 1 << 31;

    /// The block a matrix result lies in; `None` for a scalar.
    #[inline]
    pub(crate) fn block(&self) -> Option<u32> {
        let is_matrix = self.code.may_be_matrix() && self.b < Entry::INACTIVE_SCALAR;
        is_matrix.then_some(self.b)
    }
}

/// The list of entries: two columns, so that an entry takes 9 bytes and not 12, and a buffer of
/// them is flushed by copying memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entries {
    codes: Vec<Code>,
    operands: Vec<[u32; 2]>,
}

impl Entries {
    #[inline]
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The entry at `index`.
    #[inline]
    pub fn at(&self, index: usize) -> Entry {
        let [a, b] = self.operands[index];
        let code = self.codes[index];
        Entry { code, a, b }
    }

    /// What every entry does.
    #[inline]
    pub fn codes(&self) -> &[Code] {
        &self.codes
    }

    /// The columns of the first `length` entries.
    #[inline]
    pub fn first(&self, length: usize) -> (&[Code], &[[u32; 2]]) {
        (&self.codes[..length], &self.operands[..length])
    }

    #[inline]
    pub fn push(&mut self, Entry { code, a, b }: Entry) {
        self.codes.push(code);
        self.operands.push([a, b]);
    }

    /// Appends the entries of two columns of one length.
    #[inline]
    pub fn extend(
        &mut self,
        codes: impl Iterator<Item = Code>,
        operands: impl Iterator<Item = [u32; 2]>,
    ) {
        self.codes.extend(codes);
        self.operands.extend(operands);
    }

    pub fn truncate(&mut self, length: usize) {
        self.codes.truncate(length);
        self.operands.truncate(length);
    }
}
