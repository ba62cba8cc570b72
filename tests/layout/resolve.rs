//! Which file each import and each path of a crate leads to.
//!
//! A re-export is looked through, by name or by `*`, to the file that has the item. To hand a name
//! on is not to use it: a re-export counts only in a file that names the thing elsewhere. A module
//! alone is no use either; what is taken from it is.

use crate::source::{Crate, Import};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// From file to file, with the paths that lead there.
pub type Edges = BTreeMap<PathBuf, BTreeMap<PathBuf, BTreeSet<String>>>;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Found {
    Module(usize),
    /// An item of this module.
    Item(usize),
    /// Something of another crate.
    Outside,
}

/// The lookups under way, so that modules that import each other whole do not lead on for ever.
type Trail = Vec<(usize, String)>;

impl Crate {
    /// Which file uses which others, and by what paths.
    pub fn edges(&self) -> Edges {
        let mut edges = Edges::new();
        for (module, it) in self.modules.iter().enumerate() {
            edges.entry(it.file.clone()).or_default();
            let mut uses = |found: Option<Found>, path: String| {
                if let Some(Found::Item(other)) = found
                    && self.modules[other].file != it.file
                {
                    let from = edges.entry(it.file.clone()).or_default();
                    let to = from.entry(self.modules[other].file.clone()).or_default();
                    to.insert(path);
                }
            };
            for import in &it.imports {
                let path = import.path.join("::");
                let found = self.resolve(module, &import.path, &mut vec![]);
                match (&import.name, found) {
                    (None, Some(Found::Module(whole))) => {
                        for name in &it.names {
                            let found = self.lookup(whole, name, true, module, &mut vec![]);
                            uses(found, format!("{path}::{name}"));
                        }
                        let facade = self.modules[whole].defined.is_empty();
                        if !import.public && !facade {
                            uses(Some(Found::Item(whole)), format!("{path}::*"));
                        }
                    }
                    (Some(name), _) if import.public && !it.names.contains(name) => (),
                    _ => uses(found, path),
                }
            }
            for path in &it.paths {
                // `Tape::new` says no more than the import of `Tape`.
                let known = it
                    .imports
                    .iter()
                    .any(|import| import.name.as_ref() == Some(&path[0]));
                let found = self.resolve(module, path, &mut vec![]);
                let begun = self.resolve(module, &path[..1], &mut vec![]);
                if !known || found != begun {
                    uses(found, path.join("::"));
                }
            }
        }
        edges
    }

    /// Follows a path from a module; `None` if it begins with nothing of this crate.
    fn resolve(&self, from: usize, path: &[String], trail: &mut Trail) -> Option<Found> {
        let mut rest = path;
        let mut at = None;
        while let [first, others @ ..] = rest {
            at = match (first.as_str(), at) {
                ("crate", None) => Some(0),
                ("self", None) => Some(from),
                ("super", at) => self.modules[at.unwrap_or(from)].parent,
                _ => break,
            };
            rest = others;
        }
        let mut at = match (at, rest) {
            (Some(module), _) => Found::Module(module),
            (None, [first, others @ ..]) => {
                rest = others;
                self.lookup(from, first, others.is_empty(), from, trail)?
            }
            (None, []) => return None,
        };
        while let (Found::Module(module), [name, others @ ..]) = (at, rest) {
            let found = self.lookup(module, name, others.is_empty(), from, trail);
            at = found.unwrap_or(Found::Item(module)); // by a macro, if at all
            rest = others;
        }
        Some(at)
    }

    /// What a module calls by this name, as far as `from` may see it. Only a path's `last` name may
    /// be an item rather than the module of that name.
    fn lookup(
        &self,
        module: usize,
        name: &str,
        last: bool,
        from: usize,
        trail: &mut Trail,
    ) -> Option<Found> {
        let key = (module, name.to_string());
        if trail.contains(&key) {
            return None;
        }
        trail.push(key);
        let it = &self.modules[module];
        let child = it.children.get(name).map(|&child| Found::Module(child));
        let found = if let (Some(_), false) = (child, last) {
            child
        } else if it.defined.contains(name) {
            Some(Found::Item(module))
        } else {
            let inside = self.is_inside(from, module);
            let seen = |import: &&Import| import.public || inside;
            let named = it.imports.iter().filter(seen);
            let named = named.filter(|import| import.name.as_deref() == Some(name));
            let mut found = None;
            for import in named {
                let to = self.resolve(module, &import.path, trail);
                found = found.or(Some(to.unwrap_or(Found::Outside)));
            }
            found.or(child).or_else(|| {
                let whole = it.imports.iter().filter(seen);
                let mut whole = whole.filter(|import| import.name.is_none());
                whole.find_map(|import| match self.resolve(module, &import.path, trail) {
                    Some(Found::Module(other)) => self.lookup(other, name, last, module, trail),
                    _ => None,
                })
            })
        };
        trail.pop();
        found
    }

    fn is_inside(&self, mut module: usize, outer: usize) -> bool {
        while module != outer {
            match self.modules[module].parent {
                Some(parent) => module = parent,
                None => return false,
            }
        }
        true
    }
}
