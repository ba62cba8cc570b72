//! "Fast, good… but why does the accuracy not improve?" A wrong gradient, found and mended.
//!
//! The notebook that asked this normalised softmax over the whole batch and paired it with the
//! derivative of a softmax of each row. Here is its loss as an operation of its own. A net that
//! learns with it ends where one number of the batch takes the whole probability, and guesses. The
//! check names the entry, its operand, and both values. Downstream, the gradient of b2 is off by
//! 0.0667, which is `(1 − 1/N) / 10` for the N = 3 images of the check.
//!
//! Normalised row by row, the same net learns, and the check finds the notebook's other fault: the
//! 1e-7 that keeps the logarithm from 0 is missing in the derivative, which is one part in a
//! million where a probability is 0.1. The loss of `nn` comes from log-sum-exp and needs no 1e-7.
//!
//! ```text
//! == the notebook's loss, over the whole batch
//! test accuracy 0.10
//! 4 entries checked alone, 1108 derivatives compared
//! at fault: entry 9, SoftmaxWithLoss, back to logits
//!   examples/find_the_bug.rs:125
//!   element [0,0]: the rule says -0.38096392, differences -0.35464886
//! wrong as a whole: the gradients of W1, b1, W2, b2
//! == the notebook's loss, row by row
//! test accuracy 0.95
//! 4 entries checked alone, 1202 derivatives compared
//! 14 could not be judged; the last of them, of b2:
//!   element [0,9]: the rule says 0.10010997, differences 0.10010987
//! == nn's loss
//! test accuracy 0.95
//! 4 entries checked alone, 1100 derivatives compared
//! ```

use drawing::{Chart, Colour, options};
use mnist::batches::Batches;
use mnist::dataset::{Dataset, Scale, Split};
use mnist::digits;
use nalgebra::{DMatrix, RowDVector};
use nn::{Activation, AffineParameters, Net, Sgd, TwoLayerNet};
use picture::Draw;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::error::Error;
use tape::check::{Finding, Report};
use tape::formula;
use tape::formula::Formula;
use tape::{
    Cotangents, ForwardError, MatrixId, MatrixVar, Op, OperandTangents, OutputSpec, Point,
    PointMut, Sample, Seed, Shape, ShapeError, Sink, Tape, Var, View, ViewMut,
};

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("find_the_bug.rs"), &["--svg", "--player"])? else {
        return Ok(());
    };
    let data = digits::dataset(5_000, 500, digits::SEED);
    let losses: [(&str, Loss); 3] = [
        ("the notebook's loss, over the whole batch", over_the_batch),
        ("the notebook's loss, row by row", row_by_row),
        ("nn's loss", nn::softmax_cross_entropy),
    ];
    let mut chart = Chart::new("Test accuracy while it learns", 0.0..400.0, 0.0..1.0)
        .axes("step", "test accuracy");
    let colours = [Colour::Orange, Colour::Blue, Colour::Blue];
    for ((name, loss), colour) in losses.into_iter().zip(colours) {
        println!("== {name}");
        let accuracies = train(loss, &data)?;
        let (_, reached) = accuracies[accuracies.len() - 1];
        println!("test accuracy {reached:.2}");
        tell(&check(loss, &data)?);
        chart.line(accuracies, colour);
    }
    chart.label((140.0, 0.17), losses[0].0, colours[0]);
    let two = format!("{}; {}: one curve", losses[1].0, losses[2].0);
    chart.label((140.0, 0.62), &two, colours[1]);
    options.save("--svg", || chart.svg())?;
    if options.get("--player").is_some() {
        let tape = Tape::new();
        let loss = untrained_loss(&tape, over_the_batch, &data)?;
        let picture = tape.picture_with("The net with the notebook's loss", &loss.gradient());
        options.save("--player", || picture.player())?;
    }
    Ok(())
}

