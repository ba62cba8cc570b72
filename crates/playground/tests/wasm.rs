//! The page's WebAssembly against the crate: the same questions, the same answers.
//!
//! Arithmetic is the same to the last bit. Elementary functions come from another library there,
//! and may be a unit of the last place away, each by itself: so a value is compared with what the
//! rule gives, here, for the operands that the page has.

mod page;

use base64::prelude::{BASE64_STANDARD, Engine};
use playground::Session;
use playground::page as assembled;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::{Map, Value, json};
use std::io::Read;
use tape::rules::{self, Rule};

/// Rules that every processor computes alike.
const ARITHMETIC: [&str; 13] = [
    "neg",
    "add",
    "sub",
    "mul",
    "div",
    "recip",
    "square",
    "sqrt",
    "abs",
    "relu",
    "max",
    "min",
    "greater_than",
];
/// How far a derivative may be from the sum of its shares here, in units of the last place of their
/// size.
const SLOPE: f64 = 1.0;

fn question(text: &str, leaves: &[(String, f64)]) -> Value {
    let leaves: Map<String, Value> = (leaves.iter())
        .map(|(name, number)| (name.clone(), (*number).into()))
        .collect();
    json!({ "do": "graph", "text": text, "leaves": leaves })
}

fn number(text: &Value) -> f64 {
    match text.as_str().expect("a number as a text") {
        "Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        text => text.parse().expect("a number"),
    }
}

/// How many numbers lie between two.
fn units_between(a: f64, b: f64) -> u64 {
    let place = |x: f64| {
        let bits = x.to_bits() as i64;
        if bits < 0 { i64::MIN - bits } else { bits }
    };
    match a.is_nan() && b.is_nan() {
        true => 0,
        false => place(a).abs_diff(place(b)),
    }
}

/// A rule by its name, its value and its slopes at some operands.
fn rule_at(name: &str, operands: &[f64]) -> (f64, Vec<f64>) {
    let rule = rules::all().into_iter().find(|rule| rule.name() == name);
    match (rule, operands) {
        (
            Some(Rule::Unary {
                value, derivative, ..
            }),
            &[x],
        ) => {
            let y = value(x);
            (y, vec![derivative(x, y)])
        }
        (Some(Rule::Binary { value, dx, dy, .. }), &[x, y]) => {
            let z = value(x, y);
            (z, vec![dx(x, y, z), dy(x, y, z)])
        }
        (None, &[x, n]) if name == "powi" => {
            let n = n as i32;
            let tape = tape::Tape::new();
            let x = tape.var(x);
            let y = x.powi(n);
            (y.value(), vec![y.gradient().of(x)])
        }
        _ => panic!("{name} of {operands:?}"),
    }
}

/// Compares each entry with what its rule gives for the page's own operands, and each cotangent
/// with what the page's own cotangents come to.
fn compare_entries(asked: &Value, told: &Value) {
    let entries = told["entries"]
        .as_array()
        .unwrap_or_else(|| panic!("{asked}: {told}"));
    let mut sums = vec![(0.0, 0.0); entries.len()];
    for (k, entry) in entries.iter().enumerate().rev() {
        let own = entry["derivative"]
            .as_str()
            .map(|_| number(&entry["derivative"]));
        let is_output = own == Some(1.0) && sums[k].1 == 0.0;
        if let (Some(own), false) = (own, is_output) {
            let (sum, size) = sums[k];
            let off = (own - sum).abs();
            let most = SLOPE * f64::EPSILON * size + f64::MIN_POSITIVE;
            assert!(
                off <= most || own.is_nan(),
                "{asked}: derivative {k} is {own}, not {sum}"
            );
        }
        let operands = entry["operands"].as_array().expect("operands");
        if operands.is_empty() {
            continue;
        }
        let value_of = |operand: &Value| match &operand["entry"] {
            Value::Number(index) => number(&entries[index.as_u64().unwrap() as usize]["value"]),
            _ if operand["exponent"].is_number() => operand["exponent"].as_f64().unwrap(),
            _ => number(&operand["number"]),
        };
        let values: Vec<f64> = operands.iter().map(value_of).collect();
        let name = entry["op"].as_str().expect("a name");
        let (value, slopes) = rule_at(name, &values);
        let found = number(&entry["value"]);
        let apart = units_between(value, found);
        let most = u64::from(!ARITHMETIC.contains(&name));
        assert!(
            apart <= most,
            "{asked}: {name} of {values:?} is {found}, not {value}"
        );
        for (operand, slope) in operands.iter().zip(slopes) {
            if let (Some(index), Some(own)) = (operand["entry"].as_u64(), own) {
                let sum = &mut sums[index as usize];
                sum.0 += own * slope;
                sum.1 += (own * slope).abs();
            }
        }
    }
}

