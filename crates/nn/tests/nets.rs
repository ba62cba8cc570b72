//! Nets: their gradients, their training, their files.

use nalgebra::{DMatrix, RowDVector, dmatrix};
use nn::{
    Activation, AffineParameters, ImageShape, Init, Net, Recording, Sgd, Targets, TwoLayerNet,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn examples(rows: usize, cols: usize, seed: usize) -> DMatrix<f64> {
    tape::Sample::scattered(rows, cols, -1.0, 2.0, seed).values
}

fn net(activation: Activation) -> Net {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    Net::random(&[4, 5, 6, 3], activation, Init::Uniform(0.8), &mut rng)
}

#[test]
fn the_gradient_of_a_deep_net_is_the_numerical_one() {
    let (x, labels) = (
        examples(7, 4, 0),
        dmatrix![0.0; 1.0; 2.0; 2.0; 0.0; 1.0; 1.0],
    );
    for activation in Activation::ALL {
        let net = net(activation);
        let swept = net.gradient(&x, &labels).unwrap();
        let numerical = net.numerical_gradient(&x, &labels, 1e-5).unwrap();
        let swept: Vec<f64> = swept.iter().flat_map(|m| m.iter().copied()).collect();
        let slopes: Vec<f64> = numerical
            .slopes
            .iter()
            .flat_map(|m| m.iter().copied())
            .collect();
        let kinks: Vec<bool> = numerical
            .kinks
            .iter()
            .flat_map(|m| m.iter().copied())
            .collect();
        assert_eq!(swept.len(), slopes.len());
        for ((a, n), kink) in swept.iter().zip(&slopes).zip(&kinks) {
            assert!(*kink || (a - n).abs() < 1e-9, "{activation:?}: {a} {n}");
        }
    }
}

#[test]
fn whoever_waits_for_a_numerical_gradient_is_told() {
    let (x, labels) = (examples(2, 4, 0), dmatrix![0.0; 1.0]);
    let net = net(Activation::Relu);
    let mut recording = Recording::new(&net, 2, Targets::Labels);
    recording.set(&x, &labels).unwrap();
    let mut told = Vec::new();
    let watched = recording.numerical_gradient_with(1e-5, |done| told.push(done));
    let watched = watched.unwrap();
    let elements: usize = watched.slopes.iter().map(|slope| slope.len()).sum();
    assert_eq!(told, (1..=elements).collect::<Vec<_>>());
    assert_eq!(watched, recording.numerical_gradient(1e-5).unwrap());
}

#[test]
fn a_probe_across_a_kink_is_told_by_the_masks() {
    // One example, one unit that is active by less than the step: every probe of it crosses.
    let layer = |weights, bias: &[f64]| AffineParameters {
        weights,
        bias: RowDVector::from_row_slice(bias),
    };
    let layers = vec![
        layer(dmatrix![1.0, 1.0], &[-1.0 + 1e-6, 0.0]),
        layer(dmatrix![1.0, 0.0; 0.5, 0.2], &[0.0, 0.0]),
    ];
    let net = Net::new(layers, Activation::Relu);
    let numerical = net
        .numerical_gradient(&dmatrix![1.0], &dmatrix![0.0], 1e-4)
        .unwrap();
    assert_eq!(numerical.kinks[0], dmatrix![true, false]);
    assert_eq!(numerical.kinks[1], dmatrix![true, false]);
    assert!(
        numerical.kinks[2]
            .iter()
            .chain(&numerical.kinks[3])
            .all(|&kink| !kink)
    );
}

#[test]
fn a_recorded_step_learns_and_leaves_the_recorded_net_alone() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let net: Net = Net::random(&[2, 16, 2], Activation::Relu, Init::He, &mut rng);
    let (x, labels) = (
        dmatrix![0.0, 0.0; 0.0, 1.0; 1.0, 0.0; 1.0, 1.0],
        dmatrix![0.0; 1.0; 1.0; 0.0],
    );
    let mut recording = Recording::new(&net, 4, Targets::Labels);
    recording.set(&x, &labels).unwrap();
    let first = recording.step(&Sgd { rate: 0.5 }).unwrap();
    let entries = recording.tape().len();
    for _ in 0..500 {
        recording.step(&Sgd { rate: 0.5 }).unwrap();
    }
    recording.replay().unwrap();
    assert!(recording.loss().unwrap() < 0.02 * first);
    assert_eq!(recording.accuracy().unwrap(), 1.0);
    assert_eq!(recording.tape().len(), entries);
    assert_ne!(recording.net(), net);
    assert_eq!(recording.net().accuracy(&x, &labels).unwrap(), 1.0);
}

