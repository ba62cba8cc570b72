//! Matrix multiplication: the one file that decides how, and the only one with `unsafe`.
//!
//! What was measured, and what follows from it, stands in [`super`]. The route depends on the
//! shapes alone, so a product has the same bits in every run on a machine. AVX2 and AVX-512 agree
//! to the last bit: an element is a chain of fused multiply-adds in the order of depth, cut every
//! 512. The other routes round differently.
#![allow(unsafe_code)]

#[cfg(all(test, target_os = "linux"))]
#[path = "pages_tests.rs"]
mod pages_tests;
#[cfg(test)]
#[path = "patches_tests.rs"]
mod patches_tests;
#[cfg(test)]
#[path = "tests.rs"]
mod tests;

use super::patches::PatchesProduct;
use super::plain::plain_product;
use super::shared;
use super::strided::{Strided, StridedMut, check_shapes};
use super::tiles;
use super::vectors::Few;
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

    /// A product with [`Patches`](super::Patches).
    fn of_patches(product: PatchesProduct<'_, Self>) {
        tiles::compute::<Few<Self>, 1, 4, 2, 2>(product);
    }
}

/// Up to so many multiplications go to the plain loop, which then needs at most what a
/// kernel needs at least, 65 ns: 50 ns for 5×5 matrices.
const TINY: usize = 128;

/// What `f32` and `f64` each tell the kernels about themselves.
trait Float: Copy + Zero + Mul<Output = Self> + AddAssign + Send + Sync {
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

            fn of_patches(product: PatchesProduct<'_, Self>) {
                shared::patches(product, &|product| {
                    #[cfg(target_arch = "x86_64")]
                    if let Some(vectors) = x86::Vectors::detect() {
                        return x86::$Float(vectors, product);
                    }
                    tiles::compute::<Few<Self>, 1, 4, 2, 2>(product);
                });
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
                // - Strides: at most the length of a slice with elements; they fit an `isize`.
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
    shared::product(c, a, b, &|c, a, b| {
        #[cfg(target_arch = "x86_64")]
        if let Some(vectors) = x86::Vectors::detect() {
            return x86::product(vectors, c, accumulate, alpha, a, b);
        }
        T::portable_product(c, accumulate, alpha, a, b);
    });
}

/// The kernel for x86-64 processors with AVX2 or AVX-512.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::super::vectors::Vector;
    use super::{Float, PatchesProduct, Strided, StridedMut, check_shapes, tiles};
    use private_gemm_x86::{Accum, DstKind, IType, InstrSet, gemm};
    use std::arch::{is_x86_feature_detected as has, x86_64::*};
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

