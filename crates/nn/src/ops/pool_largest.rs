//! The largest numbers of windows: where they stand, and what is gathered from there and spread to
//! there.

use super::pool::Pool;
use tape::{Scalar, View, ViewMut};

/// Whether a number is none. Compared with itself, which a loop does for several numbers at once.
#[allow(clippy::eq_op)]
fn is_nan<T: Scalar>(x: T) -> bool {
    x != x
}

/// Writes the largest number of each window, and its number there.
pub(super) fn find<T: Scalar>(pool: Pool, x: View<'_, T>, largest: &mut [T], at: &mut [T]) {
    let rows = x.rows();
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
