//! What a picture takes from a tape.

use num_dual::Dual64;
use picture::{Draw, Kind, Quantity};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tape::{Cotangents, Tape, log_sum_exp};

/// The message of the panic with which a picture is refused.
fn refusal(tape: &Tape, cotangents: &Cotangents) -> String {
    let drawn = AssertUnwindSafe(|| drop(tape.picture_with("", cotangents)));
    let panic = catch_unwind(drawn).expect_err("not to be drawn");
    panic.downcast_ref::<&str>().expect("a message").to_string()
}

#[test]
fn a_picture_of_a_tape_and_another_sweep_is_refused() {
    let mut tape = Tape::new();
    let mark = tape.mark();
    let old = tape.var(2.0).sin().gradient();
    assert_eq!(tape.picture_with("", &old).graph().values().len(), 2);
    assert!(refusal(&Tape::new(), &old).contains("another tape"));
    assert!(refusal(&tape, &Cotangents::new()).contains("another tape"));

    tape.rewind(mark).unwrap();
    let _ = tape.var(3.0).cos();
    assert!(refusal(&tape, &old).contains("a rewind has removed"));
}

#[test]
fn what_a_sweep_did_not_reach_has_no_cotangent() {
    let tape = Tape::new();
    let (x, beside) = (tape.var(3.0), tape.var(4.0));
    let gradient = (x * 0.0).gradient();
    let _since = beside.sin();
    let picture = tape.picture_with("", &gradient);
    let cotangents: Vec<_> = picture
        .graph()
        .values()
        .iter()
        .map(|v| v.cotangent.clone())
        .collect();
    let one = |x: f64| Some(Quantity::Scalar(x));
    // x, the other leaf, the number 0, the product, and the sine that was recorded since.
    assert_eq!(cotangents, [one(0.0), None, None, one(1.0), None]);
}

#[test]
fn contributions_stand_at_the_operands_they_are_for() {
    let tape = Tape::new();
    let x = tape.var(3.0);
    let y = 6.0 / x * x.powi(2);
    let picture = tape.picture_with("", &y.gradient());
    let graph = picture.graph();
    let contributions: Vec<Vec<_>> = (graph.nodes().iter())
        .filter(|node| matches!(node.kind, Kind::Operation(_)))
        .map(|node| {
            node.operands()
                .iter()
                .map(|o| o.contribution.clone())
                .collect()
        })
        .collect();
    let one = |x: f64| Some(Quantity::Scalar(x));
    // The number 6 gets nothing, and the exponent is no operand.
    assert_eq!(
        contributions,
        [
            vec![None, one(-6.0)],
            vec![one(12.0)],
            vec![one(9.0), one(2.0)]
        ]
    );
}

#[test]
fn the_player_tells_the_share_of_each_operand_of_many() {
    let tape = Tape::new();
    let (x, y) = (tape.var(2.0).named("x"), tape.var(1.0).named("y"));
    let z = log_sum_exp(&[x, y, x]).named("z");
    let chosen = z.select(z, x).named("chosen");
    let page = tape.picture_with("", &chosen.gradient()).player();
    let line = |left: &str, numbers: &str, result: &str| {
        let after = page.split(&format!("\"left\":\"{left}\"")).nth(1);
        let line = after.and_then(|after| after.split('}').next());
        let line = line.unwrap_or_else(|| panic!("no line of {left}"));
        for part in [numbers, &format!("\"result\":\"{result}\"")] {
            assert!(line.contains(part), "{left}: {line} has no {part}");
        }
    };
    // What is not chosen gets a share as well: 0.
    line("share 1 of 3 of d(x)", "", "0");
    line("share 2 of 3 of d(x)", "exp(2 − 2.862)", "0.4223");
    line("d(y)", "exp(1 − 2.862)", "0.1554");
    line("share 3 of 3 of d(x)", "exp(2 − 2.862)", "0.4223");
    assert!(!page.contains("the sum of 3 shares"));
}

#[test]
fn a_dual_number_is_written_out() {
    let tape = Tape::<Dual64>::default();
    let x = tape.var(Dual64::new(2.0, 1.0)).named("x");
    let text = tape.picture("").text(80);
    assert!(text.contains("2 + 1ε"), "{text}");
    let gradient = (x * x).gradient();
    assert!(tape.picture_with("", &gradient).svg().contains("4 + 2ε"));
}
