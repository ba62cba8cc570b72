//! Learning rates that change from step to step.

use std::f64::consts::PI;
use std::fmt;
use std::str::FromStr;

/// What the learning rate is multiplied by, step by step.
///
/// ```
/// use nn::Schedule;
///
/// let schedule: Schedule = "step:100:0.5".parse()?;
/// assert_eq!([0, 99, 100, 250].map(|step| schedule.factor(step)), [1.0, 1.0, 0.5, 0.25]);
/// let schedule = Schedule::Cosine { warm_up: 4, steps: 12 };
/// assert_eq!([0, 3, 4, 8, 12].map(|step| schedule.factor(step)), [0.25, 1.0, 1.0, 0.5, 0.0]);
/// assert_eq!(schedule.to_string(), "cosine:12:4");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Schedule {
    /// 1.
    #[default]
    Constant,
    /// 1, and from every so many steps on times `factor` again: `step:EVERY:FACTOR`.
    Step {
        /// How many steps it stays the same.
        every: u64,
        /// What it is multiplied by then.
        factor: f64,
    },
    /// Up in equal steps to 1, then down along half a cosine to 0 at step `steps`:
    /// `cosine:STEPS` or `cosine:STEPS:WARM_UP`.
    Cosine {
        /// The first step with the whole learning rate.
        warm_up: u64,
        /// How many steps there are.
        steps: u64,
    },
    /// Up in equal steps to 1, where it stays: `warm-up:STEPS`.
    WarmUp {
        /// How many steps it takes.
        steps: u64,
    },
}

impl Schedule {
    /// The factor of a step, counted from 0.
    pub fn factor(self, step: u64) -> f64 {
        match self {
            Schedule::Constant => 1.0,
            Schedule::Step { every, factor } => {
                factor.powi(i32::try_from(step / every.max(1)).unwrap_or(i32::MAX))
            }
            Schedule::Cosine { warm_up, .. } if step < warm_up => rise(step, warm_up),
            Schedule::Cosine { warm_up, steps } => {
                let length = steps.saturating_sub(warm_up).max(1) as f64;
                let done = ((step - warm_up) as f64 / length).min(1.0);
                // From the nearer end, so that half the way is a half to the last digit.
                let half = (PI * (0.5 - done)).sin();
                0.5 + 0.5 * half
            }
            Schedule::WarmUp { steps } if step < steps => rise(step, steps),
            Schedule::WarmUp { .. } => 1.0,
        }
    }
}

fn rise(step: u64, steps: u64) -> f64 {
    (step + 1) as f64 / steps as f64
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Schedule::Constant => f.write_str("constant"),
            Schedule::Step { every, factor } => write!(f, "step:{every}:{factor}"),
            Schedule::Cosine { warm_up: 0, steps } => write!(f, "cosine:{steps}"),
            Schedule::Cosine { warm_up, steps } => write!(f, "cosine:{steps}:{warm_up}"),
            Schedule::WarmUp { steps } => write!(f, "warm-up:{steps}"),
        }
    }
}

impl FromStr for Schedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            format!(
                "`{text}`: expected constant, step:EVERY:FACTOR, cosine:STEPS, \
                 cosine:STEPS:WARM_UP or warm-up:STEPS"
            )
        };
        let count = |word: &str| {
            let count = word.parse().ok().filter(|&count: &u64| count > 0);
            count.ok_or_else(expected)
        };
        let parts: Vec<&str> = text.split(':').collect();
        match parts[..] {
            ["constant"] => Ok(Schedule::Constant),
            ["step", every, factor] => {
                let factor = factor
                    .parse()
                    .ok()
                    .filter(|f: &f64| f.is_finite() && *f >= 0.0);
                Ok(Schedule::Step {
                    every: count(every)?,
                    factor: factor.ok_or_else(expected)?,
                })
            }
            ["cosine", steps] => Ok(Schedule::Cosine {
                warm_up: 0,
                steps: count(steps)?,
            }),
            ["cosine", steps, warm_up] => Ok(Schedule::Cosine {
                warm_up: count(warm_up)?,
                steps: count(steps)?,
            }),
            ["warm-up", steps] => Ok(Schedule::WarmUp {
                steps: count(steps)?,
            }),
            _ => Err(expected()),
        }
    }
}
