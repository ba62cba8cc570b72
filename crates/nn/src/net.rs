//! Nets: layers in a line, parameters as plain matrices, everything else on a tape.

use crate::images::ImageShape;
use crate::init::Init;
use crate::kinds::{Affine, Kind};
use crate::layer::{First, Layer, Mask, Mode, Parameter, Place, Signal};
use crate::layers::Activation;
use crate::line::{Line, LineError};
use nalgebra::{DMatrix, RowDVector};
use rand::Rng;
use tape::{MatrixId, MatrixVar, Scalar, Tape};

/// The parameters of one affine layer, or numbers of the same shapes: a gradient, say.
#[derive(Clone, Debug, PartialEq)]
pub struct AffineParameters<T: nalgebra::Scalar> {
    /// `W`, inputs × outputs.
    pub weights: DMatrix<T>,
    /// `b`, one number for each output.
    pub bias: RowDVector<T>,
}

/// A net: layers one after the other, the last of which gives logits, and their parameters.
///
/// A net is plain numbers. To do anything with it, it is recorded on a tape; the methods here
/// record on one of their own, a [`Recording`](crate::Recording) keeps its tape for many runs.
///
/// ```
/// use nalgebra::dmatrix;
/// use nn::{Activation, Init, Net};
/// use rand::SeedableRng;
///
/// let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
/// let net = Net::<f64>::random(&[2, 3, 3], Activation::Sigmoid, Init::Xavier, &mut rng);
/// assert_eq!(net.line().to_string(), "affine 3, sigmoid, affine 3");
/// let x = dmatrix![0.5, -1.0; 2.0, 0.1];
/// let labels = dmatrix![0.0; 2.0];
/// assert_eq!(net.predict(&x).shape(), (2, 3));
/// let gradient = net.gradient(&x, &labels)?;
/// assert_eq!(gradient[0].shape(), (2, 3)); // W1; b1, W2 and b2 follow
/// # Ok::<(), tape::Error>(())
/// ```
///
/// Every other net is made from a [`Line`]:
///
/// ```
/// use nn::{ImageShape, Init, Line, Net, Signal};
/// use rand::SeedableRng;
///
/// let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
/// let line: Line = "conv 4 3x3, batch-norm, relu, pool 2x2, affine 10".parse()?;
/// let image = Signal::Image(ImageShape { channels: 1, height: 8, width: 8 });
/// let net = Net::<f32>::from_line(image, line, Init::He, &mut rng)?;
/// let names: Vec<String> = net.parameters().map(|(name, _)| name).collect();
/// assert_eq!(names, ["W1", "b1", "gamma1", "beta1", "mean1", "variance1", "W2", "b2"]);
/// # Ok::<(), nn::LineError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Net<T: nalgebra::Scalar = f64> {
    line: Line,
    /// What an example is before each layer, and behind the last.
    signals: Vec<Signal>,
    /// The function between the layers of a net of chapter 5.
    between: Option<Activation>,
    parameters: Vec<DMatrix<T>>,
    images: Option<ImageShape>,
}

impl<T: Scalar> Net<T> {
    /// A net of affine layers with a function between them.
    ///
    /// # Panics
    /// If there is no layer, a layer has not as many inputs as the one before has outputs, or a
    /// bias has another length than its weights have columns.
    pub fn new(layers: Vec<AffineParameters<T>>, activation: Activation) -> Self {
        assert!(!layers.is_empty(), "a net has at least one layer");
        for (k, layer) in layers.iter().enumerate() {
            let (_, outputs) = layer.weights.shape();
            let bias = layer.bias.len();
            assert_eq!(
                bias,
                outputs,
                "layer {}: {bias} biases for {outputs} outputs",
                k + 1
            );
        }
        for (k, pair) in layers.windows(2).enumerate() {
            let (outputs, inputs) = (pair[0].weights.ncols(), pair[1].weights.nrows());
            assert_eq!(
                outputs,
                inputs,
                "layer {} has {outputs} outputs, layer {} has {inputs} inputs",
                k + 1,
                k + 2
            );
        }
        let inputs = layers[0].weights.nrows();
        let mut line: Vec<Kind> = Vec::new();
        let mut signals = vec![Signal::Numbers(inputs)];
        let mut parameters = Vec::new();
        for AffineParameters { weights, bias } in layers {
            let outputs = weights.ncols();
            if !line.is_empty() {
                line.push(activation.into());
                signals.extend(signals.last().copied());
            }
            line.push(Affine { outputs }.into());
            signals.push(Signal::Numbers(outputs));
            parameters.push(weights);
            parameters.push(DMatrix::from_row_slice(1, outputs, bias.as_slice()));
        }
        Net {
            line: Line::new(line),
            signals,
            between: Some(activation),
            parameters,
            images: None,
        }
    }

