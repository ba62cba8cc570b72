//! What of a function that is summed over examples depends on its parameters alone.
//!
//! Those entries are computed once for all examples. To the plan of the others they are inputs; the
//! cotangents that come back to them are summed over the examples first, and swept on once.

use super::lane_plans::LanePlans;
use super::source::Source;
use super::structure::Structure;
use crate::lanes::Lowered;
use crate::list::{Guard, Primals, Program, Side};
use crate::number::Scalar;
use crate::sweep::Buffer;

/// The plan of what depends on examples.
///
/// Its inputs are the numbers of the shared entries, then those of an example.
pub(super) struct SumPlans<T> {
    pub plans: LanePlans<T>,
    /// The entries that depend on no example, and that something reads which does.
    shared: Vec<u32>,
    /// How many numbers they are.
    numbers: usize,
}

impl<T: Scalar> SumPlans<T> {
    /// The plan of a program with its numbers, inputs and where they begin, and results.
    pub fn of(
        (program, recorded): (&Program<T>, &Primals<T>),
        (structure, entries): (&Structure, &[u32]),
        sources: &[Source<T>],
    ) -> Self {
        let data = data(structure, entries);
        let is_shared = is_shared(program, &data);
        let is_read = is_read(program, sources, &is_shared);
        let entries = 0..program.entries.len() as u32;
        let shared: Vec<u32> = entries.filter(|&entry| is_read[entry as usize]).collect();

        let lowered = Lowered::of(program, program.entries.len(), &is_shared);
        let items = |entries: &[u32]| -> Vec<u32> {
            let items = entries.iter().flat_map(|&entry| lowered.items_of(entry));
            items.collect()
        };
        let (mut inputs, of_data) = (items(&shared), items(&data));
        let numbers = inputs.len();
        inputs.extend(of_data);
        let active = shared.iter().flat_map(|&entry| {
            let len = program.shape(entry).len();
            std::iter::repeat_n(program.is_active(entry), len)
        });
        let mut wanted: Vec<bool> = active.collect();
        wanted.resize(inputs.len(), false);
        SumPlans {
            plans: LanePlans::new((program, recorded), lowered, (inputs, wanted), sources),
            shared,
            numbers,
        }
    }

    /// The shared entries' numbers, which are the first inputs of the plan.
    pub fn numbers(&self, program: &Program<T>, primals: &Primals<T>) -> Vec<T> {
        let views = self.shared.iter();
        let views = views.map(|&entry| primals.view(program, entry as usize));
        views.flat_map(|view| view.values().to_vec()).collect()
    }

    /// The input of the plan that a column of the examples is.
    pub fn input_of_column(&self, column: usize) -> usize {
        self.numbers + column
    }

    /// How many numbers of shared entries have a cotangent.
    pub fn wanted(&self) -> usize {
        self.plans.plan.parameters()
    }

    /// Sweeps on from the cotangents of the shared entries.
    pub fn sweep(
        &self,
        program: &Program<T>,
        primals: &Primals<T>,
        cotangents: &[T],
        buffer: &mut Buffer<T>,
    ) {
        let mut rest = cotangents;
        let active = self
            .shared
            .iter()
            .filter(|&&entry| program.is_active(entry));
        for &entry in active {
            let (own, after) = rest.split_at(program.shape(entry).len());
            buffer.add_each(program, entry as usize, own);
            rest = after;
        }
        if let Some(&last) = self.shared.last() {
            program.reverse(primals, last as usize, buffer);
        }
    }
}

/// The entries of the data, in the order of the columns.
fn data(structure: &Structure, entries: &[u32]) -> Vec<u32> {
    let parts = structure.parts().iter().zip(entries);
    let data = parts.filter(|(part, _)| part.is_data);
    let entries = data.flat_map(|(part, &first)| {
        let count = if part.is_matrix { 1 } else { part.shape.len() };
        first..first + count as u32
    });
    entries.collect()
}

/// Which entries depend on no data.
fn is_shared<T: Scalar>(program: &Program<T>, data: &[u32]) -> Vec<bool> {
    let mut is_shared = vec![true; program.entries.len()];
    data.iter()
        .for_each(|&entry| is_shared[entry as usize] = false);
    for entry in 0..is_shared.len() {
        let mut all = is_shared[entry];
        program.each_read(entry, |read| all &= is_shared[read]);
        is_shared[entry] = all;
    }
    is_shared
}

/// Which shared entries an entry reads that is none, or a comparison with one, or the result.
fn is_read<T: Scalar>(
    program: &Program<T>,
    sources: &[Source<T>],
    is_shared: &[bool],
) -> Vec<bool> {
    let mut is_read = vec![false; is_shared.len()];
    for entry in (0..is_shared.len()).filter(|&entry| !is_shared[entry]) {
        program.each_read(entry, |read| is_read[read] = true);
    }
    let compared = program.guards.iter().flat_map(entries_of);
    let results = sources.iter().filter_map(Source::entry);
    compared
        .chain(results)
        .for_each(|entry| is_read[entry as usize] = true);
    let both = is_read.iter().zip(is_shared);
    both.map(|(is_read, is_shared)| is_read & is_shared)
        .collect()
}

/// The entries that a comparison compares.
fn entries_of<T: Scalar>(guard: &Guard<T>) -> impl Iterator<Item = u32> + use<T> {
    let entry = |side: Side<T>| match side {
        Side::Entry(entry) => Some(entry),
        Side::Number(_) => None,
    };
    [entry(guard.left), entry(guard.right)]
        .into_iter()
        .flatten()
}
