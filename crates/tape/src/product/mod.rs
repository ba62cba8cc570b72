//! The matrix product `c ← alpha·a·b`: how operands lie in memory ([`Strided`]),
//! the loop that works for every number (`plain`), and the choice of a kernel for `f32` and `f64`
//! (`kernel`).
//!
//! [`Patches`] is a matrix of another kind: its columns are slices of an array, wherever they
//! begin; `tiles` has its products, over `vectors`.
//!
//! A training step is nine tenths matrix products, so this folder sets the engine's speed. On
//! x86-64 with AVX2 or AVX-512 a product runs on `private-gemm-x86`, the assembly kernel of
//! the faer library; on every other processor on `matrixmultiply`, which nalgebra brings
//! along anyway; and where starting a kernel would cost more than the product, on a plain
//! loop. A large one is shared out to [threads](crate::threads), if there are several (`shared`).
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
//! | `kernel`                    | 215  | 177  | 132   | 150    | 222   | 210    | 0           |
//! | `private-gemm-x86` 0.1.22   | 195  | 175  | 132   | 153    | 217   | 199    | 0           |
//! | the same, AVX2              | 113  | 104  | 74    | 99     | 119   | 113    | 0           |
//! | `gemm-f32` 0.19, `x86-v4`   | 200  | 129  | 70    | 109    | 183   | 183    | 10          |
//! | faer 0.24                   | 193  | 174  | 131   | 152    | 216   | 200    | 0           |
//! | `matrixmultiply` 0.3.11     | 124  | 72   | 38    | 96     | 126   | 121    | 5           |
//!
//! | h = 512                     | X·W₁ | H·W₂ | Hᵀ·G₂ | G₂·W₂ᵀ | Xᵀ·G₁ | step   | allocations |
//! | --------------------------- | ---- | ---- | ----- | ------ | ----- | ------ | ----------- |
//! | `kernel`                    | 224  | 165  | 151   | 176    | 246   | 227    | 0           |
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
//! | `kernel`                    | 83   | 65   | 46    | 44     | 83    | 80     |
//! | `private-gemm-x86` 0.1.22   | 80   | 64   | 44    | 43     | 83    | 79     |
//! | `gemm-f32` 0.19             | 77   | 52   | 30    | 45     | 72    | 71     |
//! | `matrixmultiply` 0.3.11     | 65   | 37   | 27    | 41     | 65    | 63     |
//!
//! | AVX2, h = 512               | X·W₁ | H·W₂ | Hᵀ·G₂ | G₂·W₂ᵀ | Xᵀ·G₁ | step   |
//! | --------------------------- | ---- | ---- | ----- | ------ | ----- | ------ |
//! | `kernel`                    | 90   | 79   | 59    | 52     | 95    | 90     |
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

mod kernel;
mod patches;
mod plain;
mod shared;
mod strided;
mod tiles;
mod vectors;

pub use kernel::MatrixProduct;
pub use patches::{Patches, PatchesProduct, Run, Start, Tap};
pub use strided::{Strided, StridedMut};