    /// The same net, which remembers that its examples are images of this shape.
    ///
    /// # Panics
    /// If an image of this shape has another number of pixels than the net has inputs.
    pub fn for_images(mut self, shape: ImageShape) -> Self {
        let (pixels, inputs) = (shape.len(), self.inputs());
        assert_eq!(pixels, inputs, "{shape:?} for a net of {inputs} inputs");
        self.images = Some(shape);
        self
    }

    /// A net of affine layers with the given numbers of inputs, hidden units and outputs, its
    /// weights drawn, its biases 0.
    ///
    /// # Panics
    /// If there are fewer than two sizes.
    pub fn random(sizes: &[usize], activation: Activation, init: Init, rng: &mut impl Rng) -> Self {
        let layers = sizes.windows(2).map(|size| AffineParameters {
            weights: init.weights(size[0], size[1], rng),
            bias: RowDVector::zeros(size[1]),
        });
        Net::new(layers.collect(), activation)
    }

    /// A net of the layers in a line, its weights drawn, one layer after the other.
    ///
    /// # Errors
    /// If a layer cannot stand where it does, or there is none that gives numbers.
    ///
    /// # Panics
    /// If the weights of [`Init`] have a deviation that is negative or not finite.
    pub fn from_line(
        input: Signal,
        line: Line,
        init: Init,
        rng: &mut impl Rng,
    ) -> Result<Self, LineError> {
        let mut first = |parameter: &Parameter| {
            let (rows, cols) = (parameter.shape.rows, parameter.shape.cols);
            match parameter.first {
                First::Weights => init.weights(rows, cols, rng),
                First::Number(x) | First::Running(x) => {
                    DMatrix::from_element(rows, cols, T::from_f64(x))
                }
            }
        };
        Net::made(input, line, |_, parameter| Ok(first(parameter)))
    }

    /// A net whose parameters come from somewhere; `make` gets their names.
    pub(crate) fn made<E: From<LineError>>(
        input: Signal,
        line: Line,
        mut make: impl FnMut(&str, &Parameter) -> Result<DMatrix<T>, E>,
    ) -> Result<Self, E> {
        let signals = line.signals(input)?;
        let between = line.between();
        let images = input.image().ok();
        let mut net = Net {
            line,
            signals,
            between,
            parameters: Vec::new(),
            images,
        };
        for (name, parameter) in net.named() {
            net.parameters.push(make(&name, &parameter)?);
        }
        Ok(net)
    }

    /// The layers, from input to output.
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// What an example is before each layer, and behind the last.
    pub fn signals(&self) -> &[Signal] {
        &self.signals
    }

    /// Each parameter with its name, layer by layer: `W1`, `b1`, `W2`, …, and of batch
    /// normalisations `gamma1`, `beta1`, `mean1`, `variance1`, `gamma2`, ….
    pub fn parameters(&self) -> impl Iterator<Item = (String, &DMatrix<T>)> {
        let names = self.named().into_iter().map(|(name, _)| name);
        names.zip(&self.parameters)
    }

    /// Those of the [`parameters`](Net::parameters) that a sweep has derivatives for.
    pub fn learned(&self) -> impl Iterator<Item = (String, &DMatrix<T>)> {
        let named = self.named().into_iter().zip(&self.parameters);
        let learned = named.filter(|((_, parameter), _)| parameter.is_learned());
        learned.map(|((name, _), value)| (name, value))
    }

    /// Sets a parameter, in the order of [`parameters`](Net::parameters).
    ///
    /// # Panics
    /// If there is no such parameter, or it has another shape.
    pub fn set_parameter(&mut self, at: usize, value: DMatrix<T>) {
        let (found, expected) = (value.shape(), self.parameters[at].shape());
        assert_eq!(found, expected, "the shape of parameter {at}");
        self.parameters[at] = value;
    }

    /// For each parameter that is learned, whether it is one of weights, which decay.
    pub fn decays(&self) -> Vec<bool> {
        let learned = self
            .named()
            .into_iter()
            .filter(|(_, parameter)| parameter.is_learned());
        learned
            .map(|(_, parameter)| parameter.first == First::Weights)
            .collect()
    }

