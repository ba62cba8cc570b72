//! A program on a tape: its values, its derivatives, and a drawing of it.
//!
//! Nothing is kept between two questions: the tape is recorded anew for each, which takes less time
//! than drawing it.

mod answer;
mod moved;
mod numbers;
mod origin;
mod recorded;
mod request;
#[cfg(test)]
mod tests;

pub use answer::answer;
pub use recorded::Recorded;
pub use request::Request;
