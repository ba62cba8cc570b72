//! A call that returns an error leaves everything as it was.

use nalgebra::{DMatrix, dmatrix};
use nn::{Activation, Init, Net, Recording, Sgd, Targets, cross_entropy, softmax_cross_entropy};
use rand::SeedableRng;
use tape::{Cotangents, Error, Seed, Tape};

fn net(sizes: &[usize]) -> Net<f64> {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    Net::random(sizes, Activation::Relu, Init::Xavier, &mut rng)
}

fn examples() -> DMatrix<f64> {
    dmatrix![0.5, -1.0; 2.0, 0.1]
}

fn recording() -> Recording<f64> {
    let mut recording = Recording::new(&net(&[2, 4, 3]), 2, Targets::Labels);
    recording.set(&examples(), &dmatrix![0.0; 2.0]).unwrap();
    recording
}

/// Every leaf of a recording.
fn leaves(recording: &Recording<f64>) -> String {
    let tape = recording.tape();
    let entries = tape.entries();
    let leaves = entries.iter().filter(|entry| entry.op == "leaf");
    let values = leaves.map(|entry| match entry.id {
        tape::EntryId::Matrix(id) => tape.matrix_value(id),
        tape::EntryId::Scalar(_) => unreachable!("a net has no scalar leaf"),
    });
    format!("{:?}", values.collect::<Result<Vec<_>, _>>())
}

type Call = fn(&mut Recording<f64>) -> Result<(), Error>;

#[test]
fn a_refused_call_leaves_a_recording_as_it_was() {
    let calls: [(&str, Call); 5] = [
        ("examples", |r| {
            r.set(&dmatrix![1.0, 1.0], &dmatrix![1.0; 1.0])
        }),
        ("targets", |r| {
            r.set(&dmatrix![1.0, 1.0; 1.0, 1.0], &dmatrix![1.0])
        }),
        ("sizes", |r| r.set_parameters(&net(&[2, 4, 2]))),
        ("first sizes", |r| r.set_parameters(&net(&[2, 5, 3]))),
        ("sweep", |r| r.sweep()),
    ];
    for (name, call) in calls {
        let mut recording = recording();
        let before = leaves(&recording);
        assert!(call(&mut recording).is_err(), "{name}");
        assert_eq!(leaves(&recording), before, "{name}");
    }
}

#[test]
fn a_bad_label_is_one_error_until_it_is_mended() {
    let mut recording = recording();
    recording.replay().unwrap();
    let loss = recording.loss().unwrap();
    recording.targets_mut().values_mut()[1] = 3.0;
    let before = leaves(&recording);
    let stale = |result: Result<(), Error>| matches!(result, Err(Error::Stale { .. }));
    let refused = |result: Result<(), Error>| matches!(result, Err(Error::Forward { .. }));
    assert!(stale(recording.sweep()));
    assert!(refused(recording.replay()));
    assert!(stale(recording.sweep()) && stale(recording.loss().map(drop)));
    assert!(stale(recording.correct().map(drop)) && stale(recording.accuracy().map(drop)));
    assert!(refused(recording.step(&Sgd { rate: 0.5 }).map(drop)));
    assert!(refused(recording.numerical_gradient(1e-4).map(drop)));
    assert_eq!(leaves(&recording), before);
    recording.targets_mut().values_mut()[1] = 2.0;
    recording.replay().unwrap();
    assert_eq!(recording.loss(), Ok(loss));
    recording.step(&Sgd { rate: 0.5 }).unwrap();
    assert!(
        stale(recording.loss().map(drop)),
        "the loss of parameters that are gone"
    );
    recording.replay().unwrap();
    assert!(recording.loss().unwrap() < loss);
}

#[test]
fn an_update_that_fails_updates_nothing() {
    let mut tape = Tape::new();
    let (w, v) = (
        tape.matrix(&dmatrix![1.0, 2.0]),
        tape.matrix(&dmatrix![3.0, 4.0]),
    );
    let product = w.component_mul(v);
    let (w, v, product, sum) = (w.id(), v.id(), product.id(), product.sum().id());
    let mut gradient = Cotangents::new();
    tape.sweep(Seed::one(sum), &mut gradient).unwrap();
    let sgd = Sgd { rate: 0.5 };
    let foreign = Tape::new().matrix(&dmatrix![1.0, 2.0]).id();
    for last in [product, foreign] {
        sgd.update(&mut tape, &[w, v, last], &gradient).unwrap_err();
        assert_eq!(tape.matrix_value(w), Ok(dmatrix![1.0, 2.0]));
        assert!(!tape.is_stale());
    }
    let nothing = Cotangents::new();
    assert_eq!(
        sgd.update(&mut tape, &[w, v], &nothing),
        Err(Error::NotSwept)
    );
    assert!(!tape.is_stale());
    sgd.update(&mut tape, &[w, v], &gradient).unwrap();
    assert_eq!(tape.matrix_value(w), Ok(dmatrix![-0.5, 0.0]));
    assert_eq!(tape.matrix_value(v), Ok(dmatrix![2.5, 3.0]));
}

#[test]
fn a_loss_that_is_refused_is_not_recorded() {
    let tape = Tape::new();
    let logits = tape.matrix(&dmatrix![0.2, 0.8]);
    let targets = tape.input(&dmatrix![2.0]);
    let before = format!("{:?}", tape.mark());
    assert!(softmax_cross_entropy(logits, targets).is_err());
    assert!(cross_entropy(logits, targets).is_err());
    assert_eq!(format!("{:?}", tape.mark()), before);
}
