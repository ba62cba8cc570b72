//! A net in a line of text.

use crate::kinds::{Affine, BatchNorm, Conv, Dropout, Kind, Pool};
use crate::layer::{Layer, Signal};
use crate::layers::Activation;
use crate::ops::Window;
use std::fmt;
use std::str::FromStr;

/// The layers of a net, from input to output, which a line of text says: their words, with commas
/// between them.
///
/// | layer | words |
/// | --- | --- |
/// | [`Affine`] | `affine 100` |
/// | [`Conv`] | `conv 30 5x5`, `conv 16 3x3 stride 2 pad 1` |
/// | [`Pool`] | `pool 2x2`, `pool 3x3 stride 2 pad 1`, `average-pool 2x2` |
/// | [`Activation`] | `relu`, `sigmoid`, `tanh` |
/// | [`Dropout`] | `dropout 0.5` |
/// | [`BatchNorm`] | `batch-norm` |
///
/// ```
/// use nn::{ImageShape, Line, Signal};
///
/// let line: Line = "conv 30 5x5, relu, pool 2x2, affine 100, relu, affine 10".parse()?;
/// assert_eq!(line.to_string(), "conv 30 5x5, relu, pool 2x2, affine 100, relu, affine 10");
/// let image = Signal::Image(ImageShape { channels: 1, height: 28, width: 28 });
/// let pooled = ImageShape { channels: 30, height: 12, width: 12 };
/// assert_eq!(line.signals(image)?[3], Signal::Image(pooled));
///
/// let error = "conv 30 5x5, rellu".parse::<Line>().unwrap_err();
/// assert!(error.to_string().starts_with("layer 2, `rellu` (from character 14 on)"));
/// # Ok::<(), nn::LineError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Line(Vec<Kind>);

/// Why a line is no net.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("layer {layer}, `{words}` (from character {character} on): {problem}")]
pub struct LineError {
    /// Which, counted from 1.
    pub layer: usize,
    /// Its words.
    pub words: String,
    /// Where they begin, counted from 1.
    pub character: usize,
    /// What was found, and what is expected.
    pub problem: String,
}

/// The largest number in a line.
const MOST: usize = 1_000_000;

/// What a layer can be.
const EXPECTED: &str = "expected conv, pool, average-pool, affine, relu, sigmoid, tanh, dropout or \
                        batch-norm";

impl Line {
    /// A line of layers.
    pub fn new(layers: Vec<Kind>) -> Self {
        Line(layers)
    }

    /// The layers.
    pub fn layers(&self) -> &[Kind] {
        &self.0
    }

    /// What an example is before each layer, and behind the last.
    ///
    /// # Errors
    /// If a layer cannot stand where it does, or there is none.
    pub fn signals(&self, input: Signal) -> Result<Vec<Signal>, LineError> {
        let mut signals = vec![input];
        let mut character = 1;
        let too_large = |signal: Signal| {
            let is_large = signal.is_empty() || signal.len() > LARGEST;
            is_large.then(|| format!("{signal}: expected from 1 to {LARGEST} numbers"))
        };
        for (k, layer) in self.0.iter().enumerate() {
            let words = layer.to_string();
            let output = match too_large(signals[k]) {
                Some(problem) => Err(problem),
                None => layer.output(signals[k]),
            };
            let output = output.and_then(|output| too_large(output).map_or(Ok(output), Err));
            let length = words.chars().count();
            signals.push(output.map_err(|problem| LineError {
                layer: k + 1,
                words,
                character,
                problem,
            })?);
            character += length + 2;
        }
        Ok(signals)
    }

    /// The function between the layers, if all others are affine and it is always the same: a net
    /// of chapter 5. Of a single layer, ReLU.
    pub(crate) fn between(&self) -> Option<Activation> {
        let is_affine = |kind: Option<&Kind>| matches!(kind, Some(Kind::Affine(_)));
        let mut between = None;
        for pair in self.0.chunks(2) {
            match pair.get(1) {
                _ if !is_affine(pair.first()) => return None,
                None => return between.or(Some(Activation::Relu)),
                Some(&Kind::Activation(found)) if between.is_none_or(|one| one == found) => {
                    between = Some(found);
                }
                Some(_) => return None,
            }
        }
        None
    }
}

