//! The step in this engine: recorded once, replayed, swept, updated.

use super::problem::{CLASSES, INPUTS, Problem, RATE};
use nalgebra::{DMatrix, RowDVector};
use nn::{Activation, AffineParameters, Net, Recording, Sgd, Targets};

/// Takes a step at each call and returns the loss before it.
pub fn step(problem: &Problem) -> impl FnMut() -> f32 + use<> {
    let Problem { batch, hidden, .. } = *problem;
    let layer = |weights: &[f32], inputs, outputs| AffineParameters {
        weights: DMatrix::from_row_slice(inputs, outputs, weights),
        bias: RowDVector::zeros(outputs),
    };
    let layers = vec![
        layer(&problem.w1, INPUTS, hidden),
        layer(&problem.w2, hidden, CLASSES),
    ];
    let net = Net::new(layers, Activation::Relu);
    let mut recording = Recording::training(&net, batch, Targets::Labels);
    let examples = DMatrix::from_row_slice(batch, INPUTS, &problem.examples);
    let labels = problem.labels.iter().map(|&label| label as f32);
    let labels = DMatrix::from_iterator(batch, 1, labels);
    let set = recording.set(&examples, &labels);
    set.expect("the shapes that were recorded");
    let sgd = Sgd {
        rate: f64::from(RATE),
    };
    move || recording.step(&sgd).expect("labels of the net's classes")
}
