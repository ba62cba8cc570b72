//! Functions at many inputs: lanes of each instruction set beside one evaluation after another, by
//! replay and sweep and in runs, and beside gradients written by hand.
//!
//! `cargo bench -p wengert-tape --features rayon --bench map`

#[path = "../../bench/src/measure.rs"]
mod measure;
#[path = "map/programs.rs"]
mod programs;

use measure::{Comparison, Contender, Effort, compare};
use nalgebra::{DMatrix, DVector};
use programs::Workload;
use std::hint::black_box;
use tape::{Function, InstructionSet, Mapper, Workspace};

/// Long enough for the system to move two threads to two cores, which it does not do at once.
#[cfg(feature = "rayon")]
const LONG: Effort = Effort {
    rounds: 21,
    sample: std::time::Duration::from_millis(100),
};

fn main() {
    let only = std::env::args()
        .nth(1)
        .filter(|name| !name.starts_with("--"));
    for workload in programs::all() {
        if only
            .as_ref()
            .is_none_or(|only| workload.name.contains(only.as_str()))
        {
            run(&workload);
        }
    }
    if only.is_none_or(|only| "sum of mixtures".contains(only.as_str())) {
        run_sum();
    }
}

/// One gradient of a mixture summed over points, by the 45 numbers that they share.
fn run_sum() {
    let (function, by_hand, points, shared) = programs::summed();
    let points_of: Vec<Vec<f64>> = (0..points.nrows())
        .map(|i| {
            points
                .row(i)
                .iter()
                .copied()
                .chain(shared.clone())
                .collect()
        })
        .collect();
    let mut workspace = Workspace::new();
    let (mut gradient, mut sum) = (vec![0.0; shared.len()], vec![0.0; shared.len()]);
    let one_by_one = || {
        sum.fill(0.0);
        for at in &points_of {
            let swept = function.vjp_into(at, &[1.0], &mut gradient, &mut workspace);
            swept.expect("no op that can fail");
            sum.iter_mut()
                .zip(&gradient)
                .for_each(|(sum, own)| *sum += own);
        }
        black_box(&sum);
    };
    let (mut all, mut sum_by_hand) = (vec![0.0; 4 + shared.len()], vec![0.0; shared.len()]);
    let mut contenders = vec![Contender::new("replay and sweep", one_by_one)];
    contenders.push(Contender::new("by hand", || {
        sum_by_hand.fill(0.0);
        for at in &points_of {
            black_box(by_hand(at, &mut all));
            let own = sum_by_hand.iter_mut().zip(&all[4..]);
            own.for_each(|(sum, own)| *sum += own);
        }
        black_box(&sum_by_hand);
    }));
    let lanes = |mut mapper: Mapper| {
        let (function, shared, points) = (&function, &shared, &points);
        move || {
            let sum = mapper.sum(function, shared, points);
            black_box(sum.expect("no op that can fail"));
        }
    };
    for set in InstructionSet::all() {
        let mapper = Mapper::new().instruction_set(set);
        contenders.push(Contender::new(format!("lanes, {set}"), lanes(mapper)));
    }
    let title = format!("sum of mixtures over {} points", points.nrows());
    println!("{}", compare(Effort::USUAL, contenders).listed(&title, 0));
}

fn run(workload: &Workload) {
    let Workload {
        name,
        function,
        inputs,
        by_hand,
        ..
    } = workload;
    let (count, parameters) = (inputs.nrows(), inputs.ncols());
    let rows: Vec<Vec<f64>> = inputs
        .row_iter()
        .map(|row| row.iter().copied().collect())
        .collect();
    let (mut workspace, mut other) = (Workspace::new(), Workspace::new());
    let mut by_hand_gradient = vec![0.0; parameters];
    let (mut gradient, mut product) = (vec![0.0; parameters], vec![0.0; parameters]);
    // A product with the transposed Jacobian is always a replay and a sweep.
    let one_by_one = || {
        for row in &rows {
            let swept = function.vjp_into(row, &[1.0], &mut product, &mut other);
            swept.expect("no op that can fail");
        }
    };
    let in_runs = || {
        for row in &rows {
            let value = function.value_and_gradient_into(row, &mut gradient, &mut workspace);
            black_box(value.expect("no op that can fail"));
        }
    };
    let mut contenders = vec![
        Contender::new("replay and sweep", one_by_one),
        Contender::new("gradient after gradient", in_runs),
    ];
    if let Some(by_hand) = by_hand {
        contenders.push(Contender::new("by hand", || {
            for row in &rows {
                black_box(by_hand(row, &mut by_hand_gradient));
            }
        }));
    }
    let lanes = |mapper: Mapper| mapping(mapper, function, inputs);
    for set in InstructionSet::all() {
        let mapper = Mapper::new().instruction_set(set);
        contenders.push(Contender::new(format!("lanes, {set}"), lanes(mapper)));
    }
    let exact = Mapper::new().exact();
    contenders.push(Contender::new("lanes, exact", lanes(exact)));
    let title = format!(
        "{name}, {count} inputs, {} operations",
        workload.operations()
    );
    let compared = compare(Effort::USUAL, contenders);
    println!("{}", compared.listed(&title, 0));
    pay_back(workload);
    #[cfg(feature = "rayon")]
    share_out(workload);
    // Memory sets the pace of rows that fill the caches.
    if parameters < 1000 {
        watch(&compared);
    }
}

