//! A recorded program with its inputs and outputs, which any thread can run on numbers of its own.

use super::arguments::{Arguments, Handles, Outputs};
#[cfg(feature = "map")]
use super::lane_plans::{LanePlans, items_of_inputs};
use super::pattern::SparsityPattern;
use super::prune::pruned;
#[cfg(feature = "map")]
use super::shared::SumPlans;
use super::source::{Source, end_of};
use super::structure::{Part, Structure};
use crate::error::Error;
use crate::handle::{Tape, Var};
#[cfg(feature = "map")]
use crate::lanes::{Ends, Lowered};
use crate::list::{Guard, Primals, Program};
use crate::number::Scalar;
use crate::op::{Op, View};
#[cfg(feature = "map")]
use crate::runs::{Runs, has_loops};
use std::sync::{Arc, OnceLock};

/// What a function runs: a program, where its inputs stand in it, and where its outputs.
pub(super) struct Recording<T> {
    /// That of the tape, which no other has.
    pub number: u64,
    pub program: Program<T>,
    /// The numbers as they were recorded.
    pub recorded: Primals<T>,
    pub inputs: Structure,
    pub outputs: Structure,
    /// The ops, of a tape's recording, which its derivative needs as well.
    pub ops: Vec<Arc<dyn Op<T>>>,
    /// Where each part of the inputs begins in the program.
    pub input_entries: Vec<u32>,
    /// The sources of the outputs' numbers, a matrix's as one.
    pub sources: Vec<Source<T>>,
    /// Where the entries end that an output depends on.
    pub end: usize,
    /// Where the numbers of parameters and results stand, once that was asked for.
    places: OnceLock<Places>,
    /// The pattern of the Jacobian, once that was asked for.
    pattern: OnceLock<Arc<SparsityPattern>>,
    /// The same, if it is known to be symmetric.
    symmetric_pattern: OnceLock<Arc<SparsityPattern>>,
    /// How it is run at many inputs at once.
    #[cfg(feature = "map")]
    lanes: OnceLock<LanePlans<T>>,
    /// How it is summed over examples.
    #[cfg(feature = "map")]
    sums: OnceLock<SumPlans<T>>,
    /// How it is run in runs of one kind, if it gains by that.
    #[cfg(feature = "map")]
    runs: OnceLock<Option<Runs<T>>>,
}

/// Where every number of the parameters and of the results stands: its entry, and which element of
/// it. A result that is a plain number stands nowhere.
pub(super) struct Places {
    pub parameters: Vec<(usize, usize)>,
    pub results: Vec<Option<(usize, usize)>>,
}

/// A closure that records, whatever it was made of.
pub(super) type Closure<T> =
    Arc<dyn for<'t> Fn(&Arguments<'t, T>) -> Result<Outputs<'t, T>, Error> + Send + Sync>;

