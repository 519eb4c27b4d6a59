use bench::Shard;

/// Whether the question at this place of the order is one of the shard's.
pub const fn holds(shard: Shard, place: u32) -> bool {
    place % shard.of == shard.index
}

/// Questions that a shard has of this many.
pub const fn n_held(shard: Shard, n_total: u32) -> u32 {
    n_total.saturating_sub(shard.index).div_ceil(shard.of)
}

#[cfg(test)]
mod tests {
    use super::*;

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