/// A mapper at work on these inputs.
fn mapping<'a>(
    mut mapper: Mapper,
    function: &'a Function,
    inputs: &'a DMatrix<f64>,
) -> impl FnMut() + 'a {
    let mut values = DVector::zeros(inputs.nrows());
    let mut gradients = DMatrix::zeros(inputs.nrows(), inputs.ncols());
    move || {
        let mapped = mapper.gradients_into(function, inputs, &mut values, &mut gradients);
        mapped.expect("no op that can fail");
    }
}

/// So many gradients are computed before there are runs, and so many later their making has to be
/// paid for.
const BEFORE: usize = 32;
const PAID: usize = 70;

/// A function that is recorded, and called so often that runs are made and have to pay, beside one
/// that goes on replaying and sweeping.
fn pay_back(workload: &Workload) {
    let row = |k: usize| -> Vec<f64> {
        let row = workload.inputs.row(k % workload.inputs.nrows());
        row.iter().copied().collect()
    };
    let rows: Vec<_> = (0..BEFORE + PAID).map(row).collect();
    let (mut gradient, mut product) = (rows[0].clone(), rows[0].clone());
    let contenders = vec![
        Contender::new("replay and sweep", || {
            let (function, mut workspace) = ((workload.anew)(), Workspace::new());
            for row in &rows {
                let swept = function.vjp_into(row, &[1.0], &mut product, &mut workspace);
                swept.expect("no op that can fail");
            }
        }),
        Contender::new("gradient after gradient", || {
            let (function, mut workspace) = ((workload.anew)(), Workspace::new());
            for row in &rows {
                let value = function.value_and_gradient_into(row, &mut gradient, &mut workspace);
                black_box(value.expect("no op that can fail"));
            }
        }),
    ];
    let title = format!("{}, the first {} gradients", workload.name, rows.len());
    println!("{}", compare(Effort::USUAL, contenders).listed(&title, 0));
}

/// Two threads beside one, each input eight times: it takes microseconds to wake a thread.
#[cfg(feature = "rayon")]
fn share_out(workload: &Workload) {
    let (count, parameters) = workload.inputs.shape();
    let inputs = DMatrix::from_fn(8 * count, parameters, |i, j| {
        workload.inputs[(i % count, j)]
    });
    let on = |threads| mapping(Mapper::new().threads(threads), &workload.function, &inputs);
    let contenders = vec![
        Contender::new("lanes, 2 threads", on(2)),
        Contender::new("lanes, 1 thread", on(1)),
    ];
    let title = format!("{}, {} inputs", workload.name, 8 * count);
    println!("{}", compare(LONG, contenders).listed(&title, 0));
}

/// Stops where wider registers gain nothing: a kernel that is not inlined into the function with
/// the target feature is compiled without it, and in silence.
fn watch(compared: &Comparison) {
    let of = |name: String| compared.names().position(|other| other == name);
    let plain = of(format!("lanes, {}", InstructionSet::PLAIN)).expect("every machine has it");
    for set in InstructionSet::all()
        .into_iter()
        .filter(|&set| set != InstructionSet::PLAIN)
    {
        let lanes = of(format!("lanes, {set}")).expect("all are measured");
        let ratio = compared.ratio(lanes, plain).median;
        assert!(
            ratio < 0.9,
            "with {set} lanes take {ratio:.2} of what plain ones take, 0.7 or less is usual: look \
             whether each kernel is inlined into a function of lanes/instruction_set.rs"
        );
    }
}
