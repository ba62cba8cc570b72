//! Tapes and buffers in states in which they have nothing right to say, and say so.

use nalgebra::dmatrix;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tape::{
    Cotangents, Error, ForwardError, Op, OutputSpec, Point, PointMut, Seed, Shape, ShapeError,
    Sink, Tangents, Tape, Var, View, check,
};

/// The message of the panic that a call ends with.
fn panics<R>(call: impl FnOnce() -> R) -> String {
    let caught = catch_unwind(AssertUnwindSafe(call));
    let payload = caught.err().expect("the call must panic");
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => (*payload.downcast::<&str>().expect("a message")).to_owned(),
    }
}

/// The square of a scalar; refuses negative numbers and cannot be swept back from 13.
struct Squeamish;

impl Op<f64> for Squeamish {
    fn name(&self) -> &'static str {
        "squeamish"
    }
    fn shape(&self, _: &[Shape]) -> Result<OutputSpec, ShapeError> {
        Ok(OutputSpec::scalar())
    }
    fn forward(&self, at: &mut PointMut<'_, f64>) -> Result<(), ForwardError> {
        let x = at.operands.scalar(0);
        if x < 0.0 {
            return Err(ForwardError::new(format!("{x} is negative")));
        }
        at.result.values_mut()[0] = x * x;
        Ok(())
    }
    fn vjp(&self, at: &Point<'_, f64>, cotangent: View<'_, f64>, sink: &mut Sink<'_, f64>) {
        let x = at.operands.scalar(0);
        assert!(x != 13.0, "no luck with {x}");
        sink.add_scalar(0, 2.0 * x * cotangent.scalar());
    }
}

