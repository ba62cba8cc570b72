//! A net recorded once, for a fixed number of examples, to be run many times.

use crate::images::ImageShape;
use crate::layer::{Mask, Mode};
use crate::layers::softmax_cross_entropy;
use crate::net::{Net, Recorded};
use crate::ops::Window;
use crate::optimiser::Optimiser;
use crate::pass::{Pass, weighted};
use nalgebra::DMatrix;
use rand::Rng;
use tape::{Cotangents, Error, MatrixId, Scalar, Shape, Tape, VarId, View, ViewMut};

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
pub struct Recording<T: nalgebra::Scalar> {
    pass: Pass<T>,
    examples: MatrixId,
    targets: MatrixId,
    /// Where the running statistics stand on the tape, in evaluation.
    running_leaves: Vec<MatrixId>,
    masks: Vec<Mask<MatrixId>>,
    affines: Vec<MatrixId>,
    rectified: Vec<MatrixId>,
    pooled: Vec<(MatrixId, ImageShape, Window)>,
    logits: MatrixId,
    /// The net as it was recorded.
    recorded: Net<T>,
    kind: Targets,
}

impl<T: Scalar> Recording<T> {
    /// Records `net` on `count` examples, all zero, of class 0, to be judged.
    ///
    /// # Panics
    /// If `count` is 0 or the net has no class: there is no loss of nothing.
    #[track_caller]
    pub fn new(net: &Net<T>, count: usize, kind: Targets) -> Self {
        Recording::of(net, Mode::Evaluation, count, count, kind)
    }

    /// Records `net` on a batch of `count` examples, to learn.
    ///
    /// # Panics
    /// As [`new`](Recording::new).
    #[track_caller]
    pub fn training(net: &Net<T>, count: usize, kind: Targets) -> Self {
        Recording::of(net, Mode::Training, count, count, kind)
    }

    /// Records `net` on `count` examples out of a batch of `batch`, to learn: a shard, whose loss
    /// counts as much as its share of the batch. The losses and the gradients of all shards of a
    /// batch add up to those of the batch, where no layer looks at the batch as a whole.
    ///
    /// # Panics
    /// As [`new`](Recording::new), or if the batch has fewer examples.
    #[track_caller]
    pub fn shard(net: &Net<T>, count: usize, batch: usize, kind: Targets) -> Self {
        assert!(count <= batch, "{count} examples out of a batch of {batch}");
        Recording::of(net, Mode::Training, count, batch, kind)
    }

    #[track_caller]
    fn of(net: &Net<T>, mode: Mode, count: usize, batch: usize, kind: Targets) -> Self {
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
        let recorded = net.record_for(mode, &tape, x);
        let loss = {
            let _scope = tape.scope("loss");
            let mean = softmax_cross_entropy(recorded.logits(), t);
            let mean = mean.expect("class 0 of a net with classes, for at least one example");
            weighted(mean, count, batch)
        };
        let loss = loss.named("loss").id();
        let named = net.named().into_iter().zip(net.matrices());
        let running = named.filter(|((_, parameter), _)| !parameter.is_learned());
        let pooled = recorded.pooled.iter();
        let masks = recorded.masks.iter().map(|mask| Mask {
            matrix: mask.matrix.id(),
            rate: mask.rate,
        });
        let running = running.map(|(_, value)| value.clone()).collect();
        let statistics = Recorded::ids(&recorded.statistics);
        let (logits, parameters) = (recorded.logits().id(), Recorded::ids(&recorded.parameters));
        Recording {
            examples: x.id(),
            targets: t.id(),
            running_leaves: Recorded::ids(&recorded.running),
            masks: masks.collect(),
            affines: Recorded::ids(&recorded.affines),
            rectified: Recorded::ids(&recorded.rectified),
            pooled: pooled
                .map(|&(x, images, window)| (x.id(), images, window))
                .collect(),
            logits,
            recorded: net.clone(),
            kind,
            pass: Pass::new(
                tape,
                loss,
                parameters,
                (statistics, running),
                (count, batch),
            ),
        }
    }

    /// The tape, to look at.
    pub fn tape(&self) -> &Tape<T> {
        &self.pass.tape
    }

    /// The cotangents of the last sweep.
    pub fn cotangents(&self) -> &Cotangents<T> {
        &self.pass.cotangents
    }

