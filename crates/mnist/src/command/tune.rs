//! `mnist tune`: learning rate and weight decay, searched for at random.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use mnist::Float;
use mnist::dataset::Dataset;
use mnist::search::{Decades, Search, Trial, best_first, held_out};
use mnist::search_directory::{PICTURE, SearchDirectory, Searched};
use mnist::settings::{Precision, Settings, number};
use nn::Method;
use serde::Serialize;

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::options::{
    Chosen, Computing, Data, FirstNet, count, fits_in_memory, image_of, shows_something,
};
use super::output::Output;
use super::values::{PrecisionName, optimisers, steps};

/// Try learning rates and weight decays at random, and say which are best
///
/// Each trial learns from a few of the training images, by default 400, for 50 epochs, with a
/// learning rate and a weight decay of its own; 100 other training images judge it. Every decade of
/// the two ranges is as likely as any other. This is the search of "Deep Learning from Scratch",
/// chapter 6. Ctrl-C ends it after the trials that are done, with exit code 130; a second Ctrl-C at
/// once.
#[derive(Args, Debug)]
pub struct Options {
    #[command(flatten)]
    data: Data,
    /// How many trials there are [default: 100; resumed, what it was begun with]
    #[arg(long, value_name = "N", value_parser = steps, allow_negative_numbers = true)]
    trials: Option<u64>,
    /// How many epochs each learns for
    #[arg(
        long,
        value_name = "N",
        default_value = "50",
        value_parser = steps,
        allow_negative_numbers = true,
    )]
    epochs: u64,
    /// How many training images have a part; a fifth of them is held out to judge
    #[arg(
        long,
        value_name = "N",
        default_value = "500",
        value_parser = images,
        allow_negative_numbers = true,
    )]
    images: usize,
    /// Between which learning rates
    #[arg(long, value_name = "LOW:HIGH", default_value = "1e-6:1e-2")]
    lr: Decades,
    /// Between which weight decays
    #[arg(long, value_name = "LOW:HIGH", default_value = "1e-8:1e-4")]
    weight_decay: Decades,
    /// Images a step learns from, drawn with replacement
    #[arg(
        long,
        value_name = "N",
        default_value = "100",
        value_parser = count,
        allow_negative_numbers = true,
    )]
    batch: usize,
    /// How the parameters follow the gradient [default: sgd; of the book's convolutional nets adam]
    #[arg(long, value_parser = optimisers())]
    optimiser: Option<Method>,
    #[command(flatten)]
    computing: Computing,
    #[command(flatten)]
    net: FirstNet,
    /// The numbers computed with
    #[arg(long, value_enum, default_value_t)]
    precision: PrecisionName,
    /// Save the search in this directory, after each trial
    ///
    /// trials.csv is the table of all trials, best first, trials.svg shows the curves of the best,
    /// search has what --resume needs. Files of an earlier search are replaced when the first trial
    /// is done.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on with the search that was saved in this directory
    ///
    /// It ends as it would have without the break. --trials can make it longer, and --data says
    /// where its images are now.
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with_all = [
            "epochs", "images", "lr", "weight_decay", "batch", "optimiser", "net", "hidden",
            "activation", "dropout", "batch_norm", "init", "seed", "precision", "out"
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

fn images(text: &str) -> Result<usize, String> {
    let images = count(text).ok().filter(|&images| images > 1);
    images.ok_or_else(|| "expected a whole number from 2 to 1000000".to_owned())
}

/// How many trials there are unless it is said.
const TRIALS: u64 = 100;

/// How many trials the table at the end has.
const TABLE: usize = 10;

impl Options {
    fn search(&self, source: &Chosen, dataset: &Dataset) -> Result<Search, Failure> {
        let train = dataset.train();
        let found = train.len();
        if self.images > found {
            let asked = self.images;
            return Err(Failure::TooFew { asked, found });
        }
        let net = self.net.settings(image_of(train), dataset.classes())?;
        let settings = Settings {
            batch: self.batch,
            optimiser: self.optimiser.unwrap_or(net.optimiser),
            precision: self.precision.into(),
            ..net
        };
        Ok(Search {
            run: source.run(settings, dataset),
            trials: self.trials.unwrap_or(TRIALS),
            epochs: self.epochs,
            images: self.images,
            learning_rate: self.lr,
            weight_decay: self.weight_decay,
        })
    }
}

/// A search begins, or goes on.
#[derive(Serialize)]
#[serde(tag = "event", rename = "search")]
struct Start<'a> {
    data: String,
    #[serde(flatten)]
    search: &'a Search,
    /// How many of the images are held out.
    held_out: usize,
    /// How many trials are done.
    done: usize,
}

impl fmt::Display for Start<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "data: {}", self.data)
    }
}

impl Start<'_> {
    /// What is said only where nobody asked for quiet.
    fn details(&self, net: &str) -> String {
        let search = self.search;
        let settings = &search.run.settings;
        let resumed = match self.done {
            0 => String::new(),
            done => format!(", resumed after trial {done}"),
        };
        format!(
            "      {} training images, {} of them held out\n\
             net:  {net}, {}, seed {}, {}\n\
             each: {} epochs, {} images a step, {}\n\
             rate: {}, decay: {}; {} trials{resumed}\n\
             {}",
            search.images,
            self.held_out,
            mnist::settings::init_name(settings.init),
            settings.seed,
            settings.precision,
            search.epochs,
            settings.batch,
            settings.optimiser.name(),
            search.learning_rate,
            search.weight_decay,
            search.trials,
            COLUMNS
        )
    }
}

/// The head of the table.
const COLUMNS: &str = "trial        rate       decay    train  held out";

