//! `mnist eval` and `mnist check`: what they find, and how they say it.

use std::path::Path;

mod support;

use support::*;

#[test]
fn evaluates_saved_weights_of_any_depth() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    for arguments in [
        "--hidden 8",
        "--hidden 8,6,5 --precision f64",
        "--activation sigmoid",
    ] {
        let arguments = format!("{arguments} --init xavier --steps 40 --json --out");
        let data = [out.path(), Path::new("--data"), set.path()];
        let trained = events(&succeed(&arguments, &data)).pop().unwrap();
        let weights = out.path().join("weights.safetensors");
        let data = [weights.as_path(), Path::new("--data"), set.path()];
        let evaluated = events(&succeed("eval --json --weights", &data));
        let source = format!("the files in {}", set.path().display());
        let expected = serde_json::json!({
            "event": "eval", "data": source, "test_accuracy": trained["test_accuracy"], "images": 20
        });
        assert_eq!(evaluated, [expected]);
        let text = succeed("eval --weights", &data);
        assert!(
            text.starts_with("data: the files in ") && text.ends_with(" of 20 images\n"),
            "{text}"
        );
    }
}

/// Of the first seeds, 2 is one whose probes cross a kink with five hidden units on the drawn
/// digits.
#[test]
fn check_counts_the_kinks_apart() {
    let found = events(&succeed("check --hidden 5 --seed 2 --json", &[]));
    let parameters: Vec<&str> = found
        .iter()
        .map(|e| e["parameter"].as_str().unwrap())
        .collect();
    assert_eq!(parameters, ["W1", "b1", "W2", "b2"]);
    let entries: Vec<u64> = found
        .iter()
        .map(|e| e["entries"].as_u64().unwrap())
        .collect();
    assert_eq!(entries, [3920, 5, 50, 10]);
    // Some, but not all; and only where a hidden unit's input depends on the parameter.
    let kinks: Vec<u64> = found
        .iter()
        .map(|e| e["at_kinks"].as_u64().unwrap())
        .collect();
    assert!(
        kinks[0] > 0 && kinks[0] < 3920 && kinks[1] > 0 && kinks[1] < 5,
        "{kinks:?}"
    );
    assert_eq!(kinks[2..], [0, 0]);
    for event in &found {
        let expected = [
            "at_kinks",
            "data",
            "entries",
            "event",
            "max_abs_difference",
            "mean_abs_difference",
            "parameter",
        ];
        assert_eq!(keys(event), expected);
        assert!(
            event["mean_abs_difference"].as_f64().unwrap() < 1e-9,
            "{event}"
        );
        assert!(
            event["max_abs_difference"].as_f64().unwrap() < 1e-8,
            "{event}"
        );
    }
}

#[test]
fn check_fails_where_a_mean_is_too_large() {
    let set = small_set();
    let text = succeed("check --hidden 3,2 --init he --data", &[set.path()]);
    assert_eq!(
        text.lines()
            .filter(|line| line.starts_with(['W', 'b']))
            .count(),
        6,
        "{text}"
    );
    assert!(text.contains("kinks left out: "), "{text}");
    // Weights so large that the loss overflows: nothing finite to compare.
    let message = fail("check --init normal:1e200 --data", &[set.path()]);
    assert!(
        message.starts_with("the gradients differ: W1: mean NaN, above 1e-8"),
        "{message}"
    );
}