    /// The ids of the parameters, `W1, b1, W2, b2, …`.
    pub fn parameters(&self) -> &[MatrixId] {
        &self.pass.parameters
    }

    /// The ids of the results of the layers with weights; of a net of affine layers, the last are
    /// the logits.
    pub fn affines(&self) -> &[MatrixId] {
        &self.affines
    }

    /// The ids of what every ReLU looks at.
    pub fn rectified(&self) -> &[MatrixId] {
        &self.rectified
    }

    /// The ids of what every max pooling looks at, with the shape of the images and the window.
    pub(crate) fn pooled(&self) -> &[(MatrixId, ImageShape, Window)] {
        &self.pooled
    }

    pub(crate) fn tape_mut(&mut self) -> &mut Tape<T> {
        &mut self.pass.tape
    }

    /// Whether a step needs [masks](Recording::draw_masks).
    pub fn has_masks(&self) -> bool {
        !self.masks.is_empty()
    }

    /// How many numbers the masks have for an example: as many words
    /// [`draw_masks`](Recording::draw_masks) takes from its generator for each example of a batch.
    pub fn mask_numbers(&self) -> usize {
        let shapes = self
            .masks
            .iter()
            .map(|mask| self.pass.tape.leaf_shape(mask.matrix));
        shapes
            .map(|shape| shape.expect("a mask is a leaf").cols)
            .sum()
    }

    /// Draws the masks of dropout for a batch of `batch` examples, of which this recording has
    /// those from `first` on. Shards that are given the same generator get the masks that the batch
    /// as a whole would have. No numbers are drawn for a net without dropout.
    ///
    /// # Panics
    /// If the batch does not have the examples of the recording.
    pub fn draw_masks(&mut self, rng: &mut impl Rng, batch: usize, first: usize) {
        for mask in &self.masks {
            let leaf = self
                .pass
                .tape
                .leaf_mut(mask.matrix)
                .expect("a mask is a leaf");
            let (rows, cols) = (leaf.rows(), leaf.cols());
            assert!(
                first + rows <= batch,
                "{rows} examples from {first} on out of {batch}"
            );
            let numbers = leaf.into_values();
            // Of 2³² words so many leave out.
            let out = (mask.rate * f64::powi(2.0, 32)) as u32;
            let kept = T::from_f64(1.0 / (1.0 - mask.rate));
            for row in 0..batch {
                for col in 0..cols {
                    let number = if rng.next_u32() < out {
                        T::zero()
                    } else {
                        kept
                    };
                    if let Some(row) = row.checked_sub(first).filter(|&row| row < rows) {
                        numbers[col * rows + row] = number;
                    }
                }
            }
        }
    }

    /// The id of the loss.
    pub fn loss_id(&self) -> VarId {
        self.pass.loss
    }

