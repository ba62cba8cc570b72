//! How good a net is on a whole set of images.
//!
//! The images go through a recording of their own, a thousand at a time: enough for the matrix
//! products to run at full speed, few enough that a chunk's activations stay in the cache. A last,
//! smaller chunk gets a recording of its size, made once and kept; nothing is padded, so nothing
//! has to be left out of the count.
//!
//! Inside of [`tape::Threads::run`] several chunks go at the same time. What they come to is added
//! in their order, so that the bits are those of one thread.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::thread;

use nn::{Activation, Net, Recording, Targets};
use tape::{Tape, View, threads};

use crate::dataset::{Scale, Split};
use crate::float::Float;
use crate::gather::gather;
use crate::halt::{self, Halt};

/// The most images that go forward at once.
pub const CHUNK: usize = 1000;

/// What a net did on the images of a split.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The share of images whose largest logit is that of their label.
    pub accuracy: f64,
    /// The mean loss of an image.
    pub loss: f64,
    /// For each hidden layer (each ReLU, in a net of other layers), how many of its units were
    /// active for at least one image. A unit is active where its ReLU lets a positive number
    /// through; those of a sigmoid always are.
    pub active: Vec<usize>,
    /// How many units each of them has.
    pub units: Vec<usize>,
}

/// What a net says of a labelled image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// The class it takes the image for.
    pub class: usize,
    /// The probability it gives that class.
    pub probability: f64,
    /// The probability it gives the class that the label names.
    pub of_label: f64,
}

/// The probability `net` gives each class for an image, whose bytes are as in [`Split::image`].
///
/// # Errors
///
/// [`Halt::NotFinite`] if a result of the net is not finite.
///
/// # Panics
///
/// If the net has not as many inputs as the image has pixels.
pub fn probabilities_of<T: Float>(net: &Net<T>, image: &[u8]) -> Result<Vec<f64>, Halt> {
    let mut recording = Recording::new(net, 1, Targets::Labels);
    let example = recording.examples_mut().into_values();
    gather(image, image.len(), &[0], Scale::Unit, example);
    recording.replay()?;
    if !recording.loss()?.is_finite() {
        return Err(halt::not_finite(&recording));
    }
    Ok(probabilities(&recording))
}

/// The softmax of the logits of the last run, N×C, column-major. In `f64`, where logits that differ
/// in `f32` still give probabilities that do.
fn probabilities<T: Float>(recording: &Recording<T>) -> Vec<f64> {
    let tape = Tape::new();
    let logits = recording.logits(|logits| logits.to_matrix().map(|x| x.to_f64()));
    tape.input(&logits).softmax().value().as_slice().to_vec()
}

/// Runs nets of the same sizes forward on any number of images.
///
/// ```
/// use mnist::digits;
/// use mnist::evaluation::Evaluation;
/// use nn::TwoLayerNet;
/// use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
///
/// let digits = digits::dataset(50, 20, 1);
/// let net = TwoLayerNet::<f32>::new(784, 5, 10, 0.01, &mut ChaCha8Rng::seed_from_u64(1)).net;
/// let score = Evaluation::default().score(&net, digits.test())?;
/// assert!((score.loss - 10f64.ln()).abs() < 0.01, "nothing learned: every digit is as likely");
/// # Ok::<(), mnist::halt::Halt>(())
/// ```
#[derive(Debug)]
pub struct Evaluation<T: Float> {
    lines: Vec<Line<T>>,
}

/// Chunks that go one after the other, while those of other lines do the same.
#[derive(Debug)]
struct Line<T: Float> {
    /// Recordings for different numbers of images.
    recordings: Vec<(usize, Recording<T>)>,
    indices: Vec<usize>,
}

impl<T: Float> Default for Evaluation<T> {
    fn default() -> Self {
        Evaluation { lines: Vec::new() }
    }
}

impl<T: Float> Evaluation<T> {
    /// Runs `net` on all images of `split`.
    ///
    /// # Errors
    ///
    /// [`Halt::NotFinite`] if the loss of a chunk is not finite, [`Halt::Tape`] if a label is not
    /// one of the net's classes or `net` has other sizes than the one before.
    ///
    /// # Panics
    ///
    /// If the net has not as many inputs as an image has pixels, or another number of layers than
    /// the one before.
    pub fn score(&mut self, net: &Net<T>, split: &Split) -> Result<Score, Halt> {
        let (mut correct, mut loss) = (0, 0.0);
        let sizes = net.sizes();
        let mut active: Vec<Vec<bool>> = match net.activation() {
            None | Some(Activation::Relu) => Vec::new(),
            Some(_) => sizes[1..sizes.len() - 1]
                .iter()
                .map(|&units| vec![true; units])
                .collect(),
        };
        let chunks = self.run(net, split, |recording, images| {
            let loss = recording.loss()?.to_f64() * images.len() as f64;
            let correct = recording.correct()?.into_iter().filter(|&hit| hit).count();
            let rectified = recording.rectified().iter();
            let active = rectified.map(|&id| recording.tape().read(id, active_units));
            Ok((loss, correct, active.collect::<Result<Vec<_>, _>>()?))
        })?;
        for (chunk_loss, hits, chunk_active) in chunks {
            loss += chunk_loss;
            correct += hits;
            active.resize(active.len().max(chunk_active.len()), Vec::new());
            for (all, chunk) in active.iter_mut().zip(chunk_active) {
                all.resize(chunk.len(), false);
                all.iter_mut()
                    .zip(chunk)
                    .for_each(|(all, unit)| *all |= unit);
            }
        }
        let count = |units: &Vec<bool>| units.iter().filter(|&&active| active).count();
        Ok(Score {
            accuracy: correct as f64 / split.len() as f64,
            loss: loss / split.len() as f64,
            active: active.iter().map(count).collect(),
            units: active.iter().map(Vec::len).collect(),
        })
    }

