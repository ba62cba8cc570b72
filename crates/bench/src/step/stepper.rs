//! A tool that takes training steps and measures them.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// A tool set up for a problem: takes so many steps, and says how long that took and what the last
/// loss was.
pub struct Stepper<'a> {
    pub name: String,
    pub steps: Box<dyn FnMut(u32) -> (Duration, f32) + 'a>,
}

impl<'a> Stepper<'a> {
    /// A tool in this process: one call is a step and returns its loss.
    pub fn new(name: &str, mut step: impl FnMut() -> f32 + 'a) -> Self {
        let steps = move |count| {
            let start = Instant::now();
            let loss = (0..count).fold(f32::NAN, |_, _| black_box(step()));
            (start.elapsed(), loss)
        };
        Stepper {
            name: name.to_owned(),
            steps: Box::new(steps),
        }
    }
}
