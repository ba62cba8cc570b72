//! Products with matrices of patches that lie in an array as they are: convolutions without im2col.
//!
//! im2col copies each patch of an image into a row of a matrix, and a convolution is that matrix
//! times the filters. Where the numbers of one pixel of all examples lie side by side, a column of
//! that matrix, the pixel (ky, kx) of channel c of the patches of a row of places, is a slice of
//! the images: the matrix is a list of offsets, and nothing has to be copied. [`Patches`] is that
//! list.

use super::strided::{Strided, StridedMut};
use num_traits::Zero;

/// A column of the matrix of patches: where its numbers begin, and which row of the weights they
/// are multiplied by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tap {
    /// How many pixels after the start of the run.
    pub offset: usize,
    /// The row of the weights.
    pub row: usize,
}

/// Places side by side, whose patches lie side by side, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The pixel of the images from which the taps count, for the first place.
    pub source: usize,
    /// The first place, in a channel of the result.
    pub target: usize,
}

/// Runs of equally many places that have the same taps, as the inner places of a convolution do.
///
/// A pixel stands for `unit` numbers, one of each example. Place p of a run has, for each tap, the
/// pixel `source + p + offset` of the images, and is the place `target + p` of each channel of the
/// result.
///
/// ```
/// use tape::{MatrixProduct, Patches, Run, Start, StridedMut, Tap};
///
/// // The sum of two neighbours times 10 and 1, at three places.
/// let taps = vec![Tap { offset: 0, row: 0 }, Tap { offset: 1, row: 1 }];
/// let patches = Patches::new(taps, vec![Run { source: 0, target: 0 }], 3);
/// let mut packed = vec![0.0; Patches::packed_len(2, 1)];
/// Patches::pack(&mut packed, 2, 1, |row, _| [10.0, 1.0][row]);
/// let mut sums = [0.0; 3];
/// let target = StridedMut::column_major(&mut sums, 3, 1);
/// let images = [1.0, 2.0, 3.0, 4.0];
/// MatrixProduct::of_patches(patches.product(1, &images, &packed, Start::Zero, target));
/// assert_eq!(sums, [12.0, 23.0, 34.0]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patches {
    pub(super) taps: Vec<Tap>,
    pub(super) runs: Vec<Run>,
    pub(super) places: usize,
    /// How many pixels the images have at least.
    source_len: usize,
    /// How many places a channel of the result has at least.
    target_len: usize,
    /// How many rows the weights have at least.
    rows: usize,
}

/// What a product is added to.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a, T> {
    /// Nothing: what was there is overwritten.
    Zero,
    /// What is there.
    Keep,
    /// A number for each column, which overwrites what was there.
    Each(&'a [T]),
}

/// How many columns of the weights are packed side by side.
pub(super) const BLOCK: usize = 8;

impl Patches {
    /// The patches of runs of so many places each.
    pub fn new(taps: Vec<Tap>, runs: Vec<Run>, places: usize) -> Self {
        let end = |last: Option<usize>| last.map_or(0, |last| last + places);
        let reach = taps.iter().map(|tap| tap.offset).max();
        let last = runs.iter().map(|run| run.source).max();
        let source_len = end(reach.and_then(|reach| last.map(|last| last + reach)));
        let target_len = end(runs.iter().map(|run| run.target).max());
        let rows = taps.iter().map(|tap| tap.row + 1).max().unwrap_or(0);
        Patches {
            taps,
            runs,
            places,
            source_len,
            target_len,
            rows,
        }
    }

    /// How many numbers [`pack`](Patches::pack) writes for weights of this shape.
    pub const fn packed_len(rows: usize, cols: usize) -> usize {
        cols.div_ceil(BLOCK) * BLOCK * rows
    }

