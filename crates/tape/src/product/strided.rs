//! Matrices over slices, as a product sees them.
//!
//! The fields are open to the files about products, for reading: the `unsafe` in `product.rs`
//! rests on the promises made here.

use std::array::from_fn;
use std::ops::AddAssign;

/// A read-only matrix over a slice: element (i, j) lies at offset
/// `i * row_stride + j * col_stride`.
///
/// Two promises, made by [`column_major`](Self::column_major), the only constructor, and
/// kept by every other method:
///
/// - *bounds*: the offset of every element is less than the length of the slice;
/// - *distinctness*: no two elements share an offset, because along one axis the stride
///   is 1 and along the other it is at least the extent of the first.
#[derive(Clone, Copy)]
pub struct Strided<'a, T> {
    pub(super) elements: &'a [T],
    pub(super) rows: usize,
    pub(super) cols: usize,
    pub(super) row_stride: usize,
    pub(super) col_stride: usize,
}

/// A matrix over a slice that a product writes to: laid out like [`Strided`] and bound by
/// the same two promises.
pub struct StridedMut<'a, T> {
    pub(super) elements: &'a mut [T],
    pub(super) rows: usize,
    pub(super) cols: usize,
    pub(super) row_stride: usize,
    pub(super) col_stride: usize,
}

macro_rules! strided_over {
    ($Strided:ident, $Elements:ty) => {
        impl<'a, T> $Strided<'a, T> {
            /// A matrix of `rows` × `cols` whose columns lie one after the other.
            ///
            /// # Panics
            /// If the slice does not hold exactly `rows * cols` elements.
            #[track_caller]
            pub fn column_major(elements: $Elements, rows: usize, cols: usize) -> Self {
                let found = elements.len();
                assert!(
                    rows.checked_mul(cols) == Some(found),
                    "a {rows}×{cols} matrix over a slice of {found} elements"
                );
                Self {
                    elements,
                    rows,
                    cols,
                    row_stride: 1,
                    col_stride: rows,
                }
            }

            /// The same elements read as the transposed matrix. Nothing moves.
            pub fn transpose(self) -> Self {
                Self {
                    rows: self.cols,
                    cols: self.rows,
                    row_stride: self.col_stride,
                    col_stride: self.row_stride,
                    ..self
                }
            }

            /// Where element (i, j) lies in the slice.
            #[inline(always)]
            pub(super) fn offset(&self, i: usize, j: usize) -> usize {
                i * self.row_stride + j * self.col_stride
            }
        }
    };
}
strided_over!(Strided, &'a [T]);
strided_over!(StridedMut, &'a mut [T]);

impl<'a, T> Strided<'a, T> {
    /// The columns before `middle`, and those from there on; neither are none.
    pub(super) fn split_columns(self, middle: usize) -> (Self, Self) {
        assert!(0 < middle && middle < self.cols);
        let left = Self {
            cols: middle,
            ..self
        };
        let right = Self {
            elements: self.elements.get(middle * self.col_stride..).unwrap_or(&[]),
            cols: self.cols - middle,
            ..self
        };
        (left, right)
    }
}

impl<'a, T> StridedMut<'a, T> {
    /// The columns before `middle`, and those from there on; neither are none. The numbers of a
    /// column are side by side.
    pub(super) fn split_columns(self, middle: usize) -> (Self, Self) {
        // So column j lies in `j * col_stride..(j + 1) * col_stride`, for every j.
        assert!(0 < middle && middle < self.cols && self.row_stride == 1);
        assert!(self.rows <= self.col_stride);
        let (left, right) = self.elements.split_at_mut(middle * self.col_stride);
        let part = |elements, cols| Self {
            elements,
            cols,
            ..self
        };
        (part(left, middle), part(right, self.cols - middle))
    }
}

impl<'a, T: Copy> Strided<'a, T> {
    /// The given rows, at least one: an empty range could start beyond the slice.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn rows(self, range: std::ops::Range<usize>) -> Self {
        assert!(range.start < range.end && range.end <= self.rows);
        Self {
            elements: &self.elements[range.start * self.row_stride..],
            rows: range.len(),
            ..self
        }
    }

    /// All elements of a matrix of `R` × `C`, column by column. By both promises the slice holds as
    /// many.
    #[inline(always)]
    pub(super) fn columns<const R: usize, const C: usize>(&self) -> [[T; R]; C] {
        debug_assert_eq!((self.rows, self.cols), (R, C));
        let few = &self.elements[..R * C];
        match (self.row_stride, self.col_stride) {
            (1, stride) if stride == R => from_fn(|j| from_fn(|i| few[j * R + i])),
            (stride, 1) if stride == C => from_fn(|j| from_fn(|i| few[i * C + j])),
            // Some rows of a larger matrix.
            _ => from_fn(|j| from_fn(|i| self.at(i, j))),
        }
    }

    /// Element (i, j).
    #[inline(always)]
    pub(super) fn at(&self, i: usize, j: usize) -> T {
        self.elements[self.offset(i, j)]
    }
}

impl<T: Copy + AddAssign> StridedMut<'_, T> {
    /// Writes or adds all elements of a matrix of `R` × `C`, given column by column.
    #[inline(always)]
    pub(super) fn write_columns<const R: usize, const C: usize>(
        &mut self,
        columns: [[T; R]; C],
        accumulate: bool,
    ) {
        debug_assert_eq!((self.rows, self.cols), (R, C));
        for (j, column) in columns.into_iter().enumerate() {
            for (i, value) in column.into_iter().enumerate() {
                let offset = self.offset(i, j);
                let target = &mut self.elements[offset];
                if accumulate {
                    *target += value;
                } else {
                    *target = value;
                }
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
impl<T> StridedMut<'_, T> {
    /// The given rows, as [`Strided::rows`].
    pub(super) fn rows(&mut self, range: std::ops::Range<usize>) -> StridedMut<'_, T> {
        assert!(range.start < range.end && range.end <= self.rows);
        StridedMut {
            elements: &mut self.elements[range.start * self.row_stride..],
            rows: range.len(),
            ..*self
        }
    }
}

/// Panics unless the shapes make a product.
#[track_caller]
#[inline(always)]
pub(super) fn check_shapes<T>(c: &StridedMut<'_, T>, a: &Strided<'_, T>, b: &Strided<'_, T>) {
    assert!(
        a.cols == b.rows && c.rows == a.rows && c.cols == b.cols,
        "product: {}×{} times {}×{} does not make {}×{}",
        a.rows,
        a.cols,
        b.rows,
        b.cols,
        c.rows,
        c.cols
    );
}
