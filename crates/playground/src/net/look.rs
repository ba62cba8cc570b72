//! What a net sees in a drawing, and what ink would make of it.

use super::loss::Loss;
use digits::{Channels, Picture, prepare};
use nalgebra::DMatrix;
use nn::Net;
use serde_json::{Value, json};
use tape::Tape;

/// A slope that no ink makes felt.
const VANISHED: f64 = 1e-9;

/// What a net is shown.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// A drawing of that width, dark on light, a byte a pixel: the digit is looked for in it.
    Drawing(usize, &'a [u8]),
    /// An image as the net takes it, light on dark, a byte a pixel.
    Image(&'a [u8]),
}

impl Shown<'_> {
    /// The bytes that a net for images of that height and width is given; `None` if there is
    /// nothing to be seen.
    fn image(self, [height, width]: [usize; 2]) -> Result<Option<Vec<u8>>, String> {
        match self {
            Self::Image(bytes) if bytes.len() == height * width => Ok(Some(bytes.to_vec())),
            Self::Image(bytes) => Err(format!(
                "found an image of {} bytes, expected {height}×{width}",
                bytes.len()
            )),
            Self::Drawing(across, greys) => {
                let down = greys.len().checked_div(across).unwrap_or(0);
                if down == 0 || across * down != greys.len() {
                    let count = greys.len();
                    return Err(format!("{count} bytes are no picture of width {across}"));
                }
                let picture = Picture::new(across, down, Channels::Grey, greys.to_vec());
                let prepared = prepare(&picture, height, width).ok();
                Ok(prepared.map(|prepared| prepared.bytes))
            }
        }
    }
}

/// What a net for images of that height and width sees: the image that it is given, the
/// probability of each class, and for each pixel by how much more ink there would move the
/// logarithm of the probability of `target`, or of the answer without one; `vanished` if by nothing
/// anywhere.
///
/// # Errors
/// If what is shown is no image, or the net computes no numbers.
pub fn look(
    net: &Net<f64>,
    size: [usize; 2],
    shown: Shown<'_>,
    target: Option<usize>,
) -> Result<Value, String> {
    let Some(image) = shown.image(size)? else {
        return Ok(json!({ "blank": true }));
    };
    let pixels: Vec<f64> = (image.iter())
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
    let target = target
        .filter(|&target| target < shares.len())
        .unwrap_or(answer);
    let label = tape.input(&DMatrix::from_element(1, 1, target as f64));
    let loss = Loss::Right
        .record(logits, label)
        .map_err(|error| error.to_string())?;
    let gradient = loss.gradient();
    let slopes: Vec<f64> = gradient.of(x).values().iter().map(|slope| -slope).collect();
    let vanished = slopes.iter().all(|slope| slope.abs() < VANISHED);
    Ok(json!({
        "size": size,
        "image": image,
        "shares": shares.iter().collect::<Vec<_>>(),
        "answer": answer,
        "target": target,
        // Those of a saturated net are rounding alone: drawn to scale they would only mislead.
        "slopes": if vanished { vec![0.0; slopes.len()] } else { slopes },
        "vanished": vanished,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::data::CLASSES;
    use super::*;
    use nn::TwoLayerNet;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    /// What a net whose weights have that deviation sees in a stroke.
    fn seen(deviation: f64, target: Option<usize>) -> Value {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let net = TwoLayerNet::new(28 * 28, 20, CLASSES, deviation, &mut random).net;
        let stroke = |k: usize| if (12..16).contains(&(k % 28)) { 0 } else { 255 };
        let greys: Vec<u8> = (0..28 * 28).map(stroke).collect();
        look(&net, [28, 28], Shown::Drawing(28, &greys), target).unwrap()
    }

    #[test]
    fn of_a_saturated_net_no_pixel_matters() {
        assert_eq!(seen(0.1, None)["vanished"], false);
        let told = seen(10.0, None);
        assert_eq!(told["vanished"], true, "{told}");
        let slopes = told["slopes"].as_array().unwrap();
        assert!(slopes.iter().all(|slope| slope == 0.0));
        // What would make another digit of it still shows.
        let other = (told["answer"].as_u64().unwrap() as usize + 1) % CLASSES;
        assert_eq!(seen(10.0, Some(other))["vanished"], false);
    }
}
