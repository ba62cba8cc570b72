//! Leaving out what neither a result nor a comparison needs.

use super::recording::Source;
use crate::list::{Application, Guard, Primals, Program, Side};
use crate::number::Scalar;
use crate::op::{Block, Entry};
use crate::rules::{Code, Form};

/// A program without the entries that neither a source nor a guard depends on, and that `keep` does
/// not name; with the numbers that it has computed. Inputs and sources are renumbered. What stays
/// does the same operations in the same order.
pub(super) fn pruned<T: Scalar>(
    program: Program<T>,
    primals: Primals<T>,
    inputs: &mut [u32],
    keep: &[bool],
    sources: &mut [Source<T>],
) -> (Program<T>, Primals<T>) {
    let needed = needed(&program, keep, sources);
    if needed.iter().all(|&needed| needed) {
        return (program, primals);
    }
    let mut copy = Copy {
        numbered: Vec::with_capacity(needed.len()),
        program: Program::new(),
        primals: Primals::new(),
    };
    let Program {
        entries,
        numbers,
        operands,
        blocks,
        applications,
        guards,
        ..
    } = program;
    copy.program.numbers = numbers;
    let mut applications: Vec<_> = applications.into_iter().map(Some).collect();
    for (index, &is_needed) in needed.iter().enumerate() {
        copy.numbered.push(copy.program.entries.len() as u32);
        if !is_needed {
            continue;
        }
        let entry = entries.at(index);
        let block = entry.block().map(|block| blocks[block as usize]);
        if entry.code == Code::Apply {
            let application = applications[entry.a as usize].take();
            let application = application.expect("an application has one entry");
            let read = &operands[application.operands()];
            copy.application(application, read, entry, block, &primals, index);
        } else {
            copy.scalar_or_leaf(entry, block, &primals, index);
        }
    }
    // What is asked for after the last entry.
    copy.numbered.push(copy.program.entries.len() as u32);
    for entry in inputs {
        *entry = copy.numbered[*entry as usize];
    }
    for source in sources {
        if let Source::Entry(entry) = source {
            *entry = copy.numbered[*entry as usize];
        }
    }
    let numbered = &copy.numbered;
    copy.program.guards = guards
        .iter()
        .map(|guard| renumbered(guard, numbered))
        .collect();
    (copy.program, copy.primals)
}

/// Which entries are needed.
fn needed<T: Scalar>(program: &Program<T>, keep: &[bool], sources: &[Source<T>]) -> Vec<bool> {
    let mut needed = keep.to_vec();
    for source in sources {
        if let Source::Entry(entry) = source {
            needed[*entry as usize] = true;
        }
    }
    for guard in &program.guards {
        for side in [guard.left, guard.right] {
            if let Side::Entry(entry) = side {
                needed[entry as usize] = true;
            }
        }
    }
    for index in (0..needed.len()).rev() {
        if needed[index] {
            program.each_read(index, |operand| needed[operand] = true);
        }
    }
    needed
}

fn renumbered<T: Scalar>(guard: &Guard<T>, numbered: &[u32]) -> Guard<T> {
    let side = |side: Side<T>| match side {
        Side::Entry(entry) => Side::Entry(numbered[entry as usize]),
        number => number,
    };
    Guard {
        left: side(guard.left),
        right: side(guard.right),
        entry: numbered[guard.entry as usize],
        ..*guard
    }
}

/// A program that is being made, and the new number of each entry of the old one, or of the next
/// that stays.
struct Copy<T> {
    numbered: Vec<u32>,
    program: Program<T>,
    primals: Primals<T>,
}

impl<T: Scalar> Copy<T> {
    fn scalar_or_leaf(
        &mut self,
        mut entry: Entry,
        block: Option<Block>,
        primals: &Primals<T>,
        index: usize,
    ) {
        match entry.code.form() {
            Form::None => {}
            Form::Two => {
                entry.a = self.numbered[entry.a as usize];
                entry.b = self.numbered[entry.b as usize];
            }
            _ => entry.a = self.numbered[entry.a as usize],
        }
        if let Some(block) = block {
            entry.b = self.block(block, primals);
        }
        self.push(entry, primals.values[index]);
    }

    fn application(
        &mut self,
        application: Application<T>,
        read: &[u32],
        mut entry: Entry,
        block: Option<Block>,
        primals: &Primals<T>,
        index: usize,
    ) {
        let first = self.program.operands.len() as u32;
        let read = read.iter().map(|&operand| self.numbered[operand as usize]);
        self.program.operands.extend(read);
        let residual = self.primals.residuals.len();
        let kept = &primals.residuals[application.residual.clone()];
        self.primals.residuals.extend_from_slice(kept);
        entry.a = self.program.applications.len() as u32;
        self.program.applications.push(Application {
            operands: first..self.program.operands.len() as u32,
            residual: residual..self.primals.residuals.len(),
            ..application
        });
        if let Some(block) = block {
            entry.b = self.block(block, primals);
        }
        self.push(entry, primals.values[index]);
    }

    fn block(&mut self, block: Block, primals: &Primals<T>) -> u32 {
        let start = self.primals.arena.len();
        self.primals
            .arena
            .extend_from_slice(&primals.arena[block.range()]);
        self.program.blocks.push(Block {
            start,
            entry: self.program.entries.len() as u32,
            ..block
        });
        self.program.blocks.len() as u32 - 1
    }

    fn push(&mut self, entry: Entry, value: T) {
        self.program.entries.push(entry);
        self.primals.values.push(value);
    }
}
