//! MNIST and everything like it: files, batches, drawn digits, and the run that learns from them.
//! The only crate of the workspace that reads or writes files; its program is `mnist`.
//!
//! A training run needs labelled images, chosen at random, as a matrix of floats, a hundred
//! thousand times over; and it needs what it learned to be on the disk, whole, at the end. From the
//! outside in:
//!
//! - `fetch` (a feature, on by default) gets the four files of a set from public mirrors and
//!   believes only their checksums.
//! - [`idx`] and [`csv`] read one file, packed or not ([`gzip`]), and believe nothing its header
//!   says; [`sniff`] tells what a file is that is none. None of them touches files: they are of the
//!   crate `digits`, and read bytes from anywhere.
//! - [`dataset`] finds the files of a directory, pairs images with labels, and copies chosen ones
//!   out.
//! - [`digits`] draws a data set where there are no files.
//! - [`batches`] chooses the images of each step, and can say in a few numbers where it stands.
//! - [`settings`] are what a run is asked to do; [`training`] does its steps, [`evaluation`] says
//!   how good the net is by now, [`halt`] why it cannot go on; [`ranks`] are several processes that
//!   train together.
//! - [`run_directory`] keeps what was learned, in a directory that is its own ([`own_directory`],
//!   [`lock`]), with its
//!   [`run_log`]s and a [`checkpoint`] to go on from; [`history`] reads the logs, and [`report`]
//!   makes a page of it all.
//! - [`search`] tries learning rates and weight decays at random, and [`search_directory`] keeps
//!   what came of it.
//! - [`image_file`] makes of anybody's picture an image, for a net to say what it shows.
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
pub mod checkpoint;
pub mod dataset;
pub mod digits;
pub mod evaluation;
#[cfg(feature = "fetch")]
pub mod fetch;
mod float;
mod gather;
pub mod halt;
pub mod history;
pub mod image_file;
pub mod lock;
pub mod own_directory;
pub mod ranks;
pub mod report;
pub mod run_directory;
pub mod run_log;
pub mod search;
pub mod search_directory;
pub mod settings;
pub mod training;

pub use ::digits::{csv, gzip, idx, sniff};
pub use float::Float;
