//! What a file's name says: which part of which set it holds.
//!
//! A name is words between hyphens, dots, underscores and blanks: those of the set, then `train`,
//! `t10k` or `test`, then `images` or `labels`, then the type and the wrapping. So
//! `train-images-idx3-ubyte`, `train-images.idx3-ubyte.gz` and
//! `emnist-letters-test-labels-idx1-ubyte` are all told apart, and `mnist_train.csv`, which holds
//! images and labels, is, too. What is really inside is for the readers to say.

/// Which part of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Train,
    Test,
}

/// What of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    Images,
    Labels,
    /// Both, in a CSV file.
    Rows,
}

/// What a file's name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// The words before the part, with hyphens; empty for most.
    pub set: String,
    pub part: Part,
    pub content: Content,
    /// How unusual the spelling is: of two files for one role, the one that is less so is read.
    pub rank: usize,
}

/// What may follow `images` and `labels`; what else the bytes are.
const SUFFIXES: &str = " idx idx1 idx2 idx3 idx4 ubyte byte ubyte1 short int int32 float float32 \
                        double \
    gz bin dat data raw csv txt npy npz zip xz bz2 zst html htm hex lfs png pt ";

impl Role {
    /// What `name` says, if it is that of a file of a set.
    pub fn of(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        let words: Vec<&str> = name.split(['-', '.', '_', ' ']).collect();
        let at = words.iter().position(|word| part(word).is_some())?;
        let part = part(words[at])?;
        let (content, rest) = match words[at + 1..] {
            ["images" | "image" | "imgs" | "x", ref rest @ ..] => (Content::Images, rest),
            ["labels" | "label" | "y", ref rest @ ..] => (Content::Labels, rest),
            ref rest @ ["csv"] | ref rest @ ["csv", "gz"] => (Content::Rows, rest),
            _ => return None,
        };
        let is_suffix = |word: &&str| SUFFIXES.contains(&format!(" {word} "));
        if !rest.iter().all(is_suffix) || words[..at].contains(&"") {
            return None;
        }
        // `t10k-` before `test-`, then a hyphen before a dot, then plain before packed.
        let is_dotted = name.contains(".idx") || name.contains("_");
        let rank = [
            words[at] != "t10k" && part == Part::Test,
            is_dotted,
            name.ends_with(".gz"),
        ];
        let rank = rank
            .iter()
            .fold(0, |rank, &unusual| 2 * rank + usize::from(unusual));
        Some(Role {
            set: words[..at].join("-"),
            part,
            content,
            rank,
        })
    }
}

fn part(word: &str) -> Option<Part> {
    match word {
        "train" | "training" => Some(Part::Train),
        "t10k" | "test" | "testing" => Some(Part::Test),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(name: &str) -> Option<(String, Part, Content)> {
        Role::of(name).map(|role| (role.set, role.part, role.content))
    }

    #[test]
    fn names_as_people_have_them() {
        use Content::{Images, Labels, Rows};
        use Part::{Test, Train};
        for (name, set, part, content) in [
            ("train-images-idx3-ubyte", "", Train, Images),
            ("train-images.idx3-ubyte", "", Train, Images),
            ("t10k-labels-idx1-ubyte.gz", "", Test, Labels),
            ("test-labels.idx1-ubyte", "", Test, Labels),
            (
                "emnist-letters-train-images-idx3-ubyte",
                "emnist-letters",
                Train,
                Images,
            ),
            ("qmnist-train-labels-idx2-int.gz", "qmnist", Train, Labels),
            ("Train_Images.IDX", "", Train, Images),
            ("train_images", "", Train, Images),
            ("kmnist-test-imgs.npz", "kmnist", Test, Images),
            ("mnist_train.csv", "mnist", Train, Rows),
            ("fashion-mnist_test.csv.gz", "fashion-mnist", Test, Rows),
            ("train.csv", "", Train, Rows),
        ] {
            assert_eq!(role(name), Some((set.to_owned(), part, content)), "{name}");
        }
        for name in [
            "train",
            "train.py",
            "images-idx3-ubyte",
            "train-images.md",
            "-train-images",
            "train-images (1)",
            "",
            "sample_submission.csv",
        ] {
            assert_eq!(role(name), None, "{name}");
        }
    }

    #[test]
    fn the_usual_spelling_goes_first() {
        let names = [
            "t10k-images-idx3-ubyte",
            "t10k-images-idx3-ubyte.gz",
            "t10k-images.idx3-ubyte",
            "t10k-images.idx3-ubyte.gz",
            "test-images-idx3-ubyte",
            "test-images.idx3-ubyte.gz",
        ];
        let ranks = names.map(|name| Role::of(name).unwrap().rank);
        assert!(ranks.is_sorted_by(|a, b| a < b), "{ranks:?}");
    }
}
