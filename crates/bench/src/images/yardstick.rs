//! What a convolutional net's products take, with patches copied into a matrix and back, and
//! nothing else of a step: no functions, no poolings, no updates.

use nn::{Kind, Net, Signal};
use tape::{MatrixProduct, Strided, StridedMut};

/// The products of each layer with weights, and room for their operands.
pub struct Yardstick {
    layers: Vec<Layer>,
}

struct Layer {
    /// Rows, depth and columns of the product forward.
    rows: usize,
    depth: usize,
    cols: usize,
    /// Of a convolution, the length of a slice that is copied and where each begins.
    copies: (usize, Vec<usize>),
    /// Whether the operand has a derivative.
    back: bool,
    x: Vec<f32>,
    patches: Vec<f32>,
    weights: Vec<f32>,
    y: Vec<f32>,
}

impl Yardstick {
    pub fn new(net: &Net<f32>, batch: usize) -> Self {
        let mut layers = Vec::new();
        for (layer, pair) in net.line().layers().iter().zip(net.signals().windows(2)) {
            let (rows, depth, cols, copies) = match (layer, pair) {
                (Kind::Affine(affine), [input, _]) => {
                    (batch, input.len(), affine.outputs, (0, Vec::new()))
                }
                (Kind::Conv(conv), [Signal::Image(image), Signal::Image(places)]) => {
                    // As if the window stayed inside: as many copies of as many numbers.
                    let (window, side) = (conv.window, places.width * batch);
                    let pixels = image.channels * window.len();
                    let room = image.len() * batch - side;
                    let starts = (0..pixels * places.height).map(|k| k * 97 * batch % room);
                    let rows = places.height * side;
                    (rows, pixels, conv.filters, (side, starts.collect()))
                }
                _ => continue,
            };
            let room = |count: usize| vec![0.5; count];
            layers.push(Layer {
                rows,
                depth,
                cols,
                back: !layers.is_empty(),
                x: room(pair[0].len() * batch),
                patches: room(rows * depth),
                weights: room(depth * cols),
                y: room(rows * cols),
                copies,
            });
        }
        Yardstick { layers }
    }

    pub fn run(&mut self) {
        self.layers.iter_mut().for_each(Layer::run);
    }
}

impl Layer {
    fn run(&mut self) {
        let (rows, depth, cols) = (self.rows, self.depth, self.cols);
        let (length, starts) = &self.copies;
        for (to, &start) in self.patches.chunks_exact_mut((*length).max(1)).zip(starts) {
            to.copy_from_slice(&self.x[start..start + length]);
        }
        f32::product(
            StridedMut::column_major(&mut self.y, rows, cols),
            false,
            1.0,
            Strided::column_major(&self.patches, rows, depth),
            Strided::column_major(&self.weights, depth, cols),
        );
        f32::product(
            StridedMut::column_major(&mut self.weights, depth, cols),
            false,
            1e-9,
            Strided::column_major(&self.patches, rows, depth).transpose(),
            Strided::column_major(&self.y, rows, cols),
        );
        if !self.back {
            return;
        }
        f32::product(
            StridedMut::column_major(&mut self.patches, rows, depth),
            false,
            1e-9,
            Strided::column_major(&self.y, rows, cols),
            Strided::column_major(&self.weights, depth, cols).transpose(),
        );
        for (from, &start) in self.patches.chunks_exact((*length).max(1)).zip(starts) {
            let to = &mut self.x[start..start + length];
            to.iter_mut().zip(from).for_each(|(x, &dx)| *x += dx);
        }
    }
}
