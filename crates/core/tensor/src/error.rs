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
