//! Formulas of numbers, computed.

use super::equations::Formula;
use super::expr::Expr;

impl Expr {
    /// The number this is, from those of the operands, of the result and of its cotangent; `None`
    /// where it is about matrices or says something in words.
    ///
    /// It computes what is written, without the care that the code of a rule takes of overflow and
    /// cancellation.
    pub fn evaluate(
        &self,
        formula: &Formula,
        operands: &[f64],
        result: f64,
        cotangent: f64,
    ) -> Option<f64> {
        let at = At {
            formula,
            operands,
            result,
            cotangent,
        };
        at.evaluate(self)
    }
}

/// Numbers for all names.
struct At<'a> {
    formula: &'a Formula,
    operands: &'a [f64],
    result: f64,
    cotangent: f64,
}

impl At<'_> {
    fn evaluate(&self, expr: &Expr) -> Option<f64> {
        let of = |expr: &Expr| self.evaluate(expr);
        Some(match *expr {
            Expr::Operand(k) => *self.operands.get(k)?,
            Expr::Result => self.result,
            Expr::Cotangent => self.cotangent,
            Expr::Exponent => self.formula.exponent?.into(),
            Expr::Number(number) => number,
            Expr::Negative(a) => -of(a)?,
            Expr::Sum(a, b) => of(a)? + of(b)?,
            Expr::Difference(a, b) => of(a)? - of(b)?,
            Expr::Product(a, b) => of(a)? * of(b)?,
            Expr::Quotient(a, b) => of(a)? / of(b)?,
            Expr::Power(a, b) => of(a)?.powf(of(b)?),
            Expr::Call(function, arguments) => match arguments {
                [a] => call(function, of(a)?)?,
                [a, b] => call_of_two(function, of(a)?, of(b)?)?,
                _ => return None,
            },
            Expr::Where {
                left,
                relation,
                right,
                then,
                otherwise,
            } => {
                let holds = relation.holds(of(left)?, of(right)?);
                of(if holds { then } else { otherwise })?
            }
            Expr::Elementwise(..)
            | Expr::MatrixProduct(..)
            | Expr::Transpose(_)
            | Expr::Total(..)
            | Expr::Element(..)
            | Expr::Phrase(_)
            | Expr::Words(_) => return None,
        })
    }
}

fn call(function: &str, x: f64) -> Option<f64> {
    Some(match function {
        "abs" => x.abs(),
        "cosh" => x.cosh(),
        "cos" => x.cos(),
        "exp" => x.exp(),
        "ln" => x.ln(),
        "sigmoid" => 1.0 / (1.0 + (-x).exp()),
        "sign" if x == 0.0 => 0.0,
        "sign" => x.signum(),
        "sinh" => x.sinh(),
        "sin" => x.sin(),
        "sqrt" => x.sqrt(),
        _ => return None,
    })
}

fn call_of_two(function: &str, x: f64, y: f64) -> Option<f64> {
    Some(match function {
        "max" => x.max(y),
        "min" => x.min(y),
        _ => return None,
    })
}
