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

/// Whether the question at this place is one of the shard's.
pub(crate) const fn holds(shard: Shard, place: u32) -> bool {
    place % shard.of == shard.index
}

/// Questions that a shard has of this many.
pub(crate) const fn n_held(shard: Shard, n_total: u32) -> u32 {
    n_total.saturating_sub(shard.index).div_ceil(shard.of)
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

    #[test]
    fn shards_hold_every_place_once() {
        for of in 1..6 {
            for n_total in 0..20 {
                let mut n = 0;
                for place in 0..n_total {
                    let n_holding = (0..of).filter(|&index| holds(Shard { index, of }, place)).count();
                    assert_eq!(n_holding, 1);
                }
                for index in 0..of {
                    let shard = Shard { index, of };
                    assert_eq!(
                        n_held(shard, n_total),
                        (0..n_total).filter(|&p| holds(shard, p)).count() as u32
                    );
                    n += n_held(shard, n_total);
                }
                assert_eq!(n, n_total);
            }
        }
    }
}
