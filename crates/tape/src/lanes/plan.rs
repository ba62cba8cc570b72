//! Which row each number lies in, and for how long.
//!
//! Of a thousand numbers a third may be needed at one time. A number that neither the reverse run
//! nor a result needs gives its row back after its last use, and a cotangent after it was handed
//! on: so more lanes fit in a cache.

use super::lowered::{Item, Lowered, Step};
use crate::list::{Guard, Primals, Program, Side};
use crate::number::Scalar;
use crate::rules::{Code, Form};

/// A row's place among the rows.
pub(super) type Row = u32;
/// No row.
pub(super) const NONE: u32 = u32::MAX;

/// A step of the forward run, with rows for items.
#[derive(Clone, Debug)]
pub(super) enum Forward {
    Rule {
        code: Code,
        out: Row,
        a: Row,
        b: u32,
    },
    Apply {
        entry: u32,
    },
    /// A guard, and the rows of its two sides; [`NONE`] of a number.
    Guard {
        guard: u32,
        left: Row,
        right: Row,
    },
}

/// What the items of a program are for.
pub(crate) struct Ends {
    /// The items that are given, an input each.
    pub inputs: Vec<Item>,
    /// Of these, which are differentiated by.
    pub wanted: Vec<bool>,
    /// The items that are asked for.
    pub outputs: Vec<Item>,
}

/// The forward run of a program, and what its reverse runs have in common.
pub(crate) struct Plan<T> {
    pub(super) steps: Vec<Forward>,
    pub(super) numbers: Vec<T>,
    /// The row of each item; of some it was used again for others.
    pub(super) row_of: Vec<Row>,
    /// How many rows there are.
    pub(crate) rows: usize,
    /// The rows of inputs.
    pub(crate) inputs: Vec<Row>,
    /// The rows of outputs.
    pub(crate) outputs: Vec<Row>,
    /// Rows that never change, with their numbers.
    pub(super) fixed: Vec<(Row, T)>,
    /// Whether an item depends on what is differentiated by.
    pub(super) varies: Vec<bool>,
    /// What is differentiated by.
    pub(super) wanted: Vec<Item>,
    pub(super) lowered: Lowered<T>,
}

/// Rows that are free.
#[derive(Default)]
pub(super) struct Pool {
    free: Vec<Row>,
    /// How many rows there are in all.
    pub rows: usize,
}

impl Pool {
    pub fn take(&mut self) -> Row {
        self.free.pop().unwrap_or_else(|| {
            self.rows += 1;
            (self.rows - 1) as Row
        })
    }

    pub fn give_back(&mut self, row: Row) {
        self.free.push(row);
    }
}

/// The operands of a rule that are items, each with whether it is the rule's second number.
#[inline]
pub(crate) fn operands(code: Code, a: Item, b: u32) -> impl Iterator<Item = (Item, bool)> {
    let (first, second) = match code.form() {
        Form::None | Form::Apply => (None, None),
        Form::NumberLeft => (Some((a, true)), None),
        Form::Two if code == Code::MulItself => (Some((a, false)), None),
        Form::Two => (Some((a, false)), Some((b, true))),
        Form::One | Form::Power | Form::NumberRight => (Some((a, false)), None),
    };
    first.into_iter().chain(second)
}

/// Whether an operand gets the result's cotangent as it is.
#[inline]
pub(crate) fn hands_on(code: Code, is_second: bool) -> bool {
    match code {
        Code::Add | Code::AddNumber | Code::NumberAdd => true,
        Code::Sub | Code::SubNumber => !is_second,
        _ => false,
    }
}

