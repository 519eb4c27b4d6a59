use std::collections::BTreeSet;

use super::workspace::{Edge, Workspace};

/// What the architecture allows.
pub struct Edges {
    /// Between members: the only edges there may be, by the folder that the member is in.
    pub between_members: &'static [(&'static str, &'static [Allowed])],
    /// Packages from elsewhere, by the start of their names, and the only members that may name them.
    pub reserved: &'static [Allowed],
}

/// A member and what it may depend on; or a package and the members that may depend on it.
pub(super) type Allowed = (&'static str, &'static [&'static str]);

impl Edges {
    /// The rule of each member.
    pub fn members(&self) -> impl Iterator<Item = Allowed> {
        self.between_members.iter().flat_map(|(_, members)| members.iter().copied())
    }

    /// Every edge that is not allowed, as a sentence.
    pub fn violations(&self, workspace: &Workspace) -> Vec<String> {
        workspace.edges.iter().filter_map(|edge| self.violation(edge, &workspace.members)).collect()
    }

    fn violation(&self, Edge { from, to }: &Edge, members: &BTreeSet<String>) -> Option<String> {
        if members.contains(to) {
            let Some((_, allowed)) = self.members().find(|(member, _)| member == from) else {
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

    /// Everything that is allowed and that no manifest makes use of, as a sentence.
    pub fn unused(&self, workspace: &Workspace) -> Vec<String> {
        let has = |from: &str, is: &dyn Fn(&str) -> bool| {
            workspace.edges.iter().any(|edge| edge.from == from && is(&edge.to))
        };
        let between = self.members().flat_map(|(from, allowed)| allowed.iter().map(move |to| (from, *to)));
        let between = between.filter(|(from, to)| !has(from, &|named| named == *to));
        let reserved =
            self.reserved.iter().flat_map(|(start, may)| may.iter().map(move |from| (*from, *start)));
        let reserved = reserved.filter(|(from, start)| !has(from, &|named| named.starts_with(start)));
        let say = |(from, to)| {
            format!("{from} may depend on {to}, but its Cargo.toml does not: take it out of the rules")
        };
        between.chain(reserved).map(say).collect()
    }
}
