//! The function itself: how it is made, and which recording a point belongs to.

use super::arguments::{Arguments, Outputs};
use super::recording::{Closure, Recording};
use super::structure::Structure;
use super::workspace::Workspace;
use crate::error::Error;
use crate::handle::Var;
use crate::number::Scalar;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

/// A program that can be evaluated at many points, with its derivatives.
///
/// It is made of a closure that records, and recorded when it is first evaluated. From then on a
/// value is a replay, a gradient a replay and a sweep, a Jacobian a replay and sweeps of several
/// directions at once.
///
/// ```
/// use tape::Function;
/// let f = Function::scalar(|x| (1.0 - x[0]).square() + 100.0 * (x[1] - x[0] * x[0]).square());
/// assert_eq!(f.value(&[1.0, 2.0])?, 100.0);
/// assert_eq!(f.gradient(&[1.0, 2.0])?, [-400.0, 200.0]);
///
/// let g = Function::vector(|x| vec![x[0] * x[1], x[0] / x[1]]);
/// assert_eq!(g.jacobian(&[6.0, 2.0])?, nalgebra::dmatrix![2.0, 6.0; 0.5, -1.5]);
/// # Ok::<(), tape::Error>(())
/// ```
///
/// # Branches
/// A comparison of handles is recorded. At a point where it turns out otherwise, the closure is
/// recorded again, and both recordings are kept:
///
/// ```
/// use tape::Function;
/// let f = Function::scalar(|x| if x[0] < 1.0 { x[0].square() } else { 2.0 * x[0] - 1.0 });
/// assert_eq!(f.gradient(&[0.5])?, [1.0]);
/// assert_eq!(f.gradient(&[3.0])?, [2.0]);
/// assert_eq!(f.recordings(), 2);
/// # Ok::<(), tape::Error>(())
/// ```
///
/// A decision on [`value()`](Var::value) is not seen. The closure must do the same whenever it is
/// given the same numbers.
///
/// # Speed
/// Values and gradients of one result that are asked for more than 32 times with one workspace are
/// computed in runs of one operation, if the program is made of scalar rules that recur (feature
/// `map`). That takes a tenth to two thirds of the time, and gives the same bits; at the 33rd call
/// memory is allocated once more. For many inputs that are known at once there is
/// [`Mapper`](crate::Mapper).
///
/// # Threads
/// A function can be shared among threads. Each evaluation writes to a [`Workspace`]; calls that
/// are not given one borrow one of the function's.
pub struct Function<T = f64> {
    pub(super) closure: Option<Closure<T>>,
    pub(super) inputs: Expected,
    pub(super) recordings: RwLock<Arc<Vec<Arc<Recording<T>>>>>,
    /// How many recordings are kept.
    pub(super) most: usize,
    workspaces: Mutex<Vec<Workspace<T>>>,
    /// The gradient as a function, once it was asked for.
    pub(super) derivative: OnceLock<Box<Function<T>>>,
}

/// What a closure is recorded with.
#[derive(Clone, Debug)]
pub(super) enum Expected {
    /// As many scalars as it is given.
    Slice,
    Named(Structure),
}

/// How many recordings of one closure are kept, unless it is said otherwise.
const KEPT: usize = 16;

impl<T> fmt::Debug for Function<T> {
    /// Its inputs, and how many recordings it has.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let recordings = self
            .recordings
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Function")
            .field("inputs", &self.inputs)
            .field("recordings", &recordings.len())
            .finish_non_exhaustive()
    }
}

