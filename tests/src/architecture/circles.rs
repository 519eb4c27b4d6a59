use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};
use std::path::PathBuf;

use anyhow::Result;

use super::files::SourceFile;
use super::modules::Modules;
use super::workspace::Program;

/// A circle that there may be.
pub struct Known {
    /// The crate.
    pub member: &'static str,
    /// Its modules, as [`Circle::modules`] has them.
    pub modules: &'static [&'static str],
    /// Why it stays.
    pub reason: &'static str,
}

/// The circles between modules that there may be.
pub struct Circles(pub &'static [Known]);

impl Circles {
    /// Every circle that is not known, with a line of source for each arrow, and everything known that does not occur.
    pub fn violations(&self, circles: &[Circle]) -> Vec<String> {
        let is = |known: &Known, circle: &Circle| {
            known.member == circle.member && circle.modules.iter().eq(known.modules)
        };
        let unknown = circles.iter().filter(|circle| !self.0.iter().any(|known| is(known, circle)));
        let gone = self.0.iter().filter(|known| !circles.iter().any(|circle| is(known, circle)));
        let gone = gone.map(|known| {
            format!("{}: {:?} are no longer a circle: take them out of the test", known.member, known.modules)
        });
        unknown.map(ToString::to_string).chain(gone).collect()
    }
}

/// Sibling modules, each of which reaches every other. A module stands for everything below it, so a parent and its child are no
/// siblings: a child may use its parent's types, and a parent its child's.
#[derive(Debug)]
pub struct Circle {
    /// The crate.
    pub member: String,
    /// Names below the crate's root, such as `site::range`, in the order of the alphabet.
    pub modules: Vec<String>,
    /// One for each pair of them of which the one names the other.
    pub arrows: Vec<Arrow>,
}

/// A place at which one module names another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// The module that names the other.
    pub from: String,
    /// The other.
    pub to: String,
    /// Relative to the checkout.
    pub file: PathBuf,
    /// From 1.
    pub line: usize,
}

impl Display for Circle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {} go round in a circle", self.member, self.modules.join(", "))?;
        for Arrow { from, to, file, line } in &self.arrows {
            write!(out, "\n    {from} -> {to} at {}:{line}", file.display())?;
        }
        Ok(())
    }
}

/// Every circle in a program, tests left out.
///
/// # Errors
/// Names the file that is missing or is not Rust.
pub fn circles(program: &Program, files: &[SourceFile]) -> Result<Vec<Circle>> {
    let modules = Modules::read(&program.root, files)?;
    let arrows = arrows(&modules);
    let reached = arrows.keys().map(|(from, _)| (from.as_str(), reached_from(from, &arrows)));
    let reached = reached.collect::<BTreeMap<_, _>>();
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (from, to) in &reached {
        let reaches_back = |to: &&str| reached.get(to).is_some_and(|back| back.contains(from));
        let members = to.iter().copied().filter(reaches_back).collect::<Vec<_>>();
        if members.len() > 1 && seen.insert(members.clone()) {
            let between = |(from, to): &(String, String)| {
                [from, to].iter().all(|name| members.contains(&name.as_str()))
            };
            let arrows = arrows.iter().filter(|(ends, _)| between(ends)).map(|(_, arrow)| arrow.clone());
            found.push(Circle {
                member: program.member.clone(),
                modules: members.iter().map(|name| (*name).to_owned()).collect(),
                arrows: arrows.collect(),
            });
        }
    }
    Ok(found)
}

/// By their two ends.
type Arrows = BTreeMap<(String, String), Arrow>;

fn reached_from<'a>(from: &'a str, arrows: &'a Arrows) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut left = vec![from];
    while let Some(at) = left.pop() {
        let next = arrows.keys().filter(|(from, _)| from == at).map(|(_, to)| to.as_str());
        left.extend(next.filter(|to| reached.insert(*to)));
    }
    reached
}

/// The first place of each arrow between siblings.
fn arrows(modules: &Modules) -> Arrows {
    let mut arrows = BTreeMap::new();
    for module in modules.iter() {
        for reference in module.said.references.iter().filter(|reference| !reference.in_test) {
            let Some(target) = modules.target(module, reference) else { continue };
            let n_shared = module.path.iter().zip(&target.path).take_while(|(from, to)| from == to).count();
            // One of the two lies inside of the other.
            if n_shared == module.path.len() || n_shared == target.path.len() {
                continue;
            }
            let (from, to) = (module.path[..=n_shared].join("::"), target.path[..=n_shared].join("::"));
            let (file, line) = (module.file.clone(), reference.line);
            arrows.entry((from.clone(), to.clone())).or_insert(Arrow { from, to, file, line });
        }
    }
    arrows
}
