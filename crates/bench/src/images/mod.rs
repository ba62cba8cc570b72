//! One training step of the book's two convolutional nets, batch 100, in single precision, with
//! Adam and on one thread: here, in PyTorch, and what its products and copies take alone.

mod yardstick;

use crate::measure::{Contender, Effort, compare};
use crate::table::{Bound, Budget, Row, Table};
use nn::{ImageShape, Init, Learner, Line, Method, Net, Recording, Rule, Signal, Targets};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;
use yardstick::Yardstick;

/// How many images a step learns from.
const BATCH: usize = 100;

/// The nets, and how many times as long PyTorch must take.
const NETS: [(&str, &str, f64); 2] = [
    (
        "simple-conv",
        "conv 30 5x5, relu, pool 2x2, affine 100, relu, affine 10",
        3.0,
    ),
    (
        "deep-conv",
        "conv 16 3x3 pad 1, relu, conv 16 3x3 pad 1, relu, pool 2x2, \
         conv 32 3x3 pad 1, relu, conv 32 3x3 pad 2, relu, pool 2x2, \
         conv 64 3x3 pad 1, relu, conv 64 3x3 pad 1, relu, pool 2x2, \
         affine 50, relu, dropout 0.5, affine 10, dropout 0.5",
        1.5,
    ),
];

/// Adds the rows of both nets. `python` names an interpreter that may have PyTorch.
pub fn measure(table: &mut Table, python: Option<&str>) {
    for (name, line, bound) in NETS {
        let net = net(line);
        let mut contenders = vec![Contender::new("this engine", step(&net))];
        let mut yardstick = Yardstick::new(&net, BATCH);
        contenders.push(Contender::new("its products and copies alone", move || {
            yardstick.run()
        }));
        contenders.extend(python.and_then(|python| torch(python, name)));
        let effort = Effort {
            rounds: 21,
            ..Effort::USUAL
        };
        let comparison = compare(effort, contenders);
        let workload = format!("{name}, batch {BATCH}");
        eprintln!("{}", comparison.listed(&workload, 0));
        for (tool, tool_name) in comparison.names().enumerate() {
            table.row(Row {
                workload: workload.clone(),
                tool: tool_name.to_owned(),
                time: format!("{:.2} ms", comparison.time(tool) / 1e6),
                ratio: comparison.ratio(tool, 0),
                bytes: None,
            });
        }
        table.budget(Budget {
            what: format!("{workload}: of the time of its products and copies alone"),
            ratio: comparison.ratio(0, 1),
            bound: Bound::AtMost(1.4),
            best: None,
        });
        if comparison.names().count() > 2 {
            table.budget(Budget {
                what: format!("{workload}: faster than PyTorch"),
                ratio: comparison.ratio(2, 0),
                bound: Bound::AtLeast(bound),
                best: None,
            });
        }
    }
}

fn net(line: &str) -> Net<f32> {
    let image = Signal::Image(ImageShape {
        channels: 1,
        height: 28,
        width: 28,
    });
    let line: Line = line.parse().expect("a line");
    let mut random = ChaCha8Rng::seed_from_u64(1);
    Net::from_line(image, line, Init::He, &mut random).expect("it fits")
}

/// A step at each call.
fn step(net: &Net<f32>) -> impl FnMut() + use<> {
    let mut recording = Recording::training(net, BATCH, Targets::Labels);
    let examples = recording.examples_mut().into_values();
    for (k, x) in examples.iter_mut().enumerate() {
        *x = (k * 7919 % 1000) as f32 / 1000.0;
    }
    let labels = recording.targets_mut().into_values();
    labels
        .iter_mut()
        .enumerate()
        .for_each(|(k, label)| *label = (k % 10) as f32);
    let adam = Method::from_name("adam").expect("a method");
    let mut learner = Learner::new(Rule::new(adam, 1e-3));
    let mut masks = ChaCha8Rng::seed_from_u64(2);
    move || {
        recording.draw_masks(&mut masks, BATCH, 0);
        let loss = recording
            .step(&mut learner)
            .expect("labels of the net's classes");
        assert!(loss.is_finite());
    }
}

/// PyTorch's step, in a process of its own; none if the interpreter does not have it.
fn torch(python: &str, net: &str) -> Option<Contender<'static>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/images.py");
    let mut child = Command::new(python)
        .args([script, net])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{python}: {error}"));
    let mut requests = child.stdin.take().expect("piped");
    let mut answers = BufReader::new(child.stdout.take().expect("piped"));
    let mut name = String::new();
    answers.read_line(&mut name).expect("a script that writes");
    if name.trim().is_empty() {
        return None;
    }
    // The script ends with its input, which this closure holds.
    let steps = move |count| {
        writeln!(requests, "{count}").expect("a script that reads");
        let mut answer = String::new();
        answers
            .read_line(&mut answer)
            .expect("a script that writes");
        Duration::from_nanos(answer.trim().parse().expect("nanoseconds"))
    };
    Some(Contender::timed_by_itself(name.trim().to_owned(), steps))
}
