//! A net recorded once, for a fixed number of examples, to be run many times.

use crate::layers::{Activation, softmax_cross_entropy};
use crate::net::{Layer, Net, Recorded};
use crate::optimiser::Sgd;
use nalgebra::{DMatrix, RowDVector};
use tape::{Cotangents, Error, MatrixId, Scalar, Seed, Shape, Tape, VarId, View, ViewMut};

/// How the wanted classes are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Targets {
    /// N×1 whole numbers.
    Labels,
    /// N×C rows of probabilities, one-hot as a rule.
    Rows,
}

/// A net with its loss on a tape of its own: the training step, or an evaluation, to be replayed.
///
/// Examples and targets are inputs of the tape, parameters are leaves; all have ids, so the tape
/// can be replayed with other examples and updated parameters. A step allocates nothing.
#[derive(Debug)]
pub struct Recording<T> {
    tape: Tape<T>,
    cotangents: Cotangents<T>,
    examples: MatrixId,
    targets: MatrixId,
    parameters: Vec<MatrixId>,
    affines: Vec<MatrixId>,
    loss: VarId,
    activation: Activation,
    kind: Targets,
}

impl<T: Scalar> Recording<T> {
    /// Records `net` on `count` examples, all zero, of class 0.
    ///
    /// # Panics
    /// If `count` is 0 or the net has no class: there is no loss of nothing.
    #[track_caller]
    pub fn new(net: &Net<T>, count: usize, kind: Targets) -> Self {
        let tape = Tape::default();
        let x = tape.input(&DMatrix::zeros(count, net.inputs())).named("X");
        let target = match kind {
            Targets::Labels => DMatrix::zeros(count, 1),
            Targets::Rows => {
                let first = |_, j| if j == 0 { T::one() } else { T::zero() };
                DMatrix::from_fn(count, net.classes(), first)
            }
        };
        let t = tape.input(&target).named("t");
        let recorded = net.record(&tape, x);
        let loss = {
            let _scope = tape.scope("loss");
            softmax_cross_entropy(recorded.logits(), t)
        };
        let loss = loss
            .expect("class 0 of a net with classes, for at least one example")
            .named("loss");
        let (examples, targets) = (x.id(), t.id());
        let parameters = Recorded::ids(&recorded.parameters);
        let affines = Recorded::ids(&recorded.affines);
        let loss = loss.id();
        Recording {
            tape,
            cotangents: Cotangents::new(),
            examples,
            targets,
            parameters,
            affines,
            loss,
            activation: net.activation(),
            kind,
        }
    }

    /// The tape, to look at.
    pub fn tape(&self) -> &Tape<T> {
        &self.tape
    }

    /// The cotangents of the last sweep.
    pub fn cotangents(&self) -> &Cotangents<T> {
        &self.cotangents
    }

    /// The ids of the parameters, `W1, b1, W2, b2, …`.
    pub fn parameters(&self) -> &[MatrixId] {
        &self.parameters
    }

    /// The ids of the affine layers' results; the last are the logits.
    pub fn affines(&self) -> &[MatrixId] {
        &self.affines
    }

    /// The id of the loss.
    pub fn loss_id(&self) -> VarId {
        self.loss
    }

