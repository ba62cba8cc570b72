//! `mnist train`: the book's run, and others like it.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Instant;

use clap::Args;
use mnist::Float;
use mnist::batches::Batches;
use mnist::checkpoint::Run;
use mnist::dataset::{Dataset, Split};
use mnist::evaluation::Evaluation;
use mnist::history;
use mnist::ranks::{Rank, World};
use mnist::run_directory::{Best, Logs, RunDirectory, Saved};
use mnist::settings::{Precision, Settings};
use mnist::training::Training;
use nn::{Method, Schedule};

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::options::{
    Chosen, Computing, Data, FirstNet, count, fits_in_memory, image_of, shows_something,
};
use super::output::Output;
use super::values::{
    PrecisionName, learning_rate, not_negative, optimisers, pixels, steps, usual_rate,
};

mod events;
mod learner;
mod together;

use events::{Replaces, Start};
use learner::{Keep, Learner};
use together::{Begun, agree, follow, say_for_all};

/// Train a net, by default as the book does
///
/// The defaults are those of "Deep Learning from Scratch", chapter 5. Accuracies are measured
/// before the first step and after each epoch: as many steps as it takes to draw as many images as
/// there are. Ctrl-C ends the run as if all its steps were done, with exit code 130; a second
/// Ctrl-C at once.
#[derive(Args, Debug)]
pub struct Options {
    #[command(flatten)]
    data: Data,
    /// How many steps the run has, from its first on [default: 10000; resumed, what it was begun
    /// with]
    #[arg(long, value_name = "N", value_parser = steps, allow_negative_numbers = true)]
    steps: Option<u64>,
    /// How many epochs the run has, in place of --steps
    #[arg(
        long,
        value_name = "N",
        value_parser = steps,
        allow_negative_numbers = true,
        conflicts_with = "steps",
    )]
    epochs: Option<u64>,
    /// Images a step learns from, drawn with replacement
    #[arg(
        long,
        value_name = "N",
        default_value = "100",
        value_parser = count,
        allow_negative_numbers = true,
    )]
    batch: usize,
    /// The learning rate [default: 0.1; of other optimisers than sgd 0.01 or, of rmsprop, adam and
    /// adamw, 0.001]
    #[arg(
        long,
        value_name = "RATE",
        value_parser = learning_rate,
        allow_negative_numbers = true,
    )]
    lr: Option<f64>,
    /// How the parameters follow the gradient [default: sgd; of the book's convolutional nets adam]
    #[arg(long, value_parser = optimisers())]
    optimiser: Option<Method>,
    /// How the learning rate changes: constant, step:EVERY:FACTOR, cosine:STEPS,
    /// cosine:STEPS:WARM_UP or warm-up:STEPS
    #[arg(long, default_value = "constant", value_parser = Schedule::from_str)]
    schedule: Schedule,
    /// How much weights are pulled to 0: the loss has half of this, times their squares
    #[arg(
        long,
        value_name = "DECAY",
        default_value = "0",
        value_parser = not_negative,
        allow_negative_numbers = true,
    )]
    weight_decay: f64,
    /// Scale a gradient that is longer than this, all parameters together
    #[arg(
        long,
        value_name = "LENGTH",
        value_parser = learning_rate,
        allow_negative_numbers = true,
    )]
    clip: Option<f64>,
    /// Move each image by up to so many pixels to each side, at random, whenever it is learned from
    #[arg(
        long,
        value_name = "PIXELS",
        default_value = "0",
        value_parser = pixels,
        allow_negative_numbers = true,
    )]
    augment: usize,
    /// End the run when so many epochs have brought no higher test accuracy
    ///
    /// The weights of the best epoch are kept beside the last ones, in best.safetensors. As the
    /// test images chose them, their accuracy on other images is likely to be a little lower.
    #[arg(
        long,
        value_name = "EPOCHS",
        value_parser = steps,
        allow_negative_numbers = true,
    )]
    patience: Option<u64>,
    /// Cut each batch into so many shards and add their gradients; what batch normalisation looks
    /// at is then a shard
    #[arg(
        long,
        value_name = "N",
        default_value = "1",
        value_parser = count,
        allow_negative_numbers = true,
    )]
    shards: usize,
    #[command(flatten)]
    computing: Computing,
    #[command(flatten)]
    net: FirstNet,
    /// The numbers computed with
    #[arg(long, value_enum, default_value_t)]
    precision: PrecisionName,
    /// Save what is learned in this directory, at each epoch's end and at the end
    ///
    /// weights.safetensors holds the net, loss.csv every step's loss, accuracy.csv the accuracies
    /// measured, checkpoint what --resume needs. At the end come report.html, a page that shows
    /// what was learned and reads a digit drawn on it, and its curves as accuracy.svg and loss.svg.
    /// Files of an earlier run are replaced when the first epoch is learned.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on with the run that was saved in this directory
    ///
    /// It ends as it would have without the break, to the last bit. All its settings are known;
    /// --steps can make it longer, and --data says where its images are now.
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with_all = [
            "batch", "lr", "optimiser", "schedule", "weight_decay", "clip", "augment", "patience",
            "shards", "net", "hidden", "activation", "dropout", "batch_norm", "init", "seed",
            "precision", "out"
        ]
    )]
    resume: Option<PathBuf>,
    /// Print one JSON object a line and nothing else
    #[arg(long)]
    json: bool,
    /// Print which data it is and how it ended, nothing in between
    #[arg(long)]
    quiet: bool,
}

