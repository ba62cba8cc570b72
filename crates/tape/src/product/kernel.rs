//! Matrix multiplication: the one file that decides how, and the only one with `unsafe`.
//!
//! A training step is nine tenths matrix products, so this file sets the engine's speed. On
//! x86-64 with AVX2 or AVX-512 a product runs on `private-gemm-x86`, the assembly kernel of
//! the faer library; on every other processor on `matrixmultiply`, which nalgebra brings
//! along anyway; and where starting a kernel would cost more than the product, on a plain
//! loop.
//!
//! # What was measured
//!
//! The five products of one step of a 784-h-10 net, batch 100, f32, everything column-major with
//! examples as rows; one Zen 5 core (AVX-512, about 250 GF/s at most), one thread, best of twelve
//! runs taken in turn; the 784 rows of Xᵀ·G₁ were cut twice then. G is the cotangent of Y. GF/s of
//! each, GF/s of the five in sequence, and what these allocate:
//!
//! | h = 50                      | X·W₁ | H·W₂ | Hᵀ·G₂ | G₂·W₂ᵀ | Xᵀ·G₁ | step   | allocations |
//! | --------------------------- | ---- | ---- | ----- | ------ | ----- | ------ | ----------- |
//! | this file                   | 215  | 177  | 132   | 150    | 222   | 210    | 0           |
//! | `private-gemm-x86` 0.1.22   | 195  | 175  | 132   | 153    | 217   | 199    | 0           |
//! | the same, AVX2              | 113  | 104  | 74    | 99     | 119   | 113    | 0           |
//! | `gemm-f32` 0.19, `x86-v4`   | 200  | 129  | 70    | 109    | 183   | 183    | 10          |
//! | faer 0.24                   | 193  | 174  | 131   | 152    | 216   | 200    | 0           |
//! | `matrixmultiply` 0.3.11     | 124  | 72   | 38    | 96     | 126   | 121    | 5           |
//!
//! | h = 512                     | X·W₁ | H·W₂ | Hᵀ·G₂ | G₂·W₂ᵀ | Xᵀ·G₁ | step   | allocations |
//! | --------------------------- | ---- | ---- | ----- | ------ | ----- | ------ | ----------- |
//! | this file                   | 224  | 165  | 151   | 176    | 246   | 227    | 0           |
//! | `private-gemm-x86` 0.1.22   | 217  | 181  | 152   | 160    | 242   | 223    | 0           |
//! | the same, AVX2              | 116  | 102  | 87    | 102    | 127   | 119    | 0           |
//! | `gemm-f32` 0.19, `x86-v4`   | 224  | 135  | 91    | 142    | 243   | 226    | 10          |
//! | faer 0.24                   | 216  | 181  | 152   | 160    | 239   | 223    | 0           |
//! | `matrixmultiply` 0.3.11     | 165  | 77   | 49    | 147    | 216   | 177    | 5           |
//!
//! On a processor without AVX-512 (one Zen 3 core, multiply-adds in registers: 103 GF/s), best of
//! forty runs in turn:
//!
//! | AVX2, h = 50                | X·W₁ | H·W₂ | Hᵀ·G₂ | G₂·W₂ᵀ | Xᵀ·G₁ | step   |
//! | --------------------------- | ---- | ---- | ----- | ------ | ----- | ------ |
//! | this file                   | 83   | 65   | 46    | 44     | 83    | 80     |
//! | `private-gemm-x86` 0.1.22   | 80   | 64   | 44    | 43     | 83    | 79     |
//! | `gemm-f32` 0.19             | 77   | 52   | 30    | 45     | 72    | 71     |
//! | `matrixmultiply` 0.3.11     | 65   | 37   | 27    | 41     | 65    | 63     |
//!
//! | AVX2, h = 512               | X·W₁ | H·W₂ | Hᵀ·G₂ | G₂·W₂ᵀ | Xᵀ·G₁ | step   |
//! | --------------------------- | ---- | ---- | ----- | ------ | ----- | ------ |
//! | this file                   | 90   | 79   | 59    | 52     | 95    | 90     |
//! | `private-gemm-x86` 0.1.22   | 89   | 77   | 58    | 53     | 95    | 89     |
//! | `gemm-f32` 0.19             | 88   | 56   | 38    | 55     | 93    | 87     |
//! | `matrixmultiply` 0.3.11     | 75   | 39   | 33    | 52     | 85    | 78     |
//!
//! A clean release build on two cores takes 16 s with nalgebra alone, 17–19 s with
//! `private-gemm-x86` beside it, 20 s with `gemm-f32` and `gemm-f64`, a minute and a half with
//! faer.
//!
//! # What follows
//!
//! - *Kernel.* faer runs the same kernel, behind a far longer build. `gemm` and
//!   `matrixmultiply` allocate in every call, and a step must not; both are slower where h
//!   is small. `private-gemm-x86` allocates once per thread, 4 MiB to pack operands into,
//!   touched as far as needed. Its feature `std` stays off: with it the first call reads
//!   every processor's cache sizes from files (490 allocations, 1 ms; where there are no such
//!   files it starts `lscpu`) and reserves 64 MiB, and no product measured got faster. Its
//!   threads (feature `rayon`) stay off too.
//! - *Clean registers.* The kernel returns without `vzeroupper`. Code compiled for any
//!   x86-64 (SSE) then merges with the upper register halves in every instruction: a ReLU
//!   over 5,000 numbers after a product took 600 ns in place of 250, a chain of square roots
//!   twice its time. So the registers are cleared here, which takes a few cycles.
//! - *No slivers.* A column of the kernel's tile of `c` is six vectors (96 floats), and what is
//!   left over runs as a tile of its own: a batch of 100 as 96 + 4, where the second tile waits for
//!   its own additions. Cut as 64 + 36 (four vectors and three) X·W₁ gains a tenth; with AVX2,
//!   whose tile is 24 floats high, as 88 + 12 a thirtieth. One cut, not two around the uneven
//!   tiles: every call packs `b` again.
//! - *Layout.* Examples as rows, columns contiguous, suits the small net best. Row-major
//!   batches and weights (the same as computing Yᵀ = WᵀXᵀ) give 198 against 210 GF/s at
//!   h = 50, because 50 fills 64 lanes worse than 100 fills 112, and 3 % more at h = 512.
//!   Row-major batches with column-major weights save the transposing copy in Xᵀ·G₁ and gain
//!   nothing. Rows padded to a multiple of 16 (112 for 100) would do the same work: a last
//!   vector that is part empty costs as much as a full one.
//! - *nalgebra's own products* never see this kernel, and `tr_mul` not even
//!   `matrixmultiply`. Worse, in nalgebra 0.35 a product of views whose row stride is not 1
//!   writes out of bounds when a dimension is 5 or less, from safe code
//!   (<https://github.com/dimforge/nalgebra/issues/1616>). So `matrixmultiply` is called
//!   here, not through such views.
//!
//! # What a caller can rely on
//!
//! The route depends on the shapes alone, so a product has the same bits in every run on a
//! machine. AVX2 and AVX-512 agree to the last bit: an element is a chain of fused
//! multiply-adds in the order of depth, cut every 512. The other routes round differently.
#![allow(unsafe_code)]

