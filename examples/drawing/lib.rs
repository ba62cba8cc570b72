//! What the examples have in common: their command line, curves, and short runs on digits.
//!
//! An example that has a picture draws it with `-- --svg FILE`; every one plays its graph with
//! `-- --player FILE` and says with `-- --help` what it does. Graphs come from the crate `picture`;
//! curves are a [`Chart`].

mod chart;
#[path = "../documents.rs"]
mod documents;
mod lesson;
mod options;
mod palette;

pub use chart::{Chart, Colour, beside, curve, rows};
pub use lesson::{Course, Lesson, hidden};
pub use options::{Options, options, with_arguments};
