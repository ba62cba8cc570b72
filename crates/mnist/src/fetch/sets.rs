//! The sets that can be had by name, with their checksums.

use super::{RemoteFile, Sum};

/// A set of four files.
#[derive(Clone, Copy, Debug)]
pub struct RemoteSet {
    /// What it is called.
    pub name: &'static str,
    /// Where the files are to be had over plain HTTP, tried in this order. A file's name is
    /// appended.
    pub mirrors: &'static [&'static str],
    /// The files.
    pub files: [RemoteFile<'static>; 4],
}

/// The sets that are served over plain HTTP, a file at a time. The sums of MNIST are of the
/// unpacked bytes, because its mirrors compress again now and then; the others have one source
/// each, and the sums that TensorFlow Datasets has of its files.
pub const SETS: [RemoteSet; 3] = [
    RemoteSet {
        name: "mnist",
        mirrors: &[
            "http://ossci-datasets.s3.amazonaws.com/mnist/",
            "http://storage.googleapis.com/cvdf-datasets/mnist/",
            "http://yann.lecun.com/exdb/mnist/",
        ],
        files: set(
            Sum::Unpacked,
            [
                (
                    47_040_016,
                    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                ),
                (
                    60_008,
                    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                ),
                (
                    7_840_016,
                    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                ),
                (
                    10_008,
                    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
                ),
            ],
        ),
    },
    RemoteSet {
        name: "fashion-mnist",
        mirrors: &["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
        files: set(
            Sum::Packed,
            [
                (
                    26_421_880,
                    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                ),
                (
                    29_515,
                    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                ),
                (
                    4_422_102,
                    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                ),
                (
                    5_148,
                    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                ),
            ],
        ),
    },
    RemoteSet {
        name: "kmnist",
        mirrors: &["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
        files: set(
            Sum::Packed,
            [
                (
                    18_165_135,
                    "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
                ),
                (
                    29_497,
                    "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
                ),
                (
                    3_041_136,
                    "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
                ),
                (
                    5_120,
                    "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
                ),
            ],
        ),
    },
];

/// The four files under their usual names.
const fn set(sum: Sum, sums: [(u64, &'static str); 4]) -> [RemoteFile<'static>; 4] {
    let [train_images, train_labels, test_images, test_labels] = sums;
    [
        file("train-images-idx3-ubyte.gz", sum, train_images),
        file("train-labels-idx1-ubyte.gz", sum, train_labels),
        file("t10k-images-idx3-ubyte.gz", sum, test_images),
        file("t10k-labels-idx1-ubyte.gz", sum, test_labels),
    ]
}

const fn file(
    name: &'static str,
    sum: Sum,
    (size, sha256): (u64, &'static str),
) -> RemoteFile<'static> {
    RemoteFile {
        name,
        size,
        sha256,
        sum,
    }
}

/// What to do for EMNIST, which is one archive of six sets, served over https alone.
pub const EMNIST: &str = "EMNIST is one archive of 562 MB with six sets, and no file of it can be \
                          had alone. Get it with
  curl -L -o emnist.zip https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip
  echo 'fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e  emnist.zip' | sha256sum -c
  unzip emnist.zip -d data/emnist
and train with `mnist --data data/emnist --set letters --transpose`, or another of its sets";
