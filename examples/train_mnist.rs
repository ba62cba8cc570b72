//! The book's training program (section 5.7.4): a two-layer net, mini-batches, SGD.
//!
//! Without `--data DIR` it learns from 2,000 digits drawn by the `mnist` crate, for 300 steps; with
//! the directory of MNIST's four files, for 10,000. The command `mnist` does the same, and keeps
//! what it has learned.
//!
//! ```text
//! step     0  training accuracy 0.11  test accuracy 0.12
//! step    60  training accuracy 0.33  test accuracy 0.34
//! step   120  training accuracy 0.60  test accuracy 0.58
//! step   180  training accuracy 0.80  test accuracy 0.80
//! step   240  training accuracy 0.83  test accuracy 0.85
//! step   300  training accuracy 0.86  test accuracy 0.86
//! ```

use drawing::options;
use mnist::batches::Batches;
use mnist::dataset::{Scale, Source};
use mnist::digits;
use mnist::evaluation::Evaluation;
use nn::{Recording, Sgd, Targets, TwoLayerNet};
use picture::Draw;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::error::Error;

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("train_mnist.rs"), &["--data", "--player"])? else {
        return Ok(());
    };
    let (data, steps) = match options.get("--data") {
        None => (digits::dataset(2_000, 500, digits::SEED), 300),
        Some(directory) => (Source::Directory(directory.into()).load()?, 10_000),
    };
    let (train, test) = (data.train(), data.test());

    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let book = TwoLayerNet::<f64>::new(train.pixels(), 50, data.classes(), 0.01, &mut rng);
    let mut recording = Recording::new(&book.net, 100, Targets::Labels);
    let mut batches = Batches::new(train.len(), 100, 1);
    let mut evaluation = Evaluation::default();

    for step in 0..=steps {
        if step % (steps / 5) == 0 {
            let net = recording.net();
            let known = evaluation.score(&net, train)?.accuracy;
            let unknown = evaluation.score(&net, test)?.accuracy;
            println!("step {step:5}  training accuracy {known:.2}  test accuracy {unknown:.2}");
        }
        let batch = batches.draw();
        train.gather(batch, Scale::Unit, recording.examples_mut().values_mut());
        train.gather_labels(batch, recording.targets_mut().values_mut());
        recording.step(&Sgd { rate: 0.1 })?;
    }
    recording.replay()?;
    recording.sweep()?;
    let picture = recording
        .tape()
        .picture_with("The net, trained", recording.cotangents());
    Ok(options.save("--player", || picture.player())?)
}
