//! The suite's protocol: every message has an id and a kind, and is answered under its id.

use crate::evals;
use crate::timing::{Evaluated, Outcome};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

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
