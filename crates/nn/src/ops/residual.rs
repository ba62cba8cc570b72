//! What softmax with cross-entropy keeps of a forward run, and how it comes about.
//!
//! All of it is computed a column at a time, as memory has it, and every number of a row is kept
//! once.

use super::wanted::Wanted;
use std::iter::zip;
use tape::{Scalar, Shape, View, pairwise_sum};

/// How many lists of a number for each row are kept beside the slopes.
const A_ROW: usize = 7;

/// How many terms of a column are summed at a time.
const RUN: usize = 64;

/// What is read after the forward run.
pub(super) struct Kept<'a, T> {
    /// What each logit changes the loss by, times the divisor; N×C.
    pub slopes: &'a [T],
    /// What the row is shifted by: its largest logit, the wanted one of several.
    pub shifts: &'a [T],
    /// The logarithm of the sum of all shifted exponentials.
    pub logs: &'a [T],
    /// How much the row counts.
    pub totals: &'a [T],
}

impl<'a, T: Scalar> Kept<'a, T> {
    pub fn of(residual: &'a [T], shape: Shape) -> Self {
        let (slopes, rest) = residual.split_at(shape.len());
        let list = |k: usize| &rest[k * shape.rows..(k + 1) * shape.rows];
        Kept {
            slopes,
            shifts: list(0),
            logs: list(1),
            totals: list(2),
        }
    }

    /// `−ln softmax(X)ᵢⱼ`, whatever is wanted: what a probability costs.
    pub fn cost(&self, i: usize, x: T) -> T {
        self.logs[i] + (self.shifts[i] - x)
    }

    /// The sum of the rows' losses.
    pub fn loss(&self, x: View<'_, T>, wanted: Wanted<'_, T>) -> T {
        if !wanted.has_labels() {
            let runs = x.rows().div_ceil(RUN);
            let terms = &mut [T::zero(); RUN];
            return pairwise_sum(x.cols(), |j| {
                pairwise_sum(runs, |run| self.loss_of_run(x, wanted, (run, j), terms))
            });
        }
        pairwise_sum(x.rows(), |i| match wanted.label(i) {
            Some(j) if self.totals[i] != T::zero() => {
                wanted.class_weight(j) * self.cost(i, x[(i, j)])
            }
            _ => T::zero(),
        })
    }

    /// What a run of rows adds to the loss by how much they want class `j`.
    fn loss_of_run(
        &self,
        x: View<'_, T>,
        wanted: Wanted<'_, T>,
        (run, j): (usize, usize),
        terms: &mut [T; RUN],
    ) -> T {
        let rows = run * RUN..x.rows().min((run + 1) * RUN);
        let terms = &mut terms[..rows.len()];
        let (x, targets) = (&x.column(j)[rows.clone()], wanted.targets.column(j));
        let weight = wanted.class_weight(j);
        let targets = zip(&targets[rows.clone()], rows);
        for ((term, &x), (&target, i)) in zip(zip(&mut *terms, x), targets) {
            let (wanted, cost) = (target * weight, self.cost(i, x));
            // A class that is not wanted may cost ∞.
            let is_free = wanted == T::zero() && !cost.is_finite();
            *term = if is_free { T::zero() } else { wanted * cost };
        }
        View::new(terms, Shape::new(terms.len(), 1)).column_sum(0)
    }
}

/// The residuals, to be written.
pub(super) struct Residual<'a, T> {
    shape: Shape,
    /// These are the wanted probabilities first, then the shifted exponentials.
    slopes: &'a mut [T],
    shifts: &'a mut [T],
    logs: &'a mut [T],
    pub totals: &'a mut [T],
    /// The class that the row wants more than all others together; −1 where there is none.
    main: &'a mut [T],
    /// How much the row wants the other classes.
    wanted_others: &'a mut [T],
    /// The shifted exponentials of all classes but the main one, summed.
    others: &'a mut [T],
    /// The shifted exponential of the main class; 0 where there is none. Then what the row's
    /// exponentials are multiplied by.
    factors: &'a mut [T],
}

/// The class that a row's number names.
fn class_of<T: Scalar>(main: T) -> Option<usize> {
    (main >= T::zero()).then(|| main.to_f64() as usize)
}

impl<'a, T: Scalar> Residual<'a, T> {
    /// How many numbers are kept of logits of this shape.
    pub fn len(shape: Shape) -> usize {
        shape.len() + A_ROW * shape.rows
    }

    pub fn split(residual: &'a mut [T], shape: Shape) -> Self {
        let (slopes, mut rest) = residual.split_at_mut(shape.len());
        let mut list = || {
            let (list, after) = std::mem::take(&mut rest).split_at_mut(shape.rows);
            rest = after;
            list
        };
        Residual {
            shape,
            slopes,
            shifts: list(),
            logs: list(),
            totals: list(),
            main: list(),
            wanted_others: list(),
            others: list(),
            factors: list(),
        }
    }

