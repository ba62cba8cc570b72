//! Files that use each other, directly or through others.

use crate::resolve::Edges;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

/// The circles: sets of files each of which reaches all others of its set.
pub fn circles(edges: &Edges) -> Vec<BTreeSet<PathBuf>> {
    let reached = |start: &PathBuf| {
        let mut reached = BTreeSet::new();
        let mut open = vec![start];
        while let Some(file) = open.pop() {
            for next in edges.get(file).into_iter().flatten().map(|(next, _)| next) {
                if reached.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
        reached
    };
    let mut circles = BTreeSet::new();
    for file in edges.keys() {
        let after = reached(file);
        if after.contains(file) {
            let circle = after
                .into_iter()
                .filter(|other| reached(other).contains(file));
            circles.insert(circle.collect::<BTreeSet<_>>());
        }
    }
    circles.into_iter().collect()
}

/// The files of a circle, each with what it takes from the others.
pub fn told(circle: &BTreeSet<PathBuf>, edges: &Edges) -> String {
    let mut text = String::new();
    for file in circle {
        let _ = writeln!(text, "  {}", file.display());
        for (other, paths) in edges[file]
            .iter()
            .filter(|(other, _)| circle.contains(*other))
        {
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            let _ = writeln!(text, "    uses {}: {}", other.display(), paths.join(", "));
        }
    }
    text
}
