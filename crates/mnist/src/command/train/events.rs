//! What a training run says, each as an object of JSON and as text.

use std::fmt;

use mnist::checkpoint::Run;
use mnist::dataset::Dataset;
use mnist::history::Measured;
use mnist::settings::{Settings, number};
use nn::{Method, Schedule};
use serde::Serialize;

use crate::command::options::Chosen;
use crate::command::sizes::dashes;

/// A run begins, or goes on.
#[derive(Serialize)]
#[serde(tag = "event", rename = "start")]
pub struct Start<'a> {
    data: String,
    train_images: usize,
    test_images: usize,
    image_height: usize,
    image_width: usize,
    sizes: &'a [usize],
    #[serde(flatten)]
    settings: &'a Settings,
    /// The steps of an epoch.
    epoch_steps: u64,
    /// The step after which it goes on; 0 for a new run.
    step: u64,
}

impl<'a> Start<'a> {
    /// The beginning of `run` after step `step`.
    pub fn new(
        run: &'a Run,
        source: &Chosen,
        dataset: &Dataset,
        sizes: &'a [usize],
        step: u64,
    ) -> Self {
        let train = dataset.train();
        Start {
            data: source.to_string(),
            train_images: train.len(),
            test_images: dataset.test().len(),
            image_height: train.height(),
            image_width: train.width(),
            sizes,
            settings: &run.settings,
            epoch_steps: run.settings.epoch_steps(train),
            step,
        }
    }

    /// What is said only where nobody asked for quiet.
    pub fn details(&self) -> String {
        let Start {
            train_images,
            test_images,
            image_height,
            image_width,
            ..
        } = self;
        let Settings {
            steps,
            batch,
            learning_rate,
            activation,
            init,
            seed,
            precision,
            net,
            optimiser,
            schedule,
            weight_decay,
            clip,
            augment,
            patience,
            shards,
            ..
        } = self.settings;
        let net = match net {
            Some(line) => line.to_string(),
            None => format!("{}, {}", dashes(self.sizes), activation.name()),
        };
        let init = mnist::settings::init_name(*init);
        let mut how = String::new();
        if *optimiser != Method::Sgd {
            how += &format!(", {}", optimiser.name());
        }
        if *schedule != Schedule::Constant {
            how += &format!(", {schedule}");
        }
        if *weight_decay != 0.0 {
            how += &format!(", weight decay {}", number(*weight_decay));
        }
        if *augment > 0 {
            how += &format!(", images moved by up to {augment} pixels");
        }
        if *shards > 1 {
            how += &format!(", batches in {shards} shards");
        }
        if let Some(most) = clip {
            how += &format!(", gradients of at most {}", number(*most));
        }
        if let Some(epochs) = patience {
            how += &format!(", patience {epochs}");
        }
        let resumed = match self.step {
            0 => String::new(),
            step => format!(", resumed after step {step}"),
        };
        format!(
            "      {train_images} training and {test_images} test images of \
             {image_height}×{image_width}\n\
             net:  {net}, {init}, seed {seed}, {precision}\n\
             run:  {steps} steps of {batch} images, learning rate {}{how}; {} steps an \
             epoch{resumed}\n\
             {:>5} {:>8}  {:>7} {:>7} {:>7}",
            number(*learning_rate),
            self.epoch_steps,
            "epoch",
            "step",
            "loss",
            "train",
            "test"
        )
    }
}

impl fmt::Display for Start<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "data: {}", self.data)
    }
}

/// The directory holds an earlier run, whose files this one will replace.
#[derive(Serialize)]
#[serde(tag = "event", rename = "replaces")]
pub struct Replaces {
    pub directory: String,
    /// How many steps the earlier run has taken.
    pub steps: u64,
}

impl fmt::Display for Replaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Replaces { directory, steps } = self;
        write!(
            f,
            "{directory} holds a run of {steps} steps, which this one replaces once it has learned \
             an epoch"
        )
    }
}

/// The accuracies after an epoch; epoch 0 is before the first step.
#[derive(Serialize)]
#[serde(tag = "event", rename = "epoch")]
pub struct Epoch {
    pub epoch: u64,
    pub step: u64,
    /// The mean loss of all training images.
    pub loss: f64,
    pub train_accuracy: f64,
    pub test_accuracy: f64,
    /// How many units of each hidden layer are active for at least one training image.
    #[serde(skip)]
    pub active: Vec<usize>,
    /// How many it has.
    #[serde(skip)]
    pub units: Vec<usize>,
}

impl Epoch {
    /// What is logged of it.
    pub fn measured(&self) -> Measured {
        Measured {
            epoch: self.epoch,
            step: self.step,
            train_accuracy: self.train_accuracy,
            test_accuracy: self.test_accuracy,
        }
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Epoch {
            epoch,
            step,
            loss,
            train_accuracy,
            test_accuracy,
            ..
        } = self;
        // A loss of a failing run may have any number of digits.
        let loss = if *loss < 100.0 {
            format!("{loss:.4}")
        } else {
            format!("{loss:.1e}")
        };
        write!(
            f,
            "{epoch:>5} {step:>8}  {loss:>7} {train_accuracy:>7.4} {test_accuracy:>7.4}"
        )
    }
}

/// Somebody pressed Ctrl-C.
#[derive(Serialize)]
#[serde(tag = "event", rename = "interrupted")]
pub struct Interrupted {
    pub step: u64,
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "interrupted after step {}", self.step)
    }
}

/// A run with patience has lost it.
#[derive(Serialize)]
#[serde(tag = "event", rename = "stopped")]
pub struct Stopped {
    /// For how many epochs nothing became better.
    pub epochs: u64,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let epochs = match self.epochs {
            1 => "an epoch has".to_owned(),
            epochs => format!("{epochs} epochs have"),
        };
        write!(f, "stopped: {epochs} brought no higher test accuracy")
    }
}

/// The best epoch of a run with patience, whose weights are kept.
#[derive(Serialize)]
#[serde(tag = "event", rename = "best")]
pub struct BestEpoch {
    pub epoch: u64,
    pub step: u64,
    pub train_accuracy: f64,
    pub test_accuracy: f64,
}

impl BestEpoch {
    pub fn of(measured: Measured) -> Self {
        BestEpoch {
            epoch: measured.epoch,
            step: measured.step,
            train_accuracy: measured.train_accuracy,
            test_accuracy: measured.test_accuracy,
        }
    }
}

impl fmt::Display for BestEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "best: epoch {}, training accuracy {:.4}, test accuracy {:.4}",
            self.epoch, self.train_accuracy, self.test_accuracy
        )
    }
}

/// A run ends.
#[derive(Serialize)]
#[serde(tag = "event", rename = "done")]
pub struct Done {
    /// The steps of the run, those before it was resumed too.
    pub steps: u64,
    pub train_accuracy: f64,
    pub test_accuracy: f64,
    /// Since the program began.
    pub seconds: f64,
    /// The mean of the steps taken now, drawing and copying the images included; none if there were
    /// none.
    pub step_microseconds: Option<f64>,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Done {
            steps,
            train_accuracy,
            test_accuracy,
            seconds,
            ..
        } = self;
        write!(
            f,
            "done: {steps} steps, training accuracy {train_accuracy:.4}, test accuracy \
             {test_accuracy:.4}; "
        )?;
        write!(f, "{seconds:.1} s")?;
        let each = |micros| write!(f, ", {micros:.0} µs a step");
        self.step_microseconds.map_or(Ok(()), each)
    }
}
