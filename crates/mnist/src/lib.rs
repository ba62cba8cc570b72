//! MNIST and everything like it: files, batches, drawn digits. The only crate of the workspace that
//! reads or writes files.
//!
//! A training run needs labelled images, chosen at random, as a matrix of floats, a hundred
//! thousand times over; and it needs what it learned to be on the disk, whole, at the end. This
//! crate is that and no more. It knows nothing of tapes or layers: a batch is copied into any
//! column-major slice, so the trainer hands it the engine's own memory.
//!
//! From the outside in:
//!
//! - `fetch` (a feature, on by default) gets the four files from public mirrors and believes only
//!   their checksums.
//! - [`idx`] reads one file and believes nothing its header says.
//! - [`dataset`] finds the files of a directory, pairs images with labels, and copies chosen ones
//!   out.
//! - [`digits`] draws a data set where there are no files.
//! - [`batches`] chooses the images of each step, and can say in a few numbers where it stands.
//! - [`atomic`] writes files that are there whole or not at all.
//!
//! Files come from other people, so nothing about them is a panic: every way of being unusable is
//! an error that names the file, what was found and what was expected. What panics is a
//! programmer's mistake, such as a matrix of the wrong size.
//!
//! ```
//! use mnist::batches::Batches;
//! use mnist::dataset::Scale;
//! use mnist::digits;
//!
//! let digits = digits::dataset(50, 10, digits::SEED);
//! let train = digits.train();
//! let mut batches = Batches::new(train.len(), 8, 1);
//!
//! // Eight rows, column-major, with their labels.
//! let mut x = vec![0f32; 8 * train.pixels()];
//! let mut t = vec![0f32; 8];
//! let chosen = batches.draw();
//! train.gather(chosen, Scale::Unit, &mut x);
//! train.gather_labels(chosen, &mut t);
//! assert_eq!(x[300 * 8 + 2], f32::from(train.image(chosen[2])[300]) / 255.0);
//! ```

pub mod atomic;
pub mod batches;
pub mod dataset;
pub mod digits;
#[cfg(feature = "fetch")]
pub mod fetch;
mod gather;
pub mod idx;
