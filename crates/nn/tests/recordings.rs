//! A net by hand, and what a recording of it tells.

use nalgebra::{DMatrix, RowDVector, dmatrix};
use nn::{Activation, AffineParameters, Net, Recording, Sgd, Targets};
use tape::{Argument, EntryId, Tape};

/// 2 inputs, 3 hidden units, 2 classes; every number is its own.
fn net(activation: Activation) -> Net {
    let layer = |weights, bias: &[f64]| AffineParameters {
        weights,
        bias: RowDVector::from_row_slice(bias),
    };
    let layers = vec![
        layer(dmatrix![1.0, -2.0, 0.5; 3.0, 1.0, -1.0], &[0.5, -1.0, 0.25]),
        layer(dmatrix![2.0, -1.0; 0.5, 1.5; -3.0, 4.0], &[0.125, -0.25]),
    ];
    Net::new(layers, activation)
}

/// Some negative, so that an activation of the inputs themselves would show.
fn examples() -> DMatrix<f64> {
    dmatrix![-1.0, 2.0; 3.0, -2.0; 0.5, 0.25; -2.0, -1.0]
}

/// The logits by nested loops.
fn by_hand(net: &Net, x: &DMatrix<f64>) -> DMatrix<f64> {
    let affine = |x: &[f64], layer: &AffineParameters<f64>| -> Vec<f64> {
        let unit = |j: usize| {
            let weighted: f64 = (0..x.len()).map(|i| x[i] * layer.weights[(i, j)]).sum();
            weighted + layer.bias[j]
        };
        (0..layer.bias.len()).map(unit).collect()
    };
    let active = |z: f64| match net.activation().unwrap() {
        Activation::Relu => z.max(0.0),
        Activation::Sigmoid => 1.0 / (1.0 + (-z).exp()),
        Activation::Tanh => z.tanh(),
    };
    let rows = x.row_iter().flat_map(|row| {
        let row: Vec<f64> = row.iter().copied().collect();
        let hidden: Vec<f64> = affine(&row, &net.affines()[0])
            .into_iter()
            .map(active)
            .collect();
        affine(&hidden, &net.affines()[1])
    });
    DMatrix::from_row_iterator(x.nrows(), 2, rows)
}

#[test]
fn predictions_losses_and_accuracies_are_those_by_hand() {
    let x = examples();
    for activation in Activation::ALL {
        let net = net(activation);
        let logits = by_hand(&net, &x);
        let found = net.predict(&x);
        assert!((&found - &logits).amax() < 1e-14, "{found} is not {logits}");
        assert_eq!(
            (net.inputs(), net.classes(), net.sizes()),
            (2, 2, vec![2, 3, 2])
        );
        let larger: Vec<usize> = (0..4)
            .map(|i| usize::from(logits[(i, 1)] > logits[(i, 0)]))
            .collect();
        // Wanted: right in the first two rows only.
        let labels = [larger[0], larger[1], 1 - larger[2], 1 - larger[3]];
        let loss = |i: usize| {
            let (wanted, other) = (logits[(i, labels[i])], logits[(i, 1 - labels[i])]);
            (1.0 + (other - wanted).exp()).ln()
        };
        let mean = (0..4).map(loss).sum::<f64>() / 4.0;
        let targets = DMatrix::from_iterator(4, 1, labels.map(|label| label as f64));
        assert!((net.loss(&x, &targets).unwrap() - mean).abs() < 1e-13);
        assert_eq!(net.accuracy(&x, &targets).unwrap(), 0.5);
        let mut recording = Recording::new(&net, 4, Targets::Labels);
        recording.set(&x, &targets).unwrap();
        recording.replay().unwrap();
        assert_eq!(recording.correct().unwrap(), [true, true, false, false]);
        assert_eq!(recording.accuracy().unwrap(), 0.5);
        assert!((recording.loss().unwrap() - mean).abs() < 1e-13);
        assert!((recording.logits(|view| view.to_matrix()) - &logits).amax() < 1e-14);
    }
}

#[test]
fn a_tie_goes_to_the_first_class() {
    let layer = AffineParameters {
        weights: dmatrix![0.0, 0.0, 0.0],
        bias: RowDVector::from_row_slice(&[1.0, 1.0, 0.0]),
    };
    let net: Net = Net::new(vec![layer], Activation::Relu);
    let x = dmatrix![1.0; 1.0; 1.0];
    assert_eq!(
        net.accuracy(&x, &dmatrix![0.0; 1.0; 2.0]).unwrap(),
        1.0 / 3.0
    );
    let rows = dmatrix![1.0, 0.0, 0.0; 0.5, 0.5, 0.0; 0.25, 0.25, 0.5];
    assert_eq!(net.accuracy(&x, &rows).unwrap(), 2.0 / 3.0);
}

#[test]
fn a_step_is_down_the_gradient() {
    let (net, x, labels) = (
        net(Activation::Sigmoid),
        examples(),
        dmatrix![0.0; 1.0; 1.0; 0.0],
    );
    let mut recording = Recording::new(&net, 4, Targets::Labels);
    assert!(recording.gradient().is_err(), "nothing was swept yet");
    recording.set(&x, &labels).unwrap();
    let loss = recording.step(&Sgd { rate: 0.25 }).unwrap();
    assert_eq!(loss, net.loss(&x, &labels).unwrap());
    let gradient = net.gradient(&x, &labels).unwrap();
    assert_eq!(recording.gradient().unwrap(), gradient);
    let after = recording.net();
    for (((_, after), (_, before)), slope) in
        after.parameters().zip(net.parameters()).zip(&gradient)
    {
        assert_eq!(after, &(before - slope * 0.25));
    }
    recording.set_parameters(&net).unwrap();
    assert_eq!(recording.net(), net);
}

