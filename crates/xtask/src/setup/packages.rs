//! Packages of Debian and Ubuntu.

use std::path::Path;
use std::process::Command;
use std::sync::Once;

use anyhow::{Result, bail};

use crate::command::{ask, run, which};

/// Installs packages; elsewhere than on Debian and Ubuntu, or without the right to, names `what` and the command.
pub(super) fn install(what: &str, packages: &[&str]) -> Result<()> {
    static UPDATED: Once = Once::new();
    let by_hand = format!("apt-get install {}", packages.join(" "));
    if !is_debian() {
        bail!(
            "{what} is missing. On Debian or Ubuntu `{by_hand}` installs it; here, install it by the system's own means"
        );
    }
    let Some(prefix) = become_root() else {
        bail!("{what} is missing, and only root may install it: run `{by_hand}` as root");
    };
    println!("setup: {what}: {by_hand}");
    let apt = |arguments: &[&str]| {
        let mut words = prefix.iter().copied().chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        let mut command = Command::new(words.next().unwrap_or("env"));
        command.args(words).args(["-qq", "-o=Dpkg::Use-Pty=0"]).args(arguments);
        run(&mut command)
    };
    let mut updated = Ok(());
    UPDATED.call_once(|| updated = apt(&["update"]));
    updated?;
    apt(&[&["install", "-y", "--no-install-recommends"], packages].concat())
}

/// Runs a command with root's rights, by sudo where needed.
pub(super) fn run_as_root(words: &[&str]) -> Result<()> {
    let Some(prefix) = become_root() else { bail!("run as root: {}", words.join(" ")) };
    let mut words = prefix.iter().copied().chain(words.iter().copied());
    run(Command::new(words.next().unwrap_or_default()).args(words))
}

/// Whether packages can be installed without asking anybody.
pub(super) fn can_install() -> bool {
    is_debian() && become_root().is_some()
}

/// A software Vulkan driver: kernel tests run on it where there is no GPU.
pub(super) fn software_vulkan() -> Result<()> {
    let drivers = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
    if drivers.iter().any(|folder| Path::new(folder).read_dir().is_ok_and(|mut files| files.next().is_some()))
    {
        return Ok(());
    }
    if !can_install() {
        println!("setup: no Vulkan driver found: tests that need one will say that they were skipped");
        return Ok(());
    }
    install("a software Vulkan driver", &["mesa-vulkan-drivers"])
}

fn is_debian() -> bool {
    Path::new("/etc/debian_version").is_file() && which("apt-get").is_some()
}

/// The words before a command that give it root's rights; `None` where there are none.
fn become_root() -> Option<&'static [&'static str]> {
    if ask(Command::new("id").arg("-u")).as_deref() == Some("0") {
        return Some(&[]);
    }
    which("sudo").map(|_| ["sudo"].as_slice())
}