/// How many epochs the book trains its convolutional nets for.
const EPOCHS: u64 = 20;

impl Options {
    /// The settings of a new run on these images.
    fn settings(&self, dataset: &Dataset) -> Result<Settings, Failure> {
        let train = dataset.train();
        let net = self.net.settings(image_of(train), dataset.classes())?;
        let optimiser = self.optimiser.unwrap_or(net.optimiser);
        let settings = Settings {
            batch: self.batch,
            learning_rate: self.lr.unwrap_or_else(|| usual_rate(optimiser)),
            optimiser,
            schedule: self.schedule,
            weight_decay: self.weight_decay,
            clip: self.clip,
            augment: self.augment,
            patience: self.patience,
            shards: self.shards,
            precision: self.precision.into(),
            ..net
        };
        let (batch, shards) = (settings.batch, settings.shards);
        if shards > batch {
            return Err(Failure::Shards { batch, shards });
        }
        let usual = match self.net.is_of_book() {
            true => EPOCHS.saturating_mul(settings.epoch_steps(train)),
            false => settings.steps,
        };
        let steps = self.last_step(&settings, train);
        Ok(Settings {
            steps: steps.unwrap_or(usual),
            ..settings
        })
    }

    /// The last step that --steps or --epochs ask for, if any does.
    fn last_step(&self, settings: &Settings, train: &Split) -> Option<u64> {
        let of_epochs = |epochs: u64| epochs.saturating_mul(settings.epoch_steps(train));
        self.steps.or(self.epochs.map(of_epochs))
    }
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let began = Instant::now();
    let interrupt = Interrupt::listen()?;
    let world = World::join();
    let rank = world.rank();
    let result = plan(options, rank).and_then(|plan| {
        let threads = options.computing.start()?;
        threads.run(|| match plan.run.settings.precision {
            Precision::F32 => plan.execute::<f32>(options, rank, interrupt, began),
            Precision::F64 => plan.execute::<f64>(options, rank, interrupt, began),
        })
    });
    if let Err(failure) = &result {
        say_for_all(&world, failure);
    }
    result
}

/// The plan of a new run, or of one that goes on.
fn plan(options: &Options, rank: Rank) -> Result<Plan, Failure> {
    match &options.resume {
        Some(directory) => resumed(options, directory, rank),
        None => begun(options),
    }
}

/// All that is known before the first step.
struct Plan {
    run: Run,
    source: Chosen,
    dataset: Dataset,
    /// Where it was saved, and what; none for a new run.
    resumed: Option<(RunDirectory, Saved)>,
}

