//! Every route against the definition.
//!
//! Elements are small whole numbers, so that every sum is exact in both precisions, in
//! whatever order and with fused or separate roundings: the routes must agree to the bit.

use super::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fmt::Debug;

/// Random numbers for test data.
struct Draw(ChaCha8Rng);

impl Draw {
    fn seeded(seed: u64) -> Self {
        Draw(ChaCha8Rng::seed_from_u64(seed))
    }

    fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn whole<T: From<i8>>(&mut self, count: usize) -> Vec<T> {
        let mut draw = || T::from(self.below(17) as i8 - 8);
        (0..count).map(|_| draw()).collect()
    }

    fn fractions(&mut self, count: usize) -> Vec<f32> {
        let mut draw = || (self.next() >> 40) as f32 / (1 << 24) as f32 - 0.5;
        (0..count).map(|_| draw()).collect()
    }
}

type Route<T> = fn(StridedMut<'_, T>, bool, T, Strided<'_, T>, Strided<'_, T>);

/// A way to multiply, and whether it takes products without elements or depth.
struct Named<T> {
    name: &'static str,
    takes_empty: bool,
    route: Route<T>,
}

impl<T> Named<T> {
    fn new(name: &'static str, takes_empty: bool, route: Route<T>) -> Self {
        Self {
            name,
            takes_empty,
            route,
        }
    }
}

fn routes<T: Float + MatrixProduct>() -> Vec<Named<T>> {
    let mut routes = kernels();
    routes.push(Named::new("product", true, T::product));
    routes.push(Named::new("plain_product", true, plain_product));
    routes.push(Named::new("portable_product", true, T::portable_product));
    routes
}

/// The kernels that this processor runs.
#[cfg(target_arch = "x86_64")]
fn kernels<T: Float>() -> Vec<Named<T>> {
    let avx2: Route<T> = |c, accumulate, alpha, a, b| {
        x86::product(x86::Vectors::avx2().unwrap(), c, accumulate, alpha, a, b);
    };
    let avx512: Route<T> = |c, accumulate, alpha, a, b| {
        x86::product(x86::Vectors::avx512().unwrap(), c, accumulate, alpha, a, b);
    };
    let named = [
        x86::Vectors::avx2().map(|_| Named::new("AVX2 kernel", false, avx2)),
        x86::Vectors::avx512().map(|_| Named::new("AVX-512 kernel", false, avx512)),
    ];
    named.into_iter().flatten().collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn kernels<T: Float>() -> Vec<Named<T>> {
    Vec::new()
}

/// A product to check: rows, depth and columns, and which operands lie transposed.
#[derive(Clone, Copy, Debug)]
struct Case {
    shape: (usize, usize, usize),
    transposed: [bool; 3],
    accumulate: bool,
    alpha: i8,
}

impl Case {
    /// All layouts of one shape, accumulating and not.
    fn all(shape: (usize, usize, usize), alpha: i8) -> impl Iterator<Item = Self> {
        (0..16).map(move |bits| Self {
            shape,
            transposed: [bits & 1 != 0, bits & 2 != 0, bits & 4 != 0],
            accumulate: bits & 8 != 0,
            alpha,
        })
    }
}

fn read<T: Copy>(elements: &[T], rows: usize, cols: usize, transposed: bool) -> Strided<'_, T> {
    if transposed {
        Strided::column_major(elements, cols, rows).transpose()
    } else {
        Strided::column_major(elements, rows, cols)
    }
}

fn write<T>(elements: &mut [T], rows: usize, cols: usize, transposed: bool) -> StridedMut<'_, T> {
    if transposed {
        StridedMut::column_major(elements, cols, rows).transpose()
    } else {
        StridedMut::column_major(elements, rows, cols)
    }
}

/// Offset of element (i, j), written out here a second time on purpose.
fn offset(i: usize, j: usize, rows: usize, cols: usize, transposed: bool) -> usize {
    if transposed {
        i * cols + j
    } else {
        i + j * rows
    }
}

