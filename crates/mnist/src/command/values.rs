//! Values of options that say how something is learned.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use mnist::settings::{Precision, Settings};
use nn::Method;

/// [`Precision`] as the command line has it.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
pub enum PrecisionName {
    #[default]
    F32,
    F64,
}

impl From<PrecisionName> for Precision {
    fn from(name: PrecisionName) -> Self {
        match name {
            PrecisionName::F32 => Precision::F32,
            PrecisionName::F64 => Precision::F64,
        }
    }
}

/// A number of steps, epochs or trials.
pub fn steps(text: &str) -> Result<u64, String> {
    let steps = text.parse().ok().filter(|&steps| steps > 0);
    steps.ok_or_else(|| "expected a whole number from 1 on".to_owned())
}

/// A number that something is multiplied by, or a length.
pub fn learning_rate(text: &str) -> Result<f64, String> {
    let rate = text
        .parse()
        .ok()
        .filter(|rate: &f64| rate.is_finite() && *rate > 0.0);
    rate.ok_or_else(|| "expected a finite number above 0".to_owned())
}

/// How far something is moved.
pub fn pixels(text: &str) -> Result<usize, String> {
    let pixels = text.parse().ok().filter(|&pixels| pixels <= 1000);
    pixels.ok_or_else(|| "expected a whole number from 0 to 1000".to_owned())
}

/// How strong something is.
pub fn not_negative(text: &str) -> Result<f64, String> {
    let number = text
        .parse()
        .ok()
        .filter(|x: &f64| x.is_finite() && *x >= 0.0);
    number.ok_or_else(|| "expected a finite number, 0 or more".to_owned())
}

/// The optimisers by their names.
pub fn optimisers() -> impl TypedValueParser<Value = Method> {
    PossibleValuesParser::new(Method::ALL.map(Method::name))
        .map(|name| Method::from_name(&name).expect("one of the possible names"))
}

/// The learning rate that a method begins with.
pub fn usual_rate(method: Method) -> f64 {
    match method {
        Method::Sgd => Settings::default().learning_rate,
        Method::RmsProp { .. } | Method::Adam { .. } | Method::AdamW { .. } => 0.001,
        _ => 0.01,
    }
}
