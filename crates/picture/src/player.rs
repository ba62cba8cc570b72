//! A page that steps through the forward run and the backward sweep of a graph.
//!
//! The page is one file that fetches nothing: the SVG of the whole graph, the steps as JSON, and a
//! script that shows of the SVG what has been computed so far. All that is said of a step is
//! decided here; the script only shows it.

use crate::dot::uses;
use crate::escape::{in_a_script, xml};
use crate::formula::{self, Line};
use crate::model::{Graph, Kind};
use crate::quantity::Quantity;
use crate::{numbers, svg};
use serde_json::{Value, json};

const PAGE: &str = include_str!("player.html");
const STYLE: &str = include_str!("player.css");
const SCRIPT: &str = include_str!("player.js");

/// Writes the page.
pub(crate) fn write(graph: &Graph) -> String {
    let title = if graph.title().is_empty() {
        "Computational graph"
    } else {
        graph.title()
    };
    let steps: Vec<String> = (steps(graph).iter())
        .map(|step| in_a_script(&step.json()))
        .collect();
    let steps = format!("[\n{}\n]", steps.join(",\n"));
    let mut page = String::new();
    let mut rest = PAGE;
    // Every slot is filled once and what is filled in is not looked at again, whatever it contains.
    while let Some((before, (slot, after))) = rest
        .split_once("{{")
        .and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
    {
        page.push_str(before);
        match slot {
            "title" => page.push_str(&xml(title)),
            "style" => page.push_str(STYLE),
            "svg" => page.push_str(&svg::write(graph)),
            "steps" => page.push_str(&steps),
            _ => page.push_str(SCRIPT),
        }
        rest = after;
    }
    page.push_str(rest);
    page
}

/// The part of the computation a step belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    Start,
    Forward,
    Backward,
}

/// What the page shows at one position of its slider, beyond what the steps before have shown.
#[derive(Debug)]
struct Step {
    phase: Phase,
    node: Option<usize>,
    title: String,
    source: String,
    lines: Vec<Line>,
    /// The values whose forward numbers appear.
    forward: Vec<usize>,
    /// The values whose cotangents change: the text of an incomplete sum, or nothing once it is
    /// complete.
    cotangents: Vec<(usize, String)>,
}

impl Step {
    fn json(&self) -> Value {
        let phase = match self.phase {
            Phase::Start => "start",
            Phase::Forward => "forward",
            Phase::Backward => "backward",
        };
        let line = |Line {
                        rule,
                        numbers,
                        result,
                    }: &Line| {
            json!({ "rule": rule, "numbers": numbers, "result": result })
        };
        json!({
            "phase": phase,
            "node": self.node,
            "title": self.title,
            "source": self.source,
            "lines": self.lines.iter().map(line).collect::<Vec<_>>(),
            "forward": self.forward,
            "cotangents": self.cotangents,
        })
    }
}

fn steps(graph: &Graph) -> Vec<Step> {
    let results = graph.results();
    let mut steps = vec![Step {
        phase: Phase::Start,
        node: None,
        title: "Nothing is computed yet".to_owned(),
        source: String::new(),
        lines: Vec::new(),
        forward: Vec::new(),
        cotangents: Vec::new(),
    }];
    for node in 0..graph.nodes().len() {
        steps.push(forward_step(graph, node, &results));
    }
    let mut sums = Sums::new(graph, &results);
    for node in (0..graph.nodes().len()).rev() {
        steps.extend(seed_step(graph, node, &results, &mut sums));
        steps.extend(rule_step(graph, node, &results, &mut sums));
    }
    steps
}

fn step(graph: &Graph, phase: Phase, node: usize, title: String) -> Step {
    let source = graph.nodes()[node].source.as_ref();
    let source = source.map_or_else(String::new, |source| {
        format!("{}:{}", source.file, source.line)
    });
    Step {
        phase,
        node: Some(node),
        title,
        source,
        lines: Vec::new(),
        forward: Vec::new(),
        cotangents: Vec::new(),
    }
}

fn forward_step(graph: &Graph, node: usize, results: &[Vec<usize>]) -> Step {
    let caption = graph.caption(node, results);
    let title = match &graph.nodes()[node].kind {
        Kind::Leaf { .. } => format!("The leaf {caption} is set"),
        Kind::Constant => format!("The constant {caption}"),
        Kind::Operation(id) => format!("{caption} ({})", graph.operations()[id.0].name),
        Kind::Folded(folded) => format!("{caption}: {} nodes", folded.nodes),
        Kind::Output { .. } => format!("The output {caption}"),
    };
    let mut step = step(graph, Phase::Forward, node, title);
    step.forward.clone_from(&results[node]);
    let shown = match graph.nodes()[node].kind {
        Kind::Output { .. } => graph.nodes()[node]
            .operands()
            .iter()
            .map(|operand| operand.value.0)
            .collect(),
        _ => results[node].clone(),
    };
    let name = match graph.nodes()[node].kind {
        Kind::Folded(_) => "out".to_owned(),
        _ => caption,
    };
    let plain = |value: usize| Line {
        rule: name.clone(),
        numbers: String::new(),
        result: numbers::brief(&graph.values()[value].forward),
    };
    let line = |value: usize| formula::forward(graph, node, value).unwrap_or_else(|| plain(value));
    step.lines = shown.into_iter().map(line).collect();
    step
}

