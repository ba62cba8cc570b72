//! Random sequences of everything that can be done with a tape, held against a plain model.
//!
//! A program is a list of steps: stretches of recording, in which scopes may overlap in any way,
//! and between them what needs the tape alone. Each step is also made to fail on purpose: by ids
//! and marks that are gone or another tape's, by wrong shapes and lengths, by comparisons that turn
//! out otherwise and an op that refuses. After each the tape and the model must agree in all that
//! can be asked.
//!
//! The programs of `cargo test` are the same every time. `PROPTEST_CASES` sets how many there are.

mod common;
mod plain;
mod runner;
mod steps;
mod stretch;

use proptest::collection::vec;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::cell::Cell;

#[test]
fn random_programs_agree_with_a_plain_model() {
    let config = Config {
        failure_persistence: None,
        max_shrink_iters: 100_000,
        ..Config::default()
    };
    let cases = config.cases;
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let operations = Cell::new(0);
    let run = TestRunner::new_with_rng(config, rng).run(&vec(steps::step(), 0..40), |program| {
        let mut runner = runner::Runner::new();
        program.iter().for_each(|step| runner.take(step));
        operations.set(operations.get() + runner.operations);
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}");
    }
    println!("{cases} programs, {} operations", operations.get());
}
