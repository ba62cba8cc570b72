//! Formulas as one writes them.

/// Writes a [`Formula`](crate::formula::Formula): the result with its operands, then what is known
/// of them.
///
/// ```
/// use tape::formula;
/// let linear = formula!(Y(X, W): Y = X @ W, dX = dY @ W^T, dW = X^T @ dY);
/// assert_eq!(linear.to_string(), "dX = dY · Wᵀ, dW = Xᵀ · dY");
/// ```
///
/// | written | means |
/// | --- | --- |
/// | `y(x):`, `z(x, y):` | the names of the result and of the operands |
/// | `y[x]:` | the same, with `x` standing for any number of operands |
/// | `y = …` | the result; left out where the operation's symbol says it |
/// | `dx = …` | the cotangent of `x` |
/// | `a + b`, `a - b`, `a * b`, `a / b`, `-a` | of numbers |
/// | `a^2`, `a^(n - 1)` | a power; `n` is an integer that is part of the operation |
/// | `A @ B`, `A .* B`, `A^T` | matrices: product, product element by element, transpose |
/// | `sqrt(x)`, `min(x, 0)`, `N()` | a function; a quantity that is no operand |
/// | `sum(a)`, `sum[k](a)` | a sum over all there are, or over an index |
/// | `x[ij]` | an element |
/// | `if x > 0 { a } else { b }` | one of two; two names or numbers are compared |
/// | `["column sums of" dY]` | words and expressions, one after the other |
///
/// A name that is none of these does not compile.
#[macro_export]
macro_rules! formula {
    ($result:ident ( $($operand:ident),* ) : $($equations:tt)*) => {
        $crate::formula!(@formula $result [$($operand)*] false $($equations)*)
    };
    ($result:ident [ $($operand:ident),* ] : $($equations:tt)*) => {
        $crate::formula!(@formula $result [$($operand)*] true $($equations)*)
    };
    (@formula $result:ident [$($operand:ident)*] $runs:literal $($equations:tt)*) => {{
        const __OPERANDS: &[&str] = &[$(stringify!($operand)),*];
        const __RESULT: &str = stringify!($result);
        const __FORMULA: $crate::formula::Formula = $crate::formula::Formula::new(
            __OPERANDS,
            __RESULT,
            $runs,
            $crate::formula!(@split [] () $($equations)*),
        );
        __FORMULA
    }};
    // The equations, apart at their commas.
    (@split [$($done:tt)*] ($($now:tt)*) , $($rest:tt)*) => {
        $crate::formula!(@split [$($done)* ($($now)*)] () $($rest)*)
    };
    (@split [$($done:tt)*] ($($now:tt)*) $next:tt $($rest:tt)*) => {
        $crate::formula!(@split [$($done)*] ($($now)* $next) $($rest)*)
    };
    (@split [$($done:tt)*] ()) => { &[$($crate::formula!(@equation $done)),*] };
    (@split [$($done:tt)*] $last:tt) => { $crate::formula!(@split [$($done)* $last] ()) };
    (@equation ($left:ident = $($right:tt)+)) => {
        $crate::formula!(@equation $left "" $($right)+)
    };
    (@equation ($left:ident [ $index:ident ] = $($right:tt)+)) => {
        $crate::formula!(@equation $left (stringify!($index)) $($right)+)
    };
    (@equation $left:ident $index:tt $($right:tt)+) => {
        $crate::formula::Equation::new(
            $crate::formula::Left::named(__OPERANDS, __RESULT, stringify!($left)),
            $index,
            $crate::__expr!($($right)+),
        )
    };
}

