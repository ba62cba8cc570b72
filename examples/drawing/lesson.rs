//! Short runs on digits, for examples that compare one way to learn with another.

use mnist::batches::Batches;
use mnist::dataset::{Dataset, Scale};
use mnist::evaluation::Evaluation;
use mnist::settings::Settings;
use mnist::training::Training;
use nn::{ImageShape, Init, Net, Recording, Rule, Targets};
use picture::Draw;
use std::error::Error;

/// A net, how it begins and how it learns: from 100 images a step, all random numbers of seed 1.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// The layers.
    pub line: String,
    /// How the weights are drawn.
    pub init: Init,
    /// How the parameters follow the gradient.
    pub rule: Rule,
    /// How many steps there are.
    pub steps: u64,
    /// After how many of them accuracies are measured, again and again; never, if it is 0.
    pub every: u64,
}

/// How a lesson went.
#[derive(Debug, Clone)]
pub struct Course {
    /// The loss of each step, before its update.
    pub losses: Vec<f64>,
    /// The accuracies on training and test images: before the first step, and whenever they were
    /// measured.
    pub accuracies: Vec<(f64, f64)>,
    /// The net, before the first step and after the last.
    pub nets: [Net<f64>; 2],
}

impl Lesson {
    /// Learns from the training images.
    ///
    /// # Errors
    /// If the layers are no net for the images, or the loss is not finite any more.
    pub fn learn(&self, data: &Dataset) -> Result<Course, Box<dyn Error>> {
        let train = data.train();
        let settings = Settings {
            net: Some(self.line.parse()?),
            init: self.init,
            ..Settings::default()
        };
        let image = ImageShape {
            channels: 1,
            height: train.height(),
            width: train.width(),
        };
        let first = settings.net_for::<f64>(image, data.classes())?;
        let batches = Batches::new(train.len(), settings.batch, settings.seed);
        let mut training = Training::new(&first, train, batches, self.rule);
        let mut evaluation = [Evaluation::default(), Evaluation::default()];
        let mut course = Course {
            losses: Vec::new(),
            accuracies: Vec::new(),
            nets: [first.clone(), first],
        };
        for step in 0..=self.steps {
            if self.every > 0 && step % self.every == 0 {
                let net = training.net();
                let [of_train, of_test] = &mut evaluation;
                let known = of_train.score(&net, train)?.accuracy;
                let unknown = of_test.score(&net, data.test())?.accuracy;
                course.accuracies.push((known, unknown));
            }
            if step < self.steps {
                course.losses.push(training.step()?);
            }
        }
        course.nets[1] = training.net();
        Ok(course)
    }
}

impl Course {
    /// The mean loss of the last `count` steps.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn last_loss(&self, count: usize) -> f64 {
        let last = &self.losses[self.losses.len() - count..];
        last.iter().sum::<f64>() / count as f64
    }

    /// The learned net with a test image and what the loss makes of it, to be watched.
    ///
    /// # Errors
    /// If the image is none of the net's.
    pub fn played(&self, data: &Dataset, title: &str) -> Result<String, tape::Error> {
        let mut recording = Recording::new(&self.nets[1], 1, Targets::Labels);
        let test = data.test();
        test.gather(&[0], Scale::Unit, recording.examples_mut().values_mut());
        test.gather_labels(&[0], recording.targets_mut().values_mut());
        recording.replay()?;
        recording.sweep()?;
        let picture = recording.tape().picture_with(title, recording.cotangents());
        Ok(picture.player())
    }

    /// A point for each `count` steps, the mean of their losses.
    pub fn smooth(&self, count: usize) -> Vec<(f64, f64)> {
        let chunks = self.losses.chunks_exact(count).enumerate();
        let mean = |losses: &[f64]| losses.iter().sum::<f64>() / count as f64;
        chunks
            .map(|(k, losses)| (((k + 1) * count) as f64, mean(losses)))
            .collect()
    }
}

/// The line of a net of so many affine layers of 100 units, each followed by these words, and one
/// of ten.
pub fn hidden(layers: usize, behind: &str) -> String {
    format!("affine 100, {behind}, ").repeat(layers) + "affine 10"
}
