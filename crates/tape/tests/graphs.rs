//! Random graphs: the crate's own property tests, by the strategies it offers to users.

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed};
use tape::strategies::{assert_property, graphs, points};
use tape::{Cotangents, Seed, Tangents, Tape, check, ops, rules};

/// The same cases in every run, and nothing written where one fails.
fn the_same_cases() -> Config {
    Config {
        rng_seed: RngSeed::Fixed(0),
        failure_persistence: None,
        ..Config::with_cases(64)
    }
}

/// A property of the same random values in every run.
#[track_caller]
fn holds<S: Strategy>(strategy: S, property: impl Fn(S::Value) -> Result<(), String>) {
    assert_property(the_same_cases(), strategy, property);
}

#[test]
fn every_entry_and_the_gradient_of_a_random_graph_are_right() {
    let mut recorded = std::collections::BTreeSet::new();
    let seen = std::cell::RefCell::new(&mut recorded);
    let unjudged = std::cell::Cell::new(0);
    holds(graphs(12), |graph| {
        let tape = Tape::new();
        let report = tape.check(graph.record(&tape));
        seen.borrow_mut()
            .extend(tape.entries().iter().map(|entry| entry.op));
        // What is not chosen may be no number, and slopes may vanish in rounding: not many do.
        let is_kink = |remark: &check::Finding| remark.kind != check::FindingKind::NotJudged;
        unjudged.set(unjudged.get() + usize::from(!report.remarks.is_empty()));
        if report.is_ok() && !report.remarks.iter().any(is_kink) {
            Ok(())
        } else {
            Err(report.to_string())
        }
    });
    assert!(
        unjudged.get() <= 4,
        "{} graphs not judged whole",
        unjudged.get()
    );
    assert!(
        recorded.len() > 40,
        "the graphs are of many kinds: {recorded:?}"
    );
}

#[test]
fn random_graphs_hold_every_op_in_every_form() {
    use tape::Argument::{Entry, Number};
    let seen = std::cell::RefCell::new(std::collections::BTreeSet::new());
    holds(graphs(120), |graph| {
        let tape = Tape::new();
        graph.record(&tape);
        let entries = tape.entries();
        let is_matrix = |index: usize| matches!(entries[index].id, tape::EntryId::Matrix(_));
        for entry in &entries {
            let form = match entry.operands[..] {
                [Entry(x), Entry(y)] if is_matrix(x) && !is_matrix(y) => "a matrix and a scalar",
                [Entry(x), Entry(y)] if is_matrix(y) && !is_matrix(x) => "a scalar and a matrix",
                [Entry(_), Number(_)] => "a number on the right",
                [Number(_), Entry(_)] => "a number on the left",
                [Entry(x), ..] if is_matrix(x) => "matrices",
                _ => "scalars",
            };
            seen.borrow_mut().insert((entry.op, form));
        }
        Ok(())
    });
    let seen = seen.into_inner();
    let missing: Vec<&str> = ops::all::<f64>()
        .iter()
        .map(|op| op.name())
        .filter(|name| seen.iter().all(|(op, _)| op != name))
        .collect();
    assert!(missing.is_empty(), "never recorded: {missing:?}");
    for rule in rules::all() {
        let forms = [
            "scalars",
            "matrices",
            "a number on the right",
            "a number on the left",
        ];
        for form in &forms[..2 * rule.operands()] {
            let name = rule.name();
            assert!(
                seen.contains(&(name, *form)),
                "never recorded: {name} of {form}"
            );
        }
    }
    for (op, form) in [
        ("add", "a matrix and a scalar"),
        ("mul", "a matrix and a scalar"),
        ("div", "a matrix and a scalar"),
        ("sub", "a matrix and a scalar"),
        ("sub", "a scalar and a matrix"),
    ] {
        assert!(seen.contains(&(op, form)), "never recorded: {op} of {form}");
    }
}

#[test]
fn a_replay_at_other_inputs_is_a_recording_at_other_inputs() {
    holds((graphs(12), points(1)), |(graph, other)| {
        let mut tape = Tape::new();
        let output = graph.record(&tape).id();
        let leaf = tape.entries()[0].id;
        let tape::EntryId::Scalar(leaf) = leaf else {
            return Err("the first leaf is a scalar".into());
        };
        let (first, before) = (tape.value(leaf).unwrap(), tape.value(output).unwrap());
        tape.set(leaf, other[0]).unwrap();
        tape.replay().unwrap();
        tape.set(leaf, first).unwrap();
        tape.replay().unwrap();
        let after = tape.value(output).unwrap();
        if before.to_bits() == after.to_bits() {
            Ok(())
        } else {
            Err(format!("{before} became {after}"))
        }
    });
}

#[test]
fn a_reused_buffer_gives_the_same_bits_as_a_fresh_one() {
    let reused = std::cell::RefCell::new((Cotangents::new(), Tangents::new()));
    holds(graphs(12), |graph| {
        let tape = Tape::new();
        let output = graph.record(&tape);
        let (cotangents, along) = &mut *reused.borrow_mut();
        tape.sweep(Seed::one(output), cotangents).unwrap();
        let fresh = output.gradient();
        for entry in tape.entries().iter().filter(|entry| entry.active) {
            let same = match entry.id {
                tape::EntryId::Scalar(id) => {
                    tape.push_forward(Seed::one(id), along).unwrap();
                    let tangent = along.of(output);
                    let bar = fresh.of(id).unwrap();
                    let close = (tangent - bar).abs() <= 1e-10 * (1.0 + bar.abs());
                    close && cotangents.of(id).unwrap().to_bits() == bar.to_bits()
                }
                tape::EntryId::Matrix(id) => {
                    cotangents.of(id).unwrap().values() == fresh.of(id).unwrap().values()
                }
            };
            if !same {
                return Err(format!("the cotangents of entry {} differ", entry.index));
            }
        }
        Ok(())
    });
}

#[test]
fn a_wrong_rule_shrinks_to_a_small_graph() {
    // As if `matmul` had no rule: the smallest graph that contains one is what is shown.
    let found = std::panic::catch_unwind(|| {
        holds(graphs(12), |graph| {
            let tape = Tape::new();
            graph.record(&tape);
            let uses = tape.entries().iter().any(|entry| entry.op == "matmul");
            if uses {
                Err("there is a matmul".into())
            } else {
                Ok(())
            }
        });
    });
    let message = *found.unwrap_err().downcast::<String>().unwrap();
    let entries = message.lines().filter(|line| line.contains(") = ")).count();
    assert!(message.contains("matmul(Entry("), "{message}");
    // Two scalars, a matrix, the product, and what the last result is summed by; seldom one more.
    assert!(entries <= 7, "{message}");
}

#[test]
fn points_keep_apart() {
    holds(points(20), |point| {
        let sizes: Vec<f64> = point.iter().map(|x| x.abs()).collect();
        let apart = |i: usize, j: usize| i == j || (sizes[i] - sizes[j]).abs() > 0.049;
        let all =
            (0..20).all(|i| sizes[i] > 0.049 && sizes[i] <= 2.0 && (0..20).all(|j| apart(i, j)));
        if all && check::gradient(|x| x[0] * x[1], &point[..2]).is_ok() {
            Ok(())
        } else {
            Err("too close".into())
        }
    });
}
