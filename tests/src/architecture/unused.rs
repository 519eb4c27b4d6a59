use std::collections::BTreeSet;

use anyhow::Result;

use super::files::SourceFile;
use super::modules::Modules;
use super::workspace::{Edge, Purpose, Workspace};

/// A dependency that no source file names.
pub struct Unnamed {
    /// The member.
    pub from: &'static str,
    /// The package.
    pub to: &'static str,
    /// What it is there for.
    pub reason: &'static str,
}

/// Dependencies that may go unnamed.
pub struct Used(pub &'static [Unnamed]);

impl Used {
    /// Every dependency of a manifest that no source file of its member names, and every exception that is none. What ships must be
    /// named by what ships; a dev-dependency by a test, unless it only adds features to a dependency that ships.
    ///
    /// # Errors
    /// Names the file that is missing or is not Rust.
    pub fn violations(&self, workspace: &Workspace, files: &[SourceFile]) -> Result<Vec<String>> {
        let (shipped, tested) = names(workspace, files)?;
        let is_named = |names: &BTreeSet<Edge>, edge: &Edge| {
            names.contains(&Edge::new(&edge.from, &edge.to.replace('-', "_")))
        };
        let is_excepted =
            |edge: &Edge| self.0.iter().any(|unnamed| unnamed.from == edge.from && unnamed.to == edge.to);
        let mut violations = Vec::new();
        let unnamed = workspace.edges.iter().filter(|edge| !is_named(&shipped, edge));
        for edge @ Edge { from, to } in unnamed.filter(|edge| !is_excepted(edge)) {
            violations.push(if is_named(&tested, edge) {
                format!("{from} depends on {to}, but only its tests use it: make it a dev-dependency")
            } else {
                format!("{from} depends on {to}, but no source file of it names {to}")
            });
        }
        let test_only = workspace.test_edges.difference(&workspace.edges);
        for Edge { from, to } in test_only.filter(|edge| !is_named(&tested, edge)) {
            violations.push(format!("{from} has the dev-dependency {to}, but no test of it names {to}"));
        }
        for Unnamed { from, to, .. } in self.0 {
            let edge = Edge::new(from, to);
            if !workspace.edges.contains(&edge) || is_named(&shipped, &edge) {
                violations.push(format!("{from} -> {to} is no exception: take it out of the test"));
            }
        }
        Ok(violations)
    }
}

/// Which crates the members name in what ships, and in their tests.
fn names(workspace: &Workspace, files: &[SourceFile]) -> Result<(BTreeSet<Edge>, BTreeSet<Edge>)> {
    let (mut shipped, mut tested) = (BTreeSet::new(), BTreeSet::new());
    for program in &workspace.programs {
        for module in Modules::read(&program.root, files)?.iter() {
            for reference in &module.said.references {
                let Some(first) = reference.words.first().filter(|first| !module.shadows(first)) else {
                    continue;
                };
                let in_test = reference.in_test || program.purpose == Purpose::Tests;
                let names = if in_test { &mut tested } else { &mut shipped };
                names.insert(Edge::new(&program.member, first));
            }
        }
    }
    Ok((shipped, tested))
}
