//! What the program says while it works: lines of text or of JSON, and a progress bar on a
//! terminal.

use std::fmt::{self, Display};
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use mnist::history::Measured;
use serde::Serialize;

use super::failure::Failure;
use super::glyphs::curves;

/// How often the bar is drawn.
const FRAME: Duration = Duration::from_millis(100);

/// Standard output, and the bar on standard error.
///
/// A line that cannot be written is not an error at once: there may be something to save first. It
/// is remembered, and [`Output::finish`] returns it.
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
        let template = match columns(&Term::stderr()) {
            ..84 => "{percent:>3} %, loss {msg}",
            _ => "{bar:20} {pos}/{len}, loss {msg}, {speed} steps/s, {eta} left",
        };
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
            let reached = &self.reached;
            self.bar.set_message(format!("{loss:.3}, test {reached}"));
            self.move_bar(step);
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
        let fits = |chart: &String| widest(chart) <= self.columns();
        if self.is_for_people()
            && let Some(chart) = curves(history).filter(fits)
        {
            self.line(chart);
        }
    }

    /// Whether it is text on a terminal.
    fn is_for_people(&self) -> bool {
        !self.json && io::stdout().is_terminal()
    }

    /// Shows how much of something is done, of `whole` in all, if lines of text go to a terminal
    /// too.
    pub fn show_share(&mut self, what: String, whole: u64) {
        if !self.is_for_people() {
            return;
        }
        let style = ProgressStyle::with_template("{percent:>3} %, {msg}, {eta} left");
        self.bar = ProgressBar::with_draw_target(Some(whole), ProgressDrawTarget::stderr())
            .with_style(style.expect("a template of known keys"))
            .with_message(what);
        self.bar.tick();
    }

    /// Moves the bar that shows a share, now and then.
    pub fn move_bar(&mut self, done: u64) {
        if !self.bar.is_hidden() && self.drawn.elapsed() >= FRAME {
            self.drawn = Instant::now();
            self.bar.set_position(done);
        }
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
            self.prose(event);
        }
    }

    /// Writes a line that JSON does not have.
    pub fn text(&mut self, text: impl Display) {
        if !self.json {
            self.prose(text);
        }
    }

    /// Writes text, broken between words where a terminal is too narrow for it.
    fn prose(&mut self, text: impl Display) {
        self.line(broken(&text.to_string(), self.columns()));
    }

    /// How many columns the lines of text may have.
    pub fn columns(&self) -> usize {
        match self.is_for_people() {
            true => columns(&Term::stdout()),
            false => usize::MAX,
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

/// Writes an error or a warning, broken between words on a terminal. If it cannot be said, there is
/// nobody to hear it.
pub fn complain(text: impl Display) {
    let text = broken(&text.to_string(), columns(&Term::stderr()));
    let _ = writeln!(io::stderr(), "{text}");
}

/// How many columns a terminal has; plenty where it is none.
fn columns(terminal: &Term) -> usize {
    terminal
        .size_checked()
        .map_or(usize::MAX, |(_, columns)| columns.into())
}

fn widest(text: &str) -> usize {
    text.lines()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0)
}

/// What begins a line for somebody's shell.
const COMMANDS: [&str; 3] = ["curl ", "echo ", "unzip "];

/// The text with lines of at most `columns` characters, as far as its words allow. Further lines of
/// one stand under its text, behind a first word such as `data:`. What is drawn and what is to be
/// copied stays as it is.
fn broken(text: &str, columns: usize) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| broken_line(line, columns))
        .collect();
    lines.join("\n")
}

fn broken_line(line: &str, columns: usize) -> String {
    let margin = line.len() - line.trim_start().len();
    let is_drawn = |c: char| ('\u{2500}'..'\u{25a0}').contains(&c);
    let is_picture = margin >= 8 || line[margin..].contains("   ") || line.contains(is_drawn);
    let command = line
        .split_once(": curl ")
        .map_or(&line[margin..], |_| "curl ");
    let is_command = COMMANDS.iter().any(|word| command.starts_with(word));
    if line.chars().count() <= columns || is_picture || is_command {
        return line.to_owned();
    }
    let label = line.split_once(": ").map_or(0, |(label, rest)| {
        label.chars().count() + 2 + (rest.len() - rest.trim_start().len())
    });
    let indent = " ".repeat(if label < 8 { margin.max(label) } else { margin });
    let mut broken = String::new();
    let mut width = 0;
    for word in line.split_inclusive(' ') {
        let length = word.trim_end().chars().count();
        if width + length > columns && width > indent.len() {
            broken.truncate(broken.trim_end().len());
            broken += "\n";
            broken += &indent;
            width = indent.len();
        }
        broken += word;
        width += word.chars().count();
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(broken("one two three\nfour", 8), "one two\nthree\nfour");
        assert_eq!(
            broken("data: one two three four", 14),
            "data: one two\n      three\n      four"
        );
        assert_eq!(
            broken("      one two three", 12),
            "      one\n      two\n      three"
        );
        assert_eq!(broken("unbreakably long", 5), "unbreakably\nlong");
        for command in [
            "by hand: curl -L URL",
            "  curl -L URL",
            "  echo 'sum' | check",
        ] {
            assert_eq!(broken(command, 9), command);
        }
        assert_eq!(
            broken("run:  10 steps of 100", 15),
            "run:  10 steps\n      of 100"
        );
        for columns in 0..30 {
            let text = "data: digits drawn by this program, not MNIST";
            let words = |text: &str| {
                text.split_whitespace()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            assert_eq!(words(&broken(text, columns)), words(text), "{columns}");
        }
        assert_eq!(widest("\u{2588}\none two\nthree"), 7);
        for columns in 18..60 {
            let text = "net:  784-50-10, relu, normal:0.01, seed 1, f32";
            assert!(widest(&broken(text, columns)) <= columns, "{columns}");
        }
    }
}