#[test]
fn one_hot_rows_and_labels_say_the_same() {
    let net = net(Activation::Sigmoid);
    let x = examples(3, 4, 1);
    let (labels, rows) = (
        dmatrix![1.0; 0.0; 2.0],
        dmatrix![0.0, 1.0, 0.0; 1.0, 0.0, 0.0; 0.0, 0.0, 1.0],
    );
    assert_eq!(net.loss(&x, &labels).unwrap(), net.loss(&x, &rows).unwrap());
    assert_eq!(
        net.gradient(&x, &labels).unwrap(),
        net.gradient(&x, &rows).unwrap()
    );
    assert_eq!(
        net.accuracy(&x, &labels).unwrap(),
        net.accuracy(&x, &rows).unwrap()
    );
}

#[test]
fn the_two_layer_net_of_the_book() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let book = TwoLayerNet::<f64>::new(784, 50, 10, 0.01, &mut rng);
    assert_eq!(book.net.sizes(), [784, 50, 10]);
    assert_eq!(book.net.activation(), Some(Activation::Relu));
    let deviation = book.net.affines()[0].weights.map(|w| w * w).mean().sqrt();
    assert!((deviation - 0.01).abs() < 2e-4, "{deviation}");
    assert!(
        book.net
            .affines()
            .iter()
            .all(|layer| layer.bias.iter().all(|&b| b == 0.0))
    );
    let (x, labels) = (examples(3, 784, 0), dmatrix![5.0; 0.0; 4.0]);
    assert_eq!(book.predict(&x).shape(), (3, 10));
    assert_eq!(book.predict(&x), book.net.predict(&x));
    assert_eq!(book.loss(&x, &labels), book.net.loss(&x, &labels));
    assert_eq!(book.accuracy(&x, &labels), book.net.accuracy(&x, &labels));
    assert_eq!(book.gradient(&x, &labels), book.net.gradient(&x, &labels));
}

#[test]
fn initial_weights_have_the_deviation_they_should() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut deviation = |init: Init| {
        let weights: DMatrix<f64> = init.weights(400, 300, &mut rng);
        weights.map(|w| w * w).mean().sqrt()
    };
    assert!((deviation(Init::Xavier) * 20.0 - 1.0).abs() < 0.01);
    assert!((deviation(Init::He) * 200.0f64.sqrt() - 1.0).abs() < 0.01);
    assert!((deviation(Init::Uniform(0.3)) * 3.0f64.sqrt() / 0.3 - 1.0).abs() < 0.01);
    assert_eq!(deviation(Init::Normal(0.0)), 0.0);
}

#[test]
fn weights_survive_a_round_trip() {
    for activation in Activation::ALL {
        let net = net(activation);
        let bytes = net.to_safetensors().unwrap();
        assert_eq!(Net::from_safetensors(&bytes).unwrap(), net);
        let single: Net<f32> = Net::from_safetensors(&bytes).unwrap();
        assert_eq!(single, net.convert());
        assert_eq!(
            Net::from_safetensors(&single.to_safetensors().unwrap()).unwrap(),
            single
        );
    }
}

/// What was wrong with the bytes.
fn refusal(bytes: &[u8]) -> String {
    Net::<f64>::from_safetensors(bytes).unwrap_err().to_string()
}

