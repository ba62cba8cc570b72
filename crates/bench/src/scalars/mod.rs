//! Scalar programs: value and gradient by every tool, per operation of the source program.

mod least;
mod memory;
mod program;
mod tools;

pub use memory::{GROWTH, report_growth};

use crate::measure::{Comparison, Contender, Effort, compare};
use crate::table::{Bound, Budget, Row, Table};
use program::{CHAIN, Program, Rosenbrock};
use std::hint::black_box;
use tools::Tool;

/// Adds the rows of every program.
pub fn measure(table: &mut Table) {
    let bytes = memory::growths();
    measure_program(table, &Rosenbrock(100), Effort::USUAL, &[]);
    measure_program(table, &Rosenbrock(100_000), Effort::USUAL, &[]);
    // A call takes a tenth of a second.
    let few = Effort {
        rounds: 11,
        ..Effort::USUAL
    };
    measure_program(table, &CHAIN, few, &bytes);
}

fn measure_program<P: Program>(
    table: &mut Table,
    program: &P,
    effort: Effort,
    bytes: &[Option<f64>],
) {
    let point = program.point();
    let tools = tools::all::<P>();
    check(program, &point, &tools);

    let mut contenders: Vec<Contender<'_>> = Vec::new();
    for tool in &tools {
        let mut gradient_at = (tool.gradient_of)(program, &point);
        let mut gradient = vec![0.0; point.len()];
        contenders.push(Contender::new(tool.name, move || {
            black_box(gradient_at(black_box(&mut gradient)));
        }));
    }
    contenders.push(Contender::new("plain f64, the value alone", || {
        black_box(program.run(black_box(&point)));
    }));
    let comparison = compare(effort, contenders);
    eprintln!("{}", comparison.listed(&program.name(), 0));

    let operations = program.operations() as f64;
    for (tool, name) in comparison.names().enumerate() {
        table.row(Row {
            workload: program.name(),
            tool: name.to_owned(),
            time: format!("{:.2} ns/op", comparison.time(tool) / operations),
            ratio: comparison.ratio(tool, 0),
            bytes: bytes.get(tool).copied().flatten(),
        });
    }
    judge(table, &program.name(), &comparison);
}

fn judge(table: &mut Table, program: &str, comparison: &Comparison) {
    let (record, replay, xad, rust_quant, echidna_replay) = (0, 1, 2, 3, 6);
    let fastest = if comparison.time(xad) < comparison.time(rust_quant) {
        xad
    } else {
        rust_quant
    };
    let name = comparison.names().nth(fastest).expect("a tool");
    table.budget(Budget {
        what: format!("{program}: record + sweep of {name}"),
        ratio: comparison.ratio(record, fastest),
        bound: Bound::AtMost(0.95),
        best: None,
    });
    table.budget(Budget {
        what: format!("{program}: replay + sweep of echidna's replay"),
        ratio: comparison.ratio(replay, echidna_replay),
        bound: Bound::AtMost(0.6),
        best: None,
    });
}

/// Compares every tool's value and gradient with the first one's.
///
/// # Panics
/// If a tool is off by more than rounding.
fn check<P: Program>(program: &P, point: &[f64], tools: &[Tool<P>]) {
    let mut results = tools.iter().map(|tool| {
        let mut gradient = vec![f64::NAN; point.len()];
        let value = (tool.gradient_of)(program, point)(&mut gradient);
        (tool.name, value, gradient)
    });
    let (_, value, gradient) = results.next().expect("this engine");
    let plain = program.run(point);
    assert_eq!(value, plain, "{}", program.name());
    let scale = gradient
        .iter()
        .fold(0.0, |most: f64, slope| most.max(slope.abs()));
    for (name, other, slopes) in results {
        let farthest = gradient.iter().zip(&slopes).map(|(a, b)| (a - b).abs());
        let farthest = farthest.fold((value - other).abs() / value.abs() * scale, f64::max);
        assert!(
            farthest <= 1e-11 * scale,
            "{name}, {}: off by {farthest:e}",
            program.name()
        );
    }
}
