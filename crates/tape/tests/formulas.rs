//! What the ops say of themselves on paper: the words, and that they are true.

use tape::formula;
use tape::formula::{Expr, Formula, Name, Quantity, Relation};
use tape::ops;
use tape::rules::{self, PowI, Rule};

/// Rules as people read them.
const TEXTS: &[(&str, &str)] = &[
    ("neg", "dx = −dy"),
    ("recip", "dx = −dy · y²"),
    ("square", "dx = dy · 2x"),
    ("sqrt", "dx = dy / 2y"),
    ("cbrt", "dx = dy / 3y²"),
    ("exp", "dx = dy · y"),
    ("exp2", "dx = dy · y · ln 2"),
    ("exp_m1", "dx = dy · exp x"),
    ("ln", "dx = dy / x"),
    ("ln_1p", "dx = dy / (1 + x)"),
    ("log2", "dx = dy / (x · ln 2)"),
    ("log10", "dx = dy / (x · ln 10)"),
    ("sin", "dx = dy · cos x"),
    ("cos", "dx = −dy · sin x"),
    ("tan", "dx = dy · (1 + y²)"),
    ("asin", "dx = dy / √(1 − x²)"),
    ("acos", "dx = −dy / √(1 − x²)"),
    ("atan", "dx = dy / (1 + x²)"),
    ("sinh", "dx = dy · cosh x"),
    ("cosh", "dx = dy · sinh x"),
    ("tanh", "dx = dy / cosh² x"),
    ("asinh", "dx = dy / √(x² + 1)"),
    ("acosh", "dx = dy / √(x² − 1)"),
    ("atanh", "dx = dy / (1 − x²)"),
    ("abs", "dx = dy · sign x, 0 at 0"),
    ("relu", "dx = dy where x > 0, 0 elsewhere"),
    ("sigmoid", "dx = dy · y · (1 − y)"),
    ("softplus", "dx = dy · σ(x)"),
    ("log_sigmoid", "dx = dy · σ(−x)"),
    ("add", "dx = dz, dy = dz"),
    ("sub", "dx = dz, dy = −dz"),
    ("mul", "dx = dz · y, dy = dz · x"),
    ("div", "dx = dz / y, dy = −dz · z / y"),
    ("powf", "dx = dz · y · x^(y−1), dy = dz · z · ln x"),
    ("atan2", "dx = dz · y / (x² + y²), dy = −dz · x / (x² + y²)"),
    (
        "max",
        "dx = dz where x ≥ y, 0 elsewhere, dy = 0 where x ≥ y, dz elsewhere",
    ),
    (
        "min",
        "dx = dz where x ≤ y, 0 elsewhere, dy = 0 where x ≤ y, dz elsewhere",
    ),
    ("hypot", "dx = dz · x / z, dy = dz · y / z, 0 at the origin"),
    ("greater_than", "dx = 0, dy = 0"),
    ("at_least", "dx = 0, dy = 0"),
    (
        "select",
        "dx = 0, da = dy where x > 0, 0 elsewhere, db = 0 where x > 0, dy elsewhere",
    ),
    (
        "clamp",
        "dx = dy where it is in the range, 0 elsewhere, da = dy where x < a, 0 elsewhere, \
         db = dy where x > b, 0 elsewhere",
    ),
    ("powi", "dx = dy · 3x²"),
    ("powi", "dx = dy · (−2) · x⁻³"),
    ("matmul", "dX = dY · Wᵀ, dW = Xᵀ · dY"),
    ("transpose", "dX = dYᵀ"),
    ("sum", "dX = dy everywhere"),
    ("row_sums", "dX = dy in every column"),
    ("column_sums", "dX = dy in every row"),
    (
        "maximum",
        "dX = dy at the first largest element, 0 elsewhere",
    ),
    (
        "row_maxima",
        "dX = dy at the first largest element of each row, 0 elsewhere",
    ),
    ("row_log_sum_exp", "dxᵢⱼ = dyᵢ · exp(xᵢⱼ − yᵢ)"),
    ("softmax", "dxᵢⱼ = yᵢⱼ · (dyᵢⱼ − Σₖ yᵢₖ · dyᵢₖ)"),
    ("log_softmax", "dxᵢⱼ = dyᵢⱼ − exp yᵢⱼ · (Σₖ dyᵢₖ)"),
    ("norm", "dX = dy · X / y, 0 at the origin"),
    ("norm", "dxᵢ = dy · xᵢ / y, 0 at the origin"),
    ("row_norms", "dxᵢⱼ = dyᵢ · xᵢⱼ / yᵢ, 0 at the origin"),
    ("row_variances", "dxᵢⱼ = dyᵢ · 2 · (xᵢⱼ − Σₖ xᵢₖ / C) / C"),
    (
        "column_variances",
        "dxᵢⱼ = dyⱼ · 2 · (xᵢⱼ − Σₖ xₖⱼ / R) / R",
    ),
    ("gather_rows", "dX = the sum of its rows of dY, dI = 0"),
    (
        "scatter_add_rows",
        "dX = rows of dY that it was added to, dI = 0",
    ),
    ("reshape", "dX = dY in the shape of X"),
    ("rows", "dX = dY in the rows taken, 0 elsewhere"),
    ("columns", "dX = dY in the columns taken, 0 elsewhere"),
    ("hstack", "dXᵢ = its columns of dY"),
    ("vstack", "dXᵢ = its rows of dY"),
    ("element", "dX = dy at the element taken, 0 elsewhere"),
    ("assemble", "dxᵢ = its element of dY"),
    ("sum", "dxᵢ = dy"),
    ("dot", "dxᵢ = dy · zᵢ, dzᵢ = dy · xᵢ"),
    ("log_sum_exp", "dxᵢ = dy · exp(xᵢ − y)"),
];