fn file(tensors: &[(&str, &[usize], &str)], metadata: &str) -> Vec<u8> {
    let mut header = format!("{{{metadata}");
    let mut end = 0;
    for (name, shape, dtype) in tensors {
        let start = end;
        end += shape.iter().product::<usize>() * if *dtype == "F64" { 8 } else { 4 };
        let shape = format!("{shape:?}");
        let comma = if header.len() > 1 { "," } else { "" };
        header += &format!(
            "{comma}\"{name}\":{{\"dtype\":\"{dtype}\",\"shape\":{shape},\
             \"data_offsets\":[{start},{end}]}}"
        );
    }
    header += "}";
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.bytes());
    bytes.resize(bytes.len() + end, 0);
    bytes
}

#[test]
fn a_file_that_is_no_net_says_why() {
    let relu = "\"__metadata__\":{\"activation\":\"relu\"}";
    let step = "\"__metadata__\":{\"activation\":\"step\"}";
    let (w1, b1) = (("W1", &[2, 3][..], "F32"), ("b1", &[3][..], "F32"));
    let expected = "expected W1 [inputs, outputs], b1 [outputs], W2 [outputs of layer 1, outputs], \
                    b2 and so on";
    assert!(Net::<f64>::from_safetensors(&file(&[w1, b1], relu)).is_ok());
    assert!(refusal(b"<html>").starts_with("not a safetensors file"));
    assert!(refusal(&file(&[w1, b1], "")).contains("`activation` is missing"));
    assert!(
        refusal(&file(&[w1, b1], step)).contains("is `step`, expected `relu`, `sigmoid` or `tanh`")
    );
    assert_eq!(
        refusal(&file(&[w1], relu)),
        format!("there is no tensor `b1`: found W1 [2, 3]; {expected}")
    );
    assert!(refusal(&file(&[], relu)).contains("no tensor `W1`"));
    let b2 = ("b1", &[2][..], "F32");
    assert_eq!(
        refusal(&file(&[w1, b2], relu)),
        "tensor `b1` has shape [2], expected [3]: `W1` has 3 columns"
    );
    let (w2, b2) = (("W2", &[4, 2][..], "F64"), ("b2", &[2][..], "F64"));
    assert_eq!(
        refusal(&file(&[w1, b1, w2, b2], relu)),
        "tensor `W2` has shape [4, 2], expected [3, outputs]: the layer before has 3 outputs"
    );
    let whole = ("b1", &[3][..], "I32");
    assert_eq!(
        refusal(&file(&[w1, whole], relu)),
        "tensor `b1` holds I32, expected F16, BF16, F32 or F64"
    );
    let stray = ("W3", &[3, 3][..], "F32");
    assert_eq!(
        refusal(&file(&[w1, b1, stray], relu)),
        format!(
            "tensor `W3` has no place in a net of 1 layers: found W1 [2, 3], W3 [3, 3], b1 [3]; \
             {expected}"
        )
    );
    let weight = ("fc1.weight", &[3, 2][..], "F32");
    let bias = ("fc1.bias", &[3][..], "F32");
    assert_eq!(
        refusal(&file(
            &[weight, bias],
            "\"__metadata__\":{\"format\":\"pt\"}"
        )),
        format!(
            "there is no tensor `W1`: found fc1.bias [3], fc1.weight [3, 2]; {expected} (PyTorch \
             keeps the transpose: save fc1.weight.T.contiguous() as W1, fc1.bias as b1, and so on)"
        )
    );
}

#[test]
fn a_file_of_another_length_says_both() {
    let relu = "\"__metadata__\":{\"activation\":\"relu\"}";
    let whole = file(&[("W1", &[2, 3][..], "F32"), ("b1", &[3][..], "F32")], relu);
    let all = whole.len();
    for end in [9, 100, all - 1] {
        let said = refusal(&whole[..end]);
        let least = match end > all - 36 {
            true => format!("{all}"),
            false => format!("at least {}", all - 36),
        };
        let expected = format!("the file is cut off: found {end} of {least} bytes");
        assert_eq!(said, expected);
    }
    assert_eq!(
        refusal(&[&whole[..], b"!"].concat()),
        format!(
            "bytes follow the last tensor: found {}, expected the file to end after {all}",
            all + 1
        )
    );
}

