//! What stands on the right side of an equation.

/// An expression of operands, result and cotangent, a tree in the program's own memory.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Expr {
    /// An operand, by its position among the names.
    Operand(usize),
    /// The result.
    Result,
    /// The cotangent of the result.
    Cotangent,
    /// The integer exponent `n` that is part of the operation.
    Exponent,
    /// A number.
    Number(f64),
    /// A quantity that is no operand, or words.
    Words(&'static str),
    /// `−a`.
    Negative(&'static Expr),
    /// `a + b`.
    Sum(&'static Expr, &'static Expr),
    /// `a − b`.
    Difference(&'static Expr, &'static Expr),
    /// `a · b` of which one is a number, or both.
    Product(&'static Expr, &'static Expr),
    /// `a / b`, element by element if they are matrices.
    Quotient(&'static Expr, &'static Expr),
    /// `A ∘ B`: the product of matrices element by element.
    Elementwise(&'static Expr, &'static Expr),
    /// `A · B`: the product of matrices.
    MatrixProduct(&'static Expr, &'static Expr),
    /// `Aᵀ`.
    Transpose(&'static Expr),
    /// `aᵇ`.
    Power(&'static Expr, &'static Expr),
    /// A function by its name, which is written as Rust writes it: `sqrt`, `exp`, `sigmoid`.
    Call(&'static str, &'static [Expr]),
    /// `Σ a`, over all elements, over a run of operands, or over the index that is named.
    Total(&'static str, &'static Expr),
    /// An element, by its indices: `xᵢⱼ`.
    Element(&'static Expr, &'static str),
    /// One of two by a comparison.
    Where {
        /// What is compared.
        left: &'static Expr,
        /// How.
        relation: Relation,
        /// With what.
        right: &'static Expr,
        /// What it is where the comparison holds.
        then: &'static Expr,
        /// And where it does not.
        otherwise: &'static Expr,
    },
    /// Words and expressions, one after the other.
    Phrase(&'static [Expr]),
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `<`
    Less,
    /// `≤`
    LessOrEqual,
    /// `>`
    Greater,
    /// `≥`
    GreaterOrEqual,
}

impl Relation {
    /// Whether it holds; nothing does of NaN.
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Relation::Less => left < right,
            Relation::LessOrEqual => left <= right,
            Relation::Greater => left > right,
            Relation::GreaterOrEqual => left >= right,
        }
    }
}

impl Expr {
    /// What a name stands for.
    #[doc(hidden)]
    pub const fn named(operands: &[&str], result: &str, name: &str) -> Self {
        let mut k = 0;
        while k < operands.len() {
            if same(name, operands[k]) {
                return Expr::Operand(k);
            }
            k += 1;
        }
        if same(name, result) {
            return Expr::Result;
        }
        if is_cotangent(name, result) {
            return Expr::Cotangent;
        }
        if same(name, "n") {
            return Expr::Exponent;
        }
        panic!(
            "a name in a formula is an operand, the result, the result's with a `d` before it, or \
             the exponent `n`; another quantity is written like a function without arguments, `N()`"
        )
    }
}

/// Whether two texts are the same, while the program is compiled.
pub(super) const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut k = 0;
    while k < a.len() && k < b.len() && a[k] == b[k] {
        k += 1;
    }
    k == a.len() && k == b.len()
}

/// Whether `name` is `of` with a `d` before it.
pub(super) const fn is_cotangent(name: &str, of: &str) -> bool {
    match name.as_bytes() {
        [b'd', ..] => same(name.split_at(1).1, of),
        _ => false,
    }
}
