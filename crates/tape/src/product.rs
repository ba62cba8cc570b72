//! ESSAY
#![allow(unsafe_code)]

use num_traits::Zero;
use std::ops::{AddAssign, Mul, Range};

/// A read-only matrix over a slice: element (i, j) lies at offset
/// `i * row_stride + j * col_stride`.
///
/// Two promises, made by [`column_major`](Self::column_major), the only constructor, and
/// kept by every other method:
///
/// - *bounds*: the offset of every element is less than the length of the slice;
/// - *distinctness*: no two elements share an offset, because along one axis the stride
///   is 1 and along the other it is at least the extent of the first.
#[derive(Clone, Copy, Debug)]
pub struct Strided<'a, T> {
    elements: &'a [T],
    rows: usize,
    cols: usize,
    row_stride: usize,
    col_stride: usize,
}

/// A matrix over a slice that a product writes to: laid out like [`Strided`] and bound by
/// the same two promises.
#[derive(Debug)]
pub struct StridedMut<'a, T> {
    elements: &'a mut [T],
    rows: usize,
    cols: usize,
    row_stride: usize,
    col_stride: usize,
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
            fn offset(&self, i: usize, j: usize) -> usize {
                i * self.row_stride + j * self.col_stride
            }
        }
    };
}
strided_over!(Strided, &'a [T]);
strided_over!(StridedMut, &'a mut [T]);

impl<'a, T: Copy> Strided<'a, T> {
    /// The given rows. An empty range may start beyond the slice, so none is asked for.
    fn rows(self, range: Range<usize>) -> Self {
        assert!(range.start < range.end && range.end <= self.rows);
        Self {
            elements: &self.elements[range.start * self.row_stride..],
            rows: range.len(),
            ..self
        }
    }

    #[inline(always)]
    fn at(&self, i: usize, j: usize) -> T {
        self.elements[self.offset(i, j)]
    }
}

impl<T> StridedMut<'_, T> {
    /// The given rows, as [`Strided::rows`].
    fn rows(&mut self, range: Range<usize>) -> StridedMut<'_, T> {
        assert!(range.start < range.end && range.end <= self.rows);
        StridedMut {
            elements: &mut self.elements[range.start * self.row_stride..],
            rows: range.len(),
            ..*self
        }
    }
}

/// Scalars that own a matrix product.
pub trait Product: Sized {
    /// `c ← alpha·a·b`, or `c ← c + alpha·a·b` where `accumulate` is set.
    ///
    /// Without `accumulate`, what `c` held before is not read: a NaN there does not
    /// survive. A product of depth 0 is zero.
    ///
    /// # Panics
    /// If the shapes do not fit: `a` is m×k, `b` is k×n, `c` is m×n.
    #[track_caller]
    fn product(
        c: StridedMut<'_, Self>,
        accumulate: bool,
        alpha: Self,
        a: Strided<'_, Self>,
        b: Strided<'_, Self>,
    );
}

