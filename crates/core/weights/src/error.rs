use tensor::Dtype;

/// Why a file cannot be used: what was found, what was expected, what to do.
///
/// Names from the file are shortened and escaped. The file's own name is not known here; the caller adds it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GgufError {
    /// An empty file.
    #[error("the file is empty; choose a .gguf model file")]
    Empty,
    /// A file that does not begin with `GGUF`.
    #[error(
        "this is not a GGUF file: it begins with {first_bytes}{}; choose a .gguf model file",
        .looks_like.map(|kind| format!(", which looks like {kind}")).unwrap_or_default()
    )]
    NotGguf {
        /// The first bytes, in hexadecimal and as text.
        first_bytes: String,
        /// What the bytes look like, with its article.
        looks_like: Option<&'static str>,
    },
    /// A version of the format that is not read.
    #[error(
        "GGUF version {found} is not supported, only 2 and 3 are; convert the model again with a current llama.cpp"
    )]
    Version {
        /// The version in the file.
        found: u32,
    },
    /// A file for big-endian machines.
    #[error(
        "this is a big-endian GGUF file (version {version}), only little-endian files are read; convert the model again without --bigendian"
    )]
    BigEndian {
        /// The version in the file.
        version: u32,
    },
    /// A file that is shorter than its header says.
    #[error(
        "the file is truncated or damaged: {what} needs {needs} bytes, the file has {has}; download it again and compare its size"
    )]
    Truncated {
        /// What lies past the end.
        what: String,
        /// The least length of a whole file.
        needs: u64,
        /// Length of the file.
        has: u64,
    },
    /// A byte source that ended before the file should.
    #[error(
        "no bytes came at offset {at} of a file of {file_len} bytes; the source ended early, open the file again"
    )]
    SourceEnded {
        /// Offset of the bytes that were asked for.
        at: u64,
        /// The stated length of the file.
        file_len: u64,
    },
    /// A byte source that gave more bytes than the file has.
    #[error(
        "{fed} bytes came from a file of {file_len} bytes; its stated length was wrong or it changed, open it again"
    )]
    TooManyBytes {
        /// All bytes that were fed.
        fed: u64,
        /// The stated length of the file.
        file_len: u64,
    },
    /// A count or length beyond the limits of this crate.
    #[error(
        "the file is damaged or not meant for this program: {what} is {found}, at most {limit} is accepted; download it again"
    )]
    Excessive {
        /// What is too large.
        what: String,
        /// The number in the file.
        found: u64,
        /// The limit: one of [`crate::limits`].
        limit: u64,
    },
    /// A name that is not UTF-8.
    #[error("the file is damaged: {what} is not valid UTF-8; download it again")]
    NotText {
        /// Which name.
        what: String,
    },
    /// A metadata value of a type that GGUF does not define.
    #[error(
        "the file is damaged: key {key} has a value of type {found}, the types of GGUF are 0 to 12; download it again"
    )]
    ValueType {
        /// The key.
        key: String,
        /// The number of the type.
        found: u32,
    },
    /// A truth value that is neither 0 nor 1.
    #[error("the file is damaged: key {key} has the truth value {found}, expected 0 or 1; download it again")]
    NotBool {
        /// The key.
        key: String,
        /// The byte in the file.
        found: u8,
    },
    /// Two values for one key.
    #[error("the file is damaged: it has the key {key} twice; convert the model again")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// Two tensors of one name.
    #[error("the file is damaged: it has the tensor {name} twice; convert the model again")]
    DuplicateTensor {
        /// The name.
        name: String,
    },
    /// An alignment that is not a power of two.
    #[error("general.alignment is {found}, expected a power of two; convert the model again")]
    Alignment {
        /// The value in the file.
        found: i128,
    },
    /// A tensor with no dimension or more than four.
    #[error(
        "tensor {tensor} has {found} dimensions, expected 1 to 4; the file is damaged, download it again"
    )]
    DimensionCount {
        /// The name of the tensor.
        tensor: String,
        /// The number in the file.
        found: u32,
    },
    /// A tensor without elements.
    #[error("tensor {tensor} has a dimension of length 0; the file is damaged, download it again")]
    EmptyDimension {
        /// The name of the tensor.
        tensor: String,
    },
    /// A tensor whose elements or bytes cannot be counted on this machine.
    #[error(
        "tensor {tensor} of shape {shape} is larger than this machine can address; the file is damaged or needs a 64-bit program"
    )]
    TooLarge {
        /// The name of the tensor.
        tensor: String,
        /// Its shape, outermost dimension first.
        shape: String,
    },
    /// A type of weights that is not read.
    #[error(
        "tensor {tensor} is stored as {}, which is not supported; choose a file with one of {}",
        type_name(*.found),
        supported()
    )]
    TensorType {
        /// The name of the tensor.
        tensor: String,
        /// The number of the type in ggml.
        found: u32,
    },
    /// A row that does not fill its last block.
    #[error("tensor {tensor} has rows of {row_len} elements, {dtype} needs a multiple of {}; quantise the model again", .dtype.block_len())]
    RowLength {
        /// The name of the tensor.
        tensor: String,
        /// Its type.
        dtype: Dtype,
        /// Length of its innermost dimension.
        row_len: usize,
    },
    /// A tensor that begins between two aligned places.
    #[error(
        "tensor {tensor} begins at offset {offset}, which is not a multiple of the file's alignment {alignment}; convert the model again"
    )]
    Misaligned {
        /// The name of the tensor.
        tensor: String,
        /// Its offset from the beginning of the tensor data.
        offset: u64,
        /// The alignment of the file.
        alignment: u64,
    },
    /// Two tensors that share bytes.
    #[error("tensors {first} and {second} overlap in the file; the file is damaged, download it again")]
    Overlap {
        /// The tensor that begins first.
        first: String,
        /// The tensor that begins before the first one ends.
        second: String,
    },
    /// A key that the model needs and the file does not have.
    #[error(
        "the file has no key {key}; it may be of another kind (a text model and its mmproj file are two files) or made by an old converter"
    )]
    MissingKey {
        /// The key.
        key: String,
    },
    /// A key whose value is of another kind.
    #[error(
        "key {key} is {found}, expected {expected}; the file was made by an unknown converter, convert the model again"
    )]
    KeyType {
        /// The key.
        key: String,
        /// The expected kind, with its article.
        expected: &'static str,
        /// The value in the file, shortened.
        found: String,
    },
}