/// The sweep starts at values that have a cotangent although nothing it visits uses them: the seed
/// is given there.
fn seed_step(graph: &Graph, node: usize, results: &[Vec<usize>], sums: &mut Sums) -> Option<Step> {
    let candidates: Vec<usize> = match graph.nodes()[node].kind {
        Kind::Output { .. } => graph.nodes()[node]
            .operands()
            .iter()
            .map(|operand| operand.value.0)
            .collect(),
        _ => results[node].clone(),
    };
    let caption = graph.caption(node, results);
    let mut step = step(
        graph,
        Phase::Backward,
        node,
        format!("The sweep starts at {caption}"),
    );
    for value in candidates {
        let Some(seed) = &graph.values()[value].cotangent else {
            continue;
        };
        if sums.uses[value] == 0 && !std::mem::replace(&mut sums.seeded[value], true) {
            step.cotangents.push((value, String::new()));
            step.lines.push(Line {
                rule: "seed".to_owned(),
                numbers: String::new(),
                result: numbers::brief(seed),
            });
        }
    }
    (!step.lines.is_empty()).then_some(step)
}

/// What an operation hands back to its operands; nothing if the sweep did not reach it.
fn rule_step(graph: &Graph, node: usize, results: &[Vec<usize>], sums: &mut Sums) -> Option<Step> {
    let spec = &graph.nodes()[node];
    let caption = graph.caption(node, results);
    let title = match &spec.kind {
        Kind::Operation(id) => {
            format!("Back through {caption} ({})", graph.operations()[id.0].name)
        }
        Kind::Folded(_) => format!("Back through {caption}"),
        _ => return None,
    };
    if !reached(graph, &results[node]) {
        return None;
    }
    let mut step = step(graph, Phase::Backward, node, title);
    let mut lines = match results[node].as_slice() {
        [value] => formula::backward(graph, node, *value),
        _ => Vec::new(),
    };
    for (place, operand) in spec.operands().iter().enumerate() {
        let value = operand.value.0;
        let Some(cotangent) = &graph.values()[value].cotangent else {
            continue;
        };
        step.cotangents.extend(
            sums.add(value, operand.contribution.as_ref())
                .map(|text| (value, text)),
        );
        // With one use, what is handed back is the whole cotangent.
        if let Some((_, line)) = lines
            .iter_mut()
            .find(|(position, _)| *position == Some(place))
            && line.result.is_empty()
            && sums.uses[value] == 1
        {
            line.result = numbers::brief(cotangent);
        }
    }
    step.lines.extend(lines.into_iter().map(|(_, line)| line));
    Some(step)
}

fn reached(graph: &Graph, values: &[usize]) -> bool {
    values
        .iter()
        .any(|&value| graph.values()[value].cotangent.is_some())
}

/// The cotangents as the sweep adds them up, one contribution for each use.
struct Sums {
    /// For each value how often nodes the sweep visits use it, and how many of these uses are still
    /// to come.
    uses: Vec<usize>,
    waiting: Vec<usize>,
    /// What has been added up, as long as every contribution was a known number.
    sum: Vec<Option<f64>>,
    seeded: Vec<bool>,
}

impl Sums {
    fn new(graph: &Graph, results: &[Vec<usize>]) -> Self {
        let users = uses(graph);
        let visited = |user: &&usize| reached(graph, &results[**user]);
        let uses: Vec<usize> = users
            .iter()
            .map(|users| users.iter().filter(visited).count())
            .collect();
        // The seed of an output that is used as well is not known, and so neither are the sums it
        // is part of.
        let output = |user: &usize| matches!(graph.nodes()[*user].kind, Kind::Output { .. });
        let sum = users
            .iter()
            .map(|users| (!users.iter().any(output)).then_some(0.0))
            .collect();
        Self {
            waiting: uses.clone(),
            seeded: vec![false; uses.len()],
            uses,
            sum,
        }
    }

    /// Adds a contribution and gives what then stands beside the wire: nothing new, the sum so far,
    /// or an empty text for the complete cotangent.
    fn add(&mut self, value: usize, contribution: Option<&Quantity>) -> Option<String> {
        self.waiting[value] -= 1;
        self.sum[value] = match (self.sum[value], contribution) {
            (Some(sum), Some(Quantity::Scalar(number))) => Some(sum + number),
            _ => None,
        };
        match (self.waiting[value], self.sum[value]) {
            (0, _) => Some(String::new()),
            (_, Some(sum)) => Some(format!("{} + …", numbers::short(sum))),
            (_, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

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
        let last = &steps[steps.len() - 1];
        let lines: Vec<_> = last
            .lines
            .iter()
            .map(|line| {
                (
                    line.rule.as_str(),
                    line.numbers.as_str(),
                    line.result.as_str(),
                )
            })
            .collect();
        assert_eq!(
            lines,
            [
                ("dx = dz · y", "1.1 · 100", "110"),
                ("dy = dz · x", "1.1 · 2", "2.2")
            ]
        );
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
        let page = write(&graph);
        assert_eq!(page.matches("</script>").count(), 2, "only the page's own");
        assert_eq!(page.matches("class=\"tape-picture\"").count(), 1);
        assert!(!page.contains("<b>") && !page.contains("{{style}}"));
        assert!(
            !page.contains("http://") || page.matches("http://").count() == 1,
            "the SVG's namespace is the only address"
        );
        assert!(!page.contains("https://") && !page.contains("src="));
    }
}
