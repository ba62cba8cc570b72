//! Sparse Jacobians against dense ones.

use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tape::{Direction, Error, Function, Inputs, MatrixVar, Outputs, Structure, Var, Workspace};

/// That the sparse Jacobian has the numbers of the dense one. Returns the pattern's entries and
/// colours.
fn same<P: Inputs<f64> + ?Sized>(f: &Function, point: &P) -> (usize, usize) {
    let dense = f.jacobian(point).unwrap();
    let sparse = f.jacobian_sparse(point).unwrap();
    let (rows, columns) = (sparse.nrows(), sparse.ncols());
    assert_eq!((rows, columns), dense.shape());
    let found = DMatrix::from_fn(rows, columns, |i, j| {
        sparse
            .get_entry(i, j)
            .map_or(0.0, |entry| entry.into_value())
    });
    // The two may sweep in different directions, which round differently.
    let scale = dense.amax().max(1.0);
    assert!((found - dense).amax() <= 1e-13 * scale);
    let pattern = f.jacobian_pattern(point).unwrap();
    assert_eq!(pattern.entries(), sparse.nnz());
    (pattern.entries(), pattern.colours())
}

fn points(n: usize) -> Vec<f64> {
    (0..n).map(|i| (1.3 * i as f64).sin() + 1.5).collect()
}

/// A function whose result `i` depends on the inputs that are listed.
fn listed(lists: Vec<Vec<usize>>) -> Function {
    Function::vector(move |x| {
        let each = lists.iter().map(|list| {
            let terms = list.iter().map(|&j| x[j].sin() * (1.0 + j as f64));
            terms.fold(Var::from(0.0), |sum, term| sum + term)
        });
        each.collect()
    })
}

#[test]
fn arrow_banded_block_empty_dense() {
    let n = 40;
    let arrow = listed(
        (0..n)
            .map(|i| if i == 0 { (0..n).collect() } else { vec![0, i] })
            .collect(),
    );
    assert_eq!(same(&arrow, &points(n)), (n + 2 * (n - 1), n));
    let banded = listed(
        (0..n)
            .map(|i: usize| (i.saturating_sub(2)..(i + 3).min(n)).collect())
            .collect(),
    );
    assert_eq!(same(&banded, &points(n)), (5 * n - 6, 5));
    let block = listed(
        (0..n)
            .map(|i| (i / 4 * 4..i / 4 * 4 + 4).collect())
            .collect(),
    );
    assert_eq!(same(&block, &points(n)), (4 * n, 4));
    let empty = listed(vec![vec![]; 7]);
    assert_eq!(same(&empty, &points(n)), (0, 0));
    let dense = listed(vec![(0..n).collect(); 3]);
    assert_eq!(same(&dense, &points(n)), (3 * n, 3));
    assert_eq!(
        dense.jacobian_pattern(&points(n)).unwrap().direction(),
        Direction::Reverse
    );
    // One column, one row.
    assert_eq!(same(&listed(vec![vec![0]; n]), &[0.3]), (n, 1));
    assert_eq!(same(&listed(vec![(0..n).collect()]), &points(n)), (n, 1));
    // Results that are inputs, the same twice, or plain numbers.
    let odd = Function::vector(|x| vec![x[1], Var::from(2.0), x[0] * x[2], x[1], x[0] * x[2]]);
    assert_eq!(same(&odd, &points(3)).0, 6);
}

#[test]
fn random_patterns() {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    for _ in 0..60 {
        let (rows, columns) = (random.random_range(1..40), random.random_range(1..200));
        let most = random.random_range(1..8.min(columns + 1).max(2));
        let mut list = || {
            let count = random.random_range(0..=most);
            (0..count)
                .map(|_| random.random_range(0..columns))
                .collect()
        };
        let f = listed((0..rows).map(|_| list()).collect());
        same(&f, &points(columns));
    }
}

#[test]
fn long_chains_and_wide_sums() {
    // Every partial sum depends on all inputs before it.
    let f = Function::vector(|x| {
        let mut sum = x[0] * 1.0;
        let sums = x[1..].iter().map(|&x| {
            sum = sum * 0.5 + x;
            sum
        });
        sums.collect()
    });
    let n = 300;
    assert_eq!(same(&f, &points(n)).0, (2..=n).sum::<usize>());
}

/// A cell of a periodic grid.
fn at<'t>(w: &[Var<'t>], i: usize, j: usize) -> Var<'t> {
    let n = w.len().isqrt();
    w[(i % n) * n + j % n]
}

/// The Brusselator on a periodic grid: two numbers a cell, each with its neighbours.
fn brusselator(n: usize) -> Function {
    Function::vector(move |x| {
        let (u, v) = x.split_at(n * n);
        let mut rates = Vec::with_capacity(2 * n * n);
        for (w, reaction) in [(u, 0), (v, 1)] {
            for i in 0..n {
                for j in 0..n {
                    let around = at(w, i + 1, j)
                        + at(w, i + n - 1, j)
                        + at(w, i, j + 1)
                        + at(w, i, j + n - 1);
                    let spread = (around - 4.0 * at(w, i, j)) * 10.0;
                    let (u, v) = (at(u, i, j), at(v, i, j));
                    rates.push(
                        spread
                            + match reaction {
                                0 => 1.0 + u * u * v - 4.4 * u,
                                _ => 3.4 * u - u * u * v,
                            },
                    );
                }
            }
        }
        rates
    })
}

