//! A loss of one's own, learned on one, two and three threads with the same bits.
//!
//! A net of 16 units learns a sine from points of which every sixteenth is wrong by 5. The loss is
//! √(1 + miss²) − 1, which is half a square where a miss is small and grows by its length where it
//! is large. Each batch of 64 points is cut into four shards.
//! `-- --svg FILE` draws the tape of one of them.
//!
//! ```text
//! step   1  loss 0.689
//! step  51  loss 0.268
//! step 101  loss 0.261
//! step 201  loss 0.256
//! step 400  loss 0.255
//! 2 threads: 49 of 49 numbers are the same
//! 3 threads: 49 of 49 numbers are the same
//! ```

use drawing::options;
use nalgebra::DMatrix;
use nn::{Learner, Method, Objective, Pass, Rule, Trainer};
use picture::Draw;
use std::error::Error;
use std::ops::Range;
use tape::{Tape, Threads};

const BATCH: usize = 64;
const SHARDS: usize = 4;
const STEPS: usize = 400;

/// Records the mean loss of some examples of a batch.
fn record(tape: &Tape, examples: Range<usize>) -> Objective<'_, f64> {
    let zeros = DMatrix::zeros(examples.len(), 1);
    let (x, y) = (tape.input(&zeros), tape.input(&zeros));
    let matrix = |rows, cols, seed: f64| {
        let number = |i, j| (seed + (3 * i + 7 * j) as f64).sin();
        tape.matrix(&DMatrix::from_fn(rows, cols, number))
    };
    let (w1, b1) = (matrix(1, 16, 0.0), matrix(1, 16, 1.0));
    let (w2, b2) = (matrix(16, 1, 2.0), matrix(1, 1, 3.0));

    let miss = (x * w1 + b1).tanh() * w2 + b2 - y;
    let losses = (miss.square() + 1.0).sqrt() - 1.0;
    Objective {
        loss: losses.sum() / examples.len() as f64,
        parameters: vec![w1, b1, w2, b2],
        inputs: vec![x, y],
    }
}

/// Point number `k`.
fn point(k: usize) -> (f64, f64) {
    let x = 6.0 * (0.618_034 * k as f64).fract() - 3.0;
    let wrong = if k.is_multiple_of(16) { 5.0 } else { 0.0 };
    (x, x.sin() + wrong)
}

/// The losses of all steps, and the numbers that were learned.
fn learn(threads: usize) -> Result<(Vec<f64>, Vec<f64>), Box<dyn Error>> {
    let mut trainer = Trainer::new(BATCH, SHARDS, record);
    let mut learner = Learner::new(Rule::new(Method::from_name("adam").expect("a name"), 0.02));
    let losses = Threads::new(threads)?.run(|| {
        let mut losses = Vec::new();
        for step in 0..STEPS {
            let fill = |examples: Range<usize>, shard: &mut Pass<f64>| {
                for (row, example) in examples.enumerate() {
                    let (x, y) = point(step * BATCH + example);
                    shard.input_mut(0).values_mut()[row] = x;
                    shard.input_mut(1).values_mut()[row] = y;
                }
            };
            losses.push(trainer.step(fill, &mut learner)?);
        }
        Ok::<_, tape::Error>(losses)
    })?;
    let first = &trainer.shards()[0];
    let mut learned = Vec::new();
    for &id in first.parameters() {
        first
            .tape()
            .read(id, |values| learned.extend_from_slice(values.values()))?;
    }
    Ok((losses, learned))
}

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("shards.rs"), &["--svg", "--player"])? else {
        return Ok(());
    };
    let (losses, alone) = learn(1)?;
    for step in [0, 50, 100, 200, STEPS - 1] {
        println!("step {:>3}  loss {:.3}", step + 1, losses[step]);
    }
    for threads in [2, 3] {
        let (_, shared) = learn(threads)?;
        let pairs = shared.iter().zip(&alone);
        let same = pairs.filter(|(a, b)| a.to_bits() == b.to_bits()).count();
        println!(
            "{threads} threads: {same} of {} numbers are the same",
            alone.len()
        );
    }
    let tape = Tape::new();
    let gradient = record(&tape, 0..BATCH / SHARDS).loss.gradient();
    let picture = tape.picture_with("A shard before its inputs are set", &gradient);
    options.save("--svg", || picture.svg())?;
    Ok(options.save("--player", || picture.player())?)
}
