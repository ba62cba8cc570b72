//! Lists of lists in one piece of memory.

/// A list of lists of numbers in one piece of memory: the columns of each row, or the rows of each
/// column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rows {
    /// Where each list begins, and the last one ends.
    pub offsets: Vec<usize>,
    pub indices: Vec<u32>,
}

impl Rows {
    pub fn of(lists: impl Iterator<Item = Vec<u32>>) -> Self {
        let mut rows = Rows {
            offsets: vec![0],
            indices: Vec::new(),
        };
        for list in lists {
            rows.indices.extend(list);
            rows.offsets.push(rows.indices.len());
        }
        rows
    }

    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    pub fn row(&self, row: usize) -> &[u32] {
        &self.indices[self.offsets[row]..self.offsets[row + 1]]
    }

    pub fn iter(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.len()).map(|row| self.row(row))
    }

    /// The rows of each of `columns` columns.
    pub fn transposed(&self, columns: usize) -> Rows {
        let mut offsets = vec![0; columns + 1];
        for &column in &self.indices {
            offsets[column as usize + 1] += 1;
        }
        for column in 0..columns {
            offsets[column + 1] += offsets[column];
        }
        let mut next = offsets.clone();
        let mut indices = vec![0; self.indices.len()];
        for (row, columns) in self.iter().enumerate() {
            for &column in columns {
                let at = &mut next[column as usize];
                indices[*at] = row as u32;
                *at += 1;
            }
        }
        Rows { offsets, indices }
    }

    /// Every number with the number of its list: of the rows of columns, row and column.
    pub fn pairs(&self) -> impl Iterator<Item = (u32, u32)> {
        let lists = self.iter().enumerate();
        lists.flat_map(|(list, numbers)| numbers.iter().map(move |&number| (number, list as u32)))
    }

    /// What is in either, of lists that rise.
    pub fn union(&self, other: &Rows) -> Rows {
        let lists = self.iter().zip(other.iter()).map(|(one, other)| {
            let mut both = [one, other].concat();
            both.sort_unstable();
            both.dedup();
            both
        });
        Rows::of(lists)
    }
}
