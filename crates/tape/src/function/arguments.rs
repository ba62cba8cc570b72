//! What the closure of a function is given, and what it gives back: handles with names.

use super::structure::Structure;
use crate::handle::{MatrixVar, Operand, Tape, Var};
use crate::number::Scalar;
use crate::shape::Shape;

/// The inputs of a function as its closure sees them: handles on the tape that is being recorded.
///
/// ```
/// use tape::{Function, Outputs, Structure};
/// let inputs = Structure::new().matrix("w", 2, 3).data_matrix("x", 3, 1);
/// let f = Function::new(inputs, |at| {
///     let (w, x) = (at.matrix("w"), at.matrix("x"));
///     Outputs::from((w * x).tanh().sum())
/// });
/// assert_eq!(f.value(&[0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0])?, 1.0_f64.tanh());
/// # Ok::<(), tape::Error>(())
/// ```
#[derive(Debug)]
pub struct Arguments<'t, T = f64> {
    pub(super) tape: &'t Tape<T>,
    pub(super) structure: Structure,
    /// What each part is on the tape.
    pub(super) parts: Vec<Handles<'t, T>>,
}

/// A part on a tape.
#[derive(Debug)]
pub(super) enum Handles<'t, T> {
    Scalars(Vec<Var<'t, T>>),
    Matrix(MatrixVar<'t, T>),
}

impl<'t, T: Scalar> Handles<'t, T> {
    fn copy(&self) -> Self {
        match self {
            Handles::Scalars(scalars) => Handles::Scalars(scalars.clone()),
            Handles::Matrix(matrix) => Handles::Matrix(*matrix),
        }
    }

    /// Each handle of the part.
    pub fn operands(&self) -> Vec<Operand<'t, T>> {
        match self {
            Handles::Scalars(scalars) => scalars.iter().map(|&scalar| scalar.into()).collect(),
            Handles::Matrix(matrix) => vec![(*matrix).into()],
        }
    }
}

impl<'t, T: Scalar> Arguments<'t, T> {
    /// Those of a structure that comes first, and the handles of what follows.
    pub(super) fn split(&self, first: &Structure) -> (Self, Vec<Operand<'t, T>>) {
        let (own, behind) = self.parts.split_at(first.parts().len());
        let own = Arguments {
            tape: self.tape,
            structure: first.clone(),
            parts: own.iter().map(Handles::copy).collect(),
        };
        (own, behind.iter().flat_map(Handles::operands).collect())
    }

    /// The handles of the parameters.
    pub(super) fn parameters(&self) -> Vec<Operand<'t, T>> {
        let parts = self.structure.parts().iter().zip(&self.parts);
        let parameters = parts.filter(|(part, _)| !part.is_data);
        parameters
            .flat_map(|(_, handles)| handles.operands())
            .collect()
    }

    /// The tape that is being recorded, for what is not computed from inputs: constants, scopes.
    pub fn tape(&self) -> &'t Tape<T> {
        self.tape
    }

    /// The inputs' names and shapes.
    pub fn structure(&self) -> &Structure {
        &self.structure
    }

    /// The one scalar of this name.
    ///
    /// # Panics
    /// If there is none, or there are several.
    #[track_caller]
    pub fn scalar(&self, name: &str) -> Var<'t, T> {
        match self.scalars(name) {
            [scalar] => *scalar,
            several => panic!("`{name}` are {} scalars, not one", several.len()),
        }
    }

    /// The scalars of this name.
    ///
    /// # Panics
    /// If there are none.
    #[track_caller]
    pub fn scalars(&self, name: &str) -> &[Var<'t, T>] {
        match self.part(name) {
            Handles::Scalars(scalars) => scalars,
            Handles::Matrix(matrix) => panic!("`{name}` is a {} matrix", matrix.shape()),
        }
    }

    /// The matrix of this name.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn matrix(&self, name: &str) -> MatrixVar<'t, T> {
        match self.part(name) {
            Handles::Matrix(matrix) => *matrix,
            Handles::Scalars(scalars) => {
                panic!("`{name}` is no matrix but {} scalars", scalars.len())
            }
        }
    }

    #[track_caller]
    fn part(&self, name: &str) -> &Handles<'t, T> {
        let parts = self.structure.parts();
        let Some(at) = parts.iter().position(|part| part.name == name) else {
            panic!("no input is called `{name}`: there are {}", self.structure);
        };
        &self.parts[at]
    }
}