    /// The examples, N×inputs, to be written in place before a [`replay`](Recording::replay).
    pub fn examples_mut(&mut self) -> ViewMut<'_, T> {
        self.pass
            .tape
            .leaf_mut(self.examples)
            .expect("the examples are a leaf")
    }

    /// The targets, N×1 labels or N×C rows, to be written in place before a
    /// [`replay`](Recording::replay).
    pub fn targets_mut(&mut self) -> ViewMut<'_, T> {
        self.pass
            .tape
            .leaf_mut(self.targets)
            .expect("the targets are a leaf")
    }

    /// Sets examples and targets.
    ///
    /// # Errors
    /// [`Error::Shape`] if either has another shape than when recorded; neither is set then.
    pub fn set(&mut self, examples: &DMatrix<T>, targets: &DMatrix<T>) -> Result<(), Error> {
        self.fits(self.targets, targets.shape())?;
        self.pass.tape.set_matrix(self.examples, examples)?;
        self.pass.tape.set_matrix(self.targets, targets)
    }

    /// Sets the parameters to those of `net`.
    ///
    /// # Errors
    /// [`Error::Shape`] if the net has other sizes than the one recorded; no parameter is set then.
    ///
    /// # Panics
    /// If the net has other layers.
    pub fn set_parameters(&mut self, net: &Net<T>) -> Result<(), Error> {
        let (found, expected) = (net.matrices().len(), self.recorded.matrices().len());
        assert_eq!(found, expected, "how many parameters the net has");
        let named = net.named();
        let learned = |at: &usize| named[*at].1.is_learned();
        let (learned, running): (Vec<usize>, Vec<usize>) = (0..named.len()).partition(learned);
        for (&id, &at) in self.pass.parameters.iter().zip(&learned) {
            self.fits(id, net.matrices()[at].shape())?;
        }
        for (&id, &at) in self.running_leaves.iter().zip(&running) {
            self.fits(id, net.matrices()[at].shape())?;
        }
        for (&id, at) in self.pass.parameters.iter().zip(learned) {
            self.pass.tape.set_matrix(id, &net.matrices()[at])?;
        }
        for (k, at) in running.into_iter().enumerate() {
            self.pass.running[k].clone_from(&net.matrices()[at]);
            if let Some(&id) = self.running_leaves.get(k) {
                self.pass.tape.set_matrix(id, &net.matrices()[at])?;
            }
        }
        Ok(())
    }

    /// That a matrix of this shape can be put in the place of a leaf.
    fn fits(&self, id: MatrixId, (rows, cols): (usize, usize)) -> Result<(), Error> {
        let (entry, expected) = (id.entry(), self.pass.tape.leaf_shape(id)?);
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
        self.pass.tape.replay()
    }

    /// Sweeps back from the loss.
    ///
    /// # Errors
    /// [`Error::Stale`] if examples, targets or parameters were set since the last run.
    #[doc(alias = "backprop")]
    #[doc(alias = "backward")]
    #[doc(alias = "zero_grad")]
    pub fn sweep(&mut self) -> Result<(), Error> {
        self.pass.sweep()
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
    pub fn step(&mut self, optimiser: impl Optimiser<T>) -> Result<T, Error> {
        self.pass.step(optimiser)
    }

    /// The loss of the last run.
    ///
    /// # Errors
    /// [`Error::Stale`] if examples, targets or parameters were set since, as a step does.
    pub fn loss(&self) -> Result<T, Error> {
        self.pass.tape.value(self.pass.loss)
    }

    /// Hands the logits of the last run, N×C, to `read`.
    ///
    /// # Panics
    /// If examples, targets or parameters were set since.
    #[track_caller]
    pub fn logits<R>(&self, read: impl FnOnce(View<'_, T>) -> R) -> R {
        let read = self.pass.tape.read(self.logits, read);
        read.unwrap_or_else(|error| panic!("logits: {error}"))
    }

    /// For each example of the last run, whether the largest logit is at the wanted class.
    ///
    /// # Errors
    /// As [`loss`](Recording::loss).
    pub fn correct(&self) -> Result<Vec<bool>, Error> {
        let wanted = self
            .pass
            .tape
            .read(self.targets, |targets| match self.kind {
                Targets::Labels => targets
                    .values()
                    .iter()
                    .map(|t| t.to_f64() as usize)
                    .collect(),
                Targets::Rows => largest_columns(targets),
            })?;
        let found = self.pass.tape.read(self.logits, largest_columns)?;
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
        let value = |id: &MatrixId| {
            let value = self.pass.tape.matrix_value(*id);
            value.expect("the parameters are leaves")
        };
        let mut learned = self.pass.parameters.iter().map(value);
        let mut running = self.pass.running.iter().cloned();
        let mut net = self.recorded.clone();
        for (at, (_, parameter)) in self.recorded.named().iter().enumerate() {
            let value = match parameter.is_learned() {
                true => learned.next(),
                false => running.next(),
            };
            net.set_parameter(at, value.expect("one for each"));
        }
        net
    }

    /// The gradient of the last sweep, a matrix for each parameter that is learned.
    ///
    /// # Errors
    /// If nothing was swept yet.
    #[doc(alias = "grad")]
    pub fn gradient(&self) -> Result<Vec<DMatrix<T>>, Error> {
        let slopes = self
            .pass
            .parameters
            .iter()
            .map(|&id| Ok(self.pass.cotangents.of(id)?.to_matrix()));
        slopes.collect()
    }
}

impl<T: nalgebra::Scalar> AsRef<Pass<T>> for Recording<T> {
    fn as_ref(&self) -> &Pass<T> {
        &self.pass
    }
}

impl<T: nalgebra::Scalar> AsMut<Pass<T>> for Recording<T> {
    fn as_mut(&mut self) -> &mut Pass<T> {
        &mut self.pass
    }
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
