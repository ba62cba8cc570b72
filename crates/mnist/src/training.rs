//! Learning: a step recorded once and replayed with other images.

use std::ops::Range;

use nn::{ImageShape, Learner, Method, Net, Recording, Rule, Targets, Trainer};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::batches::{Batches, State};
use crate::dataset::{Scale, Split};
use crate::float::Float;
use crate::halt::{self, Halt};
use crate::ranks::Rank;

/// A net that learns from a split, a batch at a time.
///
/// The chosen images are copied straight into the tape's own memory, and the updated parameters
/// stay there: a step allocates nothing. A batch may be cut into shards ([`Trainer`]), which inside
/// of [`tape::Threads::run`] learn at the same time; what is drawn at random is drawn for the batch
/// as a whole.
///
/// ```
/// use mnist::batches::Batches;
/// use mnist::digits;
/// use mnist::training::Training;
/// use nn::{Sgd, TwoLayerNet};
/// use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
///
/// let digits = digits::dataset(100, 10, 1);
/// let net = TwoLayerNet::<f32>::new(784, 20, 10, 0.1, &mut ChaCha8Rng::seed_from_u64(1)).net;
/// let batches = Batches::new(digits.train().len(), 10, 1);
/// let mut training = Training::new(&net, digits.train(), batches, Sgd { rate: 0.1 });
/// let first = training.step()?;
/// for _ in 0..50 {
///     training.step()?;
/// }
/// assert!(training.step()? < first);
/// # Ok::<(), mnist::halt::Halt>(())
/// ```
#[derive(Debug)]
pub struct Training<'d, T: Float> {
    trainer: Trainer<T, Recording<T>>,
    batches: Batches,
    learner: Learner<T>,
    drawn: Drawing<'d>,
}

/// What a batch is made from, beside the numbers of its images.
#[derive(Clone, Debug)]
struct Drawing<'d> {
    split: &'d Split,
    /// Where masks come from, of a net that needs them, and how images are moved.
    masks: ChaCha8Rng,
    /// How many numbers the masks have for an image.
    mask_numbers: usize,
    /// By how many pixels, at most, images are moved to each side.
    augment: usize,
}

/// A batch that was drawn.
struct Drawn<'b> {
    drawing: &'b Drawing<'b>,
    images: &'b [usize],
    /// The words of the generator from which on images are moved, and masks drawn.
    words: [u128; 2],
}

impl Drawing<'_> {
    /// The next batch, and where the generator stands after it.
    fn next<'b>(&'b self, batches: &'b mut Batches) -> (Drawn<'b>, u128) {
        let size = batches.size();
        // Two words for each image that is moved, then one for each number of a mask.
        let first = self.masks.get_word_pos();
        let moved = first
            + if self.augment > 0 {
                2 * size as u128
            } else {
                0
            };
        let end = moved + (size * self.mask_numbers) as u128;
        let drawn = Drawn {
            drawing: self,
            images: batches.draw(),
            words: [first, moved],
        };
        (drawn, end)
    }
}

impl Drawn<'_> {
    /// Sets what a shard has of the batch.
    fn fill<T: Float>(&self, images: Range<usize>, shard: &mut Recording<T>) {
        let Drawing { split, augment, .. } = *self.drawing;
        let random_at = |word| {
            let mut random = self.drawing.masks.clone();
            random.set_word_pos(word);
            random
        };
        let [first, moved] = self.words;
        let own = &self.images[images.clone()];
        let examples = shard.examples_mut().into_values();
        split.gather(own, Scale::Unit, examples);
        if augment > 0 {
            let size = [split.height(), split.width()];
            let mut random = random_at(first + 2 * images.start as u128);
            shift(examples, size, augment, &mut random);
        }
        split.gather_labels(own, shard.targets_mut().into_values());
        if shard.has_masks() {
            shard.draw_masks(&mut random_at(moved), self.images.len(), images.start);
        }
    }
}

/// Where learning stands, beside the net and the batches.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress<T> {
    /// How many updates were made.
    pub steps: u64,
    /// What the optimiser keeps of each parameter.
    pub kept: Vec<Vec<T>>,
    /// Where the generator of the masks stands.
    pub masks: State,
}

