//! Functions at many inputs at once.

use super::construct::Function;
use super::crew::{Asked, Crew};
use super::sheet::Table;
use super::workspace::Workspace;
use crate::error::Error;
use crate::lanes::{How, InstructionSet, Precision};
use crate::number::Scalar;
use nalgebra::{DMatrix, DVector, Dim, IsContiguous, Matrix, RawStorage};
use std::fmt;
use std::ops::ControlFlow;

/// Evaluates a [`Function`] at many inputs at once: the rows of a matrix.
///
/// Every operation of the recorded program is computed for a row of inputs before the next one is,
/// with the processor's vector instructions. Such a *lane* takes a fraction of the time of an
/// evaluation by itself. An input at which a comparison turns out otherwise than recorded leaves
/// its row, and is evaluated on the recording it belongs to. Functions of scalars gain most; ops on
/// matrices are run input by input.
///
/// ```
/// use nalgebra::dmatrix;
/// use tape::{Function, Mapper};
/// let f = Function::scalar(|x| x[0].exp() * x[1]);
/// let inputs = dmatrix![0.0, 1.0; 0.0, 2.0; 1.0, 0.0];
/// let (values, gradients) = Mapper::new().gradients(&f, &inputs)?;
/// assert_eq!(values.as_slice(), [1.0, 2.0, 0.0]);
/// assert_eq!(gradients.row(1), dmatrix![2.0, 1.0]);
/// # Ok::<(), tape::Error>(())
/// ```
///
/// A mapper keeps the memory of what it has evaluated. A call like one before allocates nothing, if
/// its results go to matrices that are at hand ([`gradients_into`](Mapper::gradients_into)).
///
/// # Precision
/// Elementary functions are the library's own, which work on vectors; results are within rounding
/// of those of a tape. With [`exact`](Mapper::exact) they are the same to the last bit, and take
/// longer. What is computed of an input depends on that input alone, and not on how many there are,
/// in which order, or on how many threads.
pub struct Mapper<T = f64> {
    pub(super) how: How,
    #[cfg(feature = "rayon")]
    pub(super) pool: Option<rayon::ThreadPool>,
    pub(super) progress: Option<Progress>,
    pub(super) crews: Vec<Crew<T>>,
    pub(super) workspace: Workspace<T>,
    /// One input.
    pub(super) point: Vec<T>,
    pub(super) left: Vec<usize>,
    /// What is exchanged for the caller's matrices, once all is well.
    pub(super) values: DMatrix<T>,
    pub(super) derivatives: Vec<DMatrix<T>>,
}

type Progress = Box<dyn FnMut(usize, usize) -> ControlFlow<()> + Send>;

impl<T> fmt::Debug for Mapper<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapper")
            .field("instruction_set", &self.how.set)
            .field("precision", &self.how.precision)
            .field("recordings", &self.crews.len())
            .finish_non_exhaustive()
    }
}

impl<T: Scalar> Default for Mapper<T> {
    fn default() -> Self {
        Mapper::new()
    }
}

impl<T: Scalar> Mapper<T> {
    /// A mapper of one thread, with the best instructions that the processor has.
    pub fn new() -> Self {
        Mapper {
            how: How {
                set: InstructionSet::best(),
                precision: Precision::Fast,
            },
            #[cfg(feature = "rayon")]
            pool: None,
            progress: None,
            crews: Vec::new(),
            workspace: Workspace::new(),
            point: Vec::new(),
            left: Vec::new(),
            values: DMatrix::zeros(0, 0),
            derivatives: Vec::new(),
        }
    }

    /// With the standard library's elementary functions: every result is the tape's, bit for bit.
    #[must_use]
    pub fn exact(mut self) -> Self {
        self.how.precision = Precision::Exact;
        self
    }

    /// With these instructions.
    #[must_use]
    pub fn instruction_set(mut self, set: InstructionSet) -> Self {
        self.how.set = set;
        self
    }

