//! `mnist train`: the book's run, and others like it.

use std::path::{self, Path, PathBuf};
use std::time::Instant;

use clap::Args;
use mnist::Float;
use mnist::batches::Batches;
use mnist::checkpoint::{Fingerprint, Run};
use mnist::dataset::{Dataset, Source};
use mnist::evaluation::Evaluation;
use mnist::history;
use mnist::run_directory::{Logs, RunDirectory, Saved};
use mnist::settings::{Precision, Settings};
use mnist::training::Training;
use nn::Sgd;

use super::Failure;
use super::interrupt::Interrupt;
use super::options::{Data, FirstNet, count, fits_in_memory};
use super::output::Output;

mod events;
mod learner;

use events::Start;
use learner::{Keep, Learner};

/// Train a net, by default as the book does
///
/// The defaults are those of "Deep Learning from Scratch", chapter 5. Accuracies are measured before the first step
/// and after each epoch: as many steps as it takes to draw as many images as there are. Ctrl-C ends the run as if all
/// its steps were done, a second Ctrl-C at once.
#[derive(Args, Debug)]
pub struct Options {
    #[command(flatten)]
    data: Data,
    /// How many steps the run has, from its first on [default: 10000; resumed, what it was begun with]
    #[arg(long, value_name = "N", value_parser = steps)]
    steps: Option<u64>,
    /// Images a step learns from, drawn with replacement
    #[arg(long, value_name = "N", default_value = "100", value_parser = count)]
    batch: usize,
    /// The learning rate
    #[arg(long, value_name = "RATE", default_value = "0.1", value_parser = learning_rate)]
    lr: f64,
    #[command(flatten)]
    net: FirstNet,
    /// The numbers computed with
    #[arg(long, value_enum, default_value_t)]
    precision: PrecisionName,
    /// Save what is learned in this directory, at each epoch's end and at the end
    ///
    /// weights.safetensors holds the net, loss.csv every step's loss, accuracy.csv the accuracies measured, checkpoint
    /// what --resume needs. At the end come report.html, a page that shows what was learned, and its curves as
    /// accuracy.svg and loss.svg. Files of an earlier run are replaced when the first epoch is learned.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on with the run that was saved in this directory
    ///
    /// It ends as it would have without the break, to the last bit. All its settings are known; --steps can make it
    /// longer, and --data says where its images are now.
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with_all = ["batch", "lr", "hidden", "activation", "init", "seed", "precision", "out"]
    )]
    resume: Option<PathBuf>,
    /// Print one JSON object a line and nothing else
    #[arg(long)]
    json: bool,
    /// Print which data it is and how it ended, nothing in between
    #[arg(long)]
    quiet: bool,
}

/// [`Precision`] as the command line has it.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum PrecisionName {
    #[default]
    F32,
    F64,
}

fn steps(text: &str) -> Result<u64, String> {
    let steps = text.parse().ok().filter(|&steps| steps > 0);
    steps.ok_or_else(|| "expected a whole number from 1 on".to_owned())
}

fn learning_rate(text: &str) -> Result<f64, String> {
    let rate = text
        .parse()
        .ok()
        .filter(|rate: &f64| rate.is_finite() && *rate > 0.0);
    rate.ok_or_else(|| "expected a finite number above 0".to_owned())
}

impl Options {
    fn settings(&self) -> Settings {
        let net = self.net.settings();
        Settings {
            steps: self.steps.unwrap_or(net.steps),
            batch: self.batch,
            learning_rate: self.lr,
            precision: match self.precision {
                PrecisionName::F32 => Precision::F32,
                PrecisionName::F64 => Precision::F64,
            },
            ..net
        }
    }
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let began = Instant::now();
    let interrupt = Interrupt::listen()?;
    let plan = match &options.resume {
        Some(directory) => resumed(options, directory)?,
        None => begun(options)?,
    };
    match plan.run.settings.precision {
        Precision::F32 => plan.execute::<f32>(options, interrupt, began),
        Precision::F64 => plan.execute::<f64>(options, interrupt, began),
    }
}

