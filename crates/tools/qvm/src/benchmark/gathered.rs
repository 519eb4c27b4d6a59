use anyhow::bail;

/// Things that are wrong with a file, told together: who mends one would otherwise meet the next.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    told: Vec<String>,
    n: usize,
}

/// Further ones are counted.
const MOST_TOLD: usize = 20;

impl Gathered {
    pub(crate) fn add(&mut self, trouble: String) {
        self.n += 1;
        if self.told.len() < MOST_TOLD {
            self.told.push(trouble);
        }
    }

    /// An error, if anything was wrong. `what` follows the number of them.
    pub(crate) fn into_result(self, what: &str) -> anyhow::Result<()> {
        if self.n == 0 {
            return Ok(());
        }
        let more = match self.n - self.told.len() {
            0 => String::new(),
            n => format!("\nand {n} more"),
        };
        bail!("{} {what}:\n{}{more}", self.n, self.told.join("\n"))
    }
}