/// A name from a file, for a message: escaped, at most 80 characters.
pub(crate) fn shown(name: &str) -> String {
    const MAX_CHARS: usize = 80;
    let mut escaped: String = name.chars().take(MAX_CHARS).flat_map(char::escape_debug).collect();
    if name.chars().nth(MAX_CHARS).is_some() {
        escaped.push('…');
    }
    format!("\"{escaped}\"")
}

/// The name by which a person may know the type: those of `enum ggml_type` that are not read.
fn type_name(id: u32) -> String {
    let name = match id {
        4 => "Q4_2",
        5 => "Q4_3",
        9 => "Q8_1",
        15 => "Q8_K",
        16 => "IQ2_XXS",
        17 => "IQ2_XS",
        18 => "IQ3_XXS",
        19 => "IQ1_S",
        20 => "IQ4_NL",
        21 => "IQ3_S",
        22 => "IQ2_S",
        23 => "IQ4_XS",
        24 => "I8",
        25 => "I16",
        26 => "I32",
        27 => "I64",
        28 => "F64",
        29 => "IQ1_M",
        34 => "TQ1_0",
        35 => "TQ2_0",
        39 => "MXFP4",
        _ => return format!("the unknown type {id}"),
    };
    name.to_owned()
}

fn supported() -> String {
    Dtype::ALL.map(Dtype::name).join(", ")
}
