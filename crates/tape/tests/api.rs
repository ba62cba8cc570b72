//! What the types of the crate promise: where they may be sent, and what they print of themselves.

use nalgebra::dmatrix;
use tape::{Cotangents, MatrixVar, Op, Recorded, Seed, Tangents, Tape, Var};

/// Asks whether types are `Send` or `Sync`: the inherent function answers where they are, the
/// trait's elsewhere.
macro_rules! assert_is {
    ($expected:literal, $trait:ident: $($type:ty),*) => {$({
        #[allow(dead_code)]
        trait Elsewhere { fn holds() -> bool { false } }
        #[allow(dead_code)]
        struct Asked<T>(std::marker::PhantomData<T>);
        impl<T> Elsewhere for Asked<T> {}
        #[allow(dead_code)]
        impl<T: $trait> Asked<T> { fn holds() -> bool { true } }
        let name = (stringify!($type), stringify!($trait));
        assert_eq!(<Asked<$type>>::holds(), $expected, "{name:?}");
    })*};
}

#[test]
fn a_tape_moves_between_threads_and_its_handles_stay() {
    // A tape can be moved to another thread; it is recorded on through `&Tape`, by one thread.
    assert_is!(true, Send: Tape, Tape<f32>);
    assert_is!(false, Sync: Tape);
    assert_is!(false, Send: Var<'static>, MatrixVar<'static>, tape::Scope<'static, f64>);
    // What a sweep found, seeds, ids, marks, errors, ops and reports are plain data.
    assert_is!(true, Send: Cotangents, Tangents, Seed<'static, f64>, tape::VarId, tape::MatrixId);
    assert_is!(true, Sync: Cotangents, Tangents, Seed<'static, f64>, tape::VarId, tape::MatrixId);
    assert_is!(true, Send: tape::Mark, tape::Error, Box<dyn Op<f64>>, tape::check::Report);
    assert_is!(true, Sync: tape::Mark, tape::Error, Box<dyn Op<f64>>, tape::check::Report);
}

#[test]
fn what_is_printed_for_a_programmer_is_short_and_readable() {
    let tape = Tape::new();
    let x = tape.var(2.0);
    let m = tape.matrix(&dmatrix![1.0, 2.0; 3.0, 4.0]);
    let gradient = (x * x).gradient();
    assert_eq!(format!("{tape:?}"), "Tape(3 entries)");
    assert_eq!(
        format!("{x:?} {:?}", Var::from(0.5)),
        "Var(2.0 at entry 0) Var(0.5)"
    );
    assert_eq!(format!("{m:?}"), "MatrixVar(2×2 at entry 1)");
    assert_eq!(format!("{:?}", Recorded::from(0.5)), "Number(0.5)");
    let found = format!("{gradient:?}");
    assert!(
        found.starts_with("Cotangents { tape: ") && found.ends_with("entries: 3, reached: 2 }")
    );
    let view = m.sum().gradient();
    assert_eq!(format!("{:?}", view.of(m)), "2×2 [[1.0, 1.0], [1.0, 1.0]]");
    assert!(format!("{:?}", tape.mark()).starts_with("Mark(4 entries of tape "));
    assert_eq!(
        format!("{:?}", tape.scope("layer")),
        "Scope(on Tape(4 entries))"
    );
}
