//! The least that a loop with one dispatch an operation does: a yardstick for tapes that are walked
//! entry by entry.
//!
//! It knows the operations of these programs and no others, one type of number, and no matrices.
//! Nothing is checked but what the language checks; there are no guards, no ids, no marks of what a
//! sweep reached (cotangents start from zero, so a zero times an infinity would show as NaN where
//! nothing depends on it), and nothing is kept from one sweep to the next.

use super::program::{Gradient, Number, Program};
use std::cell::RefCell;

#[derive(Clone, Copy)]
enum Operation {
    Add,
    Sub,
    Mul,
    Square,
    TimesNumber,
    NumberMinus,
    Sine,
}

/// An operation and where its operands are: among the values, or, for a number, among the numbers.
#[derive(Clone, Copy)]
struct Entry {
    operation: Operation,
    a: u32,
    b: u32,
}

/// A program, first its `leaves`, then its operations.
struct Recorded {
    leaves: usize,
    entries: Vec<Entry>,
    numbers: Vec<f64>,
    values: Vec<f64>,
    cotangents: Vec<f64>,
}

impl Recorded {
    fn replay(&mut self) {
        for (index, entry) in self.entries.iter().enumerate() {
            let (a, b) = (entry.a as usize, entry.b as usize);
            let (values, numbers) = (&mut self.values, &self.numbers);
            let x = values[a];
            values[self.leaves + index] = match entry.operation {
                Operation::Add => x + values[b],
                Operation::Sub => x - values[b],
                Operation::Mul => x * values[b],
                Operation::Square => x * x,
                Operation::TimesNumber => x * numbers[b],
                Operation::NumberMinus => numbers[b] - x,
                Operation::Sine => x.sin(),
            };
        }
    }

    fn sweep(&mut self) {
        let (values, numbers, bar) = (&self.values, &self.numbers, &mut self.cotangents);
        bar.fill(0.0);
        *bar.last_mut().expect("an operation") = 1.0;
        for (index, entry) in self.entries.iter().enumerate().rev() {
            let d = bar[self.leaves + index];
            let (a, b) = (entry.a as usize, entry.b as usize);
            match entry.operation {
                Operation::Add => {
                    bar[a] += d;
                    bar[b] += d;
                }
                Operation::Sub => {
                    bar[a] += d;
                    bar[b] -= d;
                }
                Operation::Mul => {
                    let (x, y) = (values[a], values[b]);
                    bar[a] += d * y;
                    bar[b] += d * x;
                }
                Operation::Square => bar[a] += d * (values[a] + values[a]),
                Operation::TimesNumber => bar[a] += d * numbers[b],
                Operation::NumberMinus => bar[a] -= d,
                Operation::Sine => bar[a] += d * values[a].cos(),
            }
        }
    }
}

/// A value of the program while it is recorded.
#[derive(Clone)]
struct Handle<'r> {
    recorded: &'r RefCell<Recorded>,
    index: u32,
}

impl Handle<'_> {
    fn entry(&self, operation: Operation, b: u32) -> Self {
        let mut recorded = self.recorded.borrow_mut();
        let a = self.index;
        recorded.entries.push(Entry { operation, a, b });
        Handle {
            recorded: self.recorded,
            index: (recorded.leaves + recorded.entries.len() - 1) as u32,
        }
    }

    fn with_number(&self, operation: Operation, number: f64) -> Self {
        let at = self.recorded.borrow().numbers.len() as u32;
        self.recorded.borrow_mut().numbers.push(number);
        self.entry(operation, at)
    }
}

impl Number for Handle<'_> {
    fn plus(&self, other: &Self) -> Self {
        self.entry(Operation::Add, other.index)
    }
    fn minus(&self, other: &Self) -> Self {
        self.entry(Operation::Sub, other.index)
    }
    fn times(&self, other: &Self) -> Self {
        if self.index == other.index {
            return self.entry(Operation::Square, 0);
        }
        self.entry(Operation::Mul, other.index)
    }
    fn times_number(&self, factor: f64) -> Self {
        self.with_number(Operation::TimesNumber, factor)
    }
    fn number_minus(&self, number: f64) -> Self {
        self.with_number(Operation::NumberMinus, number)
    }
    fn sine(&self) -> Self {
        self.entry(Operation::Sine, 0)
    }
}

/// The program's operations computed again at the point, and swept.
pub fn replayed<'p, P: Program>(program: &'p P, point: &'p [f64]) -> Gradient<'p> {
    let recorded = RefCell::new(Recorded {
        leaves: point.len(),
        entries: Vec::new(),
        numbers: Vec::new(),
        values: Vec::new(),
        cotangents: Vec::new(),
    });
    let leaf = |index| Handle {
        recorded: &recorded,
        index: index as u32,
    };
    let x: Vec<_> = (0..point.len()).map(leaf).collect();
    program.run(&x);
    drop(x);
    let mut recorded = recorded.into_inner();
    let all = point.len() + recorded.entries.len();
    recorded.values = vec![0.0; all];
    recorded.cotangents = vec![0.0; all];
    Box::new(move |gradient| {
        recorded.values[..point.len()].copy_from_slice(point);
        recorded.replay();
        recorded.sweep();
        gradient.copy_from_slice(&recorded.cotangents[..point.len()]);
        *recorded.values.last().expect("an operation")
    })
}
