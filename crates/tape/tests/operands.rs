//! What an op's operands may be, and who is told if they are something else.

use nalgebra::{DMatrix, dmatrix};
use std::panic::{AssertUnwindSafe, Location, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Mutex;
use tape::{MatrixVar, Operand, Tape, Var, ops};

/// Where a mistake was noticed, and what was said.
type Refusal = (String, u32, String);

/// The panic of a mistake. Nothing else in this file panics, so the hook sees no other one but a
/// failed test's.
fn refusal(mistake: impl FnOnce()) -> Refusal {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    static LAST: Mutex<Option<Refusal>> = Mutex::new(None);
    let guard = ONE_AT_A_TIME.lock();
    let before = take_hook();
    set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let place = info.location().map_or(("", 0), |at| (at.file(), at.line()));
        let said = info.payload().downcast_ref::<String>();
        let said = said.cloned().unwrap_or_default();
        *LAST.lock().unwrap() = Some((place.0.to_owned(), place.1, said));
    }));
    let result = catch_unwind(AssertUnwindSafe(mistake));
    set_hook(before);
    // Under the guard still: the next mistake takes the place of this one.
    let seen = LAST.lock().unwrap().take();
    drop(guard);
    assert!(result.is_err(), "nothing was refused");
    seen.expect("the hook saw it")
}

/// Fails unless the mistake, written on the line of the call, is refused there and with these
/// words.
#[track_caller]
fn refused(mistake: impl FnOnce(), said: &str) {
    let here = Location::caller();
    let (file, line, found) = refusal(mistake);
    assert!(found.contains(said), "{found:?} does not say {said:?}");
    assert_eq!((file.as_str(), line), (here.file(), here.line()), "{found}");
}

/// A matrix and a scalar on each of two tapes.
struct Two<'t> {
    x: MatrixVar<'t>,
    s: Var<'t>,
    foreign: MatrixVar<'t>,
    stranger: Var<'t>,
}

impl<'t> Two<'t> {
    fn on(one: &'t Tape, other: &'t Tape) -> Self {
        let square = dmatrix![1.0, 2.0; 3.0, 4.0];
        // Further entries, so that an index of the other tape names nothing here.
        other.vars(&[0.0; 50]);
        Two {
            x: one.matrix(&square),
            s: one.var(0.5),
            foreign: other.matrix(&square),
            stranger: other.var(0.5),
        }
    }
}

#[test]
#[rustfmt::skip] // A mistake stands on the line of its check.
fn a_handle_of_another_tape_is_refused_where_it_is_used() {
    let (one, other) = (Tape::new(), Tape::new());
    let Two { x, s, foreign, stranger } = Two::on(&one, &other);
    let two = "the operands are handles of two tapes";
    refused(|| _ = x + foreign, two);
    refused(|| _ = x - foreign, two);
    refused(|| _ = x * foreign, two);
    refused(|| _ = foreign * x, two);
    refused(|| _ = x * stranger, two);
    refused(|| _ = stranger * x, two);
    refused(|| _ = x.component_mul(foreign), two);
    refused(|| _ = x.max(foreign), two);
    refused(|| _ = MatrixVar::hstack(&[x, foreign]), two);
    refused(|| _ = MatrixVar::vstack(&[x, foreign]), two);
    refused(|| _ = one.assemble(1, 2, &[s, stranger]), two);
    refused(|| _ = tape::sum(&[s, stranger]), two);
    refused(|| _ = tape::dot(&[s, s], &[s, stranger]), two);
    refused(|| _ = s + stranger, two);
    refused(|| _ = one.apply(ops::MatMul, &[x.into(), foreign.into()]), two);
    // What was refused left nothing behind that later operations could take for theirs.
    assert_eq!((x * x + x * s).sum().gradient().of(s), 10.0);
}

#[test]
#[rustfmt::skip]
fn a_shape_that_does_not_fit_is_refused_where_it_is_used() {
    let tape = Tape::new();
    let x = tape.matrix(&DMatrix::<f64>::zeros(2, 3));
    let y = tape.matrix(&DMatrix::<f64>::zeros(3, 3));
    refused(|| _ = x * x, "matmul of 2×3, 2×3");
    refused(|| _ = x + y, "add of 2×3, 3×3");
    refused(|| _ = x - y, "sub of 2×3, 3×3");
    refused(|| _ = x.component_mul(y), "mul of 2×3, 3×3");
    refused(|| _ = x.powf(y), "powf of 2×3, 3×3");
    refused(|| _ = MatrixVar::hstack(&[x, y]), "of 2×3, 3×3");
    refused(|| _ = x.reshape(4, 4), "reshape of 2×3");
    refused(|| _ = x.element(2, 0), "of 2×3");
    refused(|| _ = tape.apply(ops::MatMul, &[x.into()]), "takes 2 operands, not 1");
}

/// Which entries have a cotangent, as a report tells it.
fn active(tape: &Tape) -> Vec<bool> {
    tape.entries().iter().map(|entry| entry.active).collect()
}

#[test]
fn what_depends_on_inputs_and_numbers_alone_has_no_cotangent() {
    let tape = Tape::new();
    let input = tape.input(&dmatrix![1.0, 2.0]);
    let scaled = input * 2.0; // a constant, then the product
    let total = scaled.sum();
    let leaf = tape.var(3.0);
    let mixed = scaled * leaf;
    let numbers = [Operand::Scalar(Var::from(1.0)), Operand::Scalar(leaf)];
    let sum = tape.apply(ops::SumOf, &numbers).unwrap().scalar(); // a constant, then the sum
    assert_eq!(
        active(&tape),
        [false, false, false, false, true, true, false, true]
    );
    let gradient = (mixed.sum() + sum + total).gradient();
    assert_eq!(gradient.of(input).values(), [0.0, 0.0]);
    assert_eq!(gradient.of(leaf), 6.0 + 1.0);
}
