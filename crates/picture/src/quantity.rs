//! The numbers of a picture: scalars, and what can be said briefly of matrices.

/// A number to be written beside an edge: a scalar, or what can be said briefly of a matrix.
#[derive(Debug, Clone, PartialEq)]
pub enum Quantity {
    /// One number.
    Scalar(f64),
    /// A matrix, by its shape, its norm and, if it is small, its entries.
    Matrix(Matrix),
    /// Anything else that can be written down, such as a dual number.
    Text {
        /// What stands beside the edge.
        short: String,
        /// What is shown on hover.
        full: String,
    },
    /// That many values drawn as one line: what leaves a folded part of a large graph.
    Bundle(usize),
}

impl From<f64> for Quantity {
    fn from(number: f64) -> Self {
        Quantity::Scalar(number)
    }
}

impl From<f32> for Quantity {
    /// Keeps the decimal digits an `f32` prints with, so that `0.1f32` reads 0.1 and not
    /// 0.10000000149011612.
    fn from(number: f32) -> Self {
        Quantity::Scalar(number.to_string().parse().unwrap_or(f64::from(number)))
    }
}

/// A matrix as a picture needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// The Frobenius norm: the root of the sum of the squared entries.
    pub norm: f64,
    /// The entries row by row when there are few enough to be written out, otherwise nothing.
    pub entries: Vec<f64>,
}

impl Matrix {
    /// The most rows and columns a matrix may have to be written out.
    pub const WRITTEN_OUT: (usize, usize) = (3, 4);

    /// Summarises a matrix from its entries, taken row by row.
    ///
    /// # Panics
    /// If the iterator does not give `rows` · `columns` entries.
    pub fn summary(rows: usize, columns: usize, entries: impl IntoIterator<Item = f64>) -> Self {
        let small = rows <= Self::WRITTEN_OUT.0 && columns <= Self::WRITTEN_OUT.1;
        let (mut kept, mut squares, mut count) = (Vec::new(), 0.0, 0);
        for entry in entries {
            count += 1;
            squares += entry * entry;
            if small {
                kept.push(entry);
            }
        }
        assert!(
            count == rows * columns,
            "a {rows}×{columns} matrix was summarised from {count} entries"
        );
        Self {
            rows,
            columns,
            norm: f64::sqrt(squares),
            entries: kept,
        }
    }
}

impl From<Matrix> for Quantity {
    fn from(matrix: Matrix) -> Self {
        Quantity::Matrix(matrix)
    }
}
