use crate::Dtype;

/// Bytes and elements that do not fit each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// A number of elements that does not fill its last block.
    #[error(
        "{n_elements} elements do not fill whole {dtype} blocks, which hold {} elements each; \
         use a multiple of that number or a type without blocks, such as F16",
        dtype.block_len()
    )]
    PartialBlock {
        /// The type that was asked for.
        dtype: Dtype,
        /// The number of elements that was asked for.
        n_elements: usize,
    },
    /// A slice of bytes that is shorter or longer than its elements need.
    #[error(
        "{n_elements} elements of {dtype} take {expected} bytes, found {found}; pass exactly the tensor's bytes"
    )]
    ByteCount {
        /// The type of the elements.
        dtype: Dtype,
        /// The number of elements that was asked for.
        n_elements: usize,
        /// The number of bytes that they take.
        expected: usize,
        /// The number of bytes that was passed.
        found: usize,
    },
    /// More bytes than this machine can address.
    #[error("{n_elements} elements of {dtype} take more bytes than this machine can address")]
    TooLarge {
        /// The type of the elements.
        dtype: Dtype,
        /// The number of elements that was asked for.
        n_elements: usize,
    },
}

impl Dtype {
    /// Bytes that `n_elements` elements take.
    ///
    /// # Errors
    /// [`LayoutError::PartialBlock`] if the elements do not fill their last block, [`LayoutError::TooLarge`] if
    /// the bytes exceed `usize` (32 bits in the browser).
    pub fn n_bytes(self, n_elements: usize) -> Result<usize, LayoutError> {
        if !n_elements.is_multiple_of(self.block_len()) {
            return Err(LayoutError::PartialBlock { dtype: self, n_elements });
        }
        (n_elements / self.block_len())
            .checked_mul(self.block_bytes())
            .ok_or(LayoutError::TooLarge { dtype: self, n_elements })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_counted_in_whole_blocks() {
        assert_eq!(Dtype::Q4K.n_bytes(512), Ok(288));
        assert_eq!(Dtype::Q4K.n_bytes(0), Ok(0));
        assert_eq!(Dtype::F16.n_bytes(3), Ok(6));
        assert_eq!(
            Dtype::Q4_0.n_bytes(33),
            Err(LayoutError::PartialBlock { dtype: Dtype::Q4_0, n_elements: 33 })
        );
        assert_eq!(
            Dtype::F32.n_bytes(usize::MAX),
            Err(LayoutError::TooLarge { dtype: Dtype::F32, n_elements: usize::MAX })
        );
    }
}
