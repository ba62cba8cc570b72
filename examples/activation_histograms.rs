//! What five layers make of a thousand rows of random numbers, by how their weights are drawn (the
//! book's section 6.2).
//!
//! Weights that are too large drive a sigmoid to its ends, where it has no slope; weights that are
//! too small give every unit the same answer. Xavier's deviation, `1/√inputs`, keeps the spread
//! through sigmoids, He's, `√(2/inputs)`, through ReLU, which loses half of the numbers. `-- --svg
//! FILE` draws how often which number comes, layer below layer; heights are square roots.
//!
//! ```text
//! deviation of what layer        1      2      3      4      5  gives
//! sigmoid, deviation 1      0.458  0.442  0.436  0.438  0.451
//! sigmoid, deviation 0.01   0.025  0.013  0.013  0.012  0.013
//! sigmoid, Xavier           0.207  0.133  0.125  0.120  0.133
//! relu, deviation 0.01      0.058  0.004  0.000  0.000  0.000
//! relu, Xavier              0.583  0.427  0.313  0.229  0.173
//! relu, He                  0.824  0.854  0.886  0.916  0.981
//! ```

use drawing::{Chart, Colour, options, rows};
use nalgebra::{DMatrix, RowDVector};
use nn::{Activation, Init};
use picture::Draw;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::error::Error;
use tape::Tape;

const UNITS: usize = 100;
const LAYERS: usize = 5;
const BINS: usize = 30;

/// The cases: each row of the picture has one activation.
const CASES: [(Activation, &str, Init); 6] = [
    (Activation::Sigmoid, "deviation 1", Init::Normal(1.0)),
    (Activation::Sigmoid, "deviation 0.01", Init::Normal(0.01)),
    (Activation::Sigmoid, "Xavier", Init::Xavier),
    (Activation::Relu, "deviation 0.01", Init::Normal(0.01)),
    (Activation::Relu, "Xavier", Init::Xavier),
    (Activation::Relu, "He", Init::He),
];

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(
        include_str!("activation_histograms.rs"),
        &["--svg", "--player"],
    )?
    else {
        return Ok(());
    };
    println!("deviation of what layer        1      2      3      4      5  gives");
    let mut charts = Vec::new();
    for (activation, name, init) in CASES {
        let layers = layers(activation, init, 1000);
        let title = format!("{}, {name}", activation.name());
        let deviations: Vec<String> = layers
            .iter()
            .map(|layer| format!(" {:6.3}", layer.variance().sqrt()))
            .collect();
        println!("{title:24}{}", deviations.concat());
        charts.push(chart(&title, &layers));
    }
    options.save("--svg", || rows(&charts, 3))?;
    Ok(options.save("--player", played)?)
}

/// What each layer gives for so many rows of numbers with the deviation 1.
fn layers(activation: Activation, init: Init, examples: usize) -> Vec<DMatrix<f64>> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let tape = Tape::new();
    let first: DMatrix<f64> = Init::Normal(1.0).weights(examples, UNITS, &mut rng);
    let mut x = tape.input(&first);
    let mut layers = Vec::new();
    for _ in 0..LAYERS {
        let w: DMatrix<f64> = init.weights(UNITS, UNITS, &mut rng);
        let b = RowDVector::zeros(UNITS);
        x = activation.apply(nn::affine(x, tape.matrix(&w), tape.matrix(&b)));
        layers.push(x.value());
    }
    layers
}

/// The share of numbers in each part of the range from 0 to 1, a curve for each layer, the first at
/// the top.
fn chart(title: &str, layers: &[DMatrix<f64>]) -> Chart {
    let mut chart = Chart::new(title, 0.0..1.0, 0.0..(LAYERS as f64))
        .size(300, 320)
        .labels(5, 0)
        .axes("what comes out", "");
    for (k, layer) in layers.iter().enumerate() {
        let mut counts = [0usize; BINS];
        for &x in layer.iter() {
            // What is larger than 1, behind ReLU, is not shown.
            if let Some(count) = counts.get_mut((x * BINS as f64) as usize) {
                *count += 1;
            }
        }
        let base = (LAYERS - 1 - k) as f64;
        let most = counts.iter().max().copied().unwrap_or(1) as f64;
        let outline = counts.iter().enumerate().flat_map(|(bin, &count)| {
            // The root, so that few are seen beside many.
            let height = base + 0.8 * (count as f64 / most).sqrt();
            let ends = [bin, bin + 1].map(|end| end as f64 / BINS as f64);
            ends.map(|x| (x, height))
        });
        chart.line(outline, Colour::Blue);
        chart.dashed([(0.0, base), (1.0, base)], Colour::Grey);
        chart.label(
            (0.78, base + 0.9),
            &format!("layer {}", k + 1),
            Colour::Grey,
        );
    }
    chart
}

/// Two layers of two units, to be watched.
fn played() -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let net = nn::Net::<f64>::random(&[2, 2, 2], Activation::Sigmoid, Init::Xavier, &mut rng);
    let tape = Tape::new();
    let x = tape.input(&nalgebra::dmatrix![1.0, -0.5]).named("x");
    let sum = net.record(&tape, x).logits().sum().named("sum");
    tape.picture_with("Two layers", &sum.gradient()).player()
}