/// All that is known before the first step.
struct Plan {
    run: Run,
    source: Source,
    dataset: Dataset,
    directory: Option<RunDirectory>,
    saved: Option<Saved>,
}

/// The plan of a new run.
fn begun(options: &Options) -> Result<Plan, Failure> {
    // First of all, so that a directory that cannot be made is known at once.
    let directory = options
        .out
        .as_deref()
        .map(RunDirectory::create)
        .transpose()?;
    let source = options.data.source();
    let dataset = source.load()?;
    let run = Run {
        settings: options.settings(),
        source: match &source {
            // Absolute, because the run may be resumed from elsewhere.
            Source::Directory(path) => {
                let path = path::absolute(path).unwrap_or_else(|_| path.clone());
                Some(path.to_string_lossy().into_owned())
            }
            Source::Digits => None,
        },
        data: Fingerprint::of(&dataset),
    };
    Ok(Plan {
        run,
        source,
        dataset,
        directory,
        saved: None,
    })
}

/// The plan of a run that was saved in the directory `path`.
fn resumed(options: &Options, path: &Path) -> Result<Plan, Failure> {
    let directory = RunDirectory::open(path);
    let saved = directory.read()?;
    let mut run = saved.state.run.clone();
    run.settings.steps = options.steps.unwrap_or(run.settings.steps);
    let (at, steps) = (saved.state.step, run.settings.steps);
    if at > steps {
        return Err(Failure::Beyond {
            path: path.to_owned(),
            at,
            steps,
        });
    }
    let source = match (&options.data.data, &run.source) {
        (Some(named), _) => Source::Directory(named.clone()),
        (None, Some(recorded)) => Source::Directory(recorded.into()),
        (None, None) => Source::Digits,
    };
    let dataset = source.load()?;
    let found = Fingerprint::of(&dataset);
    if found != run.data {
        return Err(Failure::OtherData {
            path: path.to_owned(),
            expected: run.data,
            found,
            source_name: source.to_string(),
        });
    }
    Ok(Plan {
        run,
        source,
        dataset,
        directory: Some(directory),
        saved: Some(saved),
    })
}

impl Plan {
    fn execute<T: Float>(
        self,
        options: &Options,
        interrupt: Interrupt,
        began: Instant,
    ) -> Result<(), Failure> {
        let Plan {
            run,
            source,
            dataset,
            directory,
            saved,
        } = self;
        let settings = &run.settings;
        let (train, classes) = (dataset.train(), dataset.classes());
        let sizes = settings.sizes(train.pixels(), classes);
        fits_in_memory(&sizes, settings.batch)?;
        let is_new = saved.is_none();
        let (step, net, batches, logs) = match saved {
            None => {
                let batches = Batches::new(train.len(), settings.batch, settings.seed);
                (
                    0,
                    settings.net::<T>(train.pixels(), classes),
                    batches,
                    Logs::default(),
                )
            }
            Some(Saved { state, net, logs }) => {
                let net = state
                    .net::<T>(&net, &sizes)
                    .map_err(|error| Failure::Checkpoint {
                        path: options.resume.clone().unwrap_or_default(),
                        error,
                    })?;
                let batches = Batches::resume(train.len(), settings.batch, &state.generator);
                (state.step, net, batches, logs)
            }
        };
        let mut output = Output::new(options.json);
        let start = Start::new(&run, &source, &dataset, &sizes, step);
        output.event(&start);
        if !options.quiet {
            output.text(start.details());
        }
        let optimiser = Sgd {
            rate: settings.learning_rate,
        };
        let learner = Learner {
            training: Training::new(&net, train, batches, optimiser),
            evaluation: Evaluation::default(),
            history: history::accuracies(&logs.accuracy),
            keep: directory.map(|directory| Keep {
                directory,
                logs,
                saved: (!is_new).then_some((net, step)),
            }),
            dataset: &dataset,
            run,
            is_new,
            step,
            quiet: options.quiet,
            output,
            interrupt,
        };
        learner.learn(began)
    }
}
