//! A program as a list of steps, each of which makes one number, or one application's.

use crate::list::{Guard, Program, Side};
use crate::number::Scalar;
use crate::op::Chain;
use crate::rules::{Code, Form};
use std::ops::Range;

/// A number of a program, or one that comes up on the way: an element of an entry's result.
pub(crate) type Item = u32;

/// What is done next.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A scalar rule. `b` is an item, the index of a number, or an exponent, as its code says.
    Rule {
        code: Code,
        out: Item,
        a: Item,
        b: u32,
    },
    /// An application, with the entry it is.
    Apply { entry: u32 },
    /// A comparison that must turn out as recorded.
    Guard { guard: u32 },
}

/// The steps of a program.
pub(crate) struct Lowered<T> {
    pub(crate) steps: Vec<Step>,
    /// The numbers that rules use as operands.
    pub(crate) numbers: Vec<T>,
    /// How many items there are.
    pub(crate) items: usize,
    /// The first item of every entry.
    first: Vec<Item>,
    /// Where each entry's items end.
    ends: Vec<Item>,
}

/// The longest run of terms that a pairwise sum adds one after the other.
const RUN: usize = 16;

impl<T: Scalar> Lowered<T> {
    /// The steps up to entry `end`, and all guards. Entries that are `given` are as leaves: what
    /// they are computed from has no steps, and comparisons among them are none.
    pub fn of(program: &Program<T>, end: usize, given: &[bool]) -> Self {
        let mut lowered = Lowered {
            steps: Vec::with_capacity(end),
            numbers: program.numbers.clone(),
            items: 0,
            first: Vec::with_capacity(end),
            ends: Vec::with_capacity(end),
        };
        let end = program
            .guards
            .iter()
            .fold(end, |end, guard| end.max(guard.entry as usize));
        let is_given = |entry: u32| given.get(entry as usize).is_some_and(|&given| given);
        let is_settled = |side: Side<T>| match side {
            Side::Entry(entry) => is_given(entry),
            Side::Number(_) => true,
        };
        let is_open = |guard: &Guard<T>| !is_settled(guard.left) || !is_settled(guard.right);
        let guards = program.guards.iter().enumerate();
        let mut guards = guards.filter(|(_, guard)| is_open(guard)).peekable();
        for entry in 0..end {
            while let Some((guard, _)) = guards.next_if(|(_, due)| due.entry as usize <= entry) {
                lowered.steps.push(Step::Guard {
                    guard: guard as u32,
                });
            }
            match is_given(entry as u32) {
                true => lowered.leaf(program, entry as u32),
                false => lowered.entry(program, entry as u32),
            }
        }
        for (guard, _) in guards {
            lowered.steps.push(Step::Guard {
                guard: guard as u32,
            });
        }
        lowered
    }

    /// The items of an entry.
    pub fn items_of(&self, entry: u32) -> Range<Item> {
        self.first[entry as usize]..self.ends[entry as usize]
    }

    /// The items of every operand of an application.
    pub(super) fn operand_items<'l>(
        &'l self,
        program: &'l Program<T>,
        entry: u32,
    ) -> impl Iterator<Item = Item> + 'l {
        let (application, _) = program.application(entry as usize);
        let ids = &program.operands[program.applications[application].operands()];
        ids.iter().flat_map(|&id| self.items_of(id))
    }

    /// How many entries the steps are of.
    pub fn entries(&self) -> usize {
        self.first.len()
    }

    fn item(&mut self) -> Item {
        self.items += 1;
        (self.items - 1) as Item
    }

    fn rule(&mut self, code: Code, a: Item, b: u32) -> Item {
        let out = self.item();
        self.steps.push(Step::Rule { code, out, a, b });
        out
    }

    fn leaf(&mut self, program: &Program<T>, index: u32) {
        self.first.push(self.items as Item);
        self.items += program.shape(index).len();
        self.ends.push(self.items as Item);
    }

    fn entry(&mut self, program: &Program<T>, index: u32) {
        let entry = program.entries.at(index as usize);
        let of = |lowered: &Self, entry: u32| lowered.first[entry as usize];
        let result = match entry.code.form() {
            Form::Apply => return self.application(program, index),
            Form::None => return self.leaf(program, index),
            Form::One | Form::Power | Form::NumberRight | Form::NumberLeft => {
                self.rule(entry.code, of(self, entry.a), entry.b)
            }
            Form::Two => {
                let (a, b) = (of(self, entry.a), of(self, entry.b));
                self.rule(entry.code, a, b)
            }
        };
        self.first.push(result);
        self.ends.push(result + 1);
    }

    fn application(&mut self, program: &Program<T>, index: u32) {
        let (application, block) = program.application(index as usize);
        let application = &program.applications[application];
        let operands = &program.operands[application.operands()];
        let operands: Vec<Item> = operands.iter().map(|&id| self.first[id as usize]).collect();
        let chain = match (block, application.op.in_lanes()) {
            (None, Some(Chain::Sum)) if !operands.is_empty() => Some(self.sum(&operands)),
            (None, Some(Chain::Dot)) if !operands.is_empty() => self.dot(&operands),
            _ => None,
        };
        if let Some(result) = chain {
            self.first.push(result);
            self.ends.push(result + 1);
            return;
        }
        self.leaf(program, index);
        self.steps.push(Step::Apply { entry: index });
    }

    /// A sum of at least one term, in the order of [`pairwise_sum`](crate::pairwise_sum).
    fn sum(&mut self, terms: &[Item]) -> Item {
        if terms.len() <= RUN {
            let zero = self.numbers.len() as u32;
            self.numbers.push(T::zero());
            // 0 + −0 is 0.
            let first = self.rule(Code::AddNumber, terms[0], zero);
            let rest = terms[1..].iter();
            return rest.fold(first, |sum, &term| self.rule(Code::Add, sum, term));
        }
        let (first, second) = terms.split_at(terms.len() / 2);
        let (first, second) = (self.sum(first), self.sum(second));
        self.rule(Code::Add, first, second)
    }

    /// A dot product as products and their sum; `None` where an operand occurs twice, since its
    /// contributions would then be added in another order.
    fn dot(&mut self, operands: &[Item]) -> Option<Item> {
        let mut sorted = operands.to_vec();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return None;
        }
        let (x, y) = operands.split_at(operands.len() / 2);
        let pairs = x.iter().zip(y);
        let products: Vec<Item> = pairs.map(|(&x, &y)| self.rule(Code::Mul, x, y)).collect();
        Some(self.sum(&products))
    }
}
