//! The comparisons of the book's chapter 6 come out as they do there, on small runs: of drawn
//! digits, with the same first weights and batches on both sides.

use drawing::{Course, Lesson, hidden};
use mnist::digits;
use nn::{Init, Method, Rule};

/// A lesson of a net with four hidden layers and SGD.
fn lesson(behind: &str, init: Init, steps: u64) -> Lesson {
    Lesson {
        line: hidden(4, behind),
        init,
        rule: Rule::new(Method::Sgd, 0.01),
        steps,
        every: 0,
    }
}

fn learn(lesson: &Lesson) -> Course {
    let data = digits::dataset(500, 200, digits::SEED);
    lesson.learn(&data).unwrap()
}

/// Section 6.1: every method that remembers is ahead of SGD, AdaGrad and Adam most of all.
#[test]
fn adam_and_adagrad_are_ahead_of_sgd() {
    let [sgd, momentum, adagrad, adam] = [
        ("sgd", 0.01),
        ("momentum", 0.01),
        ("adagrad", 0.01),
        ("adam", 0.001),
    ]
    .map(|(name, rate)| {
        let rule = Rule::new(Method::from_name(name).unwrap(), rate);
        let lesson = Lesson {
            rule,
            ..lesson("relu", Init::He, 100)
        };
        learn(&lesson).last_loss(10)
    });
    assert!(
        adagrad < momentum && momentum < sgd,
        "{adagrad} {momentum} {sgd}"
    );
    assert!(adam < momentum, "{adam} {momentum}");
}

/// Section 6.2: a net with ReLU learns from He's weights, and not at all from a deviation of 0.01.
#[test]
fn he_is_ahead_of_a_small_deviation() {
    let [small, xavier, he] = [Init::Normal(0.01), Init::Xavier, Init::He]
        .map(|init| learn(&lesson("relu", init, 200)).last_loss(10));
    assert!(he < xavier && xavier < small, "{he} {xavier} {small}");
    assert!(
        (small - f64::ln(10.0)).abs() < 0.02,
        "{small}: nothing learned"
    );
}

/// Section 6.3: with batch normalisation most deviations of the first weights learn faster.
#[test]
fn batch_normalisation_is_ahead_from_most_weights() {
    let is_ahead = |k: i32| {
        let init = Init::Normal(f64::powf(10.0, -4.0 * f64::from(k) / 7.0));
        let data = digits::dataset(500, 200, digits::SEED);
        let [with, without] = ["batch-norm, relu", "relu"].map(|behind| {
            // What overflows has learned nothing.
            let course = lesson(behind, init, 70).learn(&data);
            course.map_or(f64::INFINITY, |course| course.last_loss(10))
        });
        with < without
    };
    let ahead = (0..8).filter(|&k| is_ahead(k)).count();
    assert!(ahead >= 5, "from {ahead} of 8 deviations");
}

/// Section 6.4: with weight decay or dropout, training and test accuracy are nearer to each other.
#[test]
fn decay_and_dropout_narrow_the_gap() {
    let data = digits::dataset(300, 500, digits::SEED);
    let gap = |behind: &str, weight_decay| {
        let lesson = Lesson {
            line: hidden(6, behind),
            rule: Rule {
                weight_decay,
                ..Rule::new(Method::Sgd, 0.01)
            },
            every: 600,
            ..lesson(behind, Init::He, 600)
        };
        let (known, unknown) = lesson.learn(&data).unwrap().accuracies[1];
        known - unknown
    };
    let nothing = gap("relu", 0.0);
    let (decay, dropout) = (gap("relu", 0.1), gap("relu, dropout 0.2", 0.0));
    assert!(decay < nothing - 0.05, "{decay} with, {nothing} without");
    assert!(
        dropout < nothing - 0.05,
        "{dropout} with, {nothing} without"
    );
}
