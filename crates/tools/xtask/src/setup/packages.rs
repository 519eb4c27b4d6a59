//! Packages of Debian and Ubuntu.

use std::path::Path;
use std::process::Command;
use std::sync::Once;

use anyhow::{Result, bail};

use crate::command::{ask, run, which};

/// Installs packages; elsewhere than on Debian and Ubuntu, or without the right to, names `what` and the command.
pub(super) fn install(what: &str, packages: &[&str]) -> Result<()> {
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
    update(prefix)?;
    apt(prefix, &[&["install", "-y", "--no-install-recommends"], packages].concat())
}

/// Whether there is a package of this name.
pub(super) fn offers(package: &str) -> Result<bool> {
    let Some(prefix) = become_root() else { return Ok(false) };
    update(prefix)?;
    let said = ask(Command::new("apt-cache").args(["show", "--no-all-versions", package]));
    Ok(said.is_some_and(|said| said.lines().any(|line| line == format!("Package: {package}"))))
}

/// Fetches the lists of packages, once.
fn update(prefix: &[&str]) -> Result<()> {
    static UPDATED: Once = Once::new();
    let mut updated = Ok(());
    UPDATED.call_once(|| updated = apt(prefix, &["update"]));
    updated
}

fn apt(prefix: &[&str], arguments: &[&str]) -> Result<()> {
    let mut words = prefix.iter().copied().chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    let mut command = Command::new(words.next().unwrap_or("env"));
    run(command.args(words).args(["-qq", "-o=Dpkg::Use-Pty=0"]).args(arguments))
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

/// Mesa's software Vulkan driver, lavapipe: kernel tests and Firefox's WebGPU run on it where there is no GPU.
pub(super) fn software_vulkan() -> Result<()> {
    if ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"].iter().any(|folder| has_lavapipe(Path::new(folder))) {
        return Ok(());
    }
    if !can_install() {
        println!(
            "setup: no software Vulkan driver found: tests that need one will say that they were skipped"
        );
        return Ok(());
    }
    install("a software Vulkan driver", &["mesa-vulkan-drivers"])
}

/// Whether a folder of drivers describes lavapipe.
fn has_lavapipe(folder: &Path) -> bool {
    let Ok(files) = folder.read_dir() else { return false };
    files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("lvp_icd"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_vulkan_driver_is_not_lavapipe() {
        let folder = std::env::temp_dir().join(format!("qvm-icd-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("radeon_icd.x86_64.json"), "{}").unwrap();
        assert!(!has_lavapipe(&folder) && !has_lavapipe(&folder.join("nowhere")));
        std::fs::write(folder.join("lvp_icd.x86_64.json"), "{}").unwrap();
        assert!(has_lavapipe(&folder));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
