//! Runs that are timed.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::error::Error;
use std::time::{Duration, Instant};

/// What an evaluation came to: its result, and how long each run took.
pub struct Outcome {
    pub output: Value,
    pub times: Vec<Duration>,
}

/// The outcome, or why there is none.
pub type Evaluated = Result<Outcome, Box<dyn Error>>;

/// How often an evaluation is to be run.
#[derive(Deserialize)]
struct Often {
    #[serde(default = "once")]
    min_runs: usize,
    #[serde(default)]
    min_seconds: f64,
}

fn once() -> usize {
    1
}

/// Runs a function as often as the suite asks for, and hands on its last result. Each run is given
/// what the last one gave, whose memory may serve again. What the suite takes as the result is made
/// of it by `shown`, which is not timed.
pub fn timed<R, S: Serialize>(
    input: &Value,
    mut run: impl FnMut(Option<R>) -> Result<R, tape::Error>,
    shown: impl FnOnce(R) -> S,
) -> Evaluated {
    let often = match input {
        Value::Object(_) => Often::deserialize(input)?,
        _ => Often {
            min_runs: once(),
            min_seconds: 0.0,
        },
    };
    let least = Duration::try_from_secs_f64(often.min_seconds)?;
    let (mut times, mut elapsed, mut last) = (Vec::new(), Duration::ZERO, None);
    loop {
        let start = Instant::now();
        let result = run(last.take())?;
        let time = start.elapsed();
        times.push(time);
        elapsed += time;
        if times.len() >= often.min_runs && elapsed >= least {
            let output = serde_json::to_value(shown(result))?;
            return Ok(Outcome { output, times });
        }
        last = Some(result);
    }
}
