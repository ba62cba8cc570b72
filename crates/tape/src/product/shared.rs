//! Products cut by columns of the result, for several threads.
//!
//! An element is a chain of multiply-adds in the order of depth, whichever columns are computed
//! with it: a cut changes no bit. Each thread packs what it reads of the left operand for itself,
//! which costs little beside the product where there are enough columns.

use super::patches::{BLOCK, Kind, PatchesProduct, Start};
use super::strided::{Strided, StridedMut};
use crate::threads;

/// A thread's part has at least so many multiply-adds, about 40 µs of work: it takes up to that
/// long to wake the thread.
const PART: usize = 1 << 21;

/// Parts of a product of matrices begin at multiples of so many columns. No kernel's tile is wider,
/// so they stay full; `matrixmultiply` rounds the elements of a tile that is not full otherwise.
const COLUMNS: usize = 16;

/// Into how many parts a product is cut.
#[inline]
fn parts(multiply_adds: usize, cols: usize, unit: usize) -> usize {
    let most = (multiply_adds / PART).min(cols.div_ceil(unit));
    if most < 2 {
        1
    } else {
        most.min(threads::count())
    }
}

/// The column at which so many parts are divided in two, a multiple of `unit`; none if there is no
/// such column.
fn middle(cols: usize, parts: usize, unit: usize) -> Option<usize> {
    let middle = (cols * (parts / 2) / parts).next_multiple_of(unit);
    (0 < middle && middle < cols).then_some(middle)
}

/// Has a product computed in parts; the columns of `c` are contiguous.
#[inline]
pub(super) fn product<T: Copy + Send + Sync>(
    c: StridedMut<'_, T>,
    a: Strided<'_, T>,
    b: Strided<'_, T>,
    compute: &(impl Fn(StridedMut<'_, T>, Strided<'_, T>, Strided<'_, T>) + Sync),
) {
    let multiply_adds = c.rows.saturating_mul(c.cols).saturating_mul(a.cols);
    let parts = parts(multiply_adds, c.cols, COLUMNS);
    product_in(parts, c, a, b, compute);
}

pub(super) fn product_in<T: Copy + Send + Sync>(
    parts: usize,
    c: StridedMut<'_, T>,
    a: Strided<'_, T>,
    b: Strided<'_, T>,
    compute: &(impl Fn(StridedMut<'_, T>, Strided<'_, T>, Strided<'_, T>) + Sync),
) {
    let Some(middle) = middle(c.cols, parts, COLUMNS) else {
        return compute(c, a, b);
    };
    let (left, right) = c.split_columns(middle);
    let (b_left, b_right) = b.split_columns(middle);
    threads::join(
        || product_in(parts / 2, left, a, b_left, compute),
        || product_in(parts - parts / 2, right, a, b_right, compute),
    );
}

/// Has a product with patches computed in parts.
pub(super) fn patches<T: Copy + Send + Sync>(
    product: PatchesProduct<'_, T>,
    compute: &(impl Fn(PatchesProduct<'_, T>) + Sync),
) {
    let (patches, unit, cols) = match &product.0 {
        Kind::Product {
            patches,
            unit,
            target,
            ..
        } => (*patches, *unit, target.cols),
        Kind::Dots {
            patches,
            unit,
            target,
            ..
        } => (*patches, *unit, target.cols),
    };
    let places = patches.runs.len() * patches.places * unit;
    let multiply_adds = places.saturating_mul(patches.taps.len() * cols);
    patches_in(parts(multiply_adds, cols, BLOCK), product, cols, compute);
}

pub(super) fn patches_in<T: Copy + Send + Sync>(
    parts: usize,
    product: PatchesProduct<'_, T>,
    cols: usize,
    compute: &(impl Fn(PatchesProduct<'_, T>) + Sync),
) {
    let Some(middle) = middle(cols, parts, BLOCK) else {
        return compute(product);
    };
    let (left, right) = split(product, cols, middle);
    threads::join(
        || patches_in(parts / 2, left, middle, compute),
        || patches_in(parts - parts / 2, right, cols - middle, compute),
    );
}

/// The products of the columns before and from `middle` on, which is a multiple of [`BLOCK`].
fn split<T>(
    product: PatchesProduct<'_, T>,
    cols: usize,
    middle: usize,
) -> (PatchesProduct<'_, T>, PatchesProduct<'_, T>) {
    match product.0 {
        Kind::Product {
            patches,
            unit,
            source,
            packed,
            start,
            target,
        } => {
            let rows = packed.len() / cols.next_multiple_of(BLOCK);
            let (packed_left, packed_right) = packed.split_at(middle * rows);
            let (start_left, start_right) = match start {
                Start::Zero => (Start::Zero, Start::Zero),
                Start::Keep => (Start::Keep, Start::Keep),
                Start::Each(each) => {
                    let (left, right) = each.split_at(middle);
                    (Start::Each(left), Start::Each(right))
                }
            };
            let (left, right) = target.split_columns(middle);
            let part = |packed, start, target| {
                PatchesProduct(Kind::Product {
                    patches,
                    unit,
                    source,
                    packed,
                    start,
                    target,
                })
            };
            (
                part(packed_left, start_left, left),
                part(packed_right, start_right, right),
            )
        }
        Kind::Dots {
            patches,
            unit,
            source,
            target,
            weights,
        } => {
            let (target_left, target_right) = target.split_columns(middle);
            let (left, right) = weights.split_columns(middle);
            let part = |target, weights| {
                PatchesProduct(Kind::Dots {
                    patches,
                    unit,
                    source,
                    target,
                    weights,
                })
            };
            (part(target_left, left), part(target_right, right))
        }
    }
}