impl<'d, T: Float> Training<'d, T> {
    /// Records the step of `net` on batches from `split`.
    ///
    /// # Panics
    ///
    /// If the net has not as many inputs as an image has pixels; in [`step`](Training::step), if
    /// the batches are of a larger split.
    pub fn new(net: &Net<T>, split: &'d Split, batches: Batches, rule: impl Into<Rule>) -> Self {
        Training::in_shards(net, split, batches, rule, 1, Rank::ALONE)
    }

    /// The same with each batch cut into so many shards, of which this process has some if it is
    /// one of several ranks. What is normalised over a batch is normalised over a shard.
    ///
    /// # Panics
    ///
    /// As [`new`](Training::new), and if there are no shards, more than a batch has images, or
    /// fewer than there are ranks.
    pub fn in_shards(
        net: &Net<T>,
        split: &'d Split,
        batches: Batches,
        rule: impl Into<Rule>,
        shards: usize,
        rank: Rank,
    ) -> Self {
        assert_eq!(
            net.inputs(),
            split.pixels(),
            "inputs of the net, pixels of an image"
        );
        let batch = batches.size();
        let make =
            |images: Range<usize>| Recording::shard(net, images.len(), batch, Targets::Labels);
        let trainer = match rank.ranks() {
            None => Trainer::of_shards(batch, shards, make),
            Some(ranks) => Trainer::among(ranks, batch, shards, make),
        };
        Training {
            drawn: Drawing {
                split,
                masks: generator(&State {
                    stream: Self::MASKS,
                    word: 0,
                    ..batches.state()
                }),
                mask_numbers: trainer.shards()[0].mask_numbers(),
                augment: 0,
            },
            trainer,
            batches,
            learner: Learner::new(rule.into()).decaying(net.decays()),
        }
    }

    /// The same, with each image of a batch moved by up to so many pixels to each side, at random;
    /// what comes in at an edge is black.
    pub fn augmented(mut self, pixels: usize) -> Self {
        self.drawn.augment = pixels;
        self
    }

    /// The stream of the generator that masks come from, of the seed of the batches.
    pub const MASKS: u64 = 2;

    /// Goes on from where learning stood.
    pub fn going_on(mut self, progress: Progress<T>) -> Self {
        let Progress { steps, kept, masks } = progress;
        let learner = Learner::resumed(self.learner.rule(), steps, kept);
        self.learner = learner.decaying(self.learner.decays().to_vec());
        self.drawn.masks = generator(&masks);
        self
    }

    /// Where learning stands; nothing, if the net and the batches are all there is to know.
    pub fn progress(&self) -> Option<Progress<T>> {
        let is_simple = self.learner.rule() == Rule::new(Method::Sgd, self.learner.rule().rate);
        (!is_simple || self.recording().has_masks() || self.drawn.augment > 0).then(|| Progress {
            steps: self.learner.steps(),
            kept: self.learner.kept().to_vec(),
            masks: State {
                seed: self.drawn.masks.get_seed(),
                stream: self.drawn.masks.get_stream(),
                word: self.drawn.masks.get_word_pos() as u64,
            },
        })
    }

    /// Learns from the next batch. Returns its loss, as it was before.
    ///
    /// # Errors
    ///
    /// [`Halt::NotFinite`] if the loss is not finite, and then nothing was learned from the batch;
    /// [`Halt::Tape`] if a label is not one of the net's classes.
    pub fn step(&mut self) -> Result<T, Halt> {
        let (drawn, end) = self.drawn.next(&mut self.batches);
        let loss = self
            .trainer
            .step(|images, shard| drawn.fill(images, shard), &mut self.learner);
        self.drawn.masks.set_word_pos(end);
        let loss = loss?;
        if loss.is_finite() {
            return Ok(loss);
        }
        let shards = self.trainer.shards();
        let origin = shards
            .iter()
            .find(|shard| shard.tape().first_non_finite().is_some());
        Err(halt::not_finite(origin.unwrap_or(&shards[0])))
    }

