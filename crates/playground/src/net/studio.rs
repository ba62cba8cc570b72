//! What the worker is asked: data, training, a drawing, a check.

use super::check::check;
use super::data::Data;
use super::files::Files;
use super::learner::{Layers, Learner, Settings};
use super::look::{Shown, look};
use super::loss::Loss;
use nn::Net;
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
    /// A net that has learned elsewhere, for images of that height and width.
    given: Option<(Net<f64>, [usize; 2])>,
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
            "net" => self.net(asked, bytes),
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

    /// Takes a net that has learned elsewhere: the bytes of a weights file.
    fn net(&mut self, asked: &Value, bytes: &[u8]) -> Result<Value, String> {
        let side = |name: &str| asked[name].as_u64().unwrap_or(0) as usize;
        let size = [side("height"), side("width")];
        let net = Net::from_safetensors(bytes).map_err(|error| error.to_string())?;
        let inputs = net.inputs();
        if size[0] * size[1] != inputs {
            let [height, width] = size;
            return Err(format!(
                "found a net of {inputs} inputs, expected as many as an image of {height}×{width} \
                 pixels has"
            ));
        }
        let classes = net.classes();
        self.given = Some((net, size));
        Ok(json!({ "classes": classes }))
    }

    /// What the net sees in a drawing, or in an image as it is.
    fn look(&self, asked: &Value, bytes: &[u8]) -> Result<Value, String> {
        let target = asked["target"].as_u64().map(|target| target as usize);
        let shown = match asked["width"].as_u64() {
            Some(width) => Shown::Drawing(width as usize, bytes),
            None => Shown::Image(bytes),
        };
        if let Some((net, size)) = &self.given {
            return look(net, *size, shown, target);
        }
        let (Some(data), Some(learner)) = (&self.data, &self.learner) else {
            return Err("there is no net yet".to_owned());
        };
        let net = learner.net().map_err(|error| error.to_string())?;
        look(&net, data.train.size, shown, target)
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

#[cfg(test)]
mod tests {
    use super::*;
    use nn::TwoLayerNet;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    fn ask(studio: &mut Studio, question: Value, bytes: &[u8]) -> Result<Value, String> {
        studio.ask(&question, bytes).unwrap()
    }

    #[test]
    fn a_net_that_has_learned_elsewhere_is_looked_with() {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let net = TwoLayerNet::<f64>::new(6, 5, 4, 1.0, &mut random).net;
        let file = net.to_safetensors().unwrap();
        let mut studio = Studio::default();
        let looks = json!({ "do": "look" });
        assert!(ask(&mut studio, looks.clone(), &[0; 6]).is_err());
        let takes = |height: u64| json!({ "do": "net", "height": height, "width": 3 });
        let fault = ask(&mut studio, takes(3), &file).unwrap_err();
        assert_eq!(
            fault,
            "found a net of 6 inputs, expected as many as an image of 3×3 pixels has"
        );
        assert!(ask(&mut studio, takes(2), &file[..9]).is_err());
        assert!(
            ask(&mut studio, looks.clone(), &[0; 6]).is_err(),
            "nothing was taken"
        );
        assert_eq!(ask(&mut studio, takes(2), &file).unwrap()["classes"], 4);

        let image = [0, 51, 102, 153, 204, 255];
        let told = ask(&mut studio, looks.clone(), &image).unwrap();
        let x = nalgebra::DMatrix::from_row_slice(1, 6, &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        assert_eq!(
            told["answer"],
            net.predict(&x).row(0).transpose().argmax().0
        );
        assert_eq!(told["shares"].as_array().unwrap().len(), 4);
        assert_eq!(told["image"], json!(image));
        let fault = ask(&mut studio, looks, &image[1..]).unwrap_err();
        assert_eq!(fault, "found an image of 5 bytes, expected 2×3");
    }
}
