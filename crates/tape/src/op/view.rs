//! Borrowed matrices as an op sees them: column-major, contiguous, with their shape.

use crate::number::{LISTS, Scalar, sum_of, sum_runs_of_lists};
use crate::product::{Strided, StridedMut};
use crate::shape::Shape;
use nalgebra::{DMatrix, DMatrixView, DMatrixViewMut};
use std::fmt;
use std::iter::zip;
use std::ops::{Index, IndexMut, Range};

/// A read-only matrix: a column-major slice and its shape. A scalar is a 1×1 view.
#[derive(Clone, Copy)]
pub struct View<'a, T> {
    values: &'a [T],
    shape: Shape,
}

/// Shape and rows, `2×2 [[1.0, 2.0], [3.0, 4.0]]`.
fn describe<T: fmt::Debug>(values: &[T], shape: Shape, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let row = |i: usize| (0..shape.cols).map(move |j| &values[j * shape.rows + i]);
    let rows = (0..shape.rows).map(|i| row(i).collect::<Vec<_>>());
    write!(f, "{shape} ")?;
    f.debug_list().entries(rows).finish()
}

impl<T: fmt::Debug> fmt::Debug for View<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        describe(self.values, self.shape, f)
    }
}

impl<T: fmt::Debug> fmt::Debug for ViewMut<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        describe(self.values, self.shape, f)
    }
}

impl<'a, T> View<'a, T> {
    /// A view of a column-major slice.
    ///
    /// # Panics
    /// If the slice's length is not the number of elements of the shape.
    pub fn new(values: &'a [T], shape: Shape) -> Self {
        assert_eq!(
            values.len(),
            shape.len(),
            "a {shape} view of a slice of another length"
        );
        View { values, shape }
    }

    /// A view of a slice that has the shape's length by construction; checked in debug builds only.
    #[inline(always)]
    pub(crate) fn over(values: &'a [T], shape: Shape) -> Self {
        debug_assert_eq!(values.len(), shape.len());
        View { values, shape }
    }

    /// The elements, column by column.
    #[inline]
    pub fn values(&self) -> &'a [T] {
        self.values
    }

    /// Rows and columns.
    #[inline]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Number of rows.
    #[inline]
    pub fn rows(&self) -> usize {
        self.shape.rows
    }

    /// Number of columns.
    #[inline]
    pub fn cols(&self) -> usize {
        self.shape.cols
    }

    /// Column `j` as a slice of `rows` elements.
    #[inline]
    pub fn column(&self, j: usize) -> &'a [T] {
        &self.values[j * self.shape.rows..(j + 1) * self.shape.rows]
    }

    /// The operand of a matrix product.
    #[inline]
    pub fn strided(&self) -> Strided<'a, T> {
        Strided::column_major(self.values, self.shape.rows, self.shape.cols)
    }
}

impl<'a, T: nalgebra::Scalar> View<'a, T> {
    /// The same elements as a nalgebra view.
    pub fn matrix(&self) -> DMatrixView<'a, T> {
        DMatrixView::from_slice(self.values, self.shape.rows, self.shape.cols)
    }
}

impl<T: nalgebra::Scalar> View<'_, T> {
    /// A copy as an owned matrix.
    pub fn to_matrix(&self) -> DMatrix<T> {
        DMatrix::from_column_slice(self.shape.rows, self.shape.cols, self.values)
    }
}

impl<T: nalgebra::Scalar + fmt::Display> fmt::Display for View<'_, T> {
    /// Rows under one another, as nalgebra prints a matrix.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.matrix().fmt(f)
    }
}

impl<T: PartialEq> PartialEq for View<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.shape == other.shape && self.values == other.values
    }
}

impl<T: nalgebra::Scalar> PartialEq<DMatrix<T>> for View<'_, T> {
    fn eq(&self, other: &DMatrix<T>) -> bool {
        (self.shape.rows, self.shape.cols) == other.shape() && self.values == other.as_slice()
    }
}

impl<T: crate::Scalar> View<'_, T> {
    /// The sum of column `j`, pairwise: its rounding error grows with the logarithm of the rows.
    #[inline]
    pub fn column_sum(&self, j: usize) -> T {
        sum_of(self.column(j))
    }

    /// Writes the sum of each row, pairwise: its rounding error grows with the logarithm of the
    /// columns.
    ///
    /// # Panics
    /// If there are not as many sums as rows.
    pub fn row_sums(&self, sums: &mut [T]) {
        assert_eq!(sums.len(), self.rows(), "a sum for each row");
        if let [sum] = sums {
            *sum = sum_of(self.values);
            return;
        }
        sums.fill(T::zero());
        for (first, sums) in sums.chunks_mut(LISTS).enumerate() {
            let rows = first * LISTS..first * LISTS + sums.len();
            sum_runs_of_lists::<T, LISTS>(0..self.cols(), sums, &mut |columns, sums| {
                self.add_columns(columns, rows.clone(), sums);
            });
        }
    }
}