#[test]
fn the_brusselator() {
    let f = brusselator(8);
    assert_eq!(same(&f, &points(128)).0, 128 * 6);
    let pattern = brusselator(32).jacobian_pattern(&points(2048)).unwrap();
    assert_eq!(
        (pattern.rows(), pattern.columns(), pattern.entries()),
        (2048, 2048, 12_288)
    );
    assert!(pattern.colours() <= 12, "{}", pattern.colours());
}

#[test]
fn matrices_are_sparse_element_by_element() {
    let inputs = Structure::new()
        .matrix("a", 6, 5)
        .matrix("b", 5, 4)
        .data_matrix("c", 6, 1);
    let f = Function::new(inputs, |at| {
        let (a, b, c) = (at.matrix("a"), at.matrix("b"), at.matrix("c"));
        let rows = (a.sin() + c).rows(1..4).transpose();
        Outputs::new()
            .matrix("rows", rows)
            .matrix("product", (a * b).softmax())
            .matrix(
                "stacked",
                MatrixVar::vstack(&[b.reshape(4, 5), rows.transpose() * 2.0]),
            )
            .matrix("sums", a.row_sums().component_mul(c))
            .scalar("one", b.element(2, 3))
    });
    let x = points(56);
    let (entries, _) = same(&f, &x);
    // Of 15 + 24 + 35 + 6 + 1 results, a dense Jacobian would have 81 · 50.
    assert_eq!(entries, 15 + 24 * (5 + 20) + 20 + 15 + 6 * 5 + 1);
}

#[test]
fn numbers_of_a_pattern_are_written_without_allocating() {
    let f = brusselator(6);
    let (mut workspace, x) = (Workspace::new(), points(72));
    let mut numbers = vec![0.0; f.jacobian_pattern(&x).unwrap().entries()];
    f.jacobian_entries_into(&x, &mut numbers, &mut workspace)
        .unwrap();
    let again = allocation_counter::measure(|| {
        f.jacobian_entries_into(&x, &mut numbers, &mut workspace)
            .unwrap();
    });
    assert_eq!(again.count_total, 0);
    assert_eq!(numbers, f.jacobian_sparse(&x).unwrap().values());
    let error = f
        .jacobian_entries_into(&x, &mut [0.0; 3], &mut workspace)
        .unwrap_err();
    assert_eq!(
        error,
        Error::Length {
            found: 3,
            expected: 72 * 6
        }
    );
}

/// That the sparse Hessian has the numbers of the dense one. Returns its entries and colours.
fn same_hessian(f: &Function, point: &[f64]) -> (usize, usize) {
    let dense = f.hessian(point).unwrap();
    let sparse = f.hessian_sparse(point).unwrap();
    let found = DMatrix::from_fn(point.len(), point.len(), |i, j| {
        sparse
            .get_entry(i, j)
            .map_or(0.0, |entry| entry.into_value())
    });
    let scale = dense.amax().max(1.0);
    assert!((found - dense).amax() <= 1e-12 * scale);
    let pattern = f.hessian_pattern(point).unwrap();
    assert_eq!(pattern.entries(), sparse.nnz());
    (sparse.nnz(), pattern.colours())
}

/// A sum of products of the numbers that are listed.
fn products(lists: Vec<Vec<usize>>) -> Function {
    Function::scalar(move |x| {
        let terms = lists.iter().map(|list| {
            let factors = list.iter().map(|&j| x[j] + (1.0 + j as f64) * 0.1);
            factors
                .fold(Var::from(1.0), |product, factor| product * factor)
                .sin()
        });
        terms.fold(Var::from(0.0), |sum, term| sum + term)
    })
}

#[test]
fn sparse_hessians() {
    let n = 30;
    let x = points(n);
    // An arrow takes two colours, where its columns by themselves take n.
    let arrow = products((1..n).map(|i| vec![0, i]).collect());
    assert_eq!(same_hessian(&arrow, &x), (n + 2 * (n - 1), 2));
    let banded = products((1..n).map(|i| vec![i - 1, i]).collect());
    assert_eq!(same_hessian(&banded, &x), (3 * n - 2, 3));
    let block = products(
        (0..n / 3)
            .map(|i| vec![3 * i, 3 * i + 1, 3 * i + 2])
            .collect(),
    );
    assert_eq!(same_hessian(&block, &x), (3 * n, 3));
    let dense = products(vec![(0..n).collect()]);
    assert_eq!(same_hessian(&dense, &x), (n * n, n));
    let linear = Function::scalar(|x| x.iter().copied().sum::<Var>());
    assert_eq!(same_hessian(&linear, &x).0, 0);
    let mut random = ChaCha8Rng::seed_from_u64(4);
    for _ in 0..40 {
        let n = random.random_range(2..40);
        let mut list = || {
            let count = random.random_range(1..4);
            (0..count).map(|_| random.random_range(0..n)).collect()
        };
        let lists: Vec<Vec<usize>> = (0..n).map(|_| list()).collect();
        same_hessian(&products(lists), &points(n));
    }
}
