//! The book's gradient check (section 5.7.3): the swept gradient of a two-layer net against a
//! numerical one.
//!
//! For each parameter, the mean absolute difference of the two on the first three images, as a
//! power of ten that it is well below: what is left is the error of the numerical gradient, and its
//! digits are rounding. A probe may push a hidden unit over the kink of ReLU, where there is no
//! derivative to compare with; the last column counts those, and the means leave them out. The
//! numerical gradient runs the net twice for each parameter, the sweep takes all in one.
//!
//! ```text
//!     parameters  mean slope  mean difference below  over a kink
//! W1       39200     0.00046                  1e-11            0
//! b1          50     0.00262                  1e-11            0
//! W2         500     0.00501                  1e-11            0
//! b2          10     0.13997                   1e-9            0
//! ```

use drawing::options;
use mnist::dataset::Scale;
use mnist::digits;
use nn::{Recording, Targets, TwoLayerNet};
use picture::Draw;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::error::Error;

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("gradient_check.rs"), &["--player"])? else {
        return Ok(());
    };
    let data = digits::dataset(10, 10, digits::SEED);
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let book = TwoLayerNet::<f64>::new(784, 50, 10, 0.01, &mut rng);

    let mut recording = Recording::new(&book.net, 3, Targets::Labels);
    let first = [0, 1, 2];
    data.train()
        .gather(&first, Scale::Unit, recording.examples_mut().values_mut());
    data.train()
        .gather_labels(&first, recording.targets_mut().values_mut());
    recording.replay()?;
    recording.sweep()?;
    let numerical = recording.numerical_gradient(1e-4)?;

    println!("    parameters  mean slope  mean difference below  over a kink");
    for (k, name) in ["W1", "b1", "W2", "b2"].into_iter().enumerate() {
        let (slopes, kinks) = (&numerical.slopes[k], &numerical.kinks[k]);
        let swept = recording.cotangents().of(recording.parameters()[k])?;
        let pairs = swept.values().iter().zip(slopes).zip(kinks);
        let judged: Vec<_> = pairs
            .filter(|(_, kink)| !**kink)
            .map(|(pair, _)| pair)
            .collect();
        let mean = |sum: f64| sum / judged.len() as f64;
        let slope = mean(judged.iter().map(|(_, slope)| slope.abs()).sum());
        let difference = mean(
            judged
                .iter()
                .map(|(swept, slope)| (*swept - *slope).abs())
                .sum(),
        );
        let below = 10f64.powf((2.0 * difference).log10().ceil());
        let (all, crossed) = (slopes.len(), slopes.len() - judged.len());
        println!("{name}  {all:10}  {slope:10.5}  {below:21.0e}  {crossed:11}");
    }
    // The numerical gradient has left other values on the tape.
    recording.replay()?;
    recording.sweep()?;
    let picture = recording
        .tape()
        .picture_with("The net of the check", recording.cotangents());
    Ok(options.save("--player", || picture.player())?)
}
