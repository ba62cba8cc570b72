//! Training steps, an evaluation and a check on one thread and on two.
//!
//! ```text
//! cargo bench -p mnist --bench threads
//! ```
//!
//! Says how many times as fast two threads are, which needs two cores with nothing else to do.

#[allow(dead_code, reason = "each bench uses its part")]
#[path = "../../bench/src/measure.rs"]
mod measure;

use measure::{Contender, Effort, compare};
use mnist::batches::Batches;
use mnist::dataset::{Dataset, Scale};
use mnist::digits;
use mnist::evaluation::Evaluation;
use mnist::ranks::Rank;
use mnist::training::Training;
use nn::{ImageShape, Init, Line, Method, Net, NumericalGradient, Recording, Rule, Signal};
use nn::{Targets, TwoLayerNet};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::time::{Duration, Instant};
use tape::Threads;

const BATCH: usize = 100;

/// The nets, and how many times as fast two threads are to be.
const NETS: [(&str, &str, f64); 4] = [
    ("784-50-10", "affine 50, relu, affine 10", 1.0),
    ("784-512-10", "affine 512, relu, affine 10", 1.5),
    (
        "simple-conv",
        "conv 30 5x5, relu, pool 2x2, affine 100, relu, affine 10",
        1.7,
    ),
    (
        "deep-conv",
        "conv 16 3x3 pad 1, relu, conv 16 3x3 pad 1, relu, pool 2x2, \
         conv 32 3x3 pad 1, relu, conv 32 3x3 pad 2, relu, pool 2x2, \
         conv 64 3x3 pad 1, relu, conv 64 3x3 pad 1, relu, pool 2x2, \
         affine 50, relu, dropout 0.5, affine 10, dropout 0.5",
        1.7,
    ),
];

fn main() {
    let data = digits::dataset(2000, 8000, digits::SEED);
    let alone = Threads::alone();
    let two = Threads::new(2).expect("the system starts threads");
    for (name, line, bound) in NETS {
        for shards in [1, 2] {
            let net = net(line);
            let contenders = [&alone, &two]
                .map(|threads| stepping(&net, &data, shards, threads))
                .into();
            report(&format!("{name}, {shards} shards"), contenders, bound);
        }
    }
    let judged = &net(NETS[0].1);
    let test = data.test();
    let judging = |threads| {
        let mut evaluation = Evaluation::default();
        let score = move || evaluation.score(judged, test).map(|_| ());
        on(threads, score)
    };
    let contenders = vec![judging(&alone), judging(&two)];
    report("evaluation of 8,000 images, 784-50-10", contenders, 1.8);
    let contenders = vec![checking(1, &alone), checking(2, &two)];
    report("check of 784-2-10", contenders, 1.8);
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

/// Something done on threads, which stay inside for all calls of a sample.
fn on<'a, E: std::fmt::Debug + Send>(
    threads: &'a Threads,
    mut work: impl FnMut() -> Result<(), E> + Send + 'a,
) -> Contender<'a> {
    let name = match threads.count() {
        1 => "1 thread",
        _ => "2 threads",
    };
    Contender::timed_by_itself(name, move |calls| -> Duration {
        threads.run(|| {
            let start = Instant::now();
            (0..calls).for_each(|_| work().expect("it goes well"));
            start.elapsed()
        })
    })
}

fn stepping<'a>(
    net: &Net<f32>,
    data: &'a Dataset,
    shards: usize,
    threads: &'a Threads,
) -> Contender<'a> {
    let batches = Batches::new(data.train().len(), BATCH, 1);
    let adam = Method::from_name("adam").expect("a method");
    let rule = match net.line().to_string().starts_with("conv") {
        true => Rule::new(adam, 1e-4),
        false => Rule::new(Method::Sgd, 1e-3),
    };
    let training = Training::in_shards(net, data.train(), batches, rule, shards, Rank::ALONE);
    let mut training = training;
    on(threads, move || training.step().map(|_| ()))
}

/// The numerical gradient of a small net, by so many probers.
fn checking(probers: usize, threads: &Threads) -> Contender<'_> {
    let data = digits::dataset(10, 10, digits::SEED);
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let net = TwoLayerNet::<f64>::new(784, 2, 10, 0.01, &mut random).net;
    let prober = |_| {
        let mut recording = Recording::training(&net, 3, Targets::Labels);
        let examples = recording.examples_mut().into_values();
        data.train().gather(&[0, 1, 2], Scale::Unit, examples);
        let labels = recording.targets_mut().into_values();
        data.train().gather_labels(&[0, 1, 2], labels);
        recording
    };
    let mut recordings: Vec<_> = (0..probers).map(prober).collect();
    on(threads, move || {
        NumericalGradient::of(&mut recordings, 1e-4, |_| ()).map(|_| ())
    })
}

fn report(workload: &str, contenders: Vec<Contender<'_>>, bound: f64) {
    let effort = Effort {
        rounds: 21,
        sample: Duration::from_millis(100),
    };
    let comparison = compare(effort, contenders);
    let faster = comparison.ratio(0, 1);
    println!(
        "{workload}: {:.0} µs on one thread, {:.0} µs on two: {faster} times as fast, wanted \
         {bound}",
        comparison.time(0) / 1e3,
        comparison.time(1) / 1e3
    );
}
