use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

/// A running driver of a browser, on a port that it chose; ends when dropped.
pub(super) struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// Starts a driver with its options; `before_port` is what it prints before the number of its port.
    pub(super) fn start(command: &mut Command, before_port: &str) -> Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().with_context(|| format!("cannot start {program}"))?;
        let stdout = process.stdout.take().with_context(|| format!("{program}'s output is not connected"))?;
        let mut lines = BufReader::new(stdout).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| port_in(&line, before_port));
        // The rest of what it prints has to go somewhere, or it would stop when the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        let mut driver = Self { process, port: 0 };
        driver.port =
            port.with_context(|| format!("{program} ended before it said on which port it listens"))?;
        Ok(driver)
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `ChromeDriver was started successfully on port 41233.`
fn port_in(line: &str, before_port: &str) -> Option<u16> {
    line.split_once(before_port)?.1.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_the_line_that_says_it() {
        let chromium = "successfully on port ";
        assert_eq!(port_in("ChromeDriver was started successfully on port 41233.", chromium), Some(41233));
        assert_eq!(port_in("Starting ChromeDriver 156.0.8078.79 on port 0", chromium), None);
        let line = "1795597093071\tgeckodriver\tINFO\tListening on 127.0.0.1:34729";
        assert_eq!(port_in(line, "Listening on 127.0.0.1:"), Some(34729));
    }
}