    /// The examples, N×inputs, to be written in place before a [`replay`](Recording::replay).
    pub fn examples_mut(&mut self) -> ViewMut<'_, T> {
        self.tape
            .leaf_mut(self.examples)
            .expect("the examples are a leaf")
    }

    /// The targets, N×1 labels or N×C rows, to be written in place before a
    /// [`replay`](Recording::replay).
    pub fn targets_mut(&mut self) -> ViewMut<'_, T> {
        self.tape
            .leaf_mut(self.targets)
            .expect("the targets are a leaf")
    }

    /// Sets examples and targets.
    ///
    /// # Errors
    /// [`Error::Shape`] if either has another shape than when recorded; neither is set then.
    pub fn set(&mut self, examples: &DMatrix<T>, targets: &DMatrix<T>) -> Result<(), Error> {
        self.fits(self.targets, targets.shape())?;
        self.tape.set_matrix(self.examples, examples)?;
        self.tape.set_matrix(self.targets, targets)
    }

    /// Sets the parameters to those of `net`.
    ///
    /// # Errors
    /// [`Error::Shape`] if the net has other sizes than the one recorded; no parameter is set then.
    ///
    /// # Panics
    /// If the net has another number of layers.
    pub fn set_parameters(&mut self, net: &Net<T>) -> Result<(), Error> {
        let layers = net.layers();
        assert_eq!(
            2 * layers.len(),
            self.parameters.len(),
            "the net has {} layers",
            layers.len()
        );
        for (ids, layer) in self.parameters.chunks_exact(2).zip(layers) {
            self.fits(ids[0], layer.weights.shape())?;
            self.fits(ids[1], layer.bias.shape())?;
        }
        for (ids, layer) in self.parameters.chunks_exact(2).zip(layers) {
            self.tape.set_matrix(ids[0], &layer.weights)?;
            self.tape.set_matrix(ids[1], &layer.bias)?;
        }
        Ok(())
    }

    /// That a matrix of this shape can be put in the place of a leaf.
    fn fits(&self, id: MatrixId, (rows, cols): (usize, usize)) -> Result<(), Error> {
        let (entry, expected) = (id.entry(), self.tape.leaf_shape(id)?);
        let found = Shape::new(rows, cols);
        if found == expected {
            return Ok(());
        }
        Err(Error::Shape {
            entry,
            found,
            expected,
        })
    }

    /// Runs forward with the current examples, targets and parameters.
    ///
    /// # Errors
    /// If the targets are no labels or distributions of the net's classes. All of them stay as they
    /// were set, and there is no last run until one succeeds.
    pub fn replay(&mut self) -> Result<(), Error> {
        self.tape.replay()
    }

    /// Sweeps back from the loss.
    ///
    /// # Errors
    /// [`Error::Stale`] if examples, targets or parameters were set since the last run.
    #[doc(alias = "backprop")]
    #[doc(alias = "backward")]
    #[doc(alias = "zero_grad")]
    pub fn sweep(&mut self) -> Result<(), Error> {
        self.tape.sweep(Seed::one(self.loss), &mut self.cotangents)
    }

    /// One training step on the current examples: replay, sweep, update. Returns the loss before
    /// the update.
    ///
    /// A loss that is not finite has no use for a sweep: it is returned with nothing swept and
    /// nothing updated, so that the tape still shows where it came from.
    ///
    /// After the update the tape is stale: it has new parameters, and results of the old.
    ///
    /// # Errors
    /// As [`replay`](Recording::replay); the parameters are then as they were.
    pub fn step(&mut self, optimiser: &Sgd) -> Result<T, Error> {
        self.replay()?;
        let loss = self.loss()?;
        if loss.is_finite() {
            self.sweep()?;
            optimiser.update(&mut self.tape, &self.parameters, &self.cotangents)?;
        }
        Ok(loss)
    }

    /// The loss of the last run.
    ///
    /// # Errors
    /// [`Error::Stale`] if examples, targets or parameters were set since, as a step does.
    pub fn loss(&self) -> Result<T, Error> {
        self.tape.value(self.loss)
    }

    /// Hands the logits of the last run, N×C, to `read`.
    ///
    /// # Panics
    /// If examples, targets or parameters were set since.
    #[track_caller]
    pub fn logits<R>(&self, read: impl FnOnce(View<'_, T>) -> R) -> R {
        let logits = self.affines[self.affines.len() - 1];
        let read = self.tape.read(logits, read);
        read.unwrap_or_else(|error| panic!("logits: {error}"))
    }

    /// For each example of the last run, whether the largest logit is at the wanted class.
    ///
    /// # Errors
    /// As [`loss`](Recording::loss).
    pub fn correct(&self) -> Result<Vec<bool>, Error> {
        let wanted = self.tape.read(self.targets, |targets| match self.kind {
            Targets::Labels => targets
                .values()
                .iter()
                .map(|t| t.to_f64() as usize)
                .collect(),
            Targets::Rows => largest_columns(targets),
        })?;
        let logits = self.affines[self.affines.len() - 1];
        let found = self.tape.read(logits, largest_columns)?;
        Ok(wanted.iter().zip(&found).map(|(w, f)| w == f).collect())
    }

    /// The share of examples of the last run whose largest logit is at the wanted class.
    ///
    /// # Errors
    /// As [`correct`](Recording::correct).
    pub fn accuracy(&self) -> Result<f64, Error> {
        let correct = self.correct()?;
        Ok(correct.iter().filter(|&&hit| hit).count() as f64 / correct.len() as f64)
    }

    /// The current parameters as a net.
    pub fn net(&self) -> Net<T> {
        let value = |id| {
            self.tape
                .matrix_value(id)
                .expect("the parameters are leaves")
        };
        Net::new(self.layers(value), self.activation)
    }

    /// The gradient of the last sweep, a [`Layer`] for each layer.
    ///
    /// # Errors
    /// If nothing was swept yet.
    #[doc(alias = "grad")]
    pub fn gradient(&self) -> Result<Vec<Layer<T>>, Error> {
        for &id in &self.parameters {
            self.cotangents.of(id)?;
        }
        let slope = |id: MatrixId| {
            self.cotangents
                .of(id)
                .expect("checked above")
                .matrix()
                .into_owned()
        };
        Ok(self.layers(slope))
    }

    fn layers(&self, matrix: impl Fn(MatrixId) -> DMatrix<T>) -> Vec<Layer<T>> {
        let layer = |ids: &[MatrixId]| Layer {
            weights: matrix(ids[0]),
            bias: RowDVector::from_row_slice(matrix(ids[1]).as_slice()),
        };
        self.parameters.chunks_exact(2).map(layer).collect()
    }

    /// The gradient by central differences with step `h`, parameter by parameter, on the current
    /// examples.
    ///
    /// With ReLU a probe may push a hidden unit across its kink, where the loss has no derivative
    /// and the difference quotient says nothing; such parameters are marked, by comparing which
    /// units were active.
    ///
    /// # Errors
    /// As [`replay`](Recording::replay); the parameters are as they were in any case.
    pub fn numerical_gradient(&mut self, h: T) -> Result<NumericalGradient<T>, Error> {
        self.numerical_gradient_with(h, |_| ())
    }

    /// [`numerical_gradient`](Recording::numerical_gradient), for somebody who waits: two runs for
    /// each element of each parameter take their time, and `done` is told after each element how
    /// many there were so far.
    ///
    /// # Errors
    /// As [`numerical_gradient`](Recording::numerical_gradient).
    pub fn numerical_gradient_with(
        &mut self,
        h: T,
        mut done: impl FnMut(usize),
    ) -> Result<NumericalGradient<T>, Error> {
        let (mut slopes, mut kinks) = (Vec::new(), Vec::new());
        let mut count = 0;
        for k in 0..self.parameters.len() {
            let id = self.parameters[k];
            let shape = self.tape.read(id, |w| w.shape())?;
            let mut slope = DMatrix::zeros(shape.rows, shape.cols);
            let mut kink = DMatrix::from_element(shape.rows, shape.cols, false);
            for element in 0..shape.len() {
                let before = self.tape.read(id, |w| w.values()[element])?;
                let above = self.probe(id, element, before + h);
                let below = self.probe(id, element, before - h);
                self.tape.leaf_mut(id)?.values_mut()[element] = before;
                let ((above, active_above), (below, active_below)) = (above?, below?);
                slope[element] = (above - below) / (h + h);
                kink[element] = active_above != active_below;
                count += 1;
                done(count);
            }
            slopes.push(slope);
            kinks.push(kink);
        }
        self.replay()?;
        Ok(NumericalGradient { slopes, kinks })
    }

    /// The loss with one parameter changed, and which hidden units were active.
    fn probe(&mut self, id: MatrixId, element: usize, value: T) -> Result<(T, Vec<bool>), Error> {
        self.tape.leaf_mut(id)?.values_mut()[element] = value;
        self.tape.replay()?;
        let mut active = Vec::new();
        if self.activation == Activation::Relu {
            for &hidden in &self.affines[..self.affines.len() - 1] {
                let signs =
                    |x: View<'_, T>| active.extend(x.values().iter().map(|&x| x > T::zero()));
                self.tape.read(hidden, signs)?;
            }
        }
        Ok((self.tape.value(self.loss)?, active))
    }
}

/// A gradient by central differences.
#[derive(Clone, Debug, PartialEq)]
pub struct NumericalGradient<T: nalgebra::Scalar> {
    /// The difference quotients, `W1, b1, W2, b2, …`, each of its parameter's shape (`b` is 1×H).
    pub slopes: Vec<DMatrix<T>>,
    /// Where the two probes had different ReLU units active, so that the quotient straddles a kink.
    pub kinks: Vec<DMatrix<bool>>,
}

/// For each row the column of its largest element, the first at a tie.
fn largest_columns<T: Scalar>(view: View<'_, T>) -> Vec<usize> {
    let mut columns = vec![0; view.rows()];
    for j in 1..view.cols() {
        for (i, best) in columns.iter_mut().enumerate() {
            if view[(i, j)] > view[(i, *best)] {
                *best = j;
            }
        }
    }
    columns
}