/// The definition, in whole numbers.
fn defined(case: Case, a: &[i64], b: &[i64], c: &[i64]) -> Vec<i64> {
    let (m, depth, n) = case.shape;
    let [ta, tb, tc] = case.transposed;
    let mut result = c.to_vec();
    for i in 0..m {
        for j in 0..n {
            let products =
                (0..depth).map(|k| a[offset(i, k, m, depth, ta)] * b[offset(k, j, depth, n, tb)]);
            let scaled = i64::from(case.alpha) * products.sum::<i64>();
            let target = &mut result[offset(i, j, m, n, tc)];
            *target = if case.accumulate {
                *target + scaled
            } else {
                scaled
            };
        }
    }
    result
}

/// Elements on either side of `c` that no product may touch.
const MARGIN: usize = 32;

fn check<T>(case: Case, routes: &[Named<T>], nan: T, draw: &mut Draw)
where
    T: Float + MatrixProduct + From<i8> + PartialEq + Debug,
    f64: From<T>,
{
    let (m, depth, n) = case.shape;
    let [ta, tb, tc] = case.transposed;
    let a: Vec<T> = draw.whole(m * depth);
    let b: Vec<T> = draw.whole(depth * n);
    let before: Vec<T> = draw.whole(m * n + 2 * MARGIN);
    let inner = MARGIN..MARGIN + m * n;
    let whole = |x: &[T]| x.iter().map(|&x| f64::from(x) as i64).collect::<Vec<_>>();
    let expected = defined(case, &whole(&a), &whole(&b), &whole(&before[inner.clone()]));

    for Named {
        name,
        takes_empty,
        route,
    } in routes
    {
        if m * depth * n == 0 && !takes_empty {
            continue;
        }
        let mut c = before.clone();
        if !case.accumulate {
            c[inner.clone()].fill(nan);
        }
        route(
            write(&mut c[inner.clone()], m, n, tc),
            case.accumulate,
            T::from(case.alpha),
            read(&a, m, depth, ta),
            read(&b, depth, n, tb),
        );
        assert!(
            !c[inner.clone()].iter().any(|&x| f64::from(x).is_nan()),
            "{name} kept a NaN: {case:?}"
        );
        assert_eq!(whole(&c[inner.clone()]), expected, "{name}: {case:?}");
        assert_eq!(
            c[..MARGIN],
            before[..MARGIN],
            "{name} wrote before c: {case:?}"
        );
        assert_eq!(
            c[inner.end..],
            before[inner.end..],
            "{name} wrote after c: {case:?}"
        );
    }
}

fn check_both(case: Case, draw: &mut Draw) {
    check(case, &routes::<f32>(), f32::NAN, draw);
    check(case, &routes::<f64>(), f64::NAN, draw);
}

#[test]
fn random_shapes_in_every_layout() {
    let mut draw = Draw::seeded(1964);
    for _ in 0..40 {
        let shape = (draw.below(71), draw.below(71), draw.below(71));
        let alpha = [1, -1, 2, 3, 0][draw.below(5)];
        for case in Case::all(shape, alpha) {
            check_both(case, &mut draw);
        }
    }
}

#[test]
fn small_shapes_all_of_them() {
    let mut draw = Draw::seeded(1);
    for shape in (0..216).map(|i| (i % 6, i / 6 % 6, i / 36)) {
        for case in Case::all(shape, -2) {
            check_both(case, &mut draw);
        }
    }
}

/// Vectors, and rows that leave a sliver of a tile.
#[test]
fn shapes_at_the_edges_of_a_tile() {
    let mut draw = Draw::seeded(2);
    let mut shapes = vec![(1, 300, 1), (1, 300, 70), (70, 300, 1), (300, 1, 2)];
    shapes.extend([
        (25, 9, 9),
        (97, 9, 9),
        (100, 17, 20),
        (112, 3, 5),
        (113, 3, 5),
        (193, 9, 6),
    ]);
    for shape in shapes {
        for case in Case::all(shape, 1) {
            check_both(case, &mut draw);
        }
    }
}