#[test]
fn half_of_the_precision_is_read() {
    let relu = "\"__metadata__\":{\"activation\":\"relu\"}";
    let floats = |dtype: &str, numbers: [u16; 2]| {
        let mut bytes = file(&[("W1", &[1, 1][..], "F32"), ("b1", &[0][..], "F32")], relu);
        let header = String::from_utf8(bytes[8..bytes.len() - 4].to_vec()).unwrap();
        let header = header
            .replace("F32", dtype)
            .replace("[0,4]", "[0,2]")
            .replace("[4,4]", "[2,4]")
            .replace("[0]", "[1]");
        bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.bytes());
        bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        let net: Net = Net::from_safetensors(&bytes).unwrap();
        (net.affines()[0].weights[0], net.affines()[0].bias[0])
    };
    assert_eq!(floats("F16", [0x3555, 0xc000]), (0.333251953125, -2.0));
    assert_eq!(floats("BF16", [0x3eab, 0xc000]), (0.333984375, -2.0));
}

#[test]
fn a_net_for_images_says_so_in_its_file() {
    let shape = |height, width| ImageShape {
        channels: 1,
        height,
        width,
    };
    let layer = AffineParameters {
        weights: dmatrix![1.0; 2.0; 3.0; 4.0; 5.0; 6.0],
        bias: RowDVector::zeros(1),
    };
    let plain: Net = Net::new(vec![layer], Activation::Relu);
    assert_eq!(plain.images(), None);
    let net = plain.clone().for_images(shape(3, 2));
    let bytes = net.to_safetensors().unwrap();
    let read: Net = Net::from_safetensors(&bytes).unwrap();
    assert_eq!((read.images(), &read), (Some(shape(3, 2)), &net));
    assert_eq!(read.convert::<f32>().images(), Some(shape(3, 2)));
    assert_ne!(net, plain.for_images(shape(2, 3)));
    // The metadata are a map that has another order in every process and for every map; the bytes
    // are the same.
    for _ in 0..20 {
        assert_eq!(net.to_safetensors().unwrap(), bytes);
    }
    let said = |from: &str, to: &str| {
        let (header, data) = bytes[8..].split_at(bytes.len() - 8 - 56);
        let header = str::from_utf8(header).unwrap().replace(from, to);
        let length = header.len() as u64;
        refusal(&[&length.to_le_bytes(), header.as_bytes(), data].concat())
    };
    let is = "the metadata describe an image of";
    let inputs = "(channels×height×width), but the net has 6 inputs";
    assert_eq!(said("\"3\"", "\"4\""), format!("{is} 1×4×2 {inputs}"));
    assert_eq!(said("\"3\"", "\"x\""), format!("{is} 1×x×2 {inputs}"));
    assert_eq!(said("width", "depth"), format!("{is} 1×3×? {inputs}"));
}

#[test]
#[should_panic(
    expected = "ImageShape { channels: 1, height: 28, width: 28 } for a net of 4 inputs"
)]
fn a_net_for_images_of_another_size_is_a_mistake() {
    let shape = ImageShape {
        channels: 1,
        height: 28,
        width: 28,
    };
    let _ = net(Activation::Relu).for_images(shape);
}

#[test]
fn numpy_writes_the_same_file() {
    // W1 = [[1, 2, 3], [4, 5, 6]], b1 = [7, 8, 9] as the Python package `safetensors` writes them.
    let bytes = include_bytes!("from_numpy.safetensors");
    let net: Net = Net::from_safetensors(bytes).unwrap();
    assert_eq!(
        net.affines()[0].weights,
        dmatrix![1.0, 2.0, 3.0; 4.0, 5.0, 6.0]
    );
    assert_eq!(net.affines()[0].bias.as_slice(), [7.0, 8.0, 9.0]);
    assert_eq!(net.activation(), Some(Activation::Sigmoid));
}
