//! The suite's protocol: every message has an id and a kind, and is answered under its id.

use crate::evals;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::error::Error;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// What the suite says.
#[derive(Deserialize)]
struct Message {
    id: Value,
    kind: String,
    #[serde(default)]
    module: String,
    #[serde(default)]
    function: String,
    #[serde(default)]
    input: Value,
}

/// What an evaluation came to: its result, and how long each run took.
pub struct Outcome {
    output: Value,
    times: Vec<Duration>,
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

/// Runs a function as often as the suite asks for, and hands on its last result. What the suite
/// takes as the result is made of it by `shown`, which is not timed.
pub fn timed<R, S: Serialize>(
    input: &Value,
    mut run: impl FnMut() -> Result<R, tape::Error>,
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
    let (mut times, mut elapsed) = (Vec::new(), Duration::ZERO);
    loop {
        let start = Instant::now();
        let result = run()?;
        let time = start.elapsed();
        times.push(time);
        elapsed += time;
        if times.len() >= often.min_runs && elapsed >= least {
            let output = serde_json::to_value(shown(result))?;
            return Ok(Outcome { output, times });
        }
    }
}

/// The answer to a line.
///
/// # Errors
/// If the line is no message: then there is no id to answer under.
pub fn answer(line: &str) -> io::Result<Value> {
    let message: Message = serde_json::from_str(line).map_err(|error| {
        let what = format!("expected a message of GradBench's protocol, found `{line}`: {error}");
        io::Error::new(io::ErrorKind::InvalidData, what)
    })?;
    let id = &message.id;
    Ok(match message.kind.as_str() {
        "start" => json!({"id": id, "tool": "wengert"}),
        "define" => json!({"id": id, "success": evals::NAMES.contains(&message.module.as_str())}),
        "evaluate" => match evaluated(&message) {
            Ok(Outcome { output, times }) => {
                let times = times
                    .iter()
                    .map(|time| json!({"name": "evaluate", "nanoseconds": time.as_nanos() as u64}));
                let timings: Vec<Value> = times.collect();
                json!({"id": id, "success": true, "output": output, "timings": timings})
            }
            Err(error) => json!({"id": id, "success": false, "error": error.to_string()}),
        },
        _ => json!({"id": id}),
    })
}

/// Evaluates what a message asks for. An input that does not fit its own dimensions panics within;
/// the suite gets an answer to that, too.
fn evaluated(message: &Message) -> Evaluated {
    let Message {
        module,
        function,
        input,
        ..
    } = message;
    let run = || evals::evaluate(module, function, input);
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
        let said = said.unwrap_or("it panicked");
        Err(format!("{module}, {function}: {said}").into())
    })
}
