//! What a net sees in a drawing, and what ink would make of it.

use super::data::CLASSES;
use super::loss::Loss;
use digits::{Channels, Picture, prepare};
use nalgebra::DMatrix;
use nn::Net;
use serde_json::{Value, json};
use tape::Tape;

/// What a net sees in a picture of `width`×`height` grey bytes: the image that it is given, the
/// probability of each digit, and for each pixel by how much more ink there would move the
/// logarithm of the probability of `target`, or of the answer without one.
pub fn look(
    net: &Net<f64>,
    size: [usize; 2],
    width: usize,
    greys: &[u8],
    target: Option<usize>,
) -> Result<Value, String> {
    let height = greys.len().checked_div(width).unwrap_or(0);
    if height == 0 || width * height != greys.len() {
        return Err(format!(
            "{} bytes are no picture of width {width}",
            greys.len()
        ));
    }
    let picture = Picture::new(width, height, Channels::Grey, greys.to_vec());
    let Ok(prepared) = prepare(&picture, size[0], size[1]) else {
        return Ok(json!({ "blank": true }));
    };
    let pixels: Vec<f64> = (prepared.bytes.iter())
        .map(|&byte| f64::from(byte) / 255.0)
        .collect();
    let x = DMatrix::from_row_slice(1, pixels.len(), &pixels);
    let tape = Tape::new();
    let x = tape.matrix(&x);
    let logits = net.record(&tape, x).logits();
    let shares = logits.softmax().value();
    if shares.iter().any(|share| share.is_nan()) {
        return Err(
            "the net computes no numbers any more: its weights have grown too large".to_owned(),
        );
    }
    let answer = shares.iter().enumerate();
    let answer = answer.fold(
        0,
        |best, (k, share)| if *share > shares[best] { k } else { best },
    );
    let target = target.filter(|&target| target < CLASSES).unwrap_or(answer);
    let label = tape.input(&DMatrix::from_element(1, 1, target as f64));
    let loss = Loss::Right
        .record(logits, label)
        .map_err(|error| error.to_string())?;
    let gradient = loss.gradient();
    let slopes: Vec<f64> = gradient.of(x).values().iter().map(|slope| -slope).collect();
    Ok(json!({
        "size": size,
        "image": prepared.bytes,
        "shares": shares.iter().collect::<Vec<_>>(),
        "answer": answer,
        "target": target,
        "slopes": slopes,
    }))
}
