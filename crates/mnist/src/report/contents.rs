//! What a report is made of, and what is drawn of it.

use nn::Net;

use crate::checkpoint::Run;
use crate::dataset::Dataset;
use crate::float::Float;
use crate::history::Measured;
use crate::run_log::Log;

/// What a report is made of.
#[derive(Debug)]
pub struct Report<'a, T: Float> {
    /// What was asked for.
    pub run: &'a Run,
    /// What it was learned from, and is judged by.
    pub dataset: &'a Dataset,
    /// The net, as it is saved.
    pub net: &'a Net<T>,
    /// How many steps it has learned from.
    pub step: u64,
    /// The accuracies measured up to there.
    pub history: &'a [Measured],
    /// Every step's loss, those after the last save too.
    pub losses: &'a Log,
    /// What was measured after the best epoch, of a run whose best net is kept.
    pub best: Option<Measured>,
    /// Why the run could not go on, if so.
    pub halt: Option<String>,
}

/// A report, drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The curves of the accuracies, SVG.
    pub accuracy: String,
    /// The curve of the loss, SVG.
    pub loss: String,
    /// The page, HTML; it holds the other two.
    pub page: String,
}

impl<T: Float> Report<'_, T> {
    /// How many steps an epoch has.
    pub(super) fn epoch_steps(&self) -> u64 {
        self.run.settings.epoch_steps(self.dataset.train())
    }
}
