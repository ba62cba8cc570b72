//! Applications, run lane by lane: whatever an op is, it works, at its own speed.

use super::lowered::Item;
use super::plan::{NONE, Plan};
use super::reverse_plan::PullApplication;
use super::rows::Rows;
use crate::error::ForwardError;
use crate::list::{History, Primals, Program};
use crate::number::Scalar;
use crate::sweep::Buffer;

/// The lanes that have not left.
fn there(left: &[bool]) -> impl Iterator<Item = usize> {
    let lanes = left.iter().enumerate();
    lanes.filter_map(|(lane, &left)| (!left).then_some(lane))
}

/// The numbers of one lane, as a tape has them.
pub(super) struct OneLane<T> {
    primals: Primals<T>,
    buffer: Buffer<T>,
}

impl<T: Scalar> OneLane<T> {
    pub fn new(recorded: &Primals<T>) -> Self {
        OneLane {
            primals: recorded.clone(),
            buffer: Buffer::default(),
        }
    }

    /// Runs the op of `entry` forward in every lane that has not left.
    ///
    /// # Errors
    /// The lane in which it refused its operands, and why.
    pub fn forward(
        &mut self,
        (plan, program): (&Plan<T>, &Program<T>),
        values: &mut Rows<T>,
        entry: u32,
        left: &[bool],
    ) -> Result<(), (usize, ForwardError)> {
        for lane in there(left) {
            self.load(plan, program, values, entry, lane);
            program
                .apply_forward(&mut self.primals, entry as usize)
                .map_err(|error| (lane, error))?;
            let result = self.primals.view(program, entry as usize);
            let items = plan.lowered.items_of(entry);
            for (item, &number) in items.zip(result.values()) {
                values.row_mut(plan.row_of[item as usize])[lane] = number;
            }
        }
        Ok(())
    }

    /// Puts a lane's numbers where the op of `entry` looks for them.
    fn load(
        &mut self,
        plan: &Plan<T>,
        program: &Program<T>,
        values: &Rows<T>,
        entry: u32,
        lane: usize,
    ) {
        let (application, _) = program.application(entry as usize);
        let ids = &program.operands[program.applications[application].operands()];
        for &id in ids {
            let items = plan.lowered.items_of(id);
            let own = self.primals.slice_mut(program, id as usize);
            let at = |item: Item| values.at(plan.row_of[item as usize], lane);
            own.iter_mut()
                .zip(items)
                .for_each(|(own, item)| *own = at(item));
        }
    }

    /// Runs its reverse rule in every lane that has not left.
    pub fn reverse(
        &mut self,
        (plan, program): (&Plan<T>, &Program<T>),
        (values, cotangents): (&Rows<T>, &mut Rows<T>),
        pull: &PullApplication,
        left: &[bool],
    ) {
        let entry = pull.entry;
        let (application, _) = program.application(entry as usize);
        let ids = &program.operands[program.applications[application].operands()];
        self.buffer.begin(0, &History::default());
        self.buffer.fit(program);
        for lane in there(left) {
            self.load(plan, program, values, entry, lane);
            // The residuals are those of the last lane that was run.
            let again = program.apply_forward(&mut self.primals, entry as usize);
            again.expect("it ran forward before");
            // What operands have got so far is added to, in the order in which a sweep adds.
            for &id in ids {
                self.buffer.reached[id as usize] = false;
            }
            for &(place, element, row, is_first) in &pull.operands {
                let id = ids[place as usize] as usize;
                if !is_first {
                    let before = cotangents.at(row, lane);
                    self.buffer
                        .set_element(program, id, element as usize, before);
                }
            }
            self.buffer.partial.clear();
            let seed: Vec<T> = pull
                .result
                .iter()
                .map(|&row| match row {
                    NONE => T::zero(),
                    row => cotangents.at(row, lane),
                })
                .collect();
            self.buffer.set_each(program, entry as usize, &seed);
            program.reverse_application(&self.primals, entry as usize, &mut self.buffer);
            for &(place, element, row, _) in &pull.operands {
                let id = ids[place as usize] as usize;
                cotangents.row_mut(row)[lane] = match self.buffer.reached[id] {
                    true => self.buffer.element(program, id, element as usize),
                    // Adding to it changes nothing, not even the sign of a zero.
                    false => -T::zero(),
                };
            }
        }
    }
}
