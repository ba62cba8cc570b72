//! What a run is asked to do: enough to begin it, and to go on with it.

use std::fmt;

use nn::{Activation, ImageShape, Init, Line, LineError, Method, Net, Rule, Schedule, Signal};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};

use crate::dataset::Split;
use crate::float::Float;

/// The settings of a training run. The defaults are the book's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How many steps the run has.
    pub steps: u64,
    /// How many images a step learns from.
    pub batch: usize,
    /// The learning rate.
    pub learning_rate: f64,
    /// The sizes of the hidden layers.
    pub hidden: Vec<usize>,
    /// The function between the layers.
    #[serde(with = "activation")]
    pub activation: Activation,
    /// How the first weights are drawn.
    #[serde(with = "init")]
    pub init: Init,
    /// The seed of all random numbers: the first weights come from stream 0 of its generator, the
    /// batches from [stream 1](crate::batches::Batches::STREAM).
    pub seed: u64,
    /// The numbers computed with.
    pub precision: Precision,
    /// The layers, if they are others than `hidden` and `activation` say.
    #[serde(default, with = "line", skip_serializing_if = "Option::is_none")]
    pub net: Option<Line>,
    /// How the parameters follow the gradient.
    #[serde(default = "sgd", with = "method", skip_serializing_if = "is_sgd")]
    pub optimiser: Method,
    /// How the learning rate changes.
    #[serde(default, with = "schedule", skip_serializing_if = "is_constant")]
    pub schedule: Schedule,
    /// How much weights shrink.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub weight_decay: f64,
    /// The longest gradient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip: Option<f64>,
    /// By how many pixels, at most, the images of a batch are moved to each side.
    #[serde(default, skip_serializing_if = "is_none")]
    pub augment: usize,
    /// After how many epochs without a higher test accuracy the run ends, if it has patience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience: Option<u64>,
    /// Into how many shards a batch is cut, whose gradients are added.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub shards: usize,
}

fn one() -> usize {
    1
}

fn is_one(shards: &usize) -> bool {
    *shards == 1
}

fn is_none(pixels: &usize) -> bool {
    *pixels == 0
}

fn sgd() -> Method {
    Method::Sgd
}

fn is_sgd(method: &Method) -> bool {
    *method == Method::Sgd
}

fn is_constant(schedule: &Schedule) -> bool {
    *schedule == Schedule::Constant
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            steps: 10_000,
            batch: 100,
            learning_rate: 0.1,
            hidden: vec![50],
            activation: Activation::Relu,
            init: Init::Normal(0.01),
            seed: 1,
            precision: Precision::F32,
            net: None,
            optimiser: Method::Sgd,
            schedule: Schedule::Constant,
            weight_decay: 0.0,
            clip: None,
            augment: 0,
            patience: None,
            shards: 1,
        }
    }
}

impl Settings {
    /// The net before the first step.
    pub fn net<T: Float>(&self, pixels: usize, classes: usize) -> Net<T> {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        Net::random(
            &self.sizes(pixels, classes),
            self.activation,
            self.init,
            &mut random,
        )
    }

    /// The net before the first step, of affine layers or of a line.
    ///
    /// # Errors
    ///
    /// If the line is no net for such images, or gives another number of classes.
    pub fn net_for<T: Float>(
        &self,
        image: ImageShape,
        classes: usize,
    ) -> Result<Net<T>, LineError> {
        let Some(line) = self.net.clone() else {
            return Ok(self.net(image.len(), classes).for_images(image));
        };
        let signals = line.signals(Signal::Image(image))?;
        let found = signals[signals.len() - 1].len();
        if found != classes {
            let last = &line.layers()[line.layers().len() - 1];
            let words = last.to_string();
            let before = line.to_string().chars().count() - words.chars().count();
            return Err(LineError {
                layer: line.layers().len(),
                words,
                character: before + 1,
                problem: format!(
                    "the net gives {found} numbers, expected one for each of {classes} classes"
                ),
            });
        }
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        Net::from_line(Signal::Image(image), line, self.init, &mut random)
    }

    /// What the optimiser is asked to do.
    pub fn rule(&self) -> Rule {
        Rule {
            method: self.optimiser,
            rate: self.learning_rate,
            schedule: self.schedule,
            weight_decay: self.weight_decay,
            clip: self.clip,
        }
    }

