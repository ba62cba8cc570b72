//! The step in Python's tools, in a process of their own that takes its turn like every other
//! contender.
//!
//! `python/step.py` reads a request a line (tool, hidden units, batch, steps) and answers with
//! nanoseconds and the last loss. It measures itself: the pipe is not in the time.

use super::problem::Problem;
use super::stepper::Stepper;
use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

/// An interpreter that runs `step.py`, and the tools that it found.
pub struct Python {
    lines: Rc<RefCell<Lines>>,
    tools: Vec<String>,
}

struct Lines {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Python {
    /// Starts the script.
    ///
    /// # Panics
    /// If there is no such interpreter.
    pub fn start(interpreter: &str) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/step.py");
        let mut child = Command::new(interpreter)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{interpreter}: {error}"));
        let requests = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("piped"));
        let mut lines = Lines {
            child,
            requests,
            answers,
        };
        // The first line lists the tools, with versions: "NumPy 2.4.0, JAX 0.10.0".
        let tools = lines.read().split(", ").map(str::to_owned).collect();
        Python {
            lines: Rc::new(RefCell::new(lines)),
            tools,
        }
    }

    /// A stepper for each tool.
    pub fn steppers(&mut self, problem: &Problem) -> Vec<Stepper<'static>> {
        let Problem { batch, hidden, .. } = *problem;
        let stepper = |tool: &String| {
            let (lines, tool) = (Rc::clone(&self.lines), tool.clone());
            let name = tool.clone();
            let steps = move |count| {
                let answer = lines
                    .borrow_mut()
                    .ask(&format!("{tool},{hidden},{batch},{count}"));
                let (nanoseconds, loss) = answer.split_once(' ').expect("two numbers");
                let nanoseconds = nanoseconds.parse().expect("nanoseconds");
                (
                    Duration::from_nanos(nanoseconds),
                    loss.parse().expect("a loss"),
                )
            };
            Stepper {
                name,
                steps: Box::new(steps),
            }
        };
        self.tools.iter().map(stepper).collect()
    }
}

impl Lines {
    fn ask(&mut self, request: &str) -> String {
        let requests = self.requests.as_mut().expect("open until the end");
        writeln!(requests, "{request}").expect("a script that reads");
        self.read()
    }

    fn read(&mut self) -> String {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line);
        assert!(matches!(read, Ok(1..)), "step.py ended early");
        line.trim_end().to_owned()
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        // The script ends with its input.
        self.requests = None;
        let _ = self.child.wait();
    }
}
