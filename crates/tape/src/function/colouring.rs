//! Colouring: columns of a sparse matrix that share no row get one colour, and one sweep.

use super::rows::Rows;

/// A colour for each column, so that no two columns of one colour have a number in the same row: a
/// distance-2 colouring of the columns. Returns the colours and how many there are.
///
/// Columns are coloured one after the other, each with the first colour that is free. The order
/// decides how many it takes; the best of two is taken, as they stand and those with the most
/// neighbours first.
pub(super) fn colour(by_row: &Rows, by_column: &Rows) -> (Vec<u32>, usize) {
    let columns = by_column.len();
    // A full row needs as many colours as there are columns; asking for less takes long.
    if by_row.iter().any(|row| row.len() == columns) {
        return ((0..columns as u32).collect(), columns);
    }
    let natural: Vec<usize> = (0..columns).collect();
    let neighbours = |&column: &usize| -> usize {
        let rows = by_column.row(column).iter();
        rows.map(|&row| by_row.row(row as usize).len()).sum()
    };
    let mut largest_first = natural.clone();
    largest_first.sort_by_key(|column| std::cmp::Reverse(neighbours(column)));
    let tried = [natural, largest_first].map(|order| greedy(by_row, by_column, &order));
    let [natural, largest_first] = tried;
    if largest_first.1 < natural.1 {
        largest_first
    } else {
        natural
    }
}

/// Gives each column, in an order, the first colour that no column has with which it shares a row.
fn greedy(by_row: &Rows, by_column: &Rows, order: &[usize]) -> (Vec<u32>, usize) {
    const NONE: u32 = u32::MAX;
    let mut colours = vec![NONE; by_column.len()];
    // The column that a colour was last taken by a neighbour of.
    let mut taken: Vec<usize> = Vec::new();
    for &column in order {
        // What is nowhere needs no sweep.
        if by_column.row(column).is_empty() {
            colours[column] = 0;
            continue;
        }
        for &row in by_column.row(column) {
            for &other in by_row.row(row as usize) {
                if let Some(taken) = taken.get_mut(colours[other as usize] as usize) {
                    *taken = column;
                }
            }
        }
        let free = taken.iter().position(|&by| by != column);
        let colour = free.unwrap_or_else(|| {
            taken.push(usize::MAX);
            taken.len() - 1
        });
        colours[column] = colour as u32;
    }
    (colours, taken.len())
}
