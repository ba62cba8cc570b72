//! Small matrices beside the scalar operations that they stand for.
//!
//! A chain of 100,000 products `X ← X · R` or sums `X ← X + R`, recorded and swept; once with an
//! entry for each matrix operation, once with an entry for each addition and multiplication of two
//! numbers.

use crate::measure::{Contender, Effort, compare};
use crate::table::{Bound, Budget, Row, Table};
use nalgebra::DMatrix;
use std::hint::black_box;
use tape::{Cotangents, Seed, Tape, Var};

const LINKS: usize = 100_000;

/// What the chain is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    Product,
    Sum,
}

/// Adds the rows of both sizes and both operations.
pub fn measure(table: &mut Table) {
    for side in [2, 3] {
        for link in [Link::Product, Link::Sum] {
            measure_chain(table, side, link);
        }
    }
}

fn measure_chain(table: &mut Table, side: usize, link: Link) {
    let (name, operations) = match link {
        Link::Product => ("products", side * side * (2 * side - 1)),
        Link::Sum => ("sums", side * side),
    };
    let workload = format!("{LINKS} {name} of {side}×{side}");
    let factor = rotation(side);
    let by_matrix = matrix_gradient(&mut Tape::new(), &mut Cotangents::new(), &factor, link);
    let by_scalar = scalar_gradient(&mut Tape::new(), &mut Cotangents::new(), &factor, link);
    let error = (&by_matrix - &by_scalar).amax() / by_scalar.amax();
    assert!(error < 1e-9, "{workload}: off by {error:e}");

    let gradients: [(&str, Gradient); 2] = [
        ("a scalar entry for each number", scalar_gradient),
        ("a matrix entry for each matrix", matrix_gradient),
    ];
    let contenders = gradients.map(|(name, gradient)| {
        let (mut tape, mut cotangents) = (Tape::new(), Cotangents::new());
        let factor = &factor;
        Contender::new(name, move || {
            black_box(gradient(
                &mut tape,
                &mut cotangents,
                black_box(factor),
                link,
            ));
        })
    });
    let comparison = compare(
        Effort {
            rounds: 31,
            ..Effort::USUAL
        },
        contenders.into(),
    );

    eprintln!("{}", comparison.listed(&workload, 0));
    let operations = (LINKS * operations) as f64;
    for (tool, name) in comparison.names().enumerate() {
        table.row(Row {
            workload: workload.clone(),
            tool: name.to_owned(),
            time: format!("{:.2} ns/op", comparison.time(tool) / operations),
            ratio: comparison.ratio(tool, 0),
            bytes: None,
        });
    }
    table.budget(Budget {
        what: format!("{workload}: of the scalar entries' time"),
        ratio: comparison.ratio(1, 0),
        bound: Bound::AtMost(2.0),
        best: None,
    });
}

/// Records the chain, sweeps it, and gives the gradient by R of the sum of the last X.
type Gradient = fn(&mut Tape, &mut Cotangents, &DMatrix<f64>, Link) -> DMatrix<f64>;

fn matrix_gradient(
    tape: &mut Tape,
    cotangents: &mut Cotangents,
    factor: &DMatrix<f64>,
    link: Link,
) -> DMatrix<f64> {
    tape.clear();
    let r = tape.matrix(factor);
    let last = (0..LINKS).fold(r, |x, _| match link {
        Link::Product => x * r,
        Link::Sum => x + r,
    });
    let swept = tape.sweep(Seed::one(last.sum()), cotangents);
    swept.expect("a handle of this tape");
    cotangents.of(r).matrix().into_owned()
}

fn scalar_gradient(
    tape: &mut Tape,
    cotangents: &mut Cotangents,
    factor: &DMatrix<f64>,
    link: Link,
) -> DMatrix<f64> {
    tape.clear();
    let r = tape.vars(factor.as_slice());
    let last = match factor.nrows() {
        2 => scalar_chain::<2, 4>(&r, link),
        _ => scalar_chain::<3, 9>(&r, link),
    };
    let sum = last.into_iter().reduce(|sum, x| sum + x);
    let swept = tape.sweep(Seed::one(sum.expect("elements")), cotangents);
    swept.expect("a handle of this tape");
    let slopes = r.iter().map(|&r| cotangents.of(r));
    DMatrix::from_iterator(factor.nrows(), factor.ncols(), slopes)
}

/// The last X of the chain, column by column.
fn scalar_chain<'t, const SIDE: usize, const AREA: usize>(
    r: &[Var<'t>],
    link: Link,
) -> Vec<Var<'t>> {
    let r: [Var<'t>; AREA] = r.try_into().expect("a square");
    let element = |x: &[Var<'t>; AREA], at: usize| {
        let (i, j) = (at % SIDE, at / SIDE);
        let first = x[i] * r[j * SIDE];
        (1..SIDE).fold(first, |sum, k| sum + x[k * SIDE + i] * r[j * SIDE + k])
    };
    let step = |x: [Var<'t>; AREA]| match link {
        Link::Product => std::array::from_fn(|at| element(&x, at)),
        Link::Sum => std::array::from_fn(|at| x[at] + r[at]),
    };
    (0..LINKS).fold(r, |x, _| step(x)).into()
}

/// A rotation about an axis of space: its powers neither grow nor vanish.
fn rotation(side: usize) -> DMatrix<f64> {
    let (sine, cosine) = 0.3_f64.sin_cos();
    let mut rotation = DMatrix::identity(side, side);
    rotation[(0, 0)] = cosine;
    rotation[(0, 1)] = -sine;
    rotation[(1, 0)] = sine;
    rotation[(1, 1)] = cosine;
    rotation
}