/// The results of a function, as its closure gives them back: one scalar, a list of scalars, a
/// matrix, or several of these with names.
///
/// ```
/// use tape::{Function, Outputs, Structure};
/// let f = Function::new(Structure::new().scalars("x", 2), |at| {
///     let x = at.scalars("x");
///     Outputs::new().scalar("sum", x[0] + x[1]).scalars("both", &[x[0] * x[1], x[0] / x[1]])
/// });
/// assert_eq!(f.values(&[6.0, 3.0])?, [9.0, 18.0, 2.0]);
/// assert_eq!(f.outputs(&[6.0, 3.0])?.range("both"), Some(1..3));
/// # Ok::<(), tape::Error>(())
/// ```
#[derive(Debug)]
pub struct Outputs<'t, T = f64> {
    pub(super) structure: Structure,
    pub(super) parts: Vec<Handles<'t, T>>,
}

impl<T> Default for Outputs<'_, T> {
    fn default() -> Self {
        Outputs::new()
    }
}

impl<'t, T> Outputs<'t, T> {
    /// No results.
    pub fn new() -> Self {
        Outputs {
            structure: Structure::new(),
            parts: Vec::new(),
        }
    }

    /// With one more scalar.
    ///
    /// # Panics
    /// If there is a result of this name; so do the others.
    #[track_caller]
    pub fn scalar(self, name: &str, scalar: Var<'t, T>) -> Self {
        self.with(name, Shape::SCALAR, Handles::Scalars(vec![scalar]))
    }

    #[track_caller]
    fn with(mut self, name: &str, shape: Shape, part: Handles<'t, T>) -> Self {
        let is_matrix = matches!(part, Handles::Matrix(_));
        self.structure = self.structure.with(name, shape, is_matrix, false);
        self.parts.push(part);
        self
    }
}

impl<'t, T: Scalar> Outputs<'t, T> {
    /// Results of a structure, from the handle of each scalar and each matrix.
    pub(super) fn of(structure: &Structure, handles: Vec<Operand<'t, T>>) -> Self {
        let mut handles = handles.into_iter();
        structure.parts().iter().fold(Outputs::new(), |all, part| {
            let count = if part.is_matrix { 1 } else { part.shape.len() };
            let mut own = handles.by_ref().take(count);
            if part.is_matrix {
                let matrix = own.next().expect("there is a handle for each part");
                all.matrix(&part.name, matrix.matrix())
            } else {
                let scalars: Vec<_> = own.map(Operand::scalar).collect();
                all.scalars(&part.name, &scalars)
            }
        })
    }

    /// The handle of each scalar and each matrix.
    pub(super) fn operands(&self) -> Vec<Operand<'t, T>> {
        self.parts.iter().flat_map(Handles::operands).collect()
    }

    /// With more scalars, under one name.
    #[track_caller]
    pub fn scalars(self, name: &str, scalars: &[Var<'t, T>]) -> Self {
        let shape = Shape::new(scalars.len(), 1);
        self.with(name, shape, Handles::Scalars(scalars.to_vec()))
    }

    /// With one more matrix.
    #[track_caller]
    pub fn matrix(self, name: &str, matrix: MatrixVar<'t, T>) -> Self {
        self.with(name, matrix.shape(), Handles::Matrix(matrix))
    }
}

impl<'t, T: Scalar> From<Var<'t, T>> for Outputs<'t, T> {
    fn from(scalar: Var<'t, T>) -> Self {
        Outputs::new().scalar("y", scalar)
    }
}

impl<'t, T: Scalar> From<Vec<Var<'t, T>>> for Outputs<'t, T> {
    fn from(scalars: Vec<Var<'t, T>>) -> Self {
        Outputs::new().scalars("y", &scalars)
    }
}

impl<'t, T: Scalar> From<MatrixVar<'t, T>> for Outputs<'t, T> {
    fn from(matrix: MatrixVar<'t, T>) -> Self {
        Outputs::new().matrix("y", matrix)
    }
}
