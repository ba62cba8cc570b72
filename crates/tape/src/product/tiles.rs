//! The loops of products with patches, over whatever vectors a processor has.
//!
//! # What was tried
//!
//! The convolutions of the book's nets, batch 100, `f32`; one Zen 5 core, GF/s, best of twelve runs
//! each. *im2col* copies all patches and makes one product of them, the copy's time included;
//! *band* copies those of one row of places at a time into a buffer of that size; *tiles* is this
//! file. Forward, and behind it the filters' derivatives (of im2col the product alone):
//!
//! | channels, image, filters  | im2col | band | tiles | im2colᵀ | tiles |
//! | ------------------------- | ------ | ---- | ----- | ------- | ----- |
//! | 1, 28×28, 30 of 5×5       | 154    | 147  | 223   | 128     | 163   |
//! | 1, 28×28, 16 of 3×3       | 125    | 103  | 183   | 64      | 160   |
//! | 16, 28×28, 16 of 3×3      | 66     | 123  | 218   | 64      | 186   |
//! | 16, 14×14, 32 of 3×3      | 143    | 175  | 217   | 124     | 225   |
//! | 32, 14×14, 32 of 3×3      | 93     | 161  | 215   | 125     | 221   |
//! | 32, 8×8, 64 of 3×3        | 156    | 187  | 212   | 205     | 233   |
//! | 64, 8×8, 64 of 3×3        | 155    | 202  | 209   | 191     | 220   |
//!
//! A product for each pixel of the filters, added up in the result, reads and writes the result as
//! often as there are pixels, and was left aside.
//!
//! # How
//!
//! A tile of the result, three vectors of eight columns with AVX-512, stays in registers while all
//! taps are added to it; what a tap has is read where it lies, and nothing is packed but the
//! filters. Derivatives of the filters are dot products, six taps with four columns at a time; the
//! lanes are added up once for each [`PIECE`].

use super::patches::{BLOCK, Kind, Patches, PatchesProduct, Run, Start, Tap};
use super::strided::{Strided, StridedMut};
use super::vectors::Vector;
use num_traits::Zero;

/// How many numbers of a column a tile of dot products takes at a time: few enough that the columns
/// of a tile stay in the nearest cache, many enough that adding up the lanes costs little.
const PIECE: usize = 1920;

/// Computes with vectors `V`: tiles of `R` vectors and `C` columns of a product, `K` taps and `J`
/// columns of dot products. `C` divides [`BLOCK`].
#[inline(always)]
pub(super) fn compute<V: Vector, const R: usize, const C: usize, const K: usize, const J: usize>(
    product: PatchesProduct<'_, V::Number>,
) {
    match product.0 {
        Kind::Product {
            patches,
            unit,
            source,
            packed,
            start,
            target,
        } => tiles::<V, R, C>(patches, unit, source, packed, start, target),
        Kind::Dots {
            patches,
            unit,
            source,
            target,
            weights,
        } => dots::<V, K, J>(patches, unit, source, target, weights),
    }
}

#[inline(always)]
fn tiles<V: Vector, const R: usize, const C: usize>(
    patches: &Patches,
    unit: usize,
    source: &[V::Number],
    packed: &[V::Number],
    start: Start<'_, V::Number>,
    target: StridedMut<'_, V::Number>,
) {
    let (cols, stride) = (target.cols, target.col_stride);
    if cols == 0 {
        return;
    }
    let rows = packed.len() / cols.next_multiple_of(BLOCK);
    let (packed, _) = packed.as_chunks::<BLOCK>();
    let end = patches.places * unit;
    for run in &patches.runs {
        // Few numbers of all columns at a time: the patches stay in the nearest cache.
        let mut first = 0;
        while first < end {
            let left = end - first;
            let is_high = left >= R * V::LANES;
            let step = if is_high {
                R * V::LANES
            } else {
                left.min(V::LANES)
            };
            for col in (0..cols).step_by(C) {
                let at = At {
                    taps: &patches.taps,
                    unit,
                    source: &source[(run.source * unit + first).min(source.len())..],
                    weights: &packed[col / BLOCK * rows..][..rows],
                    within: col % BLOCK,
                    start,
                    col,
                    cols: C.min(cols - col),
                    stride,
                };
                let target = &mut target.elements[run.target * unit + first + col * stride..];
                if is_high {
                    tile::<V, R, C>(&at, target, V::LANES);
                } else {
                    tile::<V, 1, C>(&at, target, step);
                }
            }
            first += step;
        }
    }
}

/// Where a tile of a product lies.
struct At<'a, T> {
    taps: &'a [Tap],
    unit: usize,
    /// From the first number of the tile on, without the taps' offsets.
    source: &'a [T],
    weights: &'a [[T; BLOCK]],
    /// The first of the block's columns.
    within: usize,
    start: Start<'a, T>,
    /// The first column of the result, and how many there are.
    col: usize,
    cols: usize,
    stride: usize,
}

