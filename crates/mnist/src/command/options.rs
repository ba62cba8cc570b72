//! Options that several commands have.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use mnist::dataset::{Choice, DEFAULT_DIRECTORY, Dataset, Source, Split};
use mnist::evaluation::CHUNK;
use mnist::settings::{Settings, parse_init};
use nn::{Activation, Init};

use super::failure::Failure;
use super::output::complain;
use super::sizes::MOST_NUMBERS;

/// The most units a layer and the most images a batch can be asked to have.
const MOST: usize = 1_000_000;

/// Where the images come from.
#[derive(Args, Clone, Debug)]
pub struct Data {
    /// Directory with the four files of MNIST or of a set like it
    ///
    /// By default the one the environment's MNIST_DIR names, else data/mnist if it is there, else
    /// digits drawn by this program.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Which set, where the directory holds several: its name, or the end of it
    #[arg(long, value_name = "NAME")]
    pub set: Option<String>,
    /// Let the images' rows and columns change places: EMNIST's lie on their side
    #[arg(long)]
    pub transpose: bool,
}

impl Data {
    /// The source these options and the environment name.
    pub fn source(&self) -> Source {
        let variable = env::var_os("MNIST_DIR");
        Source::find(
            self.data.as_deref(),
            variable.as_deref(),
            Path::new(DEFAULT_DIRECTORY),
        )
    }

    /// What these options choose of it.
    pub fn choice(&self) -> Choice {
        Choice {
            set: self.set.clone(),
            transpose: self.transpose,
        }
    }

    /// The source these options and the environment name, and the set that is chosen of it.
    pub fn load(&self) -> Result<(Chosen, Dataset), Failure> {
        load(self.source(), self.choice())
    }
}

/// A set of a source. Its `Display` says both in words fit for the first line of a run.
#[derive(Clone, Debug)]
pub struct Chosen {
    pub source: Source,
    pub choice: Choice,
}

impl fmt::Display for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)?;
        if let (Source::Directory(_), Some(set)) = (&self.source, &self.choice.set) {
            write!(f, ", set {set}")?;
        }
        let is_transposed = self.choice.transpose && self.source != Source::Digits;
        f.write_str(if is_transposed { ", transposed" } else { "" })
    }
}

/// Reads the chosen set and says what is strange about it.
pub fn load(source: Source, choice: Choice) -> Result<(Chosen, Dataset), Failure> {
    let loaded = source.load_chosen(&choice)?;
    for remark in loaded.remarks(choice.transpose) {
        complain(format_args!("warning: {remark}"));
    }
    Ok((Chosen { source, choice }, loaded.dataset))
}

/// Refuses images of which nothing can be learned.
pub fn shows_something(chosen: &Chosen, split: &Split) -> Result<(), Failure> {
    let Some(level) = split.only_level() else {
        return Ok(());
    };
    Err(Failure::OneGrey {
        source_name: chosen.to_string(),
        images: split.len(),
        level,
    })
}

/// The net before training.
#[derive(Args, Clone, Debug)]
pub struct FirstNet {
    /// Units of a hidden layer; repeat it or separate with commas for more layers
    #[arg(
        long,
        value_name = "UNITS",
        value_delimiter = ',',
        default_value = "50",
        value_parser = count,
        allow_negative_numbers = true,
    )]
    hidden: Vec<usize>,
    /// The function between the layers
    #[arg(long, default_value = "relu", value_parser = activations())]
    activation: Activation,
    /// How the weights are drawn: normal:DEVIATION, xavier, he or uniform:LIMIT
    #[arg(
        long,
        default_value = "normal:0.01",
        value_parser = parse_init,
        allow_negative_numbers = true,
    )]
    init: Init,
    /// The seed of all random numbers
    #[arg(
        long,
        value_name = "N",
        default_value_t = Settings::default().seed,
        value_parser = seed,
        allow_negative_numbers = true,
    )]
    seed: u64,
}

/// A number of units or images.
pub fn count(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|count| (1..=MOST).contains(count));
    count.ok_or_else(|| format!("expected a whole number from 1 to {MOST}"))
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

fn activations() -> impl TypedValueParser<Value = Activation> {
    let names = Activation::ALL.map(Activation::name);
    PossibleValuesParser::new(names)
        .map(|name| Activation::from_name(&name).expect("one of the possible names"))
}

impl FirstNet {
    /// Settings with this net; the rest are the defaults.
    pub fn settings(&self) -> Settings {
        Settings {
            hidden: self.hidden.clone(),
            activation: self.activation,
            init: self.init,
            seed: self.seed,
            ..Settings::default()
        }
    }
}

/// Refuses a net that would fill the machine's memory.
pub fn fits_in_memory(sizes: &[usize], batch: usize) -> Result<(), Failure> {
    let product = |a: u64, b: usize| a.saturating_mul(b as u64);
    let add = u64::saturating_add;
    let layers = sizes
        .windows(2)
        .map(|size| product(add(size[0] as u64, 1), size[1]));
    let parameters = layers.fold(0, add);
    let units = sizes.iter().fold(0, |sum, &size| add(sum, size as u64));
    // Parameters and their cotangents stand on the step's tape and once more on the evaluations';
    // what the layers give for a batch, before and after the activation, has cotangents too.
    let images = add(batch as u64, CHUNK as u64);
    let activations = images.saturating_mul(units);
    let numbers = add(parameters, activations).saturating_mul(4);
    if numbers > MOST_NUMBERS {
        let is_batch = activations > parameters && batch > CHUNK;
        return Err(Failure::TooLarge {
            sizes: sizes.to_vec(),
            batch,
            numbers,
            option: if is_batch { "--batch" } else { "--hidden" },
        });
    }
    Ok(())
}
