//! The output of a recorded tape as one number, `⟨weights, output⟩`, and its derivatives.

use super::comparison::numbers;
use super::difference::Evaluation;
use super::isolated::results;
use super::perturb::{Direction, Flow, OperandGradient, Perturbable};
use super::perturb::{flow_through, rounding_noise};
use crate::handle::Tape;
use crate::list::{EntryId, MatrixId, Primals, Store, VarId};
use crate::number::Scalar;
use crate::op::View;
use crate::rules::Code;
use crate::sweep::{Cotangents, Seed, SeedValues, Tangents};

/// An output of a recorded tape, with the weights of its elements.
pub(super) struct WeightedOutput<'t, T: Scalar> {
    pub tape: &'t Tape<T>,
    pub output: u32,
    pub weights: Vec<f64>,
}

impl<'t, T: Scalar> WeightedOutput<'t, T> {
    /// The cotangents of every entry, by a reverse sweep.
    pub fn sweep(&self) -> Cotangents<T> {
        let mut cotangents = Cotangents::new();
        let weights: Vec<T> = self.weights.iter().map(|&x| T::from_f64(x)).collect();
        self.tape
            .sweep(self.seed(self.output, &weights), &mut cotangents)
            .expect("the tape's own entry");
        cotangents
    }

    /// The derivatives by every leaf that has a cotangent, up to the output.
    pub fn gradients(&self, cotangents: &Cotangents<T>) -> Vec<OperandGradient> {
        let store = self.tape.store.borrow();
        let leaves = (0..=self.output).filter(|&id| {
            let code = store.program.entries.at(id as usize).code;
            matches!(code, Code::Leaf | Code::MatrixLeaf) && store.program.is_active(id)
        });
        let gradient = |id: u32| OperandGradient {
            operand: id as usize,
            values: numbers(results(&store, id as usize)),
            derivatives: cotangent_of(self.tape, cotangents, id),
        };
        leaves.map(gradient).collect()
    }

    /// A seed of entry `index`, column by column.
    pub fn seed<'s>(&self, index: u32, values: &'s [T]) -> Seed<'s, T> {
        let shape = self.tape.store.borrow().program.shape(index);
        let (id, values) = match id_of(self.tape, index) {
            EntryId::Scalar(VarId(id)) => (id, SeedValues::Scalar(values[0])),
            EntryId::Matrix(MatrixId(id)) => (id, SeedValues::Matrix(View::new(values, shape))),
        };
        Seed { id, values }
    }

    /// The tangents of every entry, by a forward sweep from tangents of some leaves.
    pub fn push_forward(&self, tangents: &[(u32, Vec<T>)]) -> Tangents<T> {
        let given = tangents.iter().filter(|(_, tangent)| !tangent.is_empty());
        let seeds: Vec<_> = given
            .map(|(leaf, tangent)| self.seed(*leaf, tangent))
            .collect();
        let mut along = Tangents::new();
        self.tape
            .push_forward(seeds, &mut along)
            .expect("the tape's own leaves");
        along
    }

    /// What rounding in the entries up to the output may add up to there.
    pub fn rounding_noise(&self, cotangents: &Cotangents<T>) -> f64 {
        let of = |index: u32| {
            let store = self.tape.store.borrow();
            let values = numbers(results(&store, index as usize));
            rounding_noise::<T>(&cotangent_of(self.tape, cotangents, index), &values)
        };
        (0..=self.output).map(of).sum()
    }

    /// The most that adds up in the derivative along a direction, at any entry on the way.
    pub fn flow(&self, cotangents: &Cotangents<T>, along: &Tangents<T>) -> Flow {
        let of = |index: u32| {
            let cotangents = cotangent_of(self.tape, cotangents, index);
            flow_through::<T>(&cotangents, &tangent_of(self.tape, along, index))
        };
        (0..=self.output)
            .map(of)
            .fold(Flow::default(), |most, flow| Flow {
                size: most.size.max(flow.size),
                underflow: most.underflow + flow.underflow,
            })
    }

    /// The weighted sum of the output's elements.
    fn value(&self, store: &Store<T>) -> f64 {
        let elements = results(store, self.output as usize);
        let products = self.weights.iter().zip(elements);
        products.map(|(weight, y)| weight * y.to_f64()).sum()
    }
}

/// The output, replayed with leaves moved.
pub(super) struct ReplayedOutput<'w, 't, T: Scalar> {
    output: &'w WeightedOutput<'t, T>,
    before: Numbers<'t, T>,
    /// What rounding in the entries on the way may add up to, at the leaves' own values.
    noise: f64,
}

impl<'w, 't, T: Scalar> ReplayedOutput<'w, 't, T> {
    pub fn new(output: &'w WeightedOutput<'t, T>, noise: f64) -> Self {
        ReplayedOutput {
            output,
            before: Numbers::of(output.tape),
            noise,
        }
    }
}

