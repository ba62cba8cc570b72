//! Whether two processors round alike.
//!
//! Which instructions multiply matrices depends on the processor, and how elementary functions
//! round on the system's library. Both are tried rather than looked up: steps of a small net that
//! has every kind of layer, and the functions at a thousand points.

use nn::{ImageShape, Init, Learner, Line, Method, Net, Recording, Rule, Signal, Targets};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::Mark;
use crate::float::Float;

/// The vector instructions that matrices are multiplied with.
pub fn instructions() -> Mark {
    #[cfg(target_arch = "x86_64")]
    let sum = {
        use std::arch::is_x86_feature_detected as has;
        let avx2 = has!("avx2") && has!("fma");
        let avx512 = has!("avx512f") && has!("avx512dq") && has!("avx512bw") && has!("avx512vl");
        match (avx2, avx512) {
            (true, true) => 2,
            (true, false) => 1,
            _ => 0,
        }
    };
    #[cfg(not(target_arch = "x86_64"))]
    let sum = 3;
    Mark {
        what: "vector instructions of its processor",
        sum,
        words: &["neither AVX2 nor AVX-512", "AVX2", "AVX-512", "no x86-64"],
    }
}

/// How products, layers and elementary functions round, in both precisions.
pub fn rounding() -> [Mark; 3] {
    [
        Mark::of("rounding of elementary functions", &functions()),
        Mark::of(
            "rounding of layers and matrix products, in f32",
            &learned::<f32>(),
        ),
        Mark::of(
            "rounding of layers and matrix products, in f64",
            &learned::<f64>(),
        ),
    ]
}

fn functions() -> Vec<u8> {
    let mut bytes = Vec::new();
    for k in 1..=1000 {
        let x = f64::from(k) * 0.0123;
        let double = [
            x.exp(),
            (-x).exp(),
            x.ln(),
            x.tanh(),
            x.ln_1p(),
            (-x).exp_m1(),
            x.sqrt(),
            x.sin(),
            x.cos(),
            x.powf(0.37),
            x.cosh(),
            x.atan(),
        ];
        let y = x as f32;
        let single = [
            y.exp(),
            (-y).exp(),
            y.ln(),
            y.tanh(),
            y.ln_1p(),
            (-y).exp_m1(),
            y.sqrt(),
            y.sin(),
            y.cos(),
            y.powf(0.37),
            y.cosh(),
            y.atan(),
        ];
        double
            .iter()
            .for_each(|x| bytes.extend(x.to_bits().to_le_bytes()));
        single
            .iter()
            .for_each(|x| bytes.extend(x.to_bits().to_le_bytes()));
    }
    bytes
}

/// The parameters of a small net after three steps.
fn learned<T: Float>() -> Vec<u8> {
    let line: Line = "conv 9 3x3 pad 1, batch-norm, relu, pool 2x2, average-pool 2x2, affine 70, \
                      sigmoid, affine 30, tanh, affine 10"
        .parse()
        .expect("a line");
    let image = Signal::Image(ImageShape {
        channels: 1,
        height: 12,
        width: 12,
    });
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let net = Net::<T>::from_line(image, line, Init::He, &mut random).expect("a net");
    let mut recording = Recording::training(&net, 30, Targets::Labels);
    for (k, x) in recording.examples_mut().values_mut().iter_mut().enumerate() {
        *x = T::from_f64((k * k % 1009) as f64 / 1009.0);
    }
    let adam = Method::from_name("adam").expect("a method");
    let mut learner = Learner::new(Rule::new(adam, 0.01));
    for _ in 0..3 {
        recording.step(&mut learner).expect("class 0 is a class");
    }
    let mut bytes = Vec::new();
    let net = recording.net();
    for (_, value) in net.parameters() {
        value.iter().for_each(|x| x.write(&mut bytes));
    }
    bytes
}
