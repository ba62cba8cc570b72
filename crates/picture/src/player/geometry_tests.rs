//! No text meets a box or another text, at any step.

use super::{named, partial_sums, steps};
use crate::drawing::Drawing;
use crate::layout::Rect;
use crate::measure::{LARGE, OFF_WIRE, RETURN, RETURN_ASIDE, Text};
use crate::model::Graph;
use crate::samples;
use crate::style::{Direction, Style};
use proptest::prelude::*;

fn overlap(a: &Rect, b: &Rect) -> bool {
    let touch = 1e-6;
    let apart = |a: f64, width: f64, b: f64| a + width <= b + touch;
    !(apart(a.x, a.width, b.x)
        || apart(b.x, b.width, a.x)
        || apart(a.y, a.height, b.y)
        || apart(b.y, b.height, a.y))
}

/// Where lines of text stand beside the wire of a value: those of its number, or those below.
fn rects(drawing: &Drawing, value: usize, lines: &[Text], below: bool) -> Vec<Rect> {
    let Some((start, _)) = drawing.layout.wires[value].stem else {
        return Vec::new();
    };
    let room = &drawing.layout.labels[value];
    let height: f64 = lines.iter().map(Text::height).sum();
    let mut top = match (drawing.direction, below) {
        (Direction::Rightwards, false) => room.y,
        (Direction::Rightwards, true) => start.y + RETURN,
        (Direction::Downwards, _) => room.center().y - height / 2.0,
    };
    let mut found = Vec::new();
    for line in lines {
        let x = match (drawing.direction, below) {
            (Direction::Rightwards, _) => room.center().x - line.width() / 2.0,
            (Direction::Downwards, false) => start.x - OFF_WIRE - line.width(),
            (Direction::Downwards, true) => start.x + RETURN_ASIDE,
        };
        let (width, height) = (line.width(), line.height());
        found.push(Rect {
            x,
            y: top,
            width,
            height,
        });
        top += height;
    }
    found
}

/// Goes through all steps and names the first two things that meet.
fn check(graph: &Graph, style: &Style) -> Result<(), String> {
    let graph = &named(graph);
    let steps = steps(graph, style);
    let drawing = Drawing::of(graph, style, &partial_sums(graph, &steps));
    let boxes: Vec<Rect> = (0..graph.nodes().len())
        .filter(|&node| drawing.shown[node])
        .map(|node| drawing.layout.blocks[node])
        .collect();
    let mut standing: Vec<(usize, bool, Vec<Rect>)> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let mut fresh = Vec::new();
        for &value in &step.forward {
            let lines = &drawing.labels[value].above;
            fresh.push((value, false, rects(&drawing, value, lines, false)));
        }
        for (value, partial) in &step.cotangents {
            let lines = match partial.as_str() {
                "" => drawing.labels[*value].below.clone(),
                partial => vec![Text::new(partial, LARGE)],
            };
            fresh.push((*value, true, rects(&drawing, *value, &lines, true)));
        }
        for (value, below, rects) in fresh {
            // What stood there makes room for it.
            standing.retain(|(other, its, _)| (*other, *its) != (value, below));
            let others = || {
                standing
                    .iter()
                    .flat_map(|(_, _, rects)| rects)
                    .chain(&boxes)
            };
            for rect in &rects {
                if let Some(other) = others().find(|other| overlap(rect, other)) {
                    return Err(format!(
                        "step {at}, value {value}: {rect:?} meets {other:?}"
                    ));
                }
                let page = &drawing.layout;
                if rect.x < 0.0 || rect.right() > page.width || rect.bottom() > page.height {
                    return Err(format!("step {at}, value {value}: outside of the page"));
                }
            }
            standing.push((value, below, rects));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn no_text_meets_anything_at_any_step(
        nodes in 1..=60usize,
        choices in prop::collection::vec(any::<u32>(), 1..400),
        down: bool,
    ) {
        let graph = samples::arbitrary(nodes, &choices);
        let style = match down {
            true => Style { direction: Direction::Downwards, ..Style::default() },
            false => Style { width: 1000.0, ..Style::default() },
        };
        prop_assert_eq!(check(&graph, &style), Ok(()));
    }
}
