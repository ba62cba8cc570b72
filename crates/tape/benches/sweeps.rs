//! Scalar programs, recorded and replayed, beside the plain function on `f64`; and what a dot
//! product as one entry gains.

#[path = "../../bench/src/measure.rs"]
mod measure;

use measure::{Contender, Effort, compare};
use std::hint::black_box;
use tape::{Cotangents, Real, Seed, Tape, Var};

type Plain = fn(&[f64]) -> f64;
type Recorded = for<'t> fn(&[Var<'t>]) -> Var<'t>;

fn main() {
    let programs: [(&str, Plain, Recorded); 4] = [
        ("Rosenbrock", rosenbrock, |x| rosenbrock(x)),
        ("chain of sines", chain, |x| chain(x)),
        ("dot of neighbours", dot, |x| dot(x)),
        ("dot of neighbours, one entry", dot, |x| {
            tape::dot(&x[1..], &x[..x.len() - 1])
        }),
    ];
    for (name, plain, recorded) in programs {
        for inputs in [100, 100_000] {
            run(
                &format!("{name}, {inputs} numbers"),
                inputs,
                plain,
                recorded,
            );
        }
    }
}

fn run(name: &str, inputs: usize, plain: Plain, recorded: Recorded) {
    let point: Vec<f64> = (1..=inputs).map(|i| (0.618 * i as f64).fract()).collect();
    let (mut tape, mut cotangents) = (Tape::new(), Cotangents::new());
    let record_and_sweep = || {
        tape.clear();
        let y = recorded(&tape.vars(black_box(&point)));
        let swept = tape.sweep(Seed::one(y), &mut cotangents);
        swept.expect("a handle of this tape");
    };

    let mut kept = Tape::new();
    let y = recorded(&kept.vars(&point)).id();
    let mut kept_cotangents = Cotangents::new();
    let replay_and_sweep = || {
        kept.replay().expect("no op that can fail");
        let swept = kept.sweep(Seed::one(y), &mut kept_cotangents);
        swept.expect("an id of this tape");
    };

    let value = || {
        black_box(plain(black_box(&point)));
    };
    let contenders = vec![
        Contender::new("plain f64, the value alone", value),
        Contender::new("record + sweep", record_and_sweep),
        Contender::new("replay + sweep", replay_and_sweep),
    ];
    println!("{}", compare(Effort::USUAL, contenders).listed(name, 0));
}

/// `Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²`.
fn rosenbrock<R: Real>(x: &[R]) -> R {
    let (one, hundred) = (R::from_f64(1.0), R::from_f64(100.0));
    let valley = |pair: &[R]| {
        let (slope, distance) = (pair[1] - pair[0] * pair[0], one - pair[0]);
        slope * slope * hundred + distance * distance
    };
    x.windows(2).map(valley).sum()
}

/// `y ← sin(y + xᵢ)`: every operation waits for the one before.
fn chain<R: Real>(x: &[R]) -> R {
    x.iter().fold(R::from_f64(0.5), |y, &x| (y + x).sin())
}

/// `Σ xᵢ₊₁ xᵢ`.
fn dot<R: Real>(x: &[R]) -> R {
    x.windows(2).map(|pair| pair[1] * pair[0]).sum()
}
