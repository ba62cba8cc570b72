//! A batch in shards: the same bits on any number of threads, and the gradient of the whole batch.

use allocation_counter::measure;
use nalgebra::DMatrix;
use nn::{ImageShape, Init, Learner, Line, Method, Net, Objective, Recording};
use nn::{Rule, Sgd, Signal, Targets, Trainer};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::ops::Range;
use tape::{Tape, Threads};

const BATCH: usize = 22;

/// A net with a little of everything, large enough for loops and products to be cut.
fn net() -> Net<f32> {
    let line: Line = "conv 12 3x3 pad 1, batch-norm, relu, pool 2x2, conv 9 3x3, tanh, \
                      affine 300, relu, dropout 0.25, affine 4"
        .parse()
        .unwrap();
    let image = Signal::Image(ImageShape {
        channels: 1,
        height: 24,
        width: 24,
    });
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    Net::from_line(image, line, Init::He, &mut rng).unwrap()
}

fn trainer(net: &Net<f32>, shards: usize) -> Trainer<f32, Recording<f32>> {
    let shard =
        |examples: Range<usize>| Recording::shard(net, examples.len(), BATCH, Targets::Labels);
    Trainer::of_shards(BATCH, shards, shard)
}

/// Pixel `at` of an example of a step.
fn pixel(step: usize, example: usize, at: usize) -> f32 {
    ((step * 31 + example * 577 + at * at) as f32).sin()
}

/// Sets the examples of a shard, and draws its masks.
fn fill(step: usize, examples: Range<usize>, shard: &mut Recording<f32>) {
    let (count, first) = (examples.len(), examples.start);
    for (k, x) in shard.examples_mut().values_mut().iter_mut().enumerate() {
        *x = pixel(step, first + k % count, k / count);
    }
    for (k, t) in shard.targets_mut().values_mut().iter_mut().enumerate() {
        *t = ((step + first + k) % 4) as f32;
    }
    shard.draw_masks(&mut ChaCha8Rng::seed_from_u64(step as u64), BATCH, first);
}

/// The bits of the losses, and of the net after some steps.
fn bits(shards: usize, threads: usize) -> (Vec<u32>, Vec<u32>) {
    let net = net();
    let mut learner = Learner::new(Rule::new(Method::from_name("adam").unwrap(), 0.01));
    let mut trainer = trainer(&net, shards);
    let threads = Threads::new(threads).unwrap();
    let losses = threads.run(|| {
        let step = |step| trainer.step(|range, shard| fill(step, range, shard), &mut learner);
        (0..5).map(step).collect::<Vec<_>>()
    });
    let losses = losses.into_iter().map(|loss| loss.unwrap().to_bits());
    let net = trainer.shards()[0].net();
    let parameters = net
        .parameters()
        .flat_map(|(_, value)| value.iter().copied().collect::<Vec<_>>());
    (losses.collect(), parameters.map(f32::to_bits).collect())
}

#[test]
fn any_number_of_threads_gives_the_bits_of_one() {
    for shards in [1, 2, 5] {
        let alone = bits(shards, 1);
        for threads in [2, 3, 4] {
            assert!(
                bits(shards, threads) == alone,
                "{shards} shards, {threads} threads"
            );
        }
    }
}

/// With dropout, whose masks are those of the whole batch, and without batch normalisation, which
/// looks at a shard alone.
#[test]
fn shards_add_up_to_the_batch() {
    let line: Line = "affine 7, tanh, dropout 0.5, affine 4".parse().unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let net = Net::<f64>::from_line(Signal::Numbers(6), line, Init::Xavier, &mut rng).unwrap();
    let gradient = |shards: usize| {
        let shard =
            |examples: Range<usize>| Recording::shard(&net, examples.len(), BATCH, Targets::Labels);
        let mut trainer = Trainer::of_shards(BATCH, shards, shard);
        let loss = trainer.step(
            |examples, shard| {
                let (count, first) = (examples.len(), examples.start);
                for (k, x) in shard.examples_mut().values_mut().iter_mut().enumerate() {
                    *x = f64::from(pixel(0, first + k % count, k / count));
                }
                shard.draw_masks(&mut ChaCha8Rng::seed_from_u64(3), BATCH, first);
            },
            &Sgd { rate: 0.0 },
        );
        (loss.unwrap(), trainer.shards()[0].gradient().unwrap())
    };
    let (loss, whole) = gradient(1);
    for shards in [2, 3, 7, BATCH] {
        let (sum, added) = gradient(shards);
        assert!((sum - loss).abs() < 1e-14 * loss, "{sum}, {loss}");
        for (added, whole) in added.iter().zip(&whole) {
            assert!((added - whole).amax() < 1e-14, "{shards} shards");
        }
    }
}

