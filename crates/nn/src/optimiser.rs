//! Optimisers: how parameters follow the gradient.

use crate::schedule::Schedule;
use tape::{Cotangents, Error, MatrixId, Scalar, Tape, threads};

/// What changes the parameters after a sweep.
pub trait Optimiser<T: Scalar> {
    /// Updates the leaves `parameters` of `tape` in place from the gradient of the last sweep.
    ///
    /// # Errors
    /// If an id names no leaf of the tape, or no entry of the sweep. No parameter is updated then.
    fn update(
        &mut self,
        tape: &mut Tape<T>,
        parameters: &[MatrixId],
        gradient: &Cotangents<T>,
    ) -> Result<(), Error>;
}

/// Stochastic gradient descent: `W ← W − rate · dL/dW`. It has no state; for a schedule, or for
/// weight decay, there is a [`Learner`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// The learning rate.
    pub rate: f64,
}

impl Sgd {
    /// Updates the leaves `parameters` of `tape` in place from the gradient of the last sweep.
    ///
    /// # Errors
    /// If an id names no leaf of the tape, or no entry of the sweep. No parameter is updated then.
    pub fn update<T: Scalar>(
        &self,
        tape: &mut Tape<T>,
        parameters: &[MatrixId],
        gradient: &Cotangents<T>,
    ) -> Result<(), Error> {
        let rate = T::from_f64(self.rate);
        check(tape, parameters, gradient)?;
        for &id in parameters {
            let slope = gradient.of(id)?;
            let mut parameter = tape.leaf_mut(id)?;
            let slope = slope.values();
            threads::ranges(parameter.values_mut(), 1, &|first, w: &mut [T]| {
                for (w, &d) in w.iter_mut().zip(&slope[first..]) {
                    *w -= rate * d;
                }
            });
        }
        Ok(())
    }
}

impl From<Sgd> for Rule {
    fn from(sgd: Sgd) -> Self {
        Rule::new(Method::Sgd, sgd.rate)
    }
}

impl<T: Scalar> Optimiser<T> for &Sgd {
    fn update(
        &mut self,
        tape: &mut Tape<T>,
        parameters: &[MatrixId],
        gradient: &Cotangents<T>,
    ) -> Result<(), Error> {
        Sgd::update(self, tape, parameters, gradient)
    }
}

/// That every id names a leaf of the tape and an entry of the sweep.
fn check<T: Scalar>(
    tape: &Tape<T>,
    parameters: &[MatrixId],
    gradient: &Cotangents<T>,
) -> Result<(), Error> {
    for &id in parameters {
        tape.leaf_shape(id)?;
        gradient.of(id)?;
    }
    Ok(())
}

/// How a parameter w follows its slope g with learning rate η, number by number. What is kept from
/// step to step, v, h and m, begins at 0.
///
/// Source: "Deep Learning from Scratch", section 6.1, whose formulas these are; of the last three,
/// Tieleman and Hinton 2012, Kingma and Ba 2015, Loshchilov and Hutter 2019.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// `w ← w − η g`.
    Sgd,
    /// `v ← μ v − η g, w ← w + v`.
    Momentum {
        /// μ, the book's 0.9.
        momentum: f64,
    },
    /// `v ← μ v − η g, w ← w + μ v − η g`: momentum that looks ahead, in the form that keeps the
    /// parameters where the gradient is taken.
    Nesterov {
        /// μ.
        momentum: f64,
    },
    /// `h ← h + g², w ← w − η g / (√h + 10⁻⁷)`.
    AdaGrad,
    /// `h ← ρ h + (1 − ρ) g², w ← w − η g / (√h + 10⁻⁷)`.
    RmsProp {
        /// ρ, 0.99.
        decay: f64,
    },
    /// `m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g²,
    /// w ← w − η m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + 10⁻⁸)` in step t.
    Adam {
        /// β₁, 0.9.
        beta1: f64,
        /// β₂, 0.999.
        beta2: f64,
    },
    /// As Adam, after `w ← w − η λ w` with the weight decay λ, which does not enter g.
    AdamW {
        /// β₁, 0.9.
        beta1: f64,
        /// β₂, 0.999.
        beta2: f64,
    },
}