    /// Does this rank's part of the next step of rank 0; returns whether there was one.
    ///
    /// # Errors
    ///
    /// If a label is not one of the net's classes: this rank has to end all others.
    ///
    /// # Panics
    ///
    /// If this is rank 0.
    pub fn follow(&mut self) -> Result<bool, tape::Error> {
        let (drawn, end) = self.drawn.next(&mut self.batches);
        let goes_on = self
            .trainer
            .follow(|images, shard| drawn.fill(images, shard))?;
        self.drawn.masks.set_word_pos(end);
        Ok(goes_on)
    }

    /// Lets the other ranks know that no more steps are taken.
    pub fn end(&mut self) {
        self.trainer.end();
    }

    /// The first shard, which has the parameters and the running statistics.
    fn recording(&self) -> &Recording<T> {
        &self.trainer.shards()[0]
    }

    /// The net as it is now, for images of the split's size.
    pub fn net(&self) -> Net<T> {
        self.recording().net().for_images(ImageShape {
            channels: 1,
            height: self.drawn.split.height(),
            width: self.drawn.split.width(),
        })
    }

    /// Where the generator of the batches stands now.
    pub fn generator(&self) -> State {
        self.batches.state()
    }

    /// What is to be said when no unit of hidden layer `layer`, counted from 1, is active for any
    /// of the images.
    ///
    /// # Panics
    ///
    /// If the net has no such layer.
    pub fn dead(&self, layer: usize) -> Halt {
        halt::dead(self.recording(), layer, self.drawn.split.len())
    }
}

/// The generator that stands there.
fn generator(state: &State) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::from_seed(state.seed);
    random.set_stream(state.stream);
    random.set_word_pos(u128::from(state.word));
    random
}

/// Moves each image of a batch, whose pixels lie one batch apart, by up to `most` pixels to each
/// side.
fn shift<T: Float>(
    images: &mut [T],
    [height, width]: [usize; 2],
    most: usize,
    random: &mut ChaCha8Rng,
) {
    let count = images.len() / (height * width);
    let most = most as i64;
    for image in 0..count {
        let mut by = || i64::from(random.next_u32() % (2 * most as u32 + 1)) - most;
        let (down, right) = (by(), by());
        let offset = down * width as i64 + right;
        let mut moved = |pixel: usize| {
            let (y, x) = (
                (pixel / width) as i64 - down,
                (pixel % width) as i64 - right,
            );
            let inside = (0..height as i64).contains(&y) && (0..width as i64).contains(&x);
            images[pixel * count + image] = match inside {
                true => images[(pixel as i64 - offset) as usize * count + image],
                false => T::zero(),
            };
        };
        // From the end to which it moves, so that nothing is read that was written.
        if offset > 0 {
            (0..height * width).rev().for_each(&mut moved);
        } else {
            (0..height * width).for_each(&mut moved);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_image_is_moved_as_a_whole() {
        // Two images of 3×4, the second 100 larger, lying side by side.
        let before: Vec<f64> = (0..24)
            .map(|k| f64::from(1 + k / 2 + k % 2 * 100))
            .collect();
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let mut images = before.clone();
            shift(&mut images, [3, 4], 1, &mut random);
            for image in 0..2 {
                // The middle pixel (1, 1) of the image is never lost.
                let middle = before[5 * 2 + image];
                let at = (0..12).find(|&pixel| images[pixel * 2 + image] == middle);
                let (y, x) = (at.unwrap() as i64 / 4 - 1, at.unwrap() as i64 % 4 - 1);
                seen.insert((y, x));
                for pixel in 0..12_i64 {
                    let from = (pixel / 4 - y, pixel % 4 - x);
                    let inside = (0..3).contains(&from.0) && (0..4).contains(&from.1);
                    let expected = match inside {
                        true => before[(from.0 * 4 + from.1) as usize * 2 + image],
                        false => 0.0,
                    };
                    assert_eq!(images[pixel as usize * 2 + image], expected);
                }
            }
        }
        assert_eq!(seen.len(), 9);
    }
}
