//! Products with patches against the definition, on every kind of vector.
//!
//! Numbers are small and whole, so that every sum is exact in any order.

use super::*;
use crate::product::{Patches, Run, Start, Tap};
use num_traits::NumCast;
use std::fmt::Debug;

/// Some whole numbers.
fn whole<T: NumCast>(count: usize, seed: usize) -> Vec<T> {
    let value = |i: usize| ((i * 7919 + seed * 104_729) / 3 % 17) as i32 - 8;
    (0..count).map(|i| T::from(value(i)).unwrap()).collect()
}

/// Patches of two rows of an image five pixels wide, with some rows of the weights left out.
fn patches(places: usize) -> Patches {
    let offsets = [0, 1, 2, 5, 6, 7, 9];
    let taps = offsets.iter().enumerate();
    let taps = taps.map(|(k, &offset)| Tap {
        offset,
        row: 2 * k + 1,
    });
    let runs = [
        Run {
            source: 1,
            target: 0,
        },
        Run {
            source: 6,
            target: places + 1,
        },
    ];
    Patches::new(taps.collect(), runs.to_vec(), places)
}

const ROWS: usize = 15;

/// A way to compute.
type Way<T> = fn(PatchesProduct<'_, T>);

fn check<T>(ways: &[Way<T>], places: usize, unit: usize, cols: usize)
where
    T: NumCast + Copy + Zero + Mul<Output = T> + AddAssign + PartialEq + Debug,
{
    let patches = patches(places);
    let (pixels, rows) = (6 + 9 + places, (2 * places + 1) * unit);
    let images: Vec<T> = whole(pixels * unit, 1);
    let weights: Vec<T> = whole(ROWS * cols, 2);
    let before: Vec<T> = whole(rows * cols, 3);
    let each: Vec<T> = whole(cols, 4);
    let mut packed = vec![T::from(5).unwrap(); Patches::packed_len(ROWS, cols)];
    Patches::pack(&mut packed, ROWS, cols, |row, col| {
        weights[col * ROWS + row]
    });
    let inside = |i: usize| i < places * unit || i >= (places + 1) * unit;
    // Number `i` of a column, and what tap `k` has there.
    let patch = |i: usize, k: usize| {
        let (run, i) = if i < places * unit {
            (1, i)
        } else {
            (6, i - (places + 1) * unit)
        };
        images[(run + patches.taps[k].offset) * unit + i]
    };
    for start in [Start::Zero, Start::Keep, Start::Each(&each)] {
        let mut expected = before.clone();
        for (at, y) in expected.iter_mut().enumerate() {
            let (i, j) = (at % rows, at / rows);
            if inside(i) {
                let mut sum = match start {
                    Start::Zero => T::zero(),
                    Start::Keep => *y,
                    Start::Each(each) => each[j],
                };
                for (k, tap) in patches.taps.iter().enumerate() {
                    sum += patch(i, k) * weights[j * ROWS + tap.row];
                }
                *y = sum;
            }
        }
        for way in ways {
            let mut found = before.clone();
            let target = StridedMut::column_major(&mut found, rows, cols);
            way(patches.product(unit, &images, &packed, start, target));
            assert_eq!(
                found, expected,
                "{places} places, unit {unit}, {cols} columns"
            );
        }
    }
    let mut expected = weights.clone();
    for j in 0..cols {
        for (k, tap) in patches.taps.iter().enumerate() {
            for i in (0..rows).filter(|&i| inside(i)) {
                expected[j * ROWS + tap.row] += patch(i, k) * before[j * rows + i];
            }
        }
    }
    for way in ways {
        let mut found = weights.clone();
        let target = Strided::column_major(&before, rows, cols);
        let weights = StridedMut::column_major(&mut found, ROWS, cols);
        way(patches.dots(unit, &images, target, weights));
        assert_eq!(
            found, expected,
            "{places} places, unit {unit}, {cols} columns"
        );
    }
}

fn check_sizes<T>(ways: &[Way<T>])
where
    T: NumCast + Copy + Zero + Mul<Output = T> + AddAssign + PartialEq + Debug,
{
    for places in 1..4 {
        for unit in [1, 5, 16, 23, 50, 701] {
            for cols in [0, 1, 3, 4, 8, 9, 14] {
                check(ways, places, unit, cols);
            }
        }
    }
    check(ways, 0, 4, 2);
    check(ways, 2, 0, 2);
}

/// The kinds of vectors that this processor has.
#[cfg(target_arch = "x86_64")]
fn kinds() -> [Option<x86::Vectors>; 2] {
    [x86::Vectors::avx2(), x86::Vectors::avx512()]
}

#[cfg(target_arch = "x86_64")]
#[test]
fn every_kind_of_vector_computes_the_products() {
    let ways: [Way<f32>; 3] = [
        |product| f32::of_patches(product),
        |product| tiles::compute::<Few<f32>, 1, 4, 2, 2>(product),
        |product| match kinds()[0] {
            Some(avx2) => x86::f32(avx2, product),
            None => f32::of_patches(product),
        },
    ];
    check_sizes(&ways);
    let ways: [Way<f64>; 3] = [
        |product| f64::of_patches(product),
        |product| tiles::compute::<Few<f64>, 1, 4, 2, 2>(product),
        |product| match kinds()[0] {
            Some(avx2) => x86::f64(avx2, product),
            None => f64::of_patches(product),
        },
    ];
    check_sizes(&ways);
}

#[test]
fn every_other_number_has_the_products() {
    check_sizes::<i64>(&[|product| tiles::compute::<Few<i64>, 1, 4, 2, 2>(product)]);
}

#[cfg(target_arch = "x86_64")]
#[test]
fn both_kinds_of_vectors_give_the_same_bits() {
    let [Some(avx2), Some(avx512)] = kinds() else {
        return;
    };
    let patches = patches(3);
    let unit = 701;
    let fraction = |i: usize| (i as f32 * 0.618_034).fract() - 0.4;
    let images: Vec<f32> = (0..18 * unit).map(fraction).collect();
    let mut packed = vec![0.0; Patches::packed_len(ROWS, 5)];
    Patches::pack(&mut packed, ROWS, 5, |row, col| fraction(row * 5 + col));
    let [a, b] = [avx2, avx512].map(|kind| {
        let mut y = vec![0.0; 7 * unit * 5];
        let target = StridedMut::column_major(&mut y, 7 * unit, 5);
        x86::f32(
            kind,
            patches.product(unit, &images, &packed, Start::Zero, target),
        );
        let mut weights = vec![0.0; ROWS * 5];
        let target = Strided::column_major(&y, 7 * unit, 5);
        let dots = StridedMut::column_major(&mut weights, ROWS, 5);
        x86::f32(kind, patches.dots(unit, &images, target, dots));
        (y, weights)
    });
    assert!(a == b);
}

/// Cut into any number of parts, on every kind of vector.
#[test]
fn parts_have_the_bits_of_the_whole() {
    let few: Way<f32> = |product| tiles::compute::<Few<f32>, 1, 4, 2, 2>(product);
    let (patches, unit) = (patches(3), 701);
    let fraction = |i: usize| (i as f32 * 0.618_034).fract() - 0.4;
    let images: Vec<f32> = (0..18 * unit).map(fraction).collect();
    for cols in [9, 16, 30, 64] {
        let mut packed = vec![0.0; Patches::packed_len(ROWS, cols)];
        Patches::pack(&mut packed, ROWS, cols, |row, col| fraction(row * 5 + col));
        let each: Vec<f32> = (0..cols).map(fraction).collect();
        let before: Vec<f32> = (0..7 * unit * cols).map(fraction).collect();
        let products = |way: Way<f32>, parts| {
            let mut all = Vec::new();
            for start in [Start::Zero, Start::Keep, Start::Each(&each)] {
                let mut y = before.clone();
                let target = StridedMut::column_major(&mut y, 7 * unit, cols);
                let product = patches.product(unit, &images, &packed, start, target);
                shared::patches_in(parts, product, cols, &way);
                all.push(y);
            }
            let mut weights = vec![0.5; ROWS * cols];
            let target = Strided::column_major(&before, 7 * unit, cols);
            let dots = StridedMut::column_major(&mut weights, ROWS, cols);
            shared::patches_in(parts, patches.dots(unit, &images, target, dots), cols, &way);
            all.push(weights);
            all
        };
        for way in [few, f32::of_patches] {
            let whole = products(way, 1);
            for parts in 2..=5 {
                assert!(
                    products(way, parts) == whole,
                    "{cols} columns, {parts} parts"
                );
            }
        }
    }
}

#[test]
#[should_panic(expected = "are too few")]
fn images_that_are_too_short_are_refused() {
    let mut y = [0.0; 7];
    let target = StridedMut::column_major(&mut y, 7, 1);
    let packed = [0.0; ROWS * 8];
    let _ = patches(3).product(1, &[0.0; 17], &packed, Start::Zero, target);
}

#[test]
#[should_panic(expected = "weights of 13 rows, expected 14 or more")]
fn weights_of_too_few_rows_are_refused() {
    let mut weights = [0.0; 13];
    let weights = StridedMut::column_major(&mut weights, 13, 1);
    let _ = patches(3).dots(
        1,
        &[0.0; 18],
        Strided::column_major(&[0.0; 7], 7, 1),
        weights,
    );
}