/// Prints what matters of a report; its `Display` is a table of everything.
fn tell(report: &Report) {
    let (entries, compared) = (report.entries, report.comparisons);
    println!("{entries} entries checked alone, {compared} derivatives compared");
    let numbers = |found: &Finding| {
        let (i, j) = found.element;
        let (rule, slope) = (found.analytic, found.numerical);
        println!("  element [{i},{j}]: the rule says {rule:.8}, differences {slope:.8}");
    };
    for found in &report.faults {
        let (entry, place) = (found.entry.unwrap_or(0), found.place);
        println!(
            "at fault: entry {entry}, {}, back to {}",
            found.op, found.reads
        );
        if let Some(place) = place {
            println!("  {}:{}", place.file(), place.line());
        }
        numbers(found);
    }
    let mut wrong: Vec<&str> = report.gradient.iter().map(|f| f.label.as_str()).collect();
    wrong.dedup();
    if !wrong.is_empty() {
        println!("wrong as a whole: the gradients of {}", wrong.join(", "));
    }
    let finite = |found: &&Finding| found.numerical.is_finite();
    if let Some(remark) = report.remarks.iter().rfind(finite) {
        let count = report.remarks.len();
        println!(
            "{count} could not be judged; the last of them, of {}:",
            remark.label
        );
        numbers(remark);
    }
}

/// A loss of logits, N×C, for one-hot targets.
type Loss = for<'t> fn(Matrix<'t>, Matrix<'t>) -> Result<Var<'t, f64>, tape::Error>;
type Matrix<'t> = MatrixVar<'t, f64>;

fn over_the_batch<'t>(x: Matrix<'t>, t: Matrix<'t>) -> Result<Var<'t, f64>, tape::Error> {
    let op = SoftmaxWithLoss::OverTheBatch;
    Ok(x.tape().apply(op, &[x.into(), t.into()])?.scalar())
}

fn row_by_row<'t>(x: Matrix<'t>, t: Matrix<'t>) -> Result<Var<'t, f64>, tape::Error> {
    let op = SoftmaxWithLoss::RowByRow;
    Ok(x.tape().apply(op, &[x.into(), t.into()])?.scalar())
}

/// The notebook's `SoftmaxWithLoss`: `X: N×C, T: N×C → scalar`, `−(1/N) Σ T ln(Y + 1e-7)` with `Y =
/// softmax(X)`.
#[derive(Clone, Copy)]
enum SoftmaxWithLoss {
    /// `exp(x − max X) / Σ exp(x − max X)` with all of `X`: as it was.
    OverTheBatch,
    /// The same with the rows of `X`: as the derivative has it.
    RowByRow,
}

impl SoftmaxWithLoss {
    /// Writes `Y`. Element `k` of a matrix, column by column, lies in row `k % N`.
    fn softmax(self, x: View<'_, f64>, y: &mut [f64]) {
        let group = |k: usize| match self {
            SoftmaxWithLoss::OverTheBatch => 0,
            SoftmaxWithLoss::RowByRow => k % x.rows(),
        };
        let mut maxima = vec![f64::NEG_INFINITY; x.rows()];
        for (k, &x) in x.values().iter().enumerate() {
            maxima[group(k)] = x.max(maxima[group(k)]);
        }
        let mut sums = vec![0.0; x.rows()];
        for (k, (y, &x)) in y.iter_mut().zip(x.values()).enumerate() {
            *y = (x - maxima[group(k)]).exp();
            sums[group(k)] += *y;
        }
        for (k, y) in y.iter_mut().enumerate() {
            *y /= sums[group(k)];
        }
    }
}

