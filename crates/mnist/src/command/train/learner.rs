//! The training loop: steps, and what is measured, said and saved between them.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use mnist::Float;
use mnist::atomic::WriteError;
use mnist::checkpoint::Run;
use mnist::dataset::Dataset;
use mnist::evaluation::Evaluation;
use mnist::halt::Halt;
use mnist::history::{self, Measured};
use mnist::report::Report;
use mnist::run_directory::{Best, Logs, Moment, RunDirectory};
use mnist::training::Training;
use nn::Net;

use super::events::{BestEpoch, Done, Epoch, Interrupted, Stopped};
use crate::command::failure::{At, Failure};
use crate::command::interrupt::Interrupt;
use crate::command::output::Output;

/// A run between two steps.
pub struct Learner<'d, T: Float> {
    pub training: Training<'d, T>,
    pub evaluation: Evaluation<T>,
    pub dataset: &'d Dataset,
    pub run: Run,
    /// Whether it is not one that goes on, which has its beginning in the logs.
    pub is_new: bool,
    /// How many steps were taken.
    pub step: u64,
    pub keep: Option<Keep<T>>,
    /// The accuracies measured, those of the run it goes on with too.
    pub history: Vec<Measured>,
    /// The net of the best epoch, of a run with patience.
    pub best: Option<Best<T>>,
    pub quiet: bool,
    pub output: Output,
    pub interrupt: Interrupt,
}

/// Where the run is kept, and what of it.
pub struct Keep<T: Float> {
    pub directory: RunDirectory,
    pub logs: Logs,
    /// The net that is saved there and the steps it has learned from; none while there is nothing
    /// of this run.
    pub saved: Option<(Net<T>, u64)>,
}

impl<T: Float> Keep<T> {
    /// What is in the directory now: looked up, because somebody is going to rely on it.
    fn outcome(&self) -> String {
        let path = self.directory.path().display();
        match (&self.saved, self.directory.saved_step()) {
            (Some(_), Some(_)) if self.directory.report().exists() => {
                format!(
                    "saved in {path}; {} shows it",
                    self.directory.report().display()
                )
            }
            (Some(_), Some(_)) => format!("saved in {path}"),
            (None, Some(steps)) => {
                format!("nothing was saved; {path} keeps its earlier run of {steps} steps")
            }
            (_, None) => format!("nothing is saved in {path}"),
        }
    }

    /// What is there in spite of a failure, in brackets.
    fn kept(&self) -> String {
        let path = self.directory.path().display();
        match (&self.saved, self.directory.saved_step()) {
            (_, None) => String::new(),
            (Some(_), Some(step)) => format!(" ({path} keeps what was saved after step {step})"),
            (None, Some(steps)) => format!(" ({path} keeps its earlier run of {steps} steps)"),
        }
    }
}

