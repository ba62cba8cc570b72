//! A function summed over examples: the shape of most fitting problems.

use super::branches::is_kept;
use super::construct::Function;
use super::inputs::Inputs;
use super::lane_plans::{Answer, LanePlans};
use super::mapper::Mapper;
use super::recording::Recording;
use super::sheet::{Table, Which};
use super::structure::Structure;
use super::workspace::State;
use crate::error::Error;
use crate::lanes::{CHUNK, How, Worker};
use crate::number::{Scalar, pairwise_sum};
use nalgebra::{Dim, IsContiguous, Matrix, RawStorage};
use std::ops::Range;
use std::sync::Arc;

/// So many rows of lanes are added one after the other before their lanes are: the same for any
/// number of threads.
const BLOCKS: usize = 16;

/// The value of some examples together, then a number for each that is differentiated by: the
/// cotangents of what the examples share, or the gradient by the parameters.
type Total<T> = Vec<T>;
/// The total of a span of examples, without those that have left, which are named.
type Span<T> = (Total<T>, Vec<usize>);

impl<T: Scalar> Mapper<T> {
    /// The sum of a function's values over examples, and its gradient: the function's parameters
    /// are shared, its data are the rows of a matrix.
    ///
    /// What depends on the parameters alone is computed once, and its derivatives are swept once.
    ///
    /// The function is one of [named inputs](Function::new), parameters and
    /// [data](Structure::data_scalar); the matrix has a column for each number of the data, in
    /// their order. The sums are pairwise, and the same to the last bit on any number of threads.
    ///
    /// ```
    /// use nalgebra::dmatrix;
    /// use tape::{Function, Mapper, Outputs, Structure};
    /// // A line through points: its squared distances.
    /// let inputs = Structure::new()
    ///     .scalar("slope")
    ///     .scalar("height")
    ///     .data_scalars("point", 2);
    /// let distance = Function::new(inputs, |at| {
    ///     let point = at.scalars("point");
    ///     Outputs::from((at.scalar("slope") * point[0] + at.scalar("height") - point[1]).square())
    /// });
    /// let points = dmatrix![0.0, 1.0; 1.0, 3.0; 2.0, 6.0];
    /// let (sum, gradient) = Mapper::new().sum(&distance, &[2.0, 1.0], &points)?;
    /// assert_eq!((sum, gradient), (1.0, vec![-4.0, -2.0]));
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`gradients`](Mapper::gradients), [`Error::Length`] if there is another number of
    /// parameters, and [`Error::Columns`] of columns than the data have numbers.
    pub fn sum<P: Inputs<T> + ?Sized, R: Dim, C: Dim, S>(
        &mut self,
        function: &Function<T>,
        parameters: &P,
        examples: &Matrix<T, R, C, S>,
    ) -> Result<(T, Vec<T>), Error>
    where
        S: RawStorage<T, R, C> + IsContiguous,
    {
        let (parameters, table) = (parameters.numbers(), Table::of(examples));
        let inputs = function.structure_of_numbers(parameters.len() + table.columns);
        let shared = inputs.parameters().len();
        crate::error::equally_many(parameters.len(), shared)?;
        if shared + table.columns != inputs.len() {
            return Err(Error::Columns {
                found: table.columns,
                expected: inputs.len() - shared,
                data: inputs.data().to_string(),
            });
        }
        let examples = Examples {
            inputs,
            parameters,
            table,
        };
        if table.rows == 0 {
            return Ok((T::zero(), vec![T::zero(); shared]));
        }
        let total = self.total(function, &examples)?;
        let (value, gradient) = total.split_first().expect("the value stands first");
        Ok((*value, gradient.to_vec()))
    }

    /// The total of all examples, in lanes of the recordings that they belong to.
    fn total(
        &mut self,
        function: &Function<T>,
        examples: &Examples<'_, T>,
    ) -> Result<Total<T>, Error> {
        let all = 0..examples.table.rows;
        let recording = self.recording_at(function, examples, 0)?;
        let (total, mut left) = self.total_in_lanes(&recording, examples, Which::Range(&all))?;
        let mut totals = vec![total];
        let mut done = 0;
        // The first by itself, which finds the recording it belongs to.
        while let Some((&first, rest)) = left[done..].split_first() {
            let at_first = |error| Error::Input {
                input: first,
                error: Box::new(error),
            };
            let recording = self.recording_at(function, examples, first);
            let recording = recording.map_err(at_first)?;
            totals.push(self.total_of_one(function, examples).map_err(at_first)?);
            done += 1;
            if rest.len() >= CHUNK && is_kept(&function.known(), &recording) {
                let total = self.total_in_lanes(&recording, examples, Which::Some(rest))?;
                totals.push(total.0);
                (left, done) = (total.1, 0);
            }
        }
        let numbers = 1 + examples.parameters.len();
        let sum = |k: usize| pairwise_sum(totals.len(), |at| totals[at][k]);
        Ok((0..numbers).map(sum).collect())
    }

    /// The recording that an example belongs to, which is run there.
    fn recording_at(
        &mut self,
        function: &Function<T>,
        examples: &Examples<'_, T>,
        example: usize,
    ) -> Result<Arc<Recording<T>>, Error> {
        examples.point(example, &mut self.point);
        let state = function.run(&self.point, &mut self.workspace)?;
        let found = state.recording.outputs.len();
        if found != 1 {
            return Err(Error::NotOneResult { found });
        }
        Ok(state.recording.clone())
    }

    /// The total of the example whose point was taken last.
    fn total_of_one(
        &mut self,
        function: &Function<T>,
        examples: &Examples<'_, T>,
    ) -> Result<Total<T>, Error> {
        let state = function.run(&self.point, &mut self.workspace)?;
        let mut total = vec![state.value()?];
        total.resize(1 + examples.parameters.len(), T::zero());
        state.sweep(&[T::one()]);
        state.cotangents(&mut total[1..]);
        Ok(total)
    }

    /// The total of those that stay on a recording, which was run at a point it belongs to, and
    /// those that leave it.
    fn total_in_lanes(
        &mut self,
        recording: &Arc<Recording<T>>,
        examples: &Examples<'_, T>,
        which: Which<'_>,
    ) -> Result<(Total<T>, Vec<usize>), Error> {
        let plans = recording.sums();
        let mut state = State::new(recording.clone());
        let ran = state.run(&self.point);
        ran.map_err(|stopped| state.error(&stopped))?;
        let program = &recording.program;
        let shared = plans.numbers(program, &state.primals);
        let span = BLOCKS * plans.plans.lanes;
        let spans: Vec<Range<usize>> = (0..which.len())
            .step_by(span)
            .map(|start| start..which.len().min(start + span))
            .collect();
        let sums = self.sums(recording, &shared, (examples, which), &spans)?;
        let sum = |k: usize| pairwise_sum(sums.len(), |at| sums[at].0[k]);
        let cotangents: Vec<T> = (1..=plans.wanted()).map(sum).collect();
        let mut total = vec![sum(0)];
        total.resize(1 + examples.parameters.len(), T::zero());
        state.begin();
        plans.sweep(program, &state.primals, &cotangents, &mut state.buffer);
        state.cotangents(&mut total[1..]);
        let left = sums.into_iter().flat_map(|(_, left)| left);
        Ok((total, left.collect()))
    }

    /// The total of each span, with the examples that have left it.
    fn sums(
        &mut self,
        recording: &Arc<Recording<T>>,
        shared: &[T],
        examples: (&Examples<'_, T>, Which<'_>),
        spans: &[Range<usize>],
    ) -> Result<Vec<Span<T>>, Error> {
        let how = self.how;
        #[cfg(feature = "rayon")]
        if let Some(pool) = &self.pool {
            use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
            let make = || Summer::new(recording, shared);
            let sums = spans.par_iter().map_init(make, |summer, span| {
                summer.span(recording, how, examples, span)
            });
            return pool.install(|| sums.collect());
        }
        let mut summer = Summer::new(recording, shared);
        let sums = spans
            .iter()
            .map(|span| summer.span(recording, how, examples, span));
        sums.collect()
    }
}

