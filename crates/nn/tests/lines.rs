//! Nets of layers in a line: their words, their shapes, their gradients, their files.

use nalgebra::DMatrix;
use nn::{ImageShape, Init, Line, Mode, Net, Recording, Rule, Signal, Targets, WeightsError};
use nn::{Learner, Method};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tape::Tape;

const IMAGE: Signal = Signal::Image(ImageShape {
    channels: 1,
    height: 8,
    width: 8,
});

const LINES: [&str; 5] = [
    "conv 3 3x3, relu, pool 2x2, affine 6, relu, affine 4",
    "conv 2 3x3 pad 1, batch-norm, relu, average-pool 2x2, affine 5, batch-norm, tanh, affine 4",
    "conv 2 3x3 stride 2 pad 1, sigmoid, pool 3x3 stride 1 pad 1, dropout 0.25, affine 4",
    "affine 7, relu, dropout 0.5, affine 4, dropout 0.5",
    "affine 4",
];

fn random() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(7)
}

fn net(line: &str) -> Net {
    let line = line.parse().unwrap();
    Net::from_line(IMAGE, line, Init::Uniform(0.6), &mut random()).unwrap()
}

fn examples(count: usize) -> (DMatrix<f64>, DMatrix<f64>) {
    let x = tape::Sample::scattered(count, 64, -1.0, 2.0, 0).values;
    (x, DMatrix::from_fn(count, 1, |i, _| (i % 4) as f64))
}

#[test]
fn a_line_is_read_as_it_is_written() {
    for text in LINES {
        let line: Line = text.parse().unwrap();
        assert_eq!(line.to_string(), text);
        assert_eq!(
            line.signals(IMAGE).unwrap().last(),
            Some(&Signal::Numbers(4))
        );
    }
    let loose: Line = " conv  3 3×3 pad 0001 ,relu,pool 2x2 stride 2"
        .parse()
        .unwrap();
    assert_eq!(loose.to_string(), "conv 3 3x3 pad 1, relu, pool 2x2");
}

