//! The property tests that the crate offers: in every type of number, and as proptest's users know
//! them.

use nalgebra::dmatrix;
use num_dual::Dual64;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use tape::strategies::{
    assert_function, assert_op, assert_property, check_function, check_op, converted, matrices,
    matrix, points,
};
use tape::{Var, ops};

/// The same cases in every run, and nothing written where one fails.
fn quiet(cases: u32) -> ProptestConfig {
    ProptestConfig {
        rng_seed: RngSeed::Fixed(0),
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}

/// Points with a direction in their dual parts.
fn moving(len: usize) -> impl Strategy<Value = Vec<Dual64>> {
    (points(len), points(len)).prop_map(|(x, dx)| {
        let each = x.into_iter().zip(dx);
        each.map(|(x, dx)| Dual64::new(x, dx)).collect()
    })
}

#[test]
fn ops_and_functions_in_one_call() {
    assert_op(
        quiet(64),
        || ops::Softmax,
        matrix(2, 3).prop_map(|x| vec![x]),
    );
    let scalars = || points(4).prop_map(|x| x.iter().map(|&x| dmatrix![x]).collect::<Vec<_>>());
    assert_op(quiet(64), || ops::DotOf, scalars());
    assert_function(quiet(64), |x| tape::log_sum_exp(x) * x[0].abs(), points(3));
}

#[test]
fn in_single_precision_and_on_dual_numbers() {
    let product = || (matrix(3, 2), matrix(2, 2)).prop_map(|(x, y)| vec![x, y]);
    assert_op(quiet(64), || ops::MatMul, converted::<f32, _>(product()));
    assert_op(quiet(64), || ops::MatMul, converted::<Dual64, _>(product()));
    assert_function(
        quiet(64),
        |x| (1.5 + x[0]).powf(2.0) * x[1],
        converted::<f32, _>(points(2)),
    );
    assert_function(quiet(64), |x| x[0].exp() * x[1], moving(2));
    // A tape of these numbers, not of others: the gradient's dual part is there.
    assert_property(quiet(64), moving(1), |x| {
        let gradient = tape::gradient(|x| x[0].square(), &x);
        let right = Dual64::new(2.0 * x[0].re, 2.0 * x[0].eps);
        if gradient == [right] && gradient[0].eps == right.eps {
            Ok(())
        } else {
            Err(format!("{gradient:?} is not {right:?}"))
        }
    });
}

#[test]
fn a_function_that_hides_from_the_tape_is_found_in_every_type() {
    let of = |failed: Option<Box<tape::check::Report>>| failed.unwrap().gradient[0].label.clone();
    fn hides<'t, T: tape::Scalar>(x: &[Var<'t, T>]) -> Var<'t, T> {
        x[0] * x[1].value()
    }
    let double = check_function(quiet(64), hides, points(2)).unwrap_err();
    let single = check_function(quiet(64), hides, converted::<f32, _>(points(2))).unwrap_err();
    let dual = check_function(quiet(64), hides, moving(2)).unwrap_err();
    // The smallest point that fails is the smallest there is.
    assert_eq!(
        double.input.as_deref().map(|x| [x[0].abs(), x[1].abs()]),
        Some([0.5, 1.0])
    );
    for label in [of(double.report), of(single.report), of(dual.report)] {
        assert_eq!(label, "x[1]");
    }
}

#[test]
#[should_panic(expected = "minimal failing input: [")]
fn the_panic_shows_the_smallest_point_and_the_report() {
    assert_function(quiet(64), |x| x[0] * x[1].value(), points(2));
}

#[test]
fn the_answer_is_the_report_of_all_cases() {
    let made = Cell::new(0);
    let op = || {
        made.set(made.get() + 1);
        ops::Softmax
    };
    let report = check_op(quiet(10), op, matrix(2, 2).prop_map(|x| vec![x])).unwrap();
    // In each case twice the op, and a sum.
    assert_eq!(report.entries, made.get() / 2 * 3);
    assert!(report.is_ok() && report.comparisons > report.entries);
}

#[test]
fn what_has_no_report_says_why() {
    let refused = check_op(quiet(8), || ops::MatMul, matrix(2, 3).prop_map(|x| vec![x]));
    let refused = refused.unwrap_err();
    assert!(refused.report.is_none() && refused.input.is_some());
    assert!(
        refused.reason.contains("takes 2 operands, not 1"),
        "{refused}"
    );

    let panics = check_function(quiet(8), |_| panic!("out of luck"), points(1));
    let panics = panics.unwrap_err();
    assert!(panics.report.is_none() && panics.input.is_some());
    assert!(panics.reason.contains("out of luck"), "{panics}");

    let none = points(1).prop_filter("none is good enough", |_| false);
    let none = check_function(quiet(8), |x| x[0], none).unwrap_err();
    assert!(none.report.is_none() && none.input.is_none());
    assert!(
        none.to_string().contains("Too many local rejects"),
        "{none}"
    );
}

#[test]
fn what_could_not_be_judged_is_no_success() {
    let of = |points| check_function(quiet(8), |x| x[0].max(x[1]), points);
    let failure = of(Just(vec![0.5, 0.5]).boxed()).unwrap_err();
    let report = failure.report.as_ref().unwrap();
    assert!(report.is_ok() && !report.remarks.is_empty() && failure.input.is_none());
    assert!(
        failure
            .to_string()
            .contains("no input could be judged whole"),
        "{failure}"
    );
    // Some may lie at a kink.
    let some = prop_oneof![Just(vec![0.5, 0.5]), Just(vec![0.5, 1.0])];
    assert!(!of(some.boxed()).unwrap().remarks.is_empty());
}

