//! Matrix products as entries beside the bare products, and these beside a plain loop.

#[path = "../../bench/src/measure.rs"]
mod measure;

use measure::{Contender, Effort, compare};
use nalgebra::DMatrix;
use tape::{Cotangents, MatrixProduct, Seed, Strided, StridedMut, Tape};

fn main() {
    for (n, d, h) in [(100, 784, 50), (100, 784, 512), (100, 50, 10), (2, 2, 2)] {
        run(n, d, h);
    }
}

/// `Y = X · W`, N×D times D×H, and back: `dX = dY · Wᵀ`, `dW = Xᵀ · dY`.
fn run(n: usize, d: usize, h: usize) {
    let scattered = |i, j| (0.618 * (i * 1000 + j) as f32).fract() - 0.5;
    let (x, w) = (
        DMatrix::from_fn(n, d, scattered),
        DMatrix::from_fn(d, h, scattered),
    );
    let seed = DMatrix::from_fn(n, h, scattered);
    let (mut y, mut dx, mut dw) = (seed.clone(), x.clone(), w.clone());
    let bare = || {
        f32::product(result(&mut y), false, 1.0, operand(&x), operand(&w));
        f32::product(
            result(&mut dx),
            false,
            1.0,
            operand(&seed),
            operand(&w).transpose(),
        );
        f32::product(
            result(&mut dw),
            false,
            1.0,
            operand(&x).transpose(),
            operand(&seed),
        );
    };

    let mut tape = Tape::<f32>::default();
    let recorded = (tape.matrix(&x) * tape.matrix(&w)).id();
    let mut cotangents = Cotangents::new();
    let on_tape = || {
        tape.replay().expect("no op that can fail");
        let swept = tape.sweep(Seed::matrix(recorded, &seed), &mut cotangents);
        swept.expect("an id of this tape, a seed of its shape");
    };

    let contenders = vec![
        Contender::new("three bare products", bare),
        Contender::new("replay + sweep of one entry", on_tape),
    ];
    let comparison = compare(Effort::USUAL, contenders);
    let operations = (3 * 2 * n * d * h) as f64;
    let workload = format!(
        "{n}×{d} times {d}×{h}, forward and back; bare {:.0} GF/s",
        operations / comparison.time(0)
    );
    println!("{}", comparison.listed(&workload, 0));
}

fn operand(matrix: &DMatrix<f32>) -> Strided<'_, f32> {
    Strided::column_major(matrix.as_slice(), matrix.nrows(), matrix.ncols())
}

fn result(matrix: &mut DMatrix<f32>) -> StridedMut<'_, f32> {
    let (rows, cols) = matrix.shape();
    StridedMut::column_major(matrix.as_mut_slice(), rows, cols)
}
