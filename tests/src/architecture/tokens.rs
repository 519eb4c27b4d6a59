use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Keywords that are followed by the name of an item.
const DEFINES: [&str; 9] = ["struct", "enum", "union", "trait", "type", "fn", "const", "static", "macro"];

/// A path of two words or more, such as `crate::a::B`, or anything that a `use` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) words: Vec<String>,
    pub(super) line: usize,
    /// It belongs to an item with `#[cfg(test)]`.
    pub(super) in_test: bool,
}

/// A `mod` in a file.
#[derive(Debug)]
pub(super) struct Child {
    pub(super) name: String,
    /// Of a module that is written in place.
    pub(super) body: Option<TokenStream>,
    /// Of `#[path = "…"]`.
    pub(super) path: Option<String>,
    pub(super) in_test: bool,
}

/// What the text of one module says. It is read as tokens: comments and strings do not count, calls of macros do.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) references: Vec<Reference>,
    /// Paths of `use`, by the name that each introduces.
    pub(super) imports: BTreeMap<String, Vec<String>>,
    /// Paths of `use path::*`.
    pub(super) globs: Vec<Vec<String>>,
    /// Names of the items that are defined here.
    pub(super) items: BTreeSet<String>,
    pub(super) children: Vec<Child>,
}

/// What the attributes of the item at hand say.
#[derive(Default)]
struct Attributes {
    test: bool,
    path: Option<String>,
}

impl Said {
    /// Reads a module's text; `in_test` if all of it is compiled for tests only.
    pub(super) fn read(text: TokenStream, in_test: bool) -> Self {
        let mut said = Self::default();
        said.read_scope(text, in_test, true);
        said
    }

    fn read_scope(&mut self, text: TokenStream, in_test: bool, is_module: bool) {
        let trees = text.into_iter().collect::<Vec<_>>();
        let mut attributes = Attributes::default();
        let mut at = 0;
        while let Some(tree) = trees.get(at) {
            let in_test = in_test || attributes.test;
            at += 1;
            match tree {
                TokenTree::Group(group) => {
                    if is_punct(trees.get(at.wrapping_sub(2)), '#') {
                        attributes.read(&group.stream());
                    }
                    self.read_scope(group.stream(), in_test, false);
                    if group.delimiter() == Delimiter::Brace {
                        attributes = Attributes::default();
                    }
                }
                TokenTree::Ident(keyword) if *keyword == "use" => {
                    let end = (at..trees.len()).find(|at| is_punct(trees.get(*at), ';'));
                    let end = end.unwrap_or(trees.len());
                    self.read_use(&trees[at..end], &[], in_test);
                    at = end;
                }
                TokenTree::Ident(keyword) if is_module && *keyword == "mod" => {
                    let Some(name) = word(trees.get(at)) else { continue };
                    let body = match trees.get(at + 1) {
                        Some(TokenTree::Group(body)) => Some(body.stream()),
                        _ => None,
                    };
                    let Attributes { path, .. } = std::mem::take(&mut attributes);
                    self.children.push(Child { name, body, path, in_test });
                    at += 2;
                }
                TokenTree::Ident(first) => {
                    if is_module && DEFINES.iter().any(|keyword| first == keyword) {
                        self.items.extend(word(trees.get(at)));
                    }
                    let words;
                    (words, at) = words_from(&trees, at - 1);
                    if words.len() > 1 {
                        self.references.push(Reference { words, line: first.span().start().line, in_test });
                    }
                }
                TokenTree::Punct(punct) if punct.as_char() == ';' => attributes = Attributes::default(),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    /// Reads what follows `use`, or a list in it; `before` are the words before that list.
    fn read_use(&mut self, trees: &[TokenTree], before: &[String], in_test: bool) {
        for tree in trees.split(|tree| is_punct(Some(tree), ',')) {
            let tree = if is_separator(tree, 0) { &tree[2..] } else { tree };
            let Some(first) = tree.first() else { continue };
            let (words, end) = words_from(tree, 0);
            let mut words = [before, &words].concat();
            let end = if is_separator(tree, end) { end + 2 } else { end };
            if let Some(TokenTree::Group(list)) = tree.get(end) {
                self.read_use(&list.stream().into_iter().collect::<Vec<_>>(), &words, in_test);
                continue;
            }
            if words.len() > 1 {
                words.pop_if(|last| last == "self");
            }
            if is_punct(tree.get(end), '*') {
                self.globs.push(words.clone());
            } else if let Some(name) = word(tree.get(end + 1)).or_else(|| words.last().cloned()) {
                // With `as`, the name after it.
                self.imports.insert(name, words.clone());
            }
            self.references.push(Reference { words, line: first.span().start().line, in_test });
        }
    }
}

impl Attributes {
    fn read(&mut self, attribute: &TokenStream) {
        let trees = attribute.clone().into_iter().collect::<Vec<_>>();
        match (word(trees.first()).as_deref(), trees.get(1), trees.get(2)) {
            (Some("cfg"), Some(TokenTree::Group(condition)), _) => {
                self.test |= is_test_only(condition.stream());
            }
            (Some("path"), _, Some(TokenTree::Literal(path))) => {
                self.path = Some(path.to_string().trim_matches('"').to_owned());
            }
            _ => {}
        }
    }
}

/// Whether a `cfg` names `test`, except in `not(…)` and `any(…)`.
fn is_test_only(condition: TokenStream) -> bool {
    let trees = condition.into_iter().collect::<Vec<_>>();
    (0..trees.len()).any(|at| match &trees[at] {
        TokenTree::Ident(word) => word == "test",
        TokenTree::Group(group) => {
            at > 0 && word(trees.get(at - 1)).as_deref() == Some("all") && is_test_only(group.stream())
        }
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// The words of the path at `start`, and where it ends. No words if none is there.
fn words_from(trees: &[TokenTree], start: usize) -> (Vec<String>, usize) {
    let mut words = Vec::new();
    let mut at = start;
    while let Some(next) = word(trees.get(at)) {
        words.push(next);
        at += 1;
        if !is_separator(trees, at) || word(trees.get(at + 2)).is_none() {
            break;
        }
        at += 2;
    }
    (words, at)
}

fn word(tree: Option<&TokenTree>) -> Option<String> {
    match tree {
        // A raw name is the same name.
        Some(TokenTree::Ident(word)) => Some(word.to_string().trim_start_matches("r#").to_owned()),
        _ => None,
    }
}

fn is_punct(tree: Option<&TokenTree>, wanted: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

/// Whether `::` stands there.
fn is_separator(trees: &[TokenTree], at: usize) -> bool {
    is_punct(trees.get(at), ':') && is_punct(trees.get(at + 1), ':')
}
