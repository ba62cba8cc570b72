//! The sentence that says where a NaN came from.

use nalgebra::dmatrix;
use tape::check::Number;
use tape::{Cotangents, Seed, Tape};

#[test]
fn finite_tapes_have_no_origin() {
    let tape = Tape::new();
    let y = tape.var(2.0).ln();
    assert_eq!(tape.first_non_finite(), None);
    assert_eq!(tape.first_non_finite_cotangent(&y.gradient()), None);
}

#[test]
fn the_log_of_a_softmax_that_underflows() {
    let tape = Tape::new();
    let logits = tape.matrix(&dmatrix![0.0, 1.0; 800.0, 0.0]).named("logits");
    let line = line!() + 1;
    let loss = -logits.softmax().ln().sum();
    let origin = tape.first_non_finite().unwrap();
    assert_eq!((origin.entry, origin.op, origin.element), (2, "ln", (1, 1)));
    assert_eq!(
        (origin.value, origin.operands[0].least),
        (f64::NEG_INFINITY, 0.0)
    );
    assert_eq!(
        origin.to_string(),
        format!(
            "(entry 2, ln at {}:{line}) is the first result that is not finite: -inf at [1,1], \
             from entry 1, between 0 and 1",
            file!()
        )
    );
    assert!(loss.value().is_infinite());
}

#[test]
fn a_leaf_is_its_own_origin() {
    let mut tape = Tape::new();
    let x = tape.var(1.0).named("rate").id();
    let _ = tape.handle(x).unwrap() * 2.0;
    tape.set(x, f64::NAN).unwrap();
    tape.replay().unwrap();
    let origin = tape.first_non_finite().unwrap();
    assert_eq!(
        origin.to_string(),
        "`rate` (entry 0, leaf) was given NaN at [0,0]"
    );
}

#[test]
fn scopes_are_part_of_the_name() {
    let tape = Tape::new();
    let x = tape.var(1e300).named("x");
    let _open = tape.scope("affine1");
    let _ = (x * x).named("z") + 1.0;
    let origin = tape.first_non_finite().unwrap();
    assert!(
        origin
            .to_string()
            .starts_with("`affine1/z` (entry 1, mul) is the first"),
        "{origin}"
    );
    assert_eq!(origin.operands.len(), 2);
}

#[test]
fn a_cotangent_names_the_entry_that_gave_it() {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![4.0, 0.0]).named("x");
    let root = x.sqrt();
    let fine = x * 3.0;
    let y = root.sum() + fine.sum();
    let origin = tape.first_non_finite_cotangent(&y.gradient()).unwrap();
    assert_eq!(
        (origin.entry, origin.op, origin.element),
        (1, "sqrt", (0, 1))
    );
    let Number::Cotangent {
        operand,
        least,
        greatest,
    } = &origin.number
    else {
        panic!("{origin:?}");
    };
    assert_eq!((operand.entry, *least, *greatest), (Some(0), 1.0, 1.0));
    let sentence = origin.to_string();
    assert!(
        sentence.contains(
            "is the first to give a cotangent that is not finite: inf at [0,1] to `x` (entry 0)"
        ),
        "{sentence}"
    );
}

#[test]
fn zero_times_infinity_in_a_sweep_is_found() {
    let tape = Tape::new();
    let x = tape.var(0.0).named("x");
    let y = x.sqrt() * 0.0;
    let origin = tape.first_non_finite_cotangent(&y.gradient()).unwrap();
    assert_eq!((origin.op, origin.entry), ("sqrt", 1));
    assert!(origin.value.is_nan());
}

#[test]
fn a_seed_can_be_the_origin() {
    let tape = Tape::new();
    let y = tape.var(2.0).exp();
    let mut cotangents = Cotangents::new();
    tape.sweep(Seed::scalar(y, f64::NAN), &mut cotangents)
        .unwrap();
    let origin = tape.first_non_finite_cotangent(&cotangents).unwrap();
    assert_eq!((origin.entry, &origin.number), (1, &Number::Seed));
    assert!(
        origin.to_string().contains("was given NaN as a seed"),
        "{origin}"
    );
}

#[test]
fn numbers_are_written_for_reading() {
    let said = |x: f64| {
        let tape = Tape::new();
        let _ = tape.var(x).ln();
        let zero = tape.var(0.0);
        let _ = (zero / zero) * x;
        let sentence = tape.first_non_finite().unwrap().to_string();
        let (_, from) = sentence.split_once(", from ").unwrap();
        from.to_string()
    };
    // One number is not a range; every digit is there, and no line of zeros.
    assert_eq!(said(-2.5), "entry 0, -2.5");
    assert_eq!(said(-1e-7), "entry 0, -1e-7");
    assert_eq!(said(-123_456_789.25), "entry 0, -123456789.25");
    assert_eq!(said(-1.5e12), "entry 0, -1.5e12");
    assert_eq!(said(0.0), "entry 0, 0");
}

#[test]
fn the_numbers_kept_in_an_entry_are_shown() {
    let tape = Tape::new();
    let x = tape.var(3.0).named("x");
    let _ = (x - 3.0).powi(-2);
    let origin = tape.first_non_finite().unwrap();
    assert_eq!(
        (origin.entry, origin.op, origin.operands.len()),
        (2, "powi", 2)
    );
    assert!(
        origin
            .to_string()
            .ends_with("from entry 1, 0, the number -2"),
        "{origin}"
    );
    let tape = Tape::new();
    let _ = tape.matrix(&dmatrix![1.0, -3.0; 2.0, 4.0]) / 0.0;
    let origin = tape.first_non_finite().unwrap();
    let least: Vec<(f64, f64)> = origin
        .operands
        .iter()
        .map(|x| (x.least, x.greatest))
        .collect();
    assert_eq!(least, [(-3.0, 4.0), (0.0, 0.0)], "{origin}");
    assert_eq!((origin.element, origin.value), ((0, 0), f64::INFINITY));
}

#[test]
fn among_several_readers_the_one_at_fault_is_named() {
    // Both orders, both forms: what was recorded first or last is not what matters.
    for power in [true, false] {
        for first in [true, false] {
            let tape = Tape::new();
            let x = tape.var(0.0).named("x");
            let fine = || (x * 2.0).exp();
            let broken = || {
                if power { x.powi(-1).recip() } else { x.sqrt() }
            };
            let (fine, broken) = if first {
                let broken = broken();
                (fine(), broken)
            } else {
                (fine(), broken())
            };
            let gradient = (fine + broken).gradient();
            let origin = tape.first_non_finite_cotangent(&gradient).unwrap();
            let expected = if power { "powi" } else { "sqrt" };
            assert_eq!(origin.op, expected, "{origin}");
            let Number::Cotangent { operand, .. } = &origin.number else {
                panic!("{origin:?}");
            };
            assert_eq!((operand.entry, operand.name.as_str()), (Some(0), "x"));
        }
    }
}

#[test]
fn the_range_of_a_cotangent_is_the_givers() {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![0.0, 4.0, 9.0]);
    let weights = tape.input(&dmatrix![2.0, -3.0, 5.0]);
    let y = x.sqrt().component_mul(weights).sum();
    let origin = tape.first_non_finite_cotangent(&y.gradient()).unwrap();
    let Number::Cotangent {
        operand,
        least,
        greatest,
    } = &origin.number
    else {
        panic!("{origin:?}");
    };
    assert_eq!((*least, *greatest), (-3.0, 5.0));
    assert_eq!((operand.least, operand.greatest), (0.0, 9.0));
    assert!(
        origin
            .to_string()
            .contains("it had got between -3 and 5 and had read entry 0"),
        "{origin}"
    );
}
