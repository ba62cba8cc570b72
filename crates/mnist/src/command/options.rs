//! Options that several commands have.

use std::env;
use std::fmt;
use std::path::{self, Path, PathBuf};
use std::thread;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use mnist::checkpoint::{Fingerprint, Run};
use mnist::dataset::{Choice, DEFAULT_DIRECTORY, Dataset, Source, Split};
use mnist::evaluation::CHUNK;
use mnist::ranks::World;
use mnist::settings::{Settings, parse_init};
use nn::{Activation, Affine, BatchNorm, Dropout, ImageShape, Init, Kind, Layer, Line};
use nn::{Method, Signal};
use tape::Threads;

use super::failure::Failure;
use super::output::complain;
use super::sizes::{MOST_NUMBERS, dashes};

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

impl Data {
    /// The images that a run which is saved at `path` learned from: where these options say that
    /// they are now, else where they were.
    pub fn load_again(&self, run: &Run, path: &Path) -> Result<(Chosen, Dataset), Failure> {
        let (source, dataset) = match (&self.data, &run.source) {
            (Some(named), _) => {
                let choice = Choice {
                    set: self.set.clone().or(run.choice.set.clone()),
                    transpose: self.transpose || run.choice.transpose,
                };
                load(Source::Directory(named.clone()), choice)?
            }
            (None, Some(recorded)) => {
                let recorded = Source::Directory(recorded.clone());
                load(recorded, run.choice.clone())
                    .map_err(|failure| Failure::Moved(failure.into()))?
            }
            (None, None) => load(Source::Digits, run.choice.clone())?,
        };
        let found = Fingerprint::of(&dataset);
        if found == run.data {
            return Ok((source, dataset));
        }
        Err(Failure::OtherData {
            path: path.to_owned(),
            expected: run.data,
            found,
            source_name: source.to_string(),
        })
    }
}

/// How many threads compute.
#[derive(Args, Clone, Debug)]
pub struct Computing {
    /// Threads that compute; how many changes the time it takes and no bit of the result [default:
    /// as many as the machine has cores, which ranks on it share]
    #[arg(
        long,
        value_name = "N",
        value_parser = thread_count,
        allow_negative_numbers = true,
    )]
    threads: Option<usize>,
}

/// The most threads that can be asked for.
const MOST_THREADS: usize = 1024;

fn thread_count(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|n| (1..=MOST_THREADS).contains(n));
    count.ok_or_else(|| format!("expected a whole number from 1 to {MOST_THREADS}"))
}

impl Computing {
    /// Starts the threads.
    pub fn start(&self) -> Result<Threads, Failure> {
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let share = || (cores() / World::ranks_here()).clamp(1, MOST_THREADS);
        let count = self.threads.unwrap_or_else(share);
        Threads::new(count).map_err(|error| Failure::Threads { count, error })
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

impl Chosen {
    /// A run that learns from it.
    pub fn run(&self, settings: Settings, dataset: &Dataset) -> Run {
        Run {
            settings,
            source: match &self.source {
                // Absolute, because the run may be resumed from elsewhere.
                Source::Directory(path) => {
                    Some(path::absolute(path).unwrap_or_else(|_| path.clone()))
                }
                Source::Digits => None,
            },
            choice: self.choice.clone(),
            data: Fingerprint::of(dataset),
        }
    }
}

/// Reads the chosen set and says what is strange about it.
fn load(source: Source, choice: Choice) -> Result<(Chosen, Dataset), Failure> {
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
    /// The layers: simple-conv, deep-conv (both of the book), sizes such as 784-50-10, or a line
    /// such as "conv 30 5x5, relu, pool 2x2, affine 100, relu, affine 10"
    #[arg(
        long,
        value_name = "NAME or LINE",
        value_parser = named_net,
        conflicts_with_all = ["hidden", "activation"],
    )]
    net: Option<NamedNet>,
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
    /// Leave out this share of what each function between layers gives, while the net learns
    #[arg(
        long,
        value_name = "RATE",
        value_parser = dropout,
        allow_negative_numbers = true,
    )]
    dropout: Option<f64>,
    /// Normalise each batch before each function between layers
    #[arg(long)]
    batch_norm: bool,
    /// How the weights are drawn: normal:DEVIATION, xavier, he or uniform:LIMIT [default:
    /// normal:0.01; of deep-conv he]
    #[arg(
        long,
        value_parser = parse_init,
        allow_negative_numbers = true,
    )]
    init: Option<Init>,
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

/// A net that is named on the command line.
#[derive(Clone, Debug)]
pub struct NamedNet {
    /// Its layers; of sizes, none, and the units of the hidden ones.
    layers: Result<Line, Vec<usize>>,
    /// Whether it is one of the book's convolutional nets.
    of_book: Option<&'static str>,
}

/// The book's convolutional nets, of chapters 7 and 8.
const BOOK: [(&str, &str); 2] = [
    (
        "simple-conv",
        "conv 30 5x5, relu, pool 2x2, affine 100, relu, affine 10",
    ),
    (
        "deep-conv",
        "conv 16 3x3 pad 1, relu, conv 16 3x3 pad 1, relu, pool 2x2, \
         conv 32 3x3 pad 1, relu, conv 32 3x3 pad 2, relu, pool 2x2, \
         conv 64 3x3 pad 1, relu, conv 64 3x3 pad 1, relu, pool 2x2, \
         affine 50, relu, dropout 0.5, affine 10, dropout 0.5",
    ),
];