/// Of a batch in one shard, what a [`Recording`] alone does, bit for bit.
#[test]
fn one_shard_is_a_recording() {
    let net = net();
    let (mut trainer, sgd) = (trainer(&net, 1), Sgd { rate: 0.1 });
    let mut recording = Recording::training(&net, BATCH, Targets::Labels);
    for step in 0..3 {
        fill(step, 0..BATCH, &mut recording);
        let expected = recording.step(&sgd).unwrap();
        let loss = trainer.step(|range, shard| fill(step, range, shard), &sgd);
        assert_eq!(loss.unwrap().to_bits(), expected.to_bits());
    }
    assert_eq!(trainer.shards()[0].net(), recording.net());
}

/// A net and a loss of one's own: a line through points, in the mean of squares.
fn line(shards: usize) -> Trainer<f64> {
    Trainer::new(BATCH, shards, |tape: &Tape<f64>, points| {
        let zeros = DMatrix::zeros(points.len(), 1);
        let (x, y) = (tape.input(&zeros), tape.input(&zeros));
        let slope = tape.matrix(&DMatrix::from_element(1, 1, points.start as f64));
        let loss = (x * slope - y).square().sum() / points.len() as f64;
        Objective {
            loss,
            parameters: vec![slope],
            inputs: vec![x, y],
        }
    })
}

fn slope(trainer: &Trainer<f64>, shard: usize) -> f64 {
    let pass = &trainer.shards()[shard];
    pass.tape().matrix_value(pass.parameters()[0]).unwrap()[0]
}

#[test]
fn a_loss_of_ones_own() {
    let mut trainer = line(4);
    assert!(
        (0..4).all(|shard| slope(&trainer, shard) == 0.0),
        "the first one's"
    );
    for _ in 0..100 {
        let fill = |points: Range<usize>, pass: &mut nn::Pass<f64>| {
            for (k, point) in points.enumerate() {
                pass.input_mut(0).values_mut()[k] = point as f64 / 10.0;
                pass.input_mut(1).values_mut()[k] = point as f64 / 5.0;
            }
        };
        trainer.step(fill, &Sgd { rate: 0.2 }).unwrap();
    }
    assert!((0..4).all(|shard| (slope(&trainer, shard) - 2.0).abs() < 1e-12));
}

#[test]
fn what_goes_wrong_in_a_shard_changes_no_parameter() {
    let net = net();
    let mut trainer = trainer(&net, 3);
    let before = trainer.shards()[0].net();
    let sgd = Sgd { rate: 0.1 };
    let threads = Threads::new(2).unwrap();
    let mut step = |spoil: fn(&mut Recording<f32>)| {
        threads.run(|| {
            trainer.step(
                |range, shard| {
                    let is_second = range.start == BATCH / 3;
                    fill(0, range, shard);
                    if is_second {
                        spoil(shard);
                    }
                },
                &sgd,
            )
        })
    };
    let error = step(|shard| shard.targets_mut().values_mut()[0] = 4.0).unwrap_err();
    assert!(error.to_string().contains("4"), "{error}");
    let loss = step(|shard| shard.examples_mut().values_mut()[0] = f32::INFINITY);
    assert!(!loss.unwrap().is_finite());
    let panicked =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| step(|_| panic!("spoiled"))));
    let message = panicked.unwrap_err();
    assert_eq!(message.downcast_ref::<&str>(), Some(&"spoiled"));
    // And goes on.
    let same = |a: &Net<f32>, b: &Net<f32>| a.parameters().eq(b.parameters());
    step(|_| ()).unwrap();
    let after = trainer.shards()[0].net();
    assert!(!same(&before, &after));
    let mut fresh = self::trainer(&net, 3);
    fresh
        .step(|range, shard| fill(0, range, shard), &sgd)
        .unwrap();
    assert!(same(&fresh.shards()[0].net(), &after));
}

#[test]
#[should_panic(expected = "a batch of 22 examples in 23 shards: expected from 1 to 22")]
fn more_shards_than_examples() {
    line(BATCH + 1);
}

#[test]
#[should_panic(expected = "the parameters of shard 1 and of the first")]
fn shards_with_other_parameters() {
    Trainer::new(4, 2, |tape: &Tape<f64>, examples| {
        let w = tape.matrix(&DMatrix::zeros(1 + examples.start, 1));
        Objective {
            loss: w.sum(),
            parameters: vec![w],
            inputs: vec![],
        }
    });
}

/// Neither on the caller's thread nor, counted there, on the one that works beside it.
#[test]
fn a_step_allocates_nothing() {
    let net = net();
    let threads = Threads::new(2).unwrap();
    for shards in [1, 3] {
        let mut trainer = trainer(&net, shards);
        let counted = threads.run(|| {
            let mut step = || {
                let step = trainer.step(
                    |range, shard| {
                        let counted = measure(|| fill(1, range, shard));
                        assert_eq!(counted.count_total, 0);
                    },
                    &Sgd { rate: 0.1 },
                );
                step.unwrap();
            };
            (0..3).for_each(|_| step()); // buffers grow to their size once
            measure(|| (0..5).for_each(|_| step()))
        });
        assert_eq!(
            (counted.count_total, counted.bytes_total),
            (0, 0),
            "{shards} shards"
        );
    }
}
