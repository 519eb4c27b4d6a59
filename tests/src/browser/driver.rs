use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How often a driver is started before its failure is believed.
const STARTS: usize = 4;

/// How long a spec waits for what it expects: no spec measures time, and a machine with two busy cores is slow.
/// `QVM_PATIENCE_SECS` allows more, for models of gigabytes.
pub(super) fn patience() -> Duration {
    let allowed = std::env::var("QVM_PATIENCE_SECS").ok().and_then(|secs| secs.parse().ok());
    Duration::from_secs(allowed.unwrap_or(120))
}

/// A running driver of a browser, on a port that it chose; ends when dropped.
pub(super) struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// Starts a driver with its options; `before_port` is what it prints before the number of its port.
    ///
    /// A driver asks for a port that is free on IPv4 and IPv6 alike and gives up if another program takes it in
    /// between, which happens when many start at once; so it is started again, up to [`STARTS`] times in all.
    pub(super) fn start(command: &mut Command, before_port: &str) -> Result<Self> {
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut said = String::new();
        for _ in 0..STARTS {
            match Self::start_once(command, before_port)? {
                Ok(driver) => return Ok(driver),
                Err(lines) => said = lines,
            }
        }
        let program = command.get_program().to_string_lossy();
        bail!(
            "{program} ended {STARTS} times before it said on which port it listens; the last time it said: {said}"
        )
    }

    /// One start; what the driver printed if it ended before it listened.
    fn start_once(command: &mut Command, before_port: &str) -> Result<Result<Self, String>> {
        let program = command.get_program().to_string_lossy().into_owned();
        let mut process = command.spawn().with_context(|| format!("cannot start {program}"))?;
        let stdout = process.stdout.take().with_context(|| format!("{program}'s output is not connected"))?;
        let mut driver = Self { process, port: 0 };
        let mut said = String::new();
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        for line in lines.by_ref() {
            if let Some(port) = port_in(&line, before_port) {
                driver.port = port;
                // The rest of what it prints has to go somewhere, or it would stop when the pipe is full.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Ok(driver));
            }
            said.push_str(&line);
            said.push('\n');
        }
        Ok(Err(said))
    }

    /// Starts the browser.
    pub(super) async fn connect(&self, mut capabilities: Value) -> Result<Client> {
        capabilities["timeouts"] = json!({ "script": patience().as_millis() as u64 });
        let Value::Object(capabilities) = capabilities else { bail!("capabilities are a table") };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(capabilities).connect(&self.url()).await;
        client.context("the driver could not start the browser")
    }

    fn url(&self) -> String {
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
    fn a_driver_that_ends_too_early_is_started_again() -> Result<()> {
        let marker = std::env::temp_dir().join(format!("driver-{}", std::process::id()));
        let second_time = format!(
            "if mkdir '{0}'; then echo 'cannot bind'; exit 1; fi; rmdir '{0}'; echo 'on port 4123.'; exec sleep 9",
            marker.display()
        );
        let driver = Driver::start(Command::new("sh").args(["-c", &second_time]), "on port ")?;
        assert_eq!(driver.url(), "http://127.0.0.1:4123");

        let never = Driver::start(Command::new("sh").args(["-c", "echo cannot bind"]), "on port ");
        let error = never.err().context("a driver that never listens is an error")?.to_string();
        assert!(error.contains("4 times") && error.contains("cannot bind"), "{error}");
        Ok(())
    }

    #[test]
    fn the_port_is_read_from_the_line_that_says_it() {
        let chromium = "successfully on port ";
        assert_eq!(port_in("ChromeDriver was started successfully on port 41233.", chromium), Some(41233));
        assert_eq!(port_in("Starting ChromeDriver 156.0.8078.79 on port 0", chromium), None);
        let line = "1795597093071\tgeckodriver\tINFO\tListening on 127.0.0.1:34729";
        assert_eq!(port_in(line, "Listening on 127.0.0.1:"), Some(34729));
    }
}