fn squeamish(x: Var<'_>) -> Result<Var<'_>, Error> {
    let tape = x.tape().expect("a handle");
    Ok(tape.apply(Squeamish, &[x.into()])?.scalar())
}

#[test]
fn a_refused_sweep_leaves_no_numbers_and_spoils_none() {
    let tape = Tape::new();
    let (x, m) = (tape.var(2.0), tape.matrix(&dmatrix![1.0, 2.0]));
    let y = x * x;
    let foreign = Tape::new().var(1.0).id();
    let sevens = dmatrix![7.0, 7.0];
    let mut cotangents = Cotangents::new();
    tape.sweep(Seed::one(y), &mut cotangents).unwrap();
    let refused = tape.sweep(
        [Seed::matrix(m, &sevens), Seed::one(foreign)],
        &mut cotangents,
    );
    assert!(matches!(refused, Err(Error::Foreign { .. })));
    assert_eq!(cotangents.of(m.id()).unwrap_err(), Error::NotSwept);
    assert_eq!(cotangents.of(x.id()), Err(Error::NotSwept));
    assert!(panics(|| cotangents.of(x)).starts_with("nothing was swept yet"));
    assert!(panics(|| cotangents.of(m).rows()).starts_with("nothing was swept yet"));
    assert!(cotangents.reached(1).is_none() && !cotangents.is_current(&tape));
    tape.sweep(Seed::one(y), &mut cotangents).unwrap();
    assert_eq!(cotangents.of(m).values(), [0.0, 0.0]);
    assert_eq!(cotangents.of(x), 4.0);

    let mut tangents = Tangents::new();
    tape.push_forward(Seed::scalar(x, 1.0), &mut tangents)
        .unwrap();
    let refused = tape.push_forward(
        [Seed::matrix(m, &sevens), Seed::one(foreign)],
        &mut tangents,
    );
    assert!(matches!(refused, Err(Error::Foreign { .. })));
    assert_eq!(tangents.of(m.id()).unwrap_err(), Error::NotSwept);
    assert!(panics(|| tangents.of(x)).starts_with("nothing was swept yet"));
    tape.push_forward(Seed::scalar(x, 1.0), &mut tangents)
        .unwrap();
    assert_eq!(tangents.of(m).values(), [0.0, 0.0]);
    assert_eq!(tangents.of(y), 4.0);
}

#[test]
fn a_seed_of_another_shape_is_refused_before_it_is_written() {
    let tape = Tape::new();
    let m = tape.matrix(&dmatrix![1.0, 2.0]);
    let y = m.sum();
    let mut cotangents = Cotangents::new();
    let wrong = dmatrix![7.0; 7.0];
    let refused = tape.sweep([Seed::one(y), Seed::matrix(m, &wrong)], &mut cotangents);
    assert!(matches!(refused, Err(Error::Shape { entry: 0, .. })));
    assert_eq!(cotangents.of(m.id()).unwrap_err(), Error::NotSwept);
    tape.sweep(Seed::one(y), &mut cotangents).unwrap();
    assert_eq!(cotangents.of(m).values(), [1.0, 1.0]);
}

#[test]
fn a_panic_in_the_seeds_or_in_a_rule_leaves_no_numbers_and_spoils_none() {
    let tape = Tape::new();
    let (x, unlucky, m) = (
        tape.var(2.0),
        tape.var(13.0),
        tape.matrix(&dmatrix![1.0, 2.0]),
    );
    let (y, z) = (squeamish(x).unwrap(), squeamish(unlucky).unwrap());
    let sevens = dmatrix![7.0, 7.0];
    let seeds = || {
        let each = (0..2).map(|i| match i {
            0 => Seed::matrix(m, &sevens),
            _ => panic!("no more seeds"),
        });
        each.collect::<Vec<_>>()
    };
    let lazy = || {
        (0..2).map(|i| {
            if i == 0 {
                Seed::matrix(m, &sevens)
            } else {
                panic!("no more")
            }
        })
    };
    assert_eq!(panics(seeds), "no more seeds");

    let mut cotangents = Cotangents::new();
    tape.sweep(Seed::one(y), &mut cotangents).unwrap();
    for again in 0..2 {
        let message = match again {
            0 => panics(|| tape.sweep(lazy(), &mut cotangents)),
            _ => panics(|| tape.sweep([Seed::matrix(m, &sevens), Seed::one(z)], &mut cotangents)),
        };
        assert!(
            message == "no more" || message == "no luck with 13",
            "{message}"
        );
        assert_eq!(cotangents.of(x.id()), Err(Error::NotSwept));
        tape.sweep(Seed::one(y), &mut cotangents).unwrap();
        assert_eq!(cotangents.of(m).values(), [0.0, 0.0]);
        assert_eq!(cotangents.of(x), 4.0);
    }

    let mut tangents = Tangents::new();
    assert_eq!(
        panics(|| tape.push_forward(lazy(), &mut tangents)),
        "no more"
    );
    let message = panics(|| tape.push_forward(Seed::one(x), &mut tangents));
    assert!(
        message.contains("`squeamish` has no tangent rule"),
        "{message}"
    );
    assert_eq!(tangents.of(m.id()).unwrap_err(), Error::NotSwept);
}

#[test]
fn seeds_may_record_what_they_name() {
    let tape = Tape::new();
    let x = tape.var(3.0);
    let seeds = (1..3).map(|k| Seed::one(x * f64::from(k)));
    let mut cotangents = Cotangents::new();
    tape.sweep(seeds, &mut cotangents).unwrap();
    assert_eq!(cotangents.of(x), 3.0);
}

#[test]
fn a_tape_whose_leaves_were_set_is_stale_until_replayed() {
    let mut tape = Tape::new();
    let x = tape.var(2.0);
    let m = tape.matrix(&dmatrix![1.0, 2.0]);
    let (y, z) = (x * x * x, m.sum() * 1.0);
    let (x, m, y, z) = (x.id(), m.id(), y.id(), z.id());
    let stale = Error::Stale {
        entry: 3,
        op: "mul",
    };
    let set: [&dyn Fn(&mut Tape); 4] = [
        &|tape| tape.set(x, 10.0).unwrap(),
        &|tape| tape.set_vars(&[x], &[10.0]).unwrap(),
        &|tape| tape.set_matrix(m, &dmatrix![3.0, 4.0]).unwrap(),
        &|tape| _ = tape.leaf_mut(m).unwrap(),
    ];
    for set in set {
        let (mut cotangents, mut tangents) = (Cotangents::new(), Tangents::new());
        assert!(!tape.is_stale());
        set(&mut tape);
        assert!(tape.is_stale());
        assert_eq!(tape.value(y), Err(stale.clone()));
        assert_eq!(tape.handle(y).map(drop), Err(stale.clone()));
        assert_eq!(
            tape.sweep(Seed::one(y), &mut cotangents),
            Err(stale.clone())
        );
        let pushed = tape.push_forward(Seed::one(x), &mut tangents);
        assert!(matches!(pushed, Err(Error::Stale { .. })));
        let found = panics(|| tape.check(tape.handle(x).unwrap()));
        assert!(found.contains("call `Tape::replay` first"), "{found}");
        let found = panics(|| check::Check::default().entries(&tape));
        assert!(found.contains("call `Tape::replay` first"), "{found}");
        assert!(panics(|| tape.first_non_finite()).contains("call `Tape::replay` first"));
        // Leaves are what they were set to.
        tape.value(x).unwrap();
        tape.read(m, |_| ()).unwrap();
        tape.replay().unwrap();
        tape.sweep(Seed::one(y), &mut cotangents).unwrap();
        let x = tape.value(x).unwrap();
        assert_eq!(tape.value(y), Ok(x * x * x));
    }
    assert_eq!(tape.value(z), Ok(7.0));
    tape.set_vars(&[], &[]).unwrap();
    assert!(!tape.is_stale());
}

#[test]
fn a_replay_that_fails_leaves_the_tape_stale() {
    let mut tape = Tape::new();
    let x = tape.var(2.0);
    let (before, y) = (x * 3.0, squeamish(x).unwrap());
    let (x, before, y) = (x.id(), before.id(), y.id());
    let mut cotangents = Cotangents::new();
    tape.set(x, -1.0).unwrap();
    for _ in 0..2 {
        assert!(matches!(tape.replay(), Err(Error::Forward { .. })));
        assert!(matches!(tape.value(before), Err(Error::Stale { .. })));
        assert!(matches!(
            tape.sweep(Seed::one(y), &mut cotangents),
            Err(Error::Stale {
                op: "squeamish",
                ..
            })
        ));
        assert_eq!(tape.value(x), Ok(-1.0));
    }
    tape.set(x, 3.0).unwrap();
    tape.replay().unwrap();
    assert_eq!((tape.value(before), tape.value(y)), (Ok(9.0), Ok(9.0)));

    let mut tape = Tape::new();
    let x = tape.var(2.0);
    let y = if x > 1.0 { x * 2.0 } else { x };
    let (x, y) = (x.id(), y.id());
    tape.set(x, 0.5).unwrap();
    assert!(matches!(tape.replay(), Err(Error::Guard { .. })));
    assert!(matches!(tape.value(y), Err(Error::Stale { op: "mul", .. })));
}

#[test]
fn what_is_recorded_after_leaves_were_set_is_not_stale() {
    let mut tape = Tape::new();
    let leaf = tape.var(1.0).id();
    let mark = tape.mark();
    for k in 1..4 {
        tape.rewind(mark).unwrap();
        tape.set(leaf, f64::from(k)).unwrap();
        let x = tape.handle(leaf).unwrap();
        let y = x * x;
        assert!(!tape.is_stale());
        assert_eq!(y.gradient().of(x), 2.0 * f64::from(k));
        assert!(tape.check(y).is_ok());
    }
    // Beside a stale entry, a fresh one can be read and swept, but not the tape pushed forward.
    let old = (tape.handle(leaf).unwrap() * 2.0).id();
    tape.set(leaf, 5.0).unwrap();
    let x = tape.handle(leaf).unwrap();
    let fresh = x * x;
    assert_eq!(fresh.gradient().of(x), 10.0);
    assert_eq!(tape.value(fresh.id()), Ok(25.0));
    let both = tape.sweep(
        [Seed::one(fresh.id()), Seed::one(old)],
        &mut Cotangents::new(),
    );
    assert!(matches!(both, Err(Error::Stale { .. })));
    let pushed = tape.push_forward(Seed::one(x), &mut Tangents::new());
    assert!(matches!(pushed, Err(Error::Stale { .. })));
}

#[test]
fn a_sweep_from_before_leaves_were_set_is_not_mixed_with_later_values() {
    let mut tape = Tape::new();
    let x = tape.var(2.0);
    let y = x * x;
    let gradient = y.gradient();
    assert_eq!(gradient.contributions(&tape, 1), [Some(2.0), Some(2.0)]);
    let x = x.id();
    tape.set(x, 3.0).unwrap();
    tape.replay().unwrap();
    assert!(!gradient.is_current(&tape));
    assert!(panics(|| gradient.contributions(&tape, 1)).contains("sweep again"));
    assert!(panics(|| tape.first_non_finite_cotangent(&gradient)).contains("sweep again"));
    // The numbers of that sweep are still its own.
    assert_eq!(gradient.of(x), Ok(4.0));
}

#[test]
fn a_buffer_that_never_saw_a_sweep_says_so() {
    let tape = Tape::new();
    let (x, m) = (tape.var(2.0), tape.matrix(&dmatrix![1.0]));
    let (cotangents, tangents) = (Cotangents::new(), Tangents::new());
    assert!(panics(|| cotangents.of(x)).starts_with("nothing was swept yet"));
    assert!(panics(|| tangents.of(m).rows()).starts_with("nothing was swept yet"));
    assert_eq!(cotangents.of(x.id()), Err(Error::NotSwept));
    assert_eq!(tangents.of(m.id()).unwrap_err(), Error::NotSwept);
    assert_eq!(
        cotangents.of_vars(&[x.id()], &mut [0.0]),
        Err(Error::NotSwept)
    );
    assert!(cotangents.reached(0).is_none());
}

#[test]
fn the_derivatives_of_a_plain_number_are_zero() {
    let tape = Tape::new();
    let (x, m) = (tape.var(2.0), tape.matrix(&dmatrix![1.0]));
    let gradient = Var::from(3.0).gradient();
    assert_eq!(gradient.of(x), 0.0);
    assert_eq!(gradient.of(x.id()), Ok(0.0));
    assert!(panics(|| gradient.of(m).rows()).starts_with("a plain number was swept"));
    assert_eq!(gradient.of(m.id()).unwrap_err(), Error::NotSwept);
    let mut cotangents = Cotangents::new();
    let seeds = [Seed::one(Var::from(3.0)), Seed::scalar(x, 5.0)];
    tape.sweep(seeds, &mut cotangents).unwrap();
    assert_eq!(cotangents.of(x), 5.0);
    tape.sweep(Seed::one(Var::from(3.0)), &mut cotangents)
        .unwrap();
    assert_eq!(
        (cotangents.of(x), cotangents.of(m).values()),
        (0.0, &[0.0][..])
    );
}

#[test]
fn recording_while_a_matrix_is_read_says_what_is_wrong() {
    let tape = Tape::new();
    let (x, m) = (tape.var(2.0), tape.matrix(&dmatrix![1.0]));
    let m = m.id();
    let calls: [&dyn Fn(); 7] = [
        &|| _ = x * x,
        &|| _ = x < 1.0,
        &|| _ = tape.var(1.0),
        &|| drop(tape.vars(&[1.0])),
        &|| _ = x.named("x"),
        &|| drop(tape.scope("scope")),
        &|| _ = tape.matrix(&dmatrix![1.0]),
    ];
    for call in calls {
        let message = panics(|| tape.read(m, |_| call()));
        assert!(message.starts_with("this tape is being read"), "{message}");
    }
    let scope = tape.scope("scope");
    let message = panics(|| tape.read(m, |_| drop(scope)));
    assert!(message.starts_with("this tape is being read"), "{message}");
    // A panic that passes a scope on its way out of the closure is the one that arrives.
    let scope = tape.scope("scope");
    let closure = |_: View<'_, f64>| {
        let _scope = scope;
        panic!("for another reason")
    };
    assert_eq!(panics(|| tape.read(m, closure)), "for another reason");
    assert_eq!(tape.len(), 2);
}