/// `R` vectors of `C` columns of a product, the last vector of `lanes` numbers.
#[inline(always)]
fn tile<V: Vector, const R: usize, const C: usize>(
    at: &At<'_, V::Number>,
    target: &mut [V::Number],
    lanes: usize,
) {
    let whole = lanes == V::LANES;
    let mut sums = [[V::splat(V::Number::zero()); R]; C];
    // The loops are of constant length, and their bodies take what is not there as zeros, so that
    // the sums stay in registers.
    for j in 0..C {
        for i in 0..R {
            sums[j][i] = match at.start {
                Start::Each(each) if j < at.cols => V::splat(each[at.col + j]),
                Start::Keep if j < at.cols && whole => {
                    V::load(&target[j * at.stride + i * V::LANES..])
                }
                Start::Keep if j < at.cols => V::load_some(&target[j * at.stride..], lanes),
                _ => V::splat(V::Number::zero()),
            };
        }
    }
    for tap in at.taps {
        let x = &at.source[tap.offset * at.unit..];
        let weights = &at.weights[tap.row];
        let mut patch = [V::splat(V::Number::zero()); R];
        for i in 0..R {
            patch[i] = if whole {
                V::load(&x[i * V::LANES..])
            } else {
                V::load_some(x, lanes)
            };
        }
        for j in 0..C {
            let weight = V::splat(weights[(at.within + j) % BLOCK]);
            for i in 0..R {
                sums[j][i] = patch[i].mul_add(weight, sums[j][i]);
            }
        }
    }
    for j in 0..C {
        for i in 0..R {
            if j < at.cols && whole {
                sums[j][i].store(&mut target[j * at.stride + i * V::LANES..]);
            } else if j < at.cols {
                sums[j][i].store_some(&mut target[j * at.stride..], lanes);
            }
        }
    }
}

#[inline(always)]
fn dots<V: Vector, const K: usize, const J: usize>(
    patches: &Patches,
    unit: usize,
    source: &[V::Number],
    target: Strided<'_, V::Number>,
    weights: StridedMut<'_, V::Number>,
) {
    let cols = target.cols;
    let len = patches.places * unit;
    if len == 0 || cols == 0 || patches.taps.is_empty() {
        return;
    }
    // As many runs at once as make a piece, or a piece of one run.
    let together = (PIECE / len).max(1);
    for runs in patches.runs.chunks(together) {
        for first in (0..len).step_by(PIECE) {
            let range = first..len.min(first + PIECE);
            for col in (0..cols).step_by(J) {
                let mut columns = [0; J];
                for (j, column) in columns.iter_mut().enumerate() {
                    *column = (col + j).min(cols - 1) * target.col_stride;
                }
                for k in (0..patches.taps.len()).step_by(K) {
                    let mut taps = [patches.taps[k]; K];
                    let some = &patches.taps[k..patches.taps.len().min(k + K)];
                    taps[..some.len()].copy_from_slice(some);
                    let sums = sums::<V, K, J>(
                        runs,
                        range.clone(),
                        unit,
                        (source, &taps),
                        (target.elements, &columns),
                    );
                    for (tap, sums) in some.iter().zip(&sums) {
                        for (j, sum) in sums.iter().enumerate().take(cols - col) {
                            weights.elements[(col + j) * weights.col_stride + tap.row] += *sum;
                        }
                    }
                }
            }
        }
    }
}

/// `K` × `J` dot products over a range of the numbers of some runs.
#[inline(always)]
fn sums<V: Vector, const K: usize, const J: usize>(
    runs: &[Run],
    range: std::ops::Range<usize>,
    unit: usize,
    (source, taps): (&[V::Number], &[Tap; K]),
    (target, columns): (&[V::Number], &[usize; J]),
) -> [[V::Number; J]; K] {
    let mut sums = [[V::splat(V::Number::zero()); J]; K];
    let len = range.len();
    for run in runs {
        let mut x: [&[V::Number]; K] = [&[]; K];
        for k in 0..K {
            x[k] = &source[(run.source + taps[k].offset) * unit + range.start..][..len];
        }
        let mut y: [&[V::Number]; J] = [&[]; J];
        for j in 0..J {
            y[j] = &target[columns[j] + run.target * unit + range.start..][..len];
        }
        sums = advance(&x, &y, len, sums);
    }
    let mut added = [[V::Number::zero(); J]; K];
    for k in 0..K {
        for j in 0..J {
            added[k][j] = sums[k][j].sum();
        }
    }
    added
}

/// Sums of products, the products of so many numbers of each pair of slices added. By value, so
/// that the sums stay in registers.
#[inline(always)]
fn advance<V: Vector, const K: usize, const J: usize>(
    x: &[&[V::Number]; K],
    y: &[&[V::Number]; J],
    len: usize,
    mut sums: [[V; J]; K],
) -> [[V; J]; K] {
    let whole = len - len % V::LANES;
    let mut first = 0;
    while first < whole {
        let mut right = [V::splat(V::Number::zero()); J];
        for j in 0..J {
            right[j] = V::load(&y[j][first..]);
        }
        for k in 0..K {
            let left = V::load(&x[k][first..]);
            for j in 0..J {
                sums[k][j] = left.mul_add(right[j], sums[k][j]);
            }
        }
        first += V::LANES;
    }
    if whole < len {
        let mut right = [V::splat(V::Number::zero()); J];
        for j in 0..J {
            right[j] = V::load_some(&y[j][whole..], len - whole);
        }
        for k in 0..K {
            let left = V::load_some(&x[k][whole..], len - whole);
            for j in 0..J {
                sums[k][j] = left.mul_add(right[j], sums[k][j]);
            }
        }
    }
    sums
}
