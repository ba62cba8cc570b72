//! What the worker is asked: data, training, a drawing, a check.

use super::check::check;
use super::data::Data;
use super::files::Files;
use super::learner::{Layers, Learner, Settings};
use super::look::look;
use super::loss::Loss;
use serde_json::{Value, json};

/// The most digits that are drawn to learn from.
const MOST_DRAWN: u64 = 20_000;
/// The most steps between two answers.
const MOST_STEPS: u64 = 1000;

/// Data, a net, and how far it is.
#[derive(Default)]
pub struct Studio {
    data: Option<Data>,
    files: Files,
    learner: Option<Learner>,
    /// Which test image was shown last.
    sampled: usize,
}

impl Studio {
    /// Answers a question; `None` if it is none of these.
    pub fn ask(&mut self, asked: &Value, bytes: &[u8]) -> Option<Result<Value, String>> {
        Some(match asked["do"].as_str()? {
            "draw" => self.draw(asked),
            "file" => self.file(asked, bytes),
            "begin" => self.begin(asked),
            "train" => self.train(asked),
            "measure" => self.measure(),
            "look" => self.look(asked, bytes),
            "sample" => self.sample(),
            "check" => self.check(asked),
            _ => return None,
        })
    }

    /// Draws digits to learn from.
    fn draw(&mut self, asked: &Value) -> Result<Value, String> {
        let count = asked["count"]
            .as_u64()
            .unwrap_or(5000)
            .clamp(10, MOST_DRAWN) as usize;
        // The seed of `mnist`.
        let seed = asked["seed"].as_u64().unwrap_or(1964);
        let data = Data::drawn(count, count / 5, seed);
        Ok(self.take(data))
    }

    /// Reads a file, and takes the data once all of it is there.
    fn file(&mut self, asked: &Value, bytes: &[u8]) -> Result<Value, String> {
        if asked["is_first"].as_bool() == Some(true) {
            self.files = Files::default();
        }
        let said = self
            .files
            .read(asked["name"].as_str().unwrap_or("the file"), bytes)?;
        if asked["is_last"].as_bool() != Some(true) {
            return Ok(json!({ "said": said }));
        }
        let data = std::mem::take(&mut self.files).data()?;
        let mut told = self.take(data);
        told["said"] = said.into();
        Ok(told)
    }

    /// Takes other data; a net for images of another size is gone.
    fn take(&mut self, data: Data) -> Value {
        let told = json!({
            "train": data.train.len(),
            "test": data.test.len(),
            "size": data.train.size,
        });
        self.learner = None;
        self.data = Some(data);
        told
    }

    fn data(&self) -> Result<&Data, String> {
        self.data
            .as_ref()
            .ok_or_else(|| "there are no digits yet".to_owned())
    }

    /// Begins with an untrained net.
    fn begin(&mut self, asked: &Value) -> Result<Value, String> {
        let learner = Learner::new(self.data()?, settings(asked));
        self.learner = Some(learner?);
        self.measure()
    }

    /// Some steps: their losses.
    fn train(&mut self, asked: &Value) -> Result<Value, String> {
        let count = asked["steps"].as_u64().unwrap_or(10).min(MOST_STEPS);
        let (Some(data), Some(learner)) = (&self.data, &mut self.learner) else {
            return Err("there is no net yet".to_owned());
        };
        let losses = (0..count).map(|_| learner.step(&data.train));
        let losses: Result<Vec<f64>, _> = losses.collect();
        let losses = losses.map_err(|error| error.to_string())?;
        let mean = losses.iter().sum::<f64>() / losses.len().max(1) as f64;
        if !mean.is_finite() {
            return Err(format!(
                "after {} steps the loss is no number any more: the weights have grown too large",
                learner.steps
            ));
        }
        Ok(json!({ "step": learner.steps, "loss": mean }))
    }

    /// How good the net is.
    fn measure(&self) -> Result<Value, String> {
        let (Some(data), Some(learner)) = (&self.data, &self.learner) else {
            return Err("there is no net yet".to_owned());
        };
        let accuracy = |images| learner.accuracy(images).map_err(|error| error.to_string());
        Ok(json!({
            "step": learner.steps,
            "train": accuracy(&data.train)?,
            "test": accuracy(&data.test)?,
        }))
    }

    /// What the net sees in a drawing.
    fn look(&self, asked: &Value, bytes: &[u8]) -> Result<Value, String> {
        let (Some(data), Some(learner)) = (&self.data, &self.learner) else {
            return Err("there is no net yet".to_owned());
        };
        let net = learner.net().map_err(|error| error.to_string())?;
        let width = asked["width"].as_u64().unwrap_or(0) as usize;
        let target = asked["target"].as_u64().map(|target| target as usize);
        look(&net, data.train.size, width, bytes, target)
    }

    /// The next of the images that the net has not learned from.
    fn sample(&mut self) -> Result<Value, String> {
        let test = &self.data()?.test;
        // Far enough that the next is not always the next digit.
        let k = (self.sampled + 37) % test.len();
        let told = json!({
            "size": test.size,
            "image": test.image(k),
            "label": test.labels[k],
        });
        self.sampled = k;
        Ok(told)
    }

    fn check(&self, asked: &Value) -> Result<Value, String> {
        check(self.data()?, &settings(asked))
    }
}

fn settings(asked: &Value) -> Settings {
    let book = Settings::default();
    let hidden = asked["hidden"].as_u64();
    let layers = match asked["layers"].as_str() {
        Some("convolutional") => Layers::Convolutional,
        _ => hidden.map_or(book.layers, |hidden| Layers::Two(hidden as usize)),
    };
    let rate = asked["rate"].as_f64().filter(|rate| rate.is_finite());
    Settings {
        layers,
        rate: rate.unwrap_or(book.rate),
        loss: match asked["loss"].as_str() {
            Some("over the batch") => Loss::OverTheBatch,
            _ => Loss::Right,
        },
        seed: asked["seed"].as_u64().unwrap_or(book.seed),
    }
}