/// What every op says, and the number of operands it is tried with.
fn formulas() -> Vec<(&'static str, Formula, usize)> {
    let of_op = |op: Box<dyn tape::Op<f64>>| {
        let formula = op.formula();
        let count = formula.operands.len() * if formula.runs { 3 } else { 1 };
        (op.name(), formula, count)
    };
    ops::all().into_iter().map(of_op).collect()
}

#[test]
fn rules_read_as_on_paper() {
    let said: Vec<(&str, String)> = (formulas().iter())
        .map(|(name, formula, _)| (*name, formula.to_string()))
        .collect();
    for (op, text) in TEXTS {
        let of_op = said.iter().filter(|(name, _)| name == op);
        let said: Vec<&str> = of_op.map(|(_, said)| said.as_str()).collect();
        assert!(said.contains(text), "{op}: {said:?}");
    }
}

/// Compares what a formula gives with what the code of the rule does: to four units in the last
/// place, times `magnified`.
#[track_caller]
fn compare(of: (&str, Formula), operands: &[f64], result: f64, magnified: f64, known: &[f64]) {
    const COTANGENT: f64 = 1.25;
    let (name, formula) = of;
    let near = |expr: &Expr, expected: f64| {
        let found = expr.evaluate(&formula, operands, result, COTANGENT);
        let found = found.unwrap_or_else(|| panic!("{name}: {expr:?} is no number"));
        let bound = 4.0 * magnified * f64::EPSILON * expected.abs();
        let (error, at) = ((found - expected).abs(), operands);
        assert!(error <= bound, "{name} at {at:?}: {found}, not {expected}");
    };
    if let Some(value) = formula.value() {
        near(value, result);
    }
    for (operand, slope) in known.iter().enumerate() {
        let cotangent = formula.cotangent(operand);
        near(cotangent.expect("every operand has one"), COTANGENT * slope);
    }
}

#[test]
fn formulas_give_what_the_rules_compute() {
    for rule in rules::all() {
        let of = (rule.name(), rule.formula());
        match rule {
            Rule::Unary {
                points,
                value,
                derivative,
                ..
            } => {
                for &x in points {
                    let y = value(x);
                    // The code avoids `1 − y`, in which the formula loses digits where y is near 1.
                    let lost = if of.0 == "sigmoid" {
                        1.0 / (1.0 - y)
                    } else {
                        1.0
                    };
                    compare(of, &[x], y, lost, &[derivative(x, y)]);
                }
            }
            Rule::Binary {
                points,
                value,
                dx,
                dy,
                ..
            } => {
                for &(x, y) in points {
                    let z = value(x, y);
                    compare(of, &[x, y], z, 1.0, &[dx(x, y, z), dy(x, y, z)]);
                }
            }
        }
    }
    for n in [-3, -1, 0, 1, 2, 5] {
        let of = ("powi", PowI::FORMULA.with_exponent(n));
        for x in [-1.5, 0.25, 3.0] {
            let y = PowI(n).value(x);
            compare(of, &[x], y, 1.0, &[PowI(n).derivative(x)]);
        }
    }
}