/// The most numbers an example can be.
const LARGEST: usize = 1 << 28;

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, layer) in self.0.iter().enumerate() {
            let comma = if k > 0 { ", " } else { "" };
            write!(f, "{comma}{layer}")?;
        }
        Ok(())
    }
}

impl FromStr for Line {
    type Err = LineError;

    fn from_str(text: &str) -> Result<Self, LineError> {
        let mut layers = Vec::new();
        let mut before = 0;
        for (k, part) in text.split(',').enumerate() {
            let spaces = part.chars().take_while(|c| c.is_whitespace()).count();
            let layer = layer(part.trim()).map_err(|problem| LineError {
                layer: k + 1,
                words: part.trim().to_owned(),
                character: before + spaces + 1,
                problem,
            });
            layers.push(layer?);
            before += part.chars().count() + 1;
        }
        Ok(Line(layers))
    }
}

/// The layer of some words.
fn layer(text: &str) -> Result<Kind, String> {
    let mut words = text.split_whitespace();
    let Some(name) = words.next() else {
        return Err(format!("found nothing, {EXPECTED}"));
    };
    let kind = match name {
        "affine" => Affine {
            outputs: number(words.next(), "how many numbers it gives")?,
        }
        .into(),
        "conv" => Conv {
            filters: number(words.next(), "how many filters it has")?,
            window: window(&mut words, |_| 1)?,
        }
        .into(),
        "pool" | "average-pool" => Pool {
            average: name == "average-pool",
            window: window(&mut words, |height| height)?,
        }
        .into(),
        "dropout" => Dropout {
            rate: rate(words.next())?,
        }
        .into(),
        "batch-norm" => BatchNorm.into(),
        name => match Activation::from_name(name) {
            Some(activation) => activation.into(),
            None => return Err(format!("there is no layer `{name}`, {EXPECTED}")),
        },
    };
    match words.next() {
        Some(word) => Err(format!("found `{word}`, expected a comma or the end")),
        None => Ok(kind),
    }
}

fn found(word: Option<&str>) -> String {
    word.map_or("nothing".to_owned(), |word| format!("`{word}`"))
}

fn number(word: Option<&str>, what: &str) -> Result<usize, String> {
    let number = word.and_then(|word| word.parse().ok());
    let number = number.filter(|number| (1..=MOST).contains(number));
    number.ok_or_else(|| {
        let found = found(word);
        format!("found {found}, expected {what}, a whole number from 1 to {MOST}")
    })
}

fn rate(word: Option<&str>) -> Result<f64, String> {
    let rate = word.and_then(|word| word.parse().ok());
    let rate = rate.filter(|rate| (0.0..1.0).contains(rate));
    rate.ok_or_else(|| {
        let found = found(word);
        format!("found {found}, expected the share it leaves out, from 0 up and below 1")
    })
}

/// `5x5`, and behind it in any order `stride 2` and `pad 1`.
fn window<'w>(
    words: &mut impl Iterator<Item = &'w str>,
    stride: impl Fn(usize) -> usize,
) -> Result<Window, String> {
    let size = words.next();
    let sides = size.and_then(|size| size.split_once(['x', '×']));
    let Some((height, width)) = sides else {
        let found = found(size);
        return Err(format!(
            "found {found}, expected height and width, as in 5x5"
        ));
    };
    let height = number(Some(height), "a height")?;
    let width = number(Some(width), "a width")?;
    let mut window = Window::new(height, width).moving(stride(height));
    while let Some(word) = words.next() {
        match word {
            "stride" => window.stride = number(words.next(), "a stride")?,
            "pad" => window.padding = number(words.next(), "a number of pixels")?,
            word => {
                return Err(format!(
                    "found `{word}`, expected stride, pad, a comma or the end"
                ));
            }
        }
    }
    Ok(window)
}
