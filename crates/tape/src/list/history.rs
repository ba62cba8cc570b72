//! Which entries rewinds have removed: what tells an id that is still good from one that is not.

use super::id::Id;
use crate::error::Error;

/// Which entries rewinds have removed since a given generation.
///
/// For each generation that still matters, the length the list was cut to. A cut removes every earlier, less deep
/// cut: those say nothing more. So the lengths rise from bottom to top, and a loop that rewinds to the
/// same mark a million times keeps one element.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    generation: u32,
    cuts: Vec<(u32, u32)>,
}

impl History {
    /// Becomes equal to `other` in the memory it has; the derived `clone_from` would take other memory.
    pub fn copy_from(&mut self, other: &History) {
        self.generation = other.generation;
        self.cuts.clone_from(&other.cuts);
    }

    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Notes that the list was cut to `length` entries.
    pub fn cut(&mut self, length: u32) {
        self.generation = self
            .generation
            .checked_add(1)
            .expect("a tape is rewound fewer than 2³² times");
        while self.cuts.last().is_some_and(|&(_, cut)| cut >= length) {
            self.cuts.pop();
        }
        self.cuts.push((self.generation, length));
    }

    /// The shortest the list has been since `generation`, if it was cut at all.
    pub fn shortest_since(&self, generation: u32) -> Option<u32> {
        let first = self.cuts.partition_point(|&(at, _)| at <= generation);
        self.cuts.get(first).map(|&(_, length)| length)
    }

    /// Whether an entry recorded at `generation` is still there, on a list of `length` entries.
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
        let cut = self.shortest_since(id.generation);
        if cut.is_some_and(|cut| id.index >= cut) || index >= length {
            return Err(Error::Outdated { entry: index });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_of_a_loop_stays_short_and_exact() {
        let mut history = History::default();
        for _ in 0..1000 {
            history.cut(10);
        }
        assert_eq!(history.cuts.len(), 1);
        let generation = history.generation();
        history.cut(20);
        assert_eq!(history.shortest_since(0), Some(10));
        assert_eq!(history.shortest_since(generation), Some(20));
        history.cut(5);
        assert_eq!(history.shortest_since(generation), Some(5));
        assert_eq!(history.shortest_since(history.generation()), None);
    }
}
