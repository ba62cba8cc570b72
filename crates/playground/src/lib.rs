//! The tape in a page: formulas whose numbers can be moved while every value and derivative
//! follows.
//!
//! The crate is compiled to WebAssembly and put, with the files of `page/`, into one HTML file that
//! fetches nothing (`scripts/playground`). Everything that is computed or said is decided here, in
//! plain safe Rust that `cargo test` runs; the page's scripts show it.
//!
//! - [`program`] reads formulas, and says where one is wrong.
//! - [`graph`] records a program, sweeps it, and has it drawn.
//! - [`net`] trains a net, looks at a drawing with it, and checks its loss.
//! - [`Session`] answers the page's questions, in JSON.
//! - [`page`] puts the page together, and [`report`] the paper in the report of a training run.

mod boundary;
pub mod examples;
pub mod graph;
pub mod net;
pub mod page;
mod parts;
pub mod program;
pub mod report;
mod session;

pub use session::Session;