#[test]
fn comparisons_and_sums_are_placed_where_they_are_written() {
    let mut tape = Tape::new().with_locations();
    let x = tape.vars(&[1.0, 2.0]);
    assert!(x[0] != x[1]);
    let unequal = line!() - 1;
    let one = [tape::sum(&x), tape::dot(&x, &x), tape::log_sum_exp(&x)];
    let sums = line!() - 1;
    let place = |var: Var<'_>| tape.entries()[var.id().entry()].place.unwrap();
    for var in one {
        assert!(place(var).file().ends_with("states.rs"));
        assert_eq!(place(var).line(), sums);
    }
    let x = x[0].id();
    tape.set(x, 2.0).unwrap();
    let Err(Error::Guard { location, .. }) = tape.replay() else {
        panic!("the comparison turns out otherwise");
    };
    assert!(location.file().ends_with("states.rs"));
    assert_eq!(location.line(), unequal);
}

#[test]
#[should_panic(expected = "rows: the range 3..1 ends before it starts")]
fn rows_that_end_before_they_start_are_refused() {
    let tape = Tape::new();
    let m = tape.matrix(&nalgebra::DMatrix::<f64>::zeros(4, 4));
    #[allow(clippy::reversed_empty_ranges)]
    let _ = m.rows(3..1);
}
