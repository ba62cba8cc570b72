//! The product as a loop in safe code: for any scalar, for sizes too small for a kernel,
//! and the oracle that the kernels are tested against.

use super::strided::{Strided, StridedMut, check_shapes};
use num_traits::Zero;
use std::array::from_fn;
use std::ops::{AddAssign, Mul};

/// The side of the square of `c` that [`plain_product`] keeps in registers.
const TILE: usize = 4;

/// [`MatrixProduct::product`](super::MatrixProduct::product) as a plain loop, for any scalar.
///
/// Four rows times four columns of `c` are summed at once, so every element of `a` and `b` that is
/// loaded serves four sums; at the edges, one element of `c` at a time. Squares of 2×2 and 3×3
/// times their like or a column, which transform the points of a plane or of space, are
/// [`unrolled`].
///
/// # Panics
/// If the shapes do not fit: `a` is m×k, `b` is k×n, `c` is m×n.
#[track_caller]
#[inline]
pub fn plain_product<T>(
    c: StridedMut<'_, T>,
    accumulate: bool,
    alpha: T,
    a: Strided<'_, T>,
    b: Strided<'_, T>,
) where
    T: Copy + Zero + Mul<Output = T> + AddAssign,
{
    check_shapes(&c, &a, &b);
    match (a.rows, a.cols, b.cols) {
        (2, 2, 1) => return unrolled::<T, 2, 1>(c, accumulate, alpha, a, b),
        (2, 2, 2) => return unrolled::<T, 2, 2>(c, accumulate, alpha, a, b),
        (3, 3, 1) => return unrolled::<T, 3, 1>(c, accumulate, alpha, a, b),
        (3, 3, 3) => return unrolled::<T, 3, 3>(c, accumulate, alpha, a, b),
        _ => {}
    }
    let mut write = |i: usize, j: usize, sum: T| {
        let offset = c.offset(i, j);
        let target = &mut c.elements[offset];
        if accumulate {
            *target += alpha * sum;
        } else {
            *target = alpha * sum;
        }
    };
    let whole_rows = a.rows - a.rows % TILE;
    let whole_cols = b.cols - b.cols % TILE;
    for j in (0..whole_cols).step_by(TILE) {
        for i in (0..whole_rows).step_by(TILE) {
            for (q, column) in tile(a, i, b, j).into_iter().enumerate() {
                for (p, sum) in column.into_iter().enumerate() {
                    write(i + p, j + q, sum);
                }
            }
        }
    }
    for j in 0..b.cols {
        let first = if j < whole_cols { whole_rows } else { 0 };
        for i in first..a.rows {
            write(i, j, dot(a, i, b, j));
        }
    }
}

/// The product of a small square matrix and `COLS` columns, of sizes known to the compiler: without
/// loops, and with the operands' bounds checked once. Every sum is taken in the order of the other
/// ways.
#[inline(always)]
fn unrolled<T, const SIDE: usize, const COLS: usize>(
    mut c: StridedMut<'_, T>,
    accumulate: bool,
    alpha: T,
    a: Strided<'_, T>,
    b: Strided<'_, T>,
) where
    T: Copy + Zero + Mul<Output = T> + AddAssign,
{
    let (a, b) = (a.columns::<SIDE, SIDE>(), b.columns::<SIDE, COLS>());
    let dot = |i: usize, j: usize| {
        let mut sum = T::zero();
        for k in 0..SIDE {
            sum += a[k][i] * b[j][k];
        }
        alpha * sum
    };
    let products: [[T; SIDE]; COLS] = from_fn(|j| from_fn(|i| dot(i, j)));
    c.write_columns(products, accumulate);
}

/// Elements (i.., j..) of `a·b`, [`TILE`] rows of [`TILE`] columns, indexed `[column][row]`.
#[inline(always)]
fn tile<T>(a: Strided<'_, T>, i: usize, b: Strided<'_, T>, j: usize) -> [[T; TILE]; TILE]
where
    T: Copy + Zero + Mul<Output = T> + AddAssign,
{
    let mut sums = [[T::zero(); TILE]; TILE];
    for k in 0..a.cols {
        let left: [T; TILE] = from_fn(|p| a.at(i + p, k));
        for (q, sums) in sums.iter_mut().enumerate() {
            let right = b.at(k, j + q);
            for (sum, left) in sums.iter_mut().zip(left) {
                *sum += left * right;
            }
        }
    }
    sums
}

/// Element (i, j) of `a·b`.
#[inline(always)]
fn dot<T>(a: Strided<'_, T>, i: usize, b: Strided<'_, T>, j: usize) -> T
where
    T: Copy + Zero + Mul<Output = T> + AddAssign,
{
    let depth = a.cols;
    if depth >= LANES && a.col_stride == 1 && b.row_stride == 1 {
        let a = &a.elements[a.offset(i, 0)..][..depth];
        let b = &b.elements[b.offset(0, j)..][..depth];
        return contiguous_dot(a, b);
    }
    let (mut left, mut right) = (a.offset(i, 0), b.offset(0, j));
    let mut sum = T::zero();
    for _ in 0..depth {
        sum += a.elements[left] * b.elements[right];
        left += a.col_stride;
        right += b.row_stride;
    }
    sum
}

/// Sums that run side by side in a [`contiguous_dot`], where one alone would wait for each
/// of its additions. With sixteen the compiler no longer keeps those of `f64` in vectors.
const LANES: usize = 8;

/// The sum of the products of two slices of one length.
fn contiguous_dot<T>(a: &[T], b: &[T]) -> T
where
    T: Copy + Zero + Mul<Output = T> + AddAssign,
{
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    let lanes = a.iter().zip(b).fold([T::zero(); LANES], |lanes, (a, b)| {
        from_fn(|i| lanes[i] + a[i] * b[i])
    });
    let rest = a_rest
        .iter()
        .zip(b_rest)
        .fold(T::zero(), |sum, (a, b)| sum + *a * *b);
    lanes.into_iter().fold(rest, |sum, lane| sum + lane)
}
