use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use proc_macro2::TokenStream;

use super::files::SourceFile;
use super::tokens::{Child, Reference, Said};

/// One module of a program.
#[derive(Debug)]
pub(super) struct Module {
    /// Its name below the root, which has none: `["site", "range"]`.
    pub(super) path: Vec<String>,
    pub(super) file: PathBuf,
    pub(super) said: Said,
    children: BTreeMap<String, usize>,
}

impl Module {
    /// Whether a path that starts with this word means something of this module, not a crate.
    pub(super) fn shadows(&self, word: &str) -> bool {
        let imported =
            self.said.imports.get(word).is_some_and(|path| path.first().is_none_or(|first| first != word));
        imported || self.children.contains_key(word)
    }
}

/// The modules of one program: a library, a binary, a test. The root is the first.
#[derive(Debug, Default)]
pub(super) struct Modules(Vec<Module>);

/// How many imports a name may be followed through. Two that name each other would never end.
const MAX_IMPORTS: usize = 8;

impl Modules {
    /// Follows every `mod` from the root file of a program.
    ///
    /// # Errors
    /// Names the file that is missing or is not Rust.
    pub(super) fn read(root: &Path, files: &[SourceFile]) -> Result<Self> {
        let mut modules = Self::default();
        let file = Source { files, path: root.to_owned(), folder: folder_of(root) };
        modules.add(Vec::new(), &file, file.tokens()?, false)?;
        Ok(modules)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Module> {
        self.0.iter()
    }

    fn add(
        &mut self,
        path: Vec<String>,
        source: &Source<'_>,
        text: TokenStream,
        in_test: bool,
    ) -> Result<usize> {
        let mut said = Said::read(text, in_test);
        let children = std::mem::take(&mut said.children);
        let at = self.0.len();
        self.0.push(Module {
            path: path.clone(),
            file: source.path.clone(),
            said,
            children: BTreeMap::new(),
        });
        for Child { name, body, path: named, in_test } in children {
            let child = source.child(&name, named.as_deref(), body.is_some())?;
            let text = body.map_or_else(|| child.tokens(), Ok)?;
            let child =
                self.add([path.as_slice(), std::slice::from_ref(&name)].concat(), &child, text, in_test)?;
            self.0[at].children.insert(name, child);
        }
        Ok(at)
    }

    /// The module that a reference in `from` names, or in which the item lies that it names. Re-exports are followed: a name that
    /// a module only passes on belongs to the module that defines it. `None` for anything of another crate.
    pub(super) fn target(&self, from: &Module, reference: &Reference) -> Option<&Module> {
        let is_local = matches!(reference.words.first()?.as_str(), "crate" | "self" | "super");
        let at = self.0.iter().position(|module| std::ptr::eq(module, from))?;
        is_local.then(|| self.resolve(at, &reference.words, MAX_IMPORTS)).flatten().map(|at| &self.0[at])
    }

    fn resolve(&self, from: usize, words: &[String], imports_left: usize) -> Option<usize> {
        let mut at = from;
        for (n_before, word) in words.iter().enumerate() {
            let module = &self.0[at];
            at = match word.as_str() {
                "crate" => 0,
                "self" => at,
                "super" => self.parent(at)?,
                word => match (module.children.get(word), module.said.imports.get(word)) {
                    (Some(child), _) => *child,
                    (None, Some(path)) if path != &words[..=n_before] => {
                        let path = [path, &words[n_before + 1..]].concat();
                        return self.resolve(at, &path, imports_left.checked_sub(1)?);
                    }
                    _ if n_before == 0 => return None,
                    _ if module.said.items.contains(word) => return Some(at),
                    _ => return Some(self.through_globs(at, word, imports_left).unwrap_or(at)),
                },
            };
        }
        Some(at)
    }

    /// The module behind a `use path::*` that has this name.
    fn through_globs(&self, at: usize, word: &str, imports_left: usize) -> Option<usize> {
        let imports_left = imports_left.checked_sub(1)?;
        let mut targets =
            self.0[at].said.globs.iter().filter_map(|path| self.resolve(at, path, imports_left));
        targets.find(|target| {
            let Module { said, children, .. } = &self.0[*target];
            said.items.contains(word) || said.imports.contains_key(word) || children.contains_key(word)
        })
    }

    fn parent(&self, at: usize) -> Option<usize> {
        self.0.iter().position(|module| module.children.values().any(|child| *child == at))
    }
}

/// Where the text of a module is, and the folder in which its children are.
struct Source<'a> {
    files: &'a [SourceFile],
    path: PathBuf,
    folder: PathBuf,
}

impl Source<'_> {
    fn tokens(&self) -> Result<TokenStream> {
        let file = self.files.iter().find(|file| file.path == self.path);
        let file = file.with_context(|| format!("found no file {}", self.path.display()))?;
        file.text.parse().map_err(|error| anyhow!("{}: {error}", self.path.display()))
    }

    fn child(&self, name: &str, named: Option<&str>, in_place: bool) -> Result<Self> {
        let files = self.files;
        if in_place {
            return Ok(Self { files, path: self.path.clone(), folder: self.folder.join(name) });
        }
        let candidates = match named {
            Some(named) => vec![folder_of(&self.path).join(named)],
            None => vec![self.folder.join(format!("{name}.rs")), self.folder.join(name).join("mod.rs")],
        };
        let path = candidates.iter().find(|path| files.iter().any(|file| file.path == **path));
        let path = path.with_context(|| format!("found none of {candidates:?} for `mod {name}`"))?;
        let is_folder = path.file_name().is_some_and(|name| name == "mod.rs");
        let folder = if is_folder { folder_of(path) } else { path.with_extension("") };
        Ok(Self { files, path: path.clone(), folder })
    }
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).to_owned()
}
