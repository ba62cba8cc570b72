//! What is refused, and that nothing is written then.

use nalgebra::{DMatrix, dmatrix};
use tape::{EntryId, Error, Function, Outputs, Structure, Tape, Values, Workspace};

#[test]
fn wrong_lengths_say_what_there_should_be() {
    let f = Function::scalar(|x| x[0] * x[1]);
    let mut workspace = Workspace::new();
    let mut gradient = [7.0; 3];
    let error = f.value_and_gradient_into(&[1.0, 2.0], &mut gradient, &mut workspace);
    assert_eq!(
        error,
        Err(Error::Length {
            found: 3,
            expected: 2
        })
    );
    assert_eq!(gradient, [7.0; 3]);
    assert_eq!(
        f.vjp(&[1.0, 2.0], &[]),
        Err(Error::Length {
            found: 0,
            expected: 1
        })
    );
    assert_eq!(
        f.jvp(&[1.0, 2.0], &[1.0]),
        Err(Error::Length {
            found: 1,
            expected: 2
        })
    );
    let mut values = [7.0; 2];
    let error = f.values_into(&[1.0, 2.0], &mut values, &mut workspace);
    assert_eq!(
        error,
        Err(Error::Length {
            found: 2,
            expected: 1
        })
    );
    assert_eq!(values, [7.0; 2]);
    let mut jacobian = DMatrix::from_element(2, 1, 7.0);
    let error = f
        .jacobian_into(&[1.0, 2.0], &mut jacobian, &mut workspace)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "a 2×1 matrix was given for a Jacobian of 1×2: a row for each result, a column for each \
         parameter"
    );
    assert_eq!(jacobian, dmatrix![7.0; 7.0]);
}

#[test]
fn a_gradient_is_that_of_one_number() {
    let f = Function::vector(|x| vec![x[0], x[1]]);
    let error = f.gradient(&[1.0, 2.0]).unwrap_err();
    assert_eq!(error, Error::NotOneResult { found: 2 });
    assert!(error.to_string().contains("ask for the Jacobian"));
}

#[test]
fn parts_that_are_not_there() {
    let inputs = Structure::new().matrix("w", 2, 1).data_matrix("x", 1, 2);
    let f = Function::new(inputs, |at| {
        Outputs::from((at.matrix("x") * at.matrix("w")).sum())
    });
    let error = f.value(&[1.0; 3]).unwrap_err();
    let message = "3 numbers were given for 4: w 2×1, x 1×2 (data)";
    assert_eq!(error.to_string(), message);
    // As data and parameters are swapped, or names are others.
    for other in [
        Structure::new()
            .data_matrix("w", 2, 1)
            .data_matrix("x", 1, 2),
        Structure::new().matrix("v", 2, 1).data_matrix("x", 1, 2),
        Structure::new().matrix("w", 2, 1),
    ] {
        let error = f.value(&Values::new(other)).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("the inputs are w 2×1, x 1×2 (data)"),
            "{error}"
        );
    }
    // Other shapes are recorded anew.
    let mut larger = Values::new(Structure::new().matrix("w", 3, 1).data_matrix("x", 4, 3));
    larger.numbers_mut().fill(1.0);
    assert_eq!(f.value(&larger).unwrap(), 12.0);
    assert_eq!(f.gradient(&larger).unwrap(), [4.0; 3]);
}

#[test]
fn a_tape_gives_only_what_is_its_own() {
    let other = Tape::new();
    let foreign = EntryId::Scalar(other.var(1.0).id());
    let tape = Tape::new();
    let x = tape.var(2.0);
    let y = x * x;
    let (x, y) = (EntryId::Scalar(x.id()), EntryId::Scalar(y.id()));
    let error = Function::of_tape(tape, &[foreign], &[y]).unwrap_err();
    assert!(matches!(error, Error::Foreign { .. }));

    let tape = Tape::new();
    let a = tape.var(2.0);
    let b = EntryId::Scalar((a * a).id());
    let error = Function::of_tape(tape, &[b], &[b]).unwrap_err();
    assert!(matches!(
        error,
        Error::NotALeaf {
            entry: 1,
            op: "mul"
        }
    ));
    let _ = x;
}
