use std::collections::BTreeSet;

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// A member of the workspace and one package that its manifest names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The member.
    pub from: String,
    /// What it depends on.
    pub to: String,
}

impl Edge {
    /// `from` depends on `to`.
    pub fn new(from: &str, to: &str) -> Self {
        Self { from: from.to_owned(), to: to.to_owned() }
    }
}

/// The members and what their manifests name. Dev-dependencies are left out: a test may use whatever shows that a crate
/// is right (an engine's test runs on the CPU backend) and ships nothing.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// Names of the members.
    pub members: BTreeSet<String>,
    /// What the members depend on, other members and packages from elsewhere.
    pub edges: BTreeSet<Edge>,
}

impl Workspace {
    /// Reads the workspace that this package is a member of.
    ///
    /// # Errors
    /// Where `cargo metadata` fails.
    pub fn read() -> Result<Self> {
        let metadata = MetadataCommand::new().no_deps().other_options(vec!["--offline".to_owned()]).exec();
        Ok(Self::from(&metadata.context("cargo metadata failed")?))
    }
}

impl From<&Metadata> for Workspace {
    fn from(metadata: &Metadata) -> Self {
        let packages = metadata.workspace_packages();
        let edges = packages.iter().flat_map(|package| {
            let ships = package
                .dependencies
                .iter()
                .filter(|dependency| dependency.kind != DependencyKind::Development);
            ships.map(|dependency| Edge::new(&package.name, &dependency.name))
        });
        let members = packages.iter().map(|package| package.name.to_string()).collect();
        Self { members, edges: edges.collect() }
    }
}

/// What the architecture allows.
pub struct Edges {
    /// Between members: the only edges there may be.
    pub between_members: &'static [(&'static str, &'static [&'static str])],
    /// Packages from elsewhere, by the start of their names, and the only members that may name them.
    pub reserved: &'static [(&'static str, &'static [&'static str])],
}

impl Edges {
    /// Every violation, as a sentence.
    pub fn violations(&self, workspace: &Workspace) -> Vec<String> {
        workspace.edges.iter().filter_map(|edge| self.violation(edge, &workspace.members)).collect()
    }

    fn violation(&self, Edge { from, to }: &Edge, members: &BTreeSet<String>) -> Option<String> {
        if members.contains(to) {
            let allowed = self.between_members.iter().find(|(member, _)| member == from);
            let Some((_, allowed)) = allowed else {
                return Some(format!("{from} depends on {to}, but the rules do not know {from}"));
            };
            let may = allowed.contains(&to.as_str());
            return (!may)
                .then(|| format!("{from} may not depend on {to}: of the members only on {allowed:?}"));
        }
        let (_, may_name) = self.reserved.iter().find(|(start, _)| to.starts_with(start))?;
        let may = may_name.contains(&from.as_str());
        (!may).then(|| format!("{from} may not name {to}: only {may_name:?} may"))
    }
}
