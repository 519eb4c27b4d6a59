//! The product that an adapter adds to a matrix, row by row.

/// `scale * B·A`: as many rows as B, as many columns as A.
#[derive(Debug)]
pub(in crate::hub) struct Delta {
    /// `(rank, columns)`
    a: Vec<f32>,
    /// `(rows, rank)`
    b: Vec<f32>,
    rank: usize,
    scale: f32,
}

impl Delta {
    /// From both factors in row-major order.
    pub(super) fn new(a: Vec<f32>, b: Vec<f32>, rank: usize, scale: f32) -> Self {
        Self { a, b, rank, scale }
    }

    /// Adds its rows, from `first_row` on, to whole rows of weights.
    ///
    /// As in PEFT, the sum over the rank comes first, then it is scaled, then added, each rounded to f32.
    pub(in crate::hub) fn add_to(&self, first_row: usize, weights: &mut [f32]) {
        let n_cols = self.a.len() / self.rank;
        let mut product = vec![0.0_f32; n_cols];
        let rows_of_b = self.b.chunks_exact(self.rank).skip(first_row);
        for (row, factors) in weights.chunks_exact_mut(n_cols).zip(rows_of_b) {
            product.fill(0.0);
            for (row_of_a, factor) in self.a.chunks_exact(n_cols).zip(factors) {
                product.iter_mut().zip(row_of_a).for_each(|(sum, a)| *sum += factor * a);
            }
            row.iter_mut().zip(&product).for_each(|(weight, sum)| *weight += self.scale * sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Delta;

    #[test]
    fn rows_in_the_middle_get_their_own_product() {
        // B is (3, 2), A is (2, 2).
        let delta = Delta::new(vec![1.0, 2.0, 10.0, 20.0], vec![1.0, 0.0, 0.0, 1.0, 2.0, 3.0], 2, 0.5);
        let mut rows = [100.0; 4];
        delta.add_to(1, &mut rows);
        assert_eq!(rows, [105.0, 110.0, 116.0, 132.0]);
    }
}