    /// Vectors of the instructions of AVX-512 and of AVX2, of equally many lanes, so that both add
    /// in one order; and what [`tiles`] computes with them.
    macro_rules! vectors {
        (
            $Number:ident, $lanes:literal, $avx512:ident, $avx2:ident,
            $Wide:ident: $wide_splat:ident $wide_load:ident $wide_load_some:ident $wide_store:ident
                $wide_store_some:ident $wide_fma:ident $wide_low:ident $wide_high:ident
                $Mask:ident,
            $Half:ident: $splat:ident $load:ident $store:ident $fma:ident $sum:ident
        ) => {
            #[derive(Clone, Copy)]
            struct $avx512($Wide);

            // SAFETY, of both: their instructions are there, as the types are private and used by
            // the two functions alone that `$Number` calls. Slices are cut to the length that is
            // read or written; lanes that a mask does not name are not touched.
            impl Vector for $avx512 {
                type Number = $Number;
                const LANES: usize = $lanes;

                #[inline(always)]
                fn splat(number: $Number) -> Self {
                    Self(unsafe { $wide_splat(number) })
                }

                #[inline(always)]
                fn load(from: &[$Number]) -> Self {
                    let from = &from[..$lanes];
                    Self(unsafe { $wide_load(from.as_ptr()) })
                }

                #[inline(always)]
                fn load_some(from: &[$Number], count: usize) -> Self {
                    let from = &from[..count.min($lanes - 1)];
                    let mask = ((1u32 << from.len()) - 1) as $Mask;
                    Self(unsafe { $wide_load_some(mask, from.as_ptr()) })
                }

                #[inline(always)]
                fn store(self, to: &mut [$Number]) {
                    let to = &mut to[..$lanes];
                    unsafe { $wide_store(to.as_mut_ptr(), self.0) }
                }

                #[inline(always)]
                fn store_some(self, to: &mut [$Number], count: usize) {
                    let to = &mut to[..count.min($lanes - 1)];
                    let mask = ((1u32 << to.len()) - 1) as $Mask;
                    unsafe { $wide_store_some(to.as_mut_ptr(), mask, self.0) }
                }

                #[inline(always)]
                fn mul_add(self, factor: Self, term: Self) -> Self {
                    Self(unsafe { $wide_fma(self.0, factor.0, term.0) })
                }

                #[inline(always)]
                fn sum(self) -> $Number {
                    unsafe { $sum($wide_low(self.0), $wide_high::<1>(self.0)) }
                }
            }

            #[derive(Clone, Copy)]
            struct $avx2([$Half; 2]);

            impl Vector for $avx2 {
                type Number = $Number;
                const LANES: usize = $lanes;

                #[inline(always)]
                fn splat(number: $Number) -> Self {
                    Self([unsafe { $splat(number) }; 2])
                }

                #[inline(always)]
                fn load(from: &[$Number]) -> Self {
                    let (first, second) = from[..$lanes].split_at($lanes / 2);
                    Self(unsafe { [$load(first.as_ptr()), $load(second.as_ptr())] })
                }

                #[inline(always)]
                fn store(self, to: &mut [$Number]) {
                    let (first, second) = to[..$lanes].split_at_mut($lanes / 2);
                    let [a, b] = self.0;
                    unsafe {
                        $store(first.as_mut_ptr(), a);
                        $store(second.as_mut_ptr(), b);
                    }
                }

                #[inline(always)]
                fn mul_add(self, factor: Self, term: Self) -> Self {
                    let ([a, b], [c, d], [e, f]) = (self.0, factor.0, term.0);
                    Self(unsafe { [$fma(a, c, e), $fma(b, d, f)] })
                }

                #[inline(always)]
                fn sum(self) -> $Number {
                    let [a, b] = self.0;
                    unsafe { $sum(a, b) }
                }
            }

            /// A product with the vectors that this processor was seen to have.
            pub(super) fn $Number(vectors: Vectors, product: PatchesProduct<'_, $Number>) {
                #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
                fn avx512(product: PatchesProduct<'_, $Number>) {
                    tiles::compute::<$avx512, 3, 8, 6, 4>(product);
                }
                #[target_feature(enable = "avx2,fma")]
                fn avx2(product: PatchesProduct<'_, $Number>) {
                    tiles::compute::<$avx2, 1, 4, 3, 2>(product);
                }
                // SAFETY: `Vectors` is proof of these instructions.
                unsafe {
                    match vectors.0 {
                        InstrSet::Avx512 => avx512(product),
                        InstrSet::Avx256 => avx2(product),
                    }
                }
            }
        };
    }

    /// The sum of the lanes of two halves, and so on by halves.
    #[target_feature(enable = "avx2")]
    fn sum_f32(low: __m256, high: __m256) -> f32 {
        let eight = _mm256_add_ps(low, high);
        let four = _mm256_castps256_ps128(eight);
        let four = _mm_add_ps(four, _mm256_extractf128_ps::<1>(eight));
        let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps::<1>(two, two)))
    }

    /// [`sum_f32`] of numbers twice as long.
    #[target_feature(enable = "avx2")]
    fn sum_f64(low: __m256d, high: __m256d) -> f64 {
        let four = _mm256_add_pd(low, high);
        let two = _mm256_castpd256_pd128(four);
        let two = _mm_add_pd(two, _mm256_extractf128_pd::<1>(four));
        _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)))
    }

    vectors!(
        f32, 16, F32x16, F32x8x2,
        __m512: _mm512_set1_ps _mm512_loadu_ps _mm512_maskz_loadu_ps _mm512_storeu_ps
            _mm512_mask_storeu_ps _mm512_fmadd_ps
            _mm512_castps512_ps256 _mm512_extractf32x8_ps __mmask16,
        __m256: _mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_fmadd_ps
            sum_f32
    );
    vectors!(
        f64, 8, F64x8, F64x4x2,
        __m512d: _mm512_set1_pd _mm512_loadu_pd _mm512_maskz_loadu_pd _mm512_storeu_pd
            _mm512_mask_storeu_pd _mm512_fmadd_pd
            _mm512_castpd512_pd256 _mm512_extractf64x4_pd __mmask8,
        __m256d: _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_fmadd_pd
            sum_f64
    );
}