    /// What `net` answers for each image of `split`.
    ///
    /// # Errors
    ///
    /// As [`score`](Evaluation::score).
    ///
    /// # Panics
    ///
    /// As [`score`](Evaluation::score).
    pub fn answers(&mut self, net: &Net<T>, split: &Split) -> Result<Vec<Answer>, Halt> {
        let chunks = self.run(net, split, |recording, images| {
            let shares = probabilities(recording);
            let answer = |(row, image): (usize, usize)| {
                let share = |class: usize| shares[row + class * shares.len() / net.classes()];
                let class = (1..net.classes()).fold(0, |best, class| {
                    if share(class) > share(best) {
                        class
                    } else {
                        best
                    }
                });
                Answer {
                    class,
                    probability: share(class),
                    of_label: share(split.labels()[image].into()),
                }
            };
            Ok(images.enumerate().map(answer).collect::<Vec<_>>())
        })?;
        Ok(chunks.concat())
    }

    /// Runs `net` forward on `split`, chunk after chunk or several at once; returns what `visit`
    /// makes of each, which is told which images it has.
    fn run<R: Send>(
        &mut self,
        net: &Net<T>,
        split: &Split,
        visit: impl Fn(&Recording<T>, Range<usize>) -> Result<R, Halt> + Sync,
    ) -> Result<Vec<R>, Halt> {
        let (chunk, most) = chunk(net);
        let chunks = split.len().div_ceil(chunk);
        let count = threads::count().min(most).min(chunks);
        while self.lines.len() < count {
            self.lines.push(Line {
                recordings: Vec::new(),
                indices: Vec::new(),
            });
        }
        for line in &mut self.lines {
            for (_, recording) in &mut line.recordings {
                recording.set_parameters(net)?;
            }
        }
        let lines = self.lines.iter_mut().take(count);
        let mut lines: Vec<_> = lines.map(|line| (line, Vec::new())).collect();
        side_by_side(&mut lines, &|at, (line, results)| {
            for k in (at..chunks).step_by(count) {
                let images = k * chunk..split.len().min((k + 1) * chunk);
                let result = line.run(net, split, images, &visit);
                let goes_on = result.is_ok();
                results.push((k, result));
                if !goes_on {
                    break;
                }
            }
        });
        let results = lines.into_iter().flat_map(|(_, results)| results);
        let mut results: Vec<_> = results.collect();
        results.sort_by_key(|(k, _)| *k);
        results.into_iter().map(|(_, result)| result).collect()
    }
}

impl<T: Float> Line<T> {
    /// Runs `net` forward on some images.
    fn run<R>(
        &mut self,
        net: &Net<T>,
        split: &Split,
        images: Range<usize>,
        visit: &impl Fn(&Recording<T>, Range<usize>) -> Result<R, Halt>,
    ) -> Result<R, Halt> {
        let at = self.recording_for(images.len(), net);
        self.indices.clear();
        self.indices.extend(images.clone());
        let recording = &mut self.recordings[at].1;
        let examples = recording.examples_mut().into_values();
        split.gather(&self.indices, Scale::Unit, examples);
        split.gather_labels(&self.indices, recording.targets_mut().into_values());
        recording.replay()?;
        if !recording.loss()?.is_finite() {
            return Err(halt::not_finite(recording));
        }
        visit(recording, images)
    }

    /// Where the recording for `count` images is; recorded now if there was none.
    fn recording_for(&mut self, count: usize, net: &Net<T>) -> usize {
        let found = self.recordings.iter().position(|(n, _)| *n == count);
        found.unwrap_or_else(|| {
            let recording = Recording::new(net, count, Targets::Labels);
            self.recordings.push((count, recording));
            self.recordings.len() - 1
        })
    }
}

/// How many images go forward in a chunk, and how many chunks at once at most: fewer of a net whose
/// layers give many numbers.
fn chunk<T: Float>(net: &Net<T>) -> (usize, usize) {
    const NUMBERS: usize = 1 << 23;
    let signals = net.signals().iter().map(|signal| signal.len());
    let numbers = signals.sum::<usize>().max(1);
    let chunk = match net.activation() {
        Some(_) => CHUNK,
        None => (NUMBERS / numbers).clamp(1, CHUNK),
    };
    (chunk, (16 * NUMBERS / (numbers * chunk)).max(1))
}

