//! What the types of the crate promise: where they may be sent, and what they print of themselves.

use nalgebra::dmatrix;
use tape::{Cotangents, MatrixVar, Op, Seed, Tangents, Tape, Var};

fn is_send<T: Send>() -> bool {
    true
}

fn is_sync<T: Sync>() -> bool {
    true
}

/// A type with a method for each of `Send` and `Sync`: the inherent one where the type is, the
/// trait's elsewhere.
macro_rules! assert_not {
    ($trait:ident for $($type:ty),*) => {$({
        trait Elsewhere { fn holds() -> bool { false } }
        struct Asked<T>(std::marker::PhantomData<T>);
        impl<T> Elsewhere for Asked<T> {}
        #[allow(dead_code)]
        impl<T: $trait> Asked<T> { fn holds() -> bool { true } }
        assert!(!<Asked<$type>>::holds(), "{} is {}", stringify!($type), stringify!($trait));
    })*};
}

#[test]
fn a_tape_moves_between_threads_and_its_handles_stay() {
    // A tape can be moved to another thread; it is recorded on through `&Tape`, by one thread.
    assert!(is_send::<Tape>() && is_send::<Tape<f32>>());
    assert_not!(Sync for Tape);
    assert_not!(Send for Var<'static>, MatrixVar<'static>, tape::Scope<'static, f64>);
    // What a sweep found, seeds, ids, marks, errors, ops and reports are plain data.
    assert!(is_send::<Cotangents>() && is_sync::<Cotangents>());
    assert!(is_send::<Tangents>() && is_sync::<Tangents>());
    assert!(is_send::<Seed<'static, f64>>() && is_sync::<Seed<'static, f64>>());
    assert!(is_send::<tape::VarId>() && is_sync::<tape::MatrixId>());
    assert!(is_send::<tape::Mark>() && is_sync::<tape::Mark>());
    assert!(is_send::<tape::Error>() && is_sync::<tape::Error>());
    assert!(is_send::<Box<dyn Op<f64>>>() && is_sync::<Box<dyn Op<f64>>>());
    assert!(is_send::<tape::check::Report>() && is_sync::<tape::check::Report>());
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
