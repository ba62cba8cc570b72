//! Numbers of any kind as grey levels from 0 to 255.

/// Grey levels made of numbers, before it is known what the numbers mean.
///
/// Numbers from 0 to 255 are levels. Fractions from 0 to 1 are shares of white, if no number of the
/// file is above 1. Either is rounded to the nearest level. Which it is shows only at the end, so
/// both are kept until a number above 1 comes: two bytes a pixel at most.
#[derive(Debug)]
pub struct Levels {
    levels: Vec<u8>,
    shares: Option<Vec<u8>>,
}

impl Levels {
    /// What a number must be.
    pub const EXPECTED: &str = "a number from 0 to 255, or only numbers from 0 to 1";

    /// No level yet. Only numbers that can be fractions may be shares; of others, nothing is kept
    /// twice.
    pub fn new(can_be_fractions: bool) -> Self {
        Levels {
            levels: Vec::new(),
            shares: can_be_fractions.then(Vec::new),
        }
    }

    /// Whether a number can be a grey level.
    pub fn can_be(number: f64) -> bool {
        (0.0..=255.0).contains(&number)
    }

    /// Adds a number that can be a grey level.
    pub fn push(&mut self, number: f64) {
        self.levels.push(number.round() as u8);
        match &mut self.shares {
            Some(shares) if number <= 1.0 => shares.push((number * 255.0).round() as u8),
            _ => self.shares = None,
        }
    }

    /// The levels, of numbers that turned out to have fractions or not.
    pub fn finish(self, has_fractions: bool) -> Vec<u8> {
        let shares = self.shares.filter(|_| has_fractions);
        let mut levels = shares.unwrap_or(self.levels);
        levels.shrink_to_fit();
        levels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(numbers: &[f64]) -> Vec<u8> {
        let mut levels = Levels::new(true);
        numbers.iter().for_each(|&number| levels.push(number));
        levels.finish(true)
    }

    #[test]
    fn levels_and_shares_are_told_apart_by_the_largest() {
        assert_eq!(levels(&[0.0, 1.0, 254.6, 0.4]), [0, 1, 255, 0]);
        assert_eq!(levels(&[0.0, 1.0, 0.5, 0.4]), [0, 255, 128, 102]);
        let mut whole = Levels::new(false);
        whole.push(1.0);
        whole.push(0.0);
        assert_eq!(whole.finish(true), [1, 0]);
    }

    #[test]
    fn what_is_no_level_is_refused() {
        assert!(Levels::can_be(0.0) && Levels::can_be(255.0));
        for number in [-0.001, 255.5, f64::NAN, f64::INFINITY] {
            assert!(!Levels::can_be(number), "{number}");
        }
    }
}