impl Function<f64> {
    /// A function of as many numbers as it is given, with one result.
    ///
    /// This, [`vector`](Function::vector) and [`new`](Function::new) are for `f64`, so that
    /// literals in the closure need no type; for other numbers there is
    /// `Function::<f32>::of_scalar` and its like.
    pub fn scalar<F>(f: F) -> Self
    where
        F: for<'t> Fn(&[Var<'t>]) -> Var<'t> + Send + Sync + 'static,
    {
        Function::of_scalar(f)
    }

    /// A function of as many numbers as it is given, with any number of results.
    pub fn vector<F>(f: F) -> Self
    where
        F: for<'t> Fn(&[Var<'t>]) -> Vec<Var<'t>> + Send + Sync + 'static,
    {
        Function::of_vector(f)
    }

    /// A function of named scalars and matrices, some of which may be data.
    ///
    /// ```
    /// use nalgebra::dmatrix;
    /// use tape::{Function, Outputs, Structure, Values};
    /// let inputs = Structure::new().matrix("w", 1, 2).data_matrix("x", 2, 1);
    /// let f = Function::new(inputs.clone(), |at| {
    ///     Outputs::from((at.matrix("w") * at.matrix("x")).sum().square())
    /// });
    /// let mut point = Values::new(inputs);
    /// point.set("w", &dmatrix![1.0, 2.0]);
    /// point.set("x", &dmatrix![3.0; 4.0]);
    /// // A gradient is by parameters: there is none of `x`.
    /// assert_eq!(f.gradient(&point)?, [66.0, 88.0]);
    /// # Ok::<(), tape::Error>(())
    /// ```
    pub fn new<F>(inputs: Structure, f: F) -> Self
    where
        F: for<'t> Fn(&Arguments<'t>) -> Outputs<'t> + Send + Sync + 'static,
    {
        Function::of_parts(inputs, f)
    }
}

impl<T: Scalar> Function<T> {
    /// [`scalar`](Function::scalar) for any type of number.
    pub fn of_scalar<F>(f: F) -> Self
    where
        F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T> + Send + Sync + 'static,
    {
        Function::of_closure(Expected::Slice, move |at| {
            Outputs::from(f(at.scalars(SLICE)))
        })
    }

    /// [`vector`](Function::vector) for any type of number.
    pub fn of_vector<F>(f: F) -> Self
    where
        F: for<'t> Fn(&[Var<'t, T>]) -> Vec<Var<'t, T>> + Send + Sync + 'static,
    {
        Function::of_closure(Expected::Slice, move |at| {
            Outputs::from(f(at.scalars(SLICE)))
        })
    }

    /// [`new`](Function::new) for any type of number.
    pub fn of_parts<F>(inputs: Structure, f: F) -> Self
    where
        F: for<'t> Fn(&Arguments<'t, T>) -> Outputs<'t, T> + Send + Sync + 'static,
    {
        Function::of_closure(Expected::Named(inputs), f)
    }

    fn of_closure<F>(inputs: Expected, f: F) -> Self
    where
        F: for<'t> Fn(&Arguments<'t, T>) -> Outputs<'t, T> + Send + Sync + 'static,
    {
        Function::of_fallible(inputs, move |at| Ok(f(at)))
    }

    /// A function of a closure that may find that it cannot record.
    pub(super) fn of_fallible<F>(inputs: Expected, f: F) -> Self
    where
        F: for<'t> Fn(&Arguments<'t, T>) -> Result<Outputs<'t, T>, Error> + Send + Sync + 'static,
    {
        Function::of(Some(Arc::new(f)), inputs)
    }

    pub(super) fn of(closure: Option<Closure<T>>, inputs: Expected) -> Self {
        Function {
            closure,
            inputs,
            recordings: RwLock::new(Arc::default()),
            most: KEPT,
            workspaces: Mutex::new(Vec::new()),
            derivative: OnceLock::new(),
        }
    }

    /// The same function, keeping at most so many recordings; 16, unless it is said here. A point
    /// that belongs to none of them gets a recording for itself, each time.
    pub fn keeping(mut self, recordings: usize) -> Self {
        self.most = recordings;
        let known = self.recordings.get_mut();
        let known = known.unwrap_or_else(PoisonError::into_inner);
        if self.closure.is_some() {
            Arc::make_mut(known).truncate(recordings);
        }
        self
    }

    /// How many recordings are kept at the moment.
    pub fn recordings(&self) -> usize {
        self.known().len()
    }

    /// Hands out one of the function's own workspaces.
    pub(super) fn with_workspace<R>(&self, evaluate: impl FnOnce(&mut Workspace<T>) -> R) -> R {
        let own = || {
            self.workspaces
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        let taken = own().pop();
        let mut workspace = taken.unwrap_or_default();
        let result = evaluate(&mut workspace);
        own().push(workspace);
        result
    }
}

/// The name of the one input of a function over slices.
pub(super) const SLICE: &str = "x";
