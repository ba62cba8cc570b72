//! A training step of a 784-h-10 net beside its matrix products, and beside the step written by
//! hand.

#[path = "../../bench/src/step/hand.rs"]
mod hand;
#[path = "../../bench/src/measure.rs"]
mod measure;
#[path = "../../bench/src/step/ours.rs"]
mod ours;
#[path = "../../bench/src/step/problem.rs"]
mod problem;

use hand::{Hand, Update};
use measure::{Contender, Effort, compare};
use problem::Problem;
use std::hint::black_box;

fn main() {
    for (hidden, batch) in [
        (50, 1),
        (50, 100),
        (50, 1000),
        (512, 1),
        (512, 100),
        (512, 1000),
    ] {
        let problem = Problem::new(batch, hidden);
        let (mut products, mut hand) = (Hand::new(&problem), Hand::new(&problem));
        let mut step = ours::step(&problem);
        let by_hand = || {
            black_box(hand.step(Update::Apart));
        };
        let ours = || {
            black_box(step());
        };
        let contenders = vec![
            Contender::new("the five products", || products.products()),
            Contender::new("a step by hand", by_hand),
            Contender::new("Recording::step", ours),
        ];
        let workload = format!("h = {hidden}, batch {batch}");
        println!(
            "{}",
            compare(Effort::USUAL, contenders).listed(&workload, 0)
        );
    }
}