/// What stands in the place of each name.
fn sign(of: Quantity) -> Name {
    Name::text(match of {
        Quantity::Operand(k) => format!("{}", ['♠', '♥', '♦', '♣', '★', '☆'][k]),
        Quantity::Result => "●".into(),
        Quantity::Cotangent => "○".into(),
    })
}

/// The words of a text, without the numbers before them and the small digits behind.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|c: char| !c.is_alphanumeric() || !(c.is_ascii() || c == 'ⁿ'));
    parts.map(|word| word.trim_start_matches(|c: char| c.is_ascii_digit()))
}

#[test]
fn no_name_is_left_where_others_are_put_in() {
    let mut of_elements = vec![];
    for (op, formula, count) in formulas() {
        assert!(count > 0, "{op} says nothing");
        let mut names = vec!["n".to_string(), "ⁿ".into()];
        for name in formula.operands.iter().chain([&formula.result]) {
            names.extend([name.to_string(), format!("d{name}")]);
        }
        let filled = |operand| formula.cotangent_with(operand, count, &sign);
        let texts = (0..count).filter_map(filled);
        let mut many = 0;
        for text in texts.chain(formula.value_with(count, &sign)) {
            let left = words(&text).find(|word| names.iter().any(|name| name == word));
            assert_eq!(left, None, "{op}: {text}");
            many += 1;
        }
        if many < count {
            of_elements.push(op);
        }
    }
    // Each of their numbers is one of many.
    assert!(of_elements.contains(&"softmax") && of_elements.contains(&"row_log_sum_exp"));
    for (op, formula, _) in formulas() {
        let speaks_of_elements = formula.cotangent_texts()[0].contains("ᵢⱼ");
        assert_eq!(of_elements.contains(&op), speaks_of_elements, "{op}");
    }
}

#[test]
fn numbers_stand_in_the_places_of_the_names() {
    let numbers = |of| match of {
        Quantity::Operand(k) => Name::number([0.5, -2.0, 3.0][k]),
        Quantity::Result => Name::number(7.0),
        Quantity::Cotangent => Name::number(-1.5),
    };
    let filled = |op: &str, operand| {
        let all = formulas();
        let (_, formula, count) = all.iter().rfind(|(name, ..)| *name == op).unwrap();
        formula.cotangent_with(operand, *count, &numbers).unwrap()
    };
    for (op, operand, text) in [
        ("square", 0, "(-1.5) · 2 · 0.5"),
        ("sqrt", 0, "(-1.5) / (2 · 7)"),
        ("cbrt", 0, "(-1.5) / (3 · 7²)"),
        ("cos", 0, "−(-1.5) · sin 0.5"),
        ("tanh", 0, "(-1.5) / cosh² 0.5"),
        ("relu", 0, "(-1.5) as 0.5 > 0"),
        ("powf", 0, "(-1.5) · (-2) · 0.5^((-2)−1)"),
        ("powi", 0, "(-1.5) · (−2) · 0.5⁻³"),
        ("max", 0, "(-1.5) as 0.5 ≥ -2"),
        ("max", 1, "0 as 0.5 ≥ -2"),
        ("min", 0, "0 as 0.5 > -2"),
        ("hypot", 1, "(-1.5) · (-2) / 7"),
        ("log_sum_exp", 2, "(-1.5) · exp(3 − 7)"),
    ] {
        assert_eq!(filled(op, operand), text, "{op}");
    }
}

#[test]
fn what_is_raised_stands_in_parentheses_unless_it_is_plain() {
    let formula = formula!(y(x): dx = dy * x^2);
    for (name, text) in [
        (Name::text("a1"), "d · a1²"),
        (Name::number(0.5), "d · 0.5²"),
        (Name::number(-2.0), "d · (-2)²"),
        (Name::text("3e5"), "d · (3e5)²"),
        (Name::text("w[0]"), "d · (w[0])²"),
        (Name::wrapped("2×3"), "d · (2×3)²"),
    ] {
        let names = |of| match of {
            Quantity::Cotangent => Name::text("d"),
            _ => name.clone(),
        };
        assert_eq!(formula.cotangent_with(0, 1, &names).unwrap(), text);
    }
}

