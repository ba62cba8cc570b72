//! What values are called in rules.

use crate::model::{Graph, Kind};
use crate::numbers;

/// For each value what it is called: by its own name, that of its leaf or of the result it is, by
/// its number if it is a constant, and else `v₇` after its node.
pub(crate) fn names(graph: &Graph) -> Vec<String> {
    let values = graph.values().iter();
    let mut names: Vec<String> = values.map(|value| value.name.clone()).collect();
    for node in graph.nodes() {
        if let (Kind::Output { name }, [operand]) = (&node.kind, node.operands())
            && names[operand.value.index()].is_empty()
        {
            names[operand.value.index()].clone_from(name);
        }
    }
    let results = graph.results();
    for (index, (value, name)) in graph.values().iter().zip(&mut names).enumerate() {
        let own = match &graph.nodes()[value.producer()].kind {
            Kind::Leaf { name } => name.clone(),
            Kind::Constant => numbers::brief(&value.forward),
            _ => String::new(),
        };
        if !own.is_empty() {
            *name = own;
        }
        if name.is_empty() {
            let several = &results[value.producer()];
            let place = several.iter().position(|&other| other == index);
            let letter = match (several.len(), place) {
                (0 | 1, _) | (_, None) => String::new(),
                (_, Some(place)) => char::from(b'a' + (place % 26) as u8).to_string(),
            };
            *name = format!("v{}{letter}", lowered(value.producer()));
        }
    }
    names
}

/// The same graph in which everything that a rule may speak of has its name beside it.
pub(crate) fn named(graph: &Graph) -> Graph {
    let mut named = graph.clone();
    let outputs = graph.nodes().iter().filter_map(|node| match &node.kind {
        Kind::Output { name } if !name.is_empty() => Some(node.operands().first()?.value.index()),
        _ => None,
    });
    let outputs: Vec<usize> = outputs.collect();
    for (index, name) in names(graph).into_iter().enumerate() {
        let producer = graph.values()[index].producer();
        match &mut named.nodes[producer].kind {
            Kind::Leaf { name: own } => *own = name,
            Kind::Constant => {}
            _ if outputs.contains(&index) => {}
            _ => named.values[index].name = name,
        }
    }
    named
}

fn lowered(number: usize) -> String {
    let lower = |digit: char| digit.to_digit(10).and_then(|d| char::from_u32(0x2080 + d));
    number.to_string().chars().filter_map(lower).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn everything_has_a_name() {
        let names = names(&samples::shopping());
        let expected = "apples apple orange oranges tax v₅ v₆ v₇ price";
        assert_eq!(names.join(" "), expected);
    }

    #[test]
    fn results_of_a_folded_part_are_told_apart_and_constants_are_their_numbers() {
        let mut graph = Graph::new("");
        let (plus, _) = samples::plus_and_times(&mut graph);
        graph.set_scope("inside");
        let two = graph.constant(2.0);
        let a = graph.apply(plus, &[two, two], 4.0);
        let b = graph.apply(plus, &[a, two], 6.0);
        graph.set_scope("");
        let sum = graph.apply(plus, &[a, b], 10.0);
        graph.value_mut(sum).name = "sum".into();
        assert_eq!(names(&graph).join(" "), "2 v₁ v₂ sum");
        let folded = crate::fold::by_scope(&graph, 1);
        assert_eq!(names(&folded).join(" "), "v₀a v₀b sum");
    }

    /// What is named in rules is named in the picture.
    #[test]
    fn names_stand_beside_what_they_name() {
        let named = named(&samples::fan_out());
        let beside: Vec<&str> = named.values().iter().map(|v| v.name.as_str()).collect();
        assert_eq!(beside[2..5], ["v₂", "v₃", "v₄"]);
        assert_eq!(beside[5], "v₅");
    }

    /// A result's name stands at its end already.
    #[test]
    fn a_result_is_not_named_twice() {
        let named = named(&samples::shopping());
        let beside: Vec<&str> = named.values().iter().map(|v| v.name.as_str()).collect();
        assert_eq!(beside[5..], ["v₅", "v₆", "v₇", ""]);
    }
}
