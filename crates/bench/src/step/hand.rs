//! The training step written by hand over the engine's matrix kernel: what a tape can at best be
//! level with.
//!
//! Everything is column-major with examples as rows. Each pass over memory does all it can: bias
//! and ReLU, the mask and the bias's gradient, softmax, loss and its gradient. Gradients are kept,
//! in buffers that live as long as the step.

use super::problem::{CLASSES, INPUTS, Problem, RATE};
use std::iter::zip;
use tape::{MatrixProduct, Strided, StridedMut};

/// Parameters, activations, gradients.
pub struct Hand {
    batch: usize,
    hidden: usize,
    x: Vec<f32>,
    labels: Vec<usize>,
    w1: Vec<f32>,
    b1: Vec<f32>,
    w2: Vec<f32>,
    b2: Vec<f32>,
    /// The hidden layer after ReLU, N×H.
    a: Vec<f32>,
    /// The logits, then their cotangent, N×10.
    z: Vec<f32>,
    /// The hidden layer's cotangent, N×H.
    da: Vec<f32>,
    dw1: Vec<f32>,
    db1: Vec<f32>,
    dw2: Vec<f32>,
    db2: Vec<f32>,
    /// A number for each example: the logits' maximum.
    maxima: Vec<f32>,
    /// A number for each example: the sum of exponentials, then what to scale them with.
    sums: Vec<f32>,
}

/// What follows the last product.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// A pass over gradients and parameters, as any optimiser needs it.
    Apart,
    /// None for the weights: the products subtract from them, and their gradient is nowhere to be
    /// seen.
    WithinProducts,
}

impl Hand {
    pub fn new(problem: &Problem) -> Self {
        let Problem { batch, hidden, .. } = *problem;
        Hand {
            batch,
            hidden,
            x: column_major(&problem.examples, INPUTS),
            labels: problem.labels.clone(),
            w1: column_major(&problem.w1, hidden),
            b1: vec![0.0; hidden],
            w2: column_major(&problem.w2, CLASSES),
            b2: vec![0.0; CLASSES],
            a: vec![0.0; batch * hidden],
            z: vec![0.0; batch * CLASSES],
            da: vec![0.0; batch * hidden],
            dw1: vec![0.0; INPUTS * hidden],
            db1: vec![0.0; hidden],
            dw2: vec![0.0; hidden * CLASSES],
            db2: vec![0.0; CLASSES],
            maxima: vec![0.0; batch],
            sums: vec![0.0; batch],
        }
    }

    /// One step. Returns the loss before it.
    pub fn step(&mut self, update: Update) -> f32 {
        self.first_layer();
        for (a, &b) in zip(self.a.chunks_exact_mut(self.batch), &self.b1) {
            for a in a {
                *a = (*a + b).max(0.0);
            }
        }
        self.second_layer();
        let loss = self.loss();
        if update == Update::Apart {
            self.second_weights();
        }
        self.back_to_hidden();
        if update == Update::WithinProducts {
            self.subtract_second_weights();
        }
        let columns = zip(
            self.da.chunks_exact_mut(self.batch),
            self.a.chunks_exact(self.batch),
        );
        for ((da, a), db) in zip(columns, &mut self.db1) {
            for (da, &a) in zip(da.iter_mut(), a) {
                *da = if a > 0.0 { *da } else { 0.0 };
            }
            *db = sum(da);
        }
        if update == Update::Apart {
            self.first_weights();
            descend(&mut self.w1, &self.dw1);
            descend(&mut self.w2, &self.dw2);
        } else {
            self.subtract_first_weights();
        }
        descend(&mut self.b1, &self.db1);
        descend(&mut self.b2, &self.db2);
        loss
    }

    /// The five products of a step and nothing else.
    pub fn products(&mut self) {
        self.first_layer();
        self.second_layer();
        self.second_weights();
        self.back_to_hidden();
        self.first_weights();
    }