/// An expression of a formula.
#[doc(hidden)]
#[macro_export]
macro_rules! __expr {
    (if $left:tt $relation:tt $right:tt { $($then:tt)+ } else { $($otherwise:tt)+ }) => {
        $crate::formula::Expr::Where {
            left: const { &$crate::__expr!($left) },
            relation: $crate::__expr!(@relation $relation),
            right: const { &$crate::__expr!($right) },
            then: const { &$crate::__expr!($($then)+) },
            otherwise: const { &$crate::__expr!($($otherwise)+) },
        }
    };
    (@relation <) => { $crate::formula::Relation::Less };
    (@relation <=) => { $crate::formula::Relation::LessOrEqual };
    (@relation >) => { $crate::formula::Relation::Greater };
    (@relation >=) => { $crate::formula::Relation::GreaterOrEqual };
    ([ $($piece:tt)+ ]) => {
        $crate::formula::Expr::Phrase(const { &[$($crate::__expr!(@piece $piece)),+] })
    };
    (@piece $words:literal) => { $crate::formula::Expr::Words($words) };
    (@piece $expr:tt) => { $crate::__expr!($expr) };

    // Sums: what was read so far, the term that is being read, the rest.
    (@sum $before:tt ($($term:tt)+) + $($rest:tt)+) => {
        $crate::__expr!(@sum [Sum { $crate::__expr!(@join $before $($term)+) }] () $($rest)+)
    };
    (@sum $before:tt ($($term:tt)+) - $($rest:tt)+) => {
        $crate::__expr!(@sum [Difference { $crate::__expr!(@join $before $($term)+) }] () $($rest)+)
    };
    (@sum $before:tt ($($term:tt)*) $next:tt $($rest:tt)*) => {
        $crate::__expr!(@sum $before ($($term)* $next) $($rest)*)
    };
    (@sum $before:tt ($($term:tt)+)) => { $crate::__expr!(@join $before $($term)+) };
    (@join [] $($term:tt)+) => { $crate::__expr!(@term [] () $($term)+) };
    (@join [-] $($term:tt)+) => {
        $crate::formula::Expr::Negative(const { &$crate::__expr!(@term [] () $($term)+) })
    };
    (@join [$kind:ident { $($left:tt)+ }] $($term:tt)+) => {
        $crate::formula::Expr::$kind(
            const { &$($left)+ },
            const { &$crate::__expr!(@term [] () $($term)+) },
        )
    };

    // Products: what was read so far, the factor that is being read, the rest.
    (@term $before:tt ($($factor:tt)+) * $($rest:tt)+) => {
        $crate::__expr!(@next_factor Product $before ($($factor)+) $($rest)+)
    };
    (@term $before:tt ($($factor:tt)+) / $($rest:tt)+) => {
        $crate::__expr!(@next_factor Quotient $before ($($factor)+) $($rest)+)
    };
    (@term $before:tt ($($factor:tt)+) @ $($rest:tt)+) => {
        $crate::__expr!(@next_factor MatrixProduct $before ($($factor)+) $($rest)+)
    };
    (@term $before:tt ($($factor:tt)+) . * $($rest:tt)+) => {
        $crate::__expr!(@next_factor Elementwise $before ($($factor)+) $($rest)+)
    };
    (@next_factor $kind:ident $before:tt ($($factor:tt)+) $($rest:tt)+) => {
        $crate::__expr!(
            @term [$kind { $crate::__expr!(@multiply $before $($factor)+) }] () $($rest)+
        )
    };
    (@term $before:tt ($($factor:tt)*) $next:tt $($rest:tt)*) => {
        $crate::__expr!(@term $before ($($factor)* $next) $($rest)*)
    };
    (@term $before:tt ($($factor:tt)+)) => { $crate::__expr!(@multiply $before $($factor)+) };
    (@multiply [] $($factor:tt)+) => { $crate::__expr!(@factor $($factor)+) };
    (@multiply [$kind:ident { $($left:tt)+ }] $($factor:tt)+) => {
        $crate::formula::Expr::$kind(
            const { &$($left)+ },
            const { &$crate::__expr!(@factor $($factor)+) },
        )
    };

    // Factors.
    (@factor $base:tt ^ T) => {
        $crate::formula::Expr::Transpose(const { &$crate::__expr!(@factor $base) })
    };
    (@factor $base:tt ^ $exponent:tt) => {
        $crate::__expr!(@power { $crate::__expr!(@factor $base) } $exponent)
    };
    (@factor $call:ident $arguments:tt ^ $exponent:tt) => {
        $crate::__expr!(@power { $crate::__expr!(@factor $call $arguments) } $exponent)
    };
    (@power { $($base:tt)+ } $exponent:tt) => {
        $crate::formula::Expr::Power(const { &$($base)+ }, const { &$crate::__expr!($exponent) })
    };
    (@factor sum ( $($term:tt)+ )) => {
        $crate::formula::Expr::Total("", const { &$crate::__expr!($($term)+) })
    };
    (@factor sum [ $index:ident ] ( $($term:tt)+ )) => {
        $crate::formula::Expr::Total(stringify!($index), const { &$crate::__expr!($($term)+) })
    };
    (@factor $quantity:ident ()) => { $crate::formula::Expr::Words(stringify!($quantity)) };
    (@factor $function:ident ( $($arguments:tt)+ )) => {
        $crate::__expr!(@call $function [] () $($arguments)+)
    };
    (@call $function:ident [$($done:tt)*] $now:tt , $($rest:tt)+) => {
        $crate::__expr!(@call $function [$($done)* $now] () $($rest)+)
    };
    (@call $function:ident $done:tt ($($now:tt)*) $next:tt $($rest:tt)*) => {
        $crate::__expr!(@call $function $done ($($now)* $next) $($rest)*)
    };
    (@call $function:ident [$($done:tt)*] $last:tt) => {
        $crate::formula::Expr::Call(
            stringify!($function),
            const { &[$($crate::__expr!(@factor $done),)* $crate::__expr!(@factor $last)] },
        )
    };
    (@factor $name:ident [ $index:ident ]) => {
        $crate::formula::Expr::Element(
            const { &$crate::__expr!(@factor $name) },
            stringify!($index),
        )
    };
    (@factor ( $($inside:tt)+ )) => { $crate::__expr!($($inside)+) };
    (@factor $name:ident) => {
        $crate::formula::Expr::named(__OPERANDS, __RESULT, stringify!($name))
    };
    (@factor $number:literal) => { $crate::formula::Expr::Number($number as f64) };

    (- $($rest:tt)+) => { $crate::__expr!(@sum [-] () $($rest)+) };
    ($($all:tt)+) => { $crate::__expr!(@sum [] () $($all)+) };
}
