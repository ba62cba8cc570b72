//! The checks' own random numbers: SplitMix64 (Steele, Lea and Flood 2014), so that a check is the
//! same on every machine and the crate needs no generator.

/// A stream of numbers determined by its seed.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// ±[0.5, 1.5): never near 0, so that no cotangent hides a fault, and hardly ever ±1, which
    /// hides powers.
    pub fn weight(&mut self) -> f64 {
        let bits = self.bits();
        let size = 0.5 + (bits >> 11) as f64 * (0.5_f64).powi(53);
        if bits & 1 == 0 { size } else { -size }
    }

    pub fn weights(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.weight()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_paper() {
        let mut random = Random::new(1234567);
        let expected = [
            6457827717110365317,
            3203168211198807973,
            9817491932198370423,
        ];
        assert_eq!([(); 3].map(|()| random.bits()), expected);
    }

    #[test]
    fn weights_stay_away_from_zero_on_both_sides() {
        let weights = Random::new(1).weights(1000);
        assert!(weights.iter().all(|x| (0.5..1.5).contains(&x.abs())));
        let negative = weights.iter().filter(|x| **x < 0.0).count();
        assert!((400..600).contains(&negative), "{negative} are negative");
        let mean = weights.iter().map(|x| x.abs()).sum::<f64>() / 1000.0;
        assert!((mean - 1.0).abs() < 0.05, "{mean}");
    }
}