    /// Bias, softmax and cross-entropy: turns the products in `z` into the cotangent of the logits.
    fn loss(&mut self) -> f32 {
        let Hand {
            z,
            b2,
            db2,
            maxima,
            sums,
            labels,
            batch: n,
            ..
        } = self;
        let n = *n;
        maxima.fill(f32::NEG_INFINITY);
        for (z, &b) in zip(z.chunks_exact_mut(n), &*b2) {
            for (z, maximum) in zip(z, &mut *maxima) {
                *z += b;
                *maximum = maximum.max(*z);
            }
        }
        let wanted: f32 = labels
            .iter()
            .enumerate()
            .map(|(i, label)| z[label * n + i])
            .sum();
        sums.fill(0.0);
        for z in z.chunks_exact_mut(n) {
            for ((z, &maximum), sum) in zip(zip(z, &*maxima), &mut *sums) {
                *z = (*z - maximum).exp();
                *sum += *z;
            }
        }
        let mut loss = -wanted;
        let share = 1.0 / n as f32;
        for (sum, maximum) in zip(&mut *sums, &*maxima) {
            loss += sum.ln() + maximum;
            *sum = share / *sum;
        }
        for column in z.chunks_exact_mut(n) {
            for (z, scale) in zip(column, &*sums) {
                *z *= scale;
            }
        }
        for (i, label) in labels.iter().enumerate() {
            z[label * n + i] -= share;
        }
        for (db, z) in zip(db2, z.chunks_exact(n)) {
            *db = sum(z);
        }
        loss * share
    }

    fn first_layer(&mut self) {
        let (n, h) = (self.batch, self.hidden);
        let (x, w1) = (matrix(&self.x, n, INPUTS), matrix(&self.w1, INPUTS, h));
        f32::product(matrix_mut(&mut self.a, n, h), false, 1.0, x, w1);
    }

    fn second_layer(&mut self) {
        let (n, h) = (self.batch, self.hidden);
        let (a, w2) = (matrix(&self.a, n, h), matrix(&self.w2, h, CLASSES));
        f32::product(matrix_mut(&mut self.z, n, CLASSES), false, 1.0, a, w2);
    }

    fn second_weights(&mut self) {
        let (n, h) = (self.batch, self.hidden);
        let (a, dz) = (matrix(&self.a, n, h), matrix(&self.z, n, CLASSES));
        let dw2 = matrix_mut(&mut self.dw2, h, CLASSES);
        f32::product(dw2, false, 1.0, a.transpose(), dz);
    }

    fn subtract_second_weights(&mut self) {
        let (n, h) = (self.batch, self.hidden);
        let (a, dz) = (matrix(&self.a, n, h), matrix(&self.z, n, CLASSES));
        let w2 = matrix_mut(&mut self.w2, h, CLASSES);
        f32::product(w2, true, -RATE, a.transpose(), dz);
    }

    fn back_to_hidden(&mut self) {
        let (n, h) = (self.batch, self.hidden);
        let (dz, w2) = (matrix(&self.z, n, CLASSES), matrix(&self.w2, h, CLASSES));
        let da = matrix_mut(&mut self.da, n, h);
        f32::product(da, false, 1.0, dz, w2.transpose());
    }

    fn first_weights(&mut self) {
        let (n, h) = (self.batch, self.hidden);
        let (x, da) = (matrix(&self.x, n, INPUTS), matrix(&self.da, n, h));
        let dw1 = matrix_mut(&mut self.dw1, INPUTS, h);
        f32::product(dw1, false, 1.0, x.transpose(), da);
    }

    fn subtract_first_weights(&mut self) {
        let (n, h) = (self.batch, self.hidden);
        let (x, da) = (matrix(&self.x, n, INPUTS), matrix(&self.da, n, h));
        let w1 = matrix_mut(&mut self.w1, INPUTS, h);
        f32::product(w1, true, -RATE, x.transpose(), da);
    }
}

fn matrix(elements: &[f32], rows: usize, cols: usize) -> Strided<'_, f32> {
    Strided::column_major(elements, rows, cols)
}

fn matrix_mut(elements: &mut [f32], rows: usize, cols: usize) -> StridedMut<'_, f32> {
    StridedMut::column_major(elements, rows, cols)
}

fn descend(parameters: &mut [f32], gradient: &[f32]) {
    for (parameter, slope) in zip(parameters, gradient) {
        *parameter -= RATE * slope;
    }
}

/// A sum in sixteen partial sums, so that it runs in vectors.
fn sum(numbers: &[f32]) -> f32 {
    let (chunks, rest) = numbers.as_chunks::<16>();
    let mut lanes = [0.0; 16];
    for chunk in chunks {
        for (lane, number) in zip(&mut lanes, chunk) {
            *lane += number;
        }
    }
    lanes.iter().chain(rest).sum()
}

/// The elements of a row-major matrix of `cols` columns, column by column.
pub fn column_major(row_major: &[f32], cols: usize) -> Vec<f32> {
    let column = |j| row_major.iter().skip(j).step_by(cols).copied();
    (0..cols).flat_map(column).collect()
}