#[test]
fn every_rule_is_the_tapes_at_its_points() {
    let names = ["a".to_owned(), "b".to_owned()];
    let mut questions = Vec::new();
    for rule in rules::all() {
        let name = rule.name();
        let points: Vec<Vec<f64>> = match rule {
            Rule::Unary { points, .. } => points.iter().map(|&x| vec![x]).collect(),
            Rule::Binary { points, .. } => points.iter().map(|&(x, y)| vec![x, y]).collect(),
        };
        for point in points {
            let text = format!("y = {name}({})", names[..point.len()].join(", "));
            let leaves: Vec<(String, f64)> = names.iter().cloned().zip(point).collect();
            questions.push((name, question(&text, &leaves)));
        }
    }
    let asked: Vec<Value> = questions.iter().map(|(_, asked)| asked.clone()).collect();
    let Some(answers) = page::answers(&asked) else {
        return;
    };
    assert!(answers.len() > 150, "{} points", answers.len());
    for ((name, asked), told) in questions.iter().zip(&answers) {
        compare_entries(asked, told);
        if ARITHMETIC.contains(name) {
            let here: Value = serde_json::from_str(&ask(asked)).unwrap();
            assert_eq!(&here, told, "{asked}");
        }
    }
}

fn ask(asked: &Value) -> String {
    Session::default().ask(&asked.to_string(), &[])
}

/// A random program of `names`, or of all rules.
fn program(random: &mut ChaCha8Rng, names: &[&str]) -> (String, Vec<(String, f64)>) {
    let mut below = |bound: usize| random.next_u32() as usize % bound;
    let leaves: Vec<(String, f64)> = (0..2 + below(4))
        .map(|k| (format!("x{k}"), (below(4001) as f64 - 2000.0) / 640.0))
        .collect();
    let mut known: Vec<String> = leaves.iter().map(|(name, _)| name.clone()).collect();
    let mut text = String::new();
    for line in 0..3 + below(12) {
        let name = names[below(names.len())];
        let rule = rules::all().into_iter().find(|rule| rule.name() == name);
        let operands = rule.expect("a rule").operands();
        let mut picked: Vec<String> = (0..operands)
            .map(|_| match below(8) {
                0 => format!("{}", below(50) as f64 / 16.0 + 0.5),
                _ => known[below(known.len())].clone(),
            })
            .collect();
        // One operand at least is no plain number.
        picked[0] = known[known.len() - 1 - below(2)].clone();
        text += &format!("v{line} = {name}({}) + {}\n", picked.join(", "), known[0]);
        known.push(format!("v{line}"));
    }
    (text, leaves)
}

#[test]
fn random_graphs_are_the_tapes() {
    let mut random = ChaCha8Rng::seed_from_u64(19);
    let all: Vec<&str> = rules::all().iter().map(|rule| rule.name()).collect();
    let mut questions = Vec::new();
    for k in 0..200 {
        let names = if k < 100 { &ARITHMETIC[..] } else { &all[..] };
        let (text, leaves) = program(&mut random, names);
        questions.push(question(&text, &leaves));
    }
    let Some(answers) = page::answers(&questions) else {
        return;
    };
    for (k, (asked, told)) in questions.iter().zip(&answers).enumerate() {
        compare_entries(asked, told);
        if k < 100 {
            let here: Value = serde_json::from_str(&ask(asked)).unwrap();
            assert_eq!(&here, told, "{asked}");
        }
    }
}