/// Depths past the kernel's cut at 512, and shapes that it cuts up for each level of cache.
#[test]
fn shapes_at_the_edges_of_a_cache() {
    let mut draw = Draw::seeded(6);
    let shapes = [
        (9, 511, 9),
        (9, 513, 9),
        (30, 1100, 7),
        (130, 520, 20),
        (20, 520, 130),
    ];
    let tall = [(1100, 520, 1), (1, 520, 1100), (8300, 3, 2), (2, 3, 8300)];
    for shape in shapes.into_iter().chain(tall) {
        for case in Case::all(shape, 1).step_by(5) {
            check_both(case, &mut draw);
        }
    }
}

#[test]
fn plain_product_takes_any_scalar() {
    let case = Case {
        shape: (5, 21, 6),
        transposed: [true, false, true],
        accumulate: true,
        alpha: 3,
    };
    let (m, depth, n) = case.shape;
    let mut draw = Draw::seeded(3);
    let (a, b) = (draw.whole::<i64>(m * depth), draw.whole::<i64>(depth * n));
    let mut c = draw.whole::<i64>(m * n);
    let expected = defined(case, &a, &b, &c);
    plain_product(
        write(&mut c, m, n, true),
        true,
        3,
        read(&a, m, depth, true),
        read(&b, depth, n, false),
    );
    assert_eq!(c, expected);
}

/// With fractions, each route stays within the bound of any summation order: depth + 1
/// roundings of the sum of magnitudes (Higham, Accuracy and Stability, section 3.1).
#[test]
fn rounding_stays_within_its_bound() {
    let mut draw = Draw::seeded(4);
    let (m, depth, n) = (100, 784, 50);
    let (a, b) = (draw.fractions(m * depth), draw.fractions(depth * n));
    for Named { name, route, .. } in routes::<f32>() {
        let mut c = vec![f32::NAN; m * n];
        route(
            write(&mut c, m, n, false),
            false,
            0.75,
            read(&a, m, depth, false),
            read(&b, depth, n, false),
        );
        for (i, j) in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
            let products =
                (0..depth).map(|k| f64::from(a[i + k * m]) * f64::from(b[k + j * depth]));
            let exact = 0.75 * products.clone().sum::<f64>();
            let bound = 0.75
                * products.map(f64::abs).sum::<f64>()
                * (depth + 2) as f64
                * f64::from(f32::EPSILON / 2.0);
            let found = f64::from(c[i + j * m]);
            assert!(
                (found - exact).abs() <= bound,
                "{name} ({i}, {j}): {found}, exactly {exact}"
            );
        }
    }
}

/// The module's promise: the same bits in every run, wherever the operands lie in memory,
/// and from both kernels.
#[cfg(target_arch = "x86_64")]
#[test]
fn kernels_have_the_same_bits() {
    let mut draw = Draw::seeded(5);
    let (m, depth, n) = (100, 784, 50);
    let (a, b) = (draw.fractions(m * depth), draw.fractions(depth * n));
    let kernels: Vec<_> = [x86::Vectors::avx2(), x86::Vectors::avx512()]
        .into_iter()
        .flatten()
        .collect();
    let mut first: Option<Vec<f32>> = None;
    for shift in 0..16 {
        let a: Vec<f32> = std::iter::repeat_n(0.0, shift)
            .chain(a.iter().copied())
            .collect();
        for &vectors in &kernels {
            let mut c = vec![f32::NAN; m * n + shift];
            let (a, b) = (
                read(&a[shift..], m, depth, false),
                read(&b, depth, n, false),
            );
            x86::product(
                vectors,
                write(&mut c[shift..], m, n, false),
                false,
                1.0,
                a,
                b,
            );
            let c = c.split_off(shift);
            assert_eq!(first.get_or_insert_with(|| c.clone()), &c);
        }
    }
}

#[test]
#[should_panic(expected = "product: 2×3 times 4×5 does not make 2×5")]
fn shapes_that_do_not_fit_are_refused() {
    let (a, b, mut c) = ([0.0; 6], [0.0; 20], [0.0; 10]);
    f64::product(
        write(&mut c, 2, 5, false),
        false,
        1.0,
        read(&a, 2, 3, false),
        read(&b, 4, 5, false),
    );
}

#[test]
#[should_panic(expected = "a 2×3 matrix over a slice of 5 elements")]
fn a_slice_of_another_size_is_refused() {
    Strided::column_major(&[0.0; 5], 2, 3);
}

