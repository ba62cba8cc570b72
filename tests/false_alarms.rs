//! Right derivatives are never called wrong: random programs of every operation, layer and loss, in
//! `f32` and `f64`, checked as a user would.
//!
//! `cargo test` checks some. All of them, with the counts: see docs/testing.md, "False alarms".

#[path = "false_alarms/programs.rs"]
mod programs;

use programs::{Random, Regime, record};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Mutex;
use std::thread;
use tape::check::{Check, FindingKind, Report};
use tape::{Scalar, Tape};

/// How many programs are checked, unless the environment variable `PROGRAMS` says otherwise.
const PROGRAMS: u64 = 1_500;
/// The most derivatives that may be left unjudged, where numbers are ordinary and in all.
const MOST_UNJUDGED: (f64, f64) = (0.01, 0.15);

/// What was counted.
#[derive(Clone, Debug, Default)]
struct Counts {
    programs: usize,
    entries: usize,
    derivatives: usize,
    unjudged: usize,
    kinks: usize,
    faults: usize,
}

impl Counts {
    fn add(&mut self, report: &Report) {
        self.programs += 1;
        self.entries += report.entries;
        self.derivatives += report.comparisons;
        let unjudged = report
            .remarks
            .iter()
            .filter(|remark| remark.kind == FindingKind::NotJudged);
        self.unjudged += unjudged.clone().count();
        self.kinks += report.remarks.len() - unjudged.count();
        self.faults += report.faults.len() + report.gradient.len();
    }

    fn merge(&mut self, other: &Counts) {
        self.programs += other.programs;
        self.entries += other.entries;
        self.derivatives += other.derivatives;
        self.unjudged += other.unjudged;
        self.kinks += other.kinks;
        self.faults += other.faults;
    }

    fn share_unjudged(&self) -> f64 {
        self.unjudged as f64 / self.derivatives as f64
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} programs, {} entries, {} derivatives, {} unjudged ({:.2} %), {} at kinks, {} \
             faults",
            self.programs,
            self.entries,
            self.derivatives,
            self.unjudged,
            100.0 * self.share_unjudged(),
            self.kinks,
            self.faults
        )
    }
}

#[derive(Default)]
struct Found {
    counts: BTreeMap<(Regime, &'static str), Counts>,
    ops: BTreeSet<&'static str>,
    alarms: Vec<String>,
}

fn check<T: Scalar>(seed: u64, regime: Regime, kind: &'static str, found: &Mutex<Found>) {
    let tape = Tape::<T>::default();
    let output = record(&tape, regime, &mut Random::new(seed));
    let report = Check::default().seed(seed).tape(&tape, output);
    let mut found = found.lock().unwrap();
    found.counts.entry((regime, kind)).or_default().add(&report);
    found
        .ops
        .extend(tape.entries().iter().map(|entry| entry.op));
    if !report.is_ok() && found.alarms.len() < 20 {
        let entries = tape.entries();
        let listed = entries.iter().map(|entry| {
            let value = match entry.id {
                tape::EntryId::Scalar(id) => format!("{:?}", tape.value(id).unwrap()),
                tape::EntryId::Matrix(id) => tape
                    .read(id, |x| format!("{} {:?}", x.shape(), x.values()))
                    .unwrap(),
            };
            format!(
                "  {}: {}{:?} = {value}\n",
                entry.index, entry.op, entry.operands
            )
        });
        let listed: String = listed.collect();
        let alarm = format!("program {seed}, {regime:?}, {kind}:\n{listed}{report}");
        found.alarms.push(alarm);
    }
}

#[test]
fn right_derivatives_are_never_called_wrong() {
    let programs = std::env::var("PROGRAMS").map_or(PROGRAMS, |n| n.parse().expect("a number"));
    let first = std::env::var("FIRST").map_or(0, |n| n.parse().expect("a number"));
    let found = Mutex::new(Found::default());
    let threads = thread::available_parallelism().map_or(1, usize::from) as u64;
    thread::scope(|scope| {
        for thread in 0..threads {
            let found = &found;
            scope.spawn(move || {
                for seed in (first..first + programs).filter(|seed| seed % threads == thread) {
                    let regimes = [Regime::Ordinary, Regime::Saturated, Regime::Extreme];
                    let regime = regimes[(seed / 2 % 3) as usize];
                    match seed % 2 {
                        0 => check::<f64>(seed, regime, "f64", found),
                        _ => check::<f32>(seed, regime, "f32", found),
                    }
                }
            });
        }
    });
    let found = found.into_inner().unwrap();
    let (mut all, mut ordinary) = (Counts::default(), Counts::default());
    for ((regime, kind), counts) in &found.counts {
        println!("{regime:?}, {kind}: {counts}");
        all.merge(counts);
        if *regime == Regime::Ordinary {
            ordinary.merge(counts);
        }
    }
    println!("together: {all}");
    assert!(found.alarms.is_empty(), "{}", found.alarms.join("\n"));
    assert_eq!(all.faults, 0);
    let (of_ordinary, of_all) = MOST_UNJUDGED;
    assert!(
        ordinary.share_unjudged() <= of_ordinary,
        "ordinary: {ordinary}"
    );
    assert!(all.share_unjudged() <= of_all, "together: {all}");
    let registered = tape::ops::all::<f64>();
    let layers = nn::ops::all::<f64>();
    let names = registered.iter().chain(&layers).map(|op| op.name());
    let names = names.chain(tape::rules::all().into_iter().map(|rule| rule.name()));
    let missing: Vec<&str> = names.filter(|name| !found.ops.contains(name)).collect();
    assert!(missing.is_empty(), "never recorded: {missing:?}");
}
