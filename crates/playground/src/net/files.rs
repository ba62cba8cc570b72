//! Files of images and labels, as they are dropped on the page.

use super::data::{CLASSES, Data, Images};
use digits::idx;

/// Files that were read, until there are enough of them.
#[derive(Default)]
pub struct Files {
    images: Vec<(String, idx::Idx<3>)>,
    labels: Vec<(String, idx::Idx<1>)>,
}

/// The share of the images that is kept from training where there are no others.
const HELD_OUT: usize = 6;

impl Files {
    /// Reads a file of images or of labels; says what it holds.
    ///
    /// # Errors
    /// What is wrong with it, with its name.
    pub fn read(&mut self, name: &str, bytes: &[u8]) -> Result<String, String> {
        let labels = match idx::images(bytes) {
            Ok(images) => {
                let [count, height, width] = images.shape;
                self.images.push((name.to_owned(), images));
                return Ok(format!("{name}: {count} images of {height}×{width} pixels"));
            }
            Err(fault) => idx::labels(bytes).map_err(|_| fault),
        };
        let labels = labels.map_err(|fault| format!("{name}: {fault}"))?;
        let count = labels.bytes.len();
        self.labels.push((name.to_owned(), labels));
        Ok(format!("{name}: {count} labels"))
    }

    /// The data, if every file of images has its labels; what is missing, else.
    ///
    /// # Errors
    /// What is missing, or does not fit.
    pub fn data(self) -> Result<Data, String> {
        let mut sets = Vec::new();
        let mut labels = self.labels;
        for (name, images) in self.images {
            let [count, height, width] = images.shape;
            let fits = |(_, labels): &(String, idx::Idx<1>)| labels.bytes.len() == count;
            let Some(at) = labels.iter().position(fits) else {
                return Err(format!(
                    "{name} has {count} images; drop the file of their labels, too"
                ));
            };
            let (of, labels) = labels.remove(at);
            if let Some(label) = labels
                .bytes
                .iter()
                .find(|&&label| usize::from(label) >= CLASSES)
            {
                return Err(format!(
                    "{of}: found the label {label}; expected digits, 0 to 9"
                ));
            }
            sets.push(Images {
                size: [height, width],
                bytes: images.bytes,
                labels: labels.bytes,
            });
        }
        // The larger set is the one to learn from.
        sets.sort_by_key(|set| std::cmp::Reverse(set.len()));
        let mut sets = sets.into_iter();
        match (sets.next(), sets.next()) {
            (None, _) => Err("no images yet: drop a file of images and one of labels".to_owned()),
            (Some(train), Some(test)) if train.size == test.size => Ok(Data { train, test }),
            (Some(train), Some(test)) => Err(format!(
                "images of {:?} and of {:?} pixels are no one set",
                train.size, test.size
            )),
            (Some(all), None) if all.len() < HELD_OUT => Err(format!(
                "found {} images; expected {HELD_OUT} at least",
                all.len()
            )),
            (Some(all), None) => {
                let count = all.len() - all.len() / HELD_OUT;
                let [train, test] = all.split(count);
                Ok(Data { train, test })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of `count` images of 2×3 pixels, and its labels.
    fn pair(count: u8) -> [Vec<u8>; 2] {
        let mut images = vec![0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 2, 0, 0, 0, 3];
        images.extend(std::iter::repeat_n(7, usize::from(count) * 6));
        let mut labels = vec![0, 0, 8, 1, 0, 0, 0, count];
        labels.extend((0..count).map(|k| k % 10));
        [images, labels]
    }

    #[test]
    fn files_find_each_other_in_any_order() {
        let ([many, of_many], [few, of_few]) = (pair(20), pair(10));
        let mut files = Files::default();
        for (name, bytes) in [("a", of_few), ("b", many), ("c", few), ("d", of_many)] {
            files.read(name, &bytes).unwrap();
        }
        let data = files.data().unwrap();
        assert_eq!((data.train.len(), data.test.len()), (20, 10));
        assert_eq!(data.test.labels[3], 3);
    }

    #[test]
    fn a_part_is_held_out_where_there_is_one_set() {
        let mut files = Files::default();
        for bytes in pair(12) {
            files.read("a", &bytes).unwrap();
        }
        let data = files.data().unwrap();
        assert_eq!((data.train.len(), data.test.len()), (10, 2));
    }

    #[test]
    fn what_is_missing_is_said() {
        let [images, _] = pair(12);
        let mut files = Files::default();
        assert_eq!(
            files.read("a", &images).unwrap(),
            "a: 12 images of 2×3 pixels"
        );
        assert!(
            files
                .data()
                .unwrap_err()
                .contains("drop the file of their labels")
        );
        let fault = Files::default()
            .read("b.txt", b"hello, this is no such file")
            .unwrap_err();
        assert!(fault.starts_with("b.txt: "), "{fault}");
        assert!(Files::default().data().is_err());
    }
}
