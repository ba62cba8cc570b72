//! A recording run at many inputs: who does it, and what one of them does.

use super::lane_plans::Answer;
use super::recording::Recording;
use super::sheet::{Sheet, Table, Which};
use crate::error::Error;
use crate::lanes::{How, Worker};
use crate::number::Scalar;
#[cfg(feature = "rayon")]
use std::ops::Range;
use std::sync::Arc;

/// What is asked for at each input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Values,
    /// Values, and the derivatives of every result by every parameter.
    Derivatives,
}

/// The memory of those who run a recording, one a thread.
pub(super) struct Crew<T> {
    pub recording: Arc<Recording<T>>,
    pub members: Vec<Member<T>>,
}

/// One of them, with what became of the inputs it was given.
pub(super) struct Member<T> {
    worker: Worker<T>,
    /// The inputs at which a comparison turned out otherwise.
    pub left: Vec<usize>,
    pub error: Option<Error>,
}

impl<T: Scalar> Crew<T> {
    pub fn new(recording: Arc<Recording<T>>) -> Self {
        Crew {
            recording,
            members: Vec::new(),
        }
    }

    /// Runs a range of inputs, a part on each thread of a pool.
    #[cfg(feature = "rayon")]
    pub fn run_on(
        &mut self,
        pool: &rayon::ThreadPool,
        how: How,
        asked: Asked,
        table: Table<'_, T>,
        range: Range<usize>,
        sheet: &mut Sheet<'_, T>,
    ) -> Result<(), Error> {
        let threads = pool.current_num_threads();
        self.hire(threads);
        let lanes = self.recording.lanes().lanes;
        let share = range.len().div_ceil(threads).next_multiple_of(lanes);
        let starts = range.clone().step_by(share.max(1));
        let ranges: Vec<_> = starts
            .map(|start| start..range.end.min(start + share))
            .collect();
        let recording = &*self.recording;
        pool.scope(|scope| {
            let parts = sheet.split(&ranges).into_iter().zip(&ranges);
            for (member, (mut part, range)) in self.members.iter_mut().zip(parts) {
                scope.spawn(move |_| {
                    let which = Which::Range(range);
                    member.run(recording, how, asked, (table, which), &mut part);
                });
            }
        });
        let used = &mut self.members[..ranges.len()];
        used.iter_mut()
            .find_map(|member| member.error.take())
            .map_or(Ok(()), Err)
    }

    /// Sees to it that there are so many members.
    pub fn hire(&mut self, count: usize) {
        while self.members.len() < count {
            self.members.push(Member {
                worker: self.recording.lanes().worker(&self.recording.recorded),
                left: Vec::new(),
                error: None,
            });
        }
    }
}

impl<T: Scalar> Member<T> {
    /// Evaluates some inputs, and keeps note of those that have left, or of the first error.
    pub fn run(
        &mut self,
        recording: &Recording<T>,
        how: How,
        asked: Asked,
        (table, which): (Table<'_, T>, Which<'_>),
        sheet: &mut Sheet<'_, T>,
    ) {
        (self.error, self.left) = (None, std::mem::take(&mut self.left));
        self.left.clear();
        let mut at = 0;
        while at < which.len() {
            let lanes = self.worker.lanes().min(which.len() - at);
            self.load(recording, table, which, at, lanes);
            let program = (&recording.lanes().plan, &recording.program);
            if let Err((lane, entry, error)) = self.worker.forward(program, how, lanes) {
                let error = recording.program.forward_error(entry as usize, &error);
                self.error = Some(Error::Input {
                    input: which.input(at + lane),
                    error: Box::new(error),
                });
                return;
            }
            let left = self.worker.left[..lanes].iter().enumerate();
            let left = left.filter_map(|(lane, left)| left.then_some(lane));
            self.left.extend(left.map(|lane| which.input(at + lane)));
            self.store(recording, how, asked, which, at..at + lanes, sheet);
            at += lanes;
        }
    }

    fn load(
        &mut self,
        recording: &Recording<T>,
        table: Table<'_, T>,
        which: Which<'_>,
        at: usize,
        lanes: usize,
    ) {
        let plan = &recording.lanes().plan;
        for input in 0..table.columns {
            let row = self.worker.input(plan, input);
            let (used, spare) = row.split_at_mut(lanes);
            which.load(table.column(input), at, used);
            // What is computed there is not looked at, but should be as quick.
            spare.fill(used[lanes - 1]);
        }
    }

    /// Writes what was asked for of a block of inputs.
    fn store(
        &mut self,
        recording: &Recording<T>,
        how: How,
        asked: Asked,
        which: Which<'_>,
        block: std::ops::Range<usize>,
        sheet: &mut Sheet<'_, T>,
    ) {
        let plans = recording.lanes();
        for (column, answer) in plans.results.iter().enumerate() {
            match *answer {
                Answer::Number(number) => sheet.fill(column, which, block.clone(), number),
                Answer::Output(output) => {
                    let row = self.worker.output(&plans.plan, output);
                    sheet.put(column, which, block.start, &row[..block.len()]);
                }
            }
        }
        if asked == Asked::Values {
            return;
        }
        let parameters = plans.plan.parameters();
        let mut column = plans.results.len();
        for answer in &plans.results {
            let Answer::Output(output) = *answer else {
                for k in 0..parameters {
                    sheet.fill(column + k, which, block.clone(), T::zero());
                }
                column += parameters;
                continue;
            };
            let program = (&plans.plan, &recording.program);
            let reverse = plans.reverse(&recording.program, output);
            self.worker.reverse(program, reverse, how, block.len());
            for row in &reverse.gradient {
                match *row {
                    Some(row) => {
                        let row = &self.worker.cotangent(row)[..block.len()];
                        sheet.put(column, which, block.start, row);
                    }
                    None => sheet.fill(column, which, block.clone(), T::zero()),
                }
                column += 1;
            }
        }
    }
}
