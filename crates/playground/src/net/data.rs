//! What a net learns from, and what it is tried on.

use digits::drawn;
use nalgebra::DMatrix;
use tape::Scalar;

/// How many classes there are: the digits.
pub const CLASSES: usize = 10;

/// Images of one size with their labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Images {
    /// Height and width.
    pub size: [usize; 2],
    /// Image after image, row after row; 255 is ink.
    pub bytes: Vec<u8>,
    /// The digit of each.
    pub labels: Vec<u8>,
}

/// Images to learn from, and others.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// What is learned from.
    pub train: Images,
    /// What is not.
    pub test: Images,
}

impl Data {
    /// Digits drawn with strokes: those that `mnist` draws where there are no files, as far as they
    /// are asked for.
    pub fn drawn(train: usize, test: usize, seed: u64) -> Self {
        let images = |count, stream| Images {
            size: [drawn::SIDE; 2],
            bytes: drawn::images(count, seed, stream),
            labels: (0..10).cycle().take(count).collect(),
        };
        Self {
            train: images(train, 0),
            test: images(test, 1),
        }
    }
}

impl Images {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// How many pixels an image has.
    pub fn pixels(&self) -> usize {
        self.size[0] * self.size[1]
    }

    /// The pixels of one, from 0 to 255.
    pub fn image(&self, k: usize) -> &[u8] {
        &self.bytes[k * self.pixels()..][..self.pixels()]
    }

    /// Writes the pixels of some, from 0 to 1, into a matrix with a row for each, column by column.
    pub fn gather<T: Scalar>(&self, which: &[usize], into: &mut [T]) {
        for (row, &k) in which.iter().enumerate() {
            for (column, &byte) in self.image(k).iter().enumerate() {
                into[column * which.len() + row] = T::from_f64(f64::from(byte) / 255.0);
            }
        }
    }

    /// Writes the labels of some as rows that are 1 at the right class and 0 elsewhere.
    pub fn gather_one_hot<T: Scalar>(&self, which: &[usize], into: &mut [T]) {
        into.fill(T::zero());
        for (row, &k) in which.iter().enumerate() {
            into[usize::from(self.labels[k]) * which.len() + row] = T::one();
        }
    }

    /// The pixels and the labels of some as matrices.
    pub fn matrices<T: Scalar>(&self, which: &[usize]) -> [DMatrix<T>; 2] {
        let mut x = DMatrix::from_element(which.len(), self.pixels(), T::zero());
        let mut t = DMatrix::from_element(which.len(), CLASSES, T::zero());
        self.gather(which, x.as_mut_slice());
        self.gather_one_hot(which, t.as_mut_slice());
        [x, t]
    }

    /// The first `count` of them and the rest.
    pub fn split(mut self, count: usize) -> [Self; 2] {
        let rest = Self {
            size: self.size,
            bytes: self.bytes.split_off(count * self.pixels()),
            labels: self.labels.split_off(count),
        };
        [self, rest]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_an_image() {
        let images = Images {
            size: [1, 2],
            bytes: vec![0, 255, 51, 102, 255, 0],
            labels: vec![3, 0, 9],
        };
        let [x, t] = images.matrices::<f64>(&[1, 0]);
        assert_eq!(x, nalgebra::dmatrix![0.2, 0.4; 0.0, 1.0]);
        assert_eq!((t[(0, 0)], t[(1, 3)], t.sum()), (1.0, 1.0, 2.0));
        let [first, rest] = images.split(1);
        assert_eq!(
            (first.len(), rest.len(), rest.image(1)),
            (1, 2, &[255, 0][..])
        );
    }
}