impl<T: Scalar> Recording<T> {
    /// Records what a closure does at a point of this structure.
    ///
    /// # Errors
    /// The closure's.
    #[track_caller]
    pub fn of_closure<F>(closure: F, inputs: &Structure, point: &[T]) -> Result<Self, Error>
    where
        F: for<'t> FnOnce(&Arguments<'t, T>) -> Result<Outputs<'t, T>, Error>,
    {
        let tape = Tape::default();
        let parts = inputs.parts().iter().map(|part| {
            let numbers = &point[part.range()];
            match (part.is_matrix, part.is_data) {
                (true, _) => {
                    let view = View::new(numbers, part.shape);
                    Handles::Matrix(tape.matrix_leaf(&view.matrix(), !part.is_data))
                }
                (false, false) => Handles::Scalars(tape.vars(numbers)),
                (false, true) => Handles::Scalars(tape.data_vars(numbers)),
            }
        });
        let arguments = Arguments {
            tape: &tape,
            structure: inputs.clone(),
            parts: parts.collect(),
        };
        let outputs = closure(&arguments)?;
        let input_entries = arguments.parts.iter().map(|part| match part {
            // Of no scalars, it is never asked.
            Handles::Scalars(scalars) => scalars.first().map_or(0, |first| first.index),
            Handles::Matrix(matrix) => matrix.index,
        });
        let input_entries = input_entries.collect();
        let mut sources = Vec::new();
        for part in &outputs.parts {
            match part {
                Handles::Scalars(scalars) => {
                    sources.extend(scalars.iter().map(|&scalar| source(&tape, scalar)));
                }
                Handles::Matrix(matrix) => {
                    tape.assert_same(matrix.tape, "output");
                    sources.push(Source::Entry(matrix.index));
                }
            }
        }
        let structure = outputs.structure;
        drop(arguments);
        let inputs = inputs.clone();
        let recording = Recording::of_tape(tape, inputs, input_entries, structure, sources);
        Ok(recording.pruned())
    }

    /// Without what no result and no comparison needs.
    fn pruned(mut self) -> Self {
        let mut keep = vec![false; self.program.entries.len()];
        let mut parameters = keep.clone();
        for (part, &entry) in self.inputs.parts().iter().zip(&self.input_entries) {
            let count = if part.is_matrix { 1 } else { part.shape.len() };
            if count > 0 {
                let own = entry as usize..entry as usize + count;
                keep[own.clone()].fill(true);
                parameters[own].fill(!part.is_data);
            }
        }
        let (inputs, sources) = (&mut self.input_entries, &mut self.sources);
        let program = std::mem::replace(&mut self.program, Program::new());
        let recorded = std::mem::replace(&mut self.recorded, Primals::new());
        (self.program, self.recorded) =
            pruned(program, recorded, inputs, &keep, &parameters, sources);
        self.end = end_of(&self.sources);
        self
    }

    /// Takes a tape apart whose inputs and outputs are known.
    pub fn of_tape(
        tape: Tape<T>,
        inputs: Structure,
        input_entries: Vec<u32>,
        outputs: Structure,
        sources: Vec<Source<T>>,
    ) -> Self {
        let number = tape.number;
        let (program, recorded) = tape.into_parts();
        Recording {
            number,
            end: end_of(&sources),
            program,
            recorded,
            inputs,
            outputs,
            ops: Vec::new(),
            input_entries,
            sources,
            places: OnceLock::new(),
            pattern: OnceLock::new(),
            symmetric_pattern: OnceLock::new(),
            #[cfg(feature = "map")]
            lanes: OnceLock::new(),
            #[cfg(feature = "map")]
            sums: OnceLock::new(),
            #[cfg(feature = "map")]
            runs: OnceLock::new(),
        }
    }

    /// The pattern of the Jacobian.
    pub fn pattern(&self) -> &Arc<SparsityPattern> {
        self.pattern.get_or_init(|| {
            let Places {
                parameters,
                results,
            } = self.places();
            Arc::new(SparsityPattern::of(&self.program, parameters, results))
        })
    }

    /// The pattern of the Jacobian, if this is the recording of a gradient.
    pub fn symmetric_pattern(&self) -> &Arc<SparsityPattern> {
        self.symmetric_pattern.get_or_init(|| {
            let Places {
                parameters,
                results,
            } = self.places();
            let (program, of) = (&self.program, SparsityPattern::of_gradient);
            Arc::new(of(program, parameters, results))
        })
    }

    /// How it is run at many inputs at once.
    #[cfg(feature = "map")]
    pub fn lanes(&self) -> &LanePlans<T> {
        self.lanes.get_or_init(|| {
            let inputs = (&self.inputs, &self.input_entries[..]);
            LanePlans::of((&self.program, &self.recorded), inputs, &self.sources)
        })
    }

    /// How it is summed over examples.
    #[cfg(feature = "map")]
    pub fn sums(&self) -> &SumPlans<T> {
        self.sums.get_or_init(|| {
            let inputs = (&self.inputs, &self.input_entries[..]);
            SumPlans::of((&self.program, &self.recorded), inputs, &self.sources)
        })
    }

    /// How it is run in runs of one kind; `None` if it would gain nothing.
    #[cfg(feature = "map")]
    pub fn runs(&self) -> Option<&Runs<T>> {
        let runs = self.runs.get_or_init(|| {
            let [Source::Entry(result)] = self.sources[..] else {
                return None;
            };
            if !has_loops::<T>() {
                return None;
            }
            let lowered = Lowered::of(&self.program, self.program.entries.len(), &[]);
            let (inputs, wanted) = items_of_inputs(&lowered, &self.inputs, &self.input_entries);
            let outputs = lowered.items_of(result).collect();
            let ends = Ends {
                inputs,
                wanted,
                outputs,
            };
            Runs::of(&self.program, &self.recorded, &lowered, &ends)
        });
        runs.as_ref()
    }

    /// Where the numbers of parameters and results stand, as lists.
    pub fn places(&self) -> &Places {
        self.places.get_or_init(|| Places {
            parameters: self.parameter_places().collect(),
            results: self.result_places().collect(),
        })
    }

    /// Writes the numbers of a point, which has the recording's structure, into the inputs.
    pub fn set_inputs(&self, point: &[T], primals: &mut Primals<T>) {
        for (part, &entry) in self.inputs.parts().iter().zip(&self.input_entries) {
            let numbers = &point[part.range()];
            if part.is_matrix {
                let slice = primals.slice_mut(&self.program, entry as usize);
                slice.copy_from_slice(numbers);
            } else {
                let first = entry as usize;
                primals.values[first..first + numbers.len()].copy_from_slice(numbers);
            }
        }
    }

    /// How many numbers the parameters are.
    pub fn parameters_len(&self) -> usize {
        self.parameters().map(|(part, _)| part.shape.len()).sum()
    }

    /// The parts that are differentiated by, each with the entry of its matrix or first scalar.
    pub fn parameters(&self) -> impl Iterator<Item = (&Part, u32)> {
        let parts = self.inputs.parts().iter().zip(&self.input_entries);
        parts
            .filter(|(part, _)| !part.is_data)
            .map(|(part, &entry)| (part, entry))
    }

    /// Where the number of each parameter stands: its entry, and which element of it.
    pub fn parameter_places(&self) -> impl Iterator<Item = (usize, usize)> {
        self.parameters().flat_map(|(part, entry)| {
            let entry = entry as usize;
            (0..part.shape.len()).map(move |i| match part.is_matrix {
                true => (entry, i),
                false => (entry + i, 0),
            })
        })
    }

    /// Where each result stands, likewise; `None` of a plain number.
    pub fn result_places(&self) -> impl Iterator<Item = Option<(usize, usize)>> {
        self.sources.iter().flat_map(|source| {
            let (entry, len) = match *source {
                Source::Entry(entry) => (Some(entry as usize), self.program.shape(entry).len()),
                Source::Number(_) => (None, 1),
            };
            (0..len).map(move |i| entry.map(|entry| (entry, i)))
        })
    }

    /// Writes the outputs' numbers, which the program has computed, into a slice of their length.
    pub fn outputs(&self, primals: &Primals<T>, into: &mut [T]) {
        let mut rest = into;
        for source in &self.sources {
            let numbers = match source {
                Source::Entry(entry) => primals.view(&self.program, *entry as usize).values(),
                Source::Number(number) => std::slice::from_ref(number),
            };
            let (own, after) = rest.split_at_mut(numbers.len());
            own.copy_from_slice(numbers);
            rest = after;
        }
    }

    /// Whether this recording took the same branches as another of the same closure up to a
    /// comparison, and at that comparison the one that is due now, with the other's numbers.
    pub fn takes_the_branch(&self, other: &Recording<T>, guard: usize, values: &[T]) -> bool {
        let (own, others) = (&self.program.guards, &other.program.guards);
        let Some(here) = own.get(guard) else {
            return false;
        };
        let before = own[..guard].iter().zip(&others[..guard]);
        // The entries of the two are numbered differently: each is without what it does not need.
        here.holds_instead_of(&others[guard], values) && all_alike(before)
    }

    /// Whether another recording of the same closure has the same inputs and took the same
    /// branches.
    pub fn is_as(&self, other: &Recording<T>) -> bool {
        let (own, others) = (&self.program.guards, &other.program.guards);
        self.inputs == other.inputs
            && own.len() == others.len()
            && all_alike(own.iter().zip(others))
    }
}

/// Whether each two comparisons turned out alike.
fn all_alike<'g, T: Scalar>(
    mut guards: impl Iterator<Item = (&'g Guard<T>, &'g Guard<T>)>,
) -> bool {
    guards.all(|(one, other)| one.turned_out_as(other))
}

fn source<T: Scalar>(tape: &Tape<T>, scalar: Var<'_, T>) -> Source<T> {
    match scalar.tape {
        None => Source::Number(scalar.value),
        Some(own) => {
            tape.assert_same(own, "output");
            Source::Entry(scalar.index)
        }
    }
}

/// That a point has as many numbers as the inputs.
pub(super) fn check_length(found: usize, inputs: &Structure) -> Result<(), Error> {
    if found == inputs.len() {
        return Ok(());
    }
    Err(Error::Numbers {
        found,
        expected: inputs.len(),
        structure: inputs.to_string(),
    })
}
