use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, Target};

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

/// What a program is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A library or a binary.
    Ships,
    /// A test, an example, a benchmark: these may use dev-dependencies.
    Tests,
}

/// What is compiled as one: a library, a binary, a test.
#[derive(Clone, Debug)]
pub struct Program {
    /// The member that it belongs to.
    pub member: String,
    /// Its first file, relative to the checkout.
    pub root: PathBuf,
    /// Whether it ships.
    pub purpose: Purpose,
}

/// The members and what their manifests name.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// Names of the members.
    pub members: BTreeSet<String>,
    /// What the members depend on, other members and packages from elsewhere, on any machine.
    pub edges: BTreeSet<Edge>,
    /// What only their tests depend on: a test may use anything that shows that a crate is right (an engine's test runs on the CPU
    /// backend), since it does not ship.
    pub test_edges: BTreeSet<Edge>,
    /// What is compiled. Build scripts are left out; no member has one.
    pub programs: Vec<Program>,
}

impl Workspace {
    /// Reads the workspace that this package is a member of.
    ///
    /// # Errors
    /// If `cargo metadata` fails.
    pub fn read() -> Result<Self> {
        let metadata = MetadataCommand::new().no_deps().other_options(vec!["--offline".to_owned()]).exec();
        Ok(Self::from(&metadata.context("cargo metadata failed")?))
    }
}

impl From<&Metadata> for Workspace {
    fn from(metadata: &Metadata) -> Self {
        let packages = metadata.workspace_packages();
        let edges = |is_for_tests: bool| {
            let of = move |package: &&Package| {
                let wanted = package.dependencies.iter().filter(move |dependency| {
                    (dependency.kind == DependencyKind::Development) == is_for_tests
                });
                wanted.map(|dependency| Edge::new(&package.name, &dependency.name)).collect::<Vec<_>>()
            };
            packages.iter().flat_map(of).collect()
        };
        let root = metadata.workspace_root.as_std_path();
        let programs = packages.iter().flat_map(|package| {
            package.targets.iter().map(|target| Program::new(&package.name, target, root))
        });
        Self {
            members: packages.iter().map(|package| package.name.to_string()).collect(),
            edges: edges(false),
            test_edges: edges(true),
            programs: programs.collect(),
        }
    }
}

impl Program {
    fn new(member: &str, target: &Target, root: &Path) -> Self {
        let file = target.src_path.as_std_path();
        Self {
            member: member.to_owned(),
            root: file.strip_prefix(root).unwrap_or(file).to_owned(),
            purpose: if target.is_lib() || target.is_bin() { Purpose::Ships } else { Purpose::Tests },
        }
    }
}
