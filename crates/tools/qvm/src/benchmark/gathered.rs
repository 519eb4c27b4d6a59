use anyhow::bail;

/// Everything that is wrong with a file, reported at once: fixing one fault should not only reveal the next.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    listed: Vec<String>,
    n: usize,
}

/// Faults that are listed; further ones are counted.
const MOST_LISTED: usize = 20;

impl Gathered {
    pub(crate) fn add(&mut self, trouble: String) {
        self.n += 1;
        if self.listed.len() < MOST_LISTED {
            self.listed.push(trouble);
        }
    }

    /// An error, if anything was wrong. `what` follows the number of them.
    pub(crate) fn into_result(self, what: &str) -> anyhow::Result<()> {
        if self.n == 0 {
            return Ok(());
        }
        let more = match self.n - self.listed.len() {
            0 => String::new(),
            n => format!("\nand {n} more"),
        };
        bail!("{} {what}:\n{}{more}", self.n, self.listed.join("\n"))
    }
}
