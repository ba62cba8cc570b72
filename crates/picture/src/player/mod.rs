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
const SHELL: &str = include_str!("page.css");
const START: &str = "player(JSON.parse(document.getElementById(\"steps\").textContent));\n";

/// What a player plays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The drawing, in which what belongs to a value or a node has its number as `data-value` or
    /// `data-node`, and everything that a step speaks of has a name.
    pub svg: String,
    /// The steps as JSON, an array, in which no `</script>` can stand.
    pub steps: String,
}

impl Stage {
    /// The elements of a player, to stand in a page; `{{svg}}` among them is where the drawing
    /// belongs.
    pub const MARKUP: &str = include_str!("stage.html");
    /// What they look like. It takes the colours from properties of the page: `--page`, `--card`,
    /// `--text`, `--quiet`, `--line`, `--edge`, `--accent`, `--back`, `--lit`, `--new`, `--good`.
    pub const STYLE: &str = include_str!("player.css");
    /// The script: a function `player(steps, options)`, which sets the elements going and returns
    /// what shows another drawing, `load(svg, steps)`, what makes it fit its frame, `fit()`, how
    /// large that can be, `room()`, how small it may be made to be read, `readable`, and the
    /// elements of the entries whose derivatives are still to come, `awaited()`. Of the options,
    /// `addressed` says whether the page's address names the step, and `drawn` is called when a
    /// step has been drawn.
    pub const SCRIPT: &str = include_str!("player.js");
}

/// The drawing and the steps of a graph.
pub(crate) fn stage(graph: &Graph, style: &Style) -> Stage {
    let graph = &named(graph);
    let steps = steps(graph, style);
    let svg = svg::write(graph, style, &partial_sums(graph, &steps));
    let steps: Vec<String> = (steps.iter())
        .map(|step| in_a_script(&step.json()))
        .collect();
    let steps = format!("[\n{}\n]", steps.join(",\n"));
    Stage { svg, steps }
}

/// Writes the page.
pub(crate) fn write(graph: &Graph, style: &Style) -> String {
    let title = match graph.title() {
        "" => "Computational graph",
        title => title,
    };
    let Stage { svg, steps } = stage(graph, style);
    let (before, after) = Stage::MARKUP.split_once("{{svg}}").unwrap_or_default();
    let mut page = String::new();
    let mut rest = PAGE;
    // Every slot is filled once and what is filled in is not looked at again, whatever it contains.
    while let Some((before_slot, (slot, after_slot))) = rest
        .split_once("{{")
        .and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
    {
        page.push_str(before_slot);
        match slot {
            "title" => page.push_str(&xml(title)),
            "style" => page.extend([SHELL, Stage::STYLE]),
            "stage" => page.extend([before, &svg, after]),
            "steps" => page.push_str(&steps),
            _ => page.extend([Stage::SCRIPT, START]),
        }
        rest = after_slot;
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
