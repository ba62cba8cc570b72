//! A number type of one's own on the tape: numbers that know how deep they were computed.
//!
//! A [`Deep`] counts the longest chain of operations that led to it: what a machine with any number
//! of arithmetic units would have to wait for. A tape records numbers of any type that implements
//! [`Scalar`], so it also tells how deep a *derivative* is.
//!
//! ```text
//!                          value  depth
//! x²y + sin x            12.9093      3
//! by x                   11.5839      5
//! by y                    4.0000      2
//! 100 sums, chained  338350.0000    100
//! ```

use drawing::options;
use picture::Draw;
use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};
use tape::num_traits::{One, Zero};
use tape::{MatrixProduct, Scalar, Tape};

/// A number, and the length of the longest chain of operations that led to it.
#[derive(Clone, Copy, Debug)]
struct Deep {
    value: f64,
    depth: u32,
}

impl Deep {
    /// The result of an operation on `self`.
    fn then(self, value: f64) -> Self {
        Deep {
            value,
            depth: self.depth + 1,
        }
    }
}

impl fmt::Display for Deep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

// Order and equality look at the value: whatever computes with a number must not depend on how it
// came about.
impl PartialEq for Deep {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl PartialOrd for Deep {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

macro_rules! operators {
    ($($operator:ident $method:ident $assign:ident $assign_method:ident),*) => {
        $(
            impl $operator for Deep {
                type Output = Deep;
                fn $method(self, other: Deep) -> Deep {
                    let deeper = if other.depth > self.depth { other } else { self };
                    deeper.then(self.value.$method(other.value))
                }
            }
            impl $assign for Deep {
                fn $assign_method(&mut self, other: Deep) {
                    *self = self.$method(other);
                }
            }
        )*
    };
}
operators!(
    Add add AddAssign add_assign, Sub sub SubAssign sub_assign,
    Mul mul MulAssign mul_assign, Div div DivAssign div_assign
);

impl Neg for Deep {
    type Output = Deep;
    fn neg(self) -> Deep {
        self.then(-self.value)
    }
}

impl Zero for Deep {
    fn zero() -> Self {
        Scalar::from_f64(0.0)
    }
    fn is_zero(&self) -> bool {
        self.value == 0.0
    }
}

impl One for Deep {
    fn one() -> Self {
        Scalar::from_f64(1.0)
    }
}

impl Sum for Deep {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.reduce(|a, b| a + b).unwrap_or_else(Zero::zero)
    }
}

impl Product for Deep {
    fn product<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.reduce(|a, b| a * b).unwrap_or_else(One::one)
    }
}

// The product of matrices: the default is a plain loop.
impl MatrixProduct for Deep {}

macro_rules! functions {
    ($($function:ident)*) => {
        impl Scalar for Deep {
            const EPSILON: f64 = f64::EPSILON;

            fn from_f64(value: f64) -> Self {
                Deep { value, depth: 0 }
            }
            fn to_f64(self) -> f64 {
                self.value
            }
            fn real(self) -> Self {
                self
            }
            fn is_finite(self) -> bool {
                self.value.is_finite()
            }
            fn powi(self, n: i32) -> Self {
                self.then(self.value.powi(n))
            }
            fn powf(self, exponent: Self) -> Self {
                let deeper = if exponent.depth > self.depth { exponent } else { self };
                deeper.then(self.value.powf(exponent.value))
            }
            fn atan2(self, x: Self) -> Self {
                let deeper = if x.depth > self.depth { x } else { self };
                deeper.then(self.value.atan2(x.value))
            }
            fn hypot(self, other: Self) -> Self {
                let deeper = if other.depth > self.depth { other } else { self };
                deeper.then(self.value.hypot(other.value))
            }
            $(fn $function(self) -> Self {
                self.then(self.value.$function())
            })*
        }
    };
}
functions!(
    abs sqrt cbrt exp exp2 exp_m1 ln ln_1p log2 log10 sin cos tan asin acos atan sinh cosh tanh
    asinh atanh
);

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("own_number.rs"), &["--player"])? else {
        return Ok(());
    };
    let tape = Tape::<Deep>::default();
    let leaf = |value| tape.var(Deep::from_f64(value));
    let (x, y) = (leaf(2.0), leaf(3.0));
    let f = x * x * y + x.sin();
    let gradient = f.gradient();

    // The squares of 1 to 100, added one after the other.
    let squares = (1..=100).map(|k| leaf(f64::from(k)).square());
    let chained = squares
        .reduce(|sum, square| sum + square)
        .expect("there are some");

    println!("{:18} {:>11} {:>6}", "", "value", "depth");
    for (what, number) in [
        ("x²y + sin x", f.value()),
        ("by x", gradient.of(x)),
        ("by y", gradient.of(y)),
        ("100 sums, chained", chained.value()),
    ] {
        println!("{what:18} {:11.4} {:6}", number.value, number.depth);
    }
    let picture = tape.picture_with("Numbers that know how deep they are", &gradient);
    Ok(options.save("--player", || picture.player())?)
}
