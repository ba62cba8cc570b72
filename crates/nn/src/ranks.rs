//! Processes that learn together, each with some of the shards of a batch.

use std::ops::Range;

/// One of several processes that learn together: a rank, as MPI calls it. What is sent arrives, in
/// the order in which it was sent; a process that cannot reach another ends.
///
/// This crate knows no way to send anything: the command `mnist` has one over MPI.
pub trait Ranks<T>: Send {
    /// Which of them this is, from 0 on. The first keeps the optimiser.
    fn rank(&self) -> usize;

    /// How many they are.
    fn count(&self) -> usize;

    /// Sends numbers to another one.
    fn send(&mut self, to: usize, numbers: &[T]);

    /// Waits for as many numbers from another one.
    fn receive(&mut self, from: usize, numbers: &mut [T]);

    /// Gives everybody the numbers that the first one has here.
    fn broadcast(&mut self, numbers: &mut [T]);
}

/// Which of so many things that lie in a line a part of them has: as equally many as can be, in
/// order.
pub(crate) fn part(things: usize, parts: usize, at: usize) -> Range<usize> {
    // As 128 bits, so that no product overflows.
    let end = |at: usize| (at as u128 * things as u128 / parts as u128) as usize;
    end(at)..end(at + 1)
}

/// The part that has a thing.
pub(crate) fn owner(things: usize, parts: usize, thing: usize) -> usize {
    let has = |&at: &usize| part(things, parts, at).contains(&thing);
    (0..parts).find(has).expect("a part for every thing")
}