#[test]
fn a_loss_that_is_not_finite_changes_nothing() {
    let net = net(Activation::Relu);
    let mut recording = Recording::new(&net, 4, Targets::Labels);
    let mut x = examples();
    x[(2, 1)] = f64::NAN;
    recording.set(&x, &dmatrix![0.0; 1.0; 1.0; 0.0]).unwrap();
    assert!(recording.step(&Sgd { rate: 0.25 }).unwrap().is_nan());
    assert_eq!(recording.net(), net);
    let origin = recording.tape().first_non_finite().unwrap();
    assert_eq!((origin.op, origin.name.as_str()), ("leaf", "X"));
}

#[test]
fn a_recording_names_its_layers() {
    let recording = Recording::new(&net(Activation::Sigmoid), 3, Targets::Rows);
    let entries = recording.tape().entries();
    let names: Vec<String> = entries
        .iter()
        .map(|entry| {
            entry
                .scope
                .iter()
                .chain(&entry.name)
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join("/")
        })
        .collect();
    assert_eq!(
        names,
        [
            "X",
            "t",
            "W1",
            "b1",
            "W2",
            "b2",
            "affine1",
            "sigmoid1",
            "affine2",
            "loss/loss"
        ]
    );
    let ops: Vec<_> = entries[6..]
        .iter()
        .map(|entry| (entry.op, entry.symbol))
        .collect();
    assert_eq!(
        ops,
        [
            ("affine", "X·W+b"),
            ("sigmoid", "σ"),
            ("affine", "X·W+b"),
            ("softmax_cross_entropy", "softmax+CE")
        ]
    );
    let first = recording.affines()[0].entry();
    let reads: Vec<_> = [0, 2, 3].map(Argument::Entry).to_vec();
    assert_eq!((first, &entries[first].operands), (6, &reads));
    assert_eq!(
        recording
            .parameters()
            .iter()
            .map(|id| id.entry())
            .collect::<Vec<_>>(),
        [2, 3, 4, 5]
    );
    assert_eq!(entries[9].id, EntryId::Scalar(recording.loss_id()));
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    let said = |op: &dyn Fn(&Tape)| {
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| op(&Tape::new())));
        *panic.unwrap_err().downcast::<String>().unwrap()
    };
    let zeros = |rows, cols| DMatrix::<f64>::zeros(rows, cols);
    // One row too few, with columns that fit, and columns that do not, for every row.
    for (rows, cols) in [(1, 1), (1, 4), (2, 3), (2, 5), (3, 1)] {
        let expected = "targets must be 2×1 labels or 2×4 rows, one for each of the 2 examples";
        let fused = |tape: &Tape| {
            let _ = nn::softmax_cross_entropy(
                tape.matrix(&zeros(2, 4)),
                tape.input(&zeros(rows, cols)),
            );
        };
        let plain = |tape: &Tape| {
            let _ = nn::cross_entropy(tape.matrix(&zeros(2, 4)), tape.input(&zeros(rows, cols)));
        };
        for message in [said(&fused), said(&plain)] {
            assert!(message.contains(expected), "{rows}×{cols}: {message}");
        }
    }
    for b in [zeros(2, 5), zeros(1, 4), zeros(5, 1)] {
        let message = said(&|tape| {
            nn::affine(
                tape.matrix(&zeros(2, 3)),
                tape.matrix(&zeros(3, 5)),
                tape.matrix(&b),
            );
        });
        assert!(
            message.contains("b must be 1×5, as W has 5 columns"),
            "{message}"
        );
    }
    let nothing = Tape::new();
    for (rows, cols) in [(0, 2), (0, 0)] {
        let (x, t) = (
            nothing.matrix(&zeros(rows, cols)),
            nothing.input(&zeros(rows, 1)),
        );
        let refused = nn::softmax_cross_entropy(x, t).unwrap_err().to_string();
        assert!(refused.contains("there is no loss of"), "{refused}");
        assert!(nn::cross_entropy(x, t).is_err());
    }
}

#[test]
fn rows_of_targets_are_distributions() {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![1.0, 2.0, 3.0]);
    let refused = |row: DMatrix<f64>| nn::softmax_cross_entropy(x, tape.input(&row)).is_err();
    assert!(!refused(dmatrix![0.1, 0.2, 0.7]) && !refused(dmatrix![0.0, 1.0, 0.0]));
    assert!(refused(dmatrix![-0.5, 0.5, 1.0]), "negative");
    assert!(refused(dmatrix![0.5, 0.5, 1e-12]) && refused(dmatrix![0.5, 0.4999999, 0.0]));
    assert!(refused(dmatrix![f64::NAN, 0.5, 0.5]));
    let label = |label: f64| nn::softmax_cross_entropy(x, tape.input(&dmatrix![label])).is_err();
    assert!(!label(0.0) && !label(2.0));
    assert!(
        [-1.0, 0.5, 3.0, f64::NAN, f64::INFINITY]
            .map(label)
            .iter()
            .all(|&refused| refused)
    );
}
