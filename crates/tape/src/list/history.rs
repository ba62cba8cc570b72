//! What rewinds have removed: tells an id or a mark that is still good from one that is not.

use super::id::Id;
use super::lengths::Lengths;
use crate::error::Error;

/// What rewinds have removed since any earlier generation of the tape.
///
/// Each rewind cuts the recording to a length and begins a new generation. A cut makes every
/// earlier cut that is not shorter meaningless: what that one removed, this one would remove too.
/// So the lengths that are kept rise, and a loop that rewinds to the same mark a million times
/// keeps one.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    generation: u64,
    cuts: Vec<Cut>,
}

#[derive(Clone, Copy, Debug)]
struct Cut {
    /// The generation that began with it.
    generation: u64,
    /// How many entries were left.
    entries: u32,
    /// How much was left in all: comparisons, scopes and names are part of the recording, too.
    total: usize,
}

impl History {
    /// Becomes equal to `other` in the memory it has; the derived `clone_from` would take other
    /// memory.
    pub fn copy_from(&mut self, other: &History) {
        self.generation = other.generation;
        self.cuts.clone_from(&other.cuts);
    }

    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Notes that the recording was cut to these lengths.
    pub fn cut(&mut self, to: &Lengths) {
        self.generation += 1;
        let cut = Cut {
            generation: self.generation,
            entries: to.entries as u32,
            total: to.total(),
        };
        while self.cuts.last().is_some_and(|last| last.total >= cut.total) {
            self.cuts.pop();
        }
        self.cuts.push(cut);
    }

    /// Whether everything recorded when the lengths were these, in the given generation, is still
    /// there.
    pub fn holds(&self, lengths: &Lengths, generation: u64) -> bool {
        let cut = self.deepest_since(generation);
        cut.is_none_or(|cut| lengths.total() <= cut.total)
    }

    /// The fewest entries there have been since `generation`, if there was a rewind at all.
    pub fn fewest_since(&self, generation: u64) -> Option<u32> {
        self.deepest_since(generation).map(|cut| cut.entries)
    }

    fn deepest_since(&self, generation: u64) -> Option<&Cut> {
        let first = self
            .cuts
            .partition_point(|cut| cut.generation <= generation);
        self.cuts.get(first)
    }

    /// That the entry an id names is there, on tape number `tape` with `length` entries.
    #[inline]
    pub fn check(&self, id: Id, tape: u64, length: usize) -> Result<(), Error> {
        // Of this generation, nothing was removed: the usual case, without a search.
        if id.tape == tape && id.generation == self.generation && (id.index as usize) < length {
            return Ok(());
        }
        self.search(id, tape, length)
    }

    #[cold]
    #[inline(never)]
    fn search(&self, id: Id, tape: u64, length: usize) -> Result<(), Error> {
        if id.tape != tape {
            return Err(Error::Foreign {
                found: id.tape,
                expected: tape,
            });
        }
        let index = id.index as usize;
        if id.generation > self.generation {
            return Err(Error::Later { entry: index });
        }
        let fewest = self.fewest_since(id.generation);
        if fewest.is_some_and(|fewest| id.index >= fewest) || index >= length {
            return Err(Error::Outdated { entry: index });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(entries: usize) -> Lengths {
        Lengths {
            entries,
            ..Lengths::default()
        }
    }

    #[test]
    fn the_history_of_a_loop_stays_short_and_exact() {
        let mut history = History::default();
        for _ in 0..1000 {
            history.cut(&entries(10));
        }
        assert_eq!(history.cuts.len(), 1);
        let generation = history.generation();
        history.cut(&entries(20));
        assert_eq!(history.fewest_since(0), Some(10));
        assert_eq!(history.fewest_since(generation), Some(20));
        history.cut(&entries(5));
        assert_eq!(history.fewest_since(generation), Some(5));
        assert_eq!(history.fewest_since(history.generation()), None);
    }

    #[test]
    fn a_tape_can_be_rewound_more_than_four_thousand_million_times() {
        let mut history = History {
            generation: u64::from(u32::MAX),
            cuts: Vec::new(),
        };
        let before = history.generation();
        history.cut(&entries(3));
        assert_eq!(history.fewest_since(before), Some(3));
        assert!(!history.holds(&entries(4), before));
    }
}
