//! Random programs, differentiated twice.

use super::twice::{compare_twice, scattered};
use num_dual::Dual64;
use proptest::test_runner::{Config, RngSeed};
use std::cell::Cell;
use tape::strategies::{Graph, assert_property, graphs};
use tape::{EntryId, Kind, Operand, Shape, Tape};

/// The leaves of a program.
fn leaves<T: tape::Scalar>(tape: &Tape<T>) -> Vec<(EntryId, Shape)> {
    let entries = tape.entries();
    let leaves = entries.iter().filter(|entry| entry.kind == Kind::Leaf);
    leaves.map(|entry| (entry.id, entry.shape)).collect()
}

/// The gradient of a program, and its derivative along [`scattered`] directions; each leaf a little
/// larger or smaller than it is, by so much of itself.
fn by_duals(graph: &Graph, off: f64) -> Vec<Dual64> {
    let mut tape = Tape::<Dual64>::default();
    let output = graph.record(&tape).id();
    let leaves = leaves(&tape);
    for (i, &(id, shape)) in leaves.iter().enumerate() {
        let direction = scattered(shape, i);
        let moved = |k: usize, x: Dual64| Dual64::new(x.re * (1.0 + off), direction[k]);
        match id {
            EntryId::Scalar(id) => {
                let x = tape.value(id).unwrap();
                tape.set(id, moved(0, x)).unwrap();
            }
            EntryId::Matrix(id) => {
                let mut leaf = tape.leaf_mut(id).unwrap();
                let each = leaf.values_mut().iter_mut().enumerate();
                each.for_each(|(k, x)| *x = moved(k, *x));
            }
        }
    }
    tape.replay().unwrap();
    let gradient = tape.handle(output).unwrap().gradient();
    let each = leaves.iter().flat_map(|&(id, _)| match id {
        EntryId::Scalar(id) => vec![gradient.of(tape.handle(id).unwrap())],
        EntryId::Matrix(id) => gradient.of(tape.handle(id).unwrap()).values().to_vec(),
    });
    each.collect()
}

/// Whether the second derivatives move by no more than a thousand times what the leaves move by.
fn is_well_conditioned(dual: &[Dual64], beside: &[Dual64], off: f64) -> bool {
    let size = dual.iter().fold(0.0_f64, |most, x| most.max(x.eps.abs()));
    let mut each = dual.iter().zip(beside);
    each.all(|(x, y)| (x.eps - y.eps).abs() <= 1e3 * off * size)
}

#[test]
fn second_derivatives_of_random_programs() {
    let config = Config {
        rng_seed: RngSeed::Fixed(0),
        failure_persistence: None,
        ..Config::with_cases(256)
    };
    let judged = Cell::new(0);
    assert_property(config, graphs(10), |graph| {
        let (off, dual) = (1e-9, by_duals(&graph, 0.0));
        if !is_well_conditioned(&dual, &by_duals(&graph, off), off) {
            return Ok(());
        }
        judged.set(judged.get() + 1);
        let tape = Tape::new();
        let y = graph.record(&tape);
        let by = leaves(&tape).into_iter().map(|(id, _)| match id {
            EntryId::Scalar(id) => Operand::from(tape.handle(id).unwrap()),
            EntryId::Matrix(id) => tape.handle(id).unwrap().into(),
        });
        compare_twice(&tape, y, &by.collect::<Vec<_>>(), &dual)
    });
    assert!(judged.get() >= 100, "{} programs", judged.get());
}
