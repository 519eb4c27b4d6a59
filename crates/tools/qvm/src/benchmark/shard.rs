use std::str::FromStr;

use bench::Shard;

/// `i/n` on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShardArg(pub(crate) Shard);

impl FromStr for ShardArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts =
            text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((index, of)) if index < of => Ok(Self(Shard { index, of })),
            _ => Err(format!(
                "expected i/n with i from 0 to n - 1, as in 0/4 for the first of four; found {text}"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_one_of_some() {
        assert_eq!("0/4".parse(), Ok(ShardArg(Shard { index: 0, of: 4 })));
        assert_eq!("3/4".parse(), Ok(ShardArg(Shard { index: 3, of: 4 })));
        for wrong in ["4/4", "1", "0/0", "-1/4", "a/b", "1/2/3", ""] {
            let error = wrong.parse::<ShardArg>().unwrap_err();
            assert!(error.contains("expected i/n") && error.ends_with(wrong), "{error}");
        }
    }
}
