//! Replay: the same operations with other leaves.
//!
//! A step that is taken a thousand times is recorded once. Leaves are given other values
//! ([`Tape::set`](crate::Tape::set), [`Tape::leaf_mut`](crate::Tape::leaf_mut)), every entry is
//! computed again in order, and the sweep runs on the same buffer. Nothing is allocated.

use crate::cold::cold_path;
use crate::error::{Error, ForwardError};
use crate::handle::Tape;
use crate::list::{Primals, Program};
use crate::number::Scalar;
use crate::op::Entry;
use crate::rules::*;
use std::ops::Range;

impl<T: Scalar> Tape<T> {
    /// Computes every entry again from the current values of the leaves.
    ///
    /// ```
    /// use tape::{Cotangents, Seed, Tape};
    /// let mut tape = Tape::new();
    /// let x = tape.var(2.0);
    /// let y = x.sin() * x;
    /// let (x, y) = (x.id(), y.id());
    ///
    /// let mut cotangents = Cotangents::new();
    /// for k in 0..10 {
    ///     let at = 0.1 * f64::from(k);
    ///     tape.set(x, at)?;
    ///     tape.replay()?;
    ///     tape.sweep(Seed::one(y), &mut cotangents)?;
    ///     assert_eq!(tape.value(y)?, at.sin() * at);
    ///     assert!((cotangents.of(x)? - (at.sin() + at.cos() * at)).abs() < 1e-15);
    /// }
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Guard`] if a comparison made while recording turns out otherwise now,
    /// [`Error::Forward`] if an op refuses its operands' values. The leaves are then as they were
    /// set, and the tape stays [stale](Tape::is_stale) until a replay with other leaves succeeds.
    pub fn replay(&mut self) -> Result<(), Error> {
        let store = self.store.get_mut();
        self.staleness.replay_begun(store.program.entries.len());
        let (program, primals) = (&store.program, &mut store.primals);
        let run = program.run(primals);
        run.map_err(|stopped| program.error(primals, &stopped))?;
        self.staleness.replayed();
        Ok(())
    }
}

/// Where a run stopped before its end.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// At a comparison that turned out otherwise.
    Guard(usize),
    /// At an entry whose op refused its operands' values.
    Forward(usize, ForwardError),
}

impl<T: Scalar> Program<T> {
    /// Computes every entry, checking each guard where it was recorded.
    pub(crate) fn run(&self, primals: &mut Primals<T>) -> Result<(), Stopped> {
        let (mut next, mut guard) = (self.leading_leaves(), 0);
        while next < self.entries.len() {
            while let Some(due) = self.guards.get(guard)
                && due.entry as usize <= next
            {
                if !due.holds(&primals.values) {
                    return Err(Stopped::Guard(guard));
                }
                guard += 1;
            }
            let until = self
                .guards
                .get(guard)
                .map_or(self.entries.len(), |due| due.entry as usize);
            next = self.run_scalars(primals, next..until);
            if next < until {
                self.apply_forward(primals, next)
                    .map_err(|error| Stopped::Forward(next, error))?;
                next += 1;
            }
        }
        let turned =
            (guard..self.guards.len()).find(|&guard| !self.guards[guard].holds(&primals.values));
        turned.map_or(Ok(()), |guard| Err(Stopped::Guard(guard)))
    }

    /// Why a run stopped, for whoever asked for it.
    #[cold]
    pub(crate) fn error(&self, primals: &Primals<T>, stopped: &Stopped) -> Error {
        match stopped {
            Stopped::Guard(guard) => self.guards[*guard].error(&primals.values),
            Stopped::Forward(entry, error) => self.forward_error(*entry, error),
        }
    }

    /// Computes scalar entries up to the first application or the end of the range; returns where
    /// it stopped.
    ///
    /// The values of the two entries before stay in registers. Mostly they are the operands, and a
    /// chain of operations would otherwise wait at each step until the last result can be read back
    /// from memory.
    fn run_scalars(&self, primals: &mut Primals<T>, range: Range<usize>) -> usize {
        let (codes, operands) = self.entries.first(range.end);
        let values = &mut primals.values[..range.end];
        let before = |entries: usize| {
            let index = range.start.checked_sub(entries);
            index.map_or(T::zero(), |index| values[index])
        };
        let (mut second_last, mut last) = (before(2), before(1));
        let mut index = range.start;
        loop {
            if index >= codes.len() {
                cold_path();
                return index;
            }
            let (code, [a, b]) = (codes[index], operands[index]);
            let of = |operand: usize| {
                if operand + 1 == index {
                    cold_path();
                    last
                } else if operand + 2 == index {
                    cold_path();
                    second_last
                } else {
                    values[operand]
                }
            };
            match evaluate(Entry { code, a, b }, of, &self.numbers) {
                Some(value) => {
                    values[index] = value;
                    (second_last, last) = (last, value);
                }
                None if code == Code::Apply => return index,
                None => {
                    (second_last, last) = (last, values[index]);
                }
            }
            index += 1;
        }
    }
}

macro_rules! evaluate {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        /// The value of a scalar operation from those of the entries before it, which `of` gives;
        /// `None` for leaves, constants and applications.
        #[inline(always)]
        pub(crate) fn evaluate<T: Scalar>(
            entry: Entry,
            of: impl Fn(usize) -> T,
            numbers: &[T],
        ) -> Option<T> {
            let Entry { code, a, b } = entry;
            let (a, b) = (a as usize, b as usize);
            Some(match code {
                Code::Leaf | Code::Constant | Code::MatrixLeaf | Code::Apply => return None,
                Code::PowI => PowI(b as i32).value(of(a)),
                Code::MulItself => {
                    let x = of(a);
                    Mul::value(x, x)
                }
                $(Code::$u => $u::value(of(a)),)*
                $(
                    Code::$b => $b::value(of(a), of(b)),
                    Code::$br => $b::value(of(a), numbers[b]),
                    Code::$bl => $b::value(numbers[b], of(a)),
                )*
            })
        }
    };
}
scalar_rules!(evaluate);
