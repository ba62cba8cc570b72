//! How many drawings a net reads once they are prepared, of those it reads when they are clean.
//!
//! The net is that of `mnist` without arguments. Of every drawing it sees two images: the strokes
//! as the embedded digits have them, and what was made of a file in which they are written larger
//! or smaller, somewhere, on some paper, with some pen. Each share is of the drawings whose clean
//! image is read right.

use digits::{Picture, prepare};
use mnist::batches::Batches;
use mnist::digits::{SEED, TEST_IMAGES, TRAIN_IMAGES, dataset};
use mnist::evaluation::probabilities_of;
use mnist::halt::Halt;
use mnist::settings::Settings;
use mnist::training::Training;
use nn::{Net, Sgd};

mod files;
mod people;

use people::{Drawing, drawings};

const DRAWINGS: usize = 500;
const SEEDS: [u64; 3] = [1, 2, 3];

fn main() -> Result<(), Halt> {
    let net = learn()?;
    for seed in SEEDS {
        let (mut clean, mut both) = (0, 0);
        for drawing in drawings(DRAWINGS, seed) {
            if answer(&net, &drawing.clean)? != drawing.digit {
                continue;
            }
            clean += 1;
            let read = read(&net, &drawing)?;
            both += usize::from(read == Some(drawing.digit));
            if read != Some(drawing.digit) {
                let read = read.map_or("nothing".to_owned(), |digit| format!("a {digit}"));
                println!("  a {} read as {read}: {}", drawing.digit, drawing.kind);
            }
        }
        let share = 100.0 * both as f64 / clean as f64;
        println!(
            "seed {seed}: of {DRAWINGS} drawings {clean} are read clean, \
             {both} of them from their files: {share:.1} %"
        );
    }
    Ok(())
}

/// The net of a run with the default settings.
fn learn() -> Result<Net<f32>, Halt> {
    let settings = Settings::default();
    let data = dataset(TRAIN_IMAGES, TEST_IMAGES, SEED);
    let train = data.train();
    let net = settings.net(train.pixels(), data.classes());
    let batches = Batches::new(train.len(), settings.batch, settings.seed);
    let rate = settings.learning_rate;
    let mut training = Training::new(&net, train, batches, Sgd { rate });
    for _ in 0..settings.steps {
        training.step()?;
    }
    Ok(training.net())
}

/// What the net says of a drawing; none if it is called blank or no picture.
fn read(net: &Net<f32>, drawing: &Drawing) -> Result<Option<usize>, Halt> {
    let picture = Picture::decode(&drawing.file);
    let prepared = picture
        .ok()
        .and_then(|picture| prepare(&picture, 28, 28).ok());
    prepared
        .map(|prepared| answer(net, &prepared.bytes))
        .transpose()
}

fn answer(net: &Net<f32>, image: &[u8]) -> Result<usize, Halt> {
    let probabilities = probabilities_of(net, image)?;
    let larger = |best, class| {
        if probabilities[class] > probabilities[best] {
            class
        } else {
            best
        }
    };
    Ok((0..probabilities.len()).fold(0, larger))
}
