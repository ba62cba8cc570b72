//! What the files of a crate say: their modules, what each defines, imports and names.
//!
//! Files are read as tokens and not as syntax, because half of the paths that matter stand in
//! macros. What macros define is not seen; `resolve.rs` takes such a name as one of the file that
//! it leads to. Tests are left out.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A crate's modules; the first is its root.
pub struct Crate {
    pub modules: Vec<Module>,
}

#[derive(Default)]
pub struct Module {
    pub file: PathBuf,
    pub parent: Option<usize>,
    pub children: BTreeMap<String, usize>,
    /// Items, as far as they are written out.
    pub defined: BTreeSet<String>,
    pub imports: Vec<Import>,
    /// Paths of two names or more, outside of imports.
    pub paths: BTreeSet<Vec<String>>,
    /// The names that paths begin with, outside of imports.
    pub names: BTreeSet<String>,
}

/// One branch of a `use`.
pub struct Import {
    pub path: Vec<String>,
    /// What it is called here; `None` is `*`.
    pub name: Option<String>,
    /// Whether it goes on to others: `pub use`, `pub(crate) use`.
    pub public: bool,
}

/// The text of a file, if there is one.
pub type Files<'f> = &'f dyn Fn(&Path) -> Option<String>;

impl Crate {
    /// The crate whose root is this file.
    pub fn read(root: &Path, files: Files<'_>) -> Crate {
        let mut reader = Reader {
            modules: vec![],
            files,
        };
        let folder = root.parent().expect("a folder");
        reader.file(root.into(), None, folder.into());
        Crate {
            modules: reader.modules,
        }
    }
}

struct Reader<'f> {
    modules: Vec<Module>,
    files: Files<'f>,
}

impl Reader<'_> {
    /// Reads a file; those of its modules lie in `folder`.
    fn file(&mut self, file: PathBuf, parent: Option<usize>, folder: PathBuf) -> usize {
        let text = (self.files)(&file).unwrap_or_else(|| panic!("no file {}", file.display()));
        let tokens: TokenStream = text
            .parse()
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let module = self.module(file, parent);
        self.walk(module, &folder, tokens, true);
        module
    }

    fn module(&mut self, file: PathBuf, parent: Option<usize>) -> usize {
        self.modules.push(Module {
            file,
            parent,
            ..Module::default()
        });
        self.modules.len() - 1
    }

    /// Reads tokens of a module: its items, or what stands in a group somewhere in them.
    fn walk(&mut self, module: usize, folder: &Path, tokens: TokenStream, items: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut path = None;
        let mut i = 0;
        while i < tokens.len() {
            let rest = &tokens[i..];
            i += match rest {
                [hash, TokenTree::Group(attribute), ..] if is(hash, "#") => {
                    let attribute: Vec<_> = attribute.stream().into_iter().collect();
                    if let [name, _, file] = &attribute[..]
                        && is(name, "path")
                    {
                        path = Some(file.to_string().trim_matches('"').to_string());
                    }
                    if for_tests(&attribute) {
                        2 + item(&rest[2..])
                    } else {
                        2
                    }
                }
                [hash, not, TokenTree::Group(_), ..] if is(hash, "#") && is(not, "!") => 3,
                [keyword, ..] if is(keyword, "use") => {
                    let end = rest.iter().position(|token| is(token, ";"));
                    let tree = &rest[1..end.unwrap_or(rest.len())];
                    let public = is_public(&tokens[..i]);
                    branches(tree, &[], public, &mut self.modules[module].imports);
                    1 + tree.len()
                }
                [keyword, name, end, ..] if is(keyword, "mod") && is(end, ";") => {
                    self.declared(module, folder, &name.to_string(), path.take());
                    3
                }
                [keyword, name, TokenTree::Group(body), ..] if is(keyword, "mod") => {
                    let name = name.to_string();
                    let inner = self.module(self.modules[module].file.clone(), Some(module));
                    self.modules[module].children.insert(name.clone(), inner);
                    self.walk(inner, &folder.join(name), body.stream(), true);
                    3
                }
                [keyword, name, ..] if items && defines(keyword, name) => {
                    self.modules[module].defined.insert(name.to_string());
                    2
                }
                [keyword, not, name, ..] if is(keyword, "macro_rules") && is(not, "!") => {
                    self.modules[module].defined.insert(name.to_string());
                    3
                }
                [TokenTree::Group(group), ..] => {
                    self.walk(module, folder, group.stream(), false);
                    1
                }
                // A method, a field, a lifetime.
                [mark, TokenTree::Ident(_), ..] if is(mark, ".") || is(mark, "'") => 2,
                // A path from the crates, or on from a type.
                [first, second, name @ TokenTree::Ident(_), ..] if are_colons(first, second) => {
                    2 + names(std::slice::from_ref(name)).1
                }
                [TokenTree::Ident(_), ..] => {
                    let (names, length) = names(rest);
                    self.modules[module].names.insert(names[0].clone());
                    if names.len() > 1 {
                        self.modules[module].paths.insert(names);
                    }
                    length
                }
                _ => 1,
            };
        }
    }

    /// Reads the file of a module that is declared as `mod name;`.
    fn declared(&mut self, module: usize, folder: &Path, name: &str, path: Option<String>) {
        let inside = folder.join(name);
        let beside = folder.join(format!("{name}.rs"));
        let child = match path {
            Some(path) => {
                let file = &self.modules[module].file;
                let file = file.parent().expect("a folder").join(path);
                self.file(file, Some(module), inside)
            }
            None if (self.files)(&beside).is_some() => self.file(beside, Some(module), inside),
            None => self.file(inside.join("mod.rs"), Some(module), inside),
        };
        self.modules[module].children.insert(name.into(), child);
    }
}