#[cfg(target_arch = "x86_64")]
#[test]
fn vectors_are_used_where_the_processor_has_them() {
    use std::arch::is_x86_feature_detected as has;
    let avx2 = has!("avx2") && has!("fma");
    let wide = has!("avx512f") && has!("avx512dq") && has!("avx512bw") && has!("avx512vl");
    assert_eq!(x86::Vectors::avx2().is_some(), avx2);
    assert_eq!(x86::Vectors::avx512().is_some(), avx2 && wide);
    assert_eq!(x86::Vectors::detect().is_some(), avx2);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn no_piece_leaves_a_sliver() {
    for vectors in [x86::Vectors::avx2(), x86::Vectors::avx512()]
        .into_iter()
        .flatten()
    {
        let (bytes, height) = vectors.tile();
        let vector = bytes / size_of::<f32>();
        for rows in 1..=3 * vector * height {
            let cut = x86::cut::<f32>(vectors, rows);
            assert!(0 < cut && cut <= rows, "{rows} cut at {cut}");
            let sliver = |piece: usize| (1..=vector).contains(&(piece % (vector * height)));
            let whole = rows < vector * height;
            assert!(whole || !sliver(cut), "{rows} cut at {cut}");
            assert!(!sliver(rows - cut), "{rows} cut at {cut}");
        }
    }
}

/// Fractions, whose sums are rounded: only the same order of additions gives the same bits.
#[test]
fn unrolled_products_add_in_the_order_of_depth() {
    let mut draw = Draw::seeded(7);
    for (side, cols) in [(2, 1), (2, 2), (3, 1), (3, 3)] {
        for case in Case::all((side, side, cols), 1) {
            let [ta, tb, tc] = case.transposed;
            let (a, b) = (draw.fractions(side * side), draw.fractions(side * cols));
            let before = draw.fractions(side * cols);
            let mut c = before.clone();
            plain_product(
                write(&mut c, side, cols, tc),
                case.accumulate,
                0.7,
                read(&a, side, side, ta),
                read(&b, side, cols, tb),
            );
            for (i, j) in (0..side).flat_map(|i| (0..cols).map(move |j| (i, j))) {
                let at = offset(i, j, side, cols, tc);
                let sum = (0..side).fold(0.0, |sum, k| {
                    sum + a[offset(i, k, side, side, ta)] * b[offset(k, j, side, cols, tb)]
                });
                let kept = if case.accumulate { before[at] } else { 0.0 };
                assert_eq!(c[at], kept + 0.7 * sum, "{case:?}");
            }
        }
    }
}

/// On every route, cut into any number of parts, in every layout.
fn check_parts<T: Float + From<f32> + PartialEq + Debug>(routes: &[Named<T>], draw: &mut Draw) {
    for (m, depth, n) in [(100, 784, 50), (33, 600, 17), (130, 50, 9), (5, 1100, 40)] {
        let mut some = |count| -> Vec<T> {
            let fractions = draw.fractions(count);
            fractions.into_iter().map(T::from).collect()
        };
        let (a, b, before) = (some(m * depth), some(depth * n), some(m * n));
        let layouts = [[false, false], [true, false], [false, true]];
        for (named, [a_lies, b_lies]) in routes.iter().flat_map(|r| layouts.map(|l| (r, l))) {
            let (a, b) = (read(&a, m, depth, a_lies), read(&b, depth, n, b_lies));
            let product = |parts| {
                let mut c = before.clone();
                shared::product_in(parts, write(&mut c, m, n, false), a, b, &|c, a, b| {
                    (named.route)(c, true, T::from(0.75), a, b);
                });
                c
            };
            let whole = product(1);
            for parts in 2..=5 {
                assert!(product(parts) == whole, "{}, {parts} parts", named.name);
            }
        }
    }
}

#[test]
fn parts_have_the_bits_of_the_whole() {
    let mut draw = Draw::seeded(6);
    let mut routes = kernels::<f32>();
    routes.push(Named::new("portable", true, f32::portable_product));
    check_parts(&routes, &mut draw);
    let mut routes = kernels::<f64>();
    routes.push(Named::new("portable", true, f64::portable_product));
    check_parts(&routes, &mut draw);
}