fn named_net(text: &str) -> Result<NamedNet, String> {
    let book = BOOK.into_iter().find(|(name, _)| *name == text);
    let sizes: Result<Vec<usize>, _> = text.split('-').map(str::parse).collect();
    let layers = match (book, sizes) {
        (Some((_, line)), _) => Ok(line.parse().expect("a line")),
        (None, Ok(sizes)) if sizes.len() > 1 => Err(sizes),
        _ => Ok(text.parse::<Line>().map_err(|error| {
            format!("{error}; or one of simple-conv, deep-conv and sizes such as 784-50-10")
        })?),
    };
    Ok(NamedNet {
        layers,
        of_book: book.map(|(name, _)| name),
    })
}

fn dropout(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.0..1.0).contains(rate));
    rate.ok_or_else(|| "expected the share that is left out, from 0 up and below 1".to_owned())
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
    /// Settings with this net, for images and classes of a set; the rest are the defaults, which
    /// are others for the book's convolutional nets.
    pub fn settings(&self, image: ImageShape, classes: usize) -> Result<Settings, Failure> {
        let of_book = self.net.as_ref().and_then(|net| net.of_book);
        let mut settings = Settings {
            hidden: self.hidden.clone(),
            activation: self.activation,
            init: self.init.unwrap_or(match of_book {
                Some("deep-conv") => Init::He,
                _ => Init::Normal(0.01),
            }),
            seed: self.seed,
            optimiser: match of_book {
                Some(_) => Method::from_name("adam").expect("a method"),
                None => Method::Sgd,
            },
            ..Settings::default()
        };
        match self.net.as_ref().map(|net| &net.layers) {
            None => {}
            Some(Ok(line)) => settings.net = Some(line.clone()),
            Some(Err(sizes)) => {
                let (first, last) = (sizes[0], sizes[sizes.len() - 1]);
                if (first, last) != (image.len(), classes) || sizes.contains(&0) {
                    return Err(Failure::Sizes {
                        found: dashes(sizes),
                        pixels: image.len(),
                        classes,
                    });
                }
                settings.hidden = sizes[1..sizes.len() - 1].to_vec();
            }
        }
        if self.batch_norm || self.dropout.is_some() {
            let line = settings
                .net
                .take()
                .unwrap_or_else(|| affine_line(&settings, classes));
            settings.net = Some(self.between(&line));
        }
        Ok(settings)
    }

    /// Whether it is one of the book's convolutional nets.
    pub fn is_of_book(&self) -> bool {
        self.net.as_ref().is_some_and(|net| net.of_book.is_some())
    }

    /// The line with batch normalisation before each function, and dropout behind it.
    fn between(&self, line: &Line) -> Line {
        let mut layers: Vec<Kind> = Vec::new();
        for &layer in line.layers() {
            let is_function = matches!(layer, Kind::Activation(_));
            if is_function && self.batch_norm {
                layers.push(BatchNorm.into());
            }
            layers.push(layer);
            if let Some(rate) = self.dropout.filter(|_| is_function) {
                layers.push(Dropout { rate }.into());
            }
        }
        Line::new(layers)
    }
}

/// The line of a net of affine layers.
fn affine_line(settings: &Settings, classes: usize) -> Line {
    let mut layers: Vec<Kind> = Vec::new();
    for &outputs in &settings.hidden {
        layers.push(Affine { outputs }.into());
        layers.push(settings.activation.into());
    }
    layers.push(Affine { outputs: classes }.into());
    Line::new(layers)
}

/// The shape of a split's images.
pub fn image_of(split: &Split) -> ImageShape {
    ImageShape {
        channels: 1,
        height: split.height(),
        width: split.width(),
    }
}

/// Refuses a net that would fill the machine's memory, before it is made.
pub fn fits_in_memory(
    settings: &Settings,
    image: ImageShape,
    classes: usize,
    batch: usize,
) -> Result<(), Failure> {
    let add = u64::saturating_add;
    let (parameters, units, net) = match &settings.net {
        None => {
            let sizes = settings.sizes(image.len(), classes);
            let parameters = |size: &[usize]| add(size[0] as u64, 1).saturating_mul(size[1] as u64);
            let parameters = sizes.windows(2).map(parameters).fold(0, add);
            let units = sizes.iter().fold(0, |sum, &size| add(sum, size as u64));
            (parameters, units, dashes(&sizes))
        }
        Some(line) => {
            let signals = line.signals(Signal::Image(image))?;
            let layers = line.layers().iter().zip(&signals);
            let all = layers.flat_map(|(layer, &signal)| layer.parameters(signal));
            let parameters = all.map(|one| one.shape.len() as u64).fold(0, add);
            let units = signals.iter().map(|signal| signal.len() as u64);
            (parameters, units.fold(0, add), line.to_string())
        }
    };
    // Parameters and their cotangents stand on the step's tape and once more on the evaluations';
    // what the layers give for a batch, before and after the activation, has cotangents too.
    let images = add(batch as u64, CHUNK as u64);
    let activations = images.saturating_mul(units);
    let numbers = add(parameters, activations).saturating_mul(4);
    if numbers > MOST_NUMBERS {
        let is_batch = activations > parameters && batch > CHUNK;
        return Err(Failure::TooLarge {
            net,
            batch,
            numbers,
            option: match (is_batch, &settings.net) {
                (true, _) => "--batch",
                (false, None) => "--hidden",
                (false, Some(_)) => "--net",
            },
        });
    }
    Ok(())
}