    pub(crate) fn matrices(&self) -> &[DMatrix<T>] {
        &self.parameters
    }

    /// What each layer has, with names.
    pub(crate) fn named(&self) -> Vec<(String, Parameter)> {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        let mut named = Vec::new();
        for (layer, &signal) in self.line.layers().iter().zip(&self.signals) {
            for parameter in layer.parameters(signal) {
                let at = counts.iter().position(|(name, _)| *name == parameter.name);
                let at = at.unwrap_or_else(|| {
                    counts.push((parameter.name, 0));
                    counts.len() - 1
                });
                counts[at].1 += 1;
                named.push((format!("{}{}", parameter.name, counts[at].1), parameter));
            }
        }
        named
    }

    /// The layers of a net of chapter 5, all affine but for the function between them; of another
    /// net, those of its layers that are.
    pub fn affines(&self) -> Vec<AffineParameters<T>> {
        let mut parameters = self.parameters.iter();
        let mut affines = Vec::new();
        for (layer, &signal) in self.line.layers().iter().zip(&self.signals) {
            let count = layer.parameters(signal).len();
            let own: Vec<&DMatrix<T>> = parameters.by_ref().take(count).collect();
            if let Kind::Affine(_) = layer {
                affines.push(AffineParameters {
                    weights: own[0].clone(),
                    bias: RowDVector::from_row_slice(own[1].as_slice()),
                });
            }
        }
        affines
    }

    /// The function between the layers, of a net of chapter 5: of affine layers with always the
    /// same function between them.
    pub fn activation(&self) -> Option<Activation> {
        self.between
    }

    /// The shape of the images the net looks at, if it is known.
    pub fn images(&self) -> Option<ImageShape> {
        self.images
    }

    /// How many numbers go in and come out of each layer with weights: inputs, hidden units and
    /// outputs.
    pub fn sizes(&self) -> Vec<usize> {
        let layers = self.line.layers().iter().zip(&self.signals[1..]);
        let outputs = layers.filter_map(|(layer, output)| match layer {
            Kind::Affine(_) | Kind::Conv(_) => Some(output.len()),
            _ => None,
        });
        std::iter::once(self.inputs()).chain(outputs).collect()
    }

    /// How many numbers an example has.
    pub fn inputs(&self) -> usize {
        self.signals[0].len()
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.signals[self.signals.len() - 1].len()
    }

    /// The same net in other numbers.
    pub fn convert<U: Scalar>(&self) -> Net<U> {
        let convert = |x: T| U::from_f64(x.to_f64());
        Net {
            line: self.line.clone(),
            signals: self.signals.clone(),
            between: self.between,
            parameters: self.parameters.iter().map(|p| p.map(convert)).collect(),
            images: self.images,
        }
    }

    /// Records the parameters as leaves, named as [`parameters`](Net::parameters) says, and the
    /// layers on `x: N×inputs`, each in a scope, to be judged.
    ///
    /// A ReLU before a max pooling is recorded behind it. That changes no bit, neither of the
    /// result nor of a derivative: the largest number of a window that is positive is the largest
    /// of those that are. And it has a quarter of the numbers to look at.
    ///
    /// # Panics
    /// If `x` has another number of columns than the net has inputs.
    #[track_caller]
    pub fn record<'t>(&self, tape: &'t Tape<T>, x: MatrixVar<'t, T>) -> Recorded<'t, T> {
        self.record_for(Mode::Evaluation, tape, x)
    }

