//! What the program says while it works: lines of text or of JSON, and a progress bar on a terminal.

use std::fmt::{self, Display};
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use mnist::history::Measured;
use serde::Serialize;

use super::Failure;
use super::glyphs::curves;

/// How often the bar is drawn.
const FRAME: Duration = Duration::from_millis(100);

/// Standard output, and the bar on standard error.
///
/// A line that cannot be written is not an error at once: there may be something to save first. It is remembered, and
/// [`Output::finish`] returns it.
#[derive(Debug)]
pub struct Output {
    json: bool,
    bar: ProgressBar,
    drawn: Instant,
    /// The test accuracy measured last, as the bar shows it.
    reached: String,
    broken: Option<io::Error>,
}

impl Output {
    /// Lines of JSON, or else of text.
    pub fn new(json: bool) -> Self {
        Output {
            json,
            bar: ProgressBar::hidden(),
            drawn: Instant::now(),
            reached: "–".to_owned(),
            broken: None,
        }
    }

    /// Shows a bar over `steps` from `step` on, if lines of text go to a terminal too.
    pub fn show_bar(&mut self, step: u64, steps: u64) {
        if !self.is_for_people() {
            return;
        }
        // Short of the line's end: a ^C that the terminal shows must not break the line.
        let template = "{bar:20} {pos}/{len}, loss {msg}, {speed} steps/s, {eta} left";
        let speed = |state: &ProgressState, to: &mut dyn fmt::Write| {
            // A speed that cannot be shown is not worth an error.
            let _ = write!(to, "{:.0}", state.per_sec());
        };
        let style = ProgressStyle::with_template(template).expect("a template of known keys");
        let style = style.with_key("speed", speed).progress_chars("█▉▊▋▌▍▎▏ ");
        // A position to count from makes the speed that of this run, not of one it goes on with.
        self.bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr())
            .with_style(style)
            .with_position(step);
        self.bar.reset_eta();
    }

    /// Moves the bar, now and then.
    pub fn progress(&mut self, step: u64, loss: impl Display) {
        if !self.bar.is_hidden() && self.drawn.elapsed() >= FRAME {
            self.drawn = Instant::now();
            let reached = &self.reached;
            self.bar.set_message(format!("{loss:.3}, test {reached}"));
            self.bar.set_position(step);
        }
    }

    /// Takes note of what was measured last.
    pub fn reached(&mut self, measured: Option<&Measured>) {
        if let Some(measured) = measured {
            self.reached = format!("{:.4}", measured.test_accuracy);
        }
    }

    /// Draws the accuracies, if lines of text go to a terminal.
    pub fn chart(&mut self, history: &[Measured]) {
        if self.is_for_people()
            && let Some(chart) = curves(history)
        {
            self.line(chart);
        }
    }

    /// Whether it is text on a terminal.
    fn is_for_people(&self) -> bool {
        !self.json && io::stdout().is_terminal()
    }

    /// Takes the bar away.
    pub fn hide_bar(&mut self) {
        self.bar.finish_and_clear();
    }

    /// Writes an event, as JSON or as its text.
    pub fn event(&mut self, event: &(impl Serialize + Display)) {
        if self.json {
            let line = serde_json::to_string(event).expect("numbers and names are JSON");
            self.line(&line);
        } else {
            self.line(event);
        }
    }

    /// Writes a line that JSON does not have.
    pub fn text(&mut self, text: impl Display) {
        if !self.json {
            self.line(text);
        }
    }

    fn line(&mut self, line: impl Display) {
        if self.broken.is_none() {
            let written = self.bar.suspend(|| writeln!(io::stdout(), "{line}"));
            self.broken = written.err();
        }
    }

    /// Whether nobody can read the output any more.
    pub fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// Says whether all of it was written.
    pub fn finish(self) -> Result<(), Failure> {
        self.bar.finish_and_clear();
        self.broken
            .map_or(Ok(()), |error| Err(Failure::Output(error)))
    }
}
