//! The programs of `composites.txt`: one line a leaf, data or a step, then the value and the
//! gradients.

use super::ULPS;
use super::machine::{Machine, Noise};
use tape::{Scalar, Tape};

/// What a difference in `f64` is relative to: the number itself, or, where it is the difference of
/// larger ones, the largest of its leaf.
const TOLERANCE: f64 = 1e-13;
/// How often a program is run with its numbers moved.
const TRIALS: u64 = 12;

/// The value of a program and the gradients of its leaves, in the file's order.
type Numbers = Vec<(&'static str, Vec<f64>)>;

fn lines(program: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    program
        .lines()
        .map(|line| line.split_whitespace().collect())
}

fn programs() -> impl Iterator<Item = &'static str> {
    let programs = include_str!("composites.txt").split("end\n");
    programs.filter(|program| !program.is_empty())
}

fn title(program: &'static str) -> &'static str {
    program.lines().next().unwrap_or_default()
}

/// What the file says.
fn expected(program: &'static str) -> Numbers {
    let numbers = |words: &[&str]| words.iter().map(|x| x.parse().unwrap()).collect();
    lines(program)
        .filter_map(|words| match &words[..] {
            ["value", value] => Some(("value", numbers(&[value]))),
            ["gradient", name, values @ ..] => Some((*name, numbers(values))),
            _ => None,
        })
        .collect()
}

/// What a tape finds.
fn found<T: Scalar>(program: &'static str, noise: Option<Noise>) -> Numbers {
    let tape = Tape::<T>::default();
    let mut machine = Machine::new(&tape, noise);
    let mut names = Vec::new();
    for words in lines(program) {
        match &words[..] {
            ["leaf", leaf @ ..] => machine.leaf(leaf),
            ["data", data @ ..] => machine.data(data),
            ["step", step @ ..] => machine.step(step),
            ["gradient", name, ..] => names.push(*name),
            ["program" | "value", ..] => {}
            _ => panic!("{words:?}"),
        }
    }
    let output = machine.output();
    let cotangents = output.gradient();
    let gradients = names
        .into_iter()
        .map(|name| (name, machine.gradient(name, &cotangents)));
    [("value", vec![output.value().to_f64()])]
        .into_iter()
        .chain(gradients)
        .collect()
}

fn largest(numbers: &[f64]) -> f64 {
    numbers.iter().fold(0.0, |most, x| most.max(x.abs()))
}

/// The largest difference of two lists; infinite with NaN.
fn apart(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let each = found.iter().zip(expected).map(|(x, y)| (x - y).abs());
    each.fold(0.0, |most, x| {
        if x.is_nan() {
            f64::INFINITY
        } else {
            most.max(x)
        }
    })
}

/// Says which programs differ from the file by more than `bounds` of each list of their numbers.
#[track_caller]
fn compare<T: Scalar>(bounds: impl Fn(&'static str, &Numbers) -> Vec<f64>) -> usize {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for program in programs() {
        count += 1;
        let (found, expected) = (found::<T>(program, None), expected(program));
        let bounds = bounds(program, &expected);
        for (((name, found), (_, expected)), bound) in found.iter().zip(&expected).zip(bounds) {
            let apart = apart(found, expected);
            if apart > bound {
                let title = title(program);
                wrong.push(format!(
                    "{title}: {name} is {:.1} bounds away",
                    apart / bound
                ));
            }
        }
    }
    let list = wrong.join("\n");
    assert!(wrong.is_empty(), "{} of {count}:\n{list}", wrong.len());
    count
}

#[test]
fn every_composite_agrees_with_jax() {
    let count = compare::<f64>(|_, expected| {
        let each = expected.iter();
        each.map(|(_, numbers)| TOLERANCE * largest(numbers))
            .collect()
    });
    assert!(count >= 200, "{count} programs");
}

/// In `f32`, the bound is what the numbers move by where each number on the way, leaves included,
/// is moved by as many units of the last place of `f32` as an op may be off: up or down, at random.
/// It is found in `f64`, on the program as recorded by this crate, several times; the file's
/// numbers are another's.
#[test]
fn every_composite_agrees_with_jax_in_single_precision() {
    let unit = f64::from(f32::EPSILON) * ULPS[0];
    let count = compare::<f32>(|program, expected| {
        let mut bounds: Vec<f64> = (expected.iter())
            .map(|(_, numbers)| unit * largest(numbers))
            .collect();
        let still = found::<f64>(program, None);
        for trial in 1..=TRIALS {
            let noise = Noise {
                size: unit,
                state: trial,
            };
            let moved = found::<f64>(program, Some(noise));
            for ((bound, (_, moved)), (_, still)) in bounds.iter_mut().zip(&moved).zip(&still) {
                *bound = bound.max(apart(moved, still));
            }
        }
        bounds
    });
    assert!(count >= 200, "{count} programs");
}