/// A source file in a folder of its own, and where the seeds of its failures go.
fn source(name: &str) -> (&'static str, PathBuf) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("src/deep")).unwrap();
    std::fs::write(folder.join("src/lib.rs"), "").unwrap();
    let file = folder.join("src/deep/file.rs");
    std::fs::write(&file, "").unwrap();
    let file = file.to_str().expect("a path in Unicode").to_string();
    (
        file.leak(),
        folder.join("proptest-regressions/deep/file.txt"),
    )
}

#[test]
fn a_failing_seed_is_kept_and_tried_first() {
    let (source_file, kept) = source("seeds");
    let config = |seed| ProptestConfig {
        source_file: Some(source_file),
        rng_seed: RngSeed::Fixed(seed),
        ..ProptestConfig::default()
    };
    let fails = |x: f64| x > 0.95;
    let first = check_function(
        config(1),
        |x| {
            if fails(x[0].value()) {
                x[0] * x[0].value()
            } else {
                x[0]
            }
        },
        points(1),
    );
    let first = first.unwrap_err().input.unwrap();
    let written = std::fs::read_to_string(&kept).unwrap();
    let seeds = || written.lines().filter(|line| line.starts_with("cc "));
    assert_eq!(seeds().count(), 1, "{written}");
    assert!(
        seeds().all(|line| line.contains(&format!("shrinks to {first:?}"))),
        "{written}"
    );

    // Another run, with other random numbers, begins with that seed.
    let begun = Cell::new(None);
    let again = check_function(
        config(2),
        |x| {
            begun.set(begun.get().or(Some(x[0].value())));
            if fails(x[0].value()) {
                x[0] * x[0].value()
            } else {
                x[0]
            }
        },
        points(1),
    );
    assert!(begun.get().is_some_and(fails), "{begun:?}");
    assert_eq!(again.unwrap_err().input.unwrap(), first);
    // And writes it no second time.
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), written);
}

#[test]
fn seeds_are_kept_beside_the_callers_source() {
    // `Direct` names the file itself, so nothing is written beside this one; the other ways of
    // keeping seeds ask for the source file, which is the caller's where none is given.
    #[derive(Clone, Debug, Default)]
    struct Asked;
    static FILES: std::sync::Mutex<Vec<Option<&'static str>>> = std::sync::Mutex::new(Vec::new());
    impl proptest::test_runner::FailurePersistence for Asked {
        fn load_persisted_failures2(
            &self,
            source_file: Option<&'static str>,
        ) -> Vec<proptest::test_runner::PersistedSeed> {
            FILES.lock().unwrap().push(source_file);
            Vec::new()
        }
        fn save_persisted_failure2(
            &mut self,
            source_file: Option<&'static str>,
            _: proptest::test_runner::PersistedSeed,
            _: &dyn std::fmt::Debug,
        ) {
            FILES.lock().unwrap().push(source_file);
        }
        fn box_clone(&self) -> Box<dyn proptest::test_runner::FailurePersistence> {
            Box::new(self.clone())
        }
        fn eq(&self, other: &dyn proptest::test_runner::FailurePersistence) -> bool {
            other.as_any().is::<Self>()
        }
        fn as_any(&self) -> &dyn std::any::Any {
            self
        }
    }
    let config = || ProptestConfig {
        failure_persistence: Some(Box::new(Asked)),
        ..quiet(4)
    };
    assert_function(config(), |x| x[0], points(1));
    assert_op(
        config(),
        || ops::Transpose,
        matrices(2).prop_map(|x| vec![x]),
    );
    assert_property(config(), points(1), |_| Ok(()));
    let _ = check_function(config(), |x| x[0] * x[0].value(), points(1)).unwrap_err();
    let _ = check_op(
        config(),
        || ops::Transpose,
        matrices(2).prop_map(|x| vec![x]),
    )
    .unwrap();
    assert_eq!(*FILES.lock().unwrap(), [Some(file!()); 6]);
    // What keeps them where nothing else is said is proptest's own.
    let default = ProptestConfig::default().failure_persistence.unwrap();
    let default = default.as_any().downcast_ref::<FileFailurePersistence>();
    assert_eq!(
        default,
        Some(&FileFailurePersistence::SourceParallel(
            "proptest-regressions"
        ))
    );
}

/// Prints how many cases are run; [`the_environment_says_how_many_cases`] looks at that.
#[test]
fn cases_are_counted() {
    let cases = Cell::new(0);
    assert_property(quiet(64), points(1), |_| {
        cases.set(cases.get() + 1);
        Ok(())
    });
    println!("{} cases", cases.get());
}

#[test]
fn the_environment_says_how_many_cases() {
    let run = |cases: Option<&str>| {
        let mut test = std::process::Command::new(std::env::current_exe().unwrap());
        test.args(["--exact", "cases_are_counted", "--nocapture"]);
        match cases {
            Some(cases) => test.env("PROPTEST_CASES", cases),
            None => test.env_remove("PROPTEST_CASES"),
        };
        String::from_utf8(test.output().unwrap().stdout).unwrap()
    };
    assert!(run(None).contains("64 cases"));
    assert!(run(Some("7")).contains("\n7 cases"));
}
