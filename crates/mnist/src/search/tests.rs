use super::*;
use crate::checkpoint::Fingerprint;
use crate::dataset::{Choice, Dataset};
use crate::digits;

fn search(dataset: &Dataset, seed: u64) -> Search {
    Search {
        run: Run {
            settings: Settings {
                seed,
                hidden: vec![20],
                batch: 20,
                ..Settings::default()
            },
            source: None,
            choice: Choice::default(),
            data: Fingerprint::of(dataset),
        },
        trials: 4,
        epochs: 3,
        images: 100,
        learning_rate: "1e-3:10".parse().unwrap(),
        weight_decay: "1e-8:1e-4".parse().unwrap(),
    }
}

#[test]
fn every_decade_is_as_likely_as_any_other() {
    let search = search(&digits::dataset(100, 1, 1), 1);
    let mut counts = [[0u32; 4]; 2];
    for trial in 0..2000 {
        let settings = search.settings(trial);
        let decade = |x: f64, low: f64| ((x / low).log10().floor() as usize).min(3);
        counts[0][decade(settings.learning_rate, 1e-3)] += 1;
        counts[1][decade(settings.weight_decay, 1e-8)] += 1;
        let digits = format!("{:e}", settings.learning_rate);
        assert!(digits.split('e').next().unwrap().len() <= 4, "{digits}");
    }
    // 500 expected each, standard deviation √(2000 · ¼ · ¾) = 19; five of them.
    assert!(
        counts.iter().flatten().all(|n| n.abs_diff(500) < 97),
        "{counts:?}"
    );
}

#[test]
fn the_images_are_parted_by_the_seed_alone() {
    let dataset = digits::dataset(300, 1, 1);
    let [learned, held] = search(&dataset, 1).parts(dataset.train());
    assert_eq!((learned.len(), held.len()), (80, 20));
    let count = |image: &[u8]| {
        let all = (0..300).filter(|&k| dataset.train().image(k) == image);
        all.count()
    };
    for k in 0..20 {
        let image = held.image(k);
        assert_eq!(count(image), 1, "an image of the set");
        assert!((0..80).all(|j| learned.image(j) != image), "no image twice");
    }
    assert_eq!(search(&dataset, 1).parts(dataset.train()), [learned, held]);
    assert_ne!(
        search(&dataset, 2).parts(dataset.train()),
        search(&dataset, 1).parts(dataset.train())
    );
}

/// A trial is a run like any other, and depends on nothing but its number.
#[test]
fn a_trial_is_what_training_makes_of_its_settings() {
    let dataset = digits::dataset(200, 1, 1);
    let search = search(&dataset, 5);
    let parts = search.parts(dataset.train());
    let of = |k| {
        search
            .trial::<f64>(k, &parts, 10, || false)
            .unwrap()
            .unwrap()
    };
    let (second, again) = (of(1), (of(0), of(1)).1);
    assert_eq!(second, again);
    assert_eq!(second.measured.len(), 4);
    let settings = search.settings(1);
    assert_eq!(second.learning_rate, settings.learning_rate);
    assert_eq!(second.weight_decay, settings.weight_decay);
    let net = settings.net::<f64>(784, 10);
    let batches = Batches::new(80, 20, 5);
    let mut training = Training::new(&net, &parts[0], batches, settings.rule());
    for _ in 0..12 {
        training.step().unwrap();
    }
    let score = |split| {
        let score = Evaluation::default().score(&training.net(), split);
        score.unwrap().accuracy
    };
    let reached = second.reached();
    assert_eq!(reached.train, score(&parts[0]));
    assert_eq!(reached.validation, score(&parts[1]));
    assert_eq!(search.trial::<f64>(1, &parts, 10, || true), Ok(None));
}

#[test]
fn what_could_not_go_on_comes_last() {
    let trial = |validation, halted: Option<&str>| Trial {
        learning_rate: 1.0,
        weight_decay: 1.0,
        measured: vec![Accuracies {
            train: 1.0,
            validation,
        }],
        halted: halted.map(str::to_owned),
    };
    let trials = [
        trial(0.9, Some("the loss is not finite")),
        trial(0.5, None),
        trial(0.8, None),
        trial(0.5, None),
    ];
    assert_eq!(best_first(&trials), [2, 1, 3, 0]);
    let dataset = digits::dataset(200, 1, 1);
    let mut search = search(&dataset, 1);
    search.learning_rate = "1e30:1e30".parse().unwrap();
    let parts = search.parts(dataset.train());
    let trial = search
        .trial::<f32>(0, &parts, 10, || false)
        .unwrap()
        .unwrap();
    let halted = trial.halted.unwrap();
    assert!(
        halted.contains("not finite") || halted.contains("inactive"),
        "{halted}"
    );
}
