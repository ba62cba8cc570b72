//! One history for all that is recorded: what a rewind has removed is refused, and nothing that was
//! recorded in its place is taken for it.

use std::time::{Duration, Instant};
use tape::{EntryId, Error, Tape};

fn scopes(tape: &Tape) -> Vec<String> {
    let entries = tape.entries();
    entries.iter().map(|entry| entry.scope.join("/")).collect()
}

#[test]
fn a_mark_among_comparisons_that_are_gone_is_refused() {
    let mut tape = Tape::new();
    let (x, y) = (tape.var(1.0), tape.var(2.0));
    let (x, y) = (x.id(), y.id());
    let before = tape.mark();
    assert!(tape.handle(x).unwrap() < tape.handle(y).unwrap());
    let after = tape.mark();
    tape.rewind(before).unwrap();
    // As many entries and comparisons as there were, but others.
    assert!(tape.handle(x).unwrap() != tape.handle(y).unwrap());
    assert_eq!(tape.rewind(after), Err(Error::Outdated { entry: 2 }));
    tape.replay().unwrap();
    tape.rewind(before).unwrap();
}

#[test]
fn a_mark_among_scopes_or_names_that_are_gone_is_refused() {
    type Record = fn(&Tape);
    let records: [Record; 2] = [
        |tape| drop(tape.scope("a scope")),
        |tape| name(tape, tape.find("x").unwrap(), "x"),
    ];
    for record in records {
        let mut tape = Tape::new();
        let _ = tape.var(1.0).named("x");
        let before = tape.mark();
        record(&tape);
        let after = tape.mark();
        tape.rewind(before).unwrap();
        assert_eq!(tape.rewind(after), Err(Error::Outdated { entry: 1 }));
        record(&tape);
        assert_eq!(tape.rewind(after), Err(Error::Outdated { entry: 1 }));
    }
}

fn entry(id: Option<EntryId>) -> Option<usize> {
    id.map(|id| match id {
        EntryId::Scalar(id) => id.entry(),
        EntryId::Matrix(id) => id.entry(),
    })
}

fn name(tape: &Tape, id: EntryId, name: &str) {
    match id {
        EntryId::Scalar(id) => drop(tape.handle(id).unwrap().named(name)),
        EntryId::Matrix(id) => drop(tape.handle(id).unwrap().named(name)),
    }
}

#[test]
fn marks_along_one_history_are_good_in_any_order() {
    let mut tape = Tape::new();
    let x = tape.var(1.0).id();
    let marks: Vec<_> = (0..5)
        .map(|_| {
            let mark = tape.mark();
            let _ = tape.handle(x).unwrap() + 1.0;
            mark
        })
        .collect();
    tape.rewind(marks[3]).unwrap();
    assert_eq!(tape.len(), 4);
    assert_eq!(tape.rewind(marks[4]), Err(Error::Outdated { entry: 5 }));
    assert_eq!(tape.len(), 4);
    tape.rewind(marks[3]).unwrap();
    tape.rewind(marks[1]).unwrap();
    assert_eq!(tape.len(), 2);
    assert_eq!(tape.rewind(marks[2]), Err(Error::Outdated { entry: 3 }));
    tape.rewind(marks[0]).unwrap();
    assert_eq!(tape.value(x), Ok(1.0));
}

#[test]
fn a_scope_that_was_open_at_the_mark_ends_at_the_rewind() {
    let mut tape = Tape::new();
    let mark = {
        let _outer = tape.scope("outer");
        let _ = tape.var(1.0);
        let _inner = tape.scope("inner");
        let _ = tape.var(2.0);
        tape.mark()
    };
    let _ = tape.var(3.0);
    for _ in 0..3 {
        tape.rewind(mark).unwrap();
        let _ = tape.var(4.0);
        assert_eq!(scopes(&tape), ["outer", "outer/inner", ""]);
        {
            let _next = tape.scope("next");
            let _ = tape.var(5.0);
        }
        assert_eq!(scopes(&tape), ["outer", "outer/inner", "", "next"]);
    }
}

#[test]
fn a_scope_ends_where_it_is_dropped_whichever_was_opened_last() {
    let tape = Tape::new();
    let first = tape.scope("first");
    let second = tape.scope("second");
    let _ = tape.var(1.0);
    drop(first);
    let _ = tape.var(2.0);
    let third = tape.scope("third");
    let _ = tape.var(3.0);
    drop(second);
    let _ = tape.var(4.0);
    drop(third);
    let _ = tape.var(5.0);
    let expected = ["first/second", "second", "second/third", "third", ""];
    assert_eq!(scopes(&tape), expected);
}

#[test]
fn a_scope_that_is_never_dropped_ends_at_the_next_rewind() {
    let mut tape = Tape::new();
    std::mem::forget(tape.scope("forgotten"));
    let _ = tape.var(1.0);
    let mark = tape.mark();
    tape.rewind(mark).unwrap();
    let _ = tape.var(2.0);
    assert_eq!(scopes(&tape), ["forgotten", ""]);
}

#[test]
fn names_given_since_a_mark_are_taken_back() {
    let mut tape = Tape::new();
    let x = tape.var(1.0).named("before").id();
    let mark = tape.mark();
    let _ = tape.handle(x).unwrap().named("since");
    let _ = tape.var(2.0).named("another");
    assert_eq!(tape.find("before"), None);
    assert_eq!(entry(tape.find("since")), Some(0));
    tape.rewind(mark).unwrap();
    assert_eq!(tape.find("since"), None);
    assert_eq!(entry(tape.find("before")), Some(0));
    let _ = tape.var(3.0);
    let names: Vec<_> = tape.entries().into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, [Some("before".to_owned()), None]);
}

#[test]
fn of_entries_with_one_name_the_last_is_found() {
    let tape = Tape::new();
    let [x, y, z] = [1.0, 2.0, 3.0].map(|value| tape.var(value));
    for (var, name) in [(z, "twice"), (x, "twice"), (y, "once")] {
        let _ = var.named(name);
    }
    assert_eq!(tape.find("twice"), Some(EntryId::Scalar(z.id())));
    let _ = z.named("renamed");
    assert_eq!(tape.find("twice"), Some(EntryId::Scalar(x.id())));
}

#[test]
fn names_in_falling_order_take_as_long_as_in_rising() {
    const COUNT: usize = 200_000;
    let time = |falling: bool| -> Duration {
        let tape = Tape::new();
        let mut handles = tape.vars(&[0.0; COUNT]);
        if falling {
            handles.reverse();
        }
        let start = Instant::now();
        for handle in handles {
            let _ = handle.named("x");
        }
        assert_eq!(tape.entries().len(), COUNT);
        start.elapsed()
    };
    let (rising, falling) = (time(false), time(true));
    // Where each name is put in its place among the others, it takes a minute.
    assert!(
        falling < 20 * rising + Duration::from_secs(1),
        "{rising:?}, {falling:?}"
    );
}
