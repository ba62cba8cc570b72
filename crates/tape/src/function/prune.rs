//! Leaving out what neither a result nor a comparison needs.

use super::source::Source;
use crate::list::{Application, Guard, Primals, Program, Side};
use crate::number::Scalar;
use crate::op::{Block, Entry};
use crate::rules::{Code, Form};

/// A program without the entries that neither a source nor a guard depends on, and that `keep` does
/// not name; with the numbers that it has computed. Those that depend on no parameter come first,
/// so that a sweep need not look at them. Inputs and sources are renumbered. What stays does the
/// same operations; those of each of the two kinds in the same order.
pub(super) fn pruned<T: Scalar>(
    program: Program<T>,
    primals: Primals<T>,
    inputs: &mut [u32],
    keep: &[bool],
    parameters: &[bool],
    sources: &mut [Source<T>],
) -> (Program<T>, Primals<T>) {
    let needed = needed(&program, keep, sources);
    let active = active(&program, parameters);
    let kind = |wanted: bool| {
        let (needed, active) = (&needed, &active);
        (0..needed.len()).filter(move |&index| needed[index] && active[index] == wanted)
    };
    let order: Vec<usize> = kind(false).chain(kind(true)).collect();
    let inactive = kind(false).count();
    let mut copy = Copy {
        numbered: vec![u32::MAX; needed.len()],
        program: Program::new(),
        primals: Primals::new(),
    };
    // Before which entry a comparison was made, of those that depend on a parameter: the others
    // come before all of them.
    let mut count = inactive as u32;
    let mut before: Vec<u32> = Vec::with_capacity(needed.len() + 1);
    for index in 0..needed.len() {
        before.push(count);
        count += u32::from(needed[index] && active[index]);
    }
    before.push(count);
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
    copy.program.inactive = inactive;
    let mut applications: Vec<_> = applications.into_iter().map(Some).collect();
    for index in order {
        copy.numbered[index] = copy.program.entries.len() as u32;
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
    for entry in inputs {
        // An input without numbers has no entry.
        *entry = copy.numbered.get(*entry as usize).copied().unwrap_or(0);
    }
    for source in sources {
        if let Source::Entry(entry) = source {
            *entry = copy.numbered[*entry as usize];
        }
    }
    let renumbered = |guard| renumbered(guard, &copy.numbered, &before);
    copy.program.guards = guards.iter().map(renumbered).collect();
    (copy.program, copy.primals)
}

/// Which entries depend on a parameter, or are one.
fn active<T: Scalar>(program: &Program<T>, parameters: &[bool]) -> Vec<bool> {
    let mut active = parameters.to_vec();
    for index in 0..active.len() {
        let mut any = active[index];
        program.each_read(index, |operand| any |= active[operand]);
        active[index] = any;
    }
    active
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

fn renumbered<T: Scalar>(guard: &Guard<T>, numbered: &[u32], before: &[u32]) -> Guard<T> {
    let side = |side: Side<T>| match side {
        Side::Entry(entry) => Side::Entry(numbered[entry as usize]),
        number => number,
    };
    Guard {
        left: side(guard.left),
        right: side(guard.right),
        entry: before[guard.entry as usize],
        ..*guard
    }
}

/// A program that is being made, and the new number of each entry of the old one that stays.
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

#[cfg(test)]
mod tests {
    use crate::function::arguments::Outputs;
    use crate::function::recording::Recording;
    use crate::function::structure::Structure;

    #[test]
    fn what_depends_on_data_alone_comes_first_and_what_nobody_needs_goes() {
        let inputs = Structure::new()
            .scalars("x", 2)
            .data_scalars("t", 2)
            .data_matrix("m", 2, 2);
        let point = [2.0, 3.0, 0.5, 0.25, 1.0, 2.0, 3.0, 4.0];
        let recorded = Recording::of_closure(
            |at| {
                let (x, t, m) = (at.scalars("x"), at.scalars("t"), at.matrix("m"));
                let _unused = (x[0] * x[1]).exp();
                let product = x[0] * x[1];
                let of_data = (t[0] * t[1]).sin() + m.sum();
                // A comparison of data, and one of parameters, keep what they compare.
                let sign = if of_data > 0.0 { 1.0 } else { -1.0 };
                let larger = if x[0] + 1.0 > x[1] { x[0] } else { x[1] };
                Ok(Outputs::from(product * of_data * sign + larger))
            },
            &inputs,
            &point,
        );
        let recording = recorded.unwrap();
        // Two scalars, a matrix, their product, its sine, the sum of the matrix, and both.
        assert_eq!(recording.program.inactive, 7);
        // Two parameters, their product, times data, times 1, plus the larger; and what is
        // compared.
        assert_eq!(recording.program.entries.len(), 7 + 7);
        let guards = recording.program.guards.iter().map(|guard| guard.entry);
        assert_eq!(guards.collect::<Vec<_>>(), [10, 11]);
        let mut primals = recording.recorded.clone();
        recording.set_inputs(&point, &mut primals);
        assert!(recording.program.run(&mut primals).is_ok());
        assert_eq!(primals.values, recording.recorded.values);
    }
}
