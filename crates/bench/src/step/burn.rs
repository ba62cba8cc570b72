//! The step in burn, on its Flex backend.

use super::problem::{CLASSES, INPUTS, Problem, RATE};
use burn::module::Param;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{GradientsParams, SgdConfig};
use burn::prelude::*;
use burn::tensor::activation::relu;

#[derive(Module, Debug)]
struct Net {
    first: Linear,
    second: Linear,
}

/// Takes a step at each call and returns the loss before it.
pub fn step(problem: &Problem) -> impl FnMut() -> f32 + use<> {
    let device = Device::flex().autodiff();
    let matrix = |elements: &[f32], rows, cols| {
        Tensor::<2>::from_data(TensorData::new(elements.to_vec(), [rows, cols]), &device)
    };
    let layer = |weights: &[f32], inputs, outputs| {
        let mut layer = LinearConfig::new(inputs, outputs).init(&device);
        layer.weight = Param::from_tensor(matrix(weights, inputs, outputs));
        layer.bias = Some(Param::from_tensor(Tensor::zeros([outputs], &device)));
        layer
    };
    let mut net = Some(Net {
        first: layer(&problem.w1, INPUTS, problem.hidden),
        second: layer(&problem.w2, problem.hidden, CLASSES),
    });
    let examples = matrix(&problem.examples, problem.batch, INPUTS);
    let labels: Vec<i64> = problem.labels.iter().map(|&label| label as i64).collect();
    let labels = Tensor::<1, Int>::from_data(TensorData::new(labels, [problem.batch]), &device);
    let cross_entropy = CrossEntropyLossConfig::new().init(&device);
    let mut optimiser = SgdConfig::new().init();

    move || {
        let before = net.take().expect("put back after every step");
        let hidden = relu(before.first.forward(examples.clone()));
        let logits = before.second.forward(hidden);
        let loss = cross_entropy.forward(logits, labels.clone());
        let gradient = GradientsParams::from_grads(loss.backward(), &before);
        net = Some(optimiser.step(f64::from(RATE), before, gradient));
        loss.into_scalar::<f32>()
    }
}