impl<T: Float> Learner<'_, T> {
    /// Takes the steps that are left. `began` is when the program did.
    pub fn learn(mut self, began: Instant) -> Result<(), Failure> {
        let first = self.step;
        let (last, spent) = match self.steps() {
            Ok(done) => done,
            Err(failure) => return Err(self.halted_run(failure)),
        };
        self.training.end();
        self.warn(&last.active, &last.units);
        let is_interrupted = self.step < self.run.settings.steps && self.interrupt.is_asked();
        if is_interrupted {
            self.output.event(&Interrupted { step: self.step });
        }
        if let Some(epochs) = self.spent_patience() {
            self.output.event(&Stopped { epochs });
        }
        if let Some(best) = self.best_epoch() {
            self.output.event(&BestEpoch::of(best));
        }
        let taken = self.step - first;
        if !self.quiet {
            self.output.chart(&self.history);
        }
        self.output.event(&Done {
            steps: self.step,
            train_accuracy: last.train_accuracy,
            test_accuracy: last.test_accuracy,
            seconds: began.elapsed().as_secs_f64(),
            step_microseconds: (taken > 0).then(|| spent.as_secs_f64() * 1e6 / taken as f64),
        });
        self.draw(None)?;
        if let Some(keep) = &self.keep {
            self.output.text(keep.outcome());
        }
        self.output.finish()?;
        match is_interrupted {
            true => Err(Failure::Interrupted),
            false => Ok(()),
        }
    }

    /// Takes the steps and saves where they end. Returns what was measured there, and the time the
    /// steps took.
    fn steps(&mut self) -> Result<(Epoch, Duration), Failure> {
        let settings = &self.run.settings;
        let (steps, epoch_steps) = (settings.steps, settings.epoch_steps(self.dataset.train()));
        let mut spent = Duration::ZERO;
        // The accuracies at this step, if they were measured.
        let mut here = None;
        if self.is_new {
            here = Some(self.end_epoch(epoch_steps)?);
        }
        if !self.quiet {
            self.output.show_bar(self.step, steps);
            self.output.reached(self.history.last());
        }
        while self.step < steps && !self.is_over() && self.spent_patience().is_none() {
            let left = epoch_steps - self.step % epoch_steps;
            spent += self.stretch(left.min(steps - self.step))?;
            here = None;
            if self.step.is_multiple_of(epoch_steps) {
                here = Some(self.end_epoch(epoch_steps)?);
            }
        }
        self.output.hide_bar();
        let last = match here {
            Some(epoch) => epoch,
            None => self.end_run(epoch_steps)?,
        };
        Ok((last, spent))
    }

    /// Whether the run is to end before its last step.
    fn is_over(&self) -> bool {
        self.interrupt.is_asked() || self.output.is_broken()
    }

    /// For how many epochs nothing has become better, if that is as many as the run has patience
    /// for.
    fn spent_patience(&self) -> Option<u64> {
        let patience = self.run.settings.patience?;
        let epochs = self.history.last()?.epoch - self.best_epoch()?.epoch;
        (epochs >= patience).then_some(epochs)
    }

    /// What was measured after the best epoch, of a run with patience.
    fn best_epoch(&self) -> Option<Measured> {
        let step = self.best.as_ref()?.step;
        let mut all = self.history.iter();
        all.find(|measured| measured.step == step).copied()
    }

    /// Keeps the net of the epoch that has just ended, if it is the best so far and that is asked
    /// for.
    fn keep_best(&mut self) {
        let best = history::best(&self.history);
        let is_best = best.is_some_and(|best| best.step == self.step);
        if is_best && self.run.settings.patience.is_some() {
            let (step, net) = (self.step, self.training.net());
            self.best = Some(Best { step, net });
        }
    }

    /// Takes so many steps, or fewer if the run is to end. Returns the time that took.
    fn stretch(&mut self, steps: u64) -> Result<Duration, Failure> {
        if let Some(keep) = &mut self.keep {
            // All that is allocated for the logs, so that a step need not.
            keep.logs.loss.reserve(steps as usize);
        }
        let began = Instant::now();
        for _ in 0..steps {
            let loss = match self.training.step() {
                Ok(loss) => loss,
                Err(halt) => return Err(self.halted(halt)),
            };
            self.step += 1;
            if let Some(keep) = &mut self.keep {
                keep.logs.loss.record(format_args!("{},{loss}", self.step));
            }
            self.output.progress(self.step, loss);
            if self.is_over() {
                break;
            }
        }
        Ok(began.elapsed())
    }

    /// Measures, logs, says and saves where the run stands after a whole epoch.
    fn end_epoch(&mut self, epoch_steps: u64) -> Result<Epoch, Failure> {
        let epoch = self.measure(epoch_steps)?;
        if let Some(keep) = &mut self.keep {
            keep.logs.accuracy.record(epoch.measured());
        }
        self.history.push(epoch.measured());
        self.keep_best();
        self.output.reached(self.history.last());
        if !self.quiet {
            self.output.event(&epoch);
        }
        self.save(None)?;
        Ok(epoch)
    }

    /// Measures and saves where the run ends if that was not just done.
    fn end_run(&mut self, epoch_steps: u64) -> Result<Epoch, Failure> {
        let epoch = self.measure(epoch_steps)?;
        // A run that goes on from an epoch's end has that line already.
        let inside_epoch = (!self.step.is_multiple_of(epoch_steps)).then(|| epoch.measured());
        self.history.extend(inside_epoch);
        self.save(inside_epoch)?;
        Ok(epoch)
    }

    fn measure(&mut self, epoch_steps: u64) -> Result<Epoch, Failure> {
        let net = self.training.net();
        let (train, test) = (self.dataset.train(), self.dataset.test());
        let train_score = self
            .evaluation
            .score(&net, train)
            .map_err(|halt| self.halted(halt))?;
        if let Some(layer) = train_score.active.iter().position(|&units| units == 0) {
            return Err(self.halted(self.training.dead(layer + 1)));
        }
        let test_score = self
            .evaluation
            .score(&net, test)
            .map_err(|halt| self.halted(halt))?;
        Ok(Epoch {
            epoch: self.step / epoch_steps,
            step: self.step,
            loss: train_score.loss,
            train_accuracy: train_score.accuracy,
            test_accuracy: test_score.accuracy,
            active: train_score.active,
            units: train_score.units,
        })
    }

    /// Warns of layers of which half the units or more are dead, which no accuracy tells.
    fn warn(&self, active: &[usize], units: &[usize]) {
        let layers = units.iter().zip(active).enumerate();
        for (k, (&units, &active)) in layers.filter(|(_, (units, active))| 2 * **active <= **units)
        {
            // If it cannot be said, there is nobody to hear it.
            let _ = writeln!(
                io::stderr(),
                "warning: {} of the {units} hidden units of layer {} are inactive for all training \
                 images",
                units - active,
                k + 1
            );
        }
    }

    fn save(&mut self, inside_epoch: Option<Measured>) -> Result<(), WriteError> {
        let Some(keep) = &mut self.keep else {
            return Ok(());
        };
        let net = self.training.net();
        let moment = Moment {
            net: &net,
            step: self.step,
            generator: self.training.generator(),
            progress: self.training.progress(),
            logs: &keep.logs,
            best: self.best.as_ref(),
            inside_epoch,
        };
        let is_saved = match (self.step, &keep.saved) {
            (0, None) => keep.directory.begin(&self.run, &moment)?,
            (_, None) => keep.directory.replace(&self.run, &moment).map(|()| true)?,
            (_, Some(_)) => keep.directory.save(&self.run, &moment).map(|()| true)?,
        };
        if is_saved {
            keep.saved = Some((net, self.step));
        }
        Ok(())
    }

    /// Draws the report on what is saved, if anything of this run is.
    fn draw(&mut self, halt: Option<String>) -> Result<(), Failure> {
        let Some(keep) = &self.keep else {
            return Ok(());
        };
        let Some((net, step)) = &keep.saved else {
            return Ok(());
        };
        let report = Report {
            run: &self.run,
            dataset: self.dataset,
            net,
            step: *step,
            history: &self.history,
            losses: &keep.logs.loss,
            best: self.best_epoch(),
            halt,
        };
        let drawn = report.draw(&mut self.evaluation);
        let drawn = drawn.map_err(|halt| self.halted(halt))?;
        Ok(keep.directory.save_pictures(&drawn)?)
    }

    /// The failure of the run, after the report on how far it came. That the report cannot be
    /// written, too, is said, but it is not why the run failed.
    fn halted_run(mut self, failure: Failure) -> Failure {
        self.output.hide_bar();
        if let Failure::Halt { source, .. } = &failure
            && let Err(also) = self.draw(Some(source.to_string()))
        {
            let _ = writeln!(io::stderr(), "warning: {also}");
        }
        failure
    }

    fn halted(&self, halt: Halt) -> Failure {
        let Halt::Tape(error) = halt else {
            let (step, rate) = (self.step, self.run.settings.learning_rate);
            let kept = self.keep.as_ref().map_or(String::new(), Keep::kept);
            return Failure::Halt {
                source: At { step, rate, halt },
                kept,
            };
        };
        error.into()
    }
}