impl Method {
    /// Every method with its usual numbers.
    pub const ALL: [Method; 7] = [
        Method::Sgd,
        Method::Momentum { momentum: 0.9 },
        Method::Nesterov { momentum: 0.9 },
        Method::AdaGrad,
        Method::RmsProp { decay: 0.99 },
        Method::Adam {
            beta1: 0.9,
            beta2: 0.999,
        },
        Method::AdamW {
            beta1: 0.9,
            beta2: 0.999,
        },
    ];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Method::Sgd => "sgd",
            Method::Momentum { .. } => "momentum",
            Method::Nesterov { .. } => "nesterov",
            Method::AdaGrad => "adagrad",
            Method::RmsProp { .. } => "rmsprop",
            Method::Adam { .. } => "adam",
            Method::AdamW { .. } => "adamw",
        }
    }

    /// The method of that name, with its usual numbers.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// How many numbers it keeps for each number of a parameter.
    pub fn kept(self) -> usize {
        match self {
            Method::Sgd => 0,
            Method::Momentum { .. } | Method::Nesterov { .. } => 1,
            Method::AdaGrad | Method::RmsProp { .. } => 1,
            Method::Adam { .. } | Method::AdamW { .. } => 2,
        }
    }
}

/// All that a [`Learner`] is asked to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// How parameters follow their slopes.
    pub method: Method,
    /// The learning rate, before the schedule.
    pub rate: f64,
    /// What the learning rate is multiplied by in each step.
    pub schedule: Schedule,
    /// λ: the loss has a term `½ λ Σ w²` over all weights, not biases; with AdamW the weights
    /// shrink beside the gradient instead. 0 for none.
    pub weight_decay: f64,
    /// The longest gradient, all parameters together; a longer one is scaled to it.
    pub clip: Option<f64>,
}

impl Rule {
    /// A method with a learning rate, and nothing else.
    pub const fn new(method: Method, rate: f64) -> Self {
        Rule {
            method,
            rate,
            schedule: Schedule::Constant,
            weight_decay: 0.0,
            clip: None,
        }
    }
}

/// An optimiser with its state. An update is one pass over each parameter, its slopes and what is
/// kept.
///
/// ```
/// use nn::{Learner, Method, Optimiser, Rule};
/// use tape::{Cotangents, Seed, Tape};
///
/// // x²/20 + y² from (−7, 2), the book's figure 6-3.
/// let mut tape = Tape::new();
/// let point = tape.matrix(&nalgebra::dmatrix![-7.0, 2.0]);
/// let weights = tape.input(&nalgebra::dmatrix![0.05, 1.0]);
/// let f = point.square().dot(weights);
/// let (f, point) = (f.id(), point.id());
/// let rule = Rule::new(Method::Momentum { momentum: 0.9 }, 0.1);
/// let mut learner = Learner::new(rule);
/// let mut cotangents = Cotangents::new();
/// for _ in 0..60 {
///     tape.replay()?;
///     tape.sweep(Seed::one(f), &mut cotangents)?;
///     learner.update(&mut tape, &[point], &cotangents)?;
/// }
/// tape.replay()?;
/// assert!(tape.value(f)? < 0.1);
/// # Ok::<(), tape::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Learner<T> {
    rule: Rule,
    /// How many updates were made.
    steps: u64,
    /// For each parameter what is kept, one kind after the other.
    kept: Vec<Vec<T>>,
    /// For each parameter, whether it has weight decay. All, unless it is said.
    decays: Vec<bool>,
}