#[track_caller]
#[inline(always)]
fn check_shapes<T>(c: &StridedMut<'_, T>, a: &Strided<'_, T>, b: &Strided<'_, T>) {
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

/// The side of the square of `c` that [`plain_product`] keeps in registers.
const TILE: usize = 4;

/// [`Product::product`] as a plain loop, for any scalar.
///
/// Four rows times four columns of `c` are summed at once, so every element of `a` and `b`
/// that is loaded serves four sums; at the edges, one element of `c` at a time.
///
/// # Panics
/// If the shapes do not fit, as [`Product::product`] does.
#[track_caller]
#[inline]
pub fn plain_product<T>(
    mut c: StridedMut<'_, T>,
    accumulate: bool,
    alpha: T,
    a: Strided<'_, T>,
    b: Strided<'_, T>,
) where
    T: Copy + Zero + Mul<Output = T> + AddAssign,
{
    check_shapes(&c, &a, &b);
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

/// Elements (i.., j..) of `a·b`, [`TILE`] rows of [`TILE`] columns, indexed `[column][row]`.
#[inline(always)]
fn tile<T>(a: Strided<'_, T>, i: usize, b: Strided<'_, T>, j: usize) -> [[T; TILE]; TILE]
where
    T: Copy + Zero + Mul<Output = T> + AddAssign,
{
    let mut sums = [[T::zero(); TILE]; TILE];
    for k in 0..a.cols {
        let left: [T; TILE] = std::array::from_fn(|p| a.at(i + p, k));
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
    if depth >= LANES && runs_along_depth(&a, &b) {
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

/// Whether rows of `a` and columns of `b` are contiguous.
fn runs_along_depth<T>(a: &Strided<'_, T>, b: &Strided<'_, T>) -> bool {
    a.col_stride == 1 && b.row_stride == 1
}

/// Sums that run side by side in a [`contiguous_dot`]: enough to fill the vector
/// registers and hide an addition's latency.
const LANES: usize = 8;

/// The sum of the products of two slices of one length.
fn contiguous_dot<T>(a: &[T], b: &[T]) -> T
where
    T: Copy + Zero + Mul<Output = T> + AddAssign,
{
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    let lanes = a.iter().zip(b).fold([T::zero(); LANES], |lanes, (a, b)| {
        std::array::from_fn(|i| lanes[i] + a[i] * b[i])
    });
    let rest = a_rest
        .iter()
        .zip(b_rest)
        .fold(T::zero(), |sum, (a, b)| sum + *a * *b);
    lanes.into_iter().fold(rest, |sum, lane| sum + lane)
}

/// Up to so many multiplications the plain loop is done before a kernel has started.
const TINY: usize = 128;

/// What `f32` and `f64` each tell the kernels about themselves.
trait Float: Copy + Zero + Mul<Output = Self> + AddAssign {
    #[cfg(target_arch = "x86_64")]
    const X86: private_gemm_x86::DType;

    /// The product by the `matrixmultiply` crate, which runs on every processor.
    fn portable_product(
        c: StridedMut<'_, Self>,
        accumulate: bool,
        alpha: Self,
        a: Strided<'_, Self>,
        b: Strided<'_, Self>,
    );
}

macro_rules! float {
    ($Float:ident, $X86:ident, $gemm:ident) => {
        impl Product for $Float {
            #[inline]
            fn product(
                c: StridedMut<'_, Self>,
                accumulate: bool,
                alpha: Self,
                a: Strided<'_, Self>,
                b: Strided<'_, Self>,
            ) {
                product(c, accumulate, alpha, a, b);
            }
        }

        impl Float for $Float {
            #[cfg(target_arch = "x86_64")]
            const X86: private_gemm_x86::DType = private_gemm_x86::DType::$X86;

            fn portable_product(
                c: StridedMut<'_, Self>,
                accumulate: bool,
                alpha: Self,
                a: Strided<'_, Self>,
                b: Strided<'_, Self>,
            ) {
                check_shapes(&c, &a, &b);
                let beta = if accumulate { 1.0 } else { 0.0 };
                // SAFETY: TODO
                unsafe {
                    matrixmultiply::$gemm(
                        a.rows,
                        a.cols,
                        b.cols,
                        alpha,
                        a.elements.as_ptr(),
                        a.row_stride as isize,
                        a.col_stride as isize,
                        b.elements.as_ptr(),
                        b.row_stride as isize,
                        b.col_stride as isize,
                        beta,
                        c.elements.as_mut_ptr(),
                        c.row_stride as isize,
                        c.col_stride as isize,
                    );
                }
            }
        }
    };
}
float!(f32, F32, sgemm);
float!(f64, F64, dgemm);

/// Sends a product to the plain loop or to a kernel.
#[inline(always)]
#[track_caller]
fn product<T: Float>(
    c: StridedMut<'_, T>,
    accumulate: bool,
    alpha: T,
    a: Strided<'_, T>,
    b: Strided<'_, T>,
) {
    let elements = c.rows.saturating_mul(c.cols);
    if elements <= 1 || elements.saturating_mul(a.cols) <= TINY {
        plain_product(c, accumulate, alpha, a, b);
    } else {
        check_shapes(&c, &a, &b);
        kernel_product(c, accumulate, alpha, a, b);
    }
}

/// A product by the fastest kernel that this processor runs.
fn kernel_product<T: Float>(
    c: StridedMut<'_, T>,
    accumulate: bool,
    alpha: T,
    a: Strided<'_, T>,
    b: Strided<'_, T>,
) {
    // Kernels fill their vectors from the columns of `c`: these should be contiguous, and
    // longer than one element.
    let (c, a, b) = if c.rows == 1 || c.row_stride > c.col_stride {
        (c.transpose(), b.transpose(), a.transpose())
    } else {
        (c, a, b)
    };
    #[cfg(target_arch = "x86_64")]
    if let Some(vectors) = x86::Vectors::detect() {
        return x86::product(vectors, c, accumulate, alpha, a, b);
    }
    T::portable_product(c, accumulate, alpha, a, b);
}

/// The kernel for x86-64 processors with AVX2 or AVX-512.
#[cfg(target_arch = "x86_64")]
pub mod x86 {
    use super::{Float, Strided, StridedMut, check_shapes};
    use private_gemm_x86::{Accum, DstKind, IType, InstrSet};
    use std::{arch::is_x86_feature_detected, ptr};

    /// Vector instructions that this processor has: the proof that the kernel may run.
    #[derive(Clone, Copy, Debug)]
    pub struct Vectors(pub InstrSet);

    impl Vectors {
        pub fn detect() -> Option<Self> {
            Self::avx512().or_else(Self::avx2)
        }

        /// The kernel also uses mask instructions of AVX-512DQ; BW and VL are asked for to be safe: …
        pub fn avx512() -> Option<Self> {
            let found = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl");
            found.then_some(Self(InstrSet::Avx512))
        }

        pub fn avx2() -> Option<Self> {
            let found = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            found.then_some(Self(InstrSet::Avx256))
        }

        /// Bytes in one vector, and vectors in one column of the kernel's tile of `c`.
        fn tile(self) -> (usize, usize) {
            match self.0 {
                InstrSet::Avx512 => (64, 6),
                InstrSet::Avx256 => (32, 3),
            }
        }
    }

    ///
    pub(super) fn product<T: Float>(
        vectors: Vectors,
        mut c: StridedMut<'_, T>,
        accumulate: bool,
        alpha: T,
        a: Strided<'_, T>,
        b: Strided<'_, T>,
    ) {
        check_shapes(&c, &a, &b);
        let mut start = 0;
        for end in cuts::<T>(vectors, c.rows) {
            if start < end {
                let rows = start..end;
                kernel(
                    vectors,
                    c.rows(rows.clone()),
                    accumulate,
                    alpha,
                    a.rows(rows),
                    b,
                );
                start = end;
            }
        }
    }

    pub static SLIVER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(1);
    fn cuts<T>(vectors: Vectors, rows: usize) -> [usize; 3] {
        let (bytes, height) = vectors.tile();
        let vector = bytes / size_of::<T>();
        let tile = vector * height;
        let rest = rows % tile;
        if rows < tile
            || rest == 0
            || rest > vector * SLIVER.load(std::sync::atomic::Ordering::Relaxed)
        {
            return [rows; 3];
        }
        let whole = rows - rest - tile;
        let half = (tile + rest).div_ceil(vector).div_ceil(2) * vector;
        [whole, whole + half, rows]
    }

    #[inline(never)]
    fn kernel<T: Float>(
        vectors: Vectors,
        c: StridedMut<'_, T>,
        accumulate: bool,
        alpha: T,
        a: Strided<'_, T>,
        b: Strided<'_, T>,
    ) {
        assert!(a.cols > 0);
        let accum = if accumulate {
            Accum::Add
        } else {
            Accum::Replace
        };
        unsafe {
            private_gemm_x86::gemm(
                T::X86,
                IType::U64,
                vectors.0,
                c.rows,
                c.cols,
                a.cols,
                c.elements.as_mut_ptr().cast(),
                c.row_stride as isize,
                c.col_stride as isize,
                ptr::null(),
                ptr::null(),
                DstKind::Full,
                accum,
                a.elements.as_ptr().cast(),
                a.row_stride as isize,
                a.col_stride as isize,
                false,
                ptr::null(),
                0,
                b.elements.as_ptr().cast(),
                b.row_stride as isize,
                b.col_stride as isize,
                false,
                ptr::from_ref(&alpha).cast(),
                1,
            );
        }
    }

    /// for scratch
    pub fn on32(
        v: InstrSet,
        c: StridedMut<'_, f32>,
        accumulate: bool,
        alpha: f32,
        a: Strided<'_, f32>,
        b: Strided<'_, f32>,
    ) {
        product(Vectors(v), c, accumulate, alpha, a, b)
    }
    /// for scratch
    pub fn on64(
        v: InstrSet,
        c: StridedMut<'_, f64>,
        accumulate: bool,
        alpha: f64,
        a: Strided<'_, f64>,
        b: Strided<'_, f64>,
    ) {
        product(Vectors(v), c, accumulate, alpha, a, b)
    }
}
