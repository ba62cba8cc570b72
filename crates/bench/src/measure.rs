//! Timing several programs in turn.
//!
//! A machine that others use has slow minutes and fast ones, and its clock speed is nobody's
//! promise. So a time says little; the ratio of two times taken right after one another says more,
//! and the median of many such ratios can be relied on. A *round* times every contender once, each
//! for a few milliseconds; the ratio of two contenders is taken round by round.
//!
//! The benches of the other crates include this file by its path, so that there is one way to
//! measure.

use std::time::{Duration, Instant};

/// A program to be timed.
pub struct Contender<'a> {
    name: String,
    run: Box<dyn FnMut(u32) -> Duration + 'a>,
}

impl<'a> Contender<'a> {
    /// A program that runs in this process: one call is one run.
    pub fn new(name: impl Into<String>, mut call: impl FnMut() + 'a) -> Self {
        Contender::timed_by_itself(name, move |calls| {
            let start = Instant::now();
            (0..calls).for_each(|_| call());
            start.elapsed()
        })
    }

    /// A program that runs as often as it is told to and says how long that took.
    pub fn timed_by_itself(name: impl Into<String>, run: impl FnMut(u32) -> Duration + 'a) -> Self {
        Contender {
            name: name.into(),
            run: Box::new(run),
        }
    }
}

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How many rounds.
    pub rounds: usize,
    /// For how long a contender runs in each, if one call is not longer.
    pub sample: Duration,
}

impl Effort {
    /// What a table needs: pairs close together, and many of them.
    pub const USUAL: Effort = Effort {
        rounds: 61,
        sample: Duration::from_millis(4),
    };
}

/// The times of contenders that were measured in turn.
pub struct Comparison {
    names: Vec<String>,
    /// Nanoseconds a call, a list of rounds for each contender.
    times: Vec<Vec<f64>>,
}

/// The ratios of two contenders' times: the median, and the quartiles on both sides of it.
#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    pub low: f64,
    pub median: f64,
    pub high: f64,
}

/// Times the contenders in turn.
pub fn compare(effort: Effort, mut contenders: Vec<Contender<'_>>) -> Comparison {
    let calls: Vec<u32> = contenders
        .iter_mut()
        .map(|contender| calls_in(effort.sample, contender))
        .collect();
    let mut times = vec![Vec::with_capacity(effort.rounds); contenders.len()];
    for _ in 0..effort.rounds {
        for ((contender, &calls), times) in contenders.iter_mut().zip(&calls).zip(&mut times) {
            // What the others pushed out of the caches comes back untimed.
            (contender.run)(1);
            let elapsed = (contender.run)(calls);
            times.push(elapsed.as_secs_f64() * 1e9 / f64::from(calls));
        }
    }
    let names = contenders.into_iter().map(|contender| contender.name);
    Comparison {
        names: names.collect(),
        times,
    }
}

/// How many calls fill the time, found by doubling.
fn calls_in(time: Duration, contender: &mut Contender<'_>) -> u32 {
    (contender.run)(1);
    let mut calls = 1;
    loop {
        let elapsed = (contender.run)(calls);
        if elapsed >= time / 2 {
            let fitting = time.as_secs_f64() / elapsed.as_secs_f64() * f64::from(calls);
            return (fitting.round() as u32).max(1);
        }
        calls *= 2;
    }
}

impl Comparison {
    /// A line for each contender: nanoseconds a call, and the ratio to one of them.
    pub fn listed(&self, workload: &str, reference: usize) -> String {
        let line = |(contender, name)| {
            let (time, ratio) = (self.time(contender), self.ratio(contender, reference));
            format!("  {time:>12.0} ns  {ratio}  {name}\n")
        };
        let lines: String = self.names().enumerate().map(line).collect();
        format!("{workload}\n{lines}")
    }

    /// The contenders' names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Nanoseconds a call, the median over the rounds.
    pub fn time(&self, contender: usize) -> f64 {
        quantile(&mut self.times[contender].clone(), 0.5)
    }

    /// The time of one contender in units of another's.
    pub fn ratio(&self, of: usize, to: usize) -> Ratio {
        let pairs = self.times[of].iter().zip(&self.times[to]);
        let mut ratios: Vec<f64> = pairs.map(|(of, to)| of / to).collect();
        Ratio {
            low: quantile(&mut ratios, 0.25),
            median: quantile(&mut ratios, 0.5),
            high: quantile(&mut ratios, 0.75),
        }
    }
}

/// The value below which a share of the values lies.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share).round() as usize]
}

impl std::fmt::Display for Ratio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2} ({:.2}–{:.2})", self.median, self.low, self.high)
    }
}
