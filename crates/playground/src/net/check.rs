//! The check of an untrained net with a loss: which entry is at fault.

use super::data::Data;
use super::learner::{Layers, Settings, untrained};
use picture::short;
use serde_json::{Value, json};
use tape::Tape;

/// How many images the net is checked on.
const IMAGES: usize = 3;
/// A small hidden layer: what is wrong in the loss is wrong with few numbers, too.
const HIDDEN: usize = 20;

/// Checks every entry of the net alone, and its gradient as a whole.
///
/// # Errors
/// If the images are too small for the net, or the tape refuses them or their labels.
pub fn check(data: &Data, settings: &Settings) -> Result<Value, String> {
    let layers = match settings.layers {
        Layers::Two(_) => Layers::Two(HIDDEN),
        Layers::Convolutional => Layers::Convolutional,
    };
    let settings = Settings {
        layers,
        ..*settings
    };
    let which: Vec<usize> = (0..IMAGES.min(data.train.len())).collect();
    let [x, t] = data.train.matrices::<f64>(&which);
    let tape = Tape::new();
    let (x, t) = (tape.input(&x).named("x"), tape.input(&t).named("t"));
    let logits = untrained(data.train.size, &settings)?.record(&tape, x);
    let logits = logits.logits().named("logits");
    let loss = settings.loss.record(logits, t);
    let loss = loss.map_err(|error| error.to_string())?.named("loss");
    let report = tape.check(loss);
    let faults = report.faults.iter().map(|found| {
        let (row, column) = found.element;
        json!({
            "op": found.op,
            "entry": found.entry,
            "reads": found.reads,
            "element": [row, column],
            "rule": short(found.analytic),
            "differences": short(found.numerical),
        })
    });
    let mut wrong: Vec<&str> = report.gradient.iter().map(|f| f.label.as_str()).collect();
    wrong.dedup();
    Ok(json!({
        "entries": report.entries,
        "comparisons": report.comparisons,
        "images": which.len(),
        "faults": faults.collect::<Vec<_>>(),
        "wrong": wrong,
    }))
}
