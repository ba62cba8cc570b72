//! A training step in its steady state allocates nothing, and neither do replay and re-recording.

use allocation_counter::measure;
use nn::Targets;
use nn::{Activation, ImageShape, Init, Learner, Line, Method, Net, Recording, Rule, Sgd, Signal};
use rand::SeedableRng;
use tape::{Cotangents, Seed, Tape, Var};

#[test]
fn a_training_step_allocates_nothing() {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    for sizes in [vec![784, 50, 10], vec![20, 15, 12, 3]] {
        let net = Net::<f32>::random(&sizes, Activation::Relu, Init::Normal(0.01), &mut rng);
        let mut recording = Recording::new(&net, 100, Targets::Labels);
        let sgd = Sgd { rate: 0.1 };
        recording.step(&sgd).unwrap(); // buffers grow to their size once
        let counted = measure(|| {
            for step in 0..5 {
                recording.examples_mut().values_mut()[step] = 1.0;
                recording.targets_mut().values_mut()[step] = 2.0;
                recording.step(&sgd).unwrap();
            }
        });
        assert_eq!(
            (counted.count_total, counted.bytes_total),
            (0, 0),
            "{sizes:?}"
        );
    }
}

#[test]
fn a_step_of_a_convolutional_net_allocates_nothing() {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    let line: Line =
        "conv 3 3x3 pad 1, batch-norm, relu, pool 2x2, average-pool 3x3 stride 2 pad 1, \
                      affine 9, tanh, dropout 0.5, affine 4"
            .parse()
            .unwrap();
    let image = Signal::Image(ImageShape {
        channels: 1,
        height: 12,
        width: 12,
    });
    let net = Net::<f32>::from_line(image, line, Init::He, &mut rng).unwrap();
    for method in Method::ALL {
        let mut recording = Recording::training(&net, 20, Targets::Labels);
        let mut learner = Learner::new(Rule::new(method, 0.01));
        let mut step = || {
            recording.draw_masks(&mut rng, 20, 0);
            recording.examples_mut().values_mut()[0] += 1.0;
            recording.step(&mut learner).unwrap();
        };
        step(); // buffers grow to their size once
        let counted = measure(|| (0..3).for_each(|_| step()));
        assert_eq!(
            (counted.count_total, counted.bytes_total),
            (0, 0),
            "{}",
            method.name()
        );
    }
}

/// A little of everything scalar: both operand forms, functions, numbers on either side.
fn program<'t>(x: &[Var<'t>]) -> Var<'t> {
    let mut sum = 0.5 * x[0];
    for pair in x.windows(2) {
        sum += (pair[0] * pair[1]).sin() / (1.0 + pair[0].square()) - pair[1].powi(3);
    }
    sum
}

#[test]
fn a_rewound_recording_of_scalars_allocates_nothing() {
    let point: Vec<f64> = (0..1000).map(|i| f64::from(i) * 1e-3).collect();
    let mut tape = Tape::new();
    let mut cotangents = Cotangents::new();
    let mut gradient = vec![0.0; point.len()];
    let mut run = |tape: &mut Tape| {
        tape.clear();
        let leaves = tape.vars(&point);
        let output = program(&leaves);
        tape.sweep(Seed::one(output), &mut cotangents).unwrap();
        for (g, &leaf) in gradient.iter_mut().zip(&leaves) {
            *g = cotangents.of(leaf);
        }
    };
    run(&mut tape);
    let counted = measure(|| (0..3).for_each(|_| run(&mut tape)));
    // The handles of the leaves are the caller's: one vector each time.
    assert_eq!(counted.count_total, 3);
}

/// Of matrix ops without parameters, which their boxes hold without room of their own.
#[test]
fn a_rewound_recording_of_matrices_allocates_nothing() {
    let matrix = nalgebra::dmatrix![0.5, 0.1; -0.2, 0.3];
    let mut tape = Tape::new();
    let mut cotangents = Cotangents::new();
    let mut run = |tape: &mut Tape| {
        tape.clear();
        let (x, s) = (tape.matrix(&matrix), tape.var(0.5));
        let last = (0..100).fold(x, |y, _| (y * x + x * s).sigmoid());
        let many: [Var; 20] = std::array::from_fn(|i| s * i as f64);
        let output = last.softmax().dot(x) + tape::dot(&many, &many);
        tape.sweep(Seed::one(output), &mut cotangents).unwrap();
        assert!(cotangents.of(x)[(0, 0)] != 0.0);
    };
    run(&mut tape);
    let counted = measure(|| (0..3).for_each(|_| run(&mut tape)));
    assert_eq!((counted.count_total, counted.bytes_total), (0, 0));
}

#[test]
fn a_replay_allocates_nothing() {
    let mut tape = Tape::new();
    let leaves = tape.vars(&[0.1, 0.2, 0.3, 0.4]);
    let m = tape.matrix(&nalgebra::dmatrix![0.5, 1.0; 2.0, 3.0]);
    let output = program(&leaves) + (m * m).softmax().sum() + tape::log_sum_exp(&leaves);
    let (first, output) = (leaves[0].id(), output.id());
    let mut cotangents = Cotangents::new();
    tape.sweep(Seed::one(output), &mut cotangents).unwrap();
    let counted = measure(|| {
        for step in 0..5 {
            tape.set(first, f64::from(step)).unwrap();
            tape.replay().unwrap();
            tape.sweep(Seed::one(output), &mut cotangents).unwrap();
            cotangents.of(first).unwrap();
        }
    });
    assert_eq!((counted.count_total, counted.bytes_total), (0, 0));
}