/// What is summed over.
struct Examples<'a, T> {
    inputs: Structure,
    parameters: &'a [T],
    table: Table<'a, T>,
}

impl<T: Scalar> Examples<'_, T> {
    /// The function's inputs at one example.
    fn point(&self, example: usize, into: &mut Vec<T>) {
        into.clear();
        let (mut parameters, mut columns) = (self.parameters, 0..);
        for part in self.inputs.parts() {
            let count = part.shape.len();
            if part.is_data {
                let columns = columns.by_ref().take(count);
                into.extend(columns.map(|column| self.table.column(column)[example]));
            } else {
                let (own, rest) = parameters.split_at(count);
                into.extend_from_slice(own);
                parameters = rest;
            }
        }
    }
}

/// One who adds up spans.
struct Summer<T> {
    worker: Worker<T>,
    /// For the value and each parameter, a row of sums.
    sums: Vec<T>,
}

impl<T: Scalar> Summer<T> {
    /// One who begins; `shared` are the numbers that are the same of all examples.
    fn new(recording: &Recording<T>, shared: &[T]) -> Self {
        let sums = recording.sums();
        let plans = &sums.plans;
        let mut worker = plans.worker(&recording.recorded);
        for (input, &number) in shared.iter().enumerate() {
            worker.input(&plans.plan, input).fill(number);
        }
        Summer {
            sums: vec![T::zero(); (1 + sums.wanted()) * plans.lanes],
            worker,
        }
    }

