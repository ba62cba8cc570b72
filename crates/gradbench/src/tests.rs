//! Answers to messages whose values are known from elsewhere.

use crate::protocol::answer;
use serde_json::{Value, json};

fn evaluated(module: &str, function: &str, input: Value) -> Value {
    let message = json!({
        "id": 7, "kind": "evaluate", "module": module, "function": function, "input": input,
    });
    let answer = answer(&message.to_string()).expect("a message");
    assert_eq!(answer["id"], 7);
    answer
}

#[track_caller]
fn close(found: &Value, expected: &Value) {
    match (found, expected) {
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
            found.iter().zip(expected).for_each(|(f, e)| close(f, e));
        }
        _ => {
            let (f, e) = (found.as_f64(), expected.as_f64());
            let near = f
                .zip(e)
                .is_some_and(|(f, e)| (f - e).abs() <= 1e-14 * e.abs().max(1.0));
            assert!(near, "{found} is not {expected}");
        }
    }
}

#[test]
fn values_and_derivatives_are_right() {
    let list = [0.0, std::f64::consts::LN_2];
    let polynomial = json!({"x": [1.0, 0.0], "n": 2});
    let matrix = json!({"A": [2.0, 1.0, 1.0, 3.0], "ell": 2});
    let clusters = json!({"points": [[0.0, 0.0], [2.0, 0.0]], "centroids": [[0.0, 0.0]]});
    let cases = [
        ("hello", "square", json!(3.0), json!(9.0)),
        ("hello", "double", json!(3.0), json!(6.0)),
        ("lse", "primal", json!({"x": list}), json!(3f64.ln())),
        (
            "lse",
            "gradient",
            json!({"x": list}),
            json!([1.0 / 3.0, 2.0 / 3.0]),
        ),
        ("det", "primal", matrix.clone(), json!(5.0)),
        ("det", "gradient", matrix, json!([3.0, -1.0, -1.0, 2.0])),
        ("llsq", "primal", polynomial.clone(), json!(2.0)),
        ("llsq", "gradient", polynomial, json!([2.0, -2.0])),
        ("kmeans", "cost", clusters.clone(), json!(4.0)),
        ("kmeans", "dir", clusters, json!([[-1.0, 0.0]])),
    ];
    for (module, function, input, expected) in cases {
        let answer = evaluated(module, function, input);
        assert_eq!(answer["success"], true, "{module}, {function}: {answer}");
        close(&answer["output"], &expected);
        assert_eq!(answer["timings"][0]["name"], "evaluate");
    }
}

#[test]
fn a_run_takes_place_as_often_as_it_is_asked_for() {
    let answer = evaluated("lse", "gradient", json!({"x": [1.0, 2.0], "min_runs": 3}));
    assert_eq!(answer["timings"].as_array().map(Vec::len), Some(3));
}

#[test]
fn what_cannot_be_evaluated_is_answered() {
    let unknown = evaluated("hello", "triple", json!(3.0));
    assert_eq!(unknown["success"], false);
    assert_eq!(
        unknown["error"],
        "there is no function `triple`, only square, double"
    );
    // A dimension that the numbers do not have.
    let wrong = evaluated("det", "gradient", json!({"A": [1.0], "ell": 3}));
    assert_eq!(wrong["success"], false);
    let define = |module| json!({"id": 1, "kind": "define", "module": module}).to_string();
    assert_eq!(answer(&define("saddle")).unwrap()["success"], true);
    assert_eq!(answer(&define("nothing")).unwrap()["success"], false);
    assert!(answer("hello").unwrap_err().to_string().contains("`hello`"));
}
