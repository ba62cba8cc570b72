//! Sets of inputs: what each number of a program may depend on.

use crate::list::Program;
use crate::number::Scalar;
use crate::rules::{Code, Form};
use crate::shape::Shape;
use std::rc::Rc;

/// A set of small numbers below a bound that all sets share: a sorted list while it is short, a bit
/// for each number once that takes less memory.
#[derive(Clone, Debug)]
pub(super) enum IndexSet {
    Sorted(Rc<[u32]>),
    Bits(Rc<[u64]>),
}

impl IndexSet {
    pub fn empty() -> Self {
        IndexSet::Sorted(Rc::new([]))
    }

    pub fn one(index: u32) -> Self {
        IndexSet::Sorted(Rc::new([index]))
    }

    fn is_empty(&self) -> bool {
        matches!(self, IndexSet::Sorted(list) if list.is_empty())
    }

    /// Whether both are the same memory.
    fn is(&self, other: &IndexSet) -> bool {
        match (self, other) {
            (IndexSet::Sorted(a), IndexSet::Sorted(b)) => Rc::ptr_eq(a, b),
            (IndexSet::Bits(a), IndexSet::Bits(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// What is in either, of numbers below `bound`.
    pub fn union(&self, other: &IndexSet, bound: usize) -> IndexSet {
        if other.is_empty() || self.is(other) {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        if let (IndexSet::Sorted(a), IndexSet::Sorted(b)) = (self, other) {
            let merged = merged(a, b);
            // A list takes 32 bits a member, the other way one a number.
            if merged.len() * 32 <= bound {
                return IndexSet::Sorted(merged.into());
            }
        }
        let mut bits = vec![0; bound.div_ceil(64)];
        self.mark(&mut bits);
        other.mark(&mut bits);
        IndexSet::Bits(bits.into())
    }

    fn mark(&self, bits: &mut [u64]) {
        match self {
            IndexSet::Sorted(list) => {
                for &index in list.iter() {
                    bits[index as usize / 64] |= 1 << (index % 64);
                }
            }
            IndexSet::Bits(own) => {
                for (bits, own) in bits.iter_mut().zip(own.iter()) {
                    *bits |= own;
                }
            }
        }
    }

    /// The members, rising.
    pub fn members(&self) -> Vec<u32> {
        match self {
            IndexSet::Sorted(list) => list.to_vec(),
            IndexSet::Bits(bits) => {
                let each = bits.iter().enumerate().flat_map(|(at, &word)| {
                    let set = (0..64).filter(move |bit| word >> bit & 1 == 1);
                    set.map(move |bit| 64 * at as u32 + bit)
                });
                each.collect()
            }
        }
    }
}

fn merged(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut all = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        all.push(*x.min(y));
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    all.extend_from_slice(&a[i..]);
    all.extend_from_slice(&b[j..]);
    all
}

/// What each number of an entry depends on: a scalar's as one set.
type OfEntry = Vec<IndexSet>;

/// The inputs that each wanted number may depend on. `inputs` says which entry's elements are
/// inputs, with their numbers; sets of entries that nobody asks for any more are forgotten.
pub(super) fn dependences<T: Scalar>(
    program: &Program<T>,
    inputs: &[(usize, usize)],
    wanted: &[usize],
) -> Vec<OfEntry> {
    let bound = inputs.len();
    let end = wanted.iter().max().map_or(0, |last| last + 1);
    let mut sets: Vec<OfEntry> = vec![Vec::new(); end];
    for (number, &(entry, _)) in inputs.iter().enumerate() {
        // The elements of an entry follow one another.
        if let Some(sets) = sets.get_mut(entry) {
            sets.push(IndexSet::one(number as u32));
        }
    }
    let mut last_uses = last_uses(program, end);
    for &entry in wanted {
        last_uses[entry] = usize::MAX;
    }
    for index in 0..end {
        let entry = program.entries.at(index);
        let mut operands = Vec::new();
        program.each_read(index, |operand| operands.push(operand));
        if entry.code.form() != Form::None {
            sets[index] = of_entry(program, index, &operands, &sets, bound);
        }
        for operand in operands {
            if last_uses[operand] == index {
                sets[operand] = Vec::new();
            }
        }
    }
    wanted.iter().map(|&entry| sets[entry].clone()).collect()
}

/// The last entry, of those before `end`, that reads each.
fn last_uses<T>(program: &Program<T>, end: usize) -> Vec<usize> {
    let mut last = vec![0; end];
    for index in 0..end {
        program.each_read(index, |operand| last[operand] = index);
    }
    last
}

/// What the numbers of one entry depend on. An entry of which nothing is known has no sets: it
/// depends on no input.
fn of_entry<T: Scalar>(
    program: &Program<T>,
    index: usize,
    operands: &[usize],
    sets: &[OfEntry],
    bound: usize,
) -> OfEntry {
    let entry = program.entries.at(index);
    if operands.iter().all(|&operand| sets[operand].is_empty()) {
        return Vec::new();
    }
    if entry.code != Code::Apply {
        let mut each = operands.iter().filter_map(|&operand| sets[operand].first());
        let first = each.next().cloned().unwrap_or_else(IndexSet::empty);
        return vec![each.fold(first, |all, set| all.union(set, bound))];
    }
    let op = &program.applications[entry.a as usize].op;
    let shapes: Vec<Shape> = operands
        .iter()
        .map(|&id| program.shape(id as u32))
        .collect();
    let count = program.shape(index as u32).len();
    let mut result = Vec::with_capacity(count);
    for element in 0..count {
        let mut set = IndexSet::empty();
        let is_known = op.reads(&shapes, element, &mut |operand, of_operand| {
            if let Some(other) = sets[operands[operand]].get(of_operand) {
                set = set.union(other, bound);
            }
        });
        if !is_known {
            let every = operands.iter().flat_map(|&operand| &sets[operand]);
            let all = every.fold(IndexSet::empty(), |all, set| all.union(set, bound));
            return vec![all; count];
        }
        result.push(set);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unions_long_and_short() {
        let bound = 1000;
        let of = |members: &[u32]| {
            let each = members.iter().map(|&index| IndexSet::one(index));
            each.fold(IndexSet::empty(), |all, one| all.union(&one, bound))
        };
        let few = of(&[7, 3, 900, 3]);
        assert_eq!(few.members(), [3, 7, 900]);
        let many: Vec<u32> = (0..bound as u32).step_by(3).collect();
        let long = of(&many);
        assert!(matches!(few, IndexSet::Sorted(_)) && matches!(long, IndexSet::Bits(_)));
        assert_eq!(long.members(), many);
        let mut both = many;
        both.extend([7]);
        both.sort_unstable();
        assert_eq!(long.union(&few, bound).members(), both);
        assert_eq!(few.union(&long, bound).members(), both);
        assert_eq!(few.union(&of(&[4]), bound).members(), [3, 4, 7, 900]);
    }
}
