//! A graph as a table for a terminal: one line per node, in the order of the tape.

use crate::measure::counts;
use crate::model::{Graph, Kind};
use crate::numbers;
use crate::quantity::Quantity;

/// The narrowest a column of names becomes.
const NARROW: usize = 6;
/// Between columns.
const SEPARATOR: &str = "  ";

/// Writes the table, no line longer than `width` characters as long as its numbers leave room for
/// that.
pub(crate) fn write(graph: &Graph, width: usize) -> String {
    let results = graph.results();
    let names = value_names(graph, &results);
    let mut rows = vec![["", "node", "uses", "value", "derivative", "from"].map(str::to_owned)];
    for (index, node) in graph.nodes().iter().enumerate() {
        let uses: Vec<&str> = node
            .operands()
            .iter()
            .map(|operand| names[operand.value.0].as_str())
            .collect();
        let mut caption = graph.caption(index, &results);
        if let Kind::Folded(folded) = &node.kind {
            caption = format!("{caption} ({})", counts(folded));
        }
        let scope = graph.scope_of(node).to_owned();
        let place = node
            .source
            .as_ref()
            .map(|source| format!("{}:{}", source.file, source.line));
        let from = [scope, place.unwrap_or_default()]
            .into_iter()
            .filter(|part| !part.is_empty());
        let from = from.collect::<Vec<_>>().join(" ");
        let mut row = [
            index.to_string(),
            caption,
            uses.join(" "),
            String::new(),
            String::new(),
            from,
        ];
        for &value in &results[index] {
            row[0].clone_from(&names[value]);
            let name = &graph.values()[value].name;
            row[1] = format!("{} {name}", row[1]).trim_end().to_owned();
            row[3] = quantity(&graph.values()[value].forward);
            row[4] = graph.values()[value]
                .cotangent
                .as_ref()
                .map(quantity)
                .unwrap_or_default();
            rows.push(std::mem::take(&mut row));
        }
        if results[index].is_empty() {
            rows.push(row);
        }
    }
    let title = if graph.title().is_empty() {
        String::new()
    } else {
        format!("{}\n", clean(graph.title()))
    };
    title + &table(rows, width)
}

/// What each value is called in the column of uses: the number of its node, with a letter where
/// that gives several.
fn value_names(graph: &Graph, results: &[Vec<usize>]) -> Vec<String> {
    let mut names = vec![String::new(); graph.values().len()];
    for (node, values) in results.iter().enumerate() {
        for (place, &value) in values.iter().enumerate() {
            names[value] = if values.len() == 1 {
                node.to_string()
            } else {
                format!("{node}.{}", place + 1)
            };
        }
    }
    names
}

fn quantity(quantity: &Quantity) -> String {
    match quantity {
        Quantity::Matrix(matrix) => format!(
            "{} ‖{}‖",
            numbers::shape(matrix),
            numbers::short(matrix.norm)
        ),
        other => numbers::brief(other),
    }
}

/// Sets rows in columns: names to the left, numbers to the right. Where the width does not suffice,
/// first the last column goes and then names and uses are cut.
fn table(mut rows: Vec<[String; 6]>, width: usize) -> String {
    rows.iter_mut()
        .flatten()
        .for_each(|cell| *cell = clean(cell));
    let mut widths = [0; 6];
    for row in &rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(cell.chars().count());
        }
    }
    // A column with nothing below its heading is left out.
    for column in 1..6 {
        if rows[1..].iter().all(|row| row[column].is_empty()) {
            widths[column] = 0;
        }
    }
    let total = |widths: &[usize; 6]| -> usize {
        let shown = widths.iter().filter(|&&width| width > 0);
        shown
            .map(|width| width + SEPARATOR.len())
            .sum::<usize>()
            .saturating_sub(SEPARATOR.len())
    };
    if total(&widths) > width {
        widths[5] = 0;
    }
    for column in [1, 2] {
        let excess = total(&widths).saturating_sub(width);
        if widths[column] > NARROW {
            widths[column] = widths[column].saturating_sub(excess).max(NARROW);
        }
    }
    let mut text = String::new();
    for row in &rows {
        let cells = row
            .iter()
            .zip(widths)
            .enumerate()
            .filter(|(_, (_, width))| *width > 0);
        let cells =
            cells.map(|(column, (cell, width))| set(cell, width, matches!(column, 0 | 3 | 4)));
        text.push_str(cells.collect::<Vec<_>>().join(SEPARATOR).trim_end());
        text.push('\n');
    }
    text
}

fn set(cell: &str, width: usize, to_the_right: bool) -> String {
    if cell.chars().count() > width {
        return cell.chars().take(width - 1).chain(['…']).collect();
    }
    if to_the_right {
        format!("{cell:>width$}")
    } else {
        format!("{cell:<width$}")
    }
}

/// Nothing in a name may move the cursor.
fn clean(text: &str) -> String {
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use proptest::prelude::*;

    #[test]
    fn the_shopping_reads_as_a_table() {
        let expected = "\
Apples and oranges
   node     uses  value  derivative  from
0  apples             2         110  examples/apple_orange.rs:20
1  apple            100         2.2  examples/apple_orange.rs:21
2  orange           150         3.3  examples/apple_orange.rs:22
3  oranges            3         165  examples/apple_orange.rs:23
4  tax              1.1         650  examples/apple_orange.rs:24
5  ×        0 1     200         1.1  examples/apple_orange.rs:25
6  ×        2 3     450         1.1  examples/apple_orange.rs:26
7  +        5 6     650         1.1  examples/apple_orange.rs:27
8  ×        7 4     715           1  examples/apple_orange.rs:28
9  price    8
";
        assert_eq!(write(&samples::shopping(), 80), expected);
        let narrow = write(&samples::shopping(), 40);
        assert!(
            narrow.lines().all(|line| line.chars().count() <= 40),
            "{narrow}"
        );
        assert!(
            narrow.contains("\n5  ×        0 1     200         1.1\n"),
            "{narrow}"
        );
    }

    #[test]
    fn an_empty_graph_is_an_empty_table() {
        assert_eq!(write(&Graph::new(""), 80), "\n");
    }

    proptest! {
        #[test]
        fn lines_keep_to_the_width(
            nodes in 1..60usize,
            choices in prop::collection::vec(any::<u32>(), 1..200),
        ) {
            let text = write(&samples::arbitrary(nodes, &choices), 60);
            prop_assert!(text.lines().all(|line| line.chars().count() <= 60), "{}", text);
        }
    }
}