    /// Writes weights, `rows` × `cols`, in the order in which a product reads them: eight columns
    /// side by side, row after row.
    ///
    /// # Panics
    /// If there is not room for exactly [`packed_len`](Patches::packed_len) numbers.
    #[track_caller]
    pub fn pack<T: Copy + Zero>(
        packed: &mut [T],
        rows: usize,
        cols: usize,
        weight: impl Fn(usize, usize) -> T,
    ) {
        let (found, expected) = (packed.len(), Self::packed_len(rows, cols));
        assert_eq!(found, expected, "room for packed {rows}×{cols} weights");
        for (at, side) in packed.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            let (block, row) = (at / rows, at % rows);
            for (j, packed) in side.iter_mut().enumerate() {
                let col = block * BLOCK + j;
                *packed = if col < cols {
                    weight(row, col)
                } else {
                    T::zero()
                };
            }
        }
    }

    /// `target ← start + patches · weights`: a column of the target is a channel of the result, a
    /// column of the weights, which are [packed](Patches::pack), belongs to it.
    /// [`MatrixProduct::of_patches`](super::MatrixProduct::of_patches) computes it.
    ///
    /// # Panics
    /// If images, weights or target are smaller than the patches ask for, or the numbers of a
    /// column of the target are not side by side.
    #[track_caller]
    pub fn product<'a, T>(
        &'a self,
        unit: usize,
        source: &'a [T],
        packed: &'a [T],
        start: Start<'a, T>,
        target: StridedMut<'a, T>,
    ) -> PatchesProduct<'a, T> {
        self.check(unit, source, (target.rows, target.row_stride));
        let rows = packed.len() / target.cols.next_multiple_of(BLOCK).max(1);
        self.check_rows(rows, target.cols);
        if let Start::Each(each) = start {
            assert_eq!(each.len(), target.cols, "a number for each column");
        }
        PatchesProduct(Kind::Product {
            patches: self,
            unit,
            source,
            packed,
            start,
            target,
        })
    }

    /// `weights ← weights + patchesᵀ · target`: for each tap and each column of the target the sum,
    /// over all places, of what they have there, times each other.
    /// [`MatrixProduct::of_patches`](super::MatrixProduct::of_patches) computes it.
    ///
    /// # Panics
    /// If images, weights or target are smaller than the patches ask for, or the numbers of a
    /// column of the target or the weights are not side by side.
    #[track_caller]
    pub fn dots<'a, T>(
        &'a self,
        unit: usize,
        source: &'a [T],
        target: Strided<'a, T>,
        weights: StridedMut<'a, T>,
    ) -> PatchesProduct<'a, T> {
        self.check(unit, source, (target.rows, target.row_stride));
        self.check_rows(weights.rows, target.cols);
        let (found, expected) = ((weights.cols, weights.row_stride), (target.cols, 1));
        assert_eq!(found, expected, "columns of the weights, and their stride");
        PatchesProduct(Kind::Dots {
            patches: self,
            unit,
            source,
            target,
            weights,
        })
    }

    #[track_caller]
    fn check<T>(&self, unit: usize, source: &[T], (rows, stride): (usize, usize)) {
        assert!(
            source.len() >= self.source_len * unit && rows >= self.target_len * unit && stride == 1,
            "patches of {} pixels at {} places, {unit} numbers each: {} and {rows} numbers are too \
             few, or {stride} apart",
            self.source_len,
            self.target_len,
            source.len()
        );
    }

    #[track_caller]
    fn check_rows(&self, rows: usize, cols: usize) {
        let expected = self.rows;
        assert!(
            rows >= expected || cols == 0,
            "weights of {rows} rows, expected {expected} or more"
        );
    }
}

/// A product with [`Patches`] whose operands were seen to fit;
/// [`MatrixProduct::of_patches`](super::MatrixProduct::of_patches) computes it.
#[must_use = "nothing is computed yet"]
pub struct PatchesProduct<'a, T>(pub(super) Kind<'a, T>);

pub(super) enum Kind<'a, T> {
    /// [`Patches::product`].
    Product {
        patches: &'a Patches,
        unit: usize,
        source: &'a [T],
        packed: &'a [T],
        start: Start<'a, T>,
        target: StridedMut<'a, T>,
    },
    /// [`Patches::dots`].
    Dots {
        patches: &'a Patches,
        unit: usize,
        source: &'a [T],
        target: Strided<'a, T>,
        weights: StridedMut<'a, T>,
    },
}
