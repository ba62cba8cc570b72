//! Drawings as they were: what shifts a node, bends a wire or drops a title shows as a difference
//! here.
//!
//! The files are in `drawn/`. Where a change of the drawing is meant, look at the new ones that a
//! failing test has put beside them, `drawn/….new.svg`, and let them take the old ones' places.

use super::*;
use crate::samples::{arbitrary, fan_out, shopping, two_layer_net};
use nalgebra::dmatrix;
use std::path::Path;
use tape::Tape;

/// A tape with everything a picture knows of: names, scopes, matrices, numbers, a leaf nobody uses,
/// two outputs.
fn recorded() -> Picture {
    let tape = Tape::new();
    let (x, w) = (
        tape.var(2.0).named("x"),
        tape.matrix(&dmatrix![1.0, -2.0; 0.5, 3.0]).named("W"),
    );
    let _unused = tape.var(5.0).named("u");
    let input = tape.input(&dmatrix![1.0, 4.0]).named("X");
    let product = {
        let _scope = tape.scope("layer");
        (input * w).named("product")
    };
    let _beside = x.powi(3).named("cube");
    let loss = (product.sum() * x - 7.0).named("loss");
    tape.picture_with("a tape", &loss.gradient())
}

/// Without the numbers of this file's lines, at which the tape was recorded.
fn without_lines(svg: &str) -> String {
    let mut parts = svg.split("drawn_tests.rs:");
    let first = parts.next().unwrap_or_default().to_string();
    let digits = |c: char| c.is_ascii_digit();
    parts.fold(first, |svg, part| {
        svg + "drawn_tests.rs" + part.trim_start_matches(digits)
    })
}

#[test]
fn drawings_are_as_they_were() {
    // Fixed choices, none of them special.
    let choices: Vec<u32> = (0..97)
        .map(|k: u32| k.wrapping_mul(2_654_435_761) >> 7)
        .collect();
    let mut changed = Vec::new();
    for (name, picture, drawn) in [
        (
            "shopping",
            Picture::new(shopping()),
            include_str!("drawn/shopping.svg"),
        ),
        (
            "fan_out",
            Picture::new(fan_out()),
            include_str!("drawn/fan_out.svg"),
        ),
        (
            "two_layer_net",
            Picture::new(two_layer_net()),
            include_str!("drawn/two_layer_net.svg"),
        ),
        (
            "folded_net",
            Picture::new(two_layer_net()).folded(1),
            include_str!("drawn/folded_net.svg"),
        ),
        (
            "arbitrary",
            Picture::new(arbitrary(30, &choices)),
            include_str!("drawn/arbitrary.svg"),
        ),
        ("recorded", recorded(), include_str!("drawn/recorded.svg")),
    ] {
        let svg = without_lines(&picture.svg());
        if svg != drawn {
            let new = format!("src/drawn/{name}.new.svg");
            std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(new), svg).unwrap();
            changed.push(name);
        }
    }
    assert!(
        changed.is_empty(),
        "drawn otherwise than before: {changed:?}"
    );
}

#[test]
fn what_nothing_uses_leaves_a_tape_if_it_was_computed() {
    let picture = recorded();
    let graph = picture.graph();
    let outputs: Vec<String> = graph
        .nodes()
        .iter()
        .filter(|node| matches!(node.kind, Kind::Output { .. }))
        .map(|node| format!("{:?}", graph.values()[node.operands()[0].value.0].forward))
        .collect();
    assert_eq!(outputs.len(), 2, "the cube and the loss: {outputs:?}");
    assert!(
        outputs[0].contains("8.0") && outputs[1].contains("19.0"),
        "{outputs:?}"
    );
}