impl<T: Scalar> Learner<T> {
    /// A learner before its first step.
    pub fn new(rule: Rule) -> Self {
        Learner {
            rule,
            steps: 0,
            kept: Vec::new(),
            decays: Vec::new(),
        }
    }

    /// The same learner, with weight decay for some parameters only: one `true` or `false` for
    /// each.
    pub fn decaying(self, decays: Vec<bool>) -> Self {
        Learner { decays, ..self }
    }

    /// A learner that goes on after so many steps with what was [kept](Learner::kept) then.
    pub fn resumed(rule: Rule, steps: u64, kept: Vec<Vec<T>>) -> Self {
        Learner {
            rule,
            steps,
            kept,
            decays: Vec::new(),
        }
    }

    /// For each parameter, whether it has weight decay; of none, all have it.
    pub fn decays(&self) -> &[bool] {
        &self.decays
    }

    /// What it is asked to do.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// How many updates were made.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// What is kept for each parameter, in the order of the first update: as many numbers as the
    /// parameter has, once for each of [`Method::kept`]. Nothing before the first update.
    pub fn kept(&self) -> &[Vec<T>] {
        &self.kept
    }
}

impl<T: Scalar> Optimiser<T> for &mut Learner<T> {
    fn update(
        &mut self,
        tape: &mut Tape<T>,
        parameters: &[MatrixId],
        gradient: &Cotangents<T>,
    ) -> Result<(), Error> {
        check(tape, parameters, gradient)?;
        if self.kept.is_empty() {
            for &id in parameters {
                let len = tape.leaf_shape(id)?.len() * self.rule.method.kept();
                self.kept.push(vec![T::zero(); len]);
            }
        }
        let scale = self
            .rule
            .clip
            .map_or(Ok(1.0), |most| scale(parameters, gradient, most))?;
        let step = Step::new(&self.rule, self.steps, scale);
        for (k, &id) in parameters.iter().enumerate() {
            let decay = match self.decays.get(k) {
                Some(false) => 0.0,
                _ => self.rule.weight_decay,
            };
            let slopes = gradient.of(id)?;
            let mut parameter = tape.leaf_mut(id)?;
            let (w, method) = (parameter.values_mut(), self.rule.method);
            let kept = match method.kept() {
                0 => self.kept[k].split_at_mut(0),
                _ => self.kept[k].split_at_mut(w.len()),
            };
            step.take_parts(method, decay, w, slopes.values(), kept);
        }
        self.steps += 1;
        Ok(())
    }
}

impl<T: Scalar> Optimiser<T> for Learner<T> {
    fn update(
        &mut self,
        tape: &mut Tape<T>,
        parameters: &[MatrixId],
        gradient: &Cotangents<T>,
    ) -> Result<(), Error> {
        Optimiser::update(&mut &mut *self, tape, parameters, gradient)
    }
}

/// What a gradient is multiplied by so that it is not longer than `most`.
fn scale<T: Scalar>(
    parameters: &[MatrixId],
    gradient: &Cotangents<T>,
    most: f64,
) -> Result<f64, Error> {
    let mut squares = 0.0;
    for &id in parameters {
        let slopes = gradient.of(id)?.values();
        squares += tape::pairwise_sum(slopes.len(), |k| slopes[k].to_f64().powi(2));
    }
    let length = squares.sqrt();
    Ok(if length > most { most / length } else { 1.0 })
}

/// One step of all parameters.
struct Step {
    rate: f64,
    /// What slopes are multiplied by.
    scale: f64,
    /// What is left of 1 of the averages' first numbers.
    corrections: [f64; 2],
}

impl Step {
    fn new(rule: &Rule, before: u64, scale: f64) -> Self {
        let t = (before + 1) as f64;
        let corrections = match rule.method {
            Method::Adam { beta1, beta2 } | Method::AdamW { beta1, beta2 } => {
                // 1 − βᵗ without the digits that a difference from 1 loses.
                [beta1, beta2].map(|beta| -(t * beta.ln()).exp_m1())
            }
            _ => [1.0; 2],
        };
        Step {
            rate: rule.rate * rule.schedule.factor(before),
            scale,
            corrections,
        }
    }

