//! The plans by which a recording is run at many inputs at once.

use super::source::Source;
use super::structure::Structure;
use crate::lanes::{Ends, Lowered, Plan, ReversePlan, Worker, lanes_for};
use crate::list::{Primals, Program};
use crate::number::Scalar;
use std::sync::OnceLock;

/// A forward plan, and a reverse plan for each result that was asked for.
pub(super) struct LanePlans<T> {
    pub plan: Plan<T>,
    /// The results, each an output of the plan or a number that depends on nothing.
    pub results: Vec<Answer<T>>,
    /// The item of each output.
    outputs: Vec<u32>,
    reverse: Vec<OnceLock<ReversePlan>>,
    /// How many lanes a row has, whatever is asked for.
    pub lanes: usize,
}

/// Where a result comes from.
#[derive(Clone, Copy)]
pub(super) enum Answer<T> {
    Output(usize),
    Number(T),
}

/// The items of a function's inputs, and which of them are differentiated by.
pub(super) fn items_of_inputs<T: Scalar>(
    lowered: &Lowered<T>,
    structure: &Structure,
    entries: &[u32],
) -> (Vec<u32>, Vec<bool>) {
    let (mut inputs, mut wanted) = (Vec::new(), Vec::new());
    for (part, &entry) in structure.parts().iter().zip(entries) {
        for k in 0..part.shape.len() as u32 {
            inputs.push(match part.is_matrix {
                true => lowered.items_of(entry).start + k,
                false => lowered.items_of(entry + k).start,
            });
            wanted.push(!part.is_data);
        }
    }
    (inputs, wanted)
}

impl<T: Scalar> LanePlans<T> {
    /// The plans of a program with its numbers, inputs and where they begin, and results.
    pub fn of(
        (program, recorded): (&Program<T>, &Primals<T>),
        (structure, entries): (&Structure, &[u32]),
        sources: &[Source<T>],
    ) -> Self {
        let lowered = Lowered::of(program, program.entries.len(), &[]);
        let (inputs, wanted) = items_of_inputs(&lowered, structure, entries);
        Self::new((program, recorded), lowered, (inputs, wanted), sources)
    }

    /// The plans of steps; of inputs, by their items, with whether they are differentiated by; and
    /// of results.
    pub fn new(
        (program, recorded): (&Program<T>, &Primals<T>),
        lowered: Lowered<T>,
        (inputs, wanted): (Vec<u32>, Vec<bool>),
        sources: &[Source<T>],
    ) -> Self {
        let mut outputs = Vec::new();
        let mut results = Vec::new();
        for source in sources {
            match *source {
                Source::Number(number) => results.push(Answer::Number(number)),
                Source::Entry(entry) => {
                    for item in lowered.items_of(entry) {
                        results.push(Answer::Output(outputs.len()));
                        outputs.push(item);
                    }
                }
            }
        }
        let ends = Ends {
            inputs,
            wanted,
            outputs: outputs.clone(),
        };
        let plan = Plan::new(program, recorded, lowered, &ends);
        let mut plans = LanePlans {
            lanes: lanes_for::<T>(plan.rows),
            plan,
            results,
            reverse: outputs.iter().map(|_| OnceLock::new()).collect(),
            outputs,
        };
        if !plans.reverse.is_empty() {
            let rows = plans.plan.rows + plans.reverse(program, 0).rows;
            plans.lanes = lanes_for::<T>(rows);
        }
        plans
    }

    /// Room for runs of the plan.
    pub fn worker(&self, recorded: &Primals<T>) -> Worker<T> {
        Worker::new(&self.plan, recorded, self.lanes)
    }

    /// The reverse run from one output.
    pub fn reverse(&self, program: &Program<T>, output: usize) -> &ReversePlan {
        self.reverse[output].get_or_init(|| {
            let item = self.outputs[output];
            ReversePlan::new(&self.plan, program, &[item])
        })
    }
}
