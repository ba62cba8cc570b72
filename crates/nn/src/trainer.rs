//! A batch in shards, each on a tape of its own: learning on several threads with the bits of one.
//!
//! # The same bits
//!
//! How a batch is cut is said once and for all ([`Trainer::new`]) and does not depend on what runs
//! the shards. Shard k of S has the examples from `k·N/S` on. Each has its loss, weighted by its
//! share of the batch, and a gradient; these are added in one fixed tree: those of the first 2ⁿ
//! shards to those of the others, 2ⁿ the largest power of two below S, and so on within both. The
//! sum is the first shard's, whose parameters are updated and copied to the others. Another number
//! of shards is another order of additions, and rounds otherwise.

use crate::optimiser::Optimiser;
use crate::pass::{Objective, Pass};
use crate::ranks::{Ranks, owner, part};
use std::fmt;
use std::ops::Range;
use tape::{Error, MatrixId, Scalar, Tape, threads};

/// Learns from batches that are cut into shards.
///
/// Inside of [`tape::Threads::run`] the shards run at the same time, and what is large within a
/// shard is shared out, too; outside, one after the other. The results are the same, bit for bit.
///
/// ```
/// use nalgebra::DMatrix;
/// use nn::{Objective, Sgd, Trainer};
/// use tape::{Tape, Threads};
///
/// // A line through points, with a loss of its own; batches of 6 points in 2 shards.
/// let mut trainer = Trainer::new(6, 2, |tape: &Tape<f64>, points| {
///     let zeros = DMatrix::zeros(points.len(), 1);
///     let (x, y) = (tape.input(&zeros), tape.input(&zeros));
///     let (slope, offset) = (DMatrix::zeros(1, 1), DMatrix::zeros(1, 1));
///     let (slope, offset) = (tape.matrix(&slope), tape.matrix(&offset));
///     let loss = (x * slope + offset - y).square().sum() / points.len() as f64;
///     Objective { loss, parameters: vec![slope, offset], inputs: vec![x, y] }
/// });
/// let x = [-1.0, -0.6, -0.2, 0.2, 0.6, 1.0];
/// let last = Threads::new(1)?.run(|| {
///     for _ in 0..200 {
///         let loss = trainer.step(
///             |points, pass| {
///                 for (k, x) in x[points].iter().enumerate() {
///                     pass.input_mut(0).values_mut()[k] = *x;
///                     pass.input_mut(1).values_mut()[k] = 3.0 * x + 1.0;
///                 }
///             },
///             &Sgd { rate: 0.2 },
///         )?;
///         if loss < 1e-20 {
///             break;
///         }
///     }
///     let first = &trainer.shards()[0];
///     first.tape().matrix_value(first.parameters()[0])
/// })?;
/// assert!((last[0] - 3.0).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Trainer<T: nalgebra::Scalar, S = Pass<T>> {
    /// Those of this process.
    shards: Vec<S>,
    /// Which they are of all.
    own: Range<usize>,
    /// How many shards a batch has.
    count: usize,
    batch: usize,
    among: Option<Among<T>>,
}

/// The other processes.
struct Among<T> {
    ranks: Box<dyn Ranks<T>>,
    /// Whether a gradient is one, the sums and the gradient of a shard; or the parameters.
    message: Vec<T>,
}

impl<T: Scalar, S> fmt::Debug for Trainer<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trainer")
            .field("own", &self.own)
            .field("shards", &self.count)
            .field("batch", &self.batch)
            .finish_non_exhaustive()
    }
}

impl<T: Scalar> Trainer<T> {
    /// Cuts batches of `batch` examples into shards and has `record` record each on a tape: the
    /// mean loss of the examples it is told, which are a range of the batch's.
    ///
    /// # Panics
    /// As [`of_shards`](Trainer::of_shards).
    #[track_caller]
    pub fn new(
        batch: usize,
        shards: usize,
        mut record: impl for<'t> FnMut(&'t Tape<T>, Range<usize>) -> Objective<'t, T>,
    ) -> Self {
        Trainer::of_shards(batch, shards, |examples| {
            Pass::record(examples.len(), batch, |tape| record(tape, examples))
        })
    }
}

