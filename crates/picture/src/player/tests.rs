//! What a page says.

use super::steps::{Phase, Step};
use super::{named, write};
use crate::formula::Line;
use crate::model::Graph;
use crate::samples;
use crate::style::Style;

fn steps(graph: &Graph) -> Vec<Step> {
    super::steps(&named(graph), &Style::default())
}

fn backward(graph: &Graph) -> Vec<(String, Vec<(usize, String)>)> {
    let steps = steps(graph)
        .into_iter()
        .filter(|step| step.phase == Phase::Backward);
    steps.map(|step| (step.title, step.cotangents)).collect()
}

#[test]
fn every_number_of_the_shopping_appears_once_in_order() {
    let steps = steps(&samples::shopping());
    let forward: Vec<usize> = steps.iter().flat_map(|step| step.forward.clone()).collect();
    assert_eq!(forward, (0..9).collect::<Vec<_>>());
    let back: Vec<usize> = steps
        .iter()
        .flat_map(|step| &step.cotangents)
        .map(|&(value, _)| value)
        .collect();
    assert_eq!(back, [8, 7, 4, 5, 6, 2, 3, 0, 1]);
    let of_the_tax = steps
        .iter()
        .find(|step| step.title == "Back through × (multiply)");
    let texts = |line: &Line| [&*line.left, &*line.rule, &*line.numbers, &*line.result].join(" = ");
    let lines: Vec<String> = of_the_tax.unwrap().lines.iter().map(texts).collect();
    assert_eq!(
        lines,
        [
            "d(v₇) = d(price) · tax = 1 · 1.1 = 1.1",
            "d(tax) = d(price) · v₇ = 1 · 650 = 650"
        ]
    );
}

#[test]
fn the_rule_is_told_backwards_and_what_d_means_before_it() {
    let steps = steps(&samples::shopping());
    let of = |title: &str| {
        let step = steps.iter().find(|step| step.title == title);
        &*step.expect(title).general
    };
    assert_eq!(
        of("Back through × (multiply)"),
        "The rule, for z = x · y: dx = dz · y, dy = dz · x"
    );
    let forward = |step: &&Step| step.phase == Phase::Forward;
    assert!(
        steps
            .iter()
            .filter(forward)
            .all(|step| step.general.is_empty())
    );
    let meaning = "d(w) means the derivative of the result by w.";
    let first = steps.iter().find(|step| step.phase == Phase::Backward);
    assert_eq!(first.unwrap().general, meaning);
    let count = steps.iter().filter(|step| step.general == meaning).count();
    assert_eq!(count, 1);
}

#[test]
fn a_cotangent_with_several_uses_adds_up() {
    let steps = backward(&samples::fan_out());
    let of_x: Vec<&str> = steps
        .iter()
        .flat_map(|(_, changes)| changes)
        .filter(|(value, _)| *value == 0)
        .map(|(_, text)| text.as_str())
        .collect();
    // −2 from 2·x, then e^a from the product, then twice from the square.
    assert_eq!(of_x, ["-2 + …", "-1.632 + …", "-1.54 + …", ""]);

    let steps = super::steps(&named(&samples::fan_out()), &Style::default());
    let sums = steps.iter().flat_map(|step| &step.sums);
    let sums: Vec<String> = sums
        .map(|line| [&*line.left, &*line.numbers, &*line.result].join(" = "))
        .collect();
    let expected = [
        "d(x) so far =  = -2",
        "d(x) so far = -2 + 0.3679 = -1.632",
        "d(x) = -2 + 0.3679 + 0.09197 + 0.09197 = -1.448",
    ];
    assert_eq!(sums, expected);
    let shares = steps.iter().flat_map(|step| &step.lines);
    let shares: Vec<&str> = shares
        .map(|line| line.left.as_str())
        .filter(|left| left.starts_with("share"))
        .collect();
    let share = |k: usize| format!("share {k} of 4 of d(x)");
    assert_eq!(shares, [1, 2, 3, 4].map(share));
}

#[test]
fn of_many_shares_the_first_are_written() {
    let mut graph = Graph::new("");
    let (plus, _) = samples::plus_and_times(&mut graph);
    let x = graph.leaf("x", 1.0);
    let y = graph.apply(plus, &[x; 10], 10.0);
    (0..10).for_each(|place| graph.set_contribution(y, place, 1.0));
    graph.value_mut(x).cotangent = Some(10.0.into());
    graph.value_mut(y).cotangent = Some(1.0.into());
    let steps = steps(&graph);
    let sums: Vec<&Line> = steps.iter().flat_map(|step| &step.sums).collect();
    let [sum] = sums[..] else {
        panic!("{sums:?}");
    };
    assert_eq!(sum.numbers, "1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + …");
    assert_eq!(sum.result, "10");
}

#[test]
fn a_graph_without_outputs_starts_where_nothing_uses_the_value() {
    let mut graph = Graph::new("");
    let (plus, _) = samples::plus_and_times(&mut graph);
    let x = graph.leaf("x", 1.0);
    let y = graph.apply(plus, &[x, x], 2.0);
    let idle = graph.apply(plus, &[x, x], 2.0);
    graph.value_mut(x).cotangent = Some(2.0.into());
    graph.value_mut(y).cotangent = Some(1.0.into());
    let titles: Vec<_> = backward(&graph)
        .into_iter()
        .map(|(title, _)| title)
        .collect();
    assert_eq!(titles, ["The sweep starts at +", "Back through + (add)"]);
    assert_eq!(idle.index(), 2);
}

#[test]
fn the_page_is_whole_and_safe() {
    let mut graph = Graph::new("</script>{{svg}}");
    let x = graph.leaf("</script><b>", 1.0);
    graph.output("{{steps}}", x);
    let page = write(&graph, &Style::default());
    assert_eq!(page.matches("</script>").count(), 2, "only the page's own");
    assert_eq!(page.matches("class=\"tape-picture\"").count(), 1);
    assert!(!page.contains("<b>") && !page.contains("{{style}}"));
    assert!(
        !page.contains("http://") || page.matches("http://").count() == 1,
        "the SVG's namespace is the only address"
    );
    assert!(!page.contains("https://") && !page.contains("src="));
}

/// Of a folded part there is no rule, but what it hands back is told.
#[test]
fn what_a_folded_part_hands_back_is_told() {
    let picture = crate::Picture::new(samples::two_layer_net()).folded(1);
    let folded = crate::fold::by_scope(picture.graph(), 1);
    let steps = steps(&folded);
    let last = &steps[steps.len() - 1];
    assert_eq!(last.title, "Back through affine1");
    let lines: Vec<&str> = last.lines.iter().map(|line| line.left.as_str()).collect();
    // X is an input.
    assert_eq!(lines, ["d(W1)", "d(b1)"]);
    assert_eq!(last.lines[0].result, "784×50");
}