impl<T: Scalar> Plan<T> {
    /// The plan of a program. `recorded` are its numbers, of which those that never change stay.
    pub fn new(
        program: &Program<T>,
        recorded: &Primals<T>,
        lowered: Lowered<T>,
        ends: &Ends,
    ) -> Self {
        let inputs = ends.inputs.iter().zip(&ends.wanted);
        let wanted = inputs.filter_map(|(&item, &wanted)| wanted.then_some(item));
        let wanted: Vec<Item> = wanted.collect();
        let varies = varies(program, &lowered, &wanted);
        let needed = needed(program, &lowered, ends);
        let kept = kept(program, &lowered, ends, &varies, &needed);
        let mut planner = Planner {
            row_of: vec![NONE; lowered.items],
            last_use: last_uses(program, &lowered, &needed),
            kept,
            pool: Pool::default(),
        };
        for &input in &ends.inputs {
            planner.row_of[input as usize] = planner.pool.take();
        }
        let fixed = planner.fixed(program, recorded, &lowered, &needed);
        let steps = planner.steps(program, &lowered, &needed);
        let row = |&item: &Item| planner.row_of[item as usize];
        Plan {
            steps,
            numbers: lowered.numbers.clone(),
            rows: planner.pool.rows,
            inputs: ends.inputs.iter().map(row).collect(),
            outputs: ends.outputs.iter().map(row).collect(),
            row_of: planner.row_of,
            fixed,
            varies,
            wanted,
            lowered,
        }
    }

    /// How many numbers are differentiated by.
    pub fn parameters(&self) -> usize {
        self.wanted.len()
    }
}

/// Which items depend on what is differentiated by.
pub(crate) fn varies<T: Scalar>(
    program: &Program<T>,
    lowered: &Lowered<T>,
    wanted: &[Item],
) -> Vec<bool> {
    let mut varies = vec![false; lowered.items];
    wanted.iter().for_each(|&item| varies[item as usize] = true);
    for step in &lowered.steps {
        match *step {
            Step::Rule { code, out, a, b } => {
                let of_operands = operands(code, a, b).any(|(item, _)| varies[item as usize]);
                varies[out as usize] = of_operands && !code.is_flat();
            }
            Step::Apply { entry } => {
                let mut operands = lowered.operand_items(program, entry);
                let some = program.is_active(entry) && operands.any(|item| varies[item as usize]);
                for item in lowered.items_of(entry) {
                    varies[item as usize] = some;
                }
            }
            Step::Guard { .. } => {}
        }
    }
    varies
}

/// Which items an output or a guard depends on.
pub(crate) fn needed<T: Scalar>(
    program: &Program<T>,
    lowered: &Lowered<T>,
    ends: &Ends,
) -> Vec<bool> {
    let mut needed = vec![false; lowered.items];
    ends.outputs
        .iter()
        .for_each(|&item| needed[item as usize] = true);
    for step in lowered.steps.iter().rev() {
        match *step {
            Step::Rule { code, out, a, b } if needed[out as usize] => {
                operands(code, a, b).for_each(|(item, _)| needed[item as usize] = true);
            }
            // An op may refuse its operands' values, needed or not.
            Step::Apply { entry } => {
                for item in lowered.operand_items(program, entry) {
                    needed[item as usize] = true;
                }
                for item in lowered.items_of(entry) {
                    needed[item as usize] = true;
                }
            }
            Step::Guard { guard } => {
                for item in sides(&program.guards[guard as usize], lowered) {
                    needed[item as usize] = true;
                }
            }
            Step::Rule { .. } => {}
        }
    }
    needed
}

/// Which items keep their rows: those that are given or asked for, those of applications, and what
/// a slope reads.
fn kept<T: Scalar>(
    program: &Program<T>,
    lowered: &Lowered<T>,
    ends: &Ends,
    varies: &[bool],
    needed: &[bool],
) -> Vec<bool> {
    let mut kept = vec![false; lowered.items];
    let given = ends.inputs.iter().chain(&ends.outputs);
    given.for_each(|&item| kept[item as usize] = true);
    for step in &lowered.steps {
        match *step {
            Step::Rule { code, out, a, b } if needed[out as usize] && varies[out as usize] => {
                let by_each = operands(code, a, b).filter(|(item, _)| varies[*item as usize]);
                for (_, is_second) in by_each.collect::<Vec<_>>() {
                    let [first, second, result] = code.reads(is_second);
                    kept[out as usize] |= result;
                    for (item, is_second) in operands(code, a, b) {
                        kept[item as usize] |= if is_second { second } else { first };
                    }
                }
            }
            Step::Apply { entry } => {
                let operands = lowered.operand_items(program, entry);
                operands.for_each(|item| kept[item as usize] = true);
                lowered
                    .items_of(entry)
                    .for_each(|item| kept[item as usize] = true);
            }
            _ => {}
        }
    }
    kept
}

