use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Random numbers that are the same on every machine: ChaCha8's words, and floats made from them only with exactly rounded
/// operations.
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    /// Streams of different keys are unrelated.
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A separate stream whose key is the next number of this one.
    pub(crate) fn fork(&mut self) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(b"fork\0\0\0\0");
        key[8..16].copy_from_slice(&self.0.next_u64().to_le_bytes());
        Self::new(key)
    }

    /// In `0..1`, in steps of 2^-24.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// Uniform between the two.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// A whole number below `n`; 0 for `n` of 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        // The bias of a multiplication is below 2^-24 for the small numbers drawn here.
        ((u64::from(self.0.next_u32()) * n as u64) >> 32) as usize
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// -1 or 1.
    pub(crate) fn sign(&mut self) -> f32 {
        if self.chance(0.5) { 1.0 } else { -1.0 }
    }

    /// Approximately normal with mean 0 and standard deviation 1, never beyond 4.9: the sum of the eight bytes of a word. Good enough
    /// for the grain of an image, and made of whole numbers.
    pub(crate) fn normal(&mut self) -> f32 {
        let sum: u32 = self.0.next_u64().to_le_bytes().into_iter().map(u32::from).sum();
        // Eight bytes: mean 8 * 127.5, variance 8 * (256^2 - 1) / 12.
        (sum as f32 - 1020.0) / 209.022_33
    }

    /// `items` in a random order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}
