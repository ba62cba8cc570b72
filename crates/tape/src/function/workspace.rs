//! The numbers of an evaluation: one workspace a thread.

use super::recording::Recording;
use crate::error::Error;
use crate::list::{History, Primals};
use crate::number::Scalar;
#[cfg(feature = "map")]
use crate::runs::Memory;
use crate::sweep::{Buffer, Lanes, Stopped};
use std::fmt;
use std::sync::Arc;

/// What evaluations write to: the numbers of every entry, and of a sweep.
///
/// A [`Function`](crate::Function) is evaluated through `&self`, so several threads may do so at
/// once, each with a workspace of its own. A workspace may serve several functions; it keeps the
/// memory of all of them, so that an evaluation that was made before allocates nothing.
pub struct Workspace<T = f64> {
    states: Vec<State<T>>,
    /// Of a recording that is not kept, because the function has enough of them.
    passing: Option<State<T>>,
}

impl<T> fmt::Debug for Workspace<T> {
    /// For how many recordings it has memory, and how many of them run in runs of one operation.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Workspace(of {} recordings", self.states.len())?;
        #[cfg(feature = "map")]
        {
            let in_runs = self.states.iter().filter(|state| state.again.is_in_runs());
            match in_runs.count() {
                0 => {}
                some => write!(f, ", {some} in runs")?,
            }
        }
        f.write_str(")")
    }
}

impl<T> Default for Workspace<T> {
    fn default() -> Self {
        Workspace::new()
    }
}

impl<T> Workspace<T> {
    /// An empty workspace; the first evaluation makes room.
    pub fn new() -> Self {
        Workspace {
            states: Vec::new(),
            passing: None,
        }
    }
}

/// How many directions a sweep takes at once: many, where their numbers fit in a fast cache.
pub(super) const FEW: usize = 4;
pub(super) const MANY: usize = 16;

/// A recording with the numbers of its last run.
pub(super) struct State<T> {
    pub recording: Arc<Recording<T>>,
    pub primals: Primals<T>,
    pub buffer: Buffer<T>,
    pub few: Lanes<T, FEW>,
    pub many: Lanes<T, MANY>,
    #[cfg(feature = "map")]
    pub again: Again<T>,
}

impl<T: Scalar> State<T> {
    pub fn new(recording: Arc<Recording<T>>) -> Self {
        State {
            primals: recording.recorded.clone(),
            recording,
            buffer: Buffer::default(),
            few: Lanes::new(),
            many: Lanes::new(),
            #[cfg(feature = "map")]
            again: Again::default(),
        }
    }

    /// Runs the program at a point.
    pub fn run(&mut self, point: &[T]) -> Result<(), Stopped> {
        self.recording.set_inputs(point, &mut self.primals);
        self.recording.program.run(&mut self.primals)
    }

    /// Why a run stopped.
    pub fn error(&self, stopped: &Stopped) -> Error {
        self.recording.program.error(&self.primals, stopped)
    }

    /// Begins a sweep of one lane.
    pub fn begin(&mut self) {
        let history = History::default();
        self.buffer.begin(self.recording.number, &history);
        self.buffer.fit(&self.recording.program);
    }
}

impl<T: Scalar> Workspace<T> {
    /// The state of a recording; made, if there is none.
    pub(super) fn state(&mut self, recording: &Arc<Recording<T>>) -> &mut State<T> {
        let number = recording.number;
        let at = self
            .states
            .iter()
            .position(|state| state.recording.number == number);
        let at = at.unwrap_or_else(|| {
            self.states.push(State::new(recording.clone()));
            self.states.len() - 1
        });
        // Where it is looked for first, the next time.
        self.states.swap(0, at);
        &mut self.states[0]
    }

    /// The state of a recording that is used once.
    pub(super) fn passing(&mut self, recording: Arc<Recording<T>>) -> &mut State<T> {
        self.passing.insert(State::new(recording))
    }

    /// The recording, of these, that was used last.
    pub(super) fn last<'r>(&self, of: &'r [Arc<Recording<T>>]) -> Option<&'r Arc<Recording<T>>> {
        let of_number = |number| of.iter().find(|recording| recording.number == number);
        self.states
            .iter()
            .find_map(|state| of_number(state.recording.number))
    }
}

#[cfg(feature = "map")]
/// How values and gradients of a recording are computed in a workspace.
pub(super) enum Again<T> {
    /// By replay and sweep, so many until now.
    Plainly(u32),
    /// By replay and sweep, as runs would gain nothing.
    Always,
    /// In runs, which write to this.
    InRuns(Memory<T>),
}

#[cfg(feature = "map")]
impl<T> Default for Again<T> {
    fn default() -> Self {
        Again::Plainly(0)
    }
}

#[cfg(feature = "map")]
impl<T> Again<T> {
    pub fn is_in_runs(&self) -> bool {
        matches!(self, Again::InRuns(_))
    }
}

#[cfg(feature = "map")]
impl<T> Workspace<T> {
    /// Whether one of its recordings has runs, or will perhaps have some.
    pub(super) fn may_run(&self) -> bool {
        let mut states = self.states.iter();
        states.any(|state| !matches!(state.again, Again::Always))
    }
}
