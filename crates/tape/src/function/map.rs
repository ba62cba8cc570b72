//! How a mapper evaluates: in lanes, on several threads, and one by one where that has to be.

use super::branches::is_kept;
use super::construct::Function;
use super::crew::{Asked, Crew};
use super::mapper::Mapper;
use super::recording::{Recording, check_length};
use super::sheet::{Sheet, Table, Which};
use crate::error::Error;
use crate::lanes::CHUNK;
use crate::number::Scalar;
use nalgebra::DMatrix;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

/// How many inputs are evaluated between two calls of the callback.
const WAVE: usize = 1 << 14;

impl<T: Scalar> Mapper<T> {
    /// Evaluates every input into the mapper's own matrices.
    pub(super) fn evaluate(
        &mut self,
        function: &Function<T>,
        table: Table<'_, T>,
        asked: Asked,
    ) -> Result<(), Error> {
        if table.rows == 0 {
            return self.evaluate_none(function, table.columns, asked);
        }
        table.row(0, &mut self.point);
        let state = function.run(&self.point, &mut self.workspace);
        let recording = state.map_err(|error| at_input(0, error))?.recording.clone();
        self.make_room(&recording, table.rows, asked);
        let mut values = std::mem::replace(&mut self.values, DMatrix::zeros(0, 0));
        let mut derivatives = std::mem::take(&mut self.derivatives);
        let sheet = Sheet::Whole {
            values: &mut values,
            derivatives: &mut derivatives,
        };
        let evaluated = self.evaluate_into(function, &recording, asked, table, sheet);
        (self.values, self.derivatives) = (values, derivatives);
        evaluated
    }

    /// Without inputs there is nothing to evaluate, but results still have a shape.
    fn evaluate_none(
        &mut self,
        function: &Function<T>,
        columns: usize,
        asked: Asked,
    ) -> Result<(), Error> {
        let inputs = function.structure_of_numbers(columns);
        check_length(columns, &inputs)?;
        let known = function.known();
        let results = known.first().map_or(1, |known| known.outputs.len());
        self.values = DMatrix::zeros(0, results);
        let derivatives = if asked == Asked::Values { 0 } else { results };
        let parameters = inputs.parameters().len();
        self.derivatives = vec![DMatrix::zeros(0, parameters); derivatives];
        Ok(())
    }

    /// Sees to matrices of the right size.
    fn make_room(&mut self, recording: &Recording<T>, rows: usize, asked: Asked) {
        let results = recording.outputs.len();
        let fit = |matrix: &mut DMatrix<T>, columns: usize| {
            if matrix.shape() != (rows, columns) {
                *matrix = DMatrix::zeros(rows, columns);
            }
        };
        fit(&mut self.values, results);
        let derivatives = if asked == Asked::Values { 0 } else { results };
        let parameters = recording.parameters_len();
        self.derivatives
            .resize_with(derivatives, || DMatrix::zeros(0, 0));
        self.derivatives
            .iter_mut()
            .for_each(|matrix| fit(matrix, parameters));
    }

    /// The crew of a recording, which is the one of this number.
    fn crew(&mut self, recording: &Arc<Recording<T>>) -> usize {
        let known = self.crews.iter();
        let mut known = known.map(|crew| crew.recording.number);
        known
            .position(|number| number == recording.number)
            .unwrap_or_else(|| {
                self.crews.push(Crew::new(recording.clone()));
                self.crews.len() - 1
            })
    }

    /// Runs all inputs on one recording, then those that have left.
    fn evaluate_into(
        &mut self,
        function: &Function<T>,
        recording: &Arc<Recording<T>>,
        asked: Asked,
        table: Table<'_, T>,
        mut sheet: Sheet<'_, T>,
    ) -> Result<(), Error> {
        let crew = self.crew(recording);
        let wave = match self.progress {
            None => table.rows,
            Some(_) => WAVE * self.threads_at_work(),
        };
        let mut left = std::mem::take(&mut self.left);
        left.clear();
        let mut done = 0;
        while done < table.rows {
            let range = done..table.rows.min(done + wave);
            self.run_wave(crew, asked, table, range.clone(), &mut sheet)?;
            let members = &self.crews[crew].members;
            members.iter().for_each(|member| left.extend(&member.left));
            done = range.end;
            if let Some(progress) = &mut self.progress
                && progress(done, table.rows) == ControlFlow::Break(())
                && done < table.rows
            {
                return Err(Error::Stopped {
                    done,
                    of: table.rows,
                });
            }
        }
        let gone = self.evaluate_left(function, asked, table, &mut left, &mut sheet);
        self.left = left;
        gone
    }

