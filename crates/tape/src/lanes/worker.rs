//! The memory of a run over lanes, and the run itself.

use super::apply::OneLane;
use super::instruction_set::{How, run_forward, run_reverse};
use super::plan::{Forward, NONE, Plan};
use super::reverse_plan::{Backward, ReversePlan};
use super::rows::{CHUNK, MOST, Rows};
use crate::error::ForwardError;
use crate::list::{Primals, Program};
use crate::number::Scalar;

/// What a run writes to: rows of values and of cotangents.
pub(crate) struct Worker<T> {
    values: Rows<T>,
    cotangents: Rows<T>,
    /// Whether a comparison turned out otherwise than recorded, in each lane.
    pub left: Vec<bool>,
    one: OneLane<T>,
}

/// How many bytes the rows of a run may take: what a fast cache holds.
const BYTES: usize = 512 * 1024;

/// How many lanes there are for so many rows.
pub(crate) fn lanes_for<T>(rows: usize) -> usize {
    let chunk = rows.max(1) * CHUNK * size_of::<T>();
    CHUNK * (BYTES / chunk).clamp(1, MOST / CHUNK)
}

impl<T: Scalar> Worker<T> {
    /// Room for a plan with so many lanes.
    pub fn new(plan: &Plan<T>, recorded: &Primals<T>, lanes: usize) -> Self {
        let mut values = Rows::new(plan.rows, lanes);
        for &(row, number) in &plan.fixed {
            values.row_mut(row).fill(number);
        }
        Worker {
            values,
            cotangents: Rows::new(0, lanes),
            left: vec![false; lanes],
            one: OneLane::new(recorded),
        }
    }

    pub fn lanes(&self) -> usize {
        self.left.len()
    }

    /// The row of an input, to be written.
    pub fn input(&mut self, plan: &Plan<T>, input: usize) -> &mut [T] {
        self.values.row_mut(plan.inputs[input])
    }

    /// The row of an output.
    pub fn output(&self, plan: &Plan<T>, output: usize) -> &[T] {
        self.values.row(plan.outputs[output])
    }

    /// The row of a cotangent.
    pub fn cotangent(&self, row: u32) -> &[T] {
        self.cotangents.row(row)
    }

    /// Computes the outputs from the inputs; `lanes` are in use. Notes which lanes have left.
    ///
    /// # Errors
    /// The lane in which an op refused its operands, its entry, and why.
    pub fn forward(
        &mut self,
        (plan, program): (&Plan<T>, &Program<T>),
        how: How,
        lanes: usize,
    ) -> Result<(), (usize, u32, ForwardError)> {
        self.left.fill(false);
        let mut at = 0;
        loop {
            at = run_forward(how, &plan.steps, &plan.numbers, &mut self.values, at);
            match plan.steps.get(at) {
                None => return Ok(()),
                Some(&Forward::Guard { guard, left, right }) => {
                    self.compare(program, guard, left, right);
                }
                Some(&Forward::Apply { entry }) => {
                    // A lane that has left is not on its way any more, and may be refused.
                    let ran = self.one.forward(
                        (plan, program),
                        &mut self.values,
                        entry,
                        &self.left[..lanes],
                    );
                    ran.map_err(|(lane, error)| (lane, entry, error))?;
                }
                Some(Forward::Rule { .. }) => {}
            }
            at += 1;
        }
    }

    /// Notes in which lanes a guard does not hold.
    fn compare(&mut self, program: &Program<T>, guard: u32, left: u32, right: u32) {
        let guard = &program.guards[guard as usize];
        let (of_left, of_right) = guard.plain_numbers();
        for (lane, has_left) in self.left.iter_mut().enumerate() {
            let number = |row: u32, number: Option<T>| match number {
                Some(number) => number,
                None => self.values.at(row, lane),
            };
            let (left, right) = (number(left, of_left), number(right, of_right));
            *has_left |= guard.relation.holds(&left, &right) != guard.held;
        }
    }

    /// Runs backwards from a number for each seed, the same in every lane.
    pub fn reverse(
        &mut self,
        (plan, program): (&Plan<T>, &Program<T>),
        reverse: &ReversePlan,
        how: How,
        lanes: usize,
    ) {
        self.cotangents.make_room(reverse.rows);
        for &seed in reverse.seeds.iter().filter(|&&seed| seed != NONE) {
            self.cotangents.row_mut(seed).fill(T::one());
        }
        let mut at = 0;
        loop {
            let rows = (&self.values, &mut self.cotangents);
            at = run_reverse(how, &reverse.steps, &plan.numbers, rows, at);
            match reverse.steps.get(at) {
                None => return,
                Some(Backward::Apply(pull)) => {
                    let rows = (&self.values, &mut self.cotangents);
                    let left = &self.left[..lanes];
                    self.one.reverse((plan, program), rows, pull, left);
                }
                Some(Backward::Rule(_)) => {}
            }
            at += 1;
        }
    }
}