#[test]
fn faults_and_other_answers_are_the_crates() {
    let mut questions = vec![json!({ "do": "about" }), json!({ "do": "nothing" })];
    for text in [
        "",
        "y = ",
        "y = sine(x)",
        "y = 2",
        "y = 𝛼 $",
        "((((",
        "a = b\nb = a",
    ] {
        questions.push(question(text, &[]));
    }
    for example in playground::examples::EXAMPLES {
        let mut asked = question(example.text, &[]);
        asked["width"] = 800.into();
        questions.push(asked);
    }
    let Some(answers) = page::answers(&questions) else {
        return;
    };
    for (asked, told) in questions.iter().zip(&answers) {
        let here: Value = serde_json::from_str(&ask(asked)).unwrap();
        assert_eq!(&here, told, "{asked}");
    }
}

#[test]
fn a_net_that_has_learned_elsewhere_reads_the_same() {
    let mut random = ChaCha8Rng::seed_from_u64(20);
    let net = nn::TwoLayerNet::<f64>::new(35, 9, 4, 0.5, &mut random).net;
    let image: Vec<u8> = (0..35).map(|_| random.next_u32() as u8).collect();
    let asked = [
        json!({ "do": "net", "height": 7, "width": 5 }),
        json!({ "do": "look" }),
        json!({ "do": "look", "target": 3 }),
    ];
    let bytes = [net.to_safetensors().unwrap(), image.clone(), image];
    let with_bytes = asked.iter().zip(&bytes).map(|(asked, bytes)| {
        let mut asked = asked.clone();
        asked["bytes"] = BASE64_STANDARD.encode(bytes).into();
        asked
    });
    let Some(answers) = page::answers(&with_bytes.collect::<Vec<_>>()) else {
        return;
    };
    let mut session = Session::default();
    for ((asked, bytes), told) in asked.iter().zip(&bytes).zip(&answers) {
        let here: Value = serde_json::from_str(&session.ask(&asked.to_string(), bytes)).unwrap();
        for name in ["classes", "size", "image", "answer", "target", "vanished"] {
            assert_eq!(here[name], told[name], "{name} of {asked}");
        }
        for name in ["shares", "slopes"] {
            let [here, told] = [&here, told].map(|answer| numbers(&answer[name]));
            assert_eq!(here.len(), told.len());
            let size = here.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
            for (here, told) in here.iter().zip(&told) {
                assert!((here - told).abs() <= 1e-14 * size, "{told}, not {here}");
            }
        }
    }
}

fn numbers(list: &Value) -> Vec<f64> {
    let list = list.as_array().into_iter().flatten();
    list.map(|number| number.as_f64().unwrap()).collect()
}

#[test]
fn the_page_is_put_together_from_these_files_and_small() {
    let committed = std::fs::read_to_string(page::path()).unwrap();
    let packed = assembled::packed(&committed).expect("WebAssembly in the page");
    assert!(
        assembled::page(&packed) == committed,
        "docs/playground.html is not what its parts give: run scripts/playground page"
    );
    assert!(committed.len() <= 1_500_000, "{} bytes", committed.len());
    let mut wasm = Vec::new();
    let mut unpacker = flate2::read::GzDecoder::new(&packed[..]);
    unpacker.read_to_end(&mut wasm).expect("gzip");
    for folder in ["home", "root", "tmp", "Users"] {
        let machine = format!("/{folder}/");
        let found = wasm
            .windows(machine.len())
            .any(|part| part == machine.as_bytes());
        assert!(
            !found,
            "the WebAssembly has a path of somebody’s machine, {machine}…"
        );
    }
}