    /// The total of a span of examples, without those that have left, which are named.
    fn span(
        &mut self,
        recording: &Recording<T>,
        how: How,
        (examples, which): (&Examples<'_, T>, Which<'_>),
        span: &Range<usize>,
    ) -> Result<Span<T>, Error> {
        let plans = &recording.sums().plans;
        self.sums.fill(T::zero());
        let mut left = Vec::new();
        for start in span.clone().step_by(plans.lanes) {
            let block = start..span.end.min(start + plans.lanes);
            self.run(recording, how, (examples, which), &block)?;
            let gone = self.worker.left[..block.len()].iter().enumerate();
            let gone = gone.filter(|(_, has_left)| **has_left);
            left.extend(gone.map(|(lane, _)| which.input(start + lane)));
            self.add(plans, recording, block.len());
        }
        let rows = self.sums.chunks_exact(plans.lanes);
        let total = rows.map(|row| pairwise_sum(row.len(), |lane| row[lane]));
        Ok((total.collect(), left))
    }

    fn run(
        &mut self,
        recording: &Recording<T>,
        how: How,
        (examples, which): (&Examples<'_, T>, Which<'_>),
        block: &Range<usize>,
    ) -> Result<(), Error> {
        let (sums, program) = (recording.sums(), &recording.program);
        let plans = &sums.plans;
        for column in 0..examples.table.columns {
            let input = sums.input_of_column(column);
            let row = self.worker.input(&plans.plan, input);
            let (used, spare) = row.split_at_mut(block.len());
            which.load(examples.table.column(column), block.start, used);
            spare.fill(used[block.len() - 1]);
        }
        let run = (&plans.plan, program);
        let ran = self.worker.forward(run, how, block.len());
        ran.map_err(|(lane, entry, error)| Error::Input {
            input: which.input(block.start + lane),
            error: Box::new(program.forward_error(entry as usize, &error)),
        })?;
        if let Answer::Output(output) = plans.results[0] {
            let reverse = plans.reverse(program, output);
            self.worker.reverse(run, reverse, how, block.len());
        }
        Ok(())
    }

    /// Adds the lanes of a block that have not left.
    fn add(&mut self, plans: &LanePlans<T>, recording: &Recording<T>, used: usize) {
        let left = &self.worker.left;
        let mut add = |row: usize, numbers: &[T]| {
            let sums = &mut self.sums[row * plans.lanes..][..used];
            for ((sum, &number), &left) in sums.iter_mut().zip(numbers).zip(left) {
                *sum += if left { T::zero() } else { number };
            }
        };
        match plans.results[0] {
            Answer::Number(number) => {
                add(0, &vec![number; used]);
            }
            Answer::Output(output) => {
                add(0, self.worker.output(&plans.plan, output));
                let gradient = &plans.reverse(&recording.program, output).gradient;
                for (k, row) in gradient.iter().enumerate() {
                    if let Some(row) = *row {
                        add(1 + k, self.worker.cotangent(row));
                    }
                }
            }
        }
    }
}
