//! Optimisers against their formulas, worked out by hand; state, schedules, clipping.

use nalgebra::dmatrix;
use nn::{Learner, Method, Optimiser, Rule, Schedule};
use tape::{Cotangents, MatrixId, Seed, Tape};

/// A tape with a parameter (1, −2) whose slopes are (0.5, 4) in every step.
struct Linear {
    tape: Tape,
    w: MatrixId,
    cotangents: Cotangents<f64>,
}

impl Linear {
    fn new() -> Self {
        let tape = Tape::new();
        let w = tape.matrix(&dmatrix![1.0, -2.0]);
        let f = w.dot(tape.input(&dmatrix![0.5, 4.0])).id();
        let mut cotangents = Cotangents::new();
        tape.sweep(Seed::one(f), &mut cotangents).unwrap();
        let w = w.id();
        Linear {
            tape,
            w,
            cotangents,
        }
    }

    fn step(&mut self, mut learner: impl Optimiser<f64>) -> [f64; 2] {
        learner
            .update(&mut self.tape, &[self.w], &self.cotangents)
            .unwrap();
        self.tape.read(self.w, |w| [w[0], w[1]]).unwrap()
    }
}

fn assert_close(found: [f64; 2], expected: [f64; 2]) {
    for (found, expected) in found.into_iter().zip(expected) {
        assert!(
            (found - expected).abs() < 1e-12,
            "{found} is not {expected}"
        );
    }
}

/// Two steps with learning rate 0.1.
fn two_steps(rule: Rule) -> [[f64; 2]; 2] {
    let (mut linear, mut learner) = (Linear::new(), Learner::new(rule));
    [linear.step(&mut learner), linear.step(&mut learner)]
}

#[test]
fn every_method_follows_its_formula() {
    let at = |method| two_steps(Rule::new(method, 0.1));
    let [first, second] = at(Method::Sgd);
    assert_close(first, [0.95, -2.4]);
    assert_close(second, [0.9, -2.8]);
    // v: −0.05, −0.4; then 0.9 v − 0.05, 0.9 v − 0.4.
    let [first, second] = at(Method::Momentum { momentum: 0.9 });
    assert_close(first, [0.95, -2.4]);
    assert_close(second, [0.95 - 0.095, -2.4 - 0.76]);
    // w + 0.9 v − 0.05, where v is −0.05, then −0.095.
    let [first, second] = at(Method::Nesterov { momentum: 0.9 });
    assert_close(first, [1.0 - 0.095, -2.0 - 0.76]);
    assert_close(second, [0.905 - 0.1355, -2.76 - 1.084]);
    // h: 0.25, 16; then twice that.
    let [first, second] = at(Method::AdaGrad);
    let expected = [1.0 - 0.05 / (0.5 + 1e-7), -2.0 - 0.4 / (4.0 + 1e-7)];
    assert_close(first, expected);
    let root = 2f64.sqrt();
    let expected = [
        first[0] - 0.05 / (0.5 * root + 1e-7),
        first[1] - 0.4 / (4.0 * root + 1e-7),
    ];
    assert_close(second, expected);
    // h: 0.01 · 0.25, then 0.0199 · 0.25.
    let [first, second] = at(Method::RmsProp { decay: 0.99 });
    let step = |g: f64, share: f64| 0.1 * g / (g * share.sqrt() + 1e-7);
    assert_close(first, [1.0 - step(0.5, 0.01), -2.0 - step(4.0, 0.01)]);
    let expected = [first[0] - step(0.5, 0.0199), first[1] - step(4.0, 0.0199)];
    assert_close(second, expected);
    // Of equal slopes the averages, corrected, are the slope and its square.
    let adam = Method::from_name("adam").unwrap();
    let [first, second] = at(adam);
    let step = |g: f64| 0.1 * g / (g + 1e-8);
    assert_close(first, [1.0 - step(0.5), -2.0 - step(4.0)]);
    assert_close(second, [1.0 - 2.0 * step(0.5), -2.0 - 2.0 * step(4.0)]);
}

#[test]
fn weight_decay_is_in_the_slope_or_beside_it() {
    let decayed = |method| Rule {
        weight_decay: 0.5,
        ..Rule::new(method, 0.1)
    };
    // Slopes 0.5 + 0.5 · 1 and 4 − 0.5 · 2.
    let [first, _] = two_steps(decayed(Method::Sgd));
    assert_close(first, [0.9, -2.3]);
    let [first, _] = two_steps(decayed(Method::from_name("adamw").unwrap()));
    let step = |g: f64| 0.1 * g / (g + 1e-8);
    assert_close(first, [0.95 - step(0.5), -1.9 - step(4.0)]);
    // And not at all, where it is not wanted.
    let mut learner = Learner::new(decayed(Method::Sgd)).decaying(vec![false]);
    assert_close(Linear::new().step(&mut learner), [0.95, -2.4]);
}

#[test]
fn a_gradient_that_is_too_long_is_scaled() {
    let length = (0.25 + 16.0f64).sqrt();
    for (most, scale) in [(100.0, 1.0), (2.0, 2.0 / length)] {
        let rule = Rule {
            clip: Some(most),
            ..Rule::new(Method::Sgd, 0.1)
        };
        let [first, _] = two_steps(rule);
        assert_close(first, [1.0 - 0.05 * scale, -2.0 - 0.4 * scale]);
    }
}

#[test]
fn a_learner_that_goes_on_goes_on_to_the_bit() {
    for method in Method::ALL {
        let rule = Rule {
            schedule: "cosine:9:2".parse().unwrap(),
            weight_decay: 0.01,
            clip: Some(3.0),
            ..Rule::new(method, 0.1)
        };
        let (mut whole, mut learner) = (Linear::new(), Learner::new(rule));
        let expected: Vec<[f64; 2]> = (0..8).map(|_| whole.step(&mut learner)).collect();
        let (mut parts, mut first) = (Linear::new(), Learner::new(rule));
        let mut found: Vec<[f64; 2]> = (0..3).map(|_| parts.step(&mut first)).collect();
        let kept = first.kept().to_vec();
        assert!(kept.iter().all(|kept| kept.len() == 2 * method.kept()));
        let mut second = Learner::resumed(rule, first.steps(), kept);
        found.extend((3..8).map(|_| parts.step(&mut second)));
        assert_eq!(found, expected, "{}", method.name());
        assert_eq!(second, learner);
    }
}

#[test]
fn schedules_are_read_as_they_are_written() {
    for text in [
        "constant",
        "step:600:0.5",
        "cosine:1000",
        "cosine:1000:50",
        "warm-up:10",
    ] {
        let schedule: Schedule = text.parse().unwrap();
        assert_eq!(schedule.to_string(), text);
    }
    for text in [
        "",
        "steps",
        "step:0:0.5",
        "step:5",
        "step:5:-1",
        "cosine",
        "cosine:x",
        "warm-up:0",
    ] {
        let error = text.parse::<Schedule>().unwrap_err();
        assert!(error.contains("expected constant, step:"), "{error}");
    }
    let rising: Schedule = "warm-up:4".parse().unwrap();
    assert_eq!(
        [0, 1, 3, 4, 9].map(|k| rising.factor(k)),
        [0.25, 0.5, 1.0, 1.0, 1.0]
    );
}

#[test]
fn names_lead_to_their_methods() {
    for method in Method::ALL {
        assert_eq!(Method::from_name(method.name()), Some(method));
    }
    assert_eq!(Method::from_name("newton"), None);
}