impl<T: Scalar> View<'_, T> {
    /// Adds some rows of some columns, one column after the other. Four at a time, so that the sums
    /// are read and written a quarter as often.
    fn add_columns(&self, columns: Range<usize>, rows: Range<usize>, sums: &mut [T]) {
        let column = |j| &self.column(j)[rows.clone()];
        let fours = columns.len() / 4 * 4;
        for j in columns.clone().step_by(4).take(fours / 4) {
            let first = zip(column(j), column(j + 1));
            let second = zip(column(j + 2), column(j + 3));
            for (sum, ((&a, &b), (&c, &d))) in zip(&mut *sums, zip(first, second)) {
                *sum = *sum + a + b + c + d;
            }
        }
        for j in columns.start + fours..columns.end {
            zip(&mut *sums, column(j)).for_each(|(sum, &x)| *sum += x);
        }
    }
}

impl<T: Copy> View<'_, T> {
    /// The number of a 1×1 view.
    ///
    /// # Panics
    /// If the view has more or fewer than one element.
    #[inline]
    pub fn scalar(&self) -> T {
        assert_eq!(
            self.values.len(),
            1,
            "a scalar was read from a {} matrix",
            self.shape
        );
        self.values[0]
    }
}

impl<T> Index<(usize, usize)> for View<'_, T> {
    type Output = T;
    #[inline]
    fn index(&self, (i, j): (usize, usize)) -> &T {
        &self.column(j)[i]
    }
}

impl<T> Index<usize> for View<'_, T> {
    type Output = T;
    /// Element `k`, counted column by column, as nalgebra counts: of a row or a column, the one at
    /// that place.
    #[inline]
    fn index(&self, k: usize) -> &T {
        &self.values[k]
    }
}

/// A matrix to be written: a column-major slice and its shape.
pub struct ViewMut<'a, T> {
    values: &'a mut [T],
    shape: Shape,
}

impl<'a, T> ViewMut<'a, T> {
    /// A view of a column-major slice.
    ///
    /// # Panics
    /// If the slice's length is not the number of elements of the shape.
    pub fn new(values: &'a mut [T], shape: Shape) -> Self {
        assert_eq!(
            values.len(),
            shape.len(),
            "a {shape} view of a slice of another length"
        );
        ViewMut { values, shape }
    }

    /// A view of a slice that has the shape's length by construction; checked in debug builds only.
    #[inline(always)]
    pub(crate) fn over(values: &'a mut [T], shape: Shape) -> Self {
        debug_assert_eq!(values.len(), shape.len());
        ViewMut { values, shape }
    }

    /// The elements, column by column.
    #[inline]
    pub fn values(&self) -> &[T] {
        self.values
    }

    /// The elements, column by column, to be written.
    #[inline]
    pub fn values_mut(&mut self) -> &mut [T] {
        self.values
    }

    /// The same elements, borrowed for as long as the view itself was.
    pub fn into_values(self) -> &'a mut [T] {
        self.values
    }

    /// The same elements to be read, borrowed for as long as the view itself was.
    #[inline(always)]
    pub(crate) fn into_view(self) -> View<'a, T> {
        View::over(self.values, self.shape)
    }

    /// Rows and columns.
    #[inline]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Number of rows.
    #[inline]
    pub fn rows(&self) -> usize {
        self.shape.rows
    }

    /// Number of columns.
    #[inline]
    pub fn cols(&self) -> usize {
        self.shape.cols
    }

    /// Column `j` as a slice of `rows` elements.
    #[inline]
    pub fn column_mut(&mut self, j: usize) -> &mut [T] {
        &mut self.values[j * self.shape.rows..(j + 1) * self.shape.rows]
    }

    /// The result of a matrix product.
    #[inline]
    pub fn strided(&mut self) -> StridedMut<'_, T> {
        StridedMut::column_major(self.values, self.shape.rows, self.shape.cols)
    }
}

impl<T: nalgebra::Scalar> ViewMut<'_, T> {
    /// The same elements as a nalgebra view.
    pub fn matrix(&mut self) -> DMatrixViewMut<'_, T> {
        DMatrixViewMut::from_slice(self.values, self.shape.rows, self.shape.cols)
    }
}

impl<T> Index<(usize, usize)> for ViewMut<'_, T> {
    type Output = T;
    #[inline]
    fn index(&self, (i, j): (usize, usize)) -> &T {
        &self.values[j * self.shape.rows..(j + 1) * self.shape.rows][i]
    }
}

impl<T> IndexMut<(usize, usize)> for ViewMut<'_, T> {
    #[inline]
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut T {
        &mut self.column_mut(j)[i]
    }
}

impl<T> Index<usize> for ViewMut<'_, T> {
    type Output = T;
    /// Element `k`, counted column by column.
    #[inline]
    fn index(&self, k: usize) -> &T {
        &self.values[k]
    }
}

impl<T> IndexMut<usize> for ViewMut<'_, T> {
    #[inline]
    fn index_mut(&mut self, k: usize) -> &mut T {
        &mut self.values[k]
    }
}
