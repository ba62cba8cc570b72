//! What a run has measured on its way, as its logs hold it.
//!
//! The logs are kept as the text of their files, because that is what is saved and summed; here
//! they become numbers again, for curves. A line that is none is left out: the sums in a checkpoint
//! say that a log is the run's own, not that nobody ever edited both.

use std::fmt;

use crate::run_log::Log;

/// The accuracies at a step: a line of `accuracy.csv`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// How many epochs were whole; 0 before the first step.
    pub epoch: u64,
    /// How many steps were taken.
    pub step: u64,
    /// The share of training images that were read right.
    pub train_accuracy: f64,
    /// The share of test images that were read right.
    pub test_accuracy: f64,
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Measured {
            epoch,
            step,
            train_accuracy,
            test_accuracy,
        } = self;
        write!(f, "{epoch},{step},{train_accuracy},{test_accuracy}")
    }
}

impl Measured {
    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split(',');
        let measured = Measured {
            epoch: fields.next()?.parse().ok()?,
            step: fields.next()?.parse().ok()?,
            train_accuracy: share(fields.next()?)?,
            test_accuracy: share(fields.next()?)?,
        };
        fields.next().is_none().then_some(measured)
    }
}

fn share(field: &str) -> Option<f64> {
    field.parse().ok().filter(|x| (0.0..=1.0).contains(x))
}

/// What `accuracy.csv` says, in its order.
///
/// ```
/// use mnist::history::{self, Measured};
/// use mnist::run_directory::Logs;
///
/// let mut logs = Logs::default();
/// let measured = Measured { epoch: 1, step: 600, train_accuracy: 0.925, test_accuracy: 0.9 };
/// logs.accuracy.record(measured);
/// assert_eq!(history::accuracies(&logs.accuracy), [measured]);
/// ```
pub fn accuracies(log: &Log) -> Vec<Measured> {
    lines(log).filter_map(Measured::parse).collect()
}

/// The first of those with the highest test accuracy; none of none.
///
/// ```
/// use mnist::history::{self, Measured};
///
/// let at = |epoch, test_accuracy| Measured {
///     epoch,
///     step: 600 * epoch,
///     train_accuracy: 1.0,
///     test_accuracy,
/// };
/// let history = [at(0, 0.1), at(1, 0.97), at(2, 0.98), at(3, 0.98)];
/// assert_eq!(history::best(&history).unwrap().epoch, 2);
/// ```
pub fn best(history: &[Measured]) -> Option<Measured> {
    let higher = |best: Measured, one: &Measured| match one.test_accuracy > best.test_accuracy {
        true => *one,
        false => best,
    };
    let first = *history.first()?;
    Some(history.iter().fold(first, higher))
}

/// What `loss.csv` says, in its order: each step and its loss, if that is finite.
pub fn losses(log: &Log) -> impl Iterator<Item = (u64, f64)> + Clone {
    lines(log).filter_map(|line| {
        let (step, loss) = line.split_once(',')?;
        let loss = loss.parse().ok().filter(|loss: &f64| loss.is_finite())?;
        Some((step.parse().ok()?, loss))
    })
}

/// The lines after the header.
fn lines(log: &Log) -> impl Iterator<Item = &str> + Clone {
    let lines = log.text().split(|&byte| byte == b'\n').skip(1);
    lines.filter_map(|line| std::str::from_utf8(line).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run_directory::Logs;

    #[test]
    fn lines_that_are_none_are_left_out() {
        let mut logs = Logs::default();
        let good = Measured {
            epoch: 2,
            step: 1200,
            train_accuracy: 1.0,
            test_accuracy: 1.0 / 3.0,
        };
        logs.accuracy.record(good);
        for line in ["", "3,4,0.5", "3,4,0.5,NaN", "3,4,0.5,1.5", "3,4,0.5,0.5,0"] {
            logs.accuracy.record(line);
        }
        assert_eq!(accuracies(&logs.accuracy), [good]);
        for line in ["1,2.5", "2", "x,1", "3,inf", "4,0.125"] {
            logs.loss.record(line);
        }
        assert!(losses(&logs.loss).eq([(1, 2.5), (4, 0.125)]));
    }
}
