//! One training step of a 784-h-10 net, in single precision, on one thread.

#[cfg(feature = "burn")]
mod burn;
mod hand;
mod ours;
mod peak;
mod problem;
mod python;
mod stepper;

use crate::measure::{Comparison, Contender, Effort, compare};
use crate::table::{Bound, Budget, Row, Table};
use hand::{Hand, Update};
use peak::MultiplyAdds;
use problem::Problem;
use python::Python;
use stepper::Stepper;

const OURS: &str = "this engine";
const HAND: &str = "hand-written";
const MULTIPLY_ADDS: &str = "as many multiply-adds, in registers";

/// Adds the rows of every size of net and batch. `python` names an interpreter with some of NumPy,
/// JAX and PyTorch.
pub fn measure(table: &mut Table, python: Option<&str>) {
    let mut python = python.map(Python::start);
    for hidden in [50, 512] {
        for batch in [1, 100, 1000] {
            measure_size(table, &Problem::new(batch, hidden), python.as_mut());
        }
    }
}

fn measure_size(table: &mut Table, problem: &Problem, python: Option<&mut Python>) {
    let mut steppers = vec![
        Stepper::new(OURS, ours::step(problem)),
        by_hand(problem, HAND, Update::Apart),
        by_hand(
            problem,
            "the same, weights updated within the products",
            Update::WithinProducts,
        ),
    ];
    #[cfg(feature = "burn")]
    steppers.push(Stepper::new("burn 0.22.1 Flex", burn::step(problem)));
    if let Some(python) = python {
        steppers.extend(python.steppers(problem));
    }
    check(problem, &mut steppers);

    let mut contenders: Vec<Contender<'_>> = Vec::new();
    for Stepper { name, mut steps } in steppers {
        contenders.push(Contender::timed_by_itself(name, move |count| {
            steps(count).0
        }));
    }
    let mut hand = Hand::new(problem);
    contenders.push(Contender::new("its five products alone", move || {
        hand.products()
    }));
    let multiply_adds = MultiplyAdds::of(problem);
    contenders.push(Contender::new(MULTIPLY_ADDS, move || multiply_adds.take()));
    let comparison = compare(Effort::USUAL, contenders);

    let workload = format!("step, h = {}, batch {}", problem.hidden, problem.batch);
    eprintln!("{}", comparison.listed(&workload, 0));
    for (tool, name) in comparison.names().enumerate() {
        table.row(Row {
            workload: workload.clone(),
            tool: name.to_owned(),
            time: format!("{:.1} µs", comparison.time(tool) / 1e3),
            ratio: comparison.ratio(tool, 0),
            bytes: None,
        });
    }
    judge(table, &workload, &comparison, problem.batch == 100);
}

/// Every batch is held to the hand-written step, a batch of 100 to the other tools.
fn judge(table: &mut Table, workload: &str, comparison: &Comparison, others: bool) {
    let ours = 0;
    let floor = comparison.names().position(|name| name == MULTIPLY_ADDS);
    let floor = floor.expect("a contender");
    for (tool, name) in comparison.names().enumerate() {
        let (ratio, bound, what) = if name == HAND {
            (
                comparison.ratio(ours, tool),
                Bound::AtMost(1.1),
                "of the hand-written step's time",
            )
        } else {
            let bound = match name.split(' ').next() {
                Some("burn") => 1.2,
                Some("JAX") => 1.6,
                Some("NumPy" | "PyTorch") => 2.0,
                _ => continue,
            };
            (comparison.ratio(tool, ours), Bound::AtLeast(bound), name)
        };
        if others || name == HAND {
            let what = if name == HAND {
                format!("{workload}: {what}")
            } else {
                format!("{workload}: faster than {what}")
            };
            let best = (name != HAND).then(|| comparison.ratio(tool, floor));
            table.budget(Budget {
                what,
                ratio,
                bound,
                best,
            });
        }
    }
}

/// Compares the loss after ten steps, which depends on every part of the nine before.
///
/// # Panics
/// If a tool's loss is off by more than rounding.
fn check(problem: &Problem, steppers: &mut [Stepper<'_>]) {
    let losses = steppers.iter_mut().map(|stepper| {
        let (_, loss) = (stepper.steps)(10);
        (stepper.name.as_str(), loss)
    });
    let losses: Vec<(&str, f32)> = losses.collect();
    let expected = losses[0].1;
    for (name, loss) in losses {
        let Problem { hidden, batch, .. } = problem;
        let error = (loss - expected).abs();
        assert!(
            error <= 1e-4 * expected + 2e-6,
            "{name}, {hidden}, {batch}: {loss}, not {expected}"
        );
    }
}

fn by_hand(problem: &Problem, name: &str, update: Update) -> Stepper<'static> {
    let mut hand = Hand::new(problem);
    Stepper::new(name, move || hand.step(update))
}
