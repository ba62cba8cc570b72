//! What is read, and what is refused where.

use super::*;
use proptest::prelude::*;

/// The first line's expression, with brackets around everything.
fn read(text: &str) -> String {
    bracketed(&parse(text).unwrap().lines[0].tree)
}

fn bracketed(tree: &Tree) -> String {
    match &tree.node {
        Node::Number(number) => number.to_string(),
        Node::Name(name) => name.clone(),
        Node::Call(function, operands) => {
            let operands: Vec<_> = operands.iter().map(bracketed).collect();
            let name = match function {
                Function::Rule(name, _) => (*name).to_owned(),
                Function::Power(n) => format!("power{n}"),
                other => format!("{other:?}").to_lowercase(),
            };
            format!("{name}({})", operands.join(", "))
        }
    }
}

#[test]
fn operators_bind_as_on_paper() {
    let cases = [
        ("a + b * c", "add(a, mul(b, c))"),
        ("a - b - c", "sub(sub(a, b), c)"),
        ("a / b / c", "div(div(a, b), c)"),
        ("(a + b) * c", "mul(add(a, b), c)"),
        ("-x^2", "neg(power2(x))"),
        ("2^-x", "powf(2, neg(x))"),
        ("x^-2", "power-2(x)"),
        ("x^0.5", "powf(x, 0.5)"),
        ("x^y^z", "powf(x, powf(y, z))"),
        ("x ** 3", "power3(x)"),
        ("-log(x)", "neg(ln(x))"),
        ("a × b − c ÷ d", "sub(mul(a, b), div(c, d))"),
        ("a*-b", "mul(a, neg(b))"),
        ("max(a, b + 1)", "max(a, add(b, 1))"),
        ("select(c, a, b)", "select(c, a, b)"),
        ("2 * pi * r", "mul(mul(2, 3.141592653589793), r)"),
        ("1.5e-3 * e3", "mul(0.0015, e3)"),
        ("(a +\n b)", "add(a, b)"),
        ("x₁ + β # a remark", "add(x₁, β)"),
        ("x // a remark", "x"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn what_no_line_computes_is_a_leaf() {
    let program = parse("x = -2\nz = x * y; w = 3 * z + v\n\n# nothing\nv = 1").unwrap();
    let leaves: Vec<_> = (program.leaves.iter())
        .map(|leaf| (leaf.name.as_str(), leaf.written.map(|(number, _)| number)))
        .collect();
    assert_eq!(leaves, [("x", Some(-2.0)), ("v", Some(1.0)), ("y", None)]);
    assert_eq!(program.lines.len(), 2);
}

#[test]
fn every_fault_says_where_what_was_found_and_what_was_expected() {
    let cases = [
        (
            "y = ",
            "1, column 5: found the end of the line; expected a name, a number or “(”",
        ),
        (
            "y = 2 +* x",
            "1, column 8: found “*”; expected a name, a number or “(”",
        ),
        (
            "a\ny = (x + 1",
            "2, column 11: found the end of the line; expected “)” for the “(” of line 2, column 5",
        ),
        (
            "y = x + 1)",
            "1, column 10: found “)”; expected the end of the line, for no “(” is open",
        ),
        (
            "y = 3 x",
            "1, column 7: found the name “x” right behind 3; write 3 * x to multiply",
        ),
        (
            "y = sin(2x)",
            "1, column 10: found the name “x” right behind 2; write 2 * x to multiply",
        ),
        (
            "y = 2exp(x)",
            "1, column 6: found the name “exp” right behind 2; write 2 * exp(…) to multiply",
        ),
        (
            "y = 2(x + 1)",
            "1, column 6: found “(” right behind 2; write 2 * (…) to multiply",
        ),
        (
            "y = a b",
            "1, column 7: found the name “b”; expected an operator, + − * / ^, \
             or the end of the line",
        ),
        (
            "y = np.exp(x)",
            "1, column 5: found “np.exp”; write exp(x), without “np.”",
        ),
        (
            "y = 2 * math.sin(x)",
            "1, column 9: found “math.sin”; write sin(x), without “math.”",
        ),
        (
            "y = np.maximum(x, 0)",
            "1, column 5: found “np.maximum”; write maximum(x, y), without “np.”",
        ),
        (
            "y = np.pi * x",
            "1, column 5: found “np.pi”; write pi, without “np.”",
        ),
        (
            "x = np.array([1, 2])",
            "1, column 5: found “np.array”; a name has no point, and there is no “array” here: \
             every name is one number",
        ),
        (
            "def f(x):\n    return x**2",
            "1, column 1: found “def”; functions cannot be defined here: a line is name = formula",
        ),
        (
            "f(x, y) = x^2 + y",
            "1, column 1: found “f”; functions cannot be defined here: a line is name = formula",
        ),
        (
            "import numpy as np",
            "1, column 1: found “import”; leave it out: every function of the list is there",
        ),
        (
            "y = x^2\nreturn y",
            "2, column 1: found “return”; a line is name = formula, and nothing else",
        ),
        (
            "y = 1,5 * x",
            "1, column 6: found “,”; expected a point in a number, as in 1.1, \
             or commas in a function only",
        ),
        (
            "y = x $ 2",
            "1, column 7: found “$”; expected names, numbers, + − * / ^ = ( ) and commas",
        ),
        (
            "y = 1.2.3",
            "1, column 5: found “1.2.3”; expected a number such as 100, 1.1 or 2e-3",
        ),
        (
            "y = 1e999",
            "1, column 5: “1e999” is beyond the largest number there is; \
             expected a number such as 100, 1.1 or 2e-3",
        ),
        (
            "y = sine(x)",
            "1, column 5: there is no function “sine”; did you mean sin, sinh, asin?",
        ),
        (
            "y = x(2)",
            "1, column 5: there is no function “x”; to multiply write x * (…)",
        ),
        (
            "y = max(x)",
            "1, column 5: “max” is given one number; expected two numbers",
        ),
        (
            "y = exp()",
            "1, column 5: “exp” is given nothing; expected one number",
        ),
        (
            "y = sin + 1",
            "1, column 5: “sin” is a function; expected its operands, sin(x)",
        ),
        (
            "y = y + 1",
            "1, column 5: “y” is computed from itself; choose another name left of “=”",
        ),
        (
            "z = y + 1\ny = 2 * x",
            "1, column 5: “y” is computed in line 2 only; move line 2 above this one",
        ),
        (
            "y = x\ny = z",
            "2, column 1: “y” has a meaning already, since line 1; choose another name here",
        ),
        (
            "y = x = 2",
            "1, column 7: found “=”; expected one name left of “=”, as in y = x + 1",
        ),
        (
            "pi = 3",
            "1, column 1: “pi” is a number that never changes; choose another name",
        ),
    ];
    for (text, expected) in cases {
        let fault = parse(text).expect_err(text);
        assert_eq!(fault.to_string(), format!("line {expected}"), "{text}");
    }
}

#[test]
fn a_raised_number_is_a_power_to_be_written() {
    let cases = [
        ("y = x²", "column 6: found “²”; write x^2 for a power"),
        (
            "y = a + x₁³",
            "column 11: found “³”; write x₁^3 for a power",
        ),
        ("y = x⁻¹", "column 6: found “⁻¹”; write x^-1 for a power"),
        ("y = 2⁰ + x", "column 6: found “⁰”; write 2^0 for a power"),
        (
            "y = x⁴⁵⁶⁷⁸⁹",
            "column 6: found “⁴⁵⁶⁷⁸⁹”; write x^456789 for a power",
        ),
        (
            "y = (x + 1)²",
            "column 12: found “²”; write (…)^2 for a power",
        ),
        (
            "y = sin²(x)",
            "column 8: found “²”; write sin(…)^2 for a power",
        ),
        ("y = ²", "column 5: found “²”; write x^2 for a power"),
        (
            "y = x⁻",
            "column 6: found “⁻”; expected names, numbers, + − * / ^ = ( ) and commas",
        ),
    ];
    for (text, expected) in cases {
        let fault = parse(text).expect_err(text);
        assert_eq!(fault.to_string(), format!("line 1, {expected}"), "{text}");
    }
}

#[test]
fn underscores_part_the_digits_of_a_number() {
    assert_eq!(
        read("1_000 * x + 1_0.2_5e1_0"),
        "add(mul(1000, x), 102500000000)"
    );
    assert_eq!(read("_1 + x_1"), "add(_1, x_1)");
    let leaf = parse("x = 1_000\ny = x").unwrap().leaves.remove(0);
    assert_eq!(leaf.written, Some((1000.0, Span { start: 4, end: 9 })));
    let cases = [
        (
            "y = 1_000x",
            "column 10: found the name “x” right behind 1_000; write 1_000 * x to multiply",
        ),
        (
            "y = 2_x",
            "column 6: found the name “_x” right behind 2; write 2 * _x to multiply",
        ),
        (
            "y = 1__0 + x",
            "column 6: found “__0” right behind 1; \
             expected one “_” between two digits, as in 1_000",
        ),
        (
            "y = sin(1_)",
            "column 10: found “_” right behind 1; \
             expected one “_” between two digits, as in 1_000",
        ),
        (
            "y = 1 _0",
            "column 7: found the name “_0” right behind 1; write 1 * _0 to multiply",
        ),
        (
            "y = 1_e5",
            "column 6: found the name “_e5” right behind 1; write 1 * _e5 to multiply",
        ),
    ];
    for (text, expected) in cases {
        let fault = parse(text).expect_err(text);
        assert_eq!(fault.to_string(), format!("line 1, {expected}"), "{text}");
    }
}

#[test]
fn a_number_that_would_be_read_as_zero_is_refused() {
    for written in ["1e-400", "0.001e-322", "1_0e-4_00"] {
        let fault = parse(&format!("x = {written}\ny = x")).expect_err(written);
        let expected = format!(
            "line 1, column 5: “{written}” is nearer to 0 than the smallest number there is, \
             5e-324; expected a number such as 100, 1.1 or 2e-3"
        );
        assert_eq!(fault.to_string(), expected);
    }
    assert_eq!(
        read("5e-324 + 0e-400 + 0.000"),
        format!("add(add({}, 0), 0)", 5e-324)
    );
}

#[test]
fn what_has_a_meaning_here_is_refused_where_it_is_given_another() {
    for name in ["exp", "log", "select", "max"] {
        let fault = parse(&format!("x = 1\n{name} = 3\ny = {name} + x")).expect_err(name);
        let expected = format!("line 2, column 1: “{name}” is a function; choose another name");
        assert_eq!(fault.to_string(), expected);
    }
}

#[test]
fn a_word_for_a_formula_is_answered_with_the_formula() {
    let cases = [
        ("sum(a, b)", "there is no function “sum”; write a + b"),
        (
            "Mean(a, b)",
            "there is no function “Mean”; write (a + b) / 2",
        ),
        ("avg(a, b)", "there is no function “avg”; write (a + b) / 2"),
        (
            "average(a, b)",
            "there is no function “average”; write (a + b) / 2",
        ),
        ("prod(a, b)", "there is no function “prod”; write a * b"),
        (
            "product(a, b)",
            "there is no function “product”; write a * b",
        ),
        (
            "foo(x)",
            "there is no function “foo”; to multiply write foo * (…)",
        ),
        (
            "np.sum(x)",
            "found “np.sum”; write a + b, for every name is one number",
        ),
    ];
    for (text, expected) in cases {
        let fault = parse(text).expect_err(text);
        assert_eq!(fault.to_string(), format!("line 1, column 1: {expected}"));
    }
}

#[test]
fn every_example_is_read() {
    for example in &crate::examples::EXAMPLES {
        parse(example.text).unwrap_or_else(|fault| panic!("{}: {fault}", example.title));
    }
}

#[test]
fn places_are_counted_as_a_browser_counts() {
    let fault = parse("𝛼 = 1\ny = 𝛼 $").unwrap_err();
    assert_eq!((fault.place.line, fault.place.column), (2, 7));
    assert_eq!(fault.place.units, [14, 15]);
}

#[test]
fn what_is_too_deep_or_too_long_is_refused() {
    for text in ["(".repeat(10_000), "-".repeat(10_000), "2^".repeat(5_000)] {
        let fault = parse(&text).unwrap_err();
        assert_eq!(fault.found, "here 64 brackets and signs are nested");
    }
    let fault = parse(&"x + ".repeat(6_000)).unwrap_err();
    assert!(
        fault
            .to_string()
            .contains("24000 characters; expected 20000"),
        "{fault}"
    );
}

proptest! {
    #[test]
    fn no_text_is_too_much(text in "[a-z0-9 _+*/^=(),.;#\n−×π$é²⁻-]{0,60}") {
        if let Err(fault) = parse(&text) {
            let lines = text.split('\n').count();
            prop_assert!((1..=lines).contains(&fault.place.line));
            let units = text.encode_utf16().count();
            prop_assert!(fault.place.units[0] <= fault.place.units[1]);
            prop_assert!(fault.place.units[1] <= units);
        }
    }
}
