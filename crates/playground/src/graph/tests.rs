//! What is answered of a program.

use super::{Request, answer};
use serde_json::Value;

fn asked(text: &str) -> Request {
    Request {
        text: text.into(),
        ..Request::default()
    }
}

fn told(request: &Request) -> Value {
    answer(request).unwrap_or_else(|fault| panic!("{fault}"))
}

fn refused(text: &str) -> String {
    answer(&asked(text)).unwrap_err().to_string()
}

#[test]
fn a_derivative_is_held_against_what_moved() {
    let mut request = asked("x = 6\ny = x^2");
    request.moved = Some(("x".into(), 5.0));
    let moved = &told(&request)["moved"];
    let words = ["h", "by", "ratio", "derivative", "promised"].map(|key| moved[key].as_str());
    assert_eq!(words, ["+1", "+11", "11", "10", "+10"].map(Some));
    assert_eq!(moved["kept"], false);
    request.text = "x = 6\ny = 3 * x".into();
    assert_eq!(told(&request)["moved"]["kept"], true);
    // Where nothing has moved, and where there is no such leaf, there is nothing to say.
    request.moved = Some(("x".into(), 6.0));
    assert_eq!(told(&request)["moved"], Value::Null);
    request.moved = Some(("z".into(), 6.0));
    assert_eq!(told(&request)["moved"], Value::Null);
}

#[test]
fn any_line_can_be_differentiated() {
    let mut request = asked("x = 2\na = x^3\nb = a + 1");
    let slope = |request: &Request| told(request)["leaves"][0]["derivative"]["short"].clone();
    assert_eq!(
        (told(&request)["name"].clone(), slope(&request)),
        ("b".into(), "12".into())
    );
    request.of = "a".into();
    assert_eq!(
        (told(&request)["name"].clone(), slope(&request)),
        ("a".into(), "12".into())
    );
    request.of = "gone".into();
    assert_eq!(told(&request)["name"], "b");
}

#[test]
fn another_name_for_a_leaf_leaves_it_its_own() {
    let told = told(&asked("x = 2\nother = x\ny = other * x"));
    assert_eq!(told["leaves"][0]["name"], "x");
    assert_eq!(told["leaves"][0]["derivative"]["short"], "4");
    assert_eq!(told["entries"][0]["name"], "x");
}

#[test]
fn what_the_result_does_not_depend_on_has_the_derivative_0() {
    let told = told(&asked("unused = 3\ny = select(1, x, unused)"));
    let slopes = ["unused", "x"].map(|name| {
        let leaves = told["leaves"].as_array().unwrap().iter();
        let leaf = leaves.clone().find(|leaf| leaf["name"] == name).unwrap();
        leaf["derivative"]["short"].clone()
    });
    assert_eq!(slopes, ["0", "1"].map(Value::from));
}

#[test]
fn what_cannot_be_moved_or_drawn_is_refused() {
    assert_eq!(
        refused("y = 2 * 3"),
        "line 1, column 5: this is 6 whatever happens; \
         use a name in it, such as x, to have a number that can be moved"
    );
    assert!(refused("# nothing\n").contains("nothing is computed"));
    let many = format!("y = {}x", "sin(x) + ".repeat(1200));
    assert!(refused(&many).contains("more than 2000 operations"));
}

#[test]
fn a_drawing_keeps_its_size_while_numbers_change() {
    let size = |x: f64, width: f64| {
        let mut request = asked("y = sin(a * x) / b");
        request.leaves = [("x".to_owned(), x)].into();
        request.width = Some(width);
        let svg = told(&request)["svg"].as_str().unwrap().to_owned();
        svg[..svg.find("role=").unwrap()].to_owned()
    };
    for width in [390.0, 1000.0] {
        assert_eq!(size(1.0, width), size(-1234.5, width));
        assert_eq!(size(1.0, width), size(0.0625, width));
    }
}

#[test]
fn a_misspelt_name_is_noted_and_so_is_what_is_not_used() {
    let note = |text: &str| told(&asked(text))["note"].as_str().unwrap().to_owned();
    assert_eq!(note("x = 2\ny = x^2"), "");
    assert_eq!(
        note("apple = 100\nprice = aple * 2"),
        "No line sets aple, so it begins with 1. apple is not used."
    );
    assert_eq!(
        note("a = 1\nb = 2\ny = u * v + w"),
        "No line sets u, v and w, so each begins with 1. a and b are not used."
    );
    // e is a name like any other here, and Euler’s number on paper.
    assert_eq!(
        note("y = e^x + 0 * extra"),
        "No line sets e, x and extra, so each begins with 1. \
         Euler’s number is exp(1), and e^x is exp(x)."
    );
    assert_eq!(note("e = 2\nx = 1\ny = e^x"), "");
}

#[test]
fn a_nan_is_traced_to_where_it_came_from() {
    let origin = |text: &str| told(&asked(text))["origin"].clone();
    for (text, said) in [
        (
            "x = -1\ny = 2 * ln(x) + 1",
            "The first that is not finite: ln(−1) = NaN.",
        ),
        (
            "a = -3\nb = 0\ny = a / b",
            "The first that is not finite: (−3) / 0 = −∞.",
        ),
        (
            "x = 1000\ny = 1 / (1 + exp(x))",
            "The first that is not finite: exp(1000) = ∞.",
        ),
        (
            "x = 0\ny = 3 * sqrt(x)",
            "The first that is not finite comes back from sqrt(0): the derivative by x is ∞.",
        ),
        (
            "x = 1\ny = 3 * sqrt(ln(x))",
            "The first that is not finite comes back from sqrt(0): \
             the derivative by what is 0 here is ∞.",
        ),
        (
            "x = 1e300\ny = x^2",
            "The first that is not finite: 1e300^2 = ∞.",
        ),
    ] {
        assert_eq!(origin(text), said, "{text}");
    }
    assert!(origin("x = 0\ny = sin(x)").is_null());
}
