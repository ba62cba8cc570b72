//! Finding the files of a set in a folder, as people have them.
//!
//! The folder itself goes first; only where it holds no file of a set, or a set is asked for by
//! name, are its folders looked into, three deep, so that torchvision's `data/MNIST/raw` is found
//! from `data`. A folder that is called like a file, with the file in it, is what Kaggle's archive
//! unpacks to, and counts as the file.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Error;
use super::names::{Content, Part, Role};

/// How deep folders are looked into.
const DEPTH: usize = 3;

/// How many names are looked at: somebody may have named the root of a disk.
const MOST_NAMES: usize = 10_000;

/// How many names an error lists.
const LISTED: usize = 12;

/// Folders whose names say nothing about which set they hold.
const PLAIN_FOLDERS: [&str; 7] = [
    "raw", "gzip", "train", "training", "test", "testing", "t10k",
];

/// The files of a set, as far as they are there.
#[derive(Clone, Debug, Default)]
pub struct Files {
    found: BTreeMap<(Part, Content), (usize, PathBuf)>,
}

/// Where a part of a set is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartFiles {
    /// A file of images and one of labels.
    Idx { images: PathBuf, labels: PathBuf },
    /// A file with both.
    Csv(PathBuf),
}

impl Files {
    /// Adds a file, unless there is a more usual one.
    fn add(&mut self, role: &Role, path: PathBuf) {
        let place = (role.part, role.content);
        let is_better = self
            .found
            .get(&place)
            .is_none_or(|(rank, _)| role.rank < *rank);
        if is_better {
            self.found.insert(place, (role.rank, path));
        }
    }

    /// The files of a part, or what is missing of it. IDX goes before CSV.
    pub fn part(&self, part: Part) -> Result<PartFiles, &'static str> {
        let get = |content| {
            self.found
                .get(&(part, content))
                .map(|(_, path)| path.clone())
        };
        match (
            get(Content::Images),
            get(Content::Labels),
            get(Content::Rows),
        ) {
            (Some(images), Some(labels), _) => Ok(PartFiles::Idx { images, labels }),
            (_, _, Some(rows)) => Ok(PartFiles::Csv(rows)),
            (None, ..) if part == Part::Train => Err("training images"),
            (None, ..) => Err("test images"),
            _ if part == Part::Train => Err("training labels"),
            _ => Err("test labels"),
        }
    }

    fn is_whole(&self) -> bool {
        self.part(Part::Train).is_ok() && self.part(Part::Test).is_ok()
    }
}

/// What was looked at.
#[derive(Debug, Default)]
struct Search {
    /// The sets by their names.
    sets: BTreeMap<String, Files>,
    /// The names seen, as far as an error lists them.
    seen: Vec<String>,
    looked_at: usize,
}

/// Finds the set called `wanted` in the folder at `root`, or the only one there is, and its name.
pub fn find(root: &Path, wanted: Option<&str>) -> Result<(String, Files), Error> {
    let mut search = Search::default();
    let mut level = vec![root.to_owned()];
    for _ in 0..=DEPTH {
        let mut below = Vec::new();
        for folder in &level {
            search.folder(root, folder, &mut below)?;
        }
        let is_root = level[..] == [root];
        if is_root && wanted.is_none() && !search.sets.is_empty() {
            break;
        }
        level = below;
    }
    search.choose(root, wanted)
}

/// The names in a folder, sorted, so that nothing depends on the file system's order.
fn names_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.take(MOST_NAMES);
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    paths.sort();
    Ok(paths)
}

impl Search {
    /// Looks at the names in a folder and adds those of its folders to `below`.
    fn folder(
        &mut self,
        root: &Path,
        folder: &Path,
        below: &mut Vec<PathBuf>,
    ) -> Result<(), Error> {
        let paths = match names_in(folder) {
            Ok(paths) => paths,
            // A folder further down that is closed may have nothing to do with it.
            Err(_) if folder != root => return Ok(()),
            Err(error) => return Err(Error::directory(root, error)),
        };
        for path in paths {
            self.looked_at += 1;
            if self.looked_at > MOST_NAMES {
                return Ok(());
            }
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let is_folder = path.is_dir();
            if folder == root {
                self.seen.push(if is_folder {
                    name.clone() + "/"
                } else {
                    name.clone()
                });
            }
            match Role::of(&name) {
                Some(role) if is_folder => match file_in(&path, &role) {
                    Some(file) => self.add(root, folder, &role, file),
                    None => self.add_if_alone(root, folder, &role, path),
                },
                Some(role) => self.add(root, folder, &role, path),
                None if is_folder => below.push(path),
                None => {}
            }
        }
        Ok(())
    }