impl<T: Scalar, S: AsRef<Pass<T>> + AsMut<Pass<T>> + Send> Trainer<T, S> {
    /// The same of shards that are something more than a [`Pass`], such as a
    /// [`Recording::shard`](crate::Recording::shard). `make` is told which examples each has; they
    /// all get the parameters of the first.
    ///
    /// # Panics
    /// If there are to be no shards, or more than the batch has examples; if they have not all as
    /// many parameters, of the same shapes.
    #[track_caller]
    pub fn of_shards(batch: usize, shards: usize, make: impl FnMut(Range<usize>) -> S) -> Self {
        Trainer::with(batch, shards, None, make)
    }

    /// The same, learned by several processes, each of which has some of the shards, in order. All
    /// must be made with the same numbers, and the first one's parameters are everybody's. The
    /// results are those of one process with all shards, bit for bit, if the processors round
    /// alike.
    ///
    /// The first process takes [steps](Trainer::step); the others [follow](Trainer::follow).
    ///
    /// # Panics
    /// As [`of_shards`](Trainer::of_shards), or if there are fewer shards than processes.
    #[track_caller]
    pub fn among(
        ranks: Box<dyn Ranks<T>>,
        batch: usize,
        shards: usize,
        make: impl FnMut(Range<usize>) -> S,
    ) -> Self {
        Trainer::with(batch, shards, Some(ranks), make)
    }

    #[track_caller]
    fn with(
        batch: usize,
        count: usize,
        ranks: Option<Box<dyn Ranks<T>>>,
        make: impl FnMut(Range<usize>) -> S,
    ) -> Self {
        assert!(
            (1..=batch).contains(&count),
            "a batch of {batch} examples in {count} shards: expected from 1 to {batch}"
        );
        let own = match &ranks {
            None => 0..count,
            Some(ranks) => {
                let all = ranks.count();
                assert!(count >= all, "{count} shards for {all} processes");
                part(count, all, ranks.rank())
            }
        };
        let shards = own.clone().map(|at| part(batch, count, at)).map(make);
        let shards: Vec<S> = shards.collect();
        for at in 1..shards.len() {
            let (found, expected) = (shapes(shards[at].as_ref()), shapes(shards[0].as_ref()));
            assert_eq!(
                found, expected,
                "the parameters of shard {at} and of the first"
            );
        }
        let numbers = message_len(shards[0].as_ref());
        let mut trainer = Trainer {
            shards,
            own,
            count,
            batch,
            among: ranks.map(|ranks| Among {
                ranks,
                message: vec![T::zero(); numbers],
            }),
        };
        let given = trainer.give_parameters();
        let given = given.and_then(|()| spread(&mut trainer.shards));
        given.expect("parameters are leaves, and their shapes the same");
        trainer
    }

    /// The shards of this process. After a step the first of the batch has the parameters, the
    /// gradient of the batch and the running statistics; all have the parameters.
    pub fn shards(&self) -> &[S] {
        &self.shards
    }

    /// The shards, to be changed.
    pub fn shards_mut(&mut self) -> &mut [S] {
        &mut self.shards
    }

    /// How many examples a batch has.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// Learns from a batch: `fill` sets the inputs of each shard, whose examples are a range of the
    /// batch's; then all run forward and back, and the parameters are updated. Returns the loss
    /// before the update.
    ///
    /// A loss that is not finite is returned with nothing updated, so that the tapes still show
    /// where it came from.
    ///
    /// # Errors
    /// The first of the shards' that cannot run on its inputs; the parameters are then as they
    /// were. An optimiser's error, likewise.
    ///
    /// # Panics
    /// In another process than the first, which [follows](Trainer::follow). If `fill` does: what it
    /// has set of the inputs is then set, and the parameters are as they were.
    pub fn step(
        &mut self,
        fill: impl Fn(Range<usize>, &mut S) + Sync,
        optimiser: impl Optimiser<T>,
    ) -> Result<T, Error> {
        assert_eq!(
            self.own.start, 0,
            "the first process leads, the others follow"
        );
        if let Some(among) = &mut self.among {
            among.ranks.broadcast(&mut [T::one()]);
        }
        self.run(&fill)?;
        let first = self.shards[0].as_mut();
        let loss = first.sums[0];
        if loss.is_finite() {
            first.update(optimiser)?;
        }
        self.give_parameters()?;
        if loss.is_finite() {
            spread(&mut self.shards)?;
        }
        Ok(loss)
    }

