//! Several processes, which here are threads with channels between them: the bits of one process.

use nalgebra::DMatrix;
use nn::{Learner, Method, Objective, Pass, Ranks, Rule, Trainer};
use std::ops::Range;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use tape::{Tape, Threads};

/// A rank with a channel to and from every other one, and itself.
struct Channels {
    rank: usize,
    to: Vec<Sender<Vec<f64>>>,
    from: Vec<Receiver<Vec<f64>>>,
}

impl Channels {
    fn of(count: usize) -> Vec<Self> {
        let mut all: Vec<Self> = (0..count)
            .map(|rank| Channels {
                rank,
                to: Vec::new(),
                from: Vec::new(),
            })
            .collect();
        for from in 0..count {
            for to in 0..count {
                let (sender, receiver) = channel();
                all[from].to.push(sender);
                all[to].from.push(receiver);
            }
        }
        all
    }
}

impl Ranks<f64> for Channels {
    fn rank(&self) -> usize {
        self.rank
    }

    fn count(&self) -> usize {
        self.to.len()
    }

    fn send(&mut self, to: usize, numbers: &[f64]) {
        assert_ne!(to, self.rank);
        self.to[to].send(numbers.to_vec()).unwrap();
    }

    fn receive(&mut self, from: usize, numbers: &mut [f64]) {
        numbers.copy_from_slice(&self.from[from].recv().unwrap());
    }

    fn broadcast(&mut self, numbers: &mut [f64]) {
        match self.rank {
            0 => (1..self.count()).for_each(|to| self.send(to, numbers)),
            _ => self.receive(0, numbers),
        }
    }
}

const BATCH: usize = 19;

fn record(tape: &Tape, examples: Range<usize>) -> Objective<'_, f64> {
    let numbers = |rows, cols, seed: usize| {
        let number = |i, j| ((seed + 3 * i + 7 * j) as f64).sin();
        DMatrix::from_fn(rows, cols, number)
    };
    let x = tape.input(&DMatrix::zeros(examples.len(), 2));
    // The first one's parameters are everybody's.
    let (w, v) = (numbers(2, 5, examples.start), numbers(5, 1, 9));
    let (w, v) = (tape.matrix(&w), tape.matrix(&v));
    let loss = ((x * w).tanh() * v).square().sum() / examples.len() as f64;
    Objective {
        loss,
        parameters: vec![w, v],
        inputs: vec![x],
    }
}

fn fill(step: usize, examples: Range<usize>, pass: &mut Pass<f64>) {
    let count = examples.len();
    for (k, x) in pass.input_mut(0).values_mut().iter_mut().enumerate() {
        let example = examples.start + k % count;
        *x = ((step * 31 + example * 17 + k / count) as f64).cos();
        if step == 3 && example == 11 {
            *x = f64::NAN;
        }
    }
}

/// The parameters of a process's first shard.
fn parameters(trainer: &Trainer<f64>) -> Vec<u64> {
    let pass = &trainer.shards()[0];
    let values = pass
        .parameters()
        .iter()
        .map(|&id| pass.tape().matrix_value(id).unwrap());
    values
        .flat_map(|value| value.iter().map(|x| x.to_bits()).collect::<Vec<_>>())
        .collect()
}

/// The bits of all losses, and of the parameters, after five steps that the first rank takes.
fn lead(mut trainer: Trainer<f64>) -> (Vec<u64>, Vec<u64>) {
    let mut learner = Learner::new(Rule::new(Method::from_name("adam").unwrap(), 0.01));
    let step = |step| trainer.step(|range, pass| fill(step, range, pass), &mut learner);
    let losses: Vec<f64> = (0..5).map(step).map(Result::unwrap).collect();
    assert!(
        losses
            .iter()
            .enumerate()
            .all(|(k, loss)| loss.is_nan() == (k == 3))
    );
    trainer.end();
    (
        losses.into_iter().map(f64::to_bits).collect(),
        parameters(&trainer),
    )
}

fn follow(mut trainer: Trainer<f64>) -> Vec<u64> {
    for step in 0.. {
        if !trainer
            .follow(|range, pass| fill(step, range, pass))
            .unwrap()
        {
            assert_eq!(step, 5);
            break;
        }
    }
    parameters(&trainer)
}

#[test]
fn any_number_of_ranks_has_the_bits_of_one_process() {
    for shards in [1, 2, 3, 5, 8, BATCH] {
        let alone = lead(Trainer::new(BATCH, shards, record));
        for (count, threads) in [(1, 1), (2, 1), (2, 2), (3, 1), (4, 3), (5, 1)] {
            if count > shards {
                continue;
            }
            thread::scope(|scope| {
                let mut followers = Vec::new();
                let mut ranks = Channels::of(count).into_iter();
                let first = Box::new(ranks.next().unwrap());
                for rank in ranks {
                    followers.push(scope.spawn(move || {
                        Threads::new(threads)
                            .unwrap()
                            .run(|| follow(Trainer::among(Box::new(rank), BATCH, shards, shard)))
                    }));
                }
                let led = Threads::new(threads)
                    .unwrap()
                    .run(|| lead(Trainer::among(first, BATCH, shards, shard)));
                assert!(
                    led == alone,
                    "{shards} shards, {count} ranks of {threads} threads"
                );
                for follower in followers {
                    assert!(follower.join().unwrap() == alone.1);
                }
            });
        }
    }
}

/// A shard made from what [`record`] records.
fn shard(examples: Range<usize>) -> Pass<f64> {
    Pass::record(examples.len(), BATCH, |tape| record(tape, examples))
}