/// Which units, a column each, are active for at least one image of the chunk.
fn active_units<T: Float>(units: View<'_, T>) -> Vec<bool> {
    let active = |unit: usize| units.column(unit).iter().any(|&x| x > T::zero());
    (0..units.cols()).map(active).collect()
}

/// Does `work` with each item, with its index, on as many threads, this one among them.
///
/// Not on those of [`tape::Threads::run`], which would cut every product once more: with all
/// threads busy that gains nothing, and each half packs the whole left operand.
fn side_by_side<I: Send>(items: &mut [I], work: &(impl Fn(usize, &mut I) + Sync)) {
    let others = items.len().saturating_sub(1);
    let queue = Mutex::new(items.iter_mut().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let take_turns = || {
        while let Some((at, item)) = next() {
            work(at, item);
        }
    };
    thread::scope(|scope| {
        // Where the system starts no more threads, those that there are do all of it.
        let start = || {
            thread::Builder::new()
                .spawn_scoped(scope, take_turns)
                .is_ok()
        };
        let _ = (0..others).all(|_| start());
        take_turns();
    });
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, RowDVector};
    use nn::AffineParameters;

    use super::*;
    use crate::idx::Idx;

    /// `count` images of one pixel each, grey where the label is 1.
    fn split(count: usize) -> Split {
        let labels: Vec<u8> = (0..count).map(|i| u8::from(i % 3 == 0)).collect();
        let images = Idx {
            shape: [count, 1, 1],
            bytes: labels.iter().map(|label| 255 * label).collect(),
        };
        let labels = Idx {
            shape: [count],
            bytes: labels,
        };
        Split::new(images, labels).unwrap()
    }

    /// 1 → 1 → 2: the hidden unit is `x + bias`, the second class's logit `slope` times that.
    fn net(bias: f64, slope: f64) -> Net<f64> {
        let layer = |weights: DMatrix<f64>, bias: &[f64]| AffineParameters {
            weights,
            bias: RowDVector::from_row_slice(bias),
        };
        let first = layer(DMatrix::from_element(1, 1, 1.0), &[bias]);
        let second = layer(DMatrix::from_row_slice(1, 2, &[0.0, slope]), &[0.0, -1.0]);
        Net::new(vec![first, second], Activation::Relu)
    }

    #[test]
    fn counts_every_image_once_whatever_the_chunks() {
        let mut evaluation = Evaluation::default();
        for count in [1, 2, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 3] {
            let split = split(count);
            let perfect = evaluation.score(&net(0.0, 4.0), &split).unwrap();
            assert_eq!(perfect.accuracy, 1.0, "{count} images");
            // Grey images have logits 0 and 3, the others 0 and −1.
            let grey = count.div_ceil(3) as f64;
            let expected =
                grey * (-3f64).exp().ln_1p() + (count as f64 - grey) * (-1f64).exp().ln_1p();
            assert!((perfect.loss - expected / count as f64).abs() < 1e-12);
            let useless = evaluation.score(&net(0.0, -4.0), &split).unwrap();
            assert_eq!(useless.accuracy, (count as f64 - grey) / count as f64);
        }
    }

    #[test]
    fn answers_what_the_score_counts() {
        let split = split(CHUNK + 2);
        let answers = Evaluation::default().answers(&net(0.0, 4.0), &split);
        let answers = answers.unwrap();
        assert_eq!(answers.len(), CHUNK + 2);
        for (index, answer) in answers.iter().enumerate() {
            let label = usize::from(split.labels()[index]);
            // Grey images have logits 0 and 3, the others 0 and −1: the other class has 1 / (1 +
            // e³) or 1 / (1 + e).
            let other: f64 = [1.0, 3.0][label];
            let expected = 1.0 - 1.0 / (1.0 + other.exp());
            assert_eq!(answer.class, label);
            assert_eq!(answer.probability, answer.of_label);
            assert!((answer.of_label - expected).abs() < 1e-15);
            let alone = probabilities_of(&net(0.0, 4.0), split.image(index)).unwrap();
            assert_eq!(alone[label], answer.probability);
        }
        let wrong = Evaluation::default().answers(&net(0.0, -4.0), &split);
        let grey = wrong.unwrap()[0];
        assert_eq!(grey.class, 0);
        assert!((grey.probability + grey.of_label - 1.0).abs() < 1e-15);
    }

    #[test]
    fn counts_the_active_units() {
        let score = |bias, activation| {
            let net = Net::new(net(bias, 1.0).affines(), activation);
            Evaluation::default()
                .score(&net, &split(2 * CHUNK))
                .unwrap()
        };
        assert_eq!(score(-2.0, Activation::Relu).active, [0]);
        assert_eq!(score(-0.5, Activation::Relu).active, [1]);
        assert_eq!(score(-2.0, Activation::Sigmoid).active, [1]);
    }

    #[test]
    fn a_loss_that_is_not_finite_is_no_score() {
        let error = Evaluation::default().score(&net(f64::INFINITY, 1.0), &split(3));
        assert!(matches!(error, Err(Halt::NotFinite { .. })), "{error:?}");
    }
}