/// What came of a trial.
#[derive(Serialize)]
#[serde(tag = "event", rename = "trial")]
struct Tried<'a> {
    trial: usize,
    learning_rate: f64,
    weight_decay: f64,
    train_accuracy: f64,
    validation_accuracy: f64,
    /// Why it ended before its time, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    halted: Option<&'a str>,
}

impl<'a> Tried<'a> {
    /// Of trial `k`, counted from 0.
    fn of(k: usize, trial: &'a Trial) -> Self {
        let reached = trial.reached();
        Tried {
            trial: k + 1,
            learning_rate: trial.learning_rate,
            weight_decay: trial.weight_decay,
            train_accuracy: reached.train,
            validation_accuracy: reached.validation,
            halted: trial.halted.as_deref(),
        }
    }
}

impl fmt::Display for Tried<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let halted = match self.halted {
            None => "",
            Some(_) => "  halted",
        };
        write!(
            f,
            "{:>5}  {:>10}  {:>10}  {:>7.4}  {:>8.4}{halted}",
            self.trial,
            number(self.learning_rate),
            number(self.weight_decay),
            self.train_accuracy,
            self.validation_accuracy
        )
    }
}

/// A search ends.
#[derive(Serialize)]
#[serde(tag = "event", rename = "searched")]
struct Done {
    /// How many trials are done.
    trials: usize,
    /// The number of the best.
    best: Option<usize>,
    /// Since the program began.
    seconds: f64,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "done: {} trials; {:.1} s", self.trials, self.seconds)
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
    let threads = options.computing.start()?;
    threads.run(|| match plan.searched.search.run.settings.precision {
        Precision::F32 => plan.execute::<f32>(options, &interrupt, began),
        Precision::F64 => plan.execute::<f64>(options, &interrupt, began),
    })
}

/// All that is known before the next trial.
struct Plan {
    searched: Searched,
    source: Chosen,
    dataset: Dataset,
    directory: Option<SearchDirectory>,
}

fn begun(options: &Options) -> Result<Plan, Failure> {
    let (source, dataset) = options.data.load()?;
    let search = options.search(&source, &dataset)?;
    Ok(Plan {
        searched: Searched {
            search,
            trials: Vec::new(),
        },
        source,
        dataset,
        directory: None,
    })
}

fn resumed(options: &Options, path: &Path) -> Result<Plan, Failure> {
    let directory = SearchDirectory::open(path)?;
    let mut searched = directory.read()?;
    let (source, dataset) = options.data.load_again(&searched.search.run, path)?;
    let search = &mut searched.search;
    search.trials = options.trials.unwrap_or(search.trials);
    let (done, trials) = (searched.trials.len() as u64, search.trials);
    if done > trials {
        return Err(Failure::TooManyDone {
            path: path.to_owned(),
            done,
            trials,
        });
    }
    Ok(Plan {
        searched,
        source,
        dataset,
        directory: Some(directory),
    })
}

impl Plan {
    fn execute<T: Float>(
        mut self,
        options: &Options,
        interrupt: &Interrupt,
        began: Instant,
    ) -> Result<(), Failure> {
        let search = self.searched.search.clone();
        let (train, classes) = (self.dataset.train(), self.dataset.classes());
        let settings = &search.run.settings;
        let image = image_of(train);
        fits_in_memory(settings, image, classes, settings.batch)?;
        let net = settings.net_for::<T>(image, classes)?;
        let parts = search.parts(train);
        shows_something(&self.source, &parts[0])?;
        if let (None, Some(path)) = (&self.directory, &options.out) {
            self.directory = Some(SearchDirectory::create(path)?);
        }
        let mut output = Output::new(options.json);
        let start = Start {
            data: self.source.to_string(),
            search: &search,
            held_out: held_out(search.images),
            done: self.searched.trials.len(),
        };
        output.event(&start);
        if !options.quiet {
            output.text(start.details(&super::sizes::net_words(&net)));
        }
        let is_over = || interrupt.is_asked();
        let mut is_interrupted = false;
        while (self.searched.trials.len() as u64) < search.trials && !output.is_broken() {
            let k = self.searched.trials.len();
            let Some(trial) = search.trial::<T>(k as u64, &parts, classes, is_over)? else {
                is_interrupted = true;
                break;
            };
            if !options.quiet {
                output.event(&Tried::of(k, &trial));
            }
            self.searched.trials.push(trial);
            self.save()?;
        }
        self.finish(output, began)?;
        match is_interrupted {
            true => Err(Failure::Interrupted),
            false => Ok(()),
        }
    }

    fn save(&self) -> Result<(), Failure> {
        if let Some(directory) = &self.directory {
            directory.save(&self.searched)?;
        }
        Ok(())
    }

    /// Says what is best.
    fn finish(&self, mut output: Output, began: Instant) -> Result<(), Failure> {
        let trials = &self.searched.trials;
        let order = best_first(trials);
        output.event(&Done {
            trials: trials.len(),
            best: order.first().map(|&k| k + 1),
            seconds: began.elapsed().as_secs_f64(),
        });
        if !order.is_empty() {
            output.text(format_args!("best first:\n{COLUMNS}"));
        }
        for &k in order.iter().take(TABLE) {
            output.text(Tried::of(k, &trials[k]));
        }
        if let Some(directory) = &self.directory
            && !trials.is_empty()
        {
            let path = directory.path();
            let picture = path.join(PICTURE);
            let (path, picture) = (path.display(), picture.display());
            output.text(format_args!("saved in {path}; {picture} shows it"));
        }
        output.finish()
    }
}