#[test]
fn a_line_that_is_wrong_says_where() {
    let wrong = [
        (
            "",
            "layer 1, `` (from character 1 on): found nothing, expected conv, pool,",
        ),
        (
            "affine 3, ",
            "layer 2, `` (from character 11 on): found nothing",
        ),
        (
            "affine 3, rellu",
            "layer 2, `rellu` (from character 11 on): there is no layer `rellu`",
        ),
        (
            "affine",
            "found nothing, expected how many numbers it gives, a whole number from 1",
        ),
        ("affine 0", "found `0`, expected how many numbers it gives"),
        ("affine 3 4", "found `4`, expected a comma or the end"),
        ("relu 3", "found `3`, expected a comma or the end"),
        ("conv 5x5", "found `5x5`, expected how many filters"),
        (
            "conv 3",
            "found nothing, expected height and width, as in 5x5",
        ),
        ("conv 3 5x", "found ``, expected a width"),
        (
            "conv 3 5x5 step 2",
            "found `step`, expected stride, pad, a comma or the end",
        ),
        ("pool 2x2 pad", "found nothing, expected a number of pixels"),
        ("dropout 1", "found `1`, expected the share it leaves out"),
    ];
    for (text, expected) in wrong {
        let error = text.parse::<Line>().unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn a_layer_that_cannot_stand_where_it_does_says_so() {
    let wrong = [
        (
            "affine 3, conv 3 2x2",
            "layer 2, `conv 3 2x2` (from character 11 on): needs an image",
        ),
        (
            "conv 3 9x9",
            "a window of 9×9 does not fit into images of 8×8",
        ),
        (
            "relu, pool 2x2 pad 2",
            "may stand 2 pixels over an edge: expected fewer",
        ),
        (
            "affine 1000000, conv 1 1x1",
            "needs an image, found 1000000 numbers",
        ),
    ];
    for (text, expected) in wrong {
        let line: Line = text.parse().unwrap();
        let error = line.signals(IMAGE).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let huge = Signal::Numbers(usize::MAX);
    let error = "relu".parse::<Line>().unwrap().signals(huge).unwrap_err();
    assert!(error.to_string().contains("expected from 1 to"), "{error}");
}

#[test]
fn gradients_are_the_numerical_ones() {
    let (x, labels) = examples(5);
    for text in LINES {
        let net = net(text);
        let mut recording = Recording::training(&net, 5, Targets::Labels);
        recording.draw_masks(&mut random(), 5, 0);
        recording.set(&x, &labels).unwrap();
        recording.replay().unwrap();
        recording.sweep().unwrap();
        let swept = recording.gradient().unwrap();
        let numerical = recording.numerical_gradient(1e-5).unwrap();
        let mut counted = 0;
        for ((swept, slopes), kinks) in swept.iter().zip(&numerical.slopes).zip(&numerical.kinks) {
            for ((swept, slope), kink) in swept.iter().zip(slopes).zip(kinks) {
                assert!(
                    *kink || (swept - slope).abs() < 1e-8,
                    "{text}: {swept} {slope}"
                );
                counted += usize::from(!kink);
            }
        }
        assert!(counted > 20, "{text}: {counted}");
    }
}

#[test]
fn the_layers_of_a_net_one_by_one() {
    // Relu and pooling in the order of the line.
    let net = net(LINES[0]);
    let (x, _) = examples(3);
    let tape = Tape::new();
    let parameters: Vec<_> = net
        .parameters()
        .map(|(_, value)| tape.matrix(value))
        .collect();
    let images = ImageShape {
        channels: 1,
        height: 8,
        width: 8,
    };
    let conv = nn::ops::Convolution::new(images, 3, nn::ops::Window::square(3)).unwrap();
    let places = conv.places();
    let operands = [
        tape.input(&x).into(),
        parameters[0].into(),
        parameters[1].into(),
    ];
    let hidden = tape.apply(conv, &operands).unwrap().matrix().relu();
    let window = nn::ops::Window::square(2).moving(2);
    let pool = nn::ops::MaxPool::new(places, window).unwrap();
    let pooled = tape.apply(pool, &[hidden.into()]).unwrap().matrix();
    let hidden = nn::affine(pooled, parameters[2], parameters[3]).relu();
    let logits = nn::affine(hidden, parameters[4], parameters[5]);
    assert_eq!(net.predict(&x), logits.value());
    let other = Tape::new();
    let recorded = net.record(&other, other.input(&x));
    let by_net = recorded.logits().sum().gradient();
    let by_hand = logits.sum().gradient();
    for (ours, theirs) in recorded.parameters.iter().zip(&parameters) {
        assert_eq!(by_net.of(*ours), by_hand.of(*theirs).to_matrix());
    }
}

#[test]
fn dropout_lets_all_pass_in_evaluation_and_a_share_in_training() {
    let line: Line = "dropout 0.25".parse().unwrap();
    let net = Net::<f64>::from_line(Signal::Numbers(4000), line, Init::He, &mut random()).unwrap();
    let x = DMatrix::from_element(2, 4000, 3.0);
    assert_eq!(net.predict(&x), x);
    let mut recording = Recording::training(&net, 2, Targets::Labels);
    recording.draw_masks(&mut random(), 2, 0);
    recording.set(&x, &DMatrix::zeros(2, 1)).unwrap();
    recording.replay().unwrap();
    let passed = recording.logits(|logits| logits.to_matrix());
    assert!(passed.iter().all(|&y| y == 0.0 || y == 3.0 / 0.75));
    let out = passed.iter().filter(|&&y| y == 0.0).count();
    // 2000 expected, deviation √(8000 · ¼ · ¾) = 39; six of them.
    assert!(out.abs_diff(2000) < 240, "{out}");
}

#[test]
fn shards_add_up_to_the_batch() {
    let (x, labels) = examples(7);
    for text in [LINES[0], LINES[2], LINES[3]] {
        let net = net(text);
        let run = |mut recording: Recording<f64>, first: usize, count: usize| {
            recording.draw_masks(&mut random(), 7, first);
            let (x, labels) = (x.rows(first, count), labels.rows(first, count));
            recording
                .set(&x.into_owned(), &labels.into_owned())
                .unwrap();
            recording.replay().unwrap();
            recording.sweep().unwrap();
            (recording.loss().unwrap(), recording.gradient().unwrap())
        };
        let (loss, whole) = run(Recording::training(&net, 7, Targets::Labels), 0, 7);
        let shards = [(0, 3), (3, 4)];
        let shards = shards.map(|(first, count)| {
            run(
                Recording::shard(&net, count, 7, Targets::Labels),
                first,
                count,
            )
        });
        assert!((loss - shards[0].0 - shards[1].0).abs() < 1e-13, "{text}");
        for (k, whole) in whole.iter().enumerate() {
            let sum = &shards[0].1[k] + &shards[1].1[k];
            assert!((whole - sum).amax() < 1e-13, "{text}");
        }
    }
}

#[test]
fn batch_normalisation_normalises_the_batch_and_keeps_what_it_saw() {
    let line: Line = "batch-norm".parse().unwrap();
    let shape = ImageShape {
        channels: 2,
        height: 3,
        width: 1,
    };
    let net = Net::<f64>::from_line(Signal::Image(shape), line, Init::He, &mut random()).unwrap();
    let x = tape::Sample::scattered(4, 6, -1.0, 5.0, 0).values;
    let mut recording = Recording::training(&net, 4, Targets::Labels);
    recording.set(&x, &DMatrix::zeros(4, 1)).unwrap();
    let mut learner = Learner::new(Rule::new(Method::Sgd, 0.0));
    recording.step(&mut learner).unwrap();
    recording.replay().unwrap();
    let y = recording.logits(|y| y.to_matrix());
    let after: Vec<DMatrix<f64>> = recording
        .net()
        .parameters()
        .map(|(_, p)| p.clone())
        .collect();
    for channel in 0..2 {
        let of = |m: &DMatrix<f64>| m.columns(3 * channel, 3).into_owned();
        let (x, y) = (of(&x), of(&y));
        let (mean, variance) = (x.mean(), x.variance());
        assert!(y.mean().abs() < 1e-14);
        assert!((y.variance() - variance / (variance + 1e-5)).abs() < 1e-13);
        // The running statistics began with 0 and 1.
        assert!((after[2][channel] - 0.1 * mean).abs() < 1e-14);
        assert!((after[3][channel] - (0.9 + 0.1 * variance)).abs() < 1e-14);
        let seen = recording
            .net()
            .predict(&tape::Sample::scattered(4, 6, -1.0, 5.0, 0).values);
        let expected = (x[0] - after[2][channel]) / (after[3][channel] + 1e-5).sqrt();
        assert!((seen[(0, 3 * channel)] - expected).abs() < 1e-13);
    }
}

#[test]
fn a_net_learns_with_every_method() {
    let (x, labels) = examples(12);
    for method in Method::ALL {
        let net =
            net("conv 4 3x3, batch-norm, relu, pool 2x2, affine 8, relu, dropout 0.1, affine 4");
        let mut recording = Recording::training(&net, 12, Targets::Labels);
        recording.set(&x, &labels).unwrap();
        let mut learner = Learner::new(Rule::new(method, 0.01));
        let mut masks = random();
        let mut losses = (0..60).map(|_| {
            recording.draw_masks(&mut masks, 12, 0);
            recording.step(&mut learner).unwrap()
        });
        let first = losses.next().unwrap();
        let last = losses.last().unwrap();
        assert!(last < 0.9 * first, "{}: {first} to {last}", method.name());
    }
}

#[test]
fn files_keep_the_line_and_the_bits() {
    for text in LINES {
        let net = net(text);
        let bytes = net.to_safetensors().unwrap();
        assert_eq!(Net::<f64>::from_safetensors(&bytes).unwrap(), {
            // A net of chapter 5 is known by its tensors alone.
            let images = net.images().unwrap();
            match net.activation() {
                Some(activation) => Net::new(net.affines(), activation).for_images(images),
                None => net.clone(),
            }
        });
        let torch = net.to_torch().unwrap();
        let line = net.line().clone();
        assert_eq!(Net::<f64>::from_torch(&torch, IMAGE, line).unwrap(), net);
    }
    let flat: Line = "affine 3, batch-norm, relu, affine 2".parse().unwrap();
    let flat = Net::<f64>::from_line(Signal::Numbers(5), flat, Init::He, &mut random()).unwrap();
    let bytes = flat.to_safetensors().unwrap();
    assert_eq!(Net::from_safetensors(&bytes).unwrap(), flat);
}

#[test]
fn a_file_of_another_line_says_what_is_missing_and_what_is_not_needed() {
    let bytes = net(LINES[0]).to_torch().unwrap();
    let read = |line: &str| Net::<f64>::from_torch(&bytes, IMAGE, line.parse().unwrap());
    let error = read("conv 3 3x3, relu, pool 2x2, affine 6, relu, affine 4, affine 2").unwrap_err();
    assert!(matches!(error, WeightsError::Missing { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("there is no tensor `fc3.weight`"),
        "{error}"
    );
    let error = read("conv 3 3x3, relu, pool 2x2, affine 4")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("tensor `fc1.weight` has shape [6, 27], expected [4, 27]"),
        "{error}"
    );
    let error = read("conv 3 3x3, relu, pool 2x2, affine 6")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("tensor `fc2.bias` has no place in the net `conv 3 3x3"),
        "{error}"
    );
}

#[test]
fn evaluation_is_recorded_without_masks() {
    let (x, _) = examples(2);
    let net = net(LINES[3]);
    let tape = Tape::new();
    let judged = net.record(&tape, tape.input(&x));
    assert!(judged.masks.is_empty());
    let learned = net.record_for(Mode::Training, &tape, tape.input(&x));
    assert_eq!(learned.masks.len(), 2);
    // Until masks are drawn, all pass.
    assert_eq!(judged.logits().value(), learned.logits().value());
}
