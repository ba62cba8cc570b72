//! Which images the next step learns from.
//!
//! As in the book, a batch is drawn with replacement: every image is as likely at every draw,
//! whatever was drawn before. So there is no order to shuffle and keep, and the whole state of a
//! sampler is where its generator stands: a seed, a stream, and a position. [`State`] holds those
//! three as plain numbers; a run resumed from it draws the very batches the uninterrupted run would
//! have.
//!
//! The generator is ChaCha with 8 rounds, which gives the same numbers on every machine. The step
//! from its words to indices is written out here (Lemire, "Fast random integer generation in an
//! interval", 2019: one multiplication, no bias), so that the batches do not change with another
//! crate's version.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

/// Draws batches of indices, with replacement.
///
/// ```
/// use mnist::batches::Batches;
///
/// let mut batches = Batches::new(60_000, 100, 1);
/// assert!(batches.draw().iter().all(|&i| i < 60_000));
///
/// let state = batches.state();
/// let next = batches.draw().to_vec();
/// assert_eq!(Batches::resume(60_000, 100, &state).draw(), next);
/// ```
#[derive(Clone, Debug)]
pub struct Batches {
    random: ChaCha8Rng,
    images: u64,
    batch: Vec<usize>,
}

/// Where a generator stands, as plain numbers that any format can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The generator's key.
    pub seed: [u8; 32],
    /// Which of the key's 2⁶⁴ sequences.
    pub stream: u64,
    /// How many 32-bit words of the sequence were used.
    pub word: u64,
}

impl Batches {
    /// The stream of the generator that batches come from; a run's other random numbers (initial
    /// weights) take stream 0 of the same seed, and neither depends on how many the other draws.
    pub const STREAM: u64 = 1;

    /// A sampler of batches of `size` out of `images` images, from the start of the sequence of
    /// `seed`.
    ///
    /// # Panics
    ///
    /// If `images` or `size` is 0.
    #[track_caller]
    pub fn new(images: usize, size: usize, seed: u64) -> Self {
        let seed = ChaCha8Rng::seed_from_u64(seed).get_seed();
        let start = State {
            seed,
            stream: Self::STREAM,
            word: 0,
        };
        Self::resume(images, size, &start)
    }

    /// A sampler that goes on where the one that gave `state` stood. For the same batches, `images`
    /// and `size` must be the same too.
    ///
    /// # Panics
    ///
    /// If `images` or `size` is 0.
    #[track_caller]
    pub fn resume(images: usize, size: usize, state: &State) -> Self {
        assert!(images > 0, "batches are drawn from at least one image");
        assert!(size > 0, "a batch holds at least one image");
        let mut random = ChaCha8Rng::from_seed(state.seed);
        random.set_stream(state.stream);
        random.set_word_pos(u128::from(state.word));
        Self {
            random,
            images: images as u64,
            batch: vec![0; size],
        }
    }

    /// How many images a batch has.
    pub fn size(&self) -> usize {
        self.batch.len()
    }

    /// Draws the next batch.
    pub fn draw(&mut self) -> &[usize] {
        for index in &mut self.batch {
            *index = below(&mut self.random, self.images) as usize;
        }
        &self.batch
    }

    /// Where the generator stands after the last batch.
    pub fn state(&self) -> State {
        State {
            seed: self.random.get_seed(),
            stream: self.random.get_stream(),
            // The position has 68 bits; 2⁶⁴ words would take centuries to draw.
            word: self.random.get_word_pos() as u64,
        }
    }
}

/// A whole number below `bound`, all equally likely.
pub(crate) fn below(random: &mut ChaCha8Rng, bound: u64) -> u64 {
    // Of the 2⁶⁴ words, the 2⁶⁴ mod `bound` with the smallest low halves are drawn again, so that
    // each result is left as many.
    let surplus = bound.wrapping_neg() % bound;
    loop {
        let product = u128::from(random.next_u64()) * u128::from(bound);
        if product as u64 >= surplus {
            return (product >> 64) as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn all_images_are_about_equally_likely() {
        let mut batches = Batches::new(7, 100, 3);
        let mut drawn = [0u32; 7];
        for _ in 0..700 {
            for &index in batches.draw() {
                drawn[index] += 1;
            }
        }
        // 10,000 expected each, standard deviation √(70000 · 1/7 · 6/7) = 93; six of them.
        assert!(drawn.iter().all(|d| d.abs_diff(10_000) < 560), "{drawn:?}");
    }

    #[test]
    fn a_batch_may_be_larger_than_the_set() {
        let mut batches = Batches::new(1, 5, 0);
        assert_eq!(batches.draw(), [0; 5]);
    }

    #[test]
    fn indices_below_any_bound() {
        let mut random = ChaCha8Rng::seed_from_u64(0);
        for bound in [1, 2, 3, u64::MAX / 2 + 2, u64::MAX] {
            assert!((0..100).all(|_| below(&mut random, bound) < bound));
        }
    }

    /// The batches of a seed are part of what a published run means; this is where a change of them
    /// shows.
    #[test]
    fn the_batches_of_seed_1_stay_what_they_are() {
        assert_eq!(
            Batches::new(60_000, 5, 1).draw(),
            [51114, 3054, 33525, 6032, 57853]
        );
    }

    #[test]
    fn seeds_and_streams_differ() {
        let first = |seed| Batches::new(60_000, 20, seed).draw().to_vec();
        assert_ne!(first(1), first(2));
        let other = State {
            stream: 2,
            ..Batches::new(60_000, 20, 1).state()
        };
        assert_ne!(first(1), Batches::resume(60_000, 20, &other).draw());
    }

    proptest! {
        #[test]
        fn a_resumed_run_draws_what_the_whole_one_does(
            images in 1usize..100_000,
            size in 1usize..80,
            seed in any::<u64>(),
            before in 0usize..20,
        ) {
            let mut whole = Batches::new(images, size, seed);
            for _ in 0..before {
                whole.draw();
            }
            let text = serde_json::to_string(&whole.state()).unwrap();
            let mut resumed = Batches::resume(images, size, &serde_json::from_str(&text).unwrap());
            for _ in 0..5 {
                prop_assert_eq!(whole.draw(), resumed.draw());
            }
            prop_assert_eq!(whole.state(), resumed.state());
        }
    }
}