    /// [`record`](Net::record), to be judged or to learn.
    ///
    /// # Panics
    /// As [`record`](Net::record).
    #[track_caller]
    pub fn record_for<'t>(
        &self,
        mode: Mode,
        tape: &'t Tape<T>,
        x: MatrixVar<'t, T>,
    ) -> Recorded<'t, T> {
        let parameters = self.leaves(tape, mode);
        let mut recorded = Recorded {
            logits: x,
            parameters: Vec::new(),
            running: Vec::new(),
            statistics: Vec::new(),
            masks: Vec::new(),
            affines: Vec::new(),
            rectified: Vec::new(),
            pooled: Vec::new(),
        };
        let (mut first, mut scopes) = (0, Scopes::default());
        for at in self.order() {
            let (layer, input) = (&self.line.layers()[at], self.signals[at]);
            let count = layer.parameters(input).len();
            let own: Vec<_> = parameters[first..first + count]
                .iter()
                .flatten()
                .copied()
                .collect();
            first += count;
            let _scope = tape.scope(scopes.name(layer));
            let before = recorded.logits;
            match layer {
                Kind::Activation(Activation::Relu) => recorded.rectified.push(before),
                Kind::Pool(pool) if !pool.average => {
                    let images = input.image().expect("its signal is an image");
                    recorded.pooled.push((before, images, pool.window));
                }
                _ => {}
            }
            let mut place = Place {
                tape,
                input,
                parameters: &own,
                mode,
                masks: &mut recorded.masks,
                statistics: &mut recorded.statistics,
            };
            recorded.logits = layer.record(before, &mut place);
            if let Kind::Affine(_) | Kind::Conv(_) = layer {
                recorded.affines.push(recorded.logits);
            }
        }
        for ((_, parameter), leaf) in self.named().iter().zip(parameters) {
            let list = match parameter.is_learned() {
                true => &mut recorded.parameters,
                false => &mut recorded.running,
            };
            list.extend(leaf);
        }
        recorded
    }

    /// The parameters as leaves; in training, of those that are not learned none.
    fn leaves<'t>(&self, tape: &'t Tape<T>, mode: Mode) -> Vec<Option<MatrixVar<'t, T>>> {
        let named = self.named().into_iter().zip(&self.parameters);
        let leaves = named.map(
            |((name, parameter), value)| match (parameter.is_learned(), mode) {
                (true, _) => Some(tape.matrix(value).named(name)),
                (false, Mode::Training) => None,
                (false, Mode::Evaluation) => Some(tape.input(value).named(name)),
            },
        );
        leaves.collect()
    }

    /// The layers in the order in which they are recorded.
    fn order(&self) -> Vec<usize> {
        let layers = self.line.layers();
        let mut order: Vec<usize> = (0..layers.len()).collect();
        for at in 1..layers.len() {
            let is_relu = layers[at - 1] == Kind::Activation(Activation::Relu);
            let is_max = matches!(layers[at], Kind::Pool(pool) if !pool.average);
            if is_relu && is_max {
                order.swap(at - 1, at);
            }
        }
        order
    }

    /// The logits of each row of `x: N×inputs`, N×classes; the largest names the class.
    ///
    /// # Panics
    /// If `x` has another number of columns than the net has inputs.
    #[track_caller]
    #[doc(alias = "no_grad")]
    pub fn predict(&self, x: &DMatrix<T>) -> DMatrix<T> {
        let tape = Tape::default();
        let recorded = self.record(&tape, tape.input(x));
        recorded.logits().value()
    }
}

/// The names of the layers' scopes: each kind is counted.
#[derive(Default)]
struct Scopes {
    counts: Vec<(String, usize)>,
}

impl Scopes {
    fn name(&mut self, layer: &Kind) -> String {
        let words = layer.to_string();
        let name = words.split(' ').next().unwrap_or_default();
        let at = self.counts.iter().position(|(known, _)| known == name);
        let at = at.unwrap_or_else(|| {
            self.counts.push((name.to_owned(), 0));
            self.counts.len() - 1
        });
        self.counts[at].1 += 1;
        format!("{name}{}", self.counts[at].1)
    }
}

/// A net's entries on a tape.
#[derive(Clone, Debug)]
pub struct Recorded<'t, T: Scalar> {
    logits: MatrixVar<'t, T>,
    /// The parameters that are learned, in the net's order.
    pub parameters: Vec<MatrixVar<'t, T>>,
    /// Those that are not; none in training.
    pub running: Vec<MatrixVar<'t, T>>,
    /// What the batch has in their places; none in evaluation.
    pub statistics: Vec<MatrixVar<'t, T>>,
    /// The masks of dropout, in training.
    pub masks: Vec<Mask<MatrixVar<'t, T>>>,
    /// The results of the layers with weights.
    pub affines: Vec<MatrixVar<'t, T>>,
    /// What every ReLU looks at.
    pub rectified: Vec<MatrixVar<'t, T>>,
    /// What every max pooling looks at.
    pub pooled: Vec<(MatrixVar<'t, T>, ImageShape, crate::ops::Window)>,
}

impl<'t, T: Scalar> Recorded<'t, T> {
    /// The last layer's result.
    pub fn logits(&self) -> MatrixVar<'t, T> {
        self.logits
    }

    pub(crate) fn ids(handles: &[MatrixVar<'_, T>]) -> Vec<MatrixId> {
        handles.iter().map(|handle| handle.id()).collect()
    }
}