#[test]
fn sums_over_operands_are_written_out() {
    let formula = formula!(y[x, z]: y = sum(x * z), dx = dy * z, dz = dy * x);
    let names = |of| match of {
        Quantity::Operand(k) => Name::text(["a", "b", "c", "p", "q", "r"][k]),
        _ => Name::text("?"),
    };
    let value = |count| formula.value_with(count, &names).unwrap();
    assert_eq!((value(0), value(2)), ("0".into(), "a · b".into()));
    assert_eq!(value(6), "a · p + b · q + c · r");
    let long = |_| Name::text("a");
    assert_eq!(
        formula.value_with(10, &long).unwrap(),
        "a · a + a · a + a · a + …"
    );
    assert_eq!(formula.value_text().unwrap(), "Σ xᵢ · zᵢ");
    let dz = (
        formula.cotangent_text(4, 6),
        formula.cotangent_with(4, 6, &names),
    );
    assert_eq!(dz, (Some("dz₂ = dy · x₂".into()), Some("? · b".into())));
}

#[test]
fn parentheses_stand_where_they_are_needed() {
    for (formula, text) in [
        (
            formula!(y(x): dx = dy * (x + 1) * x),
            "dx = dy · (x + 1) · x",
        ),
        (formula!(y(x): dx = dy - (x - 1)), "dx = dy − (x − 1)"),
        (formula!(y(x): dx = dy - x - 1), "dx = dy − x − 1"),
        (formula!(y(x): dx = dy / (x / y)), "dx = dy / (x / y)"),
        (formula!(y(x): dx = -(x + y) * dy), "dx = −(x + y) · dy"),
        (formula!(y(x): dx = dy * (-x)), "dx = dy · (−x)"),
        (formula!(y(x): dx = (x + 1)^2), "dx = (x + 1)²"),
        (formula!(y(x): dx = dy * exp(2 * x)), "dx = dy · exp(2x)"),
        (formula!(y(x): dx = (x^2)^y), "dx = (x²)^y"),
        (formula!(Y(X): dX = (dY .* X) @ X^T), "dX = (dY ∘ X) · Xᵀ"),
        (formula!(Y(X): dX = (dY @ X) .* X), "dX = (dY · X) ∘ X"),
        (formula!(Y(X): dX = dY .* X .* X), "dX = dY ∘ X ∘ X"),
        (formula!(Y(X): dX = (dY + X)^T), "dX = (dY + X)ᵀ"),
        (formula!(y(x): dx = min(x, 0) / N()), "dx = min(x, 0) / N"),
        (
            formula!(y(x): dx[i] = dot(y[i], dy[i]) - f(x, 2 * x, 0)),
            "dxᵢ = dot(yᵢ, dyᵢ) − f(x, 2x, 0)",
        ),
    ] {
        assert_eq!(formula.to_string(), text);
    }
}

#[test]
fn a_comparison_with_nan_is_not_turned_round() {
    let formula = formula!(y(x): dx = if x > 0 { dy } else { 0 });
    let of = |x: f64| {
        move |of| match of {
            Quantity::Operand(_) => Name::number(x),
            _ => Name::number(1.0),
        }
    };
    let text = |x| formula.cotangent_with(0, 1, &of(x)).unwrap();
    assert_eq!(text(-1.0), "0 as -1 ≤ 0");
    assert_eq!(text(f64::NAN), "0 as not NaN > 0");
    assert!(!Relation::Less.holds(f64::NAN, 0.0) && !Relation::GreaterOrEqual.holds(f64::NAN, 0.0));
    let unknown = |_| Name::wrapped("2×3");
    assert_eq!(
        formula.cotangent_with(0, 1, &unknown).unwrap(),
        "(2×3) where 2×3 > 0, 0 elsewhere"
    );
}

#[test]
fn who_commutes_says_so() {
    for rule in rules::all() {
        let commutes = match rule {
            Rule::Unary { .. } => false,
            Rule::Binary { points, value, .. } => {
                (points.iter()).all(|&(x, y)| value(x, y).to_bits() == value(y, x).to_bits())
            }
        };
        assert_eq!(rule.formula().commutes, commutes, "{}", rule.name());
    }
}
