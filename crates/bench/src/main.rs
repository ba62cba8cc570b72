//! One table: this engine beside its peers from the package registries, in one process, in turn.
//!
//! ```text
//! bench [scalars] [step] [small] [images] [--python INTERPRETER]
//! ```
//!
//! Without a name all workloads are measured. `--python` adds NumPy, JAX and PyTorch, as far as the
//! interpreter has them, to the training steps; the feature `burn` adds burn. Every tool's result
//! is compared with this engine's before anything is timed. The table goes to the standard output;
//! `docs/performance.md` explains it.

mod images;
mod measure;
mod scalars;
mod small;
mod step;
mod table;

use table::Table;

/// What can be measured, by name.
const WORKLOADS: [&str; 4] = ["scalars", "step", "small", "images"];

fn main() {
    let mut wanted = Vec::new();
    let mut python = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            scalars::GROWTH => {
                let tool = arguments.next().and_then(|tool| tool.parse().ok());
                return scalars::report_growth(tool.expect("a tool's number"));
            }
            "--python" => python = Some(arguments.next().expect("--python takes an interpreter")),
            name if WORKLOADS.contains(&name) => wanted.push(argument),
            other => panic!("{other:?} is none of {WORKLOADS:?} and not --python"),
        }
    }
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);

    let mut table = Table::default();
    let before = load();
    if wants("scalars") {
        scalars::measure(&mut table);
    }
    if wants("step") {
        step::measure(&mut table, python.as_deref());
    }
    if wants("small") {
        small::measure(&mut table);
    }
    if wants("images") {
        images::measure(&mut table, python.as_deref());
    }
    println!("{table}");
    if let (Some(before), Some(after)) = (before, load()) {
        println!("Load average over a minute: {before} before, {after} after.");
    }
}

/// How many programs wanted the processor in the last minute, where the system tells.
fn load() -> Option<String> {
    let loads = std::fs::read_to_string("/proc/loadavg").ok()?;
    Some(loads.split_whitespace().next()?.to_owned())
}
