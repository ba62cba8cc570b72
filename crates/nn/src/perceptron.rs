//! The perceptron of chapter 2: a weighted sum and a threshold.

/// A perceptron: 1 if `Σ wᵢxᵢ + b > 0`, else 0.
///
/// ```
/// use nn::Perceptron;
/// let (and, nand, or) = (Perceptron::and(), Perceptron::nand(), Perceptron::or());
/// let xor = |x: [f64; 2]| and.fire(&[nand.fire(&x), or.fire(&x)]);
/// assert_eq!(xor([1.0, 0.0]), 1.0);
/// assert_eq!(xor([1.0, 1.0]), 0.0);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Perceptron {
    /// A weight for each input.
    pub weights: Vec<f64>,
    /// The bias: how easily it fires.
    pub bias: f64,
}

impl Perceptron {
    /// The gate that is 1 when both inputs are.
    pub fn and() -> Self {
        Perceptron {
            weights: vec![0.5, 0.5],
            bias: -0.7,
        }
    }

    /// The gate that is 0 when both inputs are 1.
    pub fn nand() -> Self {
        Perceptron {
            weights: vec![-0.5, -0.5],
            bias: 0.7,
        }
    }

    /// The gate that is 1 when either input is.
    pub fn or() -> Self {
        Perceptron {
            weights: vec![0.5, 0.5],
            bias: -0.2,
        }
    }

    /// 1 or 0.
    ///
    /// # Panics
    /// If there are not as many inputs as weights.
    pub fn fire(&self, inputs: &[f64]) -> f64 {
        assert_eq!(
            inputs.len(),
            self.weights.len(),
            "a perceptron of {} weights got {} inputs",
            self.weights.len(),
            inputs.len()
        );
        let weighted: f64 = self.weights.iter().zip(inputs).map(|(w, x)| w * x).sum();
        crate::step(weighted + self.bias)
    }
}
