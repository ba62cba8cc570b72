//! A run as a page to look at: its curves, its mistakes, and what the first layer has become.
//!
//! A number says how good a net is; the page shows in what. It is one file that needs nothing else,
//! neither a network nor the files beside it: curves and graph are SVG in it, images are PNG in
//! addresses, and the net itself is in it, to draw for, with the tape in WebAssembly. It is HTML
//! that is well-formed XML, too, so that any reader of either can take it apart again.
//!
//! Nothing in it depends on when or in how many pieces the run was done: the same run leaves the
//! same page.
//!
//! ```
//! use mnist::checkpoint::{Fingerprint, Run};
//! use mnist::dataset::Choice;
//! use mnist::digits;
//! use mnist::evaluation::Evaluation;
//! use mnist::report::Report;
//! use mnist::run_directory::Logs;
//! use mnist::settings::Settings;
//!
//! let dataset = digits::dataset(50, 20, 1);
//! let settings = Settings { hidden: vec![5], ..Settings::default() };
//! let net = settings.net::<f32>(784, 10);
//! let report = Report {
//!     run: &Run {
//!         settings,
//!         source: None,
//!         choice: Choice::default(),
//!         data: Fingerprint::of(&dataset),
//!     },
//!     dataset: &dataset,
//!     net: &net,
//!     step: 0,
//!     history: &[],
//!     losses: &Logs::default().loss,
//!     best: None,
//!     halt: None,
//! };
//! let drawn = report.draw(&mut Evaluation::default())?;
//! assert!(drawn.page.starts_with("<!DOCTYPE html>"));
//! # Ok::<(), mnist::halt::Halt>(())
//! ```

use nn::{ImageShape, Net, Recording, Targets};
use picture::Draw;

use crate::dataset::Scale;
use crate::evaluation::{Answer, Evaluation};
use crate::float::Float;
use crate::halt::Halt;
use crate::history;

pub mod charts;
mod contents;
mod image;
mod page;
mod paper;
mod sections;
pub mod trials;

pub use contents::{Drawn, Report};

/// How many images the graph of the net is drawn with.
const GRAPH_IMAGES: usize = 3;

impl<T: Float> Report<'_, T> {
    /// Judges the net on the test images, and draws.
    ///
    /// # Errors
    ///
    /// As [`Evaluation::answers`].
    ///
    /// # Panics
    ///
    /// If the net has not as many inputs as an image has pixels.
    pub fn draw(&self, evaluation: &mut Evaluation<T>) -> Result<Drawn, Halt> {
        let answers = evaluation.answers(self.net, self.dataset.test())?;
        let epoch_steps = self.epoch_steps();
        let accuracy = charts::accuracy(self.history, epoch_steps);
        let loss = charts::loss(history::losses(self.losses));
        let page = self.page(&answers, &accuracy, &loss)?;
        Ok(Drawn {
            accuracy,
            loss,
            page,
        })
    }

    fn page(&self, answers: &[Answer], accuracy: &str, loss: &str) -> Result<String, Halt> {
        let test = self.dataset.test();
        let sections = [
            page::heading(self, answers),
            page::curves(self, accuracy, loss),
            paper::paper(self.net, test),
            sections::mistakes(test, answers),
            sections::first_layer(self.net, self.first().as_ref(), test),
            format!(
                "<div class=\"beside\">\n{}{}</div>\n",
                sections::confusion(self.net.classes(), test, answers),
                page::settings(self)
            ),
            sections::graph(&self.graph()?),
        ];
        Ok(page::document(&sections.concat()))
    }

    /// The net before it learned, if it is one of a line.
    fn first(&self) -> Option<Net<T>> {
        let test = self.dataset.test();
        let image = ImageShape {
            channels: 1,
            height: test.height(),
            width: test.width(),
        };
        let settings = &self.run.settings;
        settings.net.as_ref()?;
        settings.net_for(image, self.dataset.classes()).ok()
    }

    /// The net on a few test images after a forward run and a sweep, drawn by the tape, a node for
    /// each layer.
    fn graph(&self) -> Result<String, Halt> {
        let test = self.dataset.test();
        let images: Vec<usize> = (0..GRAPH_IMAGES.min(test.len())).collect();
        let mut recording = Recording::new(self.net, images.len(), Targets::Labels);
        let examples = recording.examples_mut().into_values();
        test.gather(&images, Scale::Unit, examples);
        test.gather_labels(&images, recording.targets_mut().into_values());
        recording.replay()?;
        recording.sweep()?;
        let picture = recording.tape().picture_with("", recording.cotangents());
        Ok(picture.folded(1).svg())
    }
}
