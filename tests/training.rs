//! Learning from digits, from the images to the accuracy.

use mnist::Float;
use mnist::batches::Batches;
use mnist::dataset::{Dataset, Source};
use mnist::digits;
use mnist::evaluation::Evaluation;
use mnist::settings::Settings;
use mnist::training::Training;
use nn::{Net, Sgd};

fn training<'d, T: Float>(settings: &Settings, data: &'d Dataset) -> Training<'d, T> {
    let train = data.train();
    let net = settings.net(train.pixels(), data.classes());
    let batches = Batches::new(train.len(), settings.batch, settings.seed);
    let optimiser = Sgd {
        rate: settings.learning_rate,
    };
    Training::new(&net, train, batches, optimiser)
}

/// The net after all steps of a run.
fn learned<T: Float>(settings: &Settings, data: &Dataset) -> Net<T> {
    let mut training = training(settings, data);
    for _ in 0..settings.steps {
        training.step().unwrap();
    }
    training.net()
}

fn test_accuracy(net: &Net<f32>, data: &Dataset) -> f64 {
    Evaluation::default()
        .score(net, data.test())
        .unwrap()
        .accuracy
}

/// The default run, on what there is without files.
#[test]
fn the_drawn_digits_are_learned_but_not_perfectly() {
    let data = Source::Digits.load().unwrap();
    let net = learned(&Settings::default(), &data);
    let accuracy = test_accuracy(&net, &data);
    assert!((0.95..=0.995).contains(&accuracy), "{accuracy}");
}

/// The default run, on MNIST, for the three seeds the book's own program was run with.
#[test]
fn mnist_is_learned_as_well_as_by_the_book() {
    let Some(directory) = std::env::var_os("MNIST_DIR").filter(|name| !name.is_empty()) else {
        println!("skipped: MNIST_DIR names no directory with MNIST's files");
        return;
    };
    let data = Source::Directory(directory.into()).load().unwrap();
    for seed in [1, 2, 3] {
        let settings = Settings {
            seed,
            ..Settings::default()
        };
        let accuracy = test_accuracy(&learned(&settings, &data), &data);
        assert!(accuracy >= 0.965, "seed {seed}: {accuracy}");
    }
}

fn bits<T: Float>(net: &Net<T>) -> Vec<u64> {
    let numbers = net.parameters().flat_map(|(_, value)| value.iter());
    // Every f32 is an f64, so nothing is lost.
    numbers.map(|x| x.to_f64().to_bits()).collect()
}

#[test]
fn the_same_seed_gives_the_same_bits() {
    fn check<T: Float>(settings: &Settings) {
        let data = digits::dataset(500, 10, 5);
        let run = |seed| {
            bits::<T>(&learned(
                &Settings {
                    seed,
                    ..settings.clone()
                },
                &data,
            ))
        };
        let (first, second, other) = (run(1), run(1), run(2));
        assert_eq!(first, second);
        assert_ne!(first, other);
    }
    let settings = Settings {
        steps: 50,
        hidden: vec![20, 15],
        ..Settings::default()
    };
    check::<f32>(&settings);
    check::<f64>(&settings);
}

/// Neither depends on how many random numbers the other takes.
#[test]
fn first_weights_and_batches_come_from_streams_of_their_own() {
    let data = digits::dataset(50, 10, 5);
    let drawn = |hidden| {
        let mut training = training::<f32>(
            &Settings {
                hidden,
                ..Settings::default()
            },
            &data,
        );
        training.step().unwrap();
        training.generator()
    };
    assert_eq!(drawn(vec![5]), drawn(vec![30, 20]));
}

#[test]
fn a_step_allocates_nothing() {
    let data = digits::dataset(500, 10, 5);
    for hidden in [vec![50], vec![40, 30]] {
        let mut training = training::<f32>(
            &Settings {
                hidden,
                ..Settings::default()
            },
            &data,
        );
        // The first sweep makes the buffer of the cotangents, the first products those of the
        // kernel.
        training.step().unwrap();
        let allocations = allocation_counter::measure(|| {
            for _ in 0..20 {
                training.step().unwrap();
            }
        });
        assert_eq!(allocations.count_total, 0);
    }
}