#[cfg(all(test, target_os = "linux"))]
#[path = "pages_tests.rs"]
mod pages_tests;
#[cfg(test)]
#[path = "tests.rs"]
mod tests;

use super::plain::plain_product;
use super::strided::{Strided, StridedMut, check_shapes};
use num_traits::Zero;
use std::ops::{AddAssign, Mul};

/// Numbers that have a matrix product. The default is a plain loop, which is right for every
/// number; `f32` and `f64` have kernels.
pub trait MatrixProduct: Copy + Zero + Mul<Output = Self> + AddAssign {
    /// `c ← alpha·a·b`, or `c ← c + alpha·a·b` where `accumulate` is set.
    ///
    /// Without `accumulate`, what `c` held before is not read: a NaN there does not
    /// survive. A product of depth 0 is zero.
    ///
    /// # Panics
    /// If the shapes do not fit: `a` is m×k, `b` is k×n, `c` is m×n.
    #[track_caller]
    #[inline]
    fn product(
        c: StridedMut<'_, Self>,
        accumulate: bool,
        alpha: Self,
        a: Strided<'_, Self>,
        b: Strided<'_, Self>,
    ) {
        plain_product(c, accumulate, alpha, a, b);
    }
}

/// Up to so many multiplications go to the plain loop, which then needs at most what a
/// kernel needs at least, 65 ns: 50 ns for 5×5 matrices.
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
        impl MatrixProduct for $Float {
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
                // SAFETY:
                // - Bounds: the shapes were checked to fit each other, and every element of
                //   a `Strided` or `StridedMut` lies in its slice. Without elements or depth
                //   no operand is followed out of its slice.
                // - Strides: of a matrix that has elements, at most the slice's length; they
                //   fit an `isize`.
                // - Aliasing: `c` is borrowed mutably, so it is apart from `a` and `b`, and
                //   no two of its elements share a place.
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
    // A single dot product leaves a kernel's vectors empty, however long it is.
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
mod x86 {
    use super::{Float, Strided, StridedMut, check_shapes};
    use private_gemm_x86::{Accum, DstKind, IType, InstrSet, gemm};
    use std::arch::{is_x86_feature_detected as has, x86_64::_mm256_zeroupper};
    use std::ptr;

    /// Vector instructions that this processor was seen to have: no other way leads to a
    /// value of this type.
    #[derive(Clone, Copy)]
    pub(super) struct Vectors(InstrSet);

    impl Vectors {
        pub(super) fn detect() -> Option<Self> {
            Self::avx512().or_else(Self::avx2)
        }

        /// The assembly holds instructions of AVX-512 F and DQ. BW and VL come with them on
        /// every processor but the first few and are asked for to be on the safe side.
        pub(super) fn avx512() -> Option<Self> {
            let found = has!("avx512f") && has!("avx512dq") && has!("avx512bw") && has!("avx512vl");
            (found && Self::avx2().is_some()).then_some(Self(InstrSet::Avx512))
        }

        pub(super) fn avx2() -> Option<Self> {
            (has!("avx2") && has!("fma")).then_some(Self(InstrSet::Avx256))
        }

        /// Bytes in a vector, and vectors in a column of the kernel's tile of `c`.
        pub(super) fn tile(self) -> (usize, usize) {
            match self.0 {
                InstrSet::Avx512 => (64, 6),
                InstrSet::Avx256 => (32, 3),
            }
        }
    }

    /// The product by the kernel, in pieces that keep its tiles full.
    pub(super) fn product<T: Float>(
        vectors: Vectors,
        mut c: StridedMut<'_, T>,
        accumulate: bool,
        alpha: T,
        a: Strided<'_, T>,
        b: Strided<'_, T>,
    ) {
        check_shapes(&c, &a, &b);
        let end = c.rows;
        let middle = cut::<T>(vectors, end);
        for piece in [0..middle, middle..end] {
            if !piece.is_empty() {
                let (c, a) = (c.rows(piece.clone()), a.rows(piece));
                kernel(vectors, c, accumulate, alpha, a, b);
            }
        }
        // SAFETY: `Vectors` is proof of AVX2 at least, and AVX2 includes AVX.
        unsafe { clear_upper_halves() };
    }

    /// Where to cut the rows of `c` so that no tile is one vector high: such a sliver and the whole
    /// tile before it are shared out evenly. The end of the rows if there is none. (With `f64`,
    /// AVX-512 and at most 48 rows left, the kernel halves its tiles; there a sliver may stay.)
    pub(super) fn cut<T>(vectors: Vectors, rows: usize) -> usize {
        let (bytes, height) = vectors.tile();
        let vector = bytes / size_of::<T>();
        let tile = vector * height;
        let rest = rows % tile;
        if rows < tile || rest == 0 || rest > vector {
            return rows;
        }
        let half = (height + 1).div_ceil(2) * vector;
        rows - rest - tile + half
    }

    /// One call of the kernel.
    fn kernel<T: Float>(
        vectors: Vectors,
        c: StridedMut<'_, T>,
        accumulate: bool,
        alpha: T,
        a: Strided<'_, T>,
        b: Strided<'_, T>,
    ) {
        check_shapes(&c, &a, &b);
        // At depth 0 the kernel leaves `c` as it was, whatever it was asked.
        assert!(c.rows > 0 && c.cols > 0 && a.cols > 0);
        let (every_index, no_diagonal) = (ptr::null(), ptr::null());
        let threads = 1;
        // SAFETY:
        // - Instructions: `vectors` was detected on this processor.
        // - Types: `T::X86` names `T`, and `alpha` outlives the call.
        // - Bounds: the kernel reads `a` and `b` and reads and writes `c` at
        //   `i * row_stride + j * col_stride` for i and j within the shapes, which were
        //   checked to fit each other, and by the promise of `Strided` these offsets lie
        //   in the slices. Part vectors are loaded and stored under masks, so neighbours
        //   are not touched: `pages_tests.rs` runs operands that end at unmapped pages.
        // - Packing: into 2 MiB of the kernel's own for `a` and 2 MiB for `b`, sized by cache
        //   sizes that are constants, as the feature `std` is off. With depth k ≤ 512 cut off
        //   at a time and f = ⌈k/64⌉, `a` is packed whole where it has fewer than
        //   256 KiB / (64 f · size) rows: less than 256 KiB, and a tile's rounding, at most
        //   95 rows · 512 · 4 bytes (190 KiB), or 47 · 512 · 8. Elsewhere it is packed in
        //   chunks of at most 2 MiB / (64 f · size) rows, that is 2 MiB; the kernel asserts that
        //   its innermost chunk fits. The same holds for the columns of `b`. Another version may
        //   count otherwise: the dependency is pinned exactly.
        // - Strides: of a matrix that has elements, at most the slice's length; they fit
        //   an `isize`, in bytes too.
        // - Aliasing: `c` is borrowed mutably, so it is apart from `a` and `b`, and no two
        //   of its elements share a place. Packing goes to memory of the kernel's own.
        // - Null index arrays mean every row and column in order, a null diagonal none.
        unsafe {
            gemm(
                T::X86,
                IType::U64,
                vectors.0,
                c.rows,
                c.cols,
                a.cols,
                c.elements.as_mut_ptr().cast(),
                c.row_stride as isize,
                c.col_stride as isize,
                every_index,
                every_index,
                DstKind::Full,
                if accumulate {
                    Accum::Add
                } else {
                    Accum::Replace
                },
                a.elements.as_ptr().cast(),
                a.row_stride as isize,
                a.col_stride as isize,
                false,
                no_diagonal,
                0,
                b.elements.as_ptr().cast(),
                b.row_stride as isize,
                b.col_stride as isize,
                false,
                ptr::from_ref(&alpha).cast(),
                threads,
            );
        }
    }

    /// Without this, SSE code that runs after the kernel is slowed by what it left behind.
    #[target_feature(enable = "avx")]
    fn clear_upper_halves() {
        _mm256_zeroupper();
    }
}