    fn add(&mut self, root: &Path, folder: &Path, role: &Role, path: PathBuf) {
        let name = set_name(root, folder, &role.set);
        self.sets.entry(name).or_default().add(role, path);
    }

    /// A folder in a file's place is better named than "not there", but any file goes before it.
    fn add_if_alone(&mut self, root: &Path, folder: &Path, role: &Role, path: PathBuf) {
        let rank = usize::MAX;
        self.add(
            root,
            folder,
            &Role {
                rank,
                ..role.clone()
            },
            path,
        );
    }

    /// The set to read.
    fn choose(mut self, root: &Path, wanted: Option<&str>) -> Result<(String, Files), Error> {
        let names = |search: &Self| -> Vec<String> { search.sets.keys().cloned().collect() };
        let chosen = match wanted {
            Some(wanted) => {
                let matching: Vec<&String> = match self.sets.get_key_value(wanted) {
                    Some((name, _)) => vec![name],
                    None => self
                        .sets
                        .keys()
                        .filter(|name| is_called(name, wanted))
                        .collect(),
                };
                match matching[..] {
                    [name] => name.clone(),
                    _ => {
                        return Err(Error::NoSuchSet {
                            directory: root.to_owned(),
                            wanted: wanted.to_owned(),
                            sets: names(&self),
                        });
                    }
                }
            }
            None => {
                let whole: Vec<&String> = self
                    .sets
                    .iter()
                    .filter(|(_, files)| files.is_whole())
                    .map(|(name, _)| name)
                    .collect();
                match whole[..] {
                    [name] => name.clone(),
                    // What is missing of the fullest is the most useful thing to say.
                    [] => match self.sets.iter().max_by_key(|(_, files)| files.found.len()) {
                        Some((name, _)) => name.clone(),
                        None => return Err(self.nothing(root, None)),
                    },
                    _ => {
                        return Err(Error::SeveralSets {
                            directory: root.to_owned(),
                            sets: whole.into_iter().cloned().collect(),
                        });
                    }
                }
            }
        };
        let files = self.sets.remove(&chosen).expect("one of the names");
        for part in [Part::Train, Part::Test] {
            if let Err(missing) = files.part(part) {
                return Err(self.nothing(root, Some(missing)));
            }
        }
        Ok((chosen, files))
    }

    fn nothing(self, root: &Path, missing: Option<&'static str>) -> Error {
        let more = self.seen.len().saturating_sub(LISTED);
        let mut there = self.seen;
        there.truncate(LISTED);
        Error::NoSuchFile {
            directory: root.to_owned(),
            wanted: missing.unwrap_or("files of a set"),
            there,
            more,
        }
    }
}

/// The file in a folder that is called like a file.
fn file_in(folder: &Path, role: &Role) -> Option<PathBuf> {
    let is_the_file = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        path.is_file()
            && Role::of(&name)
                .is_some_and(|inner| (inner.part, inner.content) == (role.part, role.content))
    };
    names_in(folder).ok()?.into_iter().find(is_the_file)
}

/// The folders below `root` that mean something, and the words before the part in the file's name.
fn set_name(root: &Path, folder: &Path, words: &str) -> String {
    let below = folder.strip_prefix(root).unwrap_or(folder);
    let mut names: Vec<String> = below
        .iter()
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.retain(|name| !PLAIN_FOLDERS.contains(&&*name.to_lowercase()));
    if !words.is_empty() {
        names.push(words.to_owned());
    }
    names.join("/")
}

/// Whether somebody may call the set so: `letters` for `EMNIST/emnist-letters`.
fn is_called(name: &str, wanted: &str) -> bool {
    let (name, wanted) = (name.to_lowercase(), wanted.to_lowercase());
    let ends = |separator: char| name.ends_with(&format!("{separator}{wanted}"));
    name == wanted || ends('-') || ends('/')
}