impl Op<f64> for SoftmaxWithLoss {
    fn name(&self) -> &'static str {
        "SoftmaxWithLoss"
    }

    fn symbol(&self) -> &'static str {
        "loss"
    }

    fn formula(&self) -> Formula {
        formula!(y(X, T): dX = dy * (softmax(X) - T) / N())
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        match operands {
            &[x, t] if x == t => Ok(OutputSpec::scalar().with_residual(x.len())),
            _ => Err(ShapeError::new(
                "takes logits and one-hot targets of one shape",
            )),
        }
    }

    fn forward(&self, at: &mut PointMut<'_, f64>) -> Result<(), ForwardError> {
        let (x, t) = (at.operands.get(0), at.operands.get(1));
        self.softmax(x, at.residual);
        let pairs = at.residual.iter().zip(t.values());
        let entropies = pairs.map(|(y, t)| -t * (y + 1e-7).ln());
        at.result.values_mut()[0] = entropies.sum::<f64>() / x.rows() as f64;
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, f64>, cotangent: View<'_, f64>, sink: &mut Sink<'_, f64>) {
        let t = at.operands.get(1);
        let scale = cotangent.scalar() / t.rows() as f64;
        let slopes = at
            .residual
            .iter()
            .zip(t.values())
            .map(|(y, t)| scale * (y - t));
        sink.add(0, slopes);
    }

    fn jvp(
        &self,
        at: &Point<'_, f64>,
        tangents: &OperandTangents<'_, f64>,
        mut tangent: ViewMut<'_, f64>,
    ) {
        let t = at.operands.get(1);
        let slopes = at.residual.iter().zip(t.values()).map(|(y, t)| y - t);
        let along = tangents.get(0).map_or(0.0, |dx| {
            slopes.zip(dx.values()).map(|(slope, dx)| slope * dx).sum()
        });
        tangent.values_mut()[0] = along / t.rows() as f64;
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let one_hot = Sample::new(2, 3, &[0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
        vec![vec![Sample::scattered(2, 3, -1.0, 1.0, 0), one_hot.held()]]
    }
}

/// 784-20-10, ReLU, weights of deviation 0.01: the same for every loss.
fn untrained() -> Net<f64> {
    TwoLayerNet::new(784, 20, 10, 0.01, &mut ChaCha8Rng::seed_from_u64(1)).net
}

/// The book's training: mini-batches of 100, SGD, here with rate 0.5 and for 400 steps. Returns the
/// test accuracy after every tenth step.
fn train(loss: Loss, data: &Dataset) -> Result<Vec<(f64, f64)>, Box<dyn Error>> {
    let (mut tape, net) = (Tape::new(), untrained());
    let (x, t) = examples(data.train(), 100);
    let (x, t) = (tape.input(&x), tape.input(&t));
    let recorded = net.record(&tape, x);
    let loss = loss(recorded.logits(), t)?.id();
    let (x, t) = (x.id(), t.id());
    let parameters: Vec<_> = recorded.parameters.iter().map(|p| p.id()).collect();

    let mut batches = Batches::new(data.train().len(), 100, 1);
    let (unknown, answers) = examples(data.test(), data.test().len());
    let mut accuracies = Vec::new();
    let mut gradient = Cotangents::new();
    for step in 0..=400 {
        if step % 10 == 0 {
            let net = learned(&tape, &parameters, Activation::Relu)?;
            let accuracy = net.accuracy(&unknown, &answers)?;
            accuracies.push((f64::from(step), accuracy));
        }
        let batch = batches.draw();
        data.train()
            .gather(batch, Scale::Unit, tape.leaf_mut(x)?.values_mut());
        data.train()
            .gather_one_hot(batch, 10, tape.leaf_mut(t)?.values_mut());
        tape.replay()?;
        tape.sweep(Seed::one(loss), &mut gradient)?;
        Sgd { rate: 0.5 }.update(&mut tape, &parameters, &gradient)?;
    }
    Ok(accuracies)
}

/// The net with the parameters as they are on the tape.
fn learned(
    tape: &Tape,
    parameters: &[MatrixId],
    activation: Activation,
) -> Result<Net<f64>, Box<dyn Error>> {
    let mut layers = Vec::new();
    for pair in parameters.chunks_exact(2) {
        let (weights, bias) = (tape.matrix_value(pair[0])?, tape.matrix_value(pair[1])?);
        let bias = RowDVector::from_row_slice(bias.as_slice());
        layers.push(AffineParameters { weights, bias });
    }
    Ok(Net::new(layers, activation))
}

/// Every entry of the untrained net alone, and its gradient as a whole, on three images.
fn check(loss: Loss, data: &Dataset) -> Result<Report, tape::Error> {
    let tape = Tape::new();
    let loss = untrained_loss(&tape, loss, data)?;
    Ok(tape.check(loss))
}

/// The loss of the untrained net on three images.
fn untrained_loss<'t>(
    tape: &'t Tape,
    loss: Loss,
    data: &Dataset,
) -> Result<Var<'t, f64>, tape::Error> {
    let (x, t) = examples(data.train(), 3);
    let (x, t) = (tape.input(&x).named("x"), tape.input(&t).named("t"));
    let logits = untrained().record(tape, x).logits().named("logits");
    Ok(loss(logits, t)?.named("loss"))
}

/// The first images and their one-hot labels.
fn examples(split: &Split, count: usize) -> (DMatrix<f64>, DMatrix<f64>) {
    let first: Vec<usize> = (0..count).collect();
    let (mut x, mut t) = (DMatrix::zeros(count, 784), DMatrix::zeros(count, 10));
    split.gather(&first, Scale::Unit, x.as_mut_slice());
    split.gather_one_hot(&first, 10, t.as_mut_slice());
    (x, t)
}
