//! `mnist check`: the book's gradient check, with the kinks told apart.
//!
//! A derivative by central differences is wrong where the two probes fall on different sides of a
//! kink of ReLU: the loss has no derivative there that both agree on, and the difference to the
//! swept gradient looks like a bug. Whether it happened is not guessed from the size of the
//! difference but seen: the probes' forward runs had different units active.

use std::fmt;

use clap::Args;
use mnist::dataset::{Scale, Split};
use nn::{Net, NumericalGradient, Recording, Targets};
use serde::Serialize;

use super::failure::Failure;
use super::options::{Computing, Data, FirstNet, fits_in_memory, image_of, shows_something};
use super::output::Output;
use super::sizes::net_words;

/// How many images are looked at: the book's number.
const IMAGES: usize = 3;

/// Half the distance of the probes: the book's. Its error grows with the square, rounding with the
/// inverse.
const STEP: f64 = 1e-4;

/// The same for nets of a line, whose slopes may change more: batch normalisation divides by
/// deviations that may be small.
const STEP_OF_LINES: f64 = 1e-5;

/// The largest mean difference off the kinks that passes.
const TOLERANCE: f64 = 1e-8;

/// Compare the gradients of the net before training with numerical ones
///
/// The gradient of the mean loss of the first 3 training images, swept and by central differences
/// with step 1e-4 (1e-5 for a net of a line), in f64. Exit code 1 if the mean difference of a
/// parameter is above 1e-8.
#[derive(Args, Debug)]
pub struct Options {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    net: FirstNet,
    #[command(flatten)]
    computing: Computing,
    /// Print one JSON object a line, for each parameter, and nothing else
    #[arg(long)]
    json: bool,
}

/// What was found for a parameter.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename = "check")]
struct Checked {
    /// Where the images come from.
    data: String,
    parameter: String,
    entries: usize,
    at_kinks: usize,
    /// Off the kinks, as the next; none if there are only kinks.
    mean_abs_difference: Option<f64>,
    max_abs_difference: Option<f64>,
}

impl Checked {
    fn new(parameter: String, swept: &[f64], numerical: &[f64], kinks: &[bool]) -> Self {
        let pairs = swept.iter().zip(numerical).zip(kinks);
        let off_kinks = pairs.filter(|(_, kink)| !**kink);
        let differences: Vec<f64> = off_kinks.map(|((s, n), _)| (s - n).abs()).collect();
        let count = differences.len();
        let some = |x: f64| (count > 0).then_some(x);
        // Unlike `f64::max`, this keeps a difference that is not a number.
        let larger = |a: f64, &b: &f64| if b > a || b.is_nan() { b } else { a };
        Checked {
            data: String::new(),
            parameter,
            entries: swept.len(),
            at_kinks: swept.len() - count,
            mean_abs_difference: some(differences.iter().sum::<f64>() / count as f64),
            max_abs_difference: some(differences.iter().fold(0.0, larger)),
        }
    }

    /// What is wrong with it.
    fn fault(&self) -> Option<String> {
        let mean = self.mean_abs_difference?;
        // So that a mean that is not a number does not pass.
        let passes = mean <= TOLERANCE;
        (!passes).then(|| format!("{}: mean {mean:.1e}, above {TOLERANCE:.0e}", self.parameter))
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |x: Option<f64>| x.map_or("-".to_owned(), |x| format!("{x:.1e}"));
        write!(
            f,
            "{:<9} {:>7} {:>5} {:>7} {:>7}",
            self.parameter,
            self.entries,
            self.at_kinks,
            number(self.mean_abs_difference),
            number(self.max_abs_difference)
        )
    }
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let mut output = Output::new(options.json);
    let (source, dataset) = options.data.load()?;
    output.text(format_args!("data: {source}"));
    let split = dataset.train();
    shows_something(&source, split)?;
    let (image, classes) = (image_of(split), dataset.classes());
    let settings = options.net.settings(image, classes)?;
    fits_in_memory(&settings, image, classes, IMAGES)?;
    let net: Net<f64> = settings.net_for(image, classes)?;
    let count = IMAGES.min(split.len());
    output.text(format_args!(
        "net: {}, seed {}; gradients of the mean loss of the first {count} training images, in \
         f64",
        net_words(&net),
        settings.seed
    ));
    let mut faults = Vec::new();
    let entries: usize = net.learned().map(|(_, value)| value.len()).sum();
    output.show_share(format!("probing {entries} entries"), entries as u64);
    let threads = options.computing.start()?;
    let done = |done| output.move_bar(done as u64);
    let found = threads.run(|| check(&net, split, count, threads.count(), done));
    output.hide_bar();
    output.text(format_args!(
        "{:<9} {:>7} {:>5} {:>7} {:>7}",
        "parameter", "entries", "kinks", "mean", "largest"
    ));
    for mut checked in found? {
        checked.data = source.to_string();
        output.event(&checked);
        faults.extend(checked.fault());
    }
    output.text(
        "Mean and largest are the differences of the two gradients, kinks left out: there, one \
         probe of the numerical \
         one had a ReLU unit active that the other had not, so that there is nothing to compare \
         with.",
    );
    output.finish()?;
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Failure::Gradients(faults))
    }
}

/// Both gradients on the first `count` images, compared for each parameter, by so many probers at
/// once. `done` is told how many entries were probed.
fn check(
    net: &Net<f64>,
    split: &Split,
    count: usize,
    probers: usize,
    done: impl FnMut(usize) + Send,
) -> Result<Vec<Checked>, Failure> {
    let chosen: Vec<usize> = (0..count).collect();
    let prober = |_| {
        let mut recording = Recording::training(net, count, Targets::Labels);
        split.gather(&chosen, Scale::Unit, recording.examples_mut().into_values());
        split.gather_labels(&chosen, recording.targets_mut().into_values());
        recording
    };
    let mut recordings: Vec<_> = (0..probers).map(prober).collect();
    let step = net.activation().map_or(STEP_OF_LINES, |_| STEP);
    let numerical = NumericalGradient::of(&mut recordings, step, done)?;
    let recording = &mut recordings[0];
    recording.sweep()?;
    let names = net.learned().map(|(name, _)| name);
    let mut checked = Vec::new();
    for (k, name) in names.enumerate() {
        let swept = recording.cotangents().of(recording.parameters()[k])?;
        let slopes = numerical.slopes[k].as_slice();
        let kinks = numerical.kinks[k].as_slice();
        checked.push(Checked::new(name, swept.values(), slopes, kinks));
    }
    Ok(checked)
}