fn is(token: &TokenTree, text: &str) -> bool {
    match token {
        TokenTree::Ident(ident) => ident == text,
        TokenTree::Punct(punct) => text.len() == 1 && text.starts_with(punct.as_char()),
        _ => false,
    }
}

fn are_colons(first: &TokenTree, second: &TokenTree) -> bool {
    is(first, ":") && is(second, ":")
}

fn is_one_of(token: &TokenTree, texts: &[&str]) -> bool {
    texts.iter().any(|text| is(token, text))
}

/// Whether these two tokens begin an item of that name.
fn defines(keyword: &TokenTree, name: &TokenTree) -> bool {
    let keywords = [
        "struct", "enum", "union", "trait", "type", "fn", "const", "static",
    ];
    is_one_of(keyword, &keywords)
        && matches!(name, TokenTree::Ident(_))
        && !is_one_of(name, &["fn", "unsafe", "extern", "mut"])
}

/// Whether an attribute says that an item is there in tests alone.
fn for_tests(attribute: &[TokenTree]) -> bool {
    match attribute {
        [name] => is(name, "test"),
        [name, TokenTree::Group(group)] if is(name, "cfg") => {
            let mut words = vec![];
            flatten(group.stream(), &mut words);
            let has = |word: &str| words.iter().any(|w| w == word);
            (has("test") || has("doctest")) && !has("not")
        }
        _ => false,
    }
}

fn flatten(tokens: TokenStream, words: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => flatten(group.stream(), words),
            other => words.push(other.to_string()),
        }
    }
}

/// How many tokens the item (field, statement) has that begins here.
fn item(tokens: &[TokenTree]) -> usize {
    let mut start = 0;
    while let [hash, TokenTree::Group(_), ..] = &tokens[start..]
        && is(hash, "#")
    {
        start += 2;
    }
    if tokens.get(start).is_some_and(|token| is(token, "pub")) {
        start += 1;
        let scope = matches!(tokens.get(start), Some(TokenTree::Group(_)));
        start += usize::from(scope);
    }
    let Some(first) = tokens.get(start) else {
        return start;
    };
    let constant = is(first, "const") && !tokens.get(start + 1).is_some_and(|t| is(t, "fn"));
    let to_semicolon = constant || is_one_of(first, &["use", "static", "type", "let"]);
    let items = [
        "mod",
        "fn",
        "struct",
        "enum",
        "union",
        "trait",
        "impl",
        "macro_rules",
        "const",
    ];
    let part = !to_semicolon && !is_one_of(first, &items);
    let last = |token: &TokenTree| match token {
        TokenTree::Group(group) => !to_semicolon && group.delimiter() == Delimiter::Brace,
        token => is(token, ";") || part && is(token, ","),
    };
    let end = tokens[start..].iter().position(last);
    end.map_or(tokens.len(), |end| start + end + 1)
}

/// Whether what follows these tokens is public, at least in a part of the crate.
fn is_public(before: &[TokenTree]) -> bool {
    match before {
        [.., word] if is(word, "pub") => true,
        [.., word, TokenTree::Group(_)] => is(word, "pub"),
        _ => false,
    }
}

/// The names of the path that begins here, and its length in tokens.
fn names(tokens: &[TokenTree]) -> (Vec<String>, usize) {
    let mut names = vec![tokens[0].to_string()];
    let mut length = 1;
    while let [first, second, name @ TokenTree::Ident(_), ..] = &tokens[length..]
        && are_colons(first, second)
    {
        names.push(name.to_string());
        length += 3;
    }
    (names, length)
}

/// The branches of the tree of a `use`.
fn branches(tree: &[TokenTree], before: &[String], public: bool, found: &mut Vec<Import>) {
    if before.is_empty() && tree.first().is_some_and(|token| is(token, ":")) {
        return; // from another crate for certain
    }
    let mut path = before.to_vec();
    let mut name = None;
    for (k, token) in tree.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let group: Vec<TokenTree> = group.stream().into_iter().collect();
                for branch in group.split(|token| is(token, ",")) {
                    branches(branch, &path, public, found);
                }
                return;
            }
            TokenTree::Ident(word) if word == "as" => {
                name = tree.get(k + 1).map(ToString::to_string);
                break;
            }
            TokenTree::Ident(word) => path.push(word.to_string()),
            token if is(token, "*") => {
                let name = None;
                found.push(Import { path, name, public });
                return;
            }
            _ => (),
        }
    }
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    if path.len() > before.len() || !path.is_empty() && !tree.is_empty() {
        let name = name.or_else(|| path.last().cloned());
        found.push(Import { path, name, public });
    }
}