    /// The step of one parameter, shared out where it is large; what is kept, one kind after the
    /// other.
    fn take_parts<T: Scalar>(
        &self,
        method: Method,
        decay: f64,
        w: &mut [T],
        g: &[T],
        (first, second): (&mut [T], &mut [T]),
    ) {
        if !threads::is_worth_cutting(w.len()) {
            return self.take(method, decay, w, g, (first, second));
        }
        let middle = w.len() / 2;
        let (w, other_w) = w.split_at_mut(middle);
        let (g, other_g) = g.split_at(middle);
        let (first, other_first) = first.split_at_mut(middle.min(first.len()));
        let (second, other_second) = second.split_at_mut(middle.min(second.len()));
        let others = (other_first, other_second);
        threads::join(
            || self.take_parts(method, decay, w, g, (first, second)),
            || self.take_parts(method, decay, other_w, other_g, others),
        );
    }

    /// The step of a part of a parameter.
    fn take<T: Scalar>(
        &self,
        method: Method,
        decay: f64,
        w: &mut [T],
        g: &[T],
        (first, second): (&mut [T], &mut [T]),
    ) {
        let number = T::from_f64;
        let (rate, scale) = (number(self.rate), number(self.scale));
        let apart = matches!(method, Method::AdamW { .. });
        let shrink = number(if apart { 1.0 - self.rate * decay } else { 1.0 });
        let has_decay = !apart && decay != 0.0;
        let decay = number(if has_decay { decay } else { 0.0 });
        // The loops see plain slices of one length, which lets them run over several numbers at
        // once.
        let slope = |g: T, w: T| scale * g + decay * w;
        let all = w.iter_mut().zip(g);
        match method {
            Method::Sgd if self.scale == 1.0 && !has_decay => {
                all.for_each(|(w, &g)| *w -= rate * g);
            }
            Method::Sgd => all.for_each(|(w, &g)| *w -= rate * slope(g, *w)),
            Method::Momentum { momentum } => {
                let momentum = number(momentum);
                for ((w, &g), v) in all.zip(first) {
                    *v = momentum * *v - rate * slope(g, *w);
                    *w += *v;
                }
            }
            Method::Nesterov { momentum } => {
                let momentum = number(momentum);
                for ((w, &g), v) in all.zip(first) {
                    let g = rate * slope(g, *w);
                    *v = momentum * *v - g;
                    *w += momentum * *v - g;
                }
            }
            Method::AdaGrad => {
                let small = number(1e-7);
                for ((w, &g), h) in all.zip(first) {
                    let g = slope(g, *w);
                    *h += g * g;
                    *w -= rate * g / (h.sqrt() + small);
                }
            }
            Method::RmsProp { decay: kept } => {
                let (old, new, small) = (number(kept), number(1.0 - kept), number(1e-7));
                for ((w, &g), h) in all.zip(first) {
                    let g = slope(g, *w);
                    *h = old * *h + new * (g * g);
                    *w -= rate * g / (h.sqrt() + small);
                }
            }
            Method::Adam { beta1, beta2 } | Method::AdamW { beta1, beta2 } => {
                let [one, two] = self.corrections;
                let (rate, root, small) = (
                    number(self.rate / one),
                    number(1.0 / two.sqrt()),
                    number(1e-8),
                );
                let (old1, new1) = (number(beta1), number(1.0 - beta1));
                let (old2, new2) = (number(beta2), number(1.0 - beta2));
                for (((w, &g), m), v) in all.zip(first).zip(second) {
                    let g = slope(g, *w);
                    *m = old1 * *m + new1 * g;
                    *v = old2 * *v + new2 * (g * g);
                    *w = shrink * *w - rate * *m / (v.sqrt() * root + small);
                }
            }
        }
    }
}
