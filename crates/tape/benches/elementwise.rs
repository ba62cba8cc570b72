//! Elementwise ops on a 100×512 matrix of `f32`, replayed and swept, beside copying as many
//! numbers.

#[path = "../../bench/src/measure.rs"]
mod measure;

use measure::{Contender, Effort, compare};
use nalgebra::DMatrix;
use std::hint::black_box;
use tape::{Cotangents, MatrixVar, Seed, Tape};

const SHAPE: (usize, usize) = (100, 512);

type Single<'t> = MatrixVar<'t, f32>;
type Operation = for<'t> fn(Single<'t>, Single<'t>) -> Single<'t>;

fn main() {
    let ops: [(&str, Operation); 6] = [
        ("relu", |x, _| x.relu()),
        ("x + y", |x, y| x + y),
        ("x ∘ y", |x, y| x.component_mul(y)),
        ("x + a row", |x, y| x + y.rows(0..1)),
        ("row sums", |x, _| x.row_sums()),
        ("exp", |x, _| x.exp()),
    ];
    for (name, op) in ops {
        run(name, op);
    }
}

fn run(name: &str, op: Operation) {
    let (rows, cols) = SHAPE;
    let scattered = |i, j| (0.618 * (i * cols + j) as f32).fract() - 0.5;
    let x = DMatrix::from_fn(rows, cols, scattered);
    let y = x.map(|x| 1.0 - x);
    let (from, mut to) = (x.clone(), x.clone());
    let copy = || black_box(&mut to).copy_from(black_box(&from));

    let record = |tape: &Tape<f32>| op(tape.matrix(&x), tape.matrix(&y)).id();
    let mut replayed = Tape::<f32>::default();
    record(&replayed);
    let replay = || replayed.replay().expect("no op that can fail");

    let swept = Tape::<f32>::default();
    let result = record(&swept);
    let seed = swept.matrix_value(result).expect("just recorded");
    let mut cotangents = Cotangents::new();
    let sweep = || {
        let seed = Seed::matrix(result, &seed);
        let swept = swept.sweep(seed, &mut cotangents);
        swept.expect("an id of this tape, a seed of its shape");
    };

    let contenders = vec![
        Contender::new("copying one matrix", copy),
        Contender::new("replay", replay),
        Contender::new("sweep, with copying the seed", sweep),
    ];
    println!("{}", compare(Effort::USUAL, contenders).listed(name, 0));
}
