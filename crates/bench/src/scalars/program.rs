//! The scalar programs, written once for every tool's numbers.

/// What the programs need of a number. A method of its own for each operation with a plain number,
/// because tools differ in which operators they offer for it.
pub trait Number: Clone {
    fn plus(&self, other: &Self) -> Self;
    fn minus(&self, other: &Self) -> Self;
    fn times(&self, other: &Self) -> Self;
    fn times_number(&self, factor: f64) -> Self;
    fn number_minus(&self, number: f64) -> Self;
    fn sine(&self) -> Self;
}

/// [`Number`] for a type that is `Copy` and has the usual operators.
macro_rules! number {
    ([$($lifetime:lifetime)?] $Number:ty, $sine:expr) => {
        impl$(<$lifetime>)? $crate::scalars::program::Number for $Number {
            #[inline(always)]
            fn plus(&self, other: &Self) -> Self {
                *self + *other
            }
            #[inline(always)]
            fn minus(&self, other: &Self) -> Self {
                *self - *other
            }
            #[inline(always)]
            fn times(&self, other: &Self) -> Self {
                *self * *other
            }
            #[inline(always)]
            fn times_number(&self, factor: f64) -> Self {
                *self * factor
            }
            #[inline(always)]
            fn number_minus(&self, number: f64) -> Self {
                number - *self
            }
            #[inline(always)]
            fn sine(&self) -> Self {
                $sine(*self)
            }
        }
    };
}
pub(crate) use number;
number!([] f64, f64::sin);

/// A function of several numbers to one.
pub trait Program: 'static {
    fn name(&self) -> String;
    /// Where its gradient is taken.
    fn point(&self) -> Vec<f64>;
    /// How many operations its source executes.
    fn operations(&self) -> usize;
    fn run<N: Number>(&self, x: &[N]) -> N;
}

/// Rosenbrock's function of `n` numbers: `Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²`.
#[derive(Clone, Copy)]
pub struct Rosenbrock(pub usize);

impl Program for Rosenbrock {
    fn name(&self) -> String {
        format!("Rosenbrock, n = {}", self.0)
    }

    fn point(&self) -> Vec<f64> {
        // Multiples of the golden ratio modulo 1, from −2 to 2: nothing repeats.
        let at = |i| 4.0 * (i as f64 * 0.618_033_988_749_894_9).fract() - 2.0;
        (1..=self.0).map(at).collect()
    }

    fn operations(&self) -> usize {
        8 * (self.0 - 1) - 1
    }

    fn run<N: Number>(&self, x: &[N]) -> N {
        let valley = |pair: &[N]| {
            let slope = pair[1].minus(&pair[0].times(&pair[0]));
            let distance = pair[0].number_minus(1.0);
            let squares = slope.times(&slope).times_number(100.0);
            squares.plus(&distance.times(&distance))
        };
        let sum = x.windows(2).map(valley).reduce(|sum, each| sum.plus(&each));
        sum.expect("at least two numbers")
    }
}

/// A chain of `x ← 0.999 sin x + 0.001 x`: every operation waits for the one before.
#[derive(Clone, Copy)]
pub struct Chain {
    pub links: usize,
}

/// The chain whose time and memory are measured.
pub const CHAIN: Chain = Chain { links: 2_500_000 };

impl Program for Chain {
    fn name(&self) -> String {
        format!("chain of {} sines", self.links)
    }

    fn point(&self) -> Vec<f64> {
        vec![0.5]
    }

    fn operations(&self) -> usize {
        4 * self.links
    }

    fn run<N: Number>(&self, x: &[N]) -> N {
        (0..self.links).fold(x[0].clone(), |x, _| {
            x.sine().times_number(0.999).plus(&x.times_number(0.001))
        })
    }
}

/// Computes value and gradient of one program at one point, again and again.
pub type Gradient<'p> = Box<dyn FnMut(&mut [f64]) -> f64 + 'p>;