    /// With so many threads, which wait for further calls (feature `rayon`). The results do not
    /// depend on how many there are.
    ///
    /// # Panics
    /// If there are to be none, or the system cannot start them.
    #[cfg(feature = "rayon")]
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        assert!(threads > 0, "a mapper has at least one thread");
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        self.pool = (threads > 1).then(|| pool.build().expect("the system starts threads"));
        self
    }

    /// Calls back now and then with how many inputs are done, and how many there are; the callback
    /// may break off the evaluation. A [`sum`](Mapper::sum) runs to its end without it.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use tape::{Error, Function, Mapper};
    /// let f = Function::scalar(|x| x[0].sin());
    /// let inputs = nalgebra::DMatrix::zeros(100_000, 1);
    /// let half = |done, of| match 2 * done < of {
    ///     true => ControlFlow::Continue(()),
    ///     false => ControlFlow::Break(()),
    /// };
    /// let stopped = Mapper::new().progress(half).values(&f, &inputs);
    /// assert!(matches!(stopped, Err(Error::Stopped { done: 65_536, of: 100_000 })));
    /// ```
    #[must_use]
    pub fn progress(
        mut self,
        callback: impl FnMut(usize, usize) -> ControlFlow<()> + Send + 'static,
    ) -> Self {
        self.progress = Some(Box::new(callback));
        self
    }

    /// The results of a function at every row of a matrix: inputs × results.
    ///
    /// # Errors
    /// [`Error::Numbers`] if the matrix has another number of columns than the function has inputs,
    /// [`Error::Input`] if an op refuses its operands at an input, [`Error::Branches`] if
    /// comparisons turn out otherwise at some and the function has no closure,
    /// [`Error::Stopped`] if the callback says so.
    pub fn values<R: Dim, C: Dim, S>(
        &mut self,
        function: &Function<T>,
        inputs: &Matrix<T, R, C, S>,
    ) -> Result<DMatrix<T>, Error>
    where
        S: RawStorage<T, R, C> + IsContiguous,
    {
        self.evaluate(function, Table::of(inputs), Asked::Values)?;
        Ok(std::mem::replace(&mut self.values, DMatrix::zeros(0, 0)))
    }

    /// The value at every row of a matrix, of a function with one result, and the gradients:
    /// inputs × parameters.
    ///
    /// # Errors
    /// As [`values`](Mapper::values), and [`Error::NotOneResult`] unless there is one.
    pub fn gradients<R: Dim, C: Dim, S>(
        &mut self,
        function: &Function<T>,
        inputs: &Matrix<T, R, C, S>,
    ) -> Result<(DVector<T>, DMatrix<T>), Error>
    where
        S: RawStorage<T, R, C> + IsContiguous,
    {
        let mut values = DVector::zeros(0);
        let mut gradients = DMatrix::zeros(0, 0);
        self.gradients_into(function, inputs, &mut values, &mut gradients)?;
        Ok((values, gradients))
    }

    /// [`gradients`](Mapper::gradients) in the place of two matrices. Those of the right size serve
    /// the next call: then nothing is allocated. They stay as they are if there is an error.
    ///
    /// # Errors
    /// As [`gradients`](Mapper::gradients).
    pub fn gradients_into<R: Dim, C: Dim, S>(
        &mut self,
        function: &Function<T>,
        inputs: &Matrix<T, R, C, S>,
        values: &mut DVector<T>,
        gradients: &mut DMatrix<T>,
    ) -> Result<(), Error>
    where
        S: RawStorage<T, R, C> + IsContiguous,
    {
        self.evaluate(function, Table::of(inputs), Asked::Derivatives)?;
        let found = self.values.ncols();
        if found != 1 {
            return Err(Error::NotOneResult { found });
        }
        exchange(&mut self.values, values);
        std::mem::swap(&mut self.derivatives[0], gradients);
        Ok(())
    }

    /// The derivatives of every result at every row of a matrix: for each result a matrix of
    /// inputs × parameters.
    ///
    /// ```
    /// use nalgebra::dmatrix;
    /// use tape::{Function, Mapper};
    /// let polar = Function::vector(|x| vec![x[0] * x[1].cos(), x[0] * x[1].sin()]);
    /// let jacobians = Mapper::new().jacobians(&polar, &dmatrix![1.0, 0.0; 2.0, 0.0])?;
    /// assert_eq!(jacobians[0], dmatrix![1.0, 0.0; 1.0, 0.0]);
    /// assert_eq!(jacobians[1], dmatrix![0.0, 1.0; 0.0, 2.0]);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`values`](Mapper::values).
    pub fn jacobians<R: Dim, C: Dim, S>(
        &mut self,
        function: &Function<T>,
        inputs: &Matrix<T, R, C, S>,
    ) -> Result<Vec<DMatrix<T>>, Error>
    where
        S: RawStorage<T, R, C> + IsContiguous,
    {
        self.evaluate(function, Table::of(inputs), Asked::Derivatives)?;
        Ok(std::mem::take(&mut self.derivatives))
    }

    /// [`jacobians`](Mapper::jacobians) in the place of a list of matrices. Those of the right size
    /// serve the next call: then nothing is allocated. They stay as they are if there is an error.
    ///
    /// # Errors
    /// As [`jacobians`](Mapper::jacobians).
    pub fn jacobians_into<R: Dim, C: Dim, S>(
        &mut self,
        function: &Function<T>,
        inputs: &Matrix<T, R, C, S>,
        jacobians: &mut Vec<DMatrix<T>>,
    ) -> Result<(), Error>
    where
        S: RawStorage<T, R, C> + IsContiguous,
    {
        self.evaluate(function, Table::of(inputs), Asked::Derivatives)?;
        std::mem::swap(&mut self.derivatives, jacobians);
        Ok(())
    }
}

/// Puts a table of one column in the place of a vector, and the vector's memory in the place of the
/// table.
fn exchange<T: Scalar>(table: &mut DMatrix<T>, vector: &mut DVector<T>) {
    let rows = table.nrows();
    let column = std::mem::replace(table, DMatrix::zeros(0, 0));
    let column = DVector::from_vec(Vec::from(column.data));
    let old = std::mem::replace(vector, column);
    if old.len() == rows {
        *table = DMatrix::from_vec(rows, 1, Vec::from(old.data));
    }
}