    /// Does, in another process than the first, what belongs to the step that the first one takes:
    /// waits for it, and runs its own shards. Returns whether there was one; if not, the first one
    /// has [ended](Trainer::end) it.
    ///
    /// # Errors
    /// As [`step`](Trainer::step). The first process then waits for what does not come: this one
    /// has to end them all.
    ///
    /// # Panics
    /// If this is the first process; if `fill` does.
    pub fn follow(&mut self, fill: impl Fn(Range<usize>, &mut S) + Sync) -> Result<bool, Error> {
        assert_ne!(
            self.own.start, 0,
            "the first process leads, the others follow"
        );
        let mut goes_on = [T::zero()];
        if let Some(among) = &mut self.among {
            among.ranks.broadcast(&mut goes_on);
        }
        if goes_on == [T::zero()] {
            return Ok(false);
        }
        self.run(&fill)?;
        self.give_parameters()?;
        spread(&mut self.shards)?;
        Ok(true)
    }

    /// Lets the other processes know that the first one, this, takes no more steps. Does nothing if
    /// there are none.
    pub fn end(&mut self) {
        if let Some(among) = &mut self.among {
            among.ranks.broadcast(&mut [T::zero()]);
        }
    }

    /// Runs this process's shards and adds, into the first of all, what they came to.
    fn run(&mut self, fill: &(impl Fn(Range<usize>, &mut S) + Sync)) -> Result<(), Error> {
        let (batch, count, first) = (self.batch, self.count, self.own.start);
        threads::each(&mut self.shards, &|at, shard: &mut S| {
            fill(part(batch, count, first + at), shard);
            let pass = shard.as_mut();
            pass.error = pass.run().err();
        });
        let shards = self.shards.iter_mut();
        let mut failed = shards.map(|shard| shard.as_mut().error.take());
        match failed.find_map(|error| error) {
            Some(error) => Err(error),
            None => self.add_range(0..count),
        }
    }

    /// Adds what a range of all shards came to into the first of them, wherever they are.
    fn add_range(&mut self, range: Range<usize>) -> Result<(), Error> {
        let Range { start, end } = range;
        let own = self.own.clone();
        if range.len() < 2 || end <= own.start || own.end <= start {
            return Ok(());
        }
        if own.start <= start && end <= own.end {
            return add_up(&mut self.shards[start - own.start..end - own.start]);
        }
        let middle = start + middle(range.len());
        self.add_range(start..middle)?;
        self.add_range(middle..end)?;
        let Some(Among { ranks, message }) = &mut self.among else {
            return Ok(());
        };
        let owner = |shard| owner(self.count, ranks.count(), shard);
        let (to, from, this) = (owner(start), owner(middle), ranks.rank());
        if (to, from) == (this, this) {
            let (left, right) = self.shards.split_at_mut(middle - own.start);
            add(left[start - own.start].as_mut(), right[0].as_mut())?;
        } else if to == this {
            ranks.receive(from, message);
            add_message(self.shards[start - own.start].as_mut(), message)?;
        } else if from == this {
            write_message(self.shards[middle - own.start].as_mut(), message)?;
            ranks.send(to, message);
        }
        Ok(())
    }

    /// Gives the first process's parameters to the first shard of every other one.
    fn give_parameters(&mut self) -> Result<(), Error> {
        let Some(Among { ranks, message }) = &mut self.among else {
            return Ok(());
        };
        let Pass {
            tape, parameters, ..
        } = self.shards[0].as_mut();
        let is_first = ranks.rank() == 0;
        let mut at = 0;
        if is_first {
            for &id in &*parameters {
                tape.read(id, |values| copy_next(values.values(), message, &mut at))?;
            }
        } else {
            at = count_numbers(tape, parameters)?;
        }
        ranks.broadcast(&mut message[..at]);
        if !is_first {
            at = 0;
            for &id in &*parameters {
                let mut leaf = tape.leaf_mut(id)?;
                let values = leaf.values_mut();
                values.copy_from_slice(&message[at..at + values.len()]);
                at += values.len();
            }
        }
        Ok(())
    }
}

fn count_numbers<T: Scalar>(tape: &Tape<T>, ids: &[MatrixId]) -> Result<usize, Error> {
    let lengths = ids.iter().map(|&id| Ok(tape.leaf_shape(id)?.len()));
    lengths.sum()
}

