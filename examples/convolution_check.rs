//! A gradient check of a convolutional net (the book's chapter 7): the swept gradient against a
//! numerical one, as `gradient_check` does for affine layers.
//!
//! The mean absolute difference on the first three images, as a power of ten that it is well below.
//! A probe may push a number over the kink of ReLU, or change which number of a window is the
//! largest; the last column counts those, and the means leave them out. `-- --svg FILE` draws the
//! graph, a node for each layer.
//!
//! ```text
//!     parameters  mean slope  mean difference below  over a kink
//! W1          75     0.25059                  1e-10            0
//! b1           3     0.38917                  1e-10            0
//! W2        4320     0.03780                  1e-10            0
//! b2          10     0.17433                  1e-10            0
//! ```

use drawing::options;
use mnist::dataset::Scale;
use mnist::digits;
use nn::{ImageShape, Init, Net, Recording, Signal, Targets};
use picture::Draw;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::error::Error;

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("convolution_check.rs"), &["--svg", "--player"])?
    else {
        return Ok(());
    };
    let data = digits::dataset(10, 10, digits::SEED);
    let line = "conv 3 5x5, relu, pool 2x2, affine 10".parse()?;
    let image = ImageShape {
        channels: 1,
        height: 28,
        width: 28,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let net = Net::<f64>::from_line(Signal::Image(image), line, Init::He, &mut rng)?;

    let mut recording = Recording::new(&net, 3, Targets::Labels);
    let (train, first) = (data.train(), [0, 1, 2]);
    train.gather(&first, Scale::Unit, recording.examples_mut().values_mut());
    train.gather_labels(&first, recording.targets_mut().values_mut());
    recording.replay()?;
    recording.sweep()?;
    let numerical = recording.numerical_gradient(1e-5)?;

    println!("    parameters  mean slope  mean difference below  over a kink");
    for (k, (name, _)) in net.parameters().enumerate() {
        let (slopes, kinks) = (&numerical.slopes[k], &numerical.kinks[k]);
        let swept = recording.cotangents().of(recording.parameters()[k])?;
        let pairs = swept.values().iter().zip(slopes).zip(kinks);
        let judged: Vec<_> = pairs.filter(|(_, kink)| !**kink).map(|(p, _)| p).collect();
        let mean = |sum: f64| sum / judged.len() as f64;
        let slope = mean(judged.iter().map(|(swept, _)| swept.abs()).sum());
        let differences = judged.iter().map(|(swept, slope)| (*swept - *slope).abs());
        let below = 10f64.powf((2.0 * mean(differences.sum())).log10().ceil());
        let (all, crossed) = (slopes.len(), slopes.len() - judged.len());
        println!("{name}  {all:10}  {slope:10.5}  {below:21.0e}  {crossed:11}");
    }
    // The numerical gradient has left other values on the tape.
    recording.replay()?;
    recording.sweep()?;
    let picture = recording
        .tape()
        .picture_with("A convolutional net", recording.cotangents());
    options.save("--player", || picture.player())?;
    Ok(options.save("--svg", || picture.folded(1).svg())?)
}