/// The numbers of a tape as they were, which a drop puts back: at the end of a check, and also if a
/// replay with moved leaves panics half way.
struct Numbers<'t, T: Scalar> {
    tape: &'t Tape<T>,
    primals: Primals<T>,
}

impl<'t, T: Scalar> Numbers<'t, T> {
    fn of(tape: &'t Tape<T>) -> Self {
        let primals = tape.store.borrow().primals.clone();
        Numbers { tape, primals }
    }
}

impl<T: Scalar> Drop for Numbers<'_, T> {
    fn drop(&mut self) {
        let mut store = self.tape.store.borrow_mut();
        store.primals.copy_from(&self.primals);
    }
}

impl<T: Scalar> Perturbable for ReplayedOutput<'_, '_, T> {
    fn set(&mut self, leaf: usize, element: usize, value: f64) {
        let mut store = self.output.tape.store.borrow_mut();
        match store.program.entries.at(leaf).block() {
            None => store.primals.values[leaf] = T::from_f64(value),
            Some(block) => {
                let at = store.program.blocks[block as usize].start + element;
                store.primals.arena[at] = T::from_f64(value);
            }
        }
    }

    fn reset(&mut self, leaf: usize, element: usize) {
        let mut store = self.output.tape.store.borrow_mut();
        match store.program.entries.at(leaf).block() {
            None => store.primals.values[leaf] = self.before.primals.values[leaf],
            Some(block) => {
                let at = store.program.blocks[block as usize].start + element;
                store.primals.arena[at] = self.before.primals.arena[at];
            }
        }
    }

    fn evaluate(&mut self) -> Option<Evaluation> {
        let mut store = self.output.tape.store.borrow_mut();
        let Store {
            program, primals, ..
        } = &mut *store;
        program.run(primals).ok()?;
        Some(Evaluation {
            value: self.output.value(&store),
            noise: self.noise,
        })
    }

    fn evaluate_carefully(&mut self) -> Option<Evaluation> {
        let there = self.evaluate()?;
        let noise = self.output.rounding_noise(&self.output.sweep());
        Some(Evaluation { noise, ..there })
    }

    fn derivative(&mut self, direction: Direction<'_>) -> Option<f64> {
        self.evaluate()?;
        let cotangents = self.output.sweep();
        let along = direction.iter().map(|(c, weight)| {
            let leaf = cotangent_of(self.output.tape, &cotangents, c.operand as u32);
            leaf[c.element] * c.step * weight
        });
        Some(along.sum())
    }

    fn flow(&mut self, direction: Direction<'_>) -> Flow {
        if self.evaluate().is_none() {
            return Flow::default();
        }
        let mut tangents: Vec<(u32, Vec<T>)> = Vec::new();
        for (c, weight) in direction {
            let leaf = c.operand as u32;
            if tangents.last().is_none_or(|(last, _)| *last != leaf) {
                let len = self.output.tape.store.borrow().program.shape(leaf).len();
                tangents.push((leaf, vec![T::zero(); len]));
            }
            let (_, tangent) = tangents.last_mut().expect("one was just pushed");
            tangent[c.element] = T::from_f64(c.step * weight);
        }
        let along = self.output.push_forward(&tangents);
        self.output.flow(&self.output.sweep(), &along)
    }

    fn largest_around(&self) -> f64 {
        let numbers = self
            .before
            .primals
            .values
            .iter()
            .chain(&self.before.primals.arena);
        let sizes = numbers.map(|x| x.to_f64().abs());
        sizes.filter(|size| size.is_finite()).fold(0.0, f64::max)
    }

    fn epsilon(&self) -> f64 {
        T::EPSILON
    }

    fn work(&self) -> usize {
        self.before.primals.values.len() + self.before.primals.arena.len()
    }
}

fn id_of<T: Scalar>(tape: &Tape<T>, index: u32) -> EntryId {
    let id = tape.id(index);
    match tape
        .store
        .borrow()
        .program
        .entries
        .at(index as usize)
        .block()
    {
        None => EntryId::Scalar(VarId(id)),
        Some(_) => EntryId::Matrix(MatrixId(id)),
    }
}

/// The cotangent of an entry, as plain numbers.
pub(super) fn cotangent_of<T: Scalar>(
    tape: &Tape<T>,
    cotangents: &Cotangents<T>,
    index: u32,
) -> Vec<f64> {
    match id_of(tape, index) {
        EntryId::Scalar(id) => vec![cotangents.of(id).expect("the tape's own entry").to_f64()],
        EntryId::Matrix(id) => numbers(cotangents.of(id).expect("the tape's own entry").values()),
    }
}

/// The tangent of an entry, as plain numbers.
pub(super) fn tangent_of<T: Scalar>(
    tape: &Tape<T>,
    tangents: &Tangents<T>,
    index: u32,
) -> Vec<f64> {
    match id_of(tape, index) {
        EntryId::Scalar(id) => vec![tangents.of(id).expect("the tape's own entry").to_f64()],
        EntryId::Matrix(id) => numbers(tangents.of(id).expect("the tape's own entry").values()),
    }
}