fn message_len<T: Scalar>(pass: &Pass<T>) -> usize {
    let parameters = count_numbers(&pass.tape, &pass.parameters);
    1 + pass.sums.len() + parameters.expect("parameters are leaves")
}

fn copy_next<T: Copy>(values: &[T], message: &mut [T], at: &mut usize) {
    message[*at..*at + values.len()].copy_from_slice(values);
    *at += values.len();
}

/// What a shard came to, as a message: a gradient that there is none of is whatever was there.
fn write_message<T: Scalar>(pass: &Pass<T>, message: &mut [T]) -> Result<(), Error> {
    message[0] = if pass.is_swept { T::one() } else { T::zero() };
    let mut at = 1;
    copy_next(&pass.sums, message, &mut at);
    if pass.is_swept {
        for &id in &pass.parameters {
            copy_next(pass.cotangents.of(id)?.values(), message, &mut at);
        }
    }
    Ok(())
}

/// [`add`], of a message.
fn add_message<T: Scalar>(to: &mut Pass<T>, message: &[T]) -> Result<(), Error> {
    let (sums, mut gradient) = message[1..].split_at(to.sums.len());
    add_each(&mut to.sums, sums);
    to.is_swept &= message[0] == T::one();
    if to.is_swept {
        for &id in &to.parameters {
            let mut sum = to.cotangents.of_mut(id)?;
            let (own, rest) = gradient.split_at(sum.values_mut().len());
            add_each(sum.values_mut(), own);
            gradient = rest;
        }
    }
    Ok(())
}

fn add_each<T: Scalar>(sums: &mut [T], more: &[T]) {
    threads::ranges(sums, 1, &|first, part: &mut [T]| {
        for (sum, &more) in part.iter_mut().zip(&more[first..]) {
            *sum += more;
        }
    });
}

fn shapes<T: Scalar>(pass: &Pass<T>) -> Vec<tape::Shape> {
    let shapes = pass.parameters.iter().map(|&id| pass.tape.leaf_shape(id));
    shapes
        .map(|shape| shape.expect("a parameter is a leaf"))
        .collect()
}

/// Where the shards of a tree of two or more are divided.
fn middle(count: usize) -> usize {
    count.next_power_of_two() / 2
}

/// Adds what all shards came to into the first.
fn add_up<T: Scalar, S: AsMut<Pass<T>> + Send>(shards: &mut [S]) -> Result<(), Error> {
    if shards.len() < 2 {
        return Ok(());
    }
    let (left, right) = shards.split_at_mut(middle(shards.len()));
    let (first, second) = threads::join(|| add_up(left), || add_up(right));
    first.and(second)?;
    add(left[0].as_mut(), right[0].as_mut())
}

fn add<T: Scalar>(to: &mut Pass<T>, from: &Pass<T>) -> Result<(), Error> {
    add_each(&mut to.sums, &from.sums);
    to.is_swept &= from.is_swept;
    if to.is_swept {
        for (&id, &other) in to.parameters.iter().zip(&from.parameters) {
            let more = from.cotangents.of(other)?.values();
            add_each(to.cotangents.of_mut(id)?.values_mut(), more);
        }
    }
    Ok(())
}

/// Copies the first shard's parameters to all others.
fn spread<T: Scalar, S: AsMut<Pass<T>> + Send>(shards: &mut [S]) -> Result<(), Error> {
    if shards.len() < 2 {
        return Ok(());
    }
    let (left, right) = shards.split_at_mut(middle(shards.len()));
    copy(left[0].as_mut(), right[0].as_mut())?;
    let (first, second) = threads::join(|| spread(left), || spread(right));
    first.and(second)
}

fn copy<T: Scalar>(from: &Pass<T>, to: &mut Pass<T>) -> Result<(), Error> {
    for (&id, &other) in from.parameters.iter().zip(&to.parameters) {
        let mut leaf = to.tape.leaf_mut(other)?;
        from.tape.read(id, |values| {
            let values = values.values();
            threads::ranges(leaf.values_mut(), 1, &|first, part: &mut [T]| {
                part.copy_from_slice(&values[first..][..part.len()]);
            });
        })?;
    }
    Ok(())
}
