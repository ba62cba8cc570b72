//! Colouring: columns of a sparse matrix that can be told apart get one colour, and one sweep.

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

/// A colour for each column of a symmetric pattern, so that of every number one of its two places
/// can be read: no two neighbours have one colour, and no path of three edges has only two (a star
/// colouring). Takes fewer colours than if each column had to be read by itself. Returns the
/// colours and how many there are.
///
/// Gebremedhin, Manne and Pothen 2005, "What color is your Jacobian?", algorithm 4.1; those with
/// the most neighbours are coloured first.
pub(super) fn star_colour(pattern: &Rows) -> (Vec<u32>, usize) {
    let columns = pattern.len();
    let mut order: Vec<usize> = (0..columns).collect();
    order.sort_by_key(|&column| std::cmp::Reverse(pattern.row(column).len()));
    let mut colours: Vec<Option<u32>> = vec![None; columns];
    // The column that a colour was last forbidden for.
    let mut forbidden: Vec<usize> = Vec::new();
    for &v in &order {
        let neighbours = |of: usize, but: usize| {
            let each = pattern.row(of).iter().map(|&column| column as usize);
            each.filter(move |&column| column != of && column != but)
        };
        let mut forbid = |colour: u32| forbidden[colour as usize] = v;
        for w in neighbours(v, v) {
            if let Some(colour) = colours[w] {
                forbid(colour);
            }
            for x in neighbours(w, v) {
                let Some(colour) = colours[x] else {
                    continue;
                };
                // The path v, w, x, and a fourth that would have the colour of w.
                let is_alternating = colours[w]
                    .is_none_or(|of_w| neighbours(x, w).any(|y| colours[y] == Some(of_w)));
                if is_alternating {
                    forbid(colour);
                }
            }
        }
        let free = forbidden.iter().position(|&by| by != v);
        let colour = free.unwrap_or_else(|| {
            forbidden.push(usize::MAX);
            forbidden.len() - 1
        });
        colours[v] = Some(colour as u32);
    }
    let colours = colours.into_iter().map(|colour| colour.unwrap_or(0));
    (colours.collect(), forbidden.len())
}
