//! Makes a GGUF pair: from a checkpoint, or of random weights.