    /// How much each row counts, and which class it wants most.
    pub fn wanted(&mut self, wanted: Wanted<'_, T>) {
        self.main.fill(-T::one());
        // Minus 0, from which a share is taken off as if it were only negated.
        self.wanted_others.fill(-T::zero());
        if wanted.has_labels() {
            for (i, (total, main)) in self.totals.iter_mut().zip(&mut *self.main).enumerate() {
                let label = wanted.label(i);
                *total = label.map_or(T::zero(), |label| wanted.class_weight(label));
                *main = label.map_or(*main, |_| wanted.targets[i]);
            }
            return;
        }
        let columns = self.slopes.chunks_exact_mut(self.shape.rows);
        for (j, column) in columns.enumerate() {
            let weight = wanted.class_weight(j);
            for (to, &target) in column.iter_mut().zip(wanted.targets.column(j)) {
                *to = target * weight;
            }
        }
        View::new(self.slopes, self.shape).row_sums(self.totals);
        self.main_of_rows();
        for (i, &main) in self.main.iter().enumerate() {
            if let Some(j) = class_of(main) {
                self.slopes[j * self.shape.rows + i] = T::zero();
            }
        }
        View::new(self.slopes, self.shape).row_sums(self.wanted_others);
    }

    /// The class that is more than half of what each row wants. Such a class only adds digits, so
    /// those beyond what a `T` can count need not be looked for.
    fn main_of_rows(&mut self) {
        let half = T::from_f64(0.5);
        let columns = self.slopes.chunks_exact(self.shape.rows);
        let countable = (2.0 / T::EPSILON) as usize;
        for (j, column) in columns.enumerate().take(countable) {
            let j = T::from_f64(j as f64);
            let rows = self.main.iter_mut().zip(&*self.totals);
            for ((main, &total), &wanted) in rows.zip(column) {
                *main = if wanted > total * half { j } else { *main };
            }
        }
    }

    /// Shifted exponentials and their sums.
    pub fn exponentials(&mut self, x: View<'_, T>) {
        self.shifts.fill(T::from_f64(f64::NEG_INFINITY));
        for j in 0..x.cols() {
            for (shift, &x) in self.shifts.iter_mut().zip(x.column(j)) {
                // A NaN is not larger; it shows in the sum.
                if x > *shift {
                    *shift = x;
                }
            }
        }
        for (i, (shift, &main)) in self.shifts.iter_mut().zip(&*self.main).enumerate() {
            match class_of(main).map(|j| x[(i, j)]) {
                Some(main) if main == *shift => *shift = main,
                _ => {}
            }
        }
        for (j, column) in self.slopes.chunks_exact_mut(x.rows()).enumerate() {
            let rows = x.column(j).iter().zip(self.shifts.iter());
            for (e, (&x, &shift)) in column.iter_mut().zip(rows) {
                *e = (x - shift).exp();
            }
        }
        for (i, (e, &main)) in self.factors.iter_mut().zip(&*self.main).enumerate() {
            *e = class_of(main).map_or(T::zero(), |j| {
                std::mem::replace(&mut self.slopes[j * x.rows() + i], T::zero())
            });
        }
        View::new(self.slopes, x.shape()).row_sums(self.others);
    }

    /// The logarithms of the sums of the shifted exponentials. What `ln` loses of a sum near 1 is
    /// nothing beside the distance of the wanted logits from the largest, which is added.
    pub fn logarithms(&mut self, x: View<'_, T>) {
        for (i, log) in self.logs.iter_mut().enumerate() {
            let (others, shift) = (self.others[i], self.shifts[i]);
            let is_largest = class_of(self.main[i]).is_some_and(|j| x[(i, j)] == shift);
            *log = if is_largest {
                others.ln_1p()
            } else {
                (others + self.factors[i]).ln()
            };
        }
    }

    /// Makes slopes of the shifted exponentials: `softmax(X) − T`, as much as each row counts.
    pub fn slopes(&mut self, wanted: Wanted<'_, T>) {
        let rows = self.totals.iter().zip(&*self.others);
        for (factor, (&total, &others)) in self.factors.iter_mut().zip(rows) {
            *factor = total.over(others + *factor);
        }
        for (j, column) in self.slopes.chunks_exact_mut(self.shape.rows).enumerate() {
            for (slope, &factor) in column.iter_mut().zip(&*self.factors) {
                *slope *= factor;
            }
            if !wanted.has_labels() {
                let weight = wanted.class_weight(j);
                for (slope, &target) in column.iter_mut().zip(wanted.targets.column(j)) {
                    *slope -= target * weight;
                }
            }
        }
        for (i, &total) in self.totals.iter().enumerate() {
            let row = || (0..self.shape.cols).map(|j| j * self.shape.rows + i);
            if total == T::zero() {
                row().for_each(|at| self.slopes[at] = T::zero());
            } else if let Some(j) = class_of(self.main[i]) {
                let lacking = self.wanted_others[i] - self.others[i] * self.factors[i];
                self.slopes[j * self.shape.rows + i] = lacking;
            }
        }
    }
}
