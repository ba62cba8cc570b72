//! A loss on a tape of its own, run forward and swept: what a step of learning does.

use crate::optimiser::Optimiser;
use nalgebra::DMatrix;
use tape::{Cotangents, Error, MatrixId, MatrixVar, Scalar, Seed, Tape, Var, VarId, ViewMut};

/// What was recorded to be learned: a loss, and what it depends on.
#[derive(Clone, Debug)]
pub struct Objective<'t, T: Scalar> {
    /// The mean loss of the examples.
    pub loss: Var<'t, T>,
    /// What is learned: leaves.
    pub parameters: Vec<MatrixVar<'t, T>>,
    /// What is set before a step: examples, targets.
    pub inputs: Vec<MatrixVar<'t, T>>,
}

/// A loss on a tape of its own, of all examples of a batch or of a shard of them.
///
/// The tape is recorded once and replayed with other inputs and updated parameters; a step
/// allocates nothing. A [`Trainer`](crate::Trainer) has one for each shard of a batch.
#[derive(Debug)]
pub struct Pass<T: nalgebra::Scalar> {
    pub(crate) tape: Tape<T>,
    pub(crate) cotangents: Cotangents<T>,
    pub(crate) loss: VarId,
    pub(crate) parameters: Vec<MatrixId>,
    inputs: Vec<MatrixId>,
    /// What the batch has in the places of the running statistics.
    pub(crate) statistics: Vec<MatrixId>,
    /// The running statistics.
    pub(crate) running: Vec<DMatrix<T>>,
    /// Which part of the batch the examples are.
    share: T,
    /// What the last run came to: its loss, then its statistics, both times the share. Of a batch,
    /// those of all shards are added.
    pub(crate) sums: Vec<T>,
    /// Why the last run failed.
    pub(crate) error: Option<Error>,
    /// Whether it was swept.
    pub(crate) is_swept: bool,
}

/// How much a running statistic keeps of itself in a step.
const KEPT: f64 = 0.9;

impl<T: Scalar> Pass<T> {
    /// What a closure records on a tape: `count` examples out of a batch of `batch`, whose loss
    /// counts as much as their share of the batch.
    pub fn record(
        count: usize,
        batch: usize,
        record: impl for<'t> FnOnce(&'t Tape<T>) -> Objective<'t, T>,
    ) -> Self {
        let tape = Tape::default();
        let objective = record(&tape);
        let loss = weighted(objective.loss, count, batch).id();
        let ids = |handles: &[MatrixVar<'_, T>]| handles.iter().map(|handle| handle.id()).collect();
        let (parameters, inputs) = (ids(&objective.parameters), ids(&objective.inputs));
        let mut pass = Pass::new(tape, loss, parameters, (vec![], vec![]), (count, batch));
        pass.inputs = inputs;
        pass
    }

    /// A loss on `tape` that counts as much as its share of the batch, with what the batch has in
    /// the places of the running statistics, and these.
    pub(crate) fn new(
        tape: Tape<T>,
        loss: VarId,
        parameters: Vec<MatrixId>,
        (statistics, running): (Vec<MatrixId>, Vec<DMatrix<T>>),
        (count, batch): (usize, usize),
    ) -> Self {
        let kept = running.iter().take(statistics.len()).map(DMatrix::len);
        let sums = vec![T::zero(); 1 + kept.sum::<usize>()];
        Pass {
            tape,
            cotangents: Cotangents::new(),
            loss,
            parameters,
            inputs: Vec::new(),
            statistics,
            running,
            share: share(count, batch),
            sums,
            error: None,
            is_swept: false,
        }
    }

    /// The tape, to look at.
    pub fn tape(&self) -> &Tape<T> {
        &self.tape
    }

    /// The cotangents of the last sweep. Of a batch in shards, the first has those of all, added,
    /// after a [step](crate::Trainer::step).
    pub fn cotangents(&self) -> &Cotangents<T> {
        &self.cotangents
    }

    /// The ids of what is learned, in the order of [`Objective::parameters`].
    pub fn parameters(&self) -> &[MatrixId] {
        &self.parameters
    }

    /// The input of that number, in the order of [`Objective::inputs`], to be written in place
    /// before a step.
    ///
    /// # Panics
    /// If there is no such input.
    #[track_caller]
    pub fn input_mut(&mut self, at: usize) -> ViewMut<'_, T> {
        let leaf = self.tape.leaf_mut(self.inputs[at]);
        leaf.expect("an input is a leaf")
    }

    /// Runs forward, and sweeps back if the loss is finite.
    pub(crate) fn run(&mut self) -> Result<(), Error> {
        self.is_swept = false;
        self.tape.replay()?;
        let loss = self.tape.value(self.loss)?;
        self.sums[0] = loss;
        if !loss.is_finite() {
            return Ok(());
        }
        self.sweep()?;
        self.is_swept = true;
        let mut sums = &mut self.sums[1..];
        for &id in &self.statistics {
            self.tape.read(id, |batch| {
                let (own, rest) = std::mem::take(&mut sums).split_at_mut(batch.values().len());
                for (sum, &statistic) in own.iter_mut().zip(batch.values()) {
                    *sum = self.share * statistic;
                }
                sums = rest;
            })?;
        }
        Ok(())
    }

    pub(crate) fn sweep(&mut self) -> Result<(), Error> {
        self.tape.sweep(Seed::one(self.loss), &mut self.cotangents)
    }

    /// Ends a step with the sums and the cotangents that are there: takes over into the running
    /// statistics what the batch had, and updates the parameters.
    pub(crate) fn update(&mut self, mut optimiser: impl Optimiser<T>) -> Result<(), Error> {
        optimiser.update(&mut self.tape, &self.parameters, &self.cotangents)?;
        let (kept, new) = (T::from_f64(KEPT), T::from_f64(1.0 - KEPT));
        let mut sums = self.sums[1..].iter();
        for running in self.running.iter_mut().take(self.statistics.len()) {
            for (running, &batch) in running.iter_mut().zip(sums.by_ref()) {
                *running = kept * *running + new * batch;
            }
        }
        Ok(())
    }

    /// One step on the current inputs: forward, back, update. Returns the loss before the update;
    /// one that is not finite is returned with nothing swept and nothing updated.
    pub(crate) fn step(&mut self, optimiser: impl Optimiser<T>) -> Result<T, Error> {
        self.run()?;
        let loss = self.sums[0];
        if loss.is_finite() {
            self.update(optimiser)?;
        }
        Ok(loss)
    }
}

impl<T: nalgebra::Scalar> AsRef<Pass<T>> for Pass<T> {
    fn as_ref(&self) -> &Pass<T> {
        self
    }
}

impl<T: nalgebra::Scalar> AsMut<Pass<T>> for Pass<T> {
    fn as_mut(&mut self) -> &mut Pass<T> {
        self
    }
}

fn share<T: Scalar>(count: usize, batch: usize) -> T {
    T::from_f64(count as f64 / batch as f64)
}

/// The mean loss of some examples, counting as much as their share of the batch.
pub(crate) fn weighted<T: Scalar>(mean: Var<'_, T>, count: usize, batch: usize) -> Var<'_, T> {
    match count == batch {
        true => mean,
        false => mean * share::<T>(count, batch),
    }
}