/// The last step that uses each item.
fn last_uses<T: Scalar>(program: &Program<T>, lowered: &Lowered<T>, needed: &[bool]) -> Vec<usize> {
    let mut last = vec![0; lowered.items];
    for (at, step) in lowered.steps.iter().enumerate() {
        match *step {
            Step::Rule { code, out, a, b } if needed[out as usize] => {
                operands(code, a, b).for_each(|(item, _)| last[item as usize] = at);
                last[out as usize] = at;
            }
            Step::Guard { guard } => {
                for item in sides(&program.guards[guard as usize], lowered) {
                    last[item as usize] = at;
                }
            }
            _ => {}
        }
    }
    last
}

/// The items that a guard compares.
fn sides<T: Scalar>(guard: &Guard<T>, lowered: &Lowered<T>) -> impl Iterator<Item = Item> {
    let of = |side: Side<T>| match side {
        Side::Entry(entry) => Some(lowered.items_of(entry).start),
        Side::Number(_) => None,
    };
    [of(guard.left), of(guard.right)].into_iter().flatten()
}

/// Rows while they are given out.
struct Planner {
    row_of: Vec<Row>,
    last_use: Vec<usize>,
    kept: Vec<bool>,
    pool: Pool,
}

impl Planner {
    /// Gives rows to numbers that never change and that something reads.
    fn fixed<T: Scalar>(
        &mut self,
        program: &Program<T>,
        recorded: &Primals<T>,
        lowered: &Lowered<T>,
        needed: &[bool],
    ) -> Vec<(Row, T)> {
        let mut fixed = Vec::new();
        for entry in 0..lowered.entries() as u32 {
            if program.entries.at(entry as usize).code.form() != Form::None {
                continue;
            }
            let values = recorded.view(program, entry as usize);
            for (item, &value) in lowered.items_of(entry).zip(values.values()) {
                if needed[item as usize] && self.row_of[item as usize] == NONE {
                    self.kept[item as usize] = true;
                    self.row_of[item as usize] = self.pool.take();
                    fixed.push((self.row_of[item as usize], value));
                }
            }
        }
        fixed
    }

    fn steps<T: Scalar>(
        &mut self,
        program: &Program<T>,
        lowered: &Lowered<T>,
        needed: &[bool],
    ) -> Vec<Forward> {
        let mut steps = Vec::with_capacity(lowered.steps.len());
        for (at, step) in lowered.steps.iter().enumerate() {
            match *step {
                Step::Rule { code, out, a, b } if needed[out as usize] => {
                    let row = self.pool.take();
                    self.row_of[out as usize] = row;
                    let of = |item: Item| self.row_of[item as usize];
                    let b_row = if is_item(code) { of(b) } else { b };
                    steps.push(Forward::Rule {
                        code,
                        out: row,
                        a: of(a),
                        b: b_row,
                    });
                    let used: Vec<Item> = operands(code, a, b).map(|(item, _)| item).collect();
                    self.give_back(&used, at);
                    self.give_back(&[out], at);
                }
                Step::Rule { .. } => {}
                Step::Apply { entry } => {
                    for item in lowered.items_of(entry) {
                        self.row_of[item as usize] = self.pool.take();
                    }
                    steps.push(Forward::Apply { entry });
                }
                Step::Guard { guard } => {
                    let compared = &program.guards[guard as usize];
                    let row = |side: Side<T>| match side {
                        Side::Entry(entry) => self.row_of[lowered.items_of(entry).start as usize],
                        Side::Number(_) => NONE,
                    };
                    let (left, right) = (row(compared.left), row(compared.right));
                    steps.push(Forward::Guard { guard, left, right });
                    let used: Vec<Item> = sides(compared, lowered).collect();
                    self.give_back(&used, at);
                }
            }
        }
        steps
    }

    /// Gives back the rows of items that are used for the last time.
    fn give_back(&mut self, items: &[Item], at: usize) {
        for (k, &item) in items.iter().enumerate() {
            let is_last = self.last_use[item as usize] == at && !self.kept[item as usize];
            if is_last && !items[..k].contains(&item) {
                self.pool.give_back(self.row_of[item as usize]);
            }
        }
    }
}

/// Whether a rule's second operand is an item.
pub(super) fn is_item(code: Code) -> bool {
    code.form() == Form::Two
}