/// The plan of a new run.
fn begun(options: &Options) -> Result<Plan, Failure> {
    let (source, dataset) = options.data.load()?;
    let run = source.run(options.settings(&dataset)?, &dataset);
    Ok(Plan {
        run,
        source,
        dataset,
        resumed: None,
    })
}

/// The plan of a run that was saved in the directory `path`.
fn resumed(options: &Options, path: &Path, rank: Rank) -> Result<Plan, Failure> {
    let directory = match rank.is_first() {
        true => RunDirectory::open(path)?,
        false => RunDirectory::beside(path),
    };
    let saved = directory.read()?;
    let mut run = saved.state.run.clone();
    let (source, dataset) = options.data.load_again(&run, path)?;
    let asked = options.last_step(&run.settings, dataset.train());
    run.settings.steps = asked.unwrap_or(run.settings.steps);
    let (at, steps) = (saved.state.step, run.settings.steps);
    if at > steps {
        return Err(Failure::Beyond {
            path: path.to_owned(),
            at,
            steps,
        });
    }
    Ok(Plan {
        run,
        source,
        dataset,
        resumed: Some((directory, saved)),
    })
}

impl Plan {
    fn execute<T: Float>(
        self,
        options: &Options,
        rank: Rank,
        interrupt: Interrupt,
        began: Instant,
    ) -> Result<(), Failure> {
        let Plan {
            run,
            source,
            dataset,
            resumed,
        } = self;
        let settings = &run.settings;
        let (train, classes) = (dataset.train(), dataset.classes());
        let image = image_of(train);
        fits_in_memory(settings, image, classes, settings.batch)?;
        // What it must be; of a run that goes on, its parameters come from the checkpoint.
        let first = settings.net_for::<T>(image, classes)?;
        shows_something(&source, train)?;
        let is_new = resumed.is_none();
        // A new run's is made now and not before: what cannot be learned leaves no directory.
        let create = |path| RunDirectory::create(path).map(|directory| (directory, None));
        let directory = match resumed {
            Some((directory, saved)) => Some((directory, Some(saved))),
            None if !rank.is_first() => None,
            None => options.out.as_deref().map(create).transpose()?,
        };
        let (directory, saved) = directory.unzip();
        let (step, net, batches, progress, best, logs) = match saved.flatten() {
            None => {
                let batches = Batches::new(train.len(), settings.batch, settings.seed);
                (0, first, batches, None, None, Logs::default())
            }
            Some(Saved {
                state,
                numbers,
                logs,
            }) => {
                let path = options.resume.clone().unwrap_or_default();
                let read = (state.net::<T>(&numbers, &first))
                    .and_then(|net| Ok((net, state.best::<T>(&numbers, &first)?)));
                let ((net, progress), best) =
                    read.map_err(|error| Failure::Checkpoint { path, error })?;
                let best = best.map(|(step, net)| Best { step, net });
                let batches = Batches::resume(train.len(), settings.batch, &state.generator);
                (state.step, net, batches, progress, best, logs)
            }
        };
        agree(&Begun {
            rank,
            run: &run,
            step,
            net: &net,
            batches: &batches,
            progress: progress.as_ref(),
        })?;
        let (rule, shards) = (settings.rule(), settings.shards);
        let training = Training::in_shards(&net, train, batches, rule, shards, rank);
        let training = training.augmented(settings.augment);
        let mut training = match progress {
            Some(progress) => training.going_on(progress),
            None => training,
        };
        if !rank.is_first() {
            return follow(&mut training);
        }
        let mut output = Output::new(options.json);
        let sizes = net.sizes();
        let start = Start::new(&run, &source, &dataset, &sizes, step);
        output.event(&start);
        if let Some(directory) = directory.as_ref().filter(|_| is_new)
            && let Some(steps) = directory.saved_step()
        {
            let directory = directory.path().display().to_string();
            output.event(&Replaces { directory, steps });
        }
        if !options.quiet {
            output.text(start.details());
        }
        let learner = Learner {
            training,
            evaluation: Evaluation::default(),
            history: history::accuracies(&logs.accuracy),
            best,
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