    /// The numbers of inputs, hidden units and outputs.
    pub fn sizes(&self, pixels: usize, classes: usize) -> Vec<usize> {
        [&[pixels], &self.hidden[..], &[classes]].concat()
    }

    /// How many steps are an epoch: as many as it takes to draw as many images as there are.
    pub fn epoch_steps(&self, split: &Split) -> u64 {
        split.len().div_ceil(self.batch) as u64
    }
}

/// The numbers computed with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Four bytes, twice as fast. What learning needs: the noise of the batches is larger than its
    /// rounding by orders of magnitude.
    #[default]
    F32,
    /// Eight bytes, as NumPy computes.
    F64,
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Precision::F32 => "f32",
            Precision::F64 => "f64",
        })
    }
}

/// The initialiser of that name: `normal` or `normal:DEVIATION`, `xavier`, `he`, `uniform:LIMIT`.
///
/// ```
/// use mnist::settings::{init_name, parse_init};
/// use nn::Init;
///
/// assert_eq!(parse_init("uniform:0.05"), Ok(Init::Uniform(0.05)));
/// assert_eq!(parse_init("normal"), Ok(Init::Normal(0.01)));
/// assert_eq!(init_name(Init::Normal(0.01)), "normal:0.01");
/// assert!(parse_init("normal:-1").is_err());
/// ```
///
/// # Errors
///
/// A sentence that says what is expected.
pub fn parse_init(text: &str) -> Result<Init, String> {
    let (name, size) = match text.split_once(':') {
        Some((name, size)) => (name, Some(size)),
        None => (text, None),
    };
    match (name, size) {
        ("normal", None) => Ok(Init::Normal(0.01)),
        ("normal", Some(size)) => parse_size(size).map(Init::Normal),
        ("uniform", Some(size)) => parse_size(size).map(Init::Uniform),
        ("xavier", None) => Ok(Init::Xavier),
        ("he", None) => Ok(Init::He),
        _ => Err("expected normal:DEVIATION, xavier, he or uniform:LIMIT".to_owned()),
    }
}

fn parse_size(text: &str) -> Result<f64, String> {
    let size = text
        .parse()
        .ok()
        .filter(|size: &f64| size.is_finite() && *size >= 0.0);
    size.ok_or_else(|| format!("`{text}` after the colon: expected a finite number, 0 or more"))
}

/// The name that [`parse_init`] reads.
pub fn init_name(init: Init) -> String {
    match init {
        Init::Normal(deviation) => format!("normal:{}", number(deviation)),
        Init::Xavier => "xavier".to_owned(),
        Init::He => "he".to_owned(),
        Init::Uniform(limit) => format!("uniform:{}", number(limit)),
    }
}

/// A number as people write it, in no more digits than it takes to read it again.
///
/// ```
/// use mnist::settings::number;
///
/// assert_eq!([0.1, 30.0, 1e-300, 2.5e20].map(number), ["0.1", "30", "1e-300", "2.5e20"]);
/// ```
pub fn number(number: f64) -> String {
    match number.abs() {
        0.0 | 1e-4..1e9 => number.to_string(),
        _ => format!("{number:e}"),
    }
}

/// Initialisers as their names.
mod init {
    use nn::Init;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(init: &Init, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::init_name(*init))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Init, D::Error> {
        super::parse_init(&String::deserialize(from)?).map_err(Error::custom)
    }
}

/// Lines as their text.
mod line {
    use nn::Line;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub fn serialize<S: Serializer>(line: &Option<Line>, to: S) -> Result<S::Ok, S::Error> {
        line.as_ref().map(Line::to_string).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Line>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| text.parse().map_err(Error::custom))
            .transpose()
    }
}

/// Methods as their names.
mod method {
    use nn::Method;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(method: &Method, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(method.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Method, D::Error> {
        let name = String::deserialize(from)?;
        let unknown = || Error::custom(format!("no optimiser is called `{name}`"));
        Method::from_name(&name).ok_or_else(unknown)
    }
}

/// Schedules as their text.
mod schedule {
    use nn::Schedule;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(schedule: &Schedule, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(schedule)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Schedule, D::Error> {
        String::deserialize(from)?.parse().map_err(Error::custom)
    }
}

/// Activations as their names.
mod activation {
    use nn::Activation;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(activation: &Activation, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(activation.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Activation, D::Error> {
        let name = String::deserialize(from)?;
        let unknown = || Error::custom(format!("no activation is called `{name}`"));
        Activation::from_name(&name).ok_or_else(unknown)
    }
}
