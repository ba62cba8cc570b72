//! The largest numbers of windows: where they stand, and what is gathered from there and spread to
//! there.

use super::pool::Pool;
use tape::{Scalar, Shape, View, ViewMut, threads};

/// Whether a number is none. Compared with itself, which a loop does for several numbers at once.
#[allow(clippy::eq_op)]
fn is_nan<T: Scalar>(x: T) -> bool {
    x != x
}

/// Writes the largest number of each window, and its number there.
pub(super) fn find<T: Scalar>(pool: Pool, x: View<'_, T>, largest: &mut [T], at: &mut [T]) {
    let rows = x.rows();
    if let Some([first, second]) = pool.halves(rows) {
        let (x, others) = halves(x, first.images.len());
        let middle = first.places.len() * rows;
        let (largest, other_largest) = largest.split_at_mut(middle);
        let (at, other_at) = at.split_at_mut(middle);
        threads::join(
            || find(first, x, largest, at),
            || find(second, others, other_largest, other_at),
        );
        return;
    }
    pool.each(|place, pixels| {
        let range = place * rows..(place + 1) * rows;
        let (largest, at) = (&mut largest[range.clone()], &mut at[range]);
        for (i, (k, pixel)) in pixels.each().enumerate() {
            let k = T::from_f64(k as f64);
            if i == 0 {
                largest.copy_from_slice(x.column(pixel));
                at.fill(k);
                continue;
            }
            let both = largest.iter_mut().zip(at.iter_mut());
            for ((largest, at), &x) in both.zip(x.column(pixel)) {
                // A NaN is larger than any number, and the first of them stays. Without a jump, so
                // that several are compared at once.
                let is_larger = (x > *largest) | (is_nan(x) & !is_nan(*largest));
                *at = if is_larger { k } else { *at };
                *largest = if is_larger { x } else { *largest };
            }
        }
    });
}

/// Adds the numbers of `y` to the pixels that `at` names, or writes them over numbers that are not
/// to be kept.
pub(super) fn spread<T: Scalar>(pool: Pool, y: View<'_, T>, at: &[T], x: &mut [T], keep: bool) {
    let rows = y.rows();
    if let Some([first, second]) = pool.halves(rows) {
        let (y, other_y) = halves(y, first.places.len());
        let (at, other_at) = at.split_at(first.places.len() * rows);
        let (x, other_x) = x.split_at_mut(first.images.len() * rows);
        threads::join(
            || spread(first, y, at, x, keep),
            || spread(second, other_y, other_at, other_x, keep),
        );
        return;
    }
    let writes = !keep && pool.is_apart();
    let overwrites_all = writes && covers(pool);
    if !keep && !overwrites_all {
        x.fill(T::zero());
    }
    pool.each(|place, pixels| {
        let (y, at) = (y.column(place), &at[place * rows..][..rows]);
        for (k, pixel) in pixels.each() {
            let k = T::from_f64(k as f64);
            let x = &mut x[pixel * rows..][..rows];
            for ((x, &y), &at) in x.iter_mut().zip(y).zip(at) {
                let given = if at == k { y } else { T::zero() };
                *x = if writes { given } else { *x + given };
            }
        }
    });
}

/// The first so many columns, and the others.
fn halves<T: Scalar>(x: View<'_, T>, cols: usize) -> (View<'_, T>, View<'_, T>) {
    let (left, right) = x.values().split_at(cols * x.rows());
    let rest = Shape::new(x.rows(), x.cols() - cols);
    (
        View::new(left, Shape::new(x.rows(), cols)),
        View::new(right, rest),
    )
}

/// Whether windows that are apart leave out no pixel.
fn covers(pool: Pool) -> bool {
    let Pool {
        images,
        window,
        places,
    } = pool;
    let covers = |places: usize, side: usize, pixels: usize| {
        side == window.stride && places * side >= pixels + window.padding
    };
    covers(places.height, window.height, images.height)
        && covers(places.width, window.width, images.width)
}

/// Writes the numbers of the pixels that `at` names.
pub(super) fn gather<T: Scalar>(pool: Pool, x: View<'_, T>, at: &[T], mut y: ViewMut<'_, T>) {
    let rows = x.rows();
    pool.each(|place, pixels| {
        let (y, at) = (y.column_mut(place), &at[place * rows..][..rows]);
        for (k, pixel) in pixels.each() {
            let k = T::from_f64(k as f64);
            for ((y, &x), &at) in y.iter_mut().zip(x.column(pixel)).zip(at) {
                *y = if at == k { x } else { *y };
            }
        }
    });
}

/// Whether no window's largest number is nearly reached by another.
pub(super) fn is_smooth<T: Scalar>(pool: Pool, x: View<'_, T>) -> bool {
    let mut smooth = true;
    pool.each(|_, pixels| {
        for i in 0..x.rows() {
            let values = || pixels.each().map(|(_, pixel)| x[(i, pixel)].to_f64());
            let most = values().fold(f64::NEG_INFINITY, f64::max);
            smooth &= values().filter(|x| most - x < 0.1).count() <= 1;
        }
    });
    smooth
}
