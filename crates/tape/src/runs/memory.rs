//! The numbers of runs.

use super::layout::Runs;
use super::places::NONE;
use super::{forward, reverse};
use crate::lanes::Compiled;
use crate::list::Program;
use crate::number::Scalar;
use std::any::{Any, TypeId};

/// What runs write to.
pub(crate) struct Memory<T> {
    values: Vec<T>,
    cotangents: Vec<T>,
    compiled: Compiled,
}

impl<T: Scalar> Memory<T> {
    /// Room for the numbers of runs.
    pub fn new(runs: &Runs<T>) -> Self {
        let mut values = vec![T::zero(); runs.places];
        for &(place, number) in &runs.fixed {
            values[place as usize] = number;
        }
        let mut cotangents = vec![T::zero(); runs.reverse.places];
        cotangents[0] = T::one();
        Memory {
            values,
            cotangents,
            compiled: Compiled::best(),
        }
    }

    /// Computes the result at a point; `None` if a comparison turns out otherwise than recorded.
    pub fn value(&mut self, runs: &Runs<T>, program: &Program<T>, point: &[T]) -> Option<T> {
        self.values[..runs.inputs].copy_from_slice(point);
        run_forward(self, runs);
        let holds = runs.guards.iter().all(|compared| {
            let guard = &program.guards[compared.guard as usize];
            let (left, right) = guard.plain_numbers();
            let number = |place: u32, plain: Option<T>| match plain {
                Some(number) if place == NONE => number,
                _ => self.values[place as usize],
            };
            let [at_left, at_right] = compared.sides;
            let (left, right) = (number(at_left, left), number(at_right, right));
            guard.relation.holds(&left, &right) == guard.held
        });
        holds.then(|| self.values[runs.result as usize])
    }

    /// Computes the gradient where the value was computed last.
    pub fn gradient(&mut self, runs: &Runs<T>, gradient: &mut [T]) {
        run_reverse(self, runs);
        let first = runs.reverse.gradient as usize;
        gradient.copy_from_slice(&self.cotangents[first..][..gradient.len()]);
    }
}

/// The loops for one type of number. They are no generic functions, so that they are compiled here
/// and not again in every crate that uses them.
macro_rules! loops_over {
    ($($Float:ident $forward:ident $reverse:ident),*) => {
        $(
            fn $forward(memory: &mut Memory<$Float>, runs: &Runs<$Float>) {
                memory.compiled.run(forward::Run {
                    steps: &runs.forward,
                    lists: &runs.lists,
                    values: &mut memory.values,
                });
            }

            fn $reverse(memory: &mut Memory<$Float>, runs: &Runs<$Float>) {
                memory.compiled.run(reverse::Run {
                    reverse: &runs.reverse,
                    values: &memory.values,
                    cotangents: &mut memory.cotangents,
                });
            }
        )*

        /// Whether there are loops for this type of number.
        pub(crate) fn has_loops<T: 'static>() -> bool {
            [$(TypeId::of::<$Float>()),*].contains(&TypeId::of::<T>())
        }

        fn run_forward<T: Scalar>(memory: &mut Memory<T>, runs: &Runs<T>) {
            let (memory, runs) = (memory as &mut dyn Any, runs as &dyn Any);
            $(if let (Some(memory), Some(runs)) = (memory.downcast_mut(), runs.downcast_ref()) {
                return $forward(memory, runs);
            })*
        }

        fn run_reverse<T: Scalar>(memory: &mut Memory<T>, runs: &Runs<T>) {
            let (memory, runs) = (memory as &mut dyn Any, runs as &dyn Any);
            $(if let (Some(memory), Some(runs)) = (memory.downcast_mut(), runs.downcast_ref()) {
                return $reverse(memory, runs);
            })*
        }
    };
}
loops_over!(f32 forward_single reverse_single, f64 forward_double reverse_double);
