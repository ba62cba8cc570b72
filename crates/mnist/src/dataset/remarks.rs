//! What is strange about a data set, though a net can learn from it.

use super::{Dataset, Loaded, Split};

/// How many labels a remark lists.
const LISTED: usize = 10;

impl Loaded {
    /// What whoever uses the set should know, a sentence each; `transpose` says whether the images
    /// were transposed.
    pub fn remarks(&self, transpose: bool) -> Vec<String> {
        let mut remarks = self.dataset.remarks();
        if self.set.to_lowercase().contains("emnist") && !transpose {
            remarks.push(
                "EMNIST's images lie on their side; --transpose sets them upright".to_owned(),
            );
        }
        remarks
    }
}

impl Dataset {
    /// What whoever uses the set should know, a sentence each.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        remarks.extend(self.unseen_classes());
        for (which, split) in [("training", self.train()), ("test", self.test())] {
            remarks.extend(darkness(which, split));
        }
        remarks
    }

    fn unseen_classes(&self) -> Option<String> {
        let mut seen = [false; 256];
        self.train()
            .labels()
            .iter()
            .for_each(|&label| seen[usize::from(label)] = true);
        let unseen: Vec<usize> = (0..self.classes()).filter(|&class| !seen[class]).collect();
        let names: Vec<String> = unseen.iter().take(LISTED).map(usize::to_string).collect();
        let more = match unseen.len().saturating_sub(LISTED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Some(match unseen[..] {
            [] => return None,
            [0] => "the labels begin with 1: no training image is of class 0".to_owned(),
            [class] => format!("no training image is of class {class}"),
            _ => format!(
                "no training image is of the classes {}{more}",
                names.join(", ")
            ),
        })
    }
}

/// Pixels of 0 and 1 among 255 levels are hardly what was meant. That training images show nothing
/// is more than a remark, and left to whoever wants to learn from them.
fn darkness(which: &str, split: &Split) -> Option<String> {
    let brightest = split.images.bytes.iter().max().copied().unwrap_or(0);
    let count = split.len();
    match (split.only_level(), brightest) {
        (Some(level), _) => {
            let grey = grey(level);
            (which == "test").then(|| format!("all {count} test images are {grey}"))
        }
        (None, 1..=15) => Some(format!(
            "the brightest pixel of the {count} {which} images is {brightest} of 255: are they \
             scaled?"
        )),
        _ => None,
    }
}

/// A grey level in words.
pub fn grey(level: u8) -> String {
    match level {
        0 => "black".to_owned(),
        255 => "white".to_owned(),
        level => format!("of one grey, {level} of 255"),
    }
}
