//! Nets of affine layers: parameters as plain matrices, everything else on a tape.

use crate::images::ImageShape;
use crate::init::Init;
use crate::layers::{Activation, affine};
use nalgebra::{DMatrix, RowDVector};
use rand::Rng;
use tape::{MatrixId, MatrixVar, Scalar, Tape};

/// The parameters of one affine layer, or numbers of the same shapes: a gradient, say.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer<T: nalgebra::Scalar> {
    /// `W`, inputs × outputs.
    pub weights: DMatrix<T>,
    /// `b`, one number for each output.
    pub bias: RowDVector<T>,
}

/// A net of affine layers with an activation between them; the last layer's outputs are logits.
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
/// let x = dmatrix![0.5, -1.0; 2.0, 0.1];
/// let labels = dmatrix![0.0; 2.0];
/// assert_eq!(net.predict(&x).shape(), (2, 3));
/// let gradient = net.gradient(&x, &labels)?;
/// assert_eq!(gradient[0].weights.shape(), (2, 3));
/// # Ok::<(), tape::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Net<T: nalgebra::Scalar = f64> {
    layers: Vec<Layer<T>>,
    activation: Activation,
    images: Option<ImageShape>,
}

impl<T: Scalar> Net<T> {
    /// A net of the given layers.
    ///
    /// # Panics
    /// If there is no layer, a layer has not as many inputs as the one before has outputs, or a
    /// bias has another length than its weights have columns.
    pub fn new(layers: Vec<Layer<T>>, activation: Activation) -> Self {
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
        Net {
            layers,
            activation,
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

    /// A net with the given numbers of inputs, hidden units and outputs, its weights drawn, its
    /// biases 0.
    ///
    /// # Panics
    /// If there are fewer than two sizes.
    pub fn random(sizes: &[usize], activation: Activation, init: Init, rng: &mut impl Rng) -> Self {
        let layers = sizes.windows(2).map(|size| Layer {
            weights: init.weights(size[0], size[1], rng),
            bias: RowDVector::zeros(size[1]),
        });
        Net::new(layers.collect(), activation)
    }

    /// The layers, from input to output.
    pub fn layers(&self) -> &[Layer<T>] {
        &self.layers
    }

    /// The function between the layers.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// The shape of the images the net looks at, if it is known.
    pub fn images(&self) -> Option<ImageShape> {
        self.images
    }

    /// The numbers of inputs, hidden units and outputs.
    pub fn sizes(&self) -> Vec<usize> {
        let outputs = self.layers.iter().map(|layer| layer.weights.ncols());
        std::iter::once(self.inputs()).chain(outputs).collect()
    }

    /// How many numbers an example has.
    pub fn inputs(&self) -> usize {
        self.layers[0].weights.nrows()
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.layers[self.layers.len() - 1].weights.ncols()
    }

    /// The same net in other numbers.
    pub fn convert<U: Scalar>(&self) -> Net<U> {
        let convert = |x: T| U::from_f64(x.to_f64());
        let layers = self.layers.iter().map(|layer| Layer {
            weights: layer.weights.map(convert),
            bias: layer.bias.map(convert),
        });
        Net {
            layers: layers.collect(),
            activation: self.activation,
            images: self.images,
        }
    }

    /// Records the parameters as leaves, named `W1`, `b1`, `W2`, …, and the layers on `x:
    /// N×inputs`, each in a scope.
    ///
    /// # Panics
    /// If `x` has another number of columns than the net has inputs.
    #[track_caller]
    pub fn record<'t>(&self, tape: &'t Tape<T>, x: MatrixVar<'t, T>) -> Recorded<'t, T> {
        let mut parameters = Vec::with_capacity(2 * self.layers.len());
        for (k, layer) in self.layers.iter().enumerate() {
            parameters.push(tape.matrix(&layer.weights).named(format!("W{}", k + 1)));
            parameters.push(tape.matrix(&layer.bias).named(format!("b{}", k + 1)));
        }
        let mut affines = Vec::with_capacity(self.layers.len());
        let mut signal = x;
        for (k, parameters) in parameters.chunks_exact(2).enumerate() {
            if k > 0 {
                let _scope = tape.scope(format!("{}{k}", self.activation.name()));
                signal = self.activation.apply(signal);
            }
            let _scope = tape.scope(format!("affine{}", k + 1));
            signal = affine(signal, parameters[0], parameters[1]);
            affines.push(signal);
        }
        Recorded {
            parameters,
            affines,
        }
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

/// A net's entries on a tape.
#[derive(Clone, Debug)]
pub struct Recorded<'t, T: Scalar> {
    /// The parameters, `W1, b1, W2, b2, …`.
    pub parameters: Vec<MatrixVar<'t, T>>,
    /// The results of the affine layers; the last are the logits.
    pub affines: Vec<MatrixVar<'t, T>>,
}

impl<'t, T: Scalar> Recorded<'t, T> {
    /// The last layer's result.
    pub fn logits(&self) -> MatrixVar<'t, T> {
        self.affines[self.affines.len() - 1]
    }

    pub(crate) fn ids(handles: &[MatrixVar<'_, T>]) -> Vec<MatrixId> {
        handles.iter().map(|handle| handle.id()).collect()
    }
}
