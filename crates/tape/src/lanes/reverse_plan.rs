//! The plan of a reverse run: which rows cotangents lie in, and which contribution is the first.
//!
//! A cotangent that is handed on as it is, by a sum to a term that gets nothing else, is not
//! copied: both have one row, which nobody changes any more.

use super::lowered::{Item, Step};
use super::plan::{NONE, Plan, Pool, Row, hands_on, is_item, operands};
use crate::list::Program;
use crate::number::Scalar;
use crate::rules::Code;

/// What is done with the operand of a rule in the reverse run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pull {
    pub code: Code,
    /// Whether the operand is the rule's second number.
    pub is_second: bool,
    /// Whether it is the first contribution to the operand, and overwrites.
    pub is_first: bool,
    pub target: Row,
    pub cotangent: Row,
    /// The rule's numbers: rows of values, or the index of a number, or an exponent.
    pub a: u32,
    pub b: u32,
    pub result: Row,
}

/// An application in the reverse run: rows of cotangents of its result's elements, and of its
/// operands' elements, with whether the contribution is the first.
#[derive(Clone, Debug)]
pub(super) struct PullApplication {
    pub entry: u32,
    pub result: Vec<Row>,
    /// For each operand, by its place among them, and each of its elements that wants one.
    pub operands: Vec<(u32, u32, Row, bool)>,
}

#[derive(Clone, Debug)]
pub(super) enum Backward {
    Rule(Pull),
    Apply(Box<PullApplication>),
}

/// A reverse run from one output, or from a weighted sum of several.
pub(crate) struct ReversePlan {
    pub(super) steps: Vec<Backward>,
    pub(crate) rows: usize,
    /// The rows that the run begins with, one for each seed.
    pub(crate) seeds: Vec<Row>,
    /// The row of each number that is differentiated by; [`None`] where nothing depends on it.
    pub(crate) gradient: Vec<Option<Row>>,
}

impl ReversePlan {
    /// The run from these outputs, by their places among them, each once.
    pub fn new<T: Scalar>(plan: &Plan<T>, program: &Program<T>, outputs: &[Item]) -> Self {
        let mut reverse = Reverse {
            plan,
            program,
            row_of: vec![NONE; plan.lowered.items],
            owners: Vec::new(),
            contributions: contributions(plan, program, outputs),
            pool: Pool::default(),
            steps: Vec::new(),
        };
        let mut seeds = Vec::new();
        for &output in outputs {
            seeds.push(match plan.varies[output as usize] {
                true => reverse.own_row(output).0,
                false => NONE,
            });
        }
        for step in plan.lowered.steps.iter().rev() {
            match *step {
                Step::Rule { code, out, a, b } => reverse.rule(code, out, a, b),
                Step::Apply { entry } => reverse.application(entry),
                Step::Guard { .. } => {}
            }
        }
        let row = |&item: &Item| Some(reverse.row_of[item as usize]).filter(|&row| row != NONE);
        ReversePlan {
            gradient: plan.wanted.iter().map(row).collect(),
            steps: reverse.steps,
            rows: reverse.pool.rows,
            seeds,
        }
    }
}

/// How many contributions each item's cotangent gets.
fn contributions<T: Scalar>(plan: &Plan<T>, program: &Program<T>, outputs: &[Item]) -> Vec<u32> {
    let mut count = vec![0; plan.lowered.items];
    outputs.iter().for_each(|&item| count[item as usize] += 1);
    for step in plan.lowered.steps.iter().rev() {
        match *step {
            Step::Rule { code, out, a, b } if count[out as usize] > 0 && !code.is_flat() => {
                operands(code, a, b).for_each(|(item, _)| count[item as usize] += 1);
            }
            Step::Apply { entry } => {
                let mut items = plan.lowered.items_of(entry);
                if items.any(|item| count[item as usize] > 0) {
                    // Whatever they are, they are not handed on.
                    let operands = plan.lowered.operand_items(program, entry);
                    operands.for_each(|item| count[item as usize] += 2);
                }
            }
            _ => {}
        }
    }
    count
}

struct Reverse<'p, T> {
    plan: &'p Plan<T>,
    program: &'p Program<T>,
    /// The row of an item's cotangent, once something has reached it.
    row_of: Vec<Row>,
    /// How many items have a row for theirs.
    owners: Vec<u32>,
    contributions: Vec<u32>,
    pool: Pool,
    steps: Vec<Backward>,
}

impl<T: Scalar> Reverse<'_, T> {
    /// The row of an item's cotangent, and whether it is reached for the first time.
    fn own_row(&mut self, item: Item) -> (Row, bool) {
        let known = self.row_of[item as usize];
        if known != NONE {
            return (known, false);
        }
        let row = self.pool.take();
        self.share(item, row);
        (row, true)
    }

    /// Lets an item have a row, beside others.
    fn share(&mut self, item: Item, row: Row) {
        self.owners
            .resize(self.owners.len().max(row as usize + 1), 0);
        self.owners[row as usize] += 1;
        self.row_of[item as usize] = row;
    }

    /// Gives a row back, if no other item has it.
    fn leave(&mut self, row: Row) {
        self.owners[row as usize] -= 1;
        if self.owners[row as usize] == 0 {
            self.pool.give_back(row);
        }
    }

    fn rule(&mut self, code: Code, out: Item, a: Item, b: u32) {
        let cotangent = self.row_of[out as usize];
        if cotangent == NONE || code.is_flat() {
            return;
        }
        let value = |item: Item| self.plan.row_of[item as usize];
        let (a_row, b_row) = (value(a), if is_item(code) { value(b) } else { b });
        let result = value(out);
        for (item, is_second) in operands(code, a, b) {
            if !self.plan.varies[item as usize] {
                continue;
            }
            let alone = self.contributions[item as usize] == 1;
            if alone && hands_on(code, is_second) {
                self.share(item, cotangent);
                continue;
            }
            let (target, is_first) = self.own_row(item);
            self.steps.push(Backward::Rule(Pull {
                code,
                is_second,
                is_first,
                target,
                cotangent,
                a: a_row,
                b: b_row,
                result,
            }));
        }
        self.leave(cotangent);
    }

    fn application(&mut self, entry: u32) {
        let lowered = &self.plan.lowered;
        let items = lowered.items_of(entry);
        let result: Vec<Row> = items
            .clone()
            .map(|item| self.row_of[item as usize])
            .collect();
        if !self.program.is_active(entry) || result.iter().all(|&row| row == NONE) {
            return;
        }
        let (application, _) = self.program.application(entry as usize);
        let application = &self.program.applications[application];
        let ids = &self.program.operands[application.operands()];
        let mut operands = Vec::new();
        for (place, &id) in ids.iter().enumerate() {
            // An operand that occurs twice gets all of its contributions at its first place.
            if ids[..place].contains(&id) {
                continue;
            }
            for (element, item) in lowered.items_of(id).enumerate() {
                if self.plan.varies[item as usize] {
                    let (row, is_first) = self.own_row(item);
                    operands.push((place as u32, element as u32, row, is_first));
                }
            }
        }
        for &row in result.iter().filter(|&&row| row != NONE) {
            self.leave(row);
        }
        self.steps.push(Backward::Apply(Box::new(PullApplication {
            entry,
            result,
            operands,
        })));
    }
}