    #[cfg(not(feature = "rayon"))]
    fn threads_at_work(&self) -> usize {
        1
    }

    #[cfg(feature = "rayon")]
    fn threads_at_work(&self) -> usize {
        self.pool
            .as_ref()
            .map_or(1, |pool| pool.current_num_threads())
    }

    /// Runs a range of inputs, shared out among the threads.
    fn run_wave(
        &mut self,
        crew: usize,
        asked: Asked,
        table: Table<'_, T>,
        range: Range<usize>,
        sheet: &mut Sheet<'_, T>,
    ) -> Result<(), Error> {
        let how = self.how;
        #[cfg(feature = "rayon")]
        if let Some(pool) = &self.pool {
            return self.crews[crew].run_on(pool, how, asked, table, range, sheet);
        }
        let crew = &mut self.crews[crew];
        crew.hire(1);
        let member = &mut crew.members[0];
        let which = Which::Range(&range);
        member.run(&crew.recording, how, asked, (table, which), sheet);
        member.error.take().map_or(Ok(()), Err)
    }

    /// Evaluates the inputs at which a comparison turned out otherwise. The first one by itself,
    /// which finds the recording it belongs to; the others in lanes of that recording, if they are
    /// many, and so on with those that leave it.
    fn evaluate_left(
        &mut self,
        function: &Function<T>,
        asked: Asked,
        table: Table<'_, T>,
        left: &mut Vec<usize>,
        sheet: &mut Sheet<'_, T>,
    ) -> Result<(), Error> {
        while let Some((&first, rest)) = left.split_first() {
            let recording = match self.evaluate_one(function, asked, table, first, sheet) {
                Ok(recording) => recording,
                Err(error @ Error::Guard { .. }) if function.closure.is_none() => {
                    return Err(Error::Branches {
                        inputs: left.clone(),
                        of: table.rows,
                        error: Box::new(error),
                    });
                }
                Err(error) => return Err(at_input(first, error)),
            };
            let is_worth_it = rest.len() >= CHUNK && is_kept(&function.known(), &recording);
            if !is_worth_it {
                left.remove(0);
                continue;
            }
            let (crew, how) = (self.crew(&recording), self.how);
            let crew = &mut self.crews[crew];
            crew.hire(1);
            let member = &mut crew.members[0];
            member.run(&recording, how, asked, (table, Which::Some(rest)), sheet);
            if let Some(error) = member.error.take() {
                return Err(error);
            }
            std::mem::swap(left, &mut member.left);
        }
        Ok(())
    }

    /// Evaluates one input by itself; returns the recording it belongs to.
    fn evaluate_one(
        &mut self,
        function: &Function<T>,
        asked: Asked,
        table: Table<'_, T>,
        input: usize,
        sheet: &mut Sheet<'_, T>,
    ) -> Result<Arc<Recording<T>>, Error> {
        table.row(input, &mut self.point);
        let state = function.run(&self.point, &mut self.workspace)?;
        let recording = state.recording.clone();
        let results = recording.outputs.len();
        let which = Which::Some(std::slice::from_ref(&input));
        let mut numbers = vec![T::zero(); results];
        recording.outputs(&state.primals, &mut numbers);
        for (column, number) in numbers.iter().enumerate() {
            sheet.put(column, which, 0, std::slice::from_ref(number));
        }
        if asked == Asked::Derivatives {
            let mut seeds = vec![T::zero(); results];
            let mut gradient = vec![T::zero(); recording.parameters_len()];
            let mut columns = results..;
            for result in 0..results {
                seeds.fill(T::zero());
                seeds[result] = T::one();
                state.sweep(&seeds);
                state.cotangents(&mut gradient);
                for (number, column) in gradient.iter().zip(&mut columns) {
                    sheet.put(column, which, 0, std::slice::from_ref(number));
                }
            }
        }
        Ok(recording)
    }
}

/// An error with the input it occurred at.
fn at_input(input: usize, error: Error) -> Error {
    match error {
        // It is so at every input.
        Error::Numbers { .. } | Error::Inputs { .. } => error,
        error => Error::Input {
            input,
            error: Box::new(error),
        },
    }
}
