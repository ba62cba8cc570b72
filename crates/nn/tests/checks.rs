//! What a check says of well-trained nets, whose losses are nearly 0, and of logits too large for
//! any difference quotient.

use nalgebra::{DMatrix, dmatrix};
use tape::{Scalar, Tape};

fn report<T: Scalar>(logits: &DMatrix<f64>, labels: &[f64]) -> tape::check::Report {
    let tape = Tape::<T>::default();
    let x = tape.matrix(&logits.map(T::from_f64));
    let labels = DMatrix::from_column_slice(labels.len(), 1, labels).map(T::from_f64);
    let loss = nn::softmax_cross_entropy(x, tape.input(&labels)).unwrap();
    tape.check(loss)
}

#[test]
fn a_saturated_loss_has_no_fault() {
    for margin in 1..=60 {
        let x = f64::from(margin);
        let logits = dmatrix![x, 0.0, -1.0; -2.0, x, 0.3];
        for report in [
            report::<f64>(&logits, &[0.0, 1.0]),
            report::<f32>(&logits, &[0.0, 1.0]),
        ] {
            assert!(report.is_ok(), "margin {margin}: {report}");
        }
    }
    // One class: the loss is 0 whatever the logit.
    let one = report::<f64>(&dmatrix![3.0; -1.0], &[0.0, 0.0]);
    assert!(one.is_ok(), "{one}");
}

#[test]
fn a_loss_that_no_slope_can_follow_is_not_passed_over() {
    for logits in [dmatrix![1e8, 1e8], dmatrix![1e8, 1e8, 1e8]] {
        let report = report::<f32>(&logits, &[0.0]);
        assert!(report.is_ok(), "{report}");
        assert!(!report.remarks.is_empty(), "{report}");
        assert!(
            report.to_string().contains("not judged, and no faults"),
            "{report}"
        );
    }
}
