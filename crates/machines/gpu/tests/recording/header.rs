//! Headers of text models of any shape, without their tensors' bytes.

use tensor::Dtype;
use weights::{Gguf, HeaderReader};

/// The shape of a text model, and what its matrices are stored as.
pub(crate) struct Shape {
    pub(crate) n_layers: usize,
    pub(crate) n_embd: usize,
    pub(crate) n_ff: usize,
    pub(crate) n_vocab: usize,
    pub(crate) n_query: usize,
    pub(crate) n_kv: usize,
    /// Whether values and down projection of a layer are Q6_K. The table is Q6_K too, everything else Q4_K.
    pub(crate) more_bits: fn(usize) -> bool,
}

struct Writer(Vec<u8>);

impl Writer {
    fn string(&mut self, text: &str) {
        self.0.extend((text.len() as u64).to_le_bytes());
        self.0.extend(text.as_bytes());
    }

    fn number(&mut self, key: &str, value: usize) {
        self.string(key);
        self.0.extend(4_u32.to_le_bytes());
        self.0.extend((value as u32).to_le_bytes());
    }

    fn float(&mut self, key: &str, value: f32) {
        self.string(key);
        self.0.extend(6_u32.to_le_bytes());
        self.0.extend(value.to_le_bytes());
    }
}

impl Shape {
    fn tensors(&self) -> Vec<(String, Dtype, Vec<usize>)> {
        let head_dim = self.n_embd / self.n_query;
        let (n, kv) = (self.n_embd, self.n_kv * head_dim);
        let mut all = vec![
            ("token_embd.weight".to_owned(), Dtype::Q6K, vec![self.n_vocab, n]),
            ("output_norm.weight".to_owned(), Dtype::F32, vec![n]),
        ];
        for layer in 0..self.n_layers {
            let more = if (self.more_bits)(layer) { Dtype::Q6K } else { Dtype::Q4K };
            let matrices = [
                ("attn_q", Dtype::Q4K, n, n),
                ("attn_k", Dtype::Q4K, kv, n),
                ("attn_v", more, kv, n),
                ("attn_output", Dtype::Q4K, n, n),
                ("ffn_gate", Dtype::Q4K, self.n_ff, n),
                ("ffn_up", Dtype::Q4K, self.n_ff, n),
                ("ffn_down", more, n, self.n_ff),
            ];
            let name = |part: &str, what: &str| format!("blk.{layer}.{part}.{what}");
            for (part, dtype, rows, cols) in matrices {
                all.push((name(part, "weight"), dtype, vec![rows, cols]));
            }
            for (part, rows) in [("attn_q", n), ("attn_k", kv), ("attn_v", kv)] {
                all.push((name(part, "bias"), Dtype::F32, vec![rows]));
            }
            for part in ["attn_norm", "ffn_norm"] {
                all.push((name(part, "weight"), Dtype::F32, vec![n]));
            }
        }
        all
    }

    /// The header, as if read from a file of the right length.
    pub(crate) fn header(&self) -> Gguf {
        let tensors = self.tensors();
        let mut w = Writer(b"GGUF".to_vec());
        w.0.extend(3_u32.to_le_bytes());
        w.0.extend((tensors.len() as u64).to_le_bytes());
        w.0.extend(10_u64.to_le_bytes());
        w.string("general.architecture");
        w.0.extend(8_u32.to_le_bytes());
        w.string("qwen2vl");
        w.number("qwen2vl.block_count", self.n_layers);
        w.number("qwen2vl.context_length", 32_768);
        w.number("qwen2vl.embedding_length", self.n_embd);
        w.number("qwen2vl.feed_forward_length", self.n_ff);
        w.number("qwen2vl.attention.head_count", self.n_query);
        w.number("qwen2vl.attention.head_count_kv", self.n_kv);
        w.float("qwen2vl.attention.layer_norm_rms_epsilon", 1e-6);
        w.float("qwen2vl.rope.freq_base", 1e6);
        w.string("qwen2vl.rope.dimension_sections");
        w.0.extend(9_u32.to_le_bytes());
        w.0.extend(5_u32.to_le_bytes());
        w.0.extend(4_u64.to_le_bytes());
        for section in [16_i32, 24, 24, 0] {
            w.0.extend(section.to_le_bytes());
        }
        let mut offset = 0_u64;
        for (name, dtype, shape) in &tensors {
            w.string(name);
            w.0.extend((shape.len() as u32).to_le_bytes());
            // GGUF lists the columns first.
            shape.iter().rev().for_each(|n| w.0.extend((*n as u64).to_le_bytes()));
            w.0.extend(gguf_number(*dtype).to_le_bytes());
            w.0.extend(offset.to_le_bytes());
            let n_bytes = dtype.n_bytes(shape.iter().product()).unwrap() as u64;
            offset += n_bytes.next_multiple_of(32);
        }
        w.0.resize(w.0.len().next_multiple_of(32), 0);
        let n_bytes = w.0.len() as u64 + offset;
        let mut reader = HeaderReader::new(n_bytes);
        loop {
            let mut bytes = vec![0; (reader.want().end - reader.want().start) as usize];
            for (at, byte) in reader.want().zip(&mut bytes) {
                *byte = w.0.get(at as usize).copied().unwrap_or(0);
            }
            if let Some(gguf) = reader.feed(&bytes).unwrap() {
                return gguf;
            }
        }
    }
}

fn gguf_number(dtype: Dtype) -> u32 {
    match dtype {
        Dtype::F32 => 0,
        Dtype::Q4K => 12,
        Dtype::Q6K => 14,
        other => panic!("{other} is not used here"),
    }
}
