//! A page that steps through the forward run and the backward sweep of a graph.
//!
//! The page is one file that fetches nothing: the SVG of the whole graph, the steps as JSON, and a
//! script that shows of the SVG what has been computed so far. All that is said of a step is
//! decided here; the script only shows it.

#[cfg(test)]
mod geometry_tests;
mod steps;
mod sums;
#[cfg(test)]
mod tests;

use crate::escape::{in_a_script, xml};
use crate::model::Graph;
use crate::names::named;
use crate::style::Style;
use crate::svg;
pub(crate) use steps::{Step, steps};

const PAGE: &str = include_str!("player.html");
const STYLE: &str = include_str!("player.css");
const SCRIPT: &str = include_str!("player.js");

/// Writes the page.
pub(crate) fn write(graph: &Graph, style: &Style) -> String {
    let graph = &named(graph);
    let title = match graph.title() {
        "" => "Computational graph",
        title => title,
    };
    let steps = steps(graph, style);
    let picture = svg::write(graph, style, &partial_sums(graph, &steps));
    let steps: Vec<String> = (steps.iter())
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
            "svg" => page.push_str(&picture),
            "steps" => page.push_str(&steps),
            _ => page.push_str(SCRIPT),
        }
        rest = after;
    }
    page.push_str(rest);
    page
}

/// For each value what stands in the place of its cotangent while that is not complete.
pub(crate) fn partial_sums(graph: &Graph, steps: &[Step]) -> Vec<Vec<String>> {
    let mut sums = vec![Vec::new(); graph.values().len()];
    for (value, text) in steps.iter().flat_map(|step| &step.cotangents) {
        if !text.is_empty() {
            sums[*value].push(text.clone());
        }
    }
    sums
}
